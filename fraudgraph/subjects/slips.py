"""ID numbers that are one number mistyped, where no check digit could tell.

Two different valid ID numbers are two people. But many countries' numbers have no check digit, so that a mistyped one looks as valid
as the right one. Two numbers of one length that differ in one character, or in two neighbouring ones exchanged, count as one where
applications with the same date of birth, agreeing names and the same phone, card or e-mail gave them. (In numbers with a good check
digit, as resident IDs have, no slip of these kinds leaves a valid number, so nothing changes for them.)
"""

from __future__ import annotations

import numpy as np
import polars as pl

from fraudgraph.model import Int32Array, IntArray
from fraudgraph.subjects.groups import components
from fraudgraph.subjects.keys import Keys, all_pairs
from fraudgraph.subjects.matches import Names, agreeing, several
from fraudgraph.subjects.rules import CARD, EMAIL, PHONE

BESIDE = ((PHONE, "birth"), (CARD, "birth"), (EMAIL, "birth"))
"""What two applications must share, beside the name, for their ID numbers to be one mistyped."""

SHORTEST_NUMBER = 8
"""Characters; shorter numbers lie too close to each other."""


def is_slip(a: str, b: str) -> bool:
    """Return whether two different ID numbers are one typing slip apart."""
    if len(a) != len(b) or len(a) < SHORTEST_NUMBER:
        return False
    wrong = [place for place, (x, y) in enumerate(zip(a, b, strict=True)) if x != y]
    if len(wrong) == 2:
        first, second = wrong
        return second == first + 1 and a[first] == b[second] and a[second] == b[first]
    return len(wrong) == 1


def one_number(numbers: pl.Series, id_code: Int32Array, keys: Keys, names: Names) -> Int32Array:
    """Return ``id_code`` (per row, -1 for none) with one code for numbers that are one mistyped; ``numbers`` are the ID numbers."""
    pairs = [_slips(key, numbers, id_code, keys, names) for key in BESIDE]
    left, right = (np.concatenate([pair[side] for pair in pairs]) for side in (0, 1))
    if not len(left):
        return id_code
    codes, place = np.unique(np.r_[left, right], return_inverse=True)
    component = components(len(codes), place[: len(left)], place[len(left) :])
    first = np.unique(component, return_index=True)[1]
    same = np.arange(int(id_code.max()) + 2, dtype=np.int32)
    same[-1] = -1  # the code of no number, -1, is the last place
    same[codes] = codes[first][component]
    return same[id_code]


def _slips(key: tuple[str, ...], numbers: pl.Series, id_code: Int32Array, keys: Keys, names: Names) -> tuple[IntArray, IntArray]:
    """Return pairs of codes of numbers that are a slip apart on one ``key`` under names that agree."""
    rows, codes = keys.shared(key) or (np.empty(0, dtype=np.int32), np.empty(0, dtype=np.int32))
    known = (id_code[rows] >= 0) & names.given[rows]
    rows, codes = rows[known], codes[known]
    apart = several(codes, id_code[rows])
    rows, codes = rows[apart], codes[apart]
    entries = pl.DataFrame({"key": codes, "row": rows, "id": id_code[rows], "name": names.parts["name_key"][rows]})
    entries = entries.group_by("key", "id", "name").agg(pl.col("row").min()).sort("key", "row")
    key_of = entries["key"].to_numpy()
    starts = np.flatnonzero(np.r_[True, key_of[1:] != key_of[:-1]]) if len(key_of) else np.empty(0, dtype=np.int64)
    sizes = np.diff(np.r_[starts, len(key_of)])
    few = sizes <= names.most
    left, right = (entries["row"].to_numpy()[side] for side in all_pairs(starts[few], sizes[few]))
    slips = np.array([is_slip(a, b) for a, b in zip(numbers[left], numbers[right], strict=True)], dtype=np.bool_)
    left, right = left[slips], right[slips]
    agree = agreeing(names, left, right)
    return id_code[left[agree]].astype(np.int64), id_code[right[agree]].astype(np.int64)
