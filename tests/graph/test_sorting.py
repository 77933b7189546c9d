"""Orders by packed sorting, against numpy's own."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fraudgraph.graph.sorting import group, order, order_by

NUMBERS = st.one_of(st.integers(0, 3), st.integers(0, 2**40), st.integers(0, 2**62))


@given(st.lists(NUMBERS))
def test_order_is_the_stable_order(numbers: list[int]) -> None:
    key = np.array(numbers, np.int64)
    assert np.array_equal(order(key), np.argsort(key, kind="stable"))


@given(st.lists(st.tuples(NUMBERS, NUMBERS)))
def test_order_by_two_is_that_of_lexsort(pairs: list[tuple[int, int]]) -> None:
    major, minor = (np.array([pair[i] for pair in pairs], np.int64) for i in (0, 1))
    assert np.array_equal(order_by(major, minor), np.lexsort((minor, major)))


@given(st.lists(st.one_of(st.integers(0, 5), st.integers(0, 2**64 - 1), st.sampled_from([2**63 + i for i in range(9)]))))
def test_equal_digests_stand_together_whatever_their_low_bits_are(numbers: list[int]) -> None:
    digest = np.array(numbers, np.uint64)
    found = group(digest)
    assert sorted(found.tolist()) == list(range(len(numbers)))
    runs = np.count_nonzero(digest[found][1:] != digest[found][:-1]) + 1 if numbers else 0
    assert runs == len(set(numbers))
