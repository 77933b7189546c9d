"""How rare so high a mean would be among as many random people of the calibration book.

Intents are put into ``BINS`` equal bins; the sum of ``n`` random people's bins has the histogram convolved with itself n times
(exact for independent draws), up to ``EXACT`` people; beyond, the normal approximation with the same mean and variance.
"""

from __future__ import annotations

import math
from functools import cached_property

import numpy as np

from fraudgraph.model import MICRO, FloatArray, IntArray

BINS = 200
EXACT = 40


def bins(intent: IntArray) -> IntArray:
    """Return the bin of each intent (millionths); unknown intents (-1) get 0 and must not be counted."""
    return np.clip(intent * BINS // MICRO, 0, BINS - 1)


def histogram(intent: IntArray) -> IntArray:
    """Return how many of the known intents fall into each bin."""
    return np.bincount(bins(intent[intent >= 0]), minlength=BINS).astype(np.int64)


class Tail:
    """Tail probabilities under one histogram."""

    def __init__(self, counts: IntArray) -> None:
        total = int(counts.sum())
        self.share = counts / total if total else np.full(BINS, 1.0 / BINS)

    @cached_property
    def _upper(self) -> list[FloatArray]:
        """For n = 0..EXACT: P(sum of n bins >= s) for every s."""
        tails: list[FloatArray] = [np.ones(1)]
        density: FloatArray = np.ones(1)
        for _ in range(EXACT):
            density = np.convolve(density, self.share)
            tails.append(np.cumsum(density[::-1], dtype=np.float64)[::-1])
        return tails

    def probability(self, voters: IntArray, total: IntArray) -> FloatArray:
        """Return, per community, the chance that as many random people reach its sum of bins; 1 where nobody votes."""
        result = np.ones(len(voters))
        for n in np.unique(voters[(voters > 0) & (voters <= EXACT)]).tolist():
            mine = voters == n
            upper = self._upper[n]
            result[mine] = upper[np.clip(total[mine], 0, len(upper) - 1)]
        many = voters > EXACT
        if many.any():
            place = np.arange(BINS)
            mean = float(self.share @ place)
            spread = max(float(self.share @ (place - mean) ** 2), 1e-12) ** 0.5
            # Half a bin less: the sum is a whole number.
            far = (total[many] - 0.5 - voters[many] * mean) / (spread * np.sqrt(voters[many]))
            # One by one, of the few that are so large: scipy's `ndtr` takes longer to import than most questions to be answered.
            result[many] = [math.erfc(one / math.sqrt(2)) / 2 for one in far.tolist()]
        return np.minimum(result, 1.0)


def cut(p_value: FloatArray, rate: float) -> float:
    """Return the largest p-value that the procedure of Benjamini and Hochberg (1995) rejects at false discovery rate ``rate``.

    Where it rejects none it is ``rate`` over the number of communities, which none of these passes.
    """
    if not len(p_value):
        return rate
    ordered = np.sort(p_value)
    passed = np.flatnonzero(ordered <= rate * np.arange(1, len(ordered) + 1) / len(ordered))
    return float(ordered[passed[-1]]) if len(passed) else rate / len(ordered)
