"""The monthly report's sentences, for the terminal and the page."""

from __future__ import annotations

from collections.abc import Sequence

from fraudgraph.reports import words
from fraudgraph.reports.aligned import LUNAR
from fraudgraph.reports.monthly import BOOK, HIGH_SHARE, HIT_RATE, MONTH, OTHER_YEAR, Comparison, Monthly
from fraudgraph.reports.periods import Period
from fraudgraph.reports.statistics import Interval, Side

LEVEL = 0.05
"""Chance under which a difference is spoken of as one; it changes no figure."""

MEASURES = {HIGH_SHARE: "high-grade share", HIT_RATE: "hit rate"}

NOTE = (
    "Hits are applications of people in a suspected gang as the book knows it now; shares are of all applications of the period. "
    "Gangs apply in clumps, so intervals that take applications as independent are narrower than they should be; the figures by gang "
    "allow for it."
)


def headline(report: Monthly) -> str:
    """Return the first sentence: what the break did, or how many hits there are."""
    if report.span is None:
        return "The book is still empty."
    found = next((c for c in report.comparisons if (c.scope, c.measure) == (MONTH, HIGH_SHARE)), None)
    if found is None:
        hits, applications = (sum(getattr(tally, what) for tally in report.tallies) for what in ("hits", "applications"))
        of = words.plural(applications, "application")
        return f"{words.count(hits)} of {of} from {words.day(report.span[0])} to {words.day(report.span[1])} are hits."
    return f"{days_of(found.after)} against {days_of(found.before)}: {moved(found)}."


def moved(comparison: Comparison) -> str:
    """Return ``the high-grade share rose from 1.1 % to 24.2 %``; differences that may well be chance are said to be none."""
    measure, found = f"the {MEASURES[comparison.measure]}", comparison.difference
    if found is None:
        return f"{measure} cannot be compared, one side has no applications"
    values = f"{words.share(comparison.first.share)} and {words.share(comparison.second.share)}"
    if found.p_by_clump >= LEVEL:
        return f"{measure} did not change by more than gangs that come and go explain ({values})"
    verb = "rose" if found.value > 0 else "fell"
    return f"{measure} {verb} from {words.share(comparison.first.share)} to {words.share(comparison.second.share)}"


def highest(report: Monthly) -> str:
    """Return the sentence on how the period from the break on stands among all; empty without a break."""
    after = next((c.after for c in report.comparisons if c.scope == MONTH), None)
    if after is None:
        return ""
    shares = {tally.period: tally.side(report.options.high).share for tally in report.tallies}
    mine = shares.pop(after, None)
    others = [share for share in shares.values() if share is not None]
    if mine is None or not others:
        return ""
    if mine > max(others):
        return f"That is higher than in any of the other {words.plural(len(others), 'period')}."
    best = max(shares, key=lambda period: (shares[period] or 0.0, period))
    return f"It is not the highest: that of {days_of(best)} is {words.share(shares[best])}."


def scope(comparison: Comparison, report: Monthly) -> str:
    """Return what is compared, as a heading of a row."""
    if comparison.scope == BOOK:
        return f"all days before {words.day(comparison.after.first)}, and from it on"
    if comparison.scope == MONTH:
        return f"{days_of(comparison.before)}, and {days_of(comparison.after)}"
    named = f"{days_of(comparison.before)}, and {days_of(comparison.after)}"
    if comparison.scope == OTHER_YEAR:
        return f"the same days of {report.alignment.other if report.alignment else ''}: {named}"
    return f"the same days of two years: {named}"


def alignment(report: Monthly) -> str:
    """Return the sentence on how years are matched; empty where none are."""
    if report.alignment is None:
        return ""
    years = f"{report.alignment.year} with {report.alignment.other}"
    if report.alignment.way == LUNAR:
        return f"{years}, days matched by how far they lie from the lunar new year."
    return f"{years}, days matched by the calendar."


def days_of(period: Period) -> str:
    return period.words


def share_of(side: Side) -> str:
    """Return a share in percent without the sign, ``–`` where there is nothing to have a share of."""
    return "–" if side.share is None else _percent(side.share)


def between(interval: Interval) -> str:
    """Return an interval in percent, ``8.1–17.9``."""
    return f"{_percent(interval[0])}–{_percent(interval[1])}"


def points(value: float) -> str:
    """Return a difference of shares in percentage points with its sign, ``+23.1``."""
    return f"{100 * value:+.1f}".replace("-", "−")


def points_between(interval: Interval) -> str:
    """Return ``+16.5 to +31.2``."""
    return f"{points(interval[0])} to {points(interval[1])}"


def p_value(value: float) -> str:
    """Return a p value as tables of a paper have it."""
    if value < 0.0001:
        return f"{value:.1e}" if value >= 1e-15 else "under 1e-15"
    return f"{value:.4f}" if value < 0.1 else f"{value:.2f}"


def _percent(value: float) -> str:
    return f"{100 * value:.{2 if 0 < value < 0.01 else 1}f}"


def of_grade(grade: str) -> str:
    """Return ``grade A``, ``all grades``."""
    return f"grade {grade}" if grade else "all grades"


def grades(names: Sequence[str]) -> str:
    """Return ``grades A and B``."""
    return f"{'grade' if len(names) == 1 else 'grades'} {words.listed(list(names))}"
