"""The chart of the monthly report: applications, hits by grade and the high-grade share, period by period, parted at the break."""

from __future__ import annotations

from markupsafe import Markup

from fraudgraph.reports import monthly_words, words
from fraudgraph.reports.chart import LEFT, MOST_MONTHS, WIDTH, bar_of, nice, panel_title, percent, ruler
from fraudgraph.reports.hits import GRADES
from fraudgraph.reports.monthly import Monthly
from fraudgraph.reports.periods import Tally
from fraudgraph.reports.statistics import Side
from fraudgraph.reports.svg import el, picture

_TOP, _TALL, _BETWEEN, _FOOT = 34.0, (84.0, 140.0, 120.0), 56.0, 40.0
"""Pixels above the first plot, of the three, between two, and for the names of the periods."""

ROOMY = 62.0
"""Pixels of a period from which its whole name fits."""

LABELLED = 24
"""Up to so many periods their figures stand in the chart."""


def by_period(report: Monthly) -> Markup:
    """Return the chart of the last `MOST_MONTHS` periods; empty where there are none."""
    tallies = report.tallies[-MOST_MONTHS:]
    if not tallies:
        return Markup("")
    step = min(max(960.0 / len(tallies), 34.0), 150.0)
    width = max(LEFT + step * len(tallies) + 14, WIDTH)
    tops = [_TOP + sum(_TALL[:place]) + place * _BETWEEN for place in range(len(_TALL))]
    bases = [top + tall for top, tall in zip(tops, _TALL, strict=True)]
    confidence = f"with {monthly_words.confidence(report)} interval"
    titles = ("Applications", f"Hit rate, by grade, {confidence}", f"Share of high grades, {confidence}")
    marks = [panel_title(title, top - 20) for title, top in zip(titles, tops, strict=True)]
    hits, highs = [tally.side() for tally in tallies], [tally.side(report.options.high) for tally in tallies]
    scales = [nice(max(tally.applications for tally in tallies)), _scale(report, hits), _scale(report, highs)]
    for scale, base, tall, caption in zip(scales, bases, _TALL, (words.count, percent, percent), strict=True):
        marks += ruler([scale[0], scale[-1]] if caption is words.count else scale, base, tall, width, caption)
    for place, (tally, hit, high) in enumerate(zip(tallies, hits, highs, strict=True)):
        middle = LEFT + step * (place + 0.5)
        marks += _volume(tally, middle, step, bases[0], scales[0][-1], len(tallies) <= LABELLED)
        marks += _grades(tally, middle, step, bases[1], scales[1][-1])
        marks += _whisker(report, hit, middle, bases[1], _TALL[1] / scales[1][-1], len(tallies) <= LABELLED)
        marks += _point(report, tally, high, middle, bases[2], _TALL[2] / scales[2][-1], len(tallies) <= LABELLED)
        if place % max(1, round(ROOMY / step)) == 0 or not tally.period.is_month:
            marks += _named(tally, middle, bases[2], step, place == 0)
        if report.cut is not None and tally.period.first == report.cut and place:
            marks += _break(LEFT + step * place, tops[0], bases[2])
    title = "Applications, hits by grade and share of high grades, period by period; the table beneath has the figures"
    return picture(*marks, width=width, height=bases[2] + _FOOT, title=title, class_="trend tall")


def _scale(report: Monthly, sides: list[Side]) -> list[float]:
    """Return the steps of a ruler that reaches over every interval of a share with hits."""
    tops = [(report.interval(side) or (0.0, 0.0))[1] for side in sides if side.hits]
    return nice(max(tops, default=0.01))


def _volume(tally: Tally, middle: float, step: float, base: float, most: float, labelled: bool) -> list[Markup]:
    tall = _TALL[0] * tally.applications / most
    said = f"{tally.period.words}: {words.plural(tally.applications, 'application')}"
    marks = [bar_of(middle, base, _wide(step), tall, "volume", said)]
    if labelled and tally.applications:
        marks.append(el("text", words.count(tally.applications), x=middle, y=base - tall - 5, class_="mid small"))
    return marks


def _grades(tally: Tally, middle: float, step: float, base: float, highest: float) -> list[Markup]:
    marks = []
    for grade in GRADES:
        hits = tally.of_grades((grade,))
        if hits:
            tall = _TALL[1] * hits / tally.applications / highest
            said = f"{tally.period.words}, grade {grade}: {words.plural(hits, 'hit')} of {words.plural(tally.applications, 'application')}"
            marks.append(bar_of(middle, base, _wide(step), tall, f"g{grade}", said))
            base -= tall
    return marks


def _whisker(report: Monthly, side: Side, middle: float, base: float, unit: float, labelled: bool) -> list[Markup]:
    interval = report.interval(side)
    if interval is None or side.share is None:
        return []
    if not side.hits:
        return [el("text", "0", x=middle, y=base - 6, class_="mid small")] if labelled else []
    upper, lower = base - unit * interval[1], base - unit * interval[0]
    marks = [
        el(
            "path",
            d=f"M{middle:.1f} {upper:.1f}V{lower:.1f}M{middle - 4:.1f} {upper:.1f}h8M{middle - 4:.1f} {lower:.1f}h8",
            class_="whisker",
        )
    ]
    if labelled:
        marks.append(el("text", percent(side.share), x=middle, y=upper - 6, class_="mid small strong"))
    return marks


def _point(report: Monthly, tally: Tally, side: Side, middle: float, base: float, unit: float, labelled: bool) -> list[Markup]:
    marks = _whisker(report, side, middle, base, unit, labelled)
    if side.share is not None and side.hits:
        said = f"{tally.period.words}: {side.hits:,} of {words.plural(side.trials, 'application')} of a high grade"
        marks.append(el("circle", el("title", said), cx=middle, cy=base - unit * side.share, r=4.5, class_="dot"))
    return marks


def _named(tally: Tally, middle: float, base: float, step: float, first: bool) -> list[Markup]:
    """The period's name, and the year where it is the first one of it that is drawn."""
    day = tally.period.first
    name = words.month(day.year, day.month)[:3]
    if not tally.period.is_month:
        days = f"{day.day}–{tally.period.last.day}"
        name = f"{days} {name}" if step >= ROOMY else days
    marks = [el("text", name, x=middle, y=base + 16, class_="mid")]
    if first or (day.month == 1 and day.day == 1):
        marks.append(el("text", str(day.year), x=middle, y=base + 31, class_="mid small"))
    return marks


def _break(x: float, top: float, base: float) -> list[Markup]:
    return [
        el("line", x1=x, y1=top - 12, x2=x, y2=base, class_="break"),
        el("text", "break", x=x + 5, y=top - 4, class_="small strong"),
    ]


def _wide(step: float) -> float:
    return min(step * 0.62, 56.0)
