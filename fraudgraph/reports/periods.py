"""Calendar months, one of them perhaps cut in two by a break, and what a book has in each."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from fraudgraph.reports import words
from fraudgraph.reports.hits import GRADES, Days
from fraudgraph.reports.statistics import Side

DAY = timedelta(days=1)


@dataclass(frozen=True, order=True)
class Period:
    """Days from ``first`` to ``last``, both included."""

    first: date
    last: date

    @property
    def name(self) -> str:
        """``2020-01`` for a whole month, ``2020-01-22..2020-01-31`` for other days."""
        return f"{self.first:%Y-%m}" if self.is_month else f"{self.first}..{self.last}"

    @property
    def is_month(self) -> bool:
        return self == month_of(self.first)

    @property
    def words(self) -> str:
        """``January 2020``, ``February – April 2020``, ``22–31 January 2020``."""
        return words.months(self.first, self.last) if self._is_months else words.days(self.first, self.last)

    @property
    def short(self) -> str:
        """``Jan 2020``, ``Feb – Apr 2020``, ``22–31 Jan 2020``."""
        return words.shortened(self.words)

    @property
    def _is_months(self) -> bool:
        return self.first.day == 1 and self.last == month_of(self.last).last


@dataclass(frozen=True)
class Tally:
    """What the book has in one period."""

    period: Period
    applications: int
    gangs: tuple[tuple[str, str, int], ...]
    """(gang_id, grade, hits) of every gang with a hit, by gang_id."""

    @property
    def hits(self) -> int:
        return sum(hits for _, _, hits in self.gangs)

    def of_grades(self, grades: Collection[str]) -> int:
        """Return the hits of gangs of one of ``grades``."""
        return sum(hits for _, grade, hits in self.gangs if grade in grades)

    def side(self, grades: Collection[str] = GRADES) -> Side:
        """Return the share of hits of ``grades`` in all applications, each gang a clump."""
        clumps = tuple((hits if grade in grades else 0, hits) for _, grade, hits in self.gangs)
        return Side(self.of_grades(grades), self.applications, clumps)


def month_of(day: date) -> Period:
    """Return the calendar month of ``day``."""
    first = day.replace(day=1)
    return Period(first, (first + 31 * DAY).replace(day=1) - DAY)


def months(first: date, last: date, cut: date | None = None) -> list[Period]:
    """Return the calendar months from that of ``first`` to that of ``last``; the one of ``cut`` in two, the second from ``cut`` on.

    A cut on the first of a month cuts nothing in two: the months part there anyway.
    """
    found: list[Period] = []
    month = month_of(first)
    while month.first <= last:
        if cut is not None and month.first < cut <= month.last:
            found += [Period(month.first, cut - DAY), Period(cut, month.last)]
        else:
            found.append(month)
        month = month_of(month.last + DAY)
    return found


def tally(days: Days, period: Period) -> Tally:
    """Return what the book has in ``period``."""
    within = pl.col("day").is_between(period.first, period.last)
    applications = int(days.applications.filter(within)["applications"].sum())
    gangs = days.hits.filter(within).group_by("gang_id", "grade").agg(pl.col("hits").sum()).sort("gang_id", "grade")
    return Tally(period, applications, tuple(gangs.iter_rows()))
