"""Rows that share a key, found by integers: strings are compared once, and only those that occur more than once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from fraudgraph.model import BoolArray, Identified, Int32Array, IntArray


def key_columns(identified: Identified, key: Sequence[str]) -> list[pl.Series] | None:
    """Return the columns of ``key`` (names of slots, or ``birth``); None where the book does not have one of them."""
    columns = []
    for name in key:
        if name == "birth":
            columns.append(identified.birth)
        elif name in identified.keys.columns:
            columns.append(identified.keys[name])
        else:
            return None
    return columns


def shared(columns: Sequence[pl.Series], of: BoolArray | None = None) -> tuple[Int32Array, Int32Array]:
    """Return the rows whose values in all ``columns`` are known and shared with another row, and a code per such row.

    Rows ascend; equal codes mean equal values, and codes are 0, 1, ... in no particular order. ``of`` (a mask per row) leaves
    only the rows that have a value which one of those rows has.
    """
    frame = pl.DataFrame([column.alias(str(number)) for number, column in enumerate(columns)])
    known = frame.select(pl.all_horizontal(pl.all().is_not_null())).to_series().to_numpy()
    rows = np.flatnonzero(known).astype(np.int32)
    hashes = frame.hash_rows(seed=0).to_numpy()[rows]
    if of is not None:
        wanted = np.isin(hashes, hashes[of[rows]])
        rows, hashes = rows[wanted], hashes[wanted]
    rows, hashes = _twice(rows, hashes)
    _, first, inverse = np.unique(hashes, return_index=True, return_inverse=True)
    codes: Int32Array = inverse.astype(np.int32)
    # A hash of 64 bits may collide once in a great many books; people must not be merged by it, so it is verified.
    mine, its = frame[rows], frame[rows[first[codes]]]
    if any((mine[name] != its[name]).any() for name in frame.columns):
        exact = mine.select(pl.struct(pl.all()).rank("dense")).to_series().to_numpy()
        rows, exact = _twice(rows, exact)
        codes = np.unique(exact, return_inverse=True)[1].astype(np.int32)
    return rows, codes


def codes_of(values: pl.Series) -> Int32Array:
    """Return a code per row, 0 or more: equal for equal strings, and only for them; -1 where the value is unknown."""
    rows, codes = shared([values])
    # A value of one row only equals nothing: its row number, after the shared codes, names it.
    result = np.arange(len(rows), len(rows) + len(values), dtype=np.int32)
    result[values.is_null().to_numpy()] = -1
    result[rows] = codes
    return result


def _twice(rows: Int32Array, codes: npt.NDArray[Any]) -> tuple[Int32Array, npt.NDArray[Any]]:
    """Keep the rows whose code occurs at least twice."""
    again = pl.Series(codes).is_duplicated().to_numpy()
    return rows[again], codes[again]


def all_pairs(starts: IntArray, sizes: IntArray) -> tuple[IntArray, IntArray]:
    """Return every unordered pair of positions inside runs [start, start + size) as two arrays, first < second."""
    repeats = np.repeat(np.arange(len(sizes)), sizes)
    position = np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    after = sizes[repeats] - 1 - position
    first = np.repeat(starts[repeats] + position, after)
    step = np.arange(int(after.sum())) - np.repeat(np.cumsum(after) - after, after)
    return first, first + 1 + step
