"""Rows of values with their intervals, one above the other, in one or more columns: differences, channels, years beside each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from markupsafe import Markup

from fraudgraph.reports import words
from fraudgraph.reports.svg import el, picture, text_width

ROW, TOP, FOOT, GAP = 30.0, 44.0, 26.0, 34.0
"""Pixels of a row, above the first, below the last, and between columns."""

SIZE = 12.0
"""Pixels of the text of a row's name."""


@dataclass(frozen=True)
class Mark:
    """One value of a row."""

    value: float
    interval: tuple[float, float] | None
    said: str
    """What shows when one points at it."""
    look: str = "dot"
    """Class of the dot."""
    outer: tuple[float, float] | None = None
    """A second, wider interval, drawn thin."""


@dataclass(frozen=True)
class Column:
    """What one column of the chart measures."""

    title: str
    width: float
    low: float
    high: float
    """What the column's ends stand for; an interval that goes on is cut there."""
    ticks: tuple[float, ...]
    caption: Callable[[float], str]
    line: float | None = None
    """A value to compare with, drawn from top to bottom."""
    bars: bool = False
    """Bars from ``low`` on instead of dots."""


@dataclass(frozen=True)
class Row:
    """One row: its name, and one list of marks for each column."""

    name: str
    marks: tuple[tuple[Mark, ...], ...]
    faded: bool = False


def chart(rows: list[Row], columns: list[Column], title: str, names: float) -> Markup:
    """Return the chart; ``names`` is how many pixels the rows' names have, which are cut to fit. Empty without rows."""
    if not rows:
        return Markup("")
    height = TOP + ROW * len(rows) + FOOT
    marks = []
    for place, row in enumerate(rows):
        middle = TOP + ROW * (place + 0.5)
        marks.append(el("line", x1=0.0, y1=middle + ROW / 2, x2=_width(columns, names), y2=middle + ROW / 2, class_="rule"))
        marks.append(el("text", cut(row.name, names - 12), x=0.0, y=middle + 4, class_="name" + (" faded" if row.faded else "")))
    left = names
    for number, column in enumerate(columns):
        marks += _column(column, left, len(rows))
        for place, row in enumerate(rows):
            middle = TOP + ROW * (place + 0.5)
            several = row.marks[number]
            for turn, mark in enumerate(several):
                y = middle + 9.0 * (turn - (len(several) - 1) / 2)
                marks += _bar(column, left, mark, y) if column.bars else _dot(column, left, mark, y, row.faded)
        left += column.width + GAP
    return picture(*marks, width=_width(columns, names), height=height, title=title, class_="trend rows")


def cut(name: str, width: float) -> str:
    """Return ``name`` shortened to ``width`` pixels."""
    shown = words.show(name, 60)
    while shown and text_width(shown, SIZE) > width:
        shown = shown[:-2].rstrip() + "…"
    return shown


def _width(columns: list[Column], names: float) -> float:
    return names + sum(column.width for column in columns) + GAP * (len(columns) - 1) + 24


def _column(column: Column, left: float, rows: int) -> list[Markup]:
    base = TOP + ROW * rows
    marks = [el("text", column.title, x=left, y=14.0, class_="panel")]
    for tick in column.ticks:
        x = _x(column, left, tick)
        marks.append(el("line", x1=x, y1=TOP - 6, x2=x, y2=base, class_="rule base" if tick == 0 else "rule"))
        marks.append(el("text", column.caption(tick), x=x, y=base + 17, class_="mid small"))
    if column.line is not None:
        x = _x(column, left, column.line)
        marks.append(el("line", x1=x, y1=TOP - 6, x2=x, y2=base, class_="break"))
        marks.append(el("text", f"book {column.caption(column.line)}", x=x, y=TOP - 12, class_="mid small strong"))
    return marks


def _x(column: Column, left: float, value: float) -> float:
    held = min(max(value, column.low), column.high)
    return left + column.width * (held - column.low) / (column.high - column.low)


def _bar(column: Column, left: float, mark: Mark, y: float) -> list[Markup]:
    wide = _x(column, left, mark.value) - left
    drawn = el("rect", el("title", mark.said), x=left, y=y - 6, width=wide, height=12.0, class_="volume")
    return [drawn, el("text", words.count(mark.value), x=left + wide + 5, y=y + 4, class_="small")]


def _dot(column: Column, left: float, mark: Mark, y: float, faded: bool) -> list[Markup]:
    look = " faded" if faded else ""
    marks = []
    for interval, class_ in ((mark.outer, "whisker thin"), (mark.interval, "whisker")):
        if interval is not None:
            low, high = (_x(column, left, end) for end in interval)
            marks.append(
                el("path", d=f"M{low:.1f} {y:.1f}H{high:.1f}M{low:.1f} {y - 3:.1f}v6M{high:.1f} {y - 3:.1f}v6", class_=class_ + look)
            )
    marks.append(el("circle", el("title", mark.said), cx=_x(column, left, mark.value), cy=y, r=4.5, class_=mark.look + look))
    return marks
