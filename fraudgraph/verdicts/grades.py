"""Hit grades: A (worst) to D, by how far the lower confidence bound of the mean lies over the threshold."""

from __future__ import annotations

import numpy as np

from fraudgraph.model import FloatArray, IntArray

LETTERS = ("A", "B", "C", "D")


def lower_bound(mean: FloatArray, voters: IntArray, sd: float, errors: float) -> FloatArray:
    """Return the mean less ``errors`` standard errors of a mean of ``voters`` people of the calibration book."""
    return mean - errors * sd / np.sqrt(np.maximum(voters, 1))


def grade(bound: FloatArray, threshold: float, cuts: tuple[float, float, float]) -> list[str]:
    """Return the letters: A from the first (highest) cut over the threshold, B from the second, C from the third, D below."""
    place = (
        (bound < threshold + cuts[0]).astype(int) + (bound < threshold + cuts[1]).astype(int) + (bound < threshold + cuts[2]).astype(int)
    )
    return [LETTERS[i] for i in place]
