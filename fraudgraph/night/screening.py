"""A few applications judged at once, each as a night of it alone would judge it: in a universe of its own, and nothing is stored."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import polars as pl

from fraudgraph import derived, intent, ledger, model, subjects
from fraudgraph.identifiers.name_agreement import name_agreement
from fraudgraph.model import Identified, IntArray
from fraudgraph.night.judging import judged
from fraudgraph.night.memory import Memory
from fraudgraph.night.near import Change, remeasure
from fraudgraph.night.people import connected, gathered, joined
from fraudgraph.night.solving import changed, moved_ends, people_in, related_pairs
from fraudgraph.night.standing import Standing, answers_of
from fraudgraph.night.universes import NEW, SHIFT, WIDTH, Universes, put, put_person, records_of, universe_of
from fraudgraph.stores.schema import KEY
from fraudgraph.subjects import tables


class People(NamedTuple):
    """The applicants, and whoever in the book is connected to them, in their universes."""

    membership: pl.DataFrame
    """application_id, person_id, after."""
    persons: pl.DataFrame
    """PERSONS, after."""
    old: pl.DataFrame
    """Records in texts, before."""
    new: pl.DataFrame
    """Records in texts, after."""
    amounts: pl.DataFrame
    """application_id, applied_at, amount."""


def screened(memory: Memory, standing: Standing, fresh: pl.DataFrame) -> list[dict[str, Any]]:
    """Return an answer (`standing.COLUMNS`) to each of ``fresh``, applications (a book as the store has it) that are not in the book."""
    universes = Universes(memory)
    ids = put(fresh["application_id"], np.arange(len(fresh)))
    who = _people(universes, memory, fresh)
    was, now = (_related(universes, memory, len(fresh), membership) for membership in (who.membership.clear(), who.membership))
    change = changed(universes, who.old, who.new, moved_ends(was, now))
    found, before = _remeasured(universes, change, now, memory)
    busy = _busy(universes, found, before, who)
    parts = [_judged(universes, memory, found, before, who, some) for some in busy]
    verdicts, communities, reasons = (pl.concat(tables) for tables in zip(*parts, strict=True)) if parts else _nothing()
    said = ["community_id", "members", "mean_intent", "flagged", "grade"]
    rows = (
        ids.to_frame("application_id")
        .join(who.membership, on="application_id", how="left", maintain_order="left")
        .join(who.persons.select("person_id", "intent"), on="person_id", how="left", maintain_order="left")
        .join(communities, on="person_id", how="left", maintain_order="left")
        .join(verdicts.select(said), on="community_id", how="left", maintain_order="left")
        .join(reasons, on="person_id", how="left", maintain_order="left")
    )
    gangs = _gangs(universes, memory, standing, rows, who, communities, verdicts)
    rows = rows.drop("flagged").join(gangs, on="community_id", how="left", maintain_order="left")
    return answers_of(rows.with_columns(_bare("application_id", 0), _bare("person_id", 2), _bare("community_id", 2)))


Pairs = tuple[pl.DataFrame, pl.DataFrame]
"""PAIRS and PAIR_VALUES."""

TOGETHER = 300_000
"""Near pairs that are judged at once, about: those of whole units, copied for each universe that touches them."""


def _nothing() -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    return model.VERDICTS.empty(), model.COMMUNITIES.empty(), model.REASONS.empty()


def _remeasured(universes: Universes, change: Change, related: pl.DataFrame, memory: Memory) -> tuple[Pairs, Pairs]:
    """Return the pairs of whoever may be in another pair, as they are and as they were."""
    were: list[Pairs] = []

    def before(people: pl.Series, _: pl.Series) -> Pairs:
        were.append(universes.incident(people))
        return were[-1]

    found = remeasure(universes, change, before, related, memory.calibration, memory.settings)
    return (found.pairs, found.values), were[-1]


def _busy(universes: Universes, found: Pairs, before: Pairs, who: People) -> list[pl.Series]:
    """Return the people (numbers) whose units must be judged again, a few universes at a time: elsewhere nothing is other than before."""
    people = [who.old["person_id"]]
    for now, was in zip(found, before, strict=True):
        for one, other in ((now, was), (was, now)):
            facts = [name for name in one.columns if name != "kept"]
            moved = one.join(other, on=facts, how="anti", nulls_equal=True)
            people += [moved["person_a"], moved["person_b"]]
    ids = pl.concat(people).unique()
    if not len(ids):
        return []
    where = pl.DataFrame({"person": universes.of(ids), "universe": universe_of(ids, 2)})
    universe = where["universe"].to_numpy()
    cost = np.ones(int(universe.max()) + 1, np.int64)
    copied = universes.cost(where["person"])
    cost[: len(copied)] += copied
    part = np.cumsum(cost) // TOGETHER
    where = where.with_columns(part=pl.Series(part[universe]))
    return [some["person"] for some in where.sort("universe", "person").partition_by("part", maintain_order=True)]


def _judged(
    universes: Universes, memory: Memory, found: Pairs, before: Pairs, who: People, people: pl.Series
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return VERDICTS, COMMUNITIES and REASONS of the units of the given people (numbers)."""
    inside = pl.DataFrame({"universe": (people.to_numpy() >> np.uint64(SHIFT)) & np.uint64((1 << (63 - SHIFT)) - 1)}).unique()
    mine = [_of(frame, inside) for frame in (*found, *before)]
    whole = [
        pl.concat([all_.join(was.select(key), on=key, how="anti", nulls_equal=True), now])
        for all_, was, now, key in zip(universes.pairs(people), mine[2:], mine[:2], (KEY["pairs"], KEY["pair_values"]), strict=True)
    ]
    there = people_in(universes, whole[0], who.old.select("person_id").unique(), who.persons)
    solved, named = judged(whole[0], whole[1], there, memory.calibration, memory.settings, universes.first)
    return (
        derived.verdicts(solved, named, memory.calibration, memory.settings),
        derived.communities(solved, named),
        derived.reasons(solved, named, memory.calibration, memory.settings),
    )


def _of(pairs: pl.DataFrame, inside: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs in the given universes."""
    where = universe_of(pairs["person_a"], 2).cast(pl.UInt64).alias("universe")
    return pairs.with_columns(where).join(inside, on="universe", how="semi").drop("universe")


def _bare(name: str, head: int) -> pl.Expr:
    """A column of ids, of which the first ``head`` characters say what they name, without the universe."""
    return pl.col(name).str.slice(0, head) + pl.col(name).str.slice(head + WIDTH)


def _people(universes: Universes, memory: Memory, fresh: pl.DataFrame) -> People:
    """Confirm the applicants."""
    placeholders, own = memory.calibration.placeholders, np.arange(len(fresh))
    identified = memory.kept.identified(fresh, memory.settings, frozen_placeholders=placeholders)
    keys = pl.DataFrame([put(identified.keys[name], own) for name in identified.keys.columns])

    def births(applications: pl.Series) -> pl.DataFrame:
        inside = applications.filter(applications < NEW)
        return pl.DataFrame({"application": inside, "born": memory.births.gather(universes.split(inside)[1])})

    universe, row = universes.split(connected(universes, put(fresh["application_id"], own), keys, identified.birth, births))
    order = np.lexsort([row, universe])
    universe, row = universe[order], row[order]
    others = memory.applications[row]
    if len(row):
        identified = joined([memory.kept.identified(others, memory.settings, frozen_placeholders=placeholders), identified])
    book, where = pl.concat([others, fresh], how="diagonal"), np.concatenate([universe, own])
    old = records_of(others, identified.keys[: len(row)], memory.person_ids.gather(memory.person[row]), universe)
    book, identified, where, person_id, persons = _resolved(memory, book, identified, where)
    new = records_of(book, identified.keys, person_id, where)
    amounts = book.select("applied_at", "amount").with_columns(new["application_id"])
    return People(new.select("application_id", "person_id"), persons, old, new, amounts)


def _resolved(
    memory: Memory, book: pl.DataFrame, identified: Identified, where: IntArray
) -> tuple[pl.DataFrame, Identified, IntArray, pl.Series, pl.DataFrame]:
    """Return the rows in the order in which a book has them, with the person_id of each, as the book would have it, and PERSONS in their
    universes."""
    row = book.with_row_index("row").with_columns(pl.Series("where", where)).sort("where", "applied_at", "application_id")["row"]
    book, identified, where = book[row], gathered(identified, row), where[row.to_numpy()]
    who = subjects.resolve(book, identified, memory.settings, agree=name_agreement, apart=where)
    persons = tables.persons_table(book, who, intent.of_people(book, who))
    persons = persons.with_columns(put_person(persons["person_id"], where[tables.first_rows(who)]))
    return book, identified, where, tables.membership_table(book, who)["person_id"], persons


def _related(universes: Universes, memory: Memory, count: int, moved: pl.DataFrame) -> pl.DataFrame:
    """Return the relations between people in each universe, where ``moved`` (application_id, person_id) are other people's than stored."""
    relations = memory.relations
    where = np.repeat(np.arange(count), len(relations))
    copied = pl.concat([relations] * count) if len(relations) else relations
    copied = copied.with_columns(put(copied["source"], where), put(copied["target"], where))
    ends = universes.of(pl.concat([copied["source"], copied["target"]]).unique())
    universe, row = universes.split(ends)
    columns = {
        "application_id": put(memory.applications["application_id"].gather(row), universe),
        "person_id": put_person(memory.person_ids.gather(memory.person[row]), universe),
    }
    stored = pl.DataFrame(columns).join(moved, on="application_id", how="anti")
    return related_pairs(copied, pl.concat([stored, moved.select(stored.columns)]), memory.calibration.given)


def _gangs(
    universes: Universes,
    memory: Memory,
    standing: Standing,
    rows: pl.DataFrame,
    who: People,
    communities: pl.DataFrame,
    verdicts: pl.DataFrame,
) -> pl.DataFrame:
    """Return community_id, gang_id of the flagged communities that an applicant is in: the ledger of each universe is led on alone."""
    parts = [pl.DataFrame(schema={"community_id": pl.String, "gang_id": pl.String})]
    for mine in rows.filter(pl.col("flagged").fill_null(False))["community_id"].to_list():
        front = mine[2 : 2 + WIDTH]
        universe = int(front[:-1])
        now = communities.filter(pl.col("community_id").str.slice(2, WIDTH) == front)
        said = verdicts.filter(pl.col("community_id").str.slice(2, WIDTH) == front).with_columns(_bare("community_id", 2))
        moved, old, fresh = (
            table.filter(pl.col("application_id").str.starts_with(front)) for table in (who.membership, who.old, who.amounts)
        )
        ends = pl.concat([now["person_id"], old["person_id"]]).unique()
        _, unit = universes.units(universes.of(ends))
        touched = memory.person_ids.gather(memory.people_of.gathered(unit)[1])
        _, person = universes.split(universes.of(now["person_id"]))
        row = memory.rows_of.gathered(person)[1]
        stored = memory.applications[row].select("application_id", "applied_at", "amount")
        stored = stored.with_columns(
            put(stored["application_id"], np.full(len(stored), universe)),
            put_person(memory.person_ids.gather(memory.person[row]), np.full(len(stored), universe)).alias("person_id"),
        )
        come = fresh.join(moved, on="application_id").select(stored.columns)
        known = pl.concat([stored.join(moved, on="application_id", how="anti"), come])
        current = now.join(known, on="person_id").select(list(ledger.CURRENT.columns))
        current = current.with_columns(_bare("community_id", 2), _bare("application_id", 0))
        found = standing.followed(touched, said, current).filter(pl.col("community_id") == mine[:2] + mine[2 + WIDTH :])
        parts.append(found.select(community_id=pl.lit(mine), gang_id="gang_id"))
    return pl.concat(parts).unique()
