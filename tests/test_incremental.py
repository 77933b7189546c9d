"""DESIGN's second property: incremental equals full, on random books and random cuts."""

from __future__ import annotations

import os

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fraudgraph import derived
from fraudgraph.calibration import Calibration
from fraudgraph.incremental import match, update
from fraudgraph.model import PLACEHOLDERS
from fraudgraph.settings import defaults
from fraudgraph.solving import Book, Solution, solve
from tests.books import Rows, book, random_rows

BOOKS = int(os.environ.get("FRAUDGRAPH_BOOKS", "60"))
"""Random books tried; the full proof is FRAUDGRAPH_BOOKS=5000."""

# Small caps so that hubs form and dissolve in books of a hundred applications, and little is enough to learn from.
RULES = defaults().override({"graph.cap": 9, "graph.learn_pairs": 30, "graph.small_value": 4, "graph.transmits_errors": 0.0})


@pytest.fixture(scope="module")
def calibration() -> Calibration:
    """Learned once, on a larger book of the same make, then frozen."""
    _, learned = solve(book(random_rows(1, people=400, applications=800)), None, PLACEHOLDERS.empty(), RULES)
    assert learned.case == "learned"
    assert learned.tables.levels
    return learned


def tables(solved: Solution, of: Book, calibration: Calibration) -> dict[str, pl.DataFrame]:
    return {
        "ties": derived.ties(of, solved, calibration),
        "communities": derived.communities(of, solved),
        "verdicts": derived.verdicts(of, solved, calibration, RULES),
        "reasons": derived.reasons(of, solved, calibration, RULES),
    }


def assert_equal_to_full(before: Rows, after: Rows, calibration: Calibration) -> tuple[int, int]:
    old, new = book(before), book(after)
    solved, _ = solve(old, calibration, PLACEHOLDERS.empty(), RULES)
    again, touched = update(old, solved, new, calibration, RULES)
    full, _ = solve(new, calibration, PLACEHOLDERS.empty(), RULES)
    expected = tables(full, new, calibration)
    for name, table in tables(again, new, calibration).items():
        assert table.equals(expected[name]), f"{name} differ:\n{table}\n{expected[name]}"
    return touched, new.persons


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
    """The dirty rule must not be true because everything is dirty."""
    rows = random_rows(77, people=400, applications=700, days=3000, broad=3000)
    order = rows.frame.sort("applied_at", "application_id")
    touched, persons = assert_equal_to_full(Rows(order.head(695), rows.relations), rows, calibration)
    assert touched < persons * 0.6


def test_the_same_book_has_no_changed_people() -> None:
    rows = book(random_rows(5))
    same = match(rows, rows)
    assert (same.after_of == np.arange(rows.persons)).all()
    assert (same.before_of == np.arange(rows.persons)).all()
