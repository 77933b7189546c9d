"""The two small charts of the page: the trend by month, and the intents of a group's members on one line."""

from __future__ import annotations

from collections import defaultdict

from markupsafe import Markup

from fraudgraph.reports import words
from fraudgraph.reports.groups import Group
from fraudgraph.reports.months import GRADES, Month
from fraudgraph.reports.picture import shelf
from fraudgraph.reports.svg import el, picture, text_width

MOST_MONTHS = 60
"""Months drawn; the table beneath has them all."""

WIDTH = 1026.0
"""Pixels at least: a book of one month must not give a chart of one giant bar."""

LEFT = 52.0
"""Pixels for the captions of a ruler, before the plot."""

_TOP, _UPPER, _BETWEEN, _LOWER, _FOOT = 34.0, 96.0, 58.0, 150.0, 34.0


def nice(top: float) -> list[float]:
    """Return two to five round steps from 0 to at least ``top``."""
    if top <= 0:
        return [0.0, 1.0]
    unit = 10.0 ** len(str(int(top))) if top >= 1 else 1.0
    while unit > top:
        unit /= 10
    step = next(size * unit for size in (0.25, 0.5, 1.0, 2.0, 2.5) if top / (size * unit) <= 4)
    steps = [0.0]
    while steps[-1] < top * (1 - 1e-9):
        steps.append(round(steps[-1] + step, 10))
    return steps


def trend(months: list[Month]) -> Markup:
    """Return the chart of the last `MOST_MONTHS` months: applications above; below, the share in suspected gangs, if any."""
    months = months[-MOST_MONTHS:]
    step = min(max(960.0 / len(months), 30.0), 150.0)
    bar = min(step * 0.62, 56.0)
    width = max(LEFT + step * len(months) + 14, WIDTH)
    base_upper = _TOP + _UPPER
    hit = any(month.flagged for month in months)
    top_lower = base_upper + _BETWEEN
    base = top_lower + _LOWER if hit else base_upper
    most = nice(max(month.applications for month in months))
    highest = nice(max((month.interval or (0, 0))[1] if month.flagged else month.share or 0.0 for month in months) or 0.01)
    marks = [panel_title("Applications", 14.0), *ruler([most[0], most[-1]], base_upper, _UPPER, width, words.count)]
    if hit:
        marks.append(panel_title("Share in suspected gangs, by grade, with 95 % interval", top_lower - 28))
        marks += ruler(highest, base, _LOWER, width, percent)
    for place, month in enumerate(months):
        middle = LEFT + step * (place + 0.5)
        tall = _UPPER * month.applications / most[-1]
        said = f"{words.month(month.year, month.number)}: {words.plural(month.applications, 'application')}"
        marks.append(bar_of(middle, base_upper, bar, tall, "volume", said))
        if len(months) <= 24 and month.applications:
            marks.append(el("text", words.count(month.applications), x=middle, y=base_upper - tall - 5, class_="mid small"))
        if hit:
            marks += _share(month, middle, base, bar, highest[-1], len(months) <= 24)
        every = max(1, round(46 / step))
        if place % every == 0:
            marks.append(el("text", words.month(month.year, month.number)[:3], x=middle, y=base + 16, class_="mid"))
        if place == 0 or month.number == 1:
            marks.append(el("text", str(month.year), x=middle, y=base + 30, class_="mid small"))
    what = "Applications and share of them in suspected gangs" if hit else "Applications"
    title = f"{what}, month by month; the table beneath has the figures"
    return picture(*marks, width=width, height=base + _FOOT, title=title, class_="trend")


def _share(month: Month, middle: float, base: float, bar: float, highest: float, labelled: bool) -> list[Markup]:
    if not month.applications:
        return []
    marks = []
    low = base
    for grade in GRADES:
        tall = _LOWER * month.grades[grade] / month.applications / highest
        if tall:
            said = f"{words.month(month.year, month.number)}, grade {grade}: {words.count(month.grades[grade])} applications"
            marks.append(bar_of(middle, low, bar, tall, f"g{grade}", said))
            low -= tall
    share, interval = month.share or 0.0, month.interval or (0.0, 0.0)
    if month.flagged:
        upper, lower = (base - _LOWER * end / highest for end in (interval[1], interval[0]))
        drawn = f"M{middle:.1f} {upper:.1f}V{lower:.1f}M{middle - 4:.1f} {upper:.1f}h8M{middle - 4:.1f} {lower:.1f}h8"
        marks.append(el("path", d=drawn, class_="whisker"))
        if labelled:
            marks.append(el("text", percent(share), x=middle, y=upper - 6, class_="mid small strong"))
    elif labelled:
        marks.append(el("text", "0", x=middle, y=base - 6, class_="mid small"))
    return marks


def percent(value: float) -> str:
    """Return a share as a ruler's caption."""
    return f"{100 * value:.2g} %" if value < 0.1 else f"{100 * value:.0f} %"


def panel_title(text: str, y: float) -> Markup:
    """Return the heading of one of several plots above each other."""
    return el("text", text, x=0, y=y, class_="panel")


def ruler(steps: list[float], base: float, tall: float, width: float, caption: object) -> list[Markup]:
    """Return lines across at ``steps`` from 0 on, ``tall`` pixels up to the last, with their captions at the left."""
    marks = []
    for value in steps:
        y = base - tall * value / steps[-1]
        text = caption(value) if callable(caption) else str(value)
        marks.append(el("line", x1=LEFT, y1=y, x2=width - 6, y2=y, class_="rule" if value else "rule base"))
        marks.append(el("text", text, x=LEFT - 8, y=y + 4, class_="end small"))
    return marks


def bar_of(middle: float, base: float, wide: float, tall: float, class_: str, said: str) -> Markup:
    """Return an upright bar; ``said`` is what shows when one points at it."""
    return el("rect", el("title", said), x=middle - wide / 2, y=base - tall, width=wide, height=tall, class_=class_)


def intents(group: Group) -> Markup:
    """Return the members' intents as dots on a line from 0 to 1, with T and the mean: what the verdict compares."""
    left, width, floor = 12.0, 396.0, 76.0
    known = sorted(member.intent for member in group.members if member.intent is not None)
    stacks: dict[int, int] = defaultdict(int)
    for value in known:
        stacks[min(int(value * 40), 39)] += 1
    tallest = max(stacks.values(), default=1)
    apart = min(9.0, 42.0 / tallest)
    marks = []
    threshold = group.threshold
    if threshold is not None:
        x = left + width * min(max(threshold, 0.0), 1.0)
        marks.append(el("rect", x=x, y=26.0, width=left + width - x, height=floor - 26, class_="over"))
    marks.append(el("line", x1=left, y1=floor, x2=left + width, y2=floor, class_="axis"))
    for value in (0.0, 0.5, 1.0):
        marks.append(el("text", f"{value:g}", x=left + width * value, y=floor + 15, class_="mid small"))
    for slot, many in sorted(stacks.items()):
        x = left + width * (slot + 0.5) / 40
        colour = shelf((slot + 0.5) / 40)
        if tallest > 12:
            marks.append(el("rect", x=x - 4, y=floor - apart * many, width=8.0, height=apart * many, class_=colour))
        else:
            radius = min(4.2, apart / 2 + 0.6)
            marks += [el("circle", cx=x, cy=floor - 6 - apart * step, r=radius, class_=colour) for step in range(many)]
    marks += _levels(group, left, width, floor)
    said = f"Fraud intents of {words.plural(len(known), 'member')}: mean {words.intent(group.mean_intent)}, "
    said += f"threshold {words.intent(threshold)}"
    return picture(*marks, width=left * 2 + width, height=floor + 22, title=said, class_="dots")


def _levels(group: Group, left: float, width: float, floor: float) -> list[Markup]:
    """Draw T and the mean, their captions on the sides where these do not meet."""
    marks = []
    spots = [("T", group.threshold, "level"), ("mean", group.mean_intent, "mean")]
    drawn = [(name, value, class_) for name, value, class_ in spots if value is not None]
    for name, value, class_ in drawn:
        x = left + width * min(max(value, 0.0), 1.0)
        caption = f"{name} {value:.2f}"
        half = text_width(caption, 12) / 2 + 2
        right = name == "mean"
        at = x + (half if right else -half)
        at = min(max(at, half), left * 2 + width - half)
        marks.append(el("line", x1=x, y1=22.0, x2=x, y2=floor, class_=class_))
        marks.append(el("text", caption, x=at, y=15.0, class_=f"mid {class_}"))
    return marks
