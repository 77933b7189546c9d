"""Tail probabilities against dice that are all thrown, and the cut against its definition."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fraudgraph.verdicts.significance import BINS, EXACT, Tail, bins, cut, histogram


def tail_of(counts: dict[int, int]) -> Tail:
    table = np.zeros(BINS, np.int64)
    for place, count in counts.items():
        table[place] = count
    return Tail(table)


COUNTS = st.dictionaries(st.integers(0, BINS - 1), st.integers(1, 9), min_size=1, max_size=4)


@settings(max_examples=60, deadline=None)
@given(COUNTS, st.integers(1, 4), st.integers(0, 4 * BINS))
def test_the_tail_is_that_of_all_throws(counts: dict[int, int], voters: int, total: int) -> None:
    total = min(total, voters * (BINS - 1))
    everybody = sum(counts.values())
    exact = Fraction(0)
    for throw in product(counts, repeat=voters):
        if sum(throw) >= total:
            chance = Fraction(1)
            for place in throw:
                chance *= Fraction(counts[place], everybody)
            exact += chance
    found = tail_of(counts).probability(np.array([voters]), np.array([total]))
    assert found[0] == pytest.approx(float(exact), abs=1e-12)


def convolved(counts: dict[int, int], voters: int) -> dict[int, Fraction]:
    everybody = sum(counts.values())
    found = {0: Fraction(1)}
    for _ in range(voters):
        grown: dict[int, Fraction] = {}
        for total, chance in found.items():
            for place, count in counts.items():
                grown[total + place] = grown.get(total + place, Fraction(0)) + chance * Fraction(count, everybody)
        found = grown
    return found


@pytest.mark.parametrize("voters", [EXACT - 1, EXACT])
def test_the_tail_is_exact_up_to_forty_people(voters: int) -> None:
    counts = {20: 80, 60: 15, 150: 5}
    exact = convolved(counts, voters)
    totals = [20 * voters, 30 * voters, 40 * voters, 60 * voters, 150 * voters]
    expected = [float(sum(chance for total, chance in exact.items() if total >= least)) for least in totals]
    found = tail_of(counts).probability(np.full(len(totals), voters), np.array(totals))
    assert found.tolist() == pytest.approx(expected, rel=1e-9, abs=1e-15)


def test_beyond_forty_people_the_normal_tail_goes_on_where_the_exact_one_ended() -> None:
    counts = {20: 80, 60: 15, 90: 5}
    voters = EXACT + 20
    exact = convolved(counts, voters)
    mean = float(sum(total * chance for total, chance in exact.items()))
    for step in (-100, 0, 100, 200):
        least = round(mean / 10) * 10 + step  # totals are multiples of ten
        chances = [float(sum(chance for total, chance in exact.items() if total >= edge)) for edge in (least, least + 10)]
        found = tail_of(counts).probability(np.array([voters]), np.array([least]))[0]
        assert chances[1] - 0.02 < found < chances[0] + 0.02


def test_the_tail_falls_with_the_total_and_starts_at_one() -> None:
    tail = tail_of({10: 5, 50: 3, 180: 1})
    for voters in (1, 3, EXACT, EXACT + 1, 300):
        totals = np.arange(0, voters * (BINS - 1) + 1)
        found = tail.probability(np.full(len(totals), voters), totals)
        assert found[0] == pytest.approx(1.0)
        assert (np.diff(found) <= 1e-12).all()
        assert ((found >= 0) & (found <= 1)).all()


def test_where_nobody_votes_nothing_is_rare() -> None:
    assert tail_of({3: 1}).probability(np.array([0, 0]), np.array([0, 0])).tolist() == [1.0, 1.0]
    assert tail_of({3: 1}).probability(np.zeros(0, np.int64), np.zeros(0, np.int64)).tolist() == []


def test_without_a_histogram_every_bin_is_as_likely() -> None:
    found = Tail(np.zeros(BINS, np.int64)).probability(np.array([1, 1]), np.array([0, BINS // 2]))
    assert found.tolist() == pytest.approx([1.0, 0.5])


def test_bins() -> None:
    assert bins(np.array([0, 4999, 5000, 999_999, 1_000_000, -1])).tolist() == [0, 0, 1, 199, 199, 0]
    counts = histogram(np.array([-1, 0, 4000, 1_000_000, -1]))
    assert len(counts) == BINS
    assert (counts[0], counts[199], counts.sum()) == (2, 1, 3)


P_VALUES = st.lists(st.one_of(st.floats(0, 1), st.sampled_from([0.0, 0.01, 0.02, 0.05])), max_size=25)


@given(P_VALUES, st.sampled_from([0.01, 0.05, 0.2]))
def test_the_cut_is_that_of_benjamini_and_hochberg(values: list[float], rate: float) -> None:
    found = cut(np.array(values), rate)
    count = len(values)
    rejected = [p for rank, p in enumerate(sorted(values), 1) if p <= rate * rank / count]
    if rejected:
        assert found == max(rejected)
    else:
        assert found == (rate / count if values else rate)
        assert not any(p <= found for p in values)
