"""Shares, rates and their intervals, and whether two shares differ. Pure functions of counts; nothing here knows what is counted.

- `wilson`: E. B. Wilson (1927), "Probable inference, the law of succession, and statistical inference", J. Am. Stat. Assoc. 22.
- `newcombe`: R. G. Newcombe (1998), "Interval estimation for the difference between independent proportions: comparison of eleven
  methods", Statistics in Medicine 17, method 10.
- `garwood`: F. Garwood (1936), "Fiducial limits for the Poisson distribution", Biometrika 28.
- `design_effect`: after J. N. K. Rao and A. J. Scott (1992), "A simple method for the analysis of clustered binary data",
  Biometrics 48, with one effect for both sides, taken at their common share.
- `adjusted`: Y. Benjamini and Y. Hochberg (1995), "Controlling the false discovery rate", J. R. Stat. Soc. B 57.

Gangs apply in clumps, so flagged applications are no independent draws: a test that takes them for such finds differences that are not
there (in the tests of this module, more than a third of the time at a level of 5 %). So a comparison has a second opinion in which each
gang counts about once: the same figures over their design effect.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import erfc, fsum, sqrt
from statistics import NormalDist

import numpy as np

from fraudgraph.model import FloatArray

CONFIDENCE = 0.95

SMALL = 5.0
"""Below this expected count in any cell the chi-square test gives way to Fisher's exact one (Cochran's rule)."""

Interval = tuple[float, float]


@dataclass(frozen=True)
class Side:
    """One side of a comparison: ``hits`` of ``trials``, and the clumps that they came in."""

    hits: int
    trials: int
    clumps: tuple[tuple[int, int], ...] = ()
    """(hits, trials) of each clump; trials in none of them stand alone and are no hits."""

    @property
    def share(self) -> float | None:
        return self.hits / self.trials if self.trials else None


@dataclass(frozen=True)
class Difference:
    """How the share of the second side lies over that of the first."""

    value: float
    interval: Interval
    """Newcombe's; trials taken as independent."""
    p_value: float
    test: str
    """fisher or chi-square."""
    effect: float
    """Design effect: how many times fewer independent trials there are than there seem to be; 1 at least."""
    interval_by_clump: Interval
    p_by_clump: float


def quantile(confidence: float) -> float:
    """Return how many standard errors an interval of ``confidence`` (0-1, two-sided) goes to each side."""
    return NormalDist().inv_cdf(0.5 + confidence / 2)


def wilson(hits: float, trials: float, confidence: float = CONFIDENCE) -> Interval | None:
    """Return the score interval of a share; None where there is nothing to have a share of. Counts may be effective ones, not whole."""
    if trials <= 0:
        return None
    low, high = wilson_many(np.array([hits], dtype=np.float64), np.array([trials], dtype=np.float64), confidence)
    return float(low[0]), float(high[0])


def wilson_many(hits: FloatArray, trials: FloatArray, confidence: float = CONFIDENCE) -> tuple[FloatArray, FloatArray]:
    """Return the lower and upper ends of `wilson` for many shares, all with trials."""
    z = quantile(confidence)
    share = hits / trials
    centre = share + z**2 / (2 * trials)
    half = z * np.sqrt(np.maximum(share * (1 - share), 0.0) / trials + z**2 / (4 * trials**2))
    scale = 1 + z**2 / trials
    low, high = np.maximum((centre - half) / scale, 0.0), np.minimum((centre + half) / scale, 1.0)
    return np.where(hits <= 0, 0.0, low), np.where(hits >= trials, 1.0, high)


def newcombe(first: tuple[float, float], second: tuple[float, float], confidence: float = CONFIDENCE) -> Interval | None:
    """Return the interval of (share of ``second``) - (share of ``first``), each (hits, trials); None where one side has no trials."""
    one, other = wilson(*first, confidence), wilson(*second, confidence)
    if one is None or other is None:
        return None
    p, q = first[0] / first[1], second[0] / second[1]
    below = sqrt((q - other[0]) ** 2 + (one[1] - p) ** 2)
    above = sqrt((other[1] - q) ** 2 + (p - one[0]) ** 2)
    return max(q - p - below, -1.0), min(q - p + above, 1.0)


def chi_square(first: tuple[int, int], second: tuple[int, int], effect: float = 1.0) -> float:
    """Return the two-sided p value of equal shares, both sides with trials, from the pooled two-proportion test over a design effect."""
    trials = first[1] + second[1]
    share = (first[0] + second[0]) / trials
    if share in (0.0, 1.0):
        return 1.0
    error = sqrt(effect * share * (1 - share) * (1 / first[1] + 1 / second[1]))
    away = abs(second[0] / second[1] - first[0] / first[1]) / error
    return erfc(away / sqrt(2))


def fisher(first: tuple[int, int], second: tuple[int, int]) -> float:
    """Return the two-sided p value of Fisher's exact test of equal shares: the chance, given all four sums, of a table as rare as this."""
    from scipy.special import gammaln  # late, as slow to import as all of scipy that is used here; its `stats` is much slower

    def log_choose(of: FloatArray, some: FloatArray) -> FloatArray:
        chosen: FloatArray = gammaln(of + 1) - gammaln(some + 1) - gammaln(of - some + 1)
        return chosen

    hits, trials = first[0] + second[0], first[1] + second[1]
    possible = np.arange(max(0, hits - second[1]), min(hits, first[1]) + 1, dtype=np.float64)
    one, other, both = (np.full_like(possible, value) for value in (first[1], second[1], trials))
    chances = np.exp(log_choose(one, possible) + log_choose(other, hits - possible) - log_choose(both, np.full_like(possible, hits)))
    seen = chances[first[0] - int(possible[0])]
    return min(float(chances[chances <= seen * (1 + 1e-7)].sum()), 1.0)  # equal chances may differ in their last digits


def smallest_expected(first: tuple[int, int], second: tuple[int, int]) -> float:
    """Return the smallest count that equal shares would lead one to expect in the table of two sides."""
    trials = first[1] + second[1]
    hits = first[0] + second[0]
    return min(first[1], second[1]) * min(hits, trials - hits) / trials


def compare(first: Side, second: Side, confidence: float = CONFIDENCE, effect: float | None = None) -> Difference | None:
    """Compare two shares; None where a side has no trials. ``effect`` is their design effect where it is known already."""
    one, other = (first.hits, first.trials), (second.hits, second.trials)
    interval = newcombe(one, other, confidence)
    if interval is None:
        return None
    small = smallest_expected(one, other) < SMALL
    effect = design_effect((first, second)) if effect is None else effect
    p_value = fisher(one, other) if small else chi_square(one, other)
    by_clump = newcombe((first.hits / effect, first.trials / effect), (second.hits / effect, second.trials / effect), confidence)
    assert by_clump is not None
    return Difference(
        value=second.hits / second.trials - first.hits / first.trials,
        interval=interval,
        p_value=p_value,
        test="fisher" if small else "chi-square",
        effect=effect,
        interval_by_clump=by_clump,
        p_by_clump=max(chi_square(one, other, effect), p_value),
    )


def design_effect(sides: Sequence[Side]) -> float:
    """Return by how much clumps widen the variance of the common share of ``sides``, 1 at least.

    The squared distance of each clump's hits from what its trials lead one to expect, and of each single trial likewise, over what
    independent trials would have.
    """
    trials, hits = sum(side.trials for side in sides), sum(side.hits for side in sides)
    if hits in (0, trials):
        return 1.0
    share = hits / trials
    squares = fsum((found - share * made) ** 2 for side in sides for found, made in side.clumps)  # in any order the same
    alone = trials - sum(made for side in sides for _, made in side.clumps)
    return max((squares + alone * share**2) / (trials * share * (1 - share)), 1.0)


def garwood(counts: FloatArray, exposures: FloatArray, confidence: float = CONFIDENCE) -> tuple[FloatArray, FloatArray]:
    """Return the lower and upper ends of the exact Poisson intervals of events over exposures, which are above 0."""
    from scipy.special import gammaincinv

    tail = (1 - confidence) / 2
    low = np.where(counts > 0, gammaincinv(np.maximum(counts, 1.0), tail), 0.0)
    return low / exposures, gammaincinv(counts + 1, 1 - tail) / exposures


def mean_intervals(
    means: FloatArray, deviations: FloatArray, numbers: FloatArray, confidence: float = CONFIDENCE
) -> tuple[FloatArray, FloatArray]:
    """Return the lower and upper ends of Student's intervals of means of ``numbers`` values; not a number below two values."""
    from scipy.special import stdtrit

    half = stdtrit(np.maximum(numbers - 1, 1.0), 0.5 + confidence / 2) * deviations / np.sqrt(np.maximum(numbers, 1.0))
    half = np.where(numbers >= 2, half, np.nan)
    return means - half, means + half


def adjusted(p_values: Iterable[float]) -> FloatArray:
    """Return the p values adjusted for how many there are, in their order: the smallest false discovery rate at which each would stand."""
    given = np.fromiter(p_values, dtype=np.float64)
    order = np.argsort(given, kind="stable")[::-1]
    ranks = np.arange(given.size, 0, -1)
    steps = np.minimum.accumulate(given[order] * given.size / ranks) if given.size else given
    found = np.empty_like(given)
    found[order] = np.minimum(steps, 1.0)
    return found


def significant(value: float) -> float:
    """Return a chance to four significant digits: one of 1e-9 must not become 0."""
    return float(f"{value:.4g}")
