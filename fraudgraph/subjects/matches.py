"""Who matches whom by one rule, without listing pairs of applications.

Applications of one key and one canonical name form a *block*: they all match. Blocks of one key whose names agree match as a
whole. So a phone that is used three hundred times by one person is one block, and names are compared once for each pair of
different names on a key, not for each pair of applications.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from fraudgraph.model import SHORT_PART, BoolArray, Int32Array, IntArray
from fraudgraph.subjects.groups import AnyInt, Groups
from fraudgraph.subjects.keys import Keys, all_pairs, codes_of
from fraudgraph.subjects.rules import SHORTEST, Name, Rule

Agree = Callable[[pl.Series, pl.Series], npt.NDArray[np.bool_]]
"""Whether two raw names agree, element by element. Symmetrical, and the same for all spellings of one canonical form: the first
application of a block speaks for it."""


@dataclass(frozen=True)
class Matches:
    """Blocks of one rule: every two groups in one block, or in two blocks that agree, match."""

    group: IntArray
    """Per membership: a group's label."""
    block: IntArray
    """Per membership: the block, 0, 1, ...."""
    left: IntArray
    """Per pair of blocks that agree: the one."""
    right: IntArray
    """And the other."""

    @property
    def blocks(self) -> int:
        return int(self.block.max()) + 1 if len(self.block) else 0


@dataclass(frozen=True)
class Names:
    """What is known of the names of a book."""

    raw: pl.Series
    """As given, or their tokens."""
    parts: pl.DataFrame
    """``name_key`` and ``surname``; where they are tokens also ``given_name``, which could not be told from the whole."""
    given: BoolArray
    """Per row: is there a usable name."""
    agree: Agree
    most: int
    """Different names on one key up to which they are compared; beyond, only equal canonical names match."""


def find(rule: Rule, keys: Keys, names: Names, groups: Groups) -> Matches | None:
    """Return the matches of ``rule`` between groups that are not one yet; None where there are none."""
    found = keys.shared(rule.key)
    if found is None:
        return None
    rows, codes = found
    rows, codes = _keep(rows, codes, several(codes, groups.label[rows]))
    keys.forget(rule.key, rows, codes)
    # A row without a name bears the name of its group.
    named_by = groups.name_row[groups.label[rows]]
    named_by = np.where(names.given[rows], rows, named_by)
    wanted = _beside(codes, named_by < 0) if rule.name is Name.MISSING else named_by >= 0
    rows, codes, named_by = rows[wanted], codes[wanted], named_by[wanted]
    if not len(rows):
        return None
    said = np.zeros(len(rows), dtype=np.int32) if rule.name is Name.MISSING else codes_of(names.parts["name_key"][named_by])
    width = int(said.max()) + 1
    key_and_name, block = np.unique(codes.astype(np.int64) * width + said, return_inverse=True)
    left, right = (_NONE, _NONE) if rule.name is Name.MISSING else _candidates(key_and_name // width, names.most)
    if len(left):
        speaker = np.full(len(key_and_name), len(names.raw), dtype=np.int64)
        np.minimum.at(speaker, block, named_by)  # the first row of the block speaks for it
        left_row, right_row = speaker[left], speaker[right]
        alike = agreeing(names, left_row, right_row) if rule.name is Name.WHOLE else _one_part(names, rule.name, left_row, right_row)
        left, right = left[alike], right[alike]
    group, block = _memberships(groups.label[rows], block)
    return Matches(group, block, left, right)


_NONE: IntArray = np.empty(0, dtype=np.int64)


def _keep(rows: Int32Array, codes: Int32Array, wanted: BoolArray) -> tuple[Int32Array, Int32Array]:
    return rows[wanted], codes[wanted]


def _beside(codes: Int32Array, these: BoolArray) -> BoolArray:
    """Return which rows are of a key that one of ``these`` rows has too."""
    theirs = np.zeros(int(codes.max(initial=0)) + 1, dtype=np.bool_)
    theirs[codes[these]] = True
    return theirs[codes]


def several(codes: Int32Array, label: Int32Array) -> BoolArray:
    """Return which rows are of a key that more than one group has."""
    size = int(codes.max(initial=0)) + 1
    least = np.full(size, np.iinfo(np.int32).max, dtype=np.int32)
    most = np.full(size, -1, dtype=np.int32)
    np.minimum.at(least, codes, label)
    np.maximum.at(most, codes, label)
    result: BoolArray = (least != most)[codes]
    return result


def _memberships(label: Int32Array, block: IntArray) -> tuple[IntArray, IntArray]:
    """Return the distinct (group, block) pairs."""
    width = int(block.max()) + 1
    distinct = np.unique(label.astype(np.int64) * width + block)
    return distinct // width, distinct % width


def _candidates(key: IntArray, most: int) -> tuple[IntArray, IntArray]:
    """Return the pairs of blocks of one key, for keys of at most ``most`` blocks. ``key`` per block, ascending."""
    starts = np.flatnonzero(np.r_[True, key[1:] != key[:-1]])
    sizes = np.diff(np.r_[starts, len(key)])
    chosen = (sizes > 1) & (sizes <= most)
    return all_pairs(starts[chosen], sizes[chosen])


def agreeing(names: Names, left: AnyInt, right: AnyInt) -> BoolArray:
    """Return for pairs of rows whether their names agree; every two different spellings are asked about once."""
    if not len(left):
        return np.zeros(0, dtype=np.bool_)
    pairs = pl.DataFrame({"x": names.raw[left], "y": names.raw[right]})
    pairs = pairs.select(pl.min_horizontal("x", "y").alias("a"), pl.max_horizontal("x", "y").alias("b"))
    distinct = pairs.unique()
    distinct = distinct.with_columns(pl.Series("agrees", np.asarray(names.agree(distinct["a"], distinct["b"]), dtype=np.bool_)))
    joined = pairs.join(distinct, on=["a", "b"], how="left", maintain_order="left")
    result: BoolArray = joined["agrees"].to_numpy().astype(np.bool_)
    return result


def _one_part(names: Names, which: Name, left: IntArray, right: IntArray) -> BoolArray:
    """Return for pairs of rows whether one part of their names is the same, long enough, and the other part is not."""
    first = pl.col("given_name") if "given_name" in names.parts.columns else pl.col("name_key").str.extract(r"^(\S+) ")
    a, b = (names.parts[rows].select(first.alias("given"), "surname") for rows in (left, right))
    same, other = ("given", "surname") if which is Name.GIVEN else ("surname", "given")
    long = (a[same].str.len_chars() >= SHORTEST) & ~a[same].str.ends_with(SHORT_PART)
    alike = (a[same] == b[same]) & long & (a[other] != b[other])
    result: BoolArray = alike.fill_null(False).to_numpy()
    return result
