"""The same days of another year. Spring Festival moves between 21 January and 21 February and takes the volume with it, so days around
it are matched by how far they lie from the lunar new year; where the festival does not matter, by the calendar.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from fraudgraph.errors import UsageError
from fraudgraph.reports.periods import Period, month_of

LUNAR, CALENDAR = "lunar", "calendar"

FIRST_YEAR, LAST_YEAR = 1901, 2099
"""Years whose lunar new year is known here."""


@dataclass(frozen=True)
class Alignment:
    """Which year another one is matched with, and how."""

    year: int
    other: int
    way: str
    """`LUNAR` or `CALENDAR`."""

    def has(self, period: Period) -> bool:
        """Return whether ``period`` counts to `year`: of a lunar one the half years around its first day."""
        return year_of(period.first + (period.last - period.first) / 2, self.way) == self.year

    def match(self, period: Period) -> Period:
        """Return the days of the other year that ``period``, of this year or beside it, is to be compared with."""
        if self.way == CALENDAR:
            return _years_before(period, self.year - self.other)
        shift = new_year(self.other) - new_year(self.year)
        return Period(period.first + shift, period.last + shift)


def new_year(year: int) -> date:
    """Return the first day of the Chinese year that begins in ``year``; raise UsageError where it is not known."""
    from lunardate import LunarDate  # only reports that compare years need it

    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise UsageError(f"the lunar new year of {year} is not known: choose a year from {FIRST_YEAR} to {LAST_YEAR}")
    first: date = LunarDate(year, 1, 1).to_solar_date()
    return first


def festival_year(day: date) -> int:
    """Return the year whose lunar new year lies nearest to ``day``, the earlier one where two are equally near."""
    near = [year for year in (day.year - 1, day.year, day.year + 1) if FIRST_YEAR <= year <= LAST_YEAR]
    if not near:
        raise UsageError(f"the lunar new year of {day.year} is not known: choose a year from {FIRST_YEAR} to {LAST_YEAR}")
    return min(near, key=lambda year: (abs(new_year(year) - day), year))


def year_of(day: date, way: str) -> int:
    """Return the year that ``day`` counts to."""
    return day.year if way == CALENDAR else festival_year(day)


def _years_before(period: Period, years: int) -> Period:
    """Return the same calendar days; the last day of a month stays one."""
    return Period(_same_day(period.first, years), _same_day(period.last, years))


def _same_day(day: date, years: int) -> date:
    month = month_of(day.replace(year=day.year - years, day=1))
    ends = (day + timedelta(days=1)).day == 1
    return month.last if ends or day.day > month.last.day else month.first.replace(day=day.day)
