"""The mean of a person's given intents."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fraudgraph.intent import of_people
from fraudgraph.model import CONFLICTS, Subjects


def means(person: list[int], intent: list[float | None]) -> list[int]:
    how = pl.Series("how", ["first"] * len(person), dtype=pl.String)
    subjects = Subjects(person=np.array(person, dtype=np.int32), how=how, conflicts=CONFLICTS.empty())
    found = of_people(pl.DataFrame({"fraud_intent": pl.Series(intent, dtype=pl.Float64)}), subjects)
    assert found.dtype == np.int64
    return [int(mean) for mean in found]


@pytest.mark.parametrize(
    ("person", "intent", "expected"),
    [
        ([], [], []),
        ([0], [0.25], [250_000]),
        ([0], [0.0], [0]),
        ([0], [1.0], [1_000_000]),
        ([0], [None], [-1]),
        ([0], [float("nan")], [-1]),
        ([0, 0], [None, 0.3], [300_000]),
        ([0, 1, 0], [0.1, None, 0.2], [150_000, -1]),
        ([0, 0], [0.000001, 0.000002], [2]),  # 1.5 millionths: to the even one
        ([0, 0], [0.000002, 0.000003], [2]),  # 2.5
        ([0, 0], [0.0, 0.000001], [0]),  # 0.5
        ([0, 0, 0], [0.0, 0.000001, 0.000001], [1]),
    ],
)
def test_means(person: list[int], intent: list[float | None], expected: list[int]) -> None:
    assert means(person, intent) == expected


MICROS = st.one_of(st.none(), st.integers(0, 1_000_000))


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), MICROS), min_size=1, max_size=20), st.randoms(use_true_random=False))
def test_means_are_exact_and_do_not_depend_on_order(rows: list[tuple[int, int | None]], random: Any) -> None:
    rows = [(0, None), (1, None), (2, None), (3, None), *rows]
    shuffled = list(rows)
    random.shuffle(shuffled)
    found = [means([person for person, _ in some], [None if x is None else x / 1e6 for _, x in some]) for some in (rows, shuffled)]
    expected = []
    for number in range(4):
        known = [micro for person, micro in rows if person == number and micro is not None]
        expected.append(round(Fraction(sum(known), len(known))) if known else -1)
    assert found == [expected, expected]
