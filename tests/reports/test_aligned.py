"""The same days of another year, around the lunar new year or by the calendar."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraudgraph.errors import UsageError
from fraudgraph.reports import aligned
from fraudgraph.reports.aligned import CALENDAR, LUNAR, Alignment
from fraudgraph.reports.periods import Period, month_of

NEW_YEARS = (
    "1985-02-20", "2012-01-23", "2013-02-10", "2014-01-31", "2015-02-19", "2016-02-08", "2017-01-28", "2018-02-16", "2019-02-05",
    "2020-01-25", "2021-02-12", "2022-02-01", "2023-01-22", "2024-02-10", "2025-01-29", "2026-02-17", "2027-02-06", "2033-01-31",
)  # fmt: skip
"""As calendars print them; those of 1985 and 2033 are years that simple rules get wrong."""


@pytest.mark.parametrize("printed", NEW_YEARS)
def test_the_lunar_new_year_is_the_printed_one(printed: str) -> None:
    day = date.fromisoformat(printed)
    assert aligned.new_year(day.year) == day
    assert aligned.festival_year(day) == day.year


def test_every_lunar_new_year_is_a_new_moon_in_its_season() -> None:
    """Between 20 January and 21 February, twelve or thirteen moons after the last one."""
    days = [aligned.new_year(year) for year in range(aligned.FIRST_YEAR, aligned.LAST_YEAR + 1)]
    assert all((1, 20) <= (day.month, day.day) <= (2, 21) for day in days)
    moons = [(other - one).days / 29.530588 for one, other in pairwise(days)]
    assert all(min(abs(moon - 12), abs(moon - 13)) < 0.06 for moon in moons)


@pytest.mark.parametrize("year", [1900, 2100])
def test_a_year_that_is_not_known(year: int) -> None:
    with pytest.raises(UsageError, match=f"lunar new year of {year} is not known"):
        aligned.new_year(year)


def test_the_ten_days_from_the_break_on_in_the_year_before() -> None:
    """22 January 2020 was three days before the new year; so was 2 February 2019."""
    match = Alignment(2020, 2019, LUNAR).match
    assert match(Period(date(2020, 1, 22), date(2020, 1, 31))) == Period(date(2019, 2, 2), date(2019, 2, 11))
    assert match(Period(date(2020, 1, 1), date(2020, 1, 21))) == Period(date(2019, 1, 12), date(2019, 2, 1))
    assert match(month_of(date(2019, 12, 1))) == Period(date(2018, 12, 12), date(2019, 1, 11))


@given(st.dates(date(1950, 1, 1), date(2050, 1, 1)), st.integers(0, 40), st.integers(1, 5))
def test_lunar_days_keep_their_number_and_their_distance(first: date, more: int, back: int) -> None:
    period = Period(first, first + timedelta(days=more))
    year = aligned.festival_year(first + (period.last - first) / 2)
    alignment = Alignment(year, year - back, LUNAR)
    found = alignment.match(period)
    assert alignment.has(period)
    assert not Alignment(year - 1, year - back - 1, LUNAR).has(period)
    assert found.last - found.first == period.last - period.first
    assert found.first - aligned.new_year(year - back) == first - aligned.new_year(year)


def test_by_the_calendar_a_month_is_the_month() -> None:
    match = Alignment(2020, 2019, CALENDAR).match
    assert match(month_of(date(2020, 2, 1))) == month_of(date(2019, 2, 1))
    assert match(Period(date(2020, 2, 1), date(2020, 2, 28))) == Period(date(2019, 2, 1), date(2019, 2, 28))
    assert match(Period(date(2020, 1, 22), date(2020, 1, 31))) == Period(date(2019, 1, 22), date(2019, 1, 31))
    assert Alignment(2021, 2020, CALENDAR).match(month_of(date(2021, 2, 1))) == month_of(date(2020, 2, 1))


def test_the_year_that_a_day_counts_to() -> None:
    assert aligned.year_of(date(2019, 12, 15), LUNAR) == 2020
    assert aligned.year_of(date(2019, 12, 15), CALENDAR) == 2019
