"""Intervals and tests of shares, against published examples, scipy and brute force."""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from fraudgraph.reports import statistics
from fraudgraph.reports.statistics import Side

SHARES = st.integers(1, 3000).flatmap(lambda trials: st.tuples(st.integers(0, trials), st.just(trials)))
CONFIDENCES = st.sampled_from([0.8, 0.9, 0.95, 0.99])


def close(interval: statistics.Interval | None, low: float, high: float, digits: float = 5e-5) -> None:
    assert interval is not None
    assert interval == pytest.approx((low, high), abs=digits)


@settings(deadline=None, max_examples=100)
@given(SHARES, CONFIDENCES)
def test_wilson_is_scipys_score_interval(drawn: tuple[int, int], confidence: float) -> None:
    hits, trials = drawn
    expected = stats.binomtest(hits, trials).proportion_ci(confidence, method="wilson")
    assert statistics.wilson(hits, trials, confidence) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_wilson_in_print() -> None:
    """Newcombe (1998), "Two-sided confidence intervals for the single proportion", table I, method 3."""
    close(statistics.wilson(81, 263), 0.2553, 0.3662)
    close(statistics.wilson(15, 148), 0.0624, 0.1605)
    close(statistics.wilson(0, 20), 0.0, 0.1611)
    close(statistics.wilson(1, 29), 0.0061, 0.1718)


def test_no_trials_no_interval() -> None:
    assert statistics.wilson(0, 0) is None
    assert statistics.newcombe((0, 0), (1, 2)) is None
    assert statistics.newcombe((1, 2), (0, 0)) is None
    assert statistics.compare(Side(0, 0), Side(1, 2)) is None


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        ((48, 80), (56, 70), 0.0524, 0.3339),
        ((3, 10), (9, 10), 0.1705, 0.8090),
        ((2, 7), (6, 7), 0.0582, 0.8062),
        ((0, 29), (5, 56), -0.0381, 0.1926),
        ((0, 20), (0, 10), -0.1611, 0.2775),
        ((0, 20), (10, 10), 0.6791, 1.0),
        ((0, 10), (10, 10), 0.6075, 1.0),
    ],
)
def test_newcombes_method_10_in_print(first: tuple[int, int], second: tuple[int, int], low: float, high: float) -> None:
    """Newcombe (1998), "Interval estimation for the difference between independent proportions", table II, method 10."""
    close(statistics.newcombe(first, second), low, high)


@settings(deadline=None, max_examples=60)
@given(SHARES, SHARES, CONFIDENCES)
def test_a_difference_turned_round_is_turned_round(first: tuple[int, int], second: tuple[int, int], confidence: float) -> None:
    there, back = statistics.newcombe(first, second, confidence), statistics.newcombe(second, first, confidence)
    assert there is not None
    assert back is not None
    assert there == pytest.approx((-back[1], -back[0]), abs=1e-12)
    assert -1 <= there[0] <= second[0] / second[1] - first[0] / first[1] <= there[1] <= 1


@settings(deadline=None, max_examples=60)
@given(SHARES, SHARES)
def test_the_two_proportion_test_is_pearsons_chi_square(first: tuple[int, int], second: tuple[int, int]) -> None:
    found = statistics.chi_square(first, second)
    table = np.array([[hits, trials - hits] for hits, trials in (first, second)])
    if 0 in table.sum(axis=0):
        assert found == 1.0
    else:
        assert found == pytest.approx(stats.chi2_contingency(table, correction=False).pvalue, rel=1e-6, abs=1e-300)


@settings(deadline=None, max_examples=60)
@given(*(st.integers(1, 60).flatmap(lambda trials: st.tuples(st.integers(0, trials), st.just(trials))) for _ in range(2)))
def test_fisher_is_scipys(first: tuple[int, int], second: tuple[int, int]) -> None:
    table = np.array([[hits, trials - hits] for hits, trials in (first, second)])
    assert statistics.fisher(first, second) == pytest.approx(stats.fisher_exact(table).pvalue, rel=1e-8)


def test_fisher_counts_all_tables_as_rare() -> None:
    """By going through every way in which the hits could have fallen on the trials of two small sides."""
    first, second = (1, 5), (5, 6)
    ways = {hits: math.comb(5, hits) * math.comb(6, 6 - hits) for hits in range(6)}
    rare = sum(ways[hits] for hits in ways if ways[hits] <= ways[1])
    assert statistics.fisher(first, second) == pytest.approx(rare / math.comb(11, 6))


def test_fisher_of_a_tea_party() -> None:
    """Fisher's lady: three of four cups of each kind told right, .4857 (two-sided)."""
    assert statistics.fisher((3, 4), (1, 4)) == pytest.approx(0.4857, abs=5e-5)


def test_fisher_where_counts_are_small() -> None:
    small = statistics.compare(Side(1, 40), Side(4, 40))
    large = statistics.compare(Side(10, 400), Side(40, 400))
    assert small is not None
    assert large is not None
    assert (small.test, large.test) == ("fisher", "chi-square")
    assert small.p_value == statistics.fisher((1, 40), (4, 40))
    assert large.p_value == statistics.chi_square((10, 400), (40, 400))
    assert large.value == pytest.approx(0.075)


def test_the_smallest_expected_count_is_the_tables() -> None:
    for a, b in product(range(0, 9, 2), range(0, 13, 3)):
        first, second = (a, 8), (b, 12)
        table = np.array([[a, 8 - a], [b, 12 - b]])
        if 0 not in table.sum(axis=0):
            assert statistics.smallest_expected(first, second) == pytest.approx(stats.contingency.expected_freq(table).min())


def test_without_clumps_a_clump_is_a_trial() -> None:
    first, second = Side(30, 400, ((1, 1),) * 30), Side(60, 500, ((1, 1),) * 60)
    found = statistics.compare(first, second)
    assert found is not None
    assert found.effect == pytest.approx(1.0)
    assert found.p_by_clump == pytest.approx(found.p_value)
    assert found.interval_by_clump == pytest.approx(found.interval)


def test_clumps_of_equal_size_divide_the_trials_by_their_size() -> None:
    """If hits and all others came in clumps of five, there would be a fifth of the trials."""
    sides = tuple(Side(hits, 500, ((5, 5),) * (hits // 5) + ((0, 5),) * ((500 - hits) // 5)) for hits in (50, 100))
    assert statistics.design_effect(sides) == pytest.approx(5.0)
    found = statistics.compare(*sides)
    assert found is not None
    assert found.p_by_clump == pytest.approx(statistics.chi_square((10, 100), (20, 100)))
    assert found.interval_by_clump == pytest.approx(statistics.newcombe((10, 100), (20, 100)))
    assert found.p_value < found.p_by_clump


def test_where_there_is_nothing_or_everything_nothing_clumps() -> None:
    assert statistics.design_effect((Side(0, 10), Side(0, 20))) == 1.0
    assert statistics.design_effect((Side(10, 10, ((10, 10),)), Side(20, 20, ((20, 20),)))) == 1.0


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(1, 60), min_size=2, max_size=30), st.randoms())
def test_the_order_of_clumps_changes_nothing(sizes: list[int], random: Any) -> None:
    shuffled = random.sample(sizes, len(sizes))
    one, other = (Side(sum(each), 3000, tuple((size, size) for size in each)) for each in (sizes, shuffled))
    assert statistics.design_effect([one]) == statistics.design_effect([other])


def alarms(books: int, level: float) -> tuple[float, float]:
    """Shares of books without any change in which a test says there is one: trials as independent, and by clump."""
    random = np.random.default_rng(5)
    found = np.zeros(2)
    for _ in range(books):
        sizes = np.clip(np.rint(np.exp(random.normal(np.log(7.0), 0.6, random.poisson(12)))), 3, 60).astype(int)
        late = random.random(len(sizes)) < 1 / 3
        sides = []
        for mine, alone in ((sizes[~late], 2000), (sizes[late], 1000)):
            sides.append(Side(int(mine.sum()), alone + int(mine.sum()), tuple((size, size) for size in mine.tolist())))
        compared = statistics.compare(*sides)
        assert compared is not None
        found += compared.p_value < level, compared.p_by_clump < level
    return float(found[0] / books), float(found[1] / books)


def test_only_the_test_by_clump_keeps_its_level() -> None:
    naive, by_clump = alarms(400, 0.05)
    assert naive > 0.35
    assert by_clump < 0.08


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 400), min_size=1, max_size=5), st.floats(0.1, 50), CONFIDENCES)
def test_garwood_is_the_poisson_tails(counts: list[int], exposure: float, confidence: float) -> None:
    events = np.array(counts, dtype=np.float64)
    low, high = statistics.garwood(events, np.full(len(counts), exposure), confidence)
    tail = (1 - confidence) / 2
    for count, start, end in zip(counts, low * exposure, high * exposure, strict=True):
        assert stats.poisson.cdf(count, end) == pytest.approx(tail, rel=1e-6)
        assert start == 0 if count == 0 else stats.poisson.sf(count - 1, start) == pytest.approx(tail, rel=1e-6)


def test_a_mean_has_students_interval() -> None:
    values = np.array([0.2, 0.4, 0.9, 0.5])
    low, high = statistics.mean_intervals(*(np.array([x]) for x in (values.mean(), values.std(ddof=1), 4.0)))
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert (low[0], high[0]) == pytest.approx((expected.low, expected.high))


def test_one_value_has_no_interval() -> None:
    low, high = statistics.mean_intervals(np.array([0.3]), np.array([0.0]), np.array([1.0]))
    assert np.isnan(low[0])
    assert np.isnan(high[0])


@settings(deadline=None, max_examples=60)
@given(st.lists(st.floats(0, 1), max_size=40))
def test_adjusted_is_scipys_false_discovery_control(p_values: list[float]) -> None:
    found = statistics.adjusted(p_values)
    assert found.tolist() == pytest.approx(stats.false_discovery_control(p_values).tolist() if p_values else [])


def test_a_chance_keeps_its_digits() -> None:
    assert statistics.significant(1.23456e-9) == 1.235e-9
    assert statistics.significant(0.0) == 0.0
