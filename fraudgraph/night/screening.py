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
from fraudgraph.night.units import ENDS, Pairs, beyond
from fraudgraph.night.universes import NEW, WIDTH, Universes, put, put_person, records_of
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
    verdicts, communities, reasons = _judged(universes, memory, found, before, who)
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


def _judged(
    universes: Universes, memory: Memory, found: Pairs, before: Pairs, who: People
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return VERDICTS, COMMUNITIES and REASONS of the units of whoever is, or is in a pair, other than before."""
    old, come = _moved(before, found)
    ends = [table[end].alias("person_id") for table in (old[0], come[0]) for end in ENDS]
    people = pl.concat([who.old["person_id"], *ends]).unique()
    if not len(people):
        return _nothing()
    asked = universes.of(people)
    within = universes.whole(pl.concat([asked, universes.beside(asked)]))
    while True:
        were = universes.incident(within)
        now = tuple(_with(*tables) for tables in zip(were, old, come, strict=True))
        ids = pl.concat([universes.person_ids(within)["person_id"], people, who.persons["person_id"]]).unique()
        there = people_in(universes, now[0], who.old.select("person_id").unique(), who.persons)
        solved = judged(now[0], now[1], there, memory.calibration, memory.settings, universes.first, within=ids)
        more = beyond(were, (solved.pairs, now[1]), ids)
        if more.is_empty():
            break
        within = universes.whole(pl.concat([within, universes.of(more).alias(within.name)]))
    return (
        derived.verdicts(solved.found, solved.named, memory.calibration, memory.settings),
        derived.communities(solved.found, solved.named),
        derived.reasons(solved.found, solved.named, memory.calibration, memory.settings),
    )


def _moved(before: Pairs, now: Pairs) -> tuple[Pairs, Pairs]:
    """Return the pairs that are in one of two tables only, or otherwise in the other, standing apart: as they were, and as they are."""
    parts = []
    for was, is_ in zip(before, now, strict=True):
        facts = [name for name in was.columns if name != "standing"]
        parts += [one.join(other, on=facts, how="anti", nulls_equal=True).select(ENDS) for one, other in ((was, is_), (is_, was))]
    ends = pl.concat(parts).unique()
    (a, b), (c, d) = ([frame.join(ends, on=list(ENDS), how="semi") for frame in tables] for tables in (before, now))
    return (a, b), (c, d)


def _with(were: pl.DataFrame, gone: pl.DataFrame, come: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs (or what they share) that ``were``, without those that went and with those that came."""
    return pl.concat([were.join(gone.select(ENDS).unique(), on=list(ENDS), how="anti"), come.select(were.columns)])


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
        _, theirs = universes.split(universes.whole(universes.of(ends)))
        touched = memory.person_ids.gather(theirs)
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
