"""Hit grades by month: what `fraudgraph report monthly` says, gathered from a store.

A hit is an application of somebody in a gang of the reader's night; its grade is the gang's. Shares are of all applications of a period.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from fraudgraph.errors import ConfigurationError, UsageError
from fraudgraph.reports import aligned, hits, periods, reviews, statistics, tables
from fraudgraph.reports.aligned import Alignment
from fraudgraph.reports.hits import GRADES, Days
from fraudgraph.reports.options import confidence_of, high_grades_of
from fraudgraph.reports.periods import DAY, Period, Tally
from fraudgraph.reports.reviews import Review
from fraudgraph.reports.statistics import Difference, Side
from fraudgraph.settings import Settings
from fraudgraph.stores.port import Reader

HIT_RATE, HIGH_SHARE = "hit_rate", "high_share"
MEASURES = (HIGH_SHARE, HIT_RATE)

MONTH, BOOK, OTHER_YEAR, YEARS = "month", "book", "other_year", "years"
"""What is compared: the two parts of the month of the break; all days before it and all from it on; the same two parts of another year;
the days from the break on with the same days of another year, which is the first side then."""


@dataclass(frozen=True)
class Options:
    """What the settings say about this report."""

    confidence: float
    high: tuple[str, ...]
    """Grades that count as high."""
    way: str
    """How years are matched: `aligned.LUNAR` or `aligned.CALENDAR`."""
    capacity: int
    """Gangs that the team can look at in a day."""
    recent: int
    """Months whose precision is shown by grade."""


@dataclass(frozen=True)
class Comparison:
    """One measure, before and after."""

    scope: str
    measure: str
    before: Period
    after: Period
    first: Side
    second: Side
    difference: Difference | None
    """None where a side has no applications."""


@dataclass(frozen=True)
class Reviewed:
    """What analysts made of the gangs of a period, all of them and those that the team could look at."""

    period: Period
    grade: str
    """Empty: of every grade."""
    all: Review
    at_capacity: Review


@dataclass(frozen=True)
class Monthly:
    """The whole report."""

    night: int
    zone: str
    options: Options
    span: tuple[date, date] | None
    cut: date | None
    """The break."""
    tallies: tuple[Tally, ...]
    reviewed: tuple[Reviewed, ...]
    """One a tally."""
    by_grade: tuple[Reviewed, ...]
    """Of the last months: every grade, then all of them."""
    comparisons: tuple[Comparison, ...]
    alignment: Alignment | None
    matched: tuple[tuple[Period, Tally], ...]
    """Periods of one year, and what the book has on the same days of the other; only where it has all of these days."""

    def interval(self, side: Side) -> statistics.Interval | None:
        return statistics.wilson(side.hits, side.trials, self.options.confidence)


def options_of(settings: Settings) -> Options:
    """Return the settings of this report; raise ConfigurationError where they cannot be."""
    way = settings.text("reports.align")
    if way not in (aligned.LUNAR, aligned.CALENDAR):
        raise ConfigurationError(f'reports.align must be "{aligned.LUNAR}" or "{aligned.CALENDAR}"')
    capacity, recent = settings.integer("reports.daily_capacity"), settings.integer("reports.precision_months")
    if capacity < 1 or recent < 1:
        raise ConfigurationError("reports.daily_capacity and reports.precision_months must be 1 or more")
    return Options(confidence_of(settings), high_grades_of(settings), way, capacity, recent)


def monthly(reader: Reader, settings: Settings, cut: date | None = None, other: int | None = None) -> Monthly:
    """Return the report of the reader's night.

    ``cut`` is the break; ``other`` the year to compare with: None takes the year before that of the break where the book has it. Raises
    UsageError for a break outside the book and for a year that it does not have.
    """
    options = options_of(settings)
    zone = tables.zone_of(reader)
    days = hits.days(reader, zone)
    span = days.span
    if span is None:
        if cut or other:
            raise UsageError("the book is empty: there is nothing to compare yet")
        return Monthly(reader.night, zone, options, None, None, (), (), (), (), None, ())
    if cut is not None and not span[0] < cut <= span[1]:
        raise UsageError(f"the break {cut} does not part the book, which runs from {span[0]} to {span[1]}: choose a later day of it")
    tallies = tuple(periods.tally(days, period) for period in periods.months(*span, cut))
    alignment = _alignment(span, cut, other, options.way)
    matched = _matched(days, span, tallies, alignment)
    if other is not None and not matched:
        raise UsageError(f"the book has no days of {other} to compare with: it runs from {span[0]} to {span[1]}")
    alignment = alignment if matched else None
    decided = reviews.decisions(reader)
    worst = reviews.worst_of_days(reader, days, options.capacity)

    def reviewed(period: Period, grade: str = "") -> Reviewed:
        grades = (grade,) if grade else None
        found, looked = (reviews.gangs_within(frame, period, grades) for frame in (days.hits, worst))
        return Reviewed(period, grade, reviews.review(found, decided), reviews.review(looked, decided))

    recent = _recent(span, options.recent)
    return Monthly(
        night=reader.night,
        zone=zone,
        options=options,
        span=span,
        cut=cut,
        tallies=tallies,
        reviewed=tuple(reviewed(tally.period) for tally in tallies),
        by_grade=tuple(reviewed(recent, grade) for grade in (*GRADES, "")),
        comparisons=tuple(_comparisons(days, span, cut, alignment, options)),
        alignment=alignment,
        matched=matched,
    )


def _recent(span: tuple[date, date], months: int) -> Period:
    """Return the last ``months`` calendar months of the book as one period."""
    last = periods.months(*span)[-months:]
    return Period(last[0].first, last[-1].last)


def _alignment(span: tuple[date, date], cut: date | None, other: int | None, way: str) -> Alignment | None:
    """Return the years to match; None where nobody asked and there is no break to look at."""
    if other is None and cut is None:
        return None
    year = aligned.year_of(cut or span[1], way)
    if other == year:
        raise UsageError(f"{year} cannot be compared with itself: choose another year")
    return Alignment(year, year - 1 if other is None else other, way)


def _matched(
    days: Days, span: tuple[date, date], tallies: tuple[Tally, ...], alignment: Alignment | None
) -> tuple[tuple[Period, Tally], ...]:
    if alignment is None:
        return ()
    pairs = ((tally.period, alignment.match(tally.period)) for tally in tallies if alignment.has(tally.period))
    return tuple((period, periods.tally(days, then)) for period, then in pairs if _within(then, span))


def _within(period: Period, span: tuple[date, date]) -> bool:
    return span[0] <= period.first and period.last <= span[1]


def _comparisons(days: Days, span: tuple[date, date], cut: date | None, alignment: Alignment | None, options: Options) -> list[Comparison]:
    if cut is None:
        return []
    before, after = parts(cut)
    pairs: list[tuple[str, Period, Period]] = [(MONTH, before, after), (BOOK, Period(span[0], cut - DAY), Period(cut, span[1]))]
    if alignment is not None:
        then = alignment.match(before), alignment.match(after)
        if all(_within(part, span) for part in then):
            pairs += [(OTHER_YEAR, *then), (YEARS, then[1], after)]
    grades: Mapping[str, tuple[str, ...]] = {HIGH_SHARE: options.high, HIT_RATE: GRADES}
    found = []
    for scope, earlier, later in pairs:
        tallies = periods.tally(days, earlier), periods.tally(days, later)
        for measure in MEASURES:
            first, second = (tally.side(grades[measure]) for tally in tallies)
            difference = statistics.compare(first, second, options.confidence)
            found.append(Comparison(scope, measure, earlier, later, first, second, difference))
    return found


def parts(cut: date) -> tuple[Period, Period]:
    """Return the days of the month of ``cut`` before it and from it on; where it is the first day, the month before and this one."""
    month = periods.month_of(cut)
    if cut == month.first:
        return periods.month_of(cut - DAY), month
    return Period(month.first, cut - DAY), Period(cut, month.last)
