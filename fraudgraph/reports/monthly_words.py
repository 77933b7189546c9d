"""The monthly report's sentences, for the terminal and the page."""

from __future__ import annotations

from collections.abc import Sequence

from fraudgraph.reports import words
from fraudgraph.reports.aligned import LUNAR
from fraudgraph.reports.figures import p_value, percent, points, points_between
from fraudgraph.reports.monthly import BOOK, HIGH_SHARE, HIT_RATE, MONTH, OTHER_YEAR, Comparison, Monthly
from fraudgraph.reports.statistics import Side

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
    found = _broken(report)
    if found is None or report.cut is None:
        hits, applications = (sum(getattr(tally, what) for tally in report.tallies) for what in ("hits", "applications"))
        of = words.plural(applications, "application")
        return f"{words.count(hits)} of {of} from {words.day(report.span[0])} to {words.day(report.span[1])} are hits."
    return f"From {words.day(report.cut)} on, {moved(found)}."


def _broken(report: Monthly) -> Comparison | None:
    """Return what the break did to the high-grade share within its month; None without a break."""
    return next((c for c in report.comparisons if (c.scope, c.measure) == (MONTH, HIGH_SHARE)), None)


def moved(comparison: Comparison) -> str:
    """Return ``the high-grade share rose from 1.1 % to 24.2 %``; differences that may well be chance are said to be none."""
    measure, found = f"the {MEASURES[comparison.measure]}", comparison.difference
    before, after = (words.share(side.share) for side in (comparison.first, comparison.second))
    if found is None:
        return f"{measure} cannot be compared: one side has no applications"
    if found.p_by_clump >= LEVEL:
        return f"{measure} did not change by more than gangs that come and go explain ({before}, then {after})"
    return f"{measure} {'rose' if found.value > 0 else 'fell'} from {before} to {after}"


def difference(report: Monthly) -> str:
    """Return the sentence with the figures of what the break did; empty without a break."""
    found = _broken(report)
    if found is None or found.difference is None:
        return ""
    one, other = (f"{side.hits:,} of {words.plural(side.trials, 'application')}" for side in (found.first, found.second))
    counts = f"{found.before.words}: {one} of a high grade; {found.after.words}: {other}."
    by_gang = f"counted by gang {points_between(found.difference.interval_by_clump)}, p = {p_value(found.difference.p_by_clump)}"
    interval = f"{confidence(report)} interval {points_between(found.difference.interval)}"
    return f"{counts} The difference is {points(found.difference.value)} points ({interval}; {by_gang})."


def highest(report: Monthly) -> str:
    """Return the sentence on how the period from the break on stands among all; empty without a break."""
    after = next((c.after for c in report.comparisons if c.scope == MONTH), None)
    if after is None:
        return ""
    shares = {tally.period: tally.side(report.options.high).share for tally in report.tallies}
    mine = shares.pop(after, None)
    others = [share for share in shares.values() if share is not None]
    if mine is None or not others or mine == max(others):
        return ""
    if mine > max(others):
        return f"That share is higher than in any of the other {words.plural(len(others), 'period')}."
    best = max(shares, key=lambda period: (shares[period] or 0.0, period))
    return f"It is not the highest: that of {best.words} is {words.share(shares[best])}."


def scope(comparison: Comparison, report: Monthly) -> str:
    """Return what is compared, as a heading of a row."""
    named = f"{comparison.before.words}, then {comparison.after.words}"
    if comparison.scope == BOOK:
        return f"all days before {words.day(comparison.after.first)}, then all from it on"
    if comparison.scope == OTHER_YEAR and report.alignment is not None:
        return f"the same days of {report.alignment.other}: {named}"
    return named


def short_scope(comparison: Comparison) -> str:
    """Return the same with short names of months."""
    if comparison.scope == BOOK:
        return "all days before, then all after"
    return f"{comparison.before.short}, then {comparison.after.short}"


def alignment(report: Monthly) -> str:
    """Return the sentence on how years are matched; empty where none are."""
    if report.alignment is None:
        return ""
    years = f"{report.alignment.year} with {report.alignment.other}"
    if report.alignment.way == LUNAR:
        return f"{years}, days matched by how far they lie from the lunar new year."
    return f"{years}, days matched by the calendar."


def confidence(report: Monthly) -> str:
    """Return ``95 %``."""
    return f"{100 * report.options.confidence:g} %"


def method(report: Monthly) -> list[str]:
    """Return how it was counted, a sentence each."""
    return [
        "A hit is an application of somebody in a suspected gang, as the book knows it this night; its grade is the gang’s, A the worst.",
        f"Shares are of all applications of the period; high grades are {words.listed(list(report.options.high))}. "
        f"Months are calendar months in {report.zone}.",
        f"Intervals of shares are Wilson’s (1927), those of differences Newcombe’s method 10 (1998), both at {confidence(report)}. The "
        "test is the two-proportion chi-square test, or Fisher’s exact test where an expected count is below five.",
        "Gangs apply in clumps: a gang of ten is one event and not ten. The figures by gang divide by the design effect (after Rao and "
        "Scott, 1992), as if each gang counted about once. Where the two disagree, trust those by gang.",
        "Precision is the share of confirmed gangs among those confirmed or dismissed; suspicious ones are undecided. At the team’s "
        f"capacity it is that of gangs which were among the {report.options.capacity} worst with an application on some day.",
        "What happened later changes what is known of earlier months: a gang that is found today makes hits of its old applications.",
    ]


def share_of(side: Side) -> str:
    """Return a share in percent without the sign, ``–`` where there is nothing to have a share of."""
    return "–" if side.share is None else percent(side.share)


def of_grade(grade: str) -> str:
    """Return ``grade A``, ``all grades``."""
    return f"grade {grade}" if grade else "all grades"


def grades(names: Sequence[str]) -> str:
    """Return ``grades A and B``."""
    return f"{'grade' if len(names) == 1 else 'grades'} {words.listed(list(names))}"
