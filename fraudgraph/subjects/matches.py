"""Who matches whom by one rule, without listing pairs of applications.

Applications of one key and one canonical name form a *block*: they all match. Blocks of one key whose names agree match as a
whole. So a phone that is used three hundred times by one person is one block, and names are compared once for each pair of
different names on a key, not for each pair of applications.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from fraudgraph.model import BoolArray, Identified, Int32Array, IntArray
from fraudgraph.subjects.groups import Groups
from fraudgraph.subjects.keys import all_pairs, key_columns, shared
from fraudgraph.subjects.rules import Rule

Agree = Callable[[pl.Series, pl.Series], np.ndarray]  # type: ignore[type-arg]
"""Whether two raw names agree, element by element: symmetrical, true for names of one canonical form."""


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
    """As given."""
    code: Int32Array
    """Per row: a code of the canonical name; -1 where there is none."""
    agree: Agree
    most: int
    """Different names on one key up to which they are compared; beyond, only equal canonical names match."""


def find(rule: Rule, identified: Identified, names: Names, groups: Groups) -> Matches | None:
    """Return the matches of ``rule`` between groups that are not one yet; None where there are none."""
    columns = key_columns(identified, rule.key)
    if columns is None:
        return None
    # A row without a name bears the name of its group: the first one that was given.
    named_by = groups.name_row[groups.label]
    named_by = np.where(names.code >= 0, np.arange(len(named_by), dtype=np.int32), named_by)
    nameless = named_by < 0
    if rule.named:
        rows, codes = shared(columns)
        keep = ~nameless[rows]
        rows, codes = rows[keep], codes[keep]
    elif nameless.any():
        rows, codes = shared(columns, of=nameless)
    else:
        return None
    label = groups.label[rows]
    several = _several(codes, label)
    rows, codes, label = rows[several], codes[several], label[several]
    if not len(rows):
        return None
    if not rule.named:
        block = np.unique(codes, return_inverse=True)[1]
        group, block = _memberships(label, block)
        nothing = np.empty(0, dtype=np.int64)
        return Matches(group, block, nothing, nothing)
    bearer = named_by[rows]
    name = names.code[bearer].astype(np.int64)
    width = int(names.code.max()) + 1
    combined, block = np.unique(codes * width + name, return_inverse=True)
    left, right = _candidates(combined // width, names.most)
    if len(left):
        speaker = np.full(len(combined), len(named_by), dtype=np.int64)
        np.minimum.at(speaker, block, bearer)
        agreeing = _agreeing(names, speaker[left], speaker[right])
        left, right = left[agreeing], right[agreeing]
    group, block = _memberships(label, block)
    return Matches(group, block, left, right)


def _several(codes: Int32Array, label: Int32Array) -> BoolArray:
    """Return which rows are of a key that more than one group has."""
    if not len(codes):
        return np.zeros(0, dtype=np.bool_)
    size = int(codes.max()) + 1
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


def _agreeing(names: Names, left: IntArray, right: IntArray) -> BoolArray:
    """Return for pairs of rows whether their names agree; every two different spellings are asked about once."""
    a, b = names.raw[left], names.raw[right]
    swap = a > b
    pairs = pl.DataFrame({"a": pl.select(pl.when(swap).then(b).otherwise(a)).to_series(), "b": pl.select(pl.when(swap).then(a).otherwise(b)).to_series()})
    distinct = pairs.unique()
    distinct = distinct.with_columns(pl.Series("agrees", np.asarray(names.agree(distinct["a"], distinct["b"]), dtype=np.bool_)))
    joined = pairs.join(distinct, on=["a", "b"], how="left", maintain_order="left", nulls_equal=True)
    result: BoolArray = joined["agrees"].to_numpy().astype(np.bool_)
    return result
