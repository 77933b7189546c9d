"""Closure: how many third people are near both people of a pair through other values than theirs."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from fraudgraph.graph.facts import Facts
from fraudgraph.graph.sorting import order
from fraudgraph.model import BoolArray, Int32Array, IntArray

_ODD = np.uint64(0x9E3779B97F4A7C15)
"""Spreads numbers over 64 bits (2^64 over the golden ratio)."""
_MOST_BITS = 27
"""Of the sieve: at most 128 MB."""
_BLOCK = 100_000
"""Neighbours looked at together: small enough for the processor's cache."""


def close(facts: Facts, persons: int) -> Int32Array:
    """Return per pair the third people who are near both through different values, at most 2 (a triangle over one value does not count)."""
    result = np.zeros(len(facts), np.int32)
    inside = np.flatnonzero(_crossing(facts, persons))
    result[inside] = _triangles(facts.take(inside), max(persons, 1))
    return result


def _crossing(facts: Facts, persons: int) -> BoolArray:
    """Return the pairs whose two people both have pairs over more than one value: no other can be part of a triangle that counts."""
    least = np.full(persons, np.iinfo(np.int64).max)
    most = np.full(persons, -1, np.int64)
    for end in (facts.a, facts.b):
        np.minimum.at(least, end, facts.label)
        np.maximum.at(most, end, facts.label)
    several = least < most
    return several[facts.a] & several[facts.b]


def _triangles(facts: Facts, size: int) -> Int32Array:
    count = len(facts)
    if not count:
        return np.zeros(0, np.int32)
    # Every pair from both ends, sorted by person and neighbour: (b, a) first, so that a stable order by person is enough.
    owner, other = np.concatenate([facts.b, facts.a]), np.concatenate([facts.a, facts.b])
    place = order(owner)
    keys = owner[place].astype(np.int64) * size + other[place]
    neighbour, label = other[place], np.concatenate([facts.label, facts.label])[place]
    del other, place
    pairs = np.bincount(owner, minlength=size)
    stop = np.cumsum(pairs)
    sieve = _Sieve(keys)
    # The neighbours of the end that has fewer are looked up among those of the other.
    small = np.where(pairs[facts.a] <= pairs[facts.b], facts.a, facts.b)
    large = np.where(small == facts.a, facts.b, facts.a)
    work = np.cumsum(pairs[small])
    cuts = np.unique(np.r_[0, np.searchsorted(work, np.arange(0, int(work[-1]), _BLOCK)), count])
    result = np.zeros(count, np.int32)
    for low, high in pairwise(cuts.tolist()):
        s, g, own = small[low:high], large[low:high], facts.label[low:high]
        n = pairs[s]
        pair = np.repeat(np.arange(len(s), dtype=np.int32), n)
        at = np.arange(len(pair)) + np.repeat(stop[s] - np.cumsum(n), n)
        differs = label[at] != own[pair]
        pair, at = pair[differs], at[differs]
        wanted = g[pair].astype(np.int64) * size + neighbour[at]
        maybe = sieve.may_have(wanted)
        pair, at, wanted = pair[maybe], at[maybe], wanted[maybe]
        there = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        closes = (keys[there] == wanted) & (label[there] != label[at]) & (label[there] != own[pair])
        result[low:high] = np.minimum(np.bincount(pair[closes], minlength=len(s)), 2)
    return result


class _Sieve:
    """Says of most numbers that are not among ``keys`` that they are not: one look instead of a search."""

    def __init__(self, keys: IntArray) -> None:
        self._shift = np.uint64(64 - min(len(keys).bit_length() + 2, _MOST_BITS))
        self._seen = np.zeros(1 << (64 - int(self._shift)), bool)
        self._seen[self._slot(keys)] = True

    def _slot(self, keys: IntArray) -> npt.NDArray[np.uint64]:
        return (keys.view(np.uint64) * _ODD) >> self._shift

    def may_have(self, keys: IntArray) -> npt.NDArray[np.bool_]:
        return self._seen[self._slot(keys)]
