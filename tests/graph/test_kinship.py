"""What tells kinship from transmission: rank correlation below T, and the best split into two kinds of people."""

from __future__ import annotations

import numpy as np
from core_books import SETTINGS, ends
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

from fraudgraph.graph.kinship import alike_below, otsu

Pair = tuple[int, int]
LOW = st.lists(st.tuples(st.integers(-1, 9), st.integers(-1, 9)), max_size=40)


@settings(max_examples=60, deadline=None)
@given(LOW)
def test_alike_below_is_spearmans_rank_correlation_of_the_low(pairs: list[Pair]) -> None:
    values = [value for pair in pairs for value in pair]
    intent = np.array([value * 100_000 if value >= 0 else -1 for value in values], np.int64)
    found = alike_below(*ends([(2 * i, 2 * i + 1) for i in range(len(pairs))]), intent, 0.5, SETTINGS)
    low = [(a, b) for a, b in pairs if 0 <= a <= 5 and 0 <= b <= 5]
    both = [*low, *((b, a) for a, b in low)]
    expected = False
    if len(low) >= 3 and len({a for a, _ in both}) > 1:
        correlation = float(spearmanr([a for a, _ in both], [b for _, b in both]).statistic)
        least = SETTINGS.number("graph.guard_correlation"), SETTINGS.number("graph.guard_errors") / len(low) ** 0.5
        if min(abs(correlation - limit) for limit in least) < 1e-9:
            return
        expected = correlation > max(least)
    assert found == expected


def test_whoever_is_at_the_threshold_counts_as_low() -> None:
    intent = np.array([500_000] * 24 + [100_000] * 24)
    pairs = [(2 * i, 2 * i + 1) for i in range(24)]
    assert alike_below(*ends(pairs), intent, 0.5, SETTINGS)
    for end in (0, 1):
        above = intent.copy()
        above[end:24:2] += 1
        assert not alike_below(*ends(pairs), above, 0.5, SETTINGS), "only the equal ones are left"


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 20), min_size=2, max_size=30).filter(lambda values: len(set(values)) > 1))
def test_the_split_has_the_largest_variance_between_its_classes(values: list[int]) -> None:
    """Values are multiples of 1 / 20, so that a bin holds one of them."""

    def between(split: float) -> float:
        low, high = ([v for v in values if (v <= split) == side] for side in (True, False))
        return len(low) * len(high) * (sum(low) / len(low) - sum(high) / len(high)) ** 2 if low and high else 0.0

    best = max(between(value) for value in values)
    split = otsu(np.array(values, np.int64) * 50_000) / 50_000
    assert abs(between(split) - best) < 1e-9 * max(best, 1)


def test_two_kinds_of_people_are_told_apart() -> None:
    draw = np.random.default_rng(1)
    intent = np.r_[draw.normal(0.2, 0.05, 700), draw.normal(0.8, 0.05, 300)]
    intent = intent.clip(0, 1)
    split = otsu((intent * 1e6).astype(np.int64)) / 1e6
    assert ((intent > split) == (np.arange(1000) >= 700)).mean() > 0.999
