"""When two dates of birth contradict each other.

A date that is one typing slip away from another - one digit, two neighbouring digits exchanged, day and month exchanged, the year
before or after - neither confirms nor contradicts it: people mistype their birthday about as often as anything else. Any other
difference is a contradiction, and vetoes.
"""

from __future__ import annotations

import numpy as np

from fraudgraph.model import BoolArray, IntArray

UNKNOWN = np.iinfo(np.int64).min
"""Stands for an unknown date among days since 1970."""

TOKENS = 10**8
"""From here on, far beyond any date, numbers stand for dates of which no more is known than whether they are equal."""


def _parts(days: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    dates = days.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    years = dates.astype("datetime64[Y]")
    year = years.astype(np.int64) + 1970
    month = (months - years.astype("datetime64[M]")).astype(np.int64) + 1
    day = (dates - months.astype("datetime64[D]")).astype(np.int64) + 1
    return year, month, day


def contradict(a: IntArray, b: IntArray) -> BoolArray:
    """Return, element by element, whether two dates (days since 1970, `UNKNOWN` for none) contradict each other.

    Of two numbers from `TOKENS` on any two different ones do."""
    known: BoolArray = (a != UNKNOWN) & (b != UNKNOWN) & (a != b)
    result: BoolArray = known.copy()
    index = np.flatnonzero(known & (a < TOKENS) & (b < TOKENS))
    if not len(index):
        return result
    year_a, month_a, day_a = _parts(a[index])
    year_b, month_b, day_b = _parts(b[index])
    exchanged = (year_a == year_b) & (month_a == day_b) & (day_a == month_b)
    shifted = (abs(year_a - year_b) == 1) & (month_a == month_b) & (day_a == day_b)
    text_a, text_b = (y * 10_000 + m * 100 + d for y, m, d in ((year_a, month_a, day_a), (year_b, month_b, day_b)))
    places = 10 ** np.arange(8)
    digits_a, digits_b = text_a[:, None] // places % 10, text_b[:, None] // places % 10
    wrong = digits_a != digits_b
    swapped = wrong[:, :-1] & wrong[:, 1:] & (digits_a[:, :-1] == digits_b[:, 1:]) & (digits_a[:, 1:] == digits_b[:, :-1])
    count = wrong.sum(axis=1)
    slip = (count == 1) | ((count == 2) & swapped.any(axis=1))
    result[index] = ~(exchanged | shifted | slip)
    return result
