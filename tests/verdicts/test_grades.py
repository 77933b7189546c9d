"""Grades and their lower bound."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraudgraph.verdicts.grades import LETTERS, grade, lower_bound

CUTS = (0.2, 0.1, 0.05)


@given(st.floats(0, 1), st.floats(0, 1))
def test_the_letter_is_that_of_the_highest_cut_reached(bound: float, threshold: float) -> None:
    reached = [letter for letter, cut in zip("ABC", CUTS, strict=True) if bound >= threshold + cut]
    assert grade(np.array([bound]), threshold, CUTS) == [reached[0] if reached else "D"]


def test_a_cut_itself_counts_as_reached() -> None:
    bounds = np.array([0.75, 0.7499, 0.625, 0.5625, 0.5, 0.0])
    assert grade(bounds, 0.5, (0.25, 0.125, 0.0625)) == ["A", "B", "B", "C", "D", "D"]
    assert grade(np.zeros(0), 0.5, CUTS) == []
    assert LETTERS == ("A", "B", "C", "D")


def test_the_bound_narrows_with_the_voters() -> None:
    mean = np.full(4, 0.6)
    found = lower_bound(mean, np.array([0, 1, 4, 100]), 0.2, 1.5)
    assert found.tolist() == pytest.approx([0.3, 0.3, 0.45, 0.57])
