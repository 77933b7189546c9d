"""Rows that share a key, found by integers: strings are compared once, and only those that occur more than once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from fraudgraph.model import BoolArray, Identified, Int32Array, IntArray
from fraudgraph.subjects.births import TOKENS, UNKNOWN
from fraudgraph.subjects.groups import AnyInt


class Keys:
    """The shared keys of a book, each single one factorised once.

    A key made of a strong one and something more needs no strings: its rows are some of the strong one's.
    """

    def __init__(self, identified: Identified, single: frozenset[str], apart: IntArray | None = None) -> None:
        """``apart``: a number per row; rows of different numbers share nothing."""
        self._identified = identified
        self._apart = [] if apart is None else [pl.Series(apart)]
        self._single = {name: self._strings((name,)) for name in sorted(single) if name in identified.keys.columns}
        self.days: IntArray = _days(identified.birth)
        """Per row: the date of birth in days since 1970, `UNKNOWN` where there is none; a number from `TOKENS` on for a token of one."""

    def shared(self, key: tuple[str, ...]) -> tuple[Int32Array, Int32Array] | None:
        """Return the rows that share ``key`` (names of slots, or ``birth``) with another row, and a code of the key per row.

        Rows ascend; codes are 0 or more, some may be left out.
        None where the book does not have a column of it.
        """
        if not all(name == "birth" or name in self._identified.keys.columns for name in key):
            return None
        singles = [self._single.get(name) for name in key if name != "birth"]
        if any(single is None for single in singles):
            return self._strings(key)
        (rows, codes), *others = [single for single in singles if single is not None]
        columns: list[AnyInt] = []
        for other_rows, other_codes in others:
            everywhere = np.full(len(self.days), -1, dtype=np.int32)
            everywhere[other_rows] = other_codes
            columns.append(everywhere[rows])
        if "birth" in key:
            days = self.days[rows]
            columns.append(np.where(days == UNKNOWN, -1, days - BEFORE_ANYBODY))
        if not columns:
            return rows, codes
        known = np.all([column >= 0 for column in columns], axis=0)
        rows, codes = rows[known], codes[known]
        for column in columns:
            codes = _dense(codes.astype(np.int64) * (int(column.max(initial=0)) + 1) + column[known])
        again = np.bincount(codes)[codes] > 1
        return rows[again], codes[again]

    def forget(self, key: tuple[str, ...], rows: Int32Array, codes: Int32Array) -> None:
        """Keep only ``rows`` of a single key: those of which something may still be decided."""
        if len(key) == 1 and key[0] in self._single:
            self._single[key[0]] = rows, codes

    def _strings(self, key: tuple[str, ...]) -> tuple[Int32Array, Int32Array]:
        columns = [self._identified.birth if name == "birth" else self._identified.keys[name] for name in key]
        return shared([*columns, *self._apart])


BEFORE_ANYBODY = -(10**7)
"""Days since 1970 before which no date lies: makes days positive."""


def _days(birth: pl.Series) -> IntArray:
    if birth.dtype == pl.Date:
        return birth.cast(pl.Int32).cast(pl.Int64).fill_null(UNKNOWN).to_numpy()
    codes = codes_of(birth).astype(np.int64)
    return np.where(codes < 0, UNKNOWN, codes + TOKENS)


def _dense(values: IntArray) -> Int32Array:
    return np.unique(values, return_inverse=True)[1].astype(np.int32)


def shared(columns: Sequence[pl.Series]) -> tuple[Int32Array, Int32Array]:
    """Return the rows whose values in all ``columns`` are known and shared with another row, and a code per such row.

    Rows ascend; equal codes mean equal values, and codes are 0, 1, ... in no particular order.
    """
    frame = pl.DataFrame([column.alias(str(number)) for number, column in enumerate(columns)])
    known = frame.select(pl.all_horizontal(pl.all().is_not_null())).to_series().to_numpy()
    rows = np.flatnonzero(known).astype(np.int32)
    hashes = frame.hash_rows(seed=0).to_numpy()[rows]
    likely = _likely_twice(hashes)
    rows = rows[likely]
    again, codes, first = _equal(hashes[likely])
    example, rows = rows[first], rows[again]
    # A hash of 64 bits may collide once in a great many books; people must not be merged by it, so it is verified.
    mine, its = frame[rows], frame[example[codes]]
    if any((mine[name] != its[name]).any() for name in frame.columns):
        again, codes, _ = _equal(mine.select(pl.struct(pl.all()).rank("dense")).to_series().to_numpy())
        rows = rows[again]
    return rows, codes


def codes_of(values: pl.Series) -> Int32Array:
    """Return a code per row, 0 or more: equal for equal strings, and only for them; -1 where the value is unknown."""
    return spread_codes(values, *shared([values]))


def spread_codes(values: pl.Series, rows: Int32Array, codes: Int32Array) -> Int32Array:
    """Return a code for every row of ``values``, given what `shared` says of them."""
    # A value of one row only equals nothing: its row number, after the shared codes, names it.
    result = np.arange(len(rows), len(rows) + len(values), dtype=np.int32)
    result[values.is_null().to_numpy()] = -1
    result[rows] = codes
    return result


def _likely_twice(hashes: npt.NDArray[np.uint64]) -> BoolArray:
    """Return which hashes may occur at least twice: certainly all that do, and few that do not.

    Each writes its position into a table by its lowest bits; a place whose last writer is another one was written twice.
    """
    places = 1 << max(10, (2 * len(hashes)).bit_length())
    place = (hashes & np.uint64(places - 1)).astype(np.int32)
    writer = np.empty(places, dtype=np.int32)
    order = np.arange(len(hashes), dtype=np.int32)
    writer[place] = order
    twice = np.zeros(places, dtype=np.bool_)
    twice[place[writer[place] != order]] = True
    return twice[place]


def _equal(values: npt.NDArray[Any]) -> tuple[BoolArray, Int32Array, IntArray]:
    """Return which values occur at least twice, a code for each of those, and the place of one value of each code."""
    if not len(values):
        return np.zeros(0, dtype=np.bool_), np.empty(0, dtype=np.int32), np.empty(0, dtype=np.int64)
    order = np.argsort(values)
    ordered = values[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    sizes = np.diff(np.r_[starts, len(values)])
    several = sizes > 1
    codes = np.empty(len(values), dtype=np.int32)
    codes[order] = np.repeat(np.where(several, np.cumsum(several) - 1, -1), sizes)
    again = codes >= 0
    return again, codes[again], order[starts[several]]


def all_pairs(starts: IntArray, sizes: IntArray) -> tuple[IntArray, IntArray]:
    """Return every unordered pair of positions inside runs [start, start + size) as two arrays, first < second."""
    repeats = np.repeat(np.arange(len(sizes)), sizes)
    position = np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    after = sizes[repeats] - 1 - position
    first = np.repeat(starts[repeats] + position, after)
    step = np.arange(int(after.sum())) - np.repeat(np.cumsum(after) - after, after)
    return first, first + 1 + step
