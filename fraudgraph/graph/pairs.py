"""Candidate pairs: two people near each other in time on one value. Linear in the uses: each use meets the next few people only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from fraudgraph.graph.codes import DAY, Codes
from fraudgraph.graph.sorting import order, order_by
from fraudgraph.model import SLOT, Int32Array, IntArray


@dataclass(frozen=True)
class Given:
    """Person-person relations from outside, one row a (pair, kind); a < b."""

    a: Int32Array
    b: Int32Array
    kind: Int32Array
    """Number within ``names``."""
    weight: np.ndarray[tuple[int], np.dtype[np.float64]]
    names: tuple[str, ...]

    @classmethod
    def none(cls) -> Given:
        empty = np.zeros(0, np.int32)
        return cls(empty, empty, empty, np.zeros(0), ())


def candidates(
    codes: Codes, person: Int32Array, applied_at: IntArray, given: Given, reach: int, span_days: int
) -> tuple[Int32Array, Int32Array]:
    """Return the pairs (a < b), sorted: on each value every use meets the next ``reach`` uses of other people within ``span_days``."""
    size = int(person.max()) + 1 if len(person) else 0
    found: list[IntArray] = [given.a.astype(np.int64) * size + given.b]
    for _, _, left, right in meetings(codes, person, applied_at, reach, span_days):
        found.append(np.minimum(left, right) * np.int64(size) + np.maximum(left, right))
    pairs = np.concatenate(found)
    found.clear()
    pairs.sort()
    pairs = pairs[np.r_[True, pairs[1:] != pairs[:-1]]] if len(pairs) else pairs
    return (pairs // max(size, 1)).astype(np.int32), (pairs % max(size, 1)).astype(np.int32)


def meetings(
    codes: Codes, person: Int32Array, applied_at: IntArray, reach: int, span_days: int
) -> Iterator[tuple[str, IntArray, Int32Array, Int32Array]]:
    """Yield (kind, value, person, other person): who meets whom on which value; the same two may meet more than once."""
    for kind in codes.kinds:
        columns = [codes.code[name] for name in codes.code if SLOT[name].kind == kind]
        rows = [np.flatnonzero(column >= 0) for column in columns]
        row = np.concatenate(rows)
        value = np.concatenate([c[r] for c, r in zip(columns, rows, strict=True)]).astype(np.int64)
        # Rows are in time order, so (value, row) is (value, time).
        sort = order_by(value, row) if len(columns) > 1 else order(value)
        for met, left, right in consecutive(value[sort], person[row[sort]], applied_at[row[sort]], reach, span_days):
            yield kind, met, left, right


def consecutive(
    value: IntArray, who: Int32Array, when: IntArray, reach: int, span_days: int
) -> Iterator[tuple[IntArray, Int32Array, Int32Array]]:
    """Yield (value, person, other person) of uses that are sorted by value and time: each meets the next ``reach`` of other people."""
    fresh = np.r_[True, (value[1:] != value[:-1]) | (who[1:] != who[:-1])] if len(value) else np.zeros(0, bool)
    # Of a person's uses in a row the first meets those before and the last those after: both are kept.
    kept = fresh | np.r_[fresh[1:], True] if len(value) else fresh
    value, who, when = value[kept], who[kept], when[kept]
    for step in range(1, reach + 1):
        meets = (value[step:] == value[:-step]) & (who[step:] != who[:-step]) & (when[step:] - when[:-step] <= span_days * DAY)
        yield value[step:][meets], who[:-step][meets], who[step:][meets]
