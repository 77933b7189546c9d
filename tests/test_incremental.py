"""DESIGN's second property: incremental equals full, on random books and random cuts."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import cast

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from fraudgraph import derived
from fraudgraph.calibration import Calibration
from fraudgraph.model import MICRO, PLACEHOLDERS, SLOT
from fraudgraph.night import solving
from fraudgraph.night.near import Change, Renewed, renew
from fraudgraph.night.solving import judge_touched
from fraudgraph.night.units import Units
from fraudgraph.settings import defaults
from fraudgraph.solving import Book, Solution, relations, solve
from fraudgraph.stores.port import Reader
from fraudgraph.stores.schema import KEY
from tests.books import Rows, book, random_rows
from tests.nights import BookHashed, Frames, InMemory, people, records

BOOKS = int(os.environ.get("FRAUDGRAPH_BOOKS", "40"))
"""Random books tried; the full proof is FRAUDGRAPH_BOOKS=5000."""

# Small caps so that hubs form and dissolve in books of a hundred applications, and little is enough to learn from.
RULES = defaults().override({"graph.cap": 9, "graph.learn_pairs": 30, "graph.small_value": 4, "graph.transmits_errors": 0.0})


@dataclass(frozen=True)
class Night:
    """What a night did."""

    renewed: Renewed
    within: pl.Series
    """person_id of those whose pairs were judged."""
    units: int
    """By how many more than before there are."""


@pytest.fixture(scope="module")
def calibration() -> Calibration:
    """Learned once, on a larger book of the same make, then frozen."""
    _, learned = solve(book(random_rows(1, people=400, applications=800)), None, PLACEHOLDERS.empty(), RULES)
    assert learned.case == "learned"
    assert learned.tables.levels
    return learned


def related(of: Book, calibration: Calibration) -> pl.DataFrame:
    """Return the relations between people, as a night is given them."""
    found = relations(of, calibration.given)
    ids = "P-" + of.application_id.gather(of.first)
    ends = {"person_a": ids.gather(found.a), "person_b": ids.gather(found.b)}
    return pl.DataFrame({**ends, "kind": found.kind, "weight": found.weight})


def difference(before: Book, after: Book, calibration: Calibration) -> Change:
    """Return who goes and who comes: whose records or relations are not what they were."""
    old, new = records(before), records(after)
    slots = sorted({name for frame in (old, new) for name in frame.columns if name in SLOT})
    old, new = (
        frame.with_columns([pl.lit(None, pl.String).alias(name) for name in slots if name not in frame.columns]).select(
            "application_id", "person_id", "applied_at", "channel", *slots
        )
        for frame in (old, new)
    )
    was, now = related(before, calibration), related(after, calibration)
    moved = pl.concat([was.join(now, on=was.columns, how="anti"), now.join(was, on=was.columns, how="anti")])
    other = pl.concat(
        [
            old.join(new, on=old.columns, how="anti", nulls_equal=True)["person_id"],
            new.join(old, on=new.columns, how="anti", nulls_equal=True)["person_id"],
            moved["person_a"],
            moved["person_b"],
        ]
    ).unique()
    return Change(*(frame.filter(pl.col("person_id").is_in(other.implode())) for frame in (old, new)))


def full(solved: Solution, of: Book, calibration: Calibration) -> dict[str, pl.DataFrame]:
    named = derived.Named.of(of)
    pairs, values = derived.pairs(solved.near, named, solved.codes.keys, solved.found.scored.standing)
    return {
        "pairs": pairs,
        "pair_values": values,
        "hubs": solved.codes.hubs,
        "hub_windows": solved.codes.windows,
        "ties": derived.ties(solved.found, named, calibration),
        "communities": derived.communities(solved.found, named),
        "verdicts": derived.verdicts(solved.found, named, calibration, RULES),
        "reasons": derived.reasons(solved.found, named, calibration, RULES),
    }


def by_night(before: Book, solved: Solution, after: Book, calibration: Calibration) -> tuple[dict[str, pl.DataFrame], Night]:
    """Return the tables that a night leaves, and what it did: it judges what it touches, and the rest stays as it was."""
    old = full(solved, before, calibration)
    change = difference(before, after, calibration)
    given = related(after, calibration)
    known = InMemory(before, solved.codes)
    was, is_ = people(before), people(after)
    other = pl.concat([was.join(is_, on=was.columns, how="anti"), is_.join(was, on=was.columns, how="anti")])["person_id"].unique()
    gone = was.join(is_, on="person_id", how="anti")["person_id"]
    units = Units(cast(Reader, Frames(old)), BookHashed(records(before), old["pairs"]), known.numbers.of(other))
    renewed = renew(known, change, units.before, given, calibration, RULES)
    told = is_.filter(pl.col("person_id").is_in(other.implode())).with_columns(
        pl.from_epoch("first_applied_at", "us").dt.replace_time_zone("UTC"),
        pl.when(pl.col("intent") >= 0).then(pl.col("intent") / MICRO),
    )
    renewed, judged = judge_touched(known, units, renewed, gone.to_frame(), told, calibration, RULES)
    found, named = judged.found, judged.named
    now = {
        "ties": derived.ties(found, named, calibration),
        "communities": derived.communities(found, named),
        "verdicts": derived.verdicts(found, named, calibration, RULES),
        "reasons": derived.reasons(found, named, calibration, RULES),
        "pairs": renewed.pairs,
        "pair_values": renewed.values,
    }
    were = units.told() | {"pairs": renewed.before[0], "pair_values": renewed.before[1]}
    tables = {name: with_changes(name, old[name], were[name], table) for name, table in now.items()}
    for name, table in (("hubs", renewed.hubs), ("hub_windows", renewed.windows)):
        tables[name] = pl.concat([old[name].join(renewed.touched, on=["kind", "key"], how="anti"), table])
    return tables, Night(renewed, units.within, found.scored.units - units.count)


def with_changes(name: str, table: pl.DataFrame, before: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    """Return a table after the rows that a night opens and closes."""
    key = list(KEY[name])
    opened, closed = solving.difference(name, before, now)
    for gone in (closed, opened.select(key)):
        table = table.join(gone, on=key, how="anti")
    return pl.concat([table, opened.select(table.columns)])


def assert_equal_to_full(before: Rows, after: Rows, calibration: Calibration) -> Night:
    old, new = book(before), book(after)
    solved, _ = solve(old, calibration, PLACEHOLDERS.empty(), RULES)
    whole, _ = solve(new, calibration, PLACEHOLDERS.empty(), RULES)
    expected = full(whole, new, calibration)
    tables, night = by_night(old, solved, new, calibration)
    for name, table in tables.items():
        assert_frame_equal(table, expected[name], check_row_order=False, check_exact=True)
    assert night.units == whole.found.scored.units - solved.found.scored.units
    return night


@settings(max_examples=BOOKS, deadline=None)
@given(seed=st.integers(10, 10**6), share=st.floats(0.3, 0.99), in_time=st.booleans())
def test_a_book_cut_in_two_is_solved_as_the_whole(calibration: Calibration, seed: int, share: float, in_time: bool) -> None:
    """Cut in time (a night) or anywhere (late arrivals); people merge where the second part says that two are one."""
    rows = random_rows(seed)
    order = rows.frame.sort("applied_at", "application_id") if in_time else rows.frame.sample(fraction=1.0, shuffle=True, seed=seed)
    first = order.head(int(len(order) * share))
    assert_equal_to_full(Rows(first, rows.relations), rows, calibration)


@settings(max_examples=BOOKS // 3, deadline=None)
@given(seed=st.integers(10, 10**6), taken=st.integers(1, 6))
def test_applications_that_go_or_change_are_solved_as_the_whole(calibration: Calibration, seed: int, taken: int) -> None:
    """Corrections: some applications go (people split, hubs dissolve), some change a value, an intent or their time."""
    rows = random_rows(seed)
    rng = np.random.default_rng(seed)
    kept = rows.frame.sample(fraction=1.0, shuffle=True, seed=seed).head(len(rows.frame) - taken)
    ids = kept["application_id"].to_list()
    changed = pl.col("application_id").is_in([ids[i] for i in rng.choice(len(ids), taken)])
    after = kept.with_columns(
        pl.when(changed).then(pl.lit("device:g1-0")).otherwise(pl.col("device.own")).alias("device.own"),
        pl.when(changed).then(pl.lit(900_000)).otherwise(pl.col("intent")).alias("intent"),
        pl.when(changed).then(pl.col("applied_at") + 86_400_000_000).otherwise(pl.col("applied_at")).alias("applied_at"),
    )
    assert_equal_to_full(rows, Rows(after, rows.relations.head(5)), calibration)


def test_most_of_a_long_book_is_left_alone(calibration: Calibration) -> None:
    """The rule of what is touched must not be true because everything is."""
    rows = random_rows(77, people=400, applications=700, days=3000, broad=3000)
    order = rows.frame.sort("applied_at", "application_id")
    night = assert_equal_to_full(Rows(order.head(695), rows.relations), rows, calibration)
    whole, _ = solve(book(rows), calibration, PLACEHOLDERS.empty(), RULES)
    assert 0 < night.renewed.measured < whole.candidates * 0.3
    assert 0 < len(night.within) < book(rows).persons * 0.5


def test_the_same_book_changes_nothing(calibration: Calibration) -> None:
    rows = random_rows(5)
    night = assert_equal_to_full(rows, rows, calibration)
    assert night.renewed.measured == 0
    assert night.within.is_empty()
