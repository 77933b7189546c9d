"""The monthly report as a page that can be sent about: charts with their tables, in one file that asks no network for anything."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from fraudgraph.reports import figures, monthly_words, period_chart, row_chart, words
from fraudgraph.reports.chart import nice, percent
from fraudgraph.reports.hits import GRADES
from fraudgraph.reports.monthly import Monthly, Reviewed
from fraudgraph.reports.page import fill
from fraudgraph.reports.periods import Tally
from fraudgraph.reports.row_chart import Column, Mark, Row
from fraudgraph.reports.statistics import Side
from fraudgraph.stores.port import Reader

NAMES = 400.0
"""Pixels for the names of rows."""


def page(report: Monthly, reader: Reader) -> str:
    """Return the whole page as HTML text; equal reports of equal books give equal pages."""
    now = {tally.period: tally for tally in report.tallies}
    matched = [(now[period], then) for period, then in report.matched]
    reviewed = [(row.period.words, row) for row in report.reviewed if row.all.reviewed]
    recent = [(f"{monthly_words.of_grade(row.grade)}, {row.period.words}", row) for row in report.by_grade]
    decided = [(name, row) for name, row in reviewed + recent if row.all.precision.trials]
    return fill(
        {
            "title": f"Hit grades by month{f' · break {report.cut}' if report.cut else ''}",
            "eyebrow": "Organised application fraud · hit grades by month",
            "night": report.night,
            "headline": monthly_words.headline(report),
            "below": [sentence for sentence in (monthly_words.difference(report), monthly_words.highest(report)) if sentence],
            "figures": _figures(report),
            "parts": _parts(report),
            "words": words,
            "say": monthly_words,
            "figure": figures,
            "report": report,
            "interval": report.interval,
            "of_hits": lambda tally: Side(tally.of_grades(report.options.high), tally.hits),
            "confidence": monthly_words.confidence(report),
            "grades": GRADES,
            "high_grades": report.options.high,
            "high": monthly_words.grades(report.options.high),
            "tallies": report.tallies,
            "chart": period_chart.by_period(report),
            "cut": words.day(report.cut) if report.cut else "",
            "comparisons": report.comparisons,
            "difference_chart": _differences(report),
            "matched": matched,
            "other_year": report.alignment.other if report.alignment else "",
            "alignment": monthly_words.alignment(report),
            "years_chart": _years(report, matched),
            "reviewed": reviewed + recent,
            "labelled": bool(reviewed),
            "precision_chart": _precisions(report, decided),
            "capacity": report.options.capacity,
            "method": monthly_words.method(report),
            "made_with": _made_with(report, reader),
        },
        "monthly.html",
    )


def _figures(report: Monthly) -> list[tuple[str, str, str]]:
    """Return the key figures: (figure, what it counts, a remark)."""
    if not report.tallies:
        return []
    applications = sum(tally.applications for tally in report.tallies)
    hit = Side(sum(tally.hits for tally in report.tallies), applications)
    high = Side(sum(tally.of_grades(report.options.high) for tally in report.tallies), applications)
    gangs = {gang for tally in report.tallies for gang, _, _ in tally.gangs}
    return [
        (words.count(applications), "applications", f"in {words.plural(len(report.tallies), 'period')}"),
        (words.count(hit.hits), "hits", f"of {words.plural(len(gangs), 'suspected gang')}"),
        (words.share(hit.share), "hit rate", _interval(report, hit)),
        (words.share(high.share), "high-grade share", _interval(report, high)),
    ]


def _interval(report: Monthly, side: Side) -> str:
    interval = report.interval(side)
    return f"{monthly_words.confidence(report)} interval {figures.between(interval)} %" if interval else ""


def _parts(report: Monthly) -> list[tuple[str, str]]:
    """Return (anchor, name) of the page's sections."""
    given = (
        ("periods", "Periods", report.tallies),
        ("break", "Break", report.comparisons),
        ("years", "Years", report.matched),
        ("reviews", "Reviews", report.tallies),
    )
    return [(place, name) for place, name, there in given if there] + [("method", "Method")]


def _differences(report: Monthly) -> Markup:
    rows = [(comparison, comparison.difference) for comparison in report.comparisons]
    found = [(comparison, difference) for comparison, difference in rows if difference is not None]
    if not found:
        return Markup("")
    ends = [end for _, difference in found for end in (*difference.interval, *difference.interval_by_clump, 0.0)]
    low, high = min(ends), max(ends)
    step = nice(max(high, -low))[1]
    ticks = tuple(step * place for place in range(round(low / step - 0.499), round(high / step + 0.499) + 1))
    column = Column("Difference, percentage points", 560.0, ticks[0], max(ticks[-1], step), ticks, _points)
    drawn = []
    for comparison, difference in found:
        said = f"{figures.points(difference.value)} points ({figures.points_between(difference.interval)})"
        mark = Mark(difference.value, difference.interval, said, outer=difference.interval_by_clump)
        name = f"{monthly_words.MEASURES[comparison.measure]}: {monthly_words.short_scope(comparison)}"
        drawn.append(Row(name, ((mark,),)))
    return row_chart.chart(drawn, [column], "Differences before and after; the table beneath has the figures", NAMES)


def _points(value: float) -> str:
    """Return a tick of a difference of shares, in percentage points."""
    return f"{100 * value:+g}".replace("-", "−") if value else "0"


def _years(report: Monthly, matched: list[tuple[Tally, Tally]]) -> Markup:
    pairs = [(now.period.words, now.side(report.options.high), then.side(report.options.high)) for now, then in matched]
    return _beside(report, pairs, "High-grade share", "High-grade shares of two years; the table beneath has the figures")


def _precisions(report: Monthly, reviewed: list[tuple[str, Reviewed]]) -> Markup:
    pairs = [(name, row.all.precision, row.at_capacity.precision) for name, row in reviewed]
    return _beside(report, pairs, "Precision", "Precision of the gangs that were reviewed; the table beneath has the figures")


def _beside(report: Monthly, pairs: Iterable[tuple[str, Side, Side]], what: str, title: str) -> Markup:
    """Return a chart of two shares beside each other in every row."""
    pairs = list(pairs)
    tops = [interval[1] for _, *sides in pairs for side in sides if (interval := report.interval(side))]
    ticks = tuple(tick for tick in nice(max(tops, default=1.0)) if tick <= 1)
    column = Column(what, 560.0, 0.0, max(ticks[-1], *tops, 0.01), ticks, percent)
    rows = [
        Row(name, (tuple(_mark(report, side, look) for side, look in ((one, "dot"), (other, "then")) if side.share is not None),))
        for name, one, other in pairs
    ]
    return row_chart.chart(rows, [column], title, NAMES)


def _mark(report: Monthly, side: Side, look: str) -> Mark:
    return Mark(side.share or 0.0, report.interval(side), f"{words.share(side.share)}: {side.hits:,} of {side.trials:,}", look)


def _made_with(report: Monthly, reader: Reader) -> list[tuple[str, str]]:
    calibration, ruleset = reader.calibration(), reader.ruleset()
    return [
        ("night of the book", str(report.night)),
        ("time zone", report.zone),
        ("calibration", calibration.name if calibration else "none"),
        ("rules", ruleset.name if ruleset else "none"),
        ("high grades", ", ".join(report.options.high)),
    ]
