"""Candidate pairs: two people near each other in time on one value. Linear in the uses: each use meets the next few people only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fraudgraph.graph.codes import DAY, Codes
from fraudgraph.graph.sorting import order, order_by
from fraudgraph.model import SLOT, BoolArray, Int32Array, IntArray


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
    for kind in codes.kinds:
        columns = [codes.code[name] for name in codes.code if SLOT[name].kind == kind]
        rows = [np.flatnonzero(column >= 0) for column in columns]
        row = np.concatenate(rows)
        value = np.concatenate([c[r] for c, r in zip(columns, rows, strict=True)]).astype(np.int64)
        # Rows are in time order, so (value, row) is (value, time).
        sort = order_by(value, row) if len(columns) > 1 else order(value)
        value, who, when = value[sort], person[row[sort]], applied_at[row[sort]]
        fresh = np.r_[True, (value[1:] != value[:-1]) | (who[1:] != who[:-1])] if len(value) else np.zeros(0, bool)
        # Of a person's uses in a row the first meets those before and the last those after: both are kept.
        last = np.r_[fresh[1:], True] if len(value) else fresh
        found.extend(_next(value, who, when, fresh | last, reach, span_days * DAY, size))
    pairs = np.concatenate(found)
    found.clear()
    pairs.sort()
    pairs = pairs[np.r_[True, pairs[1:] != pairs[:-1]]] if len(pairs) else pairs
    return (pairs // max(size, 1)).astype(np.int32), (pairs % max(size, 1)).astype(np.int32)


def _next(value: IntArray, who: Int32Array, when: IntArray, kept: BoolArray, reach: int, span: int, size: int) -> list[IntArray]:
    value, who, when = value[kept], who[kept].astype(np.int64), when[kept]
    found = []
    for step in range(1, reach + 1):
        meets = (value[step:] == value[:-step]) & (who[step:] != who[:-step]) & (when[step:] - when[:-step] <= span)
        left, right = who[:-step][meets], who[step:][meets]
        found.append(np.minimum(left, right) * size + np.maximum(left, right))
    return found
