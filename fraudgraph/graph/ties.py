"""Ties: the pairs that hold people of one gang together, not only people of gangs.

A class's probability says "both are gang people". Whether they are of the same gang is asked of the values that they share: a *pure*
value is one that mostly gang people have, a *covering* one belongs to a good part of the groups that it would join. A carrier's address
is neither.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fraudgraph.graph.codes import DAY
from fraudgraph.graph.components import components
from fraudgraph.graph.facts import FAR_DAYS, Applications, View, rank_of_kind, shared
from fraudgraph.model import BoolArray, FloatArray, Int32Array, IntArray
from fraudgraph.settings import Settings


@dataclass(frozen=True)
class Values:
    """What each pair shares, one row a (pair, value), sorted."""

    pair: IntArray
    value: IntArray
    people: IntArray
    """People on the value by the time of the pair."""

    def of(self, pairs: IntArray) -> Values:
        """Return what the given pairs (ascending) share, numbered by their place among these."""
        low, high = np.searchsorted(self.pair, pairs), np.searchsorted(self.pair, pairs, side="right")
        many = high - low
        rows = np.arange(int(many.sum())) + np.repeat(low - (np.cumsum(many) - many), many)
        return Values(np.repeat(np.arange(len(pairs)), many), self.value[rows], self.people[rows])


def values(view: View, applications: Applications, a: Int32Array, b: Int32Array) -> Values:
    """Return every shared value of the given pairs."""
    pair, i, j = applications.products(a, b)
    near = np.abs(view.applied_at[i] - view.applied_at[j]) <= FAR_DAYS * DAY
    pair, i, j = pair[near], i[near], j[near]
    found: list[IntArray] = []
    for _, one, other, equal in shared(view.codes, i, j):
        hit = np.flatnonzero(equal)
        people = np.maximum(view.codes.people[one][i[hit]], view.codes.people[other][j[hit]])
        value = (rank_of_kind(one) << 40) + view.codes.code[one][i[hit]].astype(np.int64)
        found.append(np.stack([pair[hit], value, people.astype(np.int64)]))
    table = np.concatenate(found, axis=1) if found else np.zeros((3, 0), np.int64)
    order = np.lexsort(table[::-1])
    table = table[:, order]
    # The largest crowd on the value at the pair's times stays: the last of each (pair, value).
    final = np.r_[(np.diff(table[0]) != 0) | (np.diff(table[1]) != 0), True] if table.shape[1] else np.zeros(0, bool)
    return Values(table[0][final], table[1][final], table[2][final])


def ties(
    found: Values, a: Int32Array, b: Int32Array, pi: FloatArray, unit: Int32Array, given: BoolArray, size: int, settings: Settings
) -> BoolArray:
    """Return which of the pairs (all with a probability above the cut) are ties.

    ``unit`` is per person; ``given`` marks pairs with a relation from outside, which need no value.
    """
    strong = pi >= settings.number("graph.strong")
    small = settings.integer("graph.small_value")
    # (unit, value) cells with their strongly tied people.
    everything, value = np.unique(found.value, return_inverse=True)
    cells, cell = np.unique(unit[a[found.pair]].astype(np.int64) * len(everything) + value, return_inverse=True)
    loud = strong[found.pair]
    rows = np.concatenate([cell[loud] * np.int64(size) + a[found.pair[loud]], cell[loud] * np.int64(size) + b[found.pair[loud]]])
    held = np.unique(rows)
    count = np.bincount(held // size, minlength=len(cells))
    pure = count[cell] >= settings.number("graph.purity") * found.people
    narrow = found.people <= small
    kept = given.copy()
    kept[found.pair[pure & narrow]] = True
    group = components(size, a[kept], b[kept])
    population = np.bincount(group, minlength=size)
    # The groups that a broad value would join, and how much of them it holds.
    touched = np.unique((held // size) * np.int64(size) + group[held % size])
    joined = np.bincount(touched // size, weights=population[touched % size], minlength=len(cells))
    covering = count[cell] >= settings.number("graph.coverage") * joined[cell]
    kept[found.pair[pure & ~narrow & covering]] = True
    return kept
