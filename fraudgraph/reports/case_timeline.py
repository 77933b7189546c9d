"""When the people of a case applied: bars by hour, day, week or month, and beneath them every application in its person's row."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from markupsafe import Markup

from fraudgraph.reports import words
from fraudgraph.reports.case import Case
from fraudgraph.reports.chart import LEFT, bar_of, nice, panel_title, ruler
from fraudgraph.reports.picture import shelf
from fraudgraph.reports.svg import el, picture

WIDTH = 1026.0
NAMED = 40
"""Up to this many people every row has a name; the rows of more are thin and have none."""

MOST_PEOPLE = 400
"""Rows."""

WIDEST = 28.0
"""Pixels of a bar."""

_TOP, _BARS, _BETWEEN, _FOOT, _NAMES, _RIGHT = 26.0, 70.0, 34.0, 30.0, 96.0, 14.0
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_SPANS = (("hour", 3, _HOUR), ("day", 62, _DAY), ("week", 434, 7 * _DAY))
"""What a bar is of, where the case lasts up to so many days; months where it lasts longer."""


@dataclass(frozen=True)
class Timeline:
    """The drawing, and what it leaves out."""

    image: Markup
    unit: str
    """What a bar is of: hour, day, week, month."""
    left_out: int
    """People without a row."""


@dataclass(frozen=True)
class _Axis:
    """Local times, without their zone, as places across."""

    unit: str
    edges: list[datetime]
    """Of the bars, ascending."""

    def x(self, moment: datetime) -> float:
        return _NAMES + (WIDTH - _NAMES - _RIGHT) * ((moment - self.edges[0]) / (self.edges[-1] - self.edges[0]))


def timeline(case: Case) -> Timeline:
    """Draw the applications of ``case``, which has some."""
    moments = [case.local(moment).replace(tzinfo=None) for moment in case.applications["applied_at"]]
    axis = _axis(min(moments), max(moments))
    top = _TOP + _BARS + _BETWEEN
    rows, height, left_out = _rows(case, moments, axis, top)
    marks = [*_ticks(axis, top + height), *_bars(axis, moments), *rows]
    people = words.plural(len(case.dossier.group.members), "person", "people")
    title = f"Timeline of {words.plural(len(moments), 'application')} by {people}; the table of applications has the same"
    image = picture(*marks, width=WIDTH, height=top + height + _FOOT, title=title, class_="trend tall life")
    return Timeline(image, axis.unit, left_out)


def _axis(first: datetime, last: datetime) -> _Axis:
    start = first.replace(hour=0, minute=0, second=0, microsecond=0)
    days = (last - start).days + 1
    for unit, most, step in _SPANS:
        if days <= most:
            start -= timedelta(days=start.weekday()) if unit == "week" else timedelta()
            bars = -(-days * _DAY // step) + (unit == "week")
            return _Axis(unit, [start + step * number for number in range(bars + 1)])
    month = start.replace(day=1)
    edges: list[datetime] = []
    while not edges or edges[-1] <= last:
        edges.append(month)
        month = (month + 31 * _DAY).replace(day=1)
    return _Axis("month", edges)


def _bars(axis: _Axis, moments: list[datetime]) -> Iterator[Markup]:
    base = _TOP + _BARS
    counts = Counter(bisect_right(axis.edges, moment) - 1 for moment in moments)
    most = nice(max(counts.values()))
    yield panel_title(f"Applications by {axis.unit}", 14.0)
    moved = f"translate({_NAMES - LEFT:g} 0)"
    yield el("g", *ruler([0.0, most[-1]], base, _BARS, WIDTH - _NAMES + LEFT - _RIGHT + 6, words.count), transform=moved)
    for place, (low, high) in enumerate(pairwise(axis.edges)):
        if count := counts[place]:
            wide = axis.x(high) - axis.x(low)
            said = f"{_when(axis.unit, low, high)}: {words.plural(count, 'application')}"
            yield bar_of(axis.x(low) + wide / 2, base, min(max(wide * 0.8, 1.5), WIDEST), _BARS * count / most[-1], "volume", said)


def _when(unit: str, low: datetime, high: datetime) -> str:
    return f"{words.day(low)}, {low:%H}–{high:%H} h" if unit == "hour" else words.days(low, high - _DAY)


def _ticks(axis: _Axis, bottom: float) -> Iterator[Markup]:
    """Lines down at the beginnings of days, weeks or months, captions where there is room for them."""
    starts = [edge for edge in axis.edges if axis.unit != "hour" or edge.hour == 0]
    if axis.unit == "day" and len(starts) > 32:
        starts = [edge for edge in starts if edge.weekday() == 0]
    room, year = -1e9, 0
    for edge in starts:
        x = axis.x(edge)
        yield el("line", x1=x, y1=_TOP, x2=x, y2=bottom, class_="rule")
        if x - room >= 58 and x < WIDTH - 50:
            caption = f"{words.month(edge.year, edge.month)[:3]}" if axis.unit == "month" else words.shortened(words.day(edge))[:-5]
            yield el("text", caption, x=x + 3, y=bottom + 14, class_="small")
            if edge.year != year:
                yield el("text", str(edge.year), x=x + 3, y=bottom + 27, class_="small")
            room, year = x, edge.year


def _rows(case: Case, moments: list[datetime], axis: _Axis, top: float) -> tuple[list[Markup], float, int]:
    """Return a row a person, whoever applied first above; their height; and how many people have none."""
    made: dict[str, list[int]] = defaultdict(list)
    for place, person in enumerate(case.applications["person_id"]):
        made[person].append(place)
    number = {member.person_id: place for place, member in enumerate(case.dossier.group.members)}
    shown = list(made)[:MOST_PEOPLE]
    step = 20.0 if len(shown) <= NAMED else max(720.0 / len(shown), 3.0)
    radius = min(5.0, max(step * 0.42, 2.2))
    rows = []
    for row, person in enumerate(shown):
        y = top + step * (row + 0.5)
        mine = made[person]
        marks = [el("line", x1=axis.x(moments[mine[0]]), y1=y, x2=axis.x(moments[mine[-1]]), y2=y, class_="thin")] if len(mine) > 1 else []
        if len(shown) <= NAMED:
            marks.append(el("text", case.dossier.group.members[number[person]].name, x=_NAMES - 10, y=y + 4, class_="end small name"))
        marks += [_dot(case, place, axis.x(moments[place]), y, radius) for place in mine]
        rows.append(el("g", *marks, data_of=f"m{number[person]}"))
    return rows, step * len(shown), len(made) - len(shown)


def _dot(case: Case, place: int, x: float, y: float, radius: float) -> Markup:
    row = case.applications.row(place, named=True)
    when = case.local(row["applied_at"])
    said = [words.show(row["application_id"], 40), f"{words.day(when)}, {when:%H:%M}", f"intent {words.intent(row['intent'])}"]
    said += [words.show(row["channel"])] if row["channel"] else []
    said += [f"amount {words.amount(row['amount'])}"] if row["amount"] is not None else []
    return el("circle", el("title", ", ".join(said)), cx=x, cy=y, r=radius, class_=shelf(row["intent"]))


def burst(case: Case, hours: int = 72) -> int:
    """Return the most applications that were made within ``hours``."""
    moments = case.applications["applied_at"].to_list()
    first, most = 0, 0
    for last, moment in enumerate(moments):
        while moment - moments[first] > timedelta(hours=hours):
            first += 1
        most = max(most, last - first + 1)
    return most
