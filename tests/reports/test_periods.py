"""Calendar months, cut in two by a break, and their names."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraudgraph.reports import periods
from fraudgraph.reports.periods import Period

DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))


@given(DAYS, st.integers(0, 900), st.integers(-40, 900))
def test_months_lie_end_to_end_and_one_is_cut(first: date, length: int, cut_after: int) -> None:
    last, cut = first + timedelta(days=length), first + timedelta(days=cut_after)
    found = periods.months(first, last, cut)
    assert found[0].first <= first <= found[0].last or found[0].last < cut <= first
    assert all(one.last + periods.DAY == other.first for one, other in pairwise(found))
    assert found[0].first == first.replace(day=1)
    assert found[-1].last == last.replace(day=monthrange(last.year, last.month)[1])
    within = found[0].first < cut <= found[-1].last
    assert (cut in {period.first for period in found}) == (within or cut == found[0].first)
    assert sum(not period.is_month for period in found) == (2 if within and cut.day > 1 else 0)


def test_the_month_of_the_break() -> None:
    names = [period.name for period in periods.months(date(2019, 12, 5), date(2020, 2, 3), date(2020, 1, 22))]
    assert names == ["2019-12", "2020-01-01..2020-01-21", "2020-01-22..2020-01-31", "2020-02"]


@pytest.mark.parametrize(
    ("first", "last", "words", "short"),
    [
        ((2020, 1, 1), (2020, 1, 31), "January 2020", "Jan 2020"),
        ((2020, 2, 1), (2020, 2, 29), "February 2020", "Feb 2020"),
        ((2020, 1, 22), (2020, 1, 31), "22–31 January 2020", "22–31 Jan 2020"),
        ((2020, 1, 1), (2020, 1, 1), "1 January 2020", "1 Jan 2020"),
        ((2020, 2, 1), (2020, 4, 30), "February – April 2020", "Feb – Apr 2020"),
        ((2019, 12, 1), (2020, 2, 29), "December 2019 – February 2020", "Dec 2019 – Feb 2020"),
        ((2019, 10, 1), (2020, 1, 21), "1 October 2019 – 21 January 2020", "1 Oct 2019 – 21 Jan 2020"),
    ],
)
def test_names(first: tuple[int, int, int], last: tuple[int, int, int], words: str, short: str) -> None:
    period = Period(date(*first), date(*last))
    assert (period.words, period.short) == (words, short)
