"""How far a distribution moved: the population stability index, and how large it is by chance alone.

    PSI = sum over the bins of (p - q) ln(p / q)

with ``q`` the shares of the reference and ``p`` those of today (Siddiqi, Credit Risk Scorecards, 2006); it is the symmetric divergence of
Kullback and Leibler (On information and sufficiency, 1951). Where nothing moved, PSI / (1/n + 1/m) of samples of n and m independent
observations in k bins is nearly chi-squared with k - 1 degrees of freedom (Yurdakul, Statistical properties of population stability
index, 2018), so that a small sample has a large index for no reason. Shares have half an observation added to each bin, and none is zero.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtri

from fraudgraph.model import FloatArray, IntArray

LEAST = 5.0
"""Observations that a bin is to have by the reference, so that chance is nearly chi-squared."""


@dataclass(frozen=True)
class Shift:
    """How far a distribution moved."""

    psi: float
    bins: int
    effective: float
    """Observations of today that are independent of one another."""
    by_chance: float
    """An index that chance alone exceeds with the probability that was asked for only."""

    def over(self, limit: float) -> bool:
        """Say whether it moved by more than ``limit``, and by more than chance."""
        return self.psi > max(limit, self.by_chance)


def psi(reference: IntArray | FloatArray, today: IntArray | FloatArray) -> float:
    """Return the population stability index of counts in the same bins."""
    q, p = (_shares(np.asarray(counts, np.float64)) for counts in (reference, today))
    return float(np.sum((p - q) * np.log(p / q)))


def _shares(counts: FloatArray) -> FloatArray:
    return (counts + 0.5) / float(counts.sum() + 0.5 * len(counts))


def independent(cluster: IntArray) -> float:
    """Return how many independent observations as many in clusters are worth (Kish, Survey Sampling, 1965): (sum n)^2 / sum n^2."""
    sizes = np.unique(cluster, return_counts=True)[1].astype(np.float64)
    return float(sizes.sum() ** 2 / np.sum(sizes**2)) if len(sizes) else 0.0


def shift(reference: IntArray, today: IntArray, effective: float, probability: float) -> Shift | None:
    """Compare counts in the same bins; None where one of the two has too little to fill two bins.

    Bins in which the reference has too few for ``effective`` observations go together, the smallest first. ``probability``: by which chance
    alone may exceed `Shift.by_chance`.
    """
    total = float(reference.sum())
    if not total or not today.sum():
        return None
    order = np.argsort(reference, kind="stable")
    expected = reference[order] / total * effective
    together = int(np.sum(expected < LEAST))
    while 0 < together < len(order) and expected[:together].sum() < LEAST:
        together += 1
    q, p = (np.r_[counts[order[:together]].sum(), counts[order[together:]]][0 if together else 1 :] for counts in (reference, today))
    if len(q) < 2:
        return None
    freedom = len(q) - 1
    return Shift(psi(q, p), len(q), effective, float(chdtri(freedom, probability)) * (1 / effective + 1 / total))


def deciles(histogram: IntArray, groups: int = 10) -> IntArray:
    """Return the group of each bin of ``histogram``: ``groups`` of about equal shares, in order; a bin is not cut."""
    total = int(histogram.sum())
    if not total:
        return np.zeros(len(histogram), np.int64)
    middle = np.cumsum(histogram) - histogram / 2
    return np.minimum((middle * groups / total).astype(np.int64), groups - 1)
