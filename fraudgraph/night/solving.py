"""Tonight, solved: from applications that are new or corrected to the rows that open and close, by what they touch alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from fraudgraph import derived, ledger
from fraudgraph.calibration import Calibration
from fraudgraph.graph.facts import GIVEN_KINDS
from fraudgraph.judging import Found
from fraudgraph.model import MICRO, SLOT
from fraudgraph.night.evidence import renewed_evidence
from fraudgraph.night.judging import Solved, judged
from fraudgraph.night.known import RECORD, Known, Stored, micros
from fraudgraph.night.near import PAIR, Change, Renewed, renew
from fraudgraph.night.people import Confirmed, confirm
from fraudgraph.night.units import Units, beyond
from fraudgraph.progress import Progress
from fraudgraph.settings import Settings
from fraudgraph.stores import Reader
from fraudgraph.stores.schema import KEY
from fraudgraph.values import Values


@dataclass(frozen=True)
class Night:
    """What a night found."""

    confirmed: Confirmed
    renewed: Renewed
    found: Found
    tables: Mapping[str, pl.DataFrame]
    """Derived table -> the rows that open."""
    closed: Mapping[str, pl.DataFrame]
    """Derived table -> the rows that close, by the columns that name them."""
    gangs: pl.DataFrame
    """GANGS, all of them."""
    verdicts: pl.DataFrame
    """VERDICTS, all of them."""
    events: pl.DataFrame
    """GANG_EVENTS."""
    counts: Mapping[str, int]
    """By how much persons, conflicts, identifiers, links, hubs, ties and components are more than before."""


def solve_night(
    reader: Reader,
    kept: Values,
    fresh: pl.DataFrame,
    relations: pl.DataFrame,
    calibration: Calibration,
    settings: Settings,
    progress: Progress,
) -> Night:
    """Solve the stored book with ``fresh`` (new applications, and new versions of stored ones); ``relations``: all, tonight's too."""
    known = Stored(reader)
    with progress.stage("subjects"):
        confirmed = confirm(known.numbers, reader, kept, fresh, calibration.placeholders, settings)
        now = confirmed.tables()
        before = _before(reader, confirmed)
    with progress.stage("pairs and their facts"):
        membership = _membership(reader, relations, now["membership"], confirmed.stored)
        related = related_pairs(relations, membership, calibration.given)
        change = _change(known, confirmed, fresh["application_id"], before, _unrelated(reader, relations, related, calibration))
        units = Units(reader, known.numbers, known.numbers.of(before["persons"]["person_id"]))
        renewed = renew(known, change, units.before, related, calibration, settings)
    with progress.stage("ties and communities"):
        renewed, solution = judge_touched(known, units, renewed, before["persons"], now["persons"], calibration, settings)
        found, named = solution.found, solution.named
    with progress.stage("verdicts"):
        told = units.told()
        solved = {
            "ties": derived.ties(found, named, calibration),
            "communities": derived.communities(found, named),
            "verdicts": derived.verdicts(found, named, calibration, settings),
            "reasons": derived.reasons(found, named, calibration, settings),
        }
        communities, verdicts = (units.whole(name, told[name], solved[name]) for name in ("communities", "verdicts"))
        followed = _follow(reader, kept, confirmed, now["membership"], communities, verdicts)
        members = _gang_members(reader, followed.applications, now["membership"])
        were = (reader.table("evidence"), reader.table("gang_members"), reader.table("gangs"))
        whole = {
            "pairs": (renewed.before[0], renewed.pairs),
            "pair_values": (renewed.before[1], renewed.values),
            **{name: (told[name], table) for name, table in solved.items()},
            "gangs": (were[2], followed.gangs),
            "gang_members": (were[1], members),
            "evidence": (were[0], renewed_evidence(known, renewed, were, members, followed.gangs, settings)),
            "hubs": (known.hubs().join(renewed.touched, on=["kind", "key"], how="semi"), renewed.hubs),
            "hub_windows": (known.windows().join(renewed.touched, on=["kind", "key"], how="semi"), renewed.windows),
            **{name: (before[name], now[name]) for name in now},
        }
        differences = {name: difference(name, *tables) for name, tables in whole.items()}
    return Night(
        confirmed=confirmed,
        renewed=renewed,
        found=found,
        tables={name: opened for name, (opened, _) in differences.items()},
        closed={name: closed for name, (_, closed) in differences.items()},
        gangs=followed.gangs,
        verdicts=verdicts,
        events=followed.events,
        counts={
            **{name: len(now[name]) - len(before[name]) for name in ("persons", "conflicts")},
            "hubs": len(whole["hubs"][1]) - len(whole["hubs"][0]),
            "ties": len(whole["ties"][1]) - len(whole["ties"][0]),
            "components": found.scored.units - units.count,
            "identifiers": renewed.identifiers,
            "links": renewed.links,
        },
    )


def judge_touched(
    known: Known,
    units: Units,
    renewed: Renewed,
    before: pl.DataFrame,
    now: pl.DataFrame,
    calibration: Calibration,
    settings: Settings,
) -> tuple[Renewed, Solved]:
    """Judge the units that the night touches; return the pairs with what became of them, too. ``before``, ``now``: as `people_in`."""
    while True:
        people = people_in(known, renewed.pairs, before, now)
        within = pl.concat([units.within, now["person_id"]])
        solved = judged(renewed.pairs, renewed.values, people, calibration, settings, within=within)
        more = beyond(renewed.before, (solved.pairs, renewed.values), within)
        if more.is_empty():
            return replace(renewed, pairs=solved.pairs), solved
        renewed = renewed.with_more(units.widened(more))


def difference(name: str, before: pl.DataFrame, now: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows of a derived table that open, and those that close (by the columns that name them)."""
    columns, key = list(before.columns), list(KEY[name])
    opened = now.select(columns).join(before, on=columns, how="anti", nulls_equal=True)
    return opened, before.select(key).join(now, on=key, how="anti", nulls_equal=True)


def _before(reader: Reader, confirmed: Confirmed) -> dict[str, pl.DataFrame]:
    """Return MEMBERSHIP, PERSONS and CONFLICTS of the stored applications in question."""
    ids = confirmed.stored.to_list()
    membership = reader.table("membership", where={"application_id": ids})
    people = membership["person_id"].unique().to_list()
    return {
        "membership": membership,
        "persons": reader.table("persons", where={"person_id": people}),
        "conflicts": reader.table("conflicts", where={"application_a": ids}),
    }


def _change(
    known: Stored, confirmed: Confirmed, fresh: pl.Series, before: Mapping[str, pl.DataFrame], others: pl.Series
) -> Change:
    """Return who goes and who comes: whose applications are not what they were; ``others`` (person_id) count as changed as well.

    ``fresh``: application_id of tonight's. Stored ones that did not come again are what they were, but for their person."""
    new = confirmed.records()
    whose, again = before["membership"].select("application_id", "person_id"), fresh.to_frame("application_id")
    corrected = whose.join(again, on="application_id", how="semi")
    old = new.join(again, on="application_id", how="anti").drop("person_id").join(whose, on="application_id").select(new.columns)
    if len(corrected):
        versions = known.records(corrected["person_id"]).join(corrected, on="application_id", how="semi")
        old = pl.concat([old, versions], how="diagonal")
    return changed(known, old, new, others)


def changed(known: Known, old: pl.DataFrame, new: pl.DataFrame, others: pl.Series) -> Change:
    """Return who goes and who comes where records in texts were ``old`` and are ``new``; ``others`` (person_id) count as changed too."""
    slots = [name for name in SLOT if name in old.columns or name in new.columns]
    old, new = (_with(frame, slots) for frame in (old, new))
    moved = pl.concat(
        [
            old.join(new, on=old.columns, how="anti", nulls_equal=True)["person_id"],
            new.join(old, on=new.columns, how="anti", nulls_equal=True)["person_id"],
            others,
        ]
    ).unique()
    change = Change(*(frame.filter(pl.col("person_id").is_in(moved.implode())) for frame in (old, new)))
    elsewhere = others.to_frame("person_id").join(pl.concat([old, new]).select("person_id"), on="person_id", how="anti")["person_id"]
    return change.with_also(known.records(elsewhere)) if len(elsewhere) else change


def _with(records: pl.DataFrame, slots: Sequence[str]) -> pl.DataFrame:
    missing = [pl.lit(None, pl.String).alias(name) for name in slots if name not in records.columns]
    return records.with_columns(missing).select(*RECORD, *slots)


def _membership(reader: Reader, relations: pl.DataFrame, now: pl.DataFrame, stored: pl.Series) -> pl.DataFrame:
    """Return application_id, person_id of the ends of the relations, as they are after the night."""
    columns = ["application_id", "person_id"]
    ends = pl.concat([relations["source"], relations["target"]]).unique()
    others = pl.DataFrame({"application_id": ends}).join(now, on="application_id", how="anti")
    others = others.join(pl.DataFrame({"application_id": stored}), on="application_id", how="anti")
    found = reader.table("membership", columns=columns, where={"application_id": others["application_id"].to_list()})
    return pl.concat([found, now.select(columns).filter(pl.col("application_id").is_in(ends.implode()))])


def related_pairs(relations: pl.DataFrame, membership: pl.DataFrame, given: tuple[str, ...]) -> pl.DataFrame:
    """Return the relations between two people of the book: person_a, person_b, kind (its number in the calibration), weight."""
    number = {kind: i for i, kind in enumerate(given[:GIVEN_KINDS])}
    other = max(len(number) - 1, 0)
    ends = relations.join(membership, left_on="source", right_on="application_id").rename({"person_id": "a"})
    ends = ends.join(membership, left_on="target", right_on="application_id").rename({"person_id": "b"})
    ends = ends.filter(pl.col("a") != pl.col("b"))
    if not len(ends) or not number:
        return pl.DataFrame(schema={**dict.fromkeys(PAIR, pl.String), "kind": pl.Int32, "weight": pl.Float64})
    return (
        ends.select(
            pl.min_horizontal("a", "b").alias("person_a"),
            pl.max_horizontal("a", "b").alias("person_b"),
            pl.col("kind").replace_strict(number, default=other, return_dtype=pl.Int32),
            (pl.col("weight") * MICRO).round().cast(pl.Int64),
        )
        .group_by(*PAIR, "kind")
        .agg(pl.col("weight").sum() / MICRO)
        .sort(*PAIR, "kind")
    )


def _unrelated(reader: Reader, relations: pl.DataFrame, now: pl.DataFrame, calibration: Calibration) -> pl.Series:
    """Return the people whose relations are not what they were."""
    stored = reader.table("relations")
    if not len(relations) and not len(stored):
        return pl.Series("person_id", [], dtype=pl.String)
    ends = pl.concat([stored["source"], stored["target"]]).unique().to_list()
    membership = reader.table("membership", columns=["application_id", "person_id"], where={"application_id": ends})
    return moved_ends(related_pairs(stored, membership, calibration.given), now)


def moved_ends(was: pl.DataFrame, now: pl.DataFrame) -> pl.Series:
    """Return the people (person_id) in relations that are in one of two tables of `related_pairs` only."""
    moved = pl.concat([was.join(now, on=was.columns, how="anti"), now.join(was, on=was.columns, how="anti")])
    return pl.concat([moved["person_a"], moved["person_b"]]).unique().alias("person_id")


def people_in(known: Known, pairs: pl.DataFrame, before: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    """Return what `judging.judged` must know of everybody in one of ``pairs``; ``before``, ``now``: PERSONS that may have changed."""
    ids = pl.concat([pairs["person_a"], pairs["person_b"]]).unique().to_frame("person_id")
    fresh = now.select(
        "person_id", micros("first_applied_at"), "applications", (pl.col("intent") * MICRO).round().cast(pl.Int64).fill_null(-1)
    ).join(ids, on="person_id", how="semi")
    others = ids.join(fresh, on="person_id", how="anti").join(before, on="person_id", how="anti")["person_id"]
    return pl.concat([fresh, known.people(others)])


def _follow(
    reader: Reader, kept: Values, confirmed: Confirmed, membership: pl.DataFrame, communities: pl.DataFrame, verdicts: pl.DataFrame
) -> ledger.Followed:
    """Carry the gangs of the night before over. Only communities that are gangs, or have people of one, matter to it."""
    members = reader.table("gang_members")
    ids = members["person_id"].unique().to_list()
    inside = reader.table("membership", columns=["application_id", "person_id"], where={"person_id": ids})
    where = {"application_id": inside["application_id"].to_list()}
    dated = reader.table("applications", columns=["application_id", "applied_at"], where=where)
    past = members.join(inside, on="person_id").join(dated, on="application_id").select(list(ledger.PAST.columns))
    after = pl.concat(
        [
            past.select("application_id").unique().join(inside, on="application_id").join(membership, on="application_id", how="anti"),
            membership.select("application_id", "person_id"),
        ]
    )
    touched = communities.join(after.join(past, on="application_id", how="semi"), on="person_id", how="semi")["community_id"]
    wanted = pl.concat([touched, verdicts.filter("flagged")["community_id"]]).unique()
    current = _current(reader, confirmed, membership, communities.filter(pl.col("community_id").is_in(wanted.implode())))
    return ledger.follow(reader.table("gangs"), past, reader.events().drop("night"), verdicts, current)


def _current(reader: Reader, confirmed: Confirmed, membership: pl.DataFrame, communities: pl.DataFrame) -> pl.DataFrame:
    """Return `ledger.CURRENT` of the given communities."""
    columns = ["application_id", "applied_at", "amount"]
    others = communities.join(membership, on="person_id", how="anti")["person_id"].to_list()
    inside = reader.table("membership", columns=["application_id", "person_id"], where={"person_id": others})
    stored = reader.table("applications", columns=columns, where={"application_id": inside["application_id"].to_list()})
    rows = pl.concat(
        [
            inside.join(stored, on="application_id"),
            membership.select("application_id", "person_id").join(confirmed.book.select(columns), on="application_id"),
        ]
    )
    return ledger.CURRENT.check(communities.join(rows, on="person_id").select(list(ledger.CURRENT.columns)))


def _gang_members(reader: Reader, applications: pl.DataFrame, membership: pl.DataFrame) -> pl.DataFrame:
    """Return GANG_MEMBERS of the gangs' applications."""
    columns = ["application_id", "person_id"]
    others = applications.join(membership, on="application_id", how="anti")["application_id"].unique().to_list()
    stored = reader.table("membership", columns=columns, where={"application_id": others})
    whose = pl.concat([stored, membership.select(columns)])
    return applications.join(whose, on="application_id").select("gang_id", "person_id").unique().sort("gang_id", "person_id")
