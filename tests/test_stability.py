"""The stability index against an independent computation, and what chance makes of it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import rel_entr
from scipy.stats import chi2

from fraudgraph import stability

COUNTS = st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), min_size=2, max_size=30).filter(
    lambda pairs: sum(a for a, _ in pairs) > 0 and sum(b for _, b in pairs) > 0
)


@given(COUNTS)
def test_it_is_the_symmetric_divergence(pairs: list[tuple[int, int]]) -> None:
    reference, today = np.array(pairs).T
    q, p = ((counts + 0.5) / (counts + 0.5).sum() for counts in (reference, today))
    expected = rel_entr(p, q).sum() + rel_entr(q, p).sum()
    assert stability.psi(reference, today) == pytest.approx(expected, rel=1e-9, abs=1e-12)
    assert stability.psi(reference, today) == pytest.approx(stability.psi(today, reference), rel=1e-9, abs=1e-12)
    assert stability.psi(reference, reference) == 0


def test_a_worked_example() -> None:
    """Shares .5/.5 against .75/.25: (.25) ln(1.5) + (-.25) ln(.5)."""
    found = stability.psi(np.array([10**9, 10**9]), np.array([3 * 10**9, 10**9]))
    assert found == pytest.approx(0.25 * np.log(1.5) - 0.25 * np.log(0.5), rel=1e-6)


def test_observations_in_clusters_count_for_fewer() -> None:
    assert stability.independent(np.arange(50)) == 50
    assert stability.independent(np.repeat(np.arange(10), 5)) == pytest.approx(10)
    assert stability.independent(np.r_[np.zeros(60, int), np.arange(1, 41)]) == pytest.approx(100**2 / (60**2 + 40))
    assert stability.independent(np.zeros(0, int)) == 0


def test_chance_exceeds_its_limit_as_often_as_was_asked_for() -> None:
    rng = np.random.default_rng(5)
    share = np.array([0.3, 0.25, 0.2, 0.15, 0.1])
    over = 0
    for _ in range(2000):
        found = stability.shift(rng.multinomial(4000, share), rng.multinomial(300, share), 300, 0.1)
        assert found is not None
        over += found.psi > found.by_chance
    assert 0.07 < over / 2000 < 0.13


@given(st.lists(st.integers(0, 5000), min_size=2, max_size=40), st.integers(1, 3000), st.integers(0, 10**6))
def test_bins_have_enough_to_be_judged(reference: list[int], people: int, seed: int) -> None:
    counts = np.array(reference)
    if not counts.sum():
        assert stability.shift(counts, counts + 1, people, 0.001) is None
        return
    today = np.random.default_rng(seed).multinomial(people, counts / counts.sum())
    found = stability.shift(counts, today, people, 0.001)
    large = int(np.sum(counts / counts.sum() * people >= stability.LEAST))
    if found is None:
        assert large <= 1
        return
    assert 2 <= found.bins <= large + 1
    assert found.by_chance == pytest.approx(chi2.isf(0.001, found.bins - 1) * (1 / people + 1 / counts.sum()))


def test_what_was_never_seen_before_is_seen() -> None:
    """A bin that is empty in the reference goes with the rare ones, and an index of today's mass in it is large."""
    reference, today = np.array([900, 80, 20, 0]), np.array([450, 40, 10, 500])
    found = stability.shift(reference, today, 1000, 0.001)
    assert found is not None
    assert found.bins == 3
    assert found.over(0.25)
    assert stability.shift(reference, np.zeros(4, int), 0, 0.001) is None


def test_a_small_sample_must_move_further() -> None:
    reference = np.array([500, 500])
    small, large = (stability.shift(reference, np.array([share, 4 * share]), 5 * share, 0.001) for share in (3, 300))
    assert small is not None
    assert large is not None
    assert small.psi > 0.25
    assert not small.over(0.25)
    assert large.over(0.25)
    assert not large.over(0.6)


def test_groups_of_equal_shares() -> None:
    rng = np.random.default_rng(1)
    histogram = np.bincount((rng.beta(1.3, 6.2, 20_000) * 200).astype(int), minlength=200)
    group = stability.deciles(histogram)
    shares = np.bincount(group, histogram) / histogram.sum()
    assert (np.diff(group) >= 0).all()
    assert len(shares) == 10
    assert shares.max() < 0.14
    assert shares.min() > 0.06
    assert stability.deciles(np.zeros(5, int)).tolist() == [0] * 5
