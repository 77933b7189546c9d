"""Transmission (承传): by how much pairs of a link class are alike in fraud intent, shrunk towards coarser classes.

    e <- (sum of z + k e) / (n + k),      z = (xa - mu)(xb - mu)

through nested classes, starting from the prior: the usual estimate of a mean with ``k`` pseudo-observations at the parent's value. Sums
are kept per fold and a pair is always scored without its own fold, so that no pair votes on itself, in the book that was learned from
or any later one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from fraudgraph.model import BoolArray, FloatArray, Int32Array, IntArray

FOLDS = 3
UNIT = 1e-9
"""z is summed as an integer of this unit: a product of two deviations in millionths, divided by a thousand."""


def products(intent: IntArray, mean: int, a: Int32Array, b: Int32Array) -> tuple[IntArray, BoolArray]:
    """Return z of each pair in UNITs and whether both intents are known. ``intent`` and ``mean`` are millionths, -1 unknown."""
    known = (intent[a] >= 0) & (intent[b] >= 0)
    deviation = intent - mean
    return np.where(known, deviation[a] * deviation[b] // 1000, 0), known


@dataclass(frozen=True)
class Level:
    """The sums of one level's classes."""

    mask: int
    keys: IntArray
    """Sorted classes."""
    total: IntArray
    """(classes, FOLDS): sum of z in UNITs."""
    count: IntArray
    """(classes, FOLDS): pairs."""

    @classmethod
    def learn(cls, mask: int, code: IntArray, z: IntArray, fold: IntArray) -> Level:
        """Sum up pairs that are sorted by class (and so by every mask of `classes.masks`)."""
        masked = code & mask
        starts = np.flatnonzero(np.r_[True, masked[1:] != masked[:-1]]) if len(code) else np.zeros(0, np.int64)
        total = np.zeros((len(starts), FOLDS), np.int64)
        count = np.zeros((len(starts), FOLDS), np.int64)
        for number in range(FOLDS if len(starts) else 0):
            mine = fold == number
            total[:, number] = np.add.reduceat(np.where(mine, z, 0), starts)
            count[:, number] = np.add.reduceat(mine.astype(np.int64), starts)
        return cls(mask, masked[starts], total, count)

    def update(self, value: FloatArray, code: IntArray, fold: IntArray, strength: float) -> FloatArray:
        """Return the estimates of this level from those of its parent; an unseen class keeps its parent's."""
        if not len(self.keys):
            return value
        wanted = code & self.mask
        place = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        seen = self.keys[place] == wanted
        cell = place * FOLDS + fold
        others_total = (self.total.sum(axis=1)[:, None] - self.total).ravel()[cell] * UNIT
        others_count = (self.count.sum(axis=1)[:, None] - self.count).ravel()[cell]
        return np.where(seen, (others_total + strength * value) / (others_count + strength), value)

    def pairs(self, code: IntArray) -> IntArray:
        """Return on how many pairs the class of each ``code`` was measured."""
        if not len(self.keys):
            return np.zeros(len(code), np.int64)
        place = np.minimum(np.searchsorted(self.keys, code & self.mask), len(self.keys) - 1)
        return np.where(self.keys[place] == (code & self.mask), self.count.sum(axis=1)[place], 0)

    def to_json(self) -> dict[str, Any]:
        return {"mask": self.mask, "keys": self.keys.tolist(), "total": self.total.tolist(), "count": self.count.tolist()}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Level:
        shape = (-1, FOLDS)
        arrays = [np.array(data[name], np.int64) for name in ("keys", "total", "count")]
        return cls(int(data["mask"]), arrays[0], arrays[1].reshape(shape), arrays[2].reshape(shape))


def learn(masks: list[int], code: IntArray, z: IntArray, known: BoolArray, fold: IntArray) -> tuple[Level, ...]:
    """Return a level per mask, coarsest first: every mask keeps the high bits of the next."""
    rows = np.flatnonzero(known)
    rows = rows[np.argsort(code[rows], kind="stable")]
    code, z, fold = code[rows], z[rows], fold[rows]
    return tuple(Level.learn(mask, code, z, fold) for mask in masks)


def score(levels: tuple[Level, ...], start: FloatArray, code: IntArray, fold: IntArray, strength: float) -> FloatArray:
    """Return the transmission e of each pair: from ``start`` through the levels, coarsest first."""
    if not levels:
        return start
    # Sorted classes are looked up many times faster.
    order = np.argsort(code, kind="stable")
    code, fold, value = code[order], fold[order], start[order]
    for level in levels:
        value = level.update(value, code, fold, strength)
    result = np.empty_like(value)
    result[order] = value
    return result


def lift(value: FloatArray, z: IntArray, known: BoolArray, middle: FloatArray, sd: float, most: float) -> float:
    """Return D: how far the mean of tied people lies above the book's, without knowing who they are; held within [sd, most].

    D = sum(u z) / sum(u m) with u = max(e, 0)^2 and m the pair's mean deviation: where a share of pairs are gang pairs whose people lie
    D above the mean, sum(z) estimates share D^2 and sum(m) share D.
    """
    u = np.maximum(value[known], 0.0) ** 2
    below = float(np.sum(u * middle[known]))
    above = float(np.sum(u * z[known])) * UNIT
    if below <= 0 or above <= 0:
        return most
    return float(np.clip(above / below, sd, most))
