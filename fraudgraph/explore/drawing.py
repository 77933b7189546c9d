"""The graph as a picture whose every node is a link: it looks like the pictures of the reports, and is walked through with Tab."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

import numpy as np
from markupsafe import Markup

from fraudgraph.explore.net import Net, Person, Value
from fraudgraph.model import FloatArray
from fraudgraph.reports import kinds, layout, words
from fraudgraph.reports.picture import shelf, weight
from fraudgraph.reports.svg import el, picture, text_width

RADIUS, RAISED = 13.0, 8.0
"""Of a circle, and how far it lies over the middle of its box, whose lower part is the name."""

Link = Callable[[str], str]
"""Id of a node -> where a click on it leads."""


def draw(net: Net, link: Link, chosen: str = "") -> Markup:
    """Return the picture of ``net``; ``chosen`` is the id of the node that is looked at."""
    ids = [*(person.id for person in net.people), *(value.id for value in net.values)]
    place = {name: number for number, name in enumerate(ids)}
    width, height = _boxes(net)
    held: dict[str, set[str]] = defaultdict(set)
    for person, value, _ in net.uses:
        held[person].add(value)
    straight = [(a, b, p) for a, b, p in net.ties if not held[a] & held[b]]
    edges = [(place[person], place[value]) for person, value, _ in net.uses] + [(place[a], place[b]) for a, b, _ in straight]
    points, size = _fitted(layout.place(len(place), edges, width, height, aspect=1.25), width, height)
    strongest = _strongest(net, held)
    lines = [
        _line(points[place[person]], points[place[value]] + (0, RAISED), f"{'contact' if only else 'own'} {strongest[person, value]}")
        for person, value, only in net.uses
    ]
    lines += [_line(points[place[a]], points[place[b]], f"given {weight(p)}") for a, b, p in straight]
    people = [_person(one, points[place[one.id]], link(one.id), chosen) for one in net.people]
    values = [_value(one, points[place[one.id]], width[place[one.id]] - 10, link(one.id), chosen) for one in net.values]
    drawn = [el("g", *lines, class_="ties"), el("g", *values, class_="values"), el("g", *people, class_="people")]
    title = f"{words.plural(len(net.people), 'person', 'people')} and {words.plural(len(net.values), 'shared value')}"
    image = picture(*drawn, width=size[0], height=size[1], title=title, class_="net grown")
    return Markup(str(image).replace('role="img"', 'role="group"', 1))  # its nodes are links, which an image has none of


def _boxes(net: Net) -> tuple[FloatArray, FloatArray]:
    names = [max(text_width(one.name, 11), 2 * RADIUS) + 10 for one in net.people]
    pills = [text_width(one.look or one.word, 12) + 44 for one in net.values]
    heights = [2 * RADIUS + 22] * len(net.people) + [36.0] * len(net.values)
    return np.array([*names, *pills], dtype=float), np.array(heights, dtype=float)


def _fitted(points: FloatArray, width: FloatArray, height: FloatArray) -> tuple[FloatArray, tuple[float, float]]:
    """Return the points in a picture that just holds their boxes, and its size."""
    if not len(points):
        return points, (600.0, 160.0)
    boxes = np.column_stack([width, height]) / 2
    low, high = (points - boxes).min(axis=0) - 6, (points + boxes).max(axis=0) + 6
    size = np.maximum(high - low, (600.0, 220.0))
    return np.round(points - low + (size - (high - low)) / 2, 1), (float(size[0]), float(size[1]))


def _strongest(net: Net, held: dict[str, set[str]]) -> dict[tuple[str, str], str]:
    """Return the class of a line from a person to a value: the strongest tie that the person has over it."""
    best: dict[tuple[str, str], float] = {}
    for a, b, probability in net.ties:
        for value in held[a] & held[b]:
            for person in (a, b):
                best[person, value] = max(probability, best.get((person, value), 0.0))
    return {(person, value): weight(best.get((person, value))) for person, value, _ in net.uses}


def _line(one: FloatArray, other: FloatArray, class_: str) -> Markup:
    x1, y1, x2, y2 = float(one[0]), float(one[1]) - RAISED, float(other[0]), float(other[1]) - RAISED
    return el("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def _person(one: Person, point: FloatArray, href: str, chosen: str) -> Markup:
    x, y = float(point[0]), float(point[1]) - RAISED
    said = f"{one.name or 'no name'}, {words.show(one.id, 40)}, intent {words.intent(one.intent)}"
    said += f", in {one.gang_id}" if one.gang_id else ""
    return el(
        "a",
        el("title", said),
        el("circle", cx=x, cy=y, r=RADIUS),
        el("text", words.intent(one.intent).lstrip("0") if one.intent is not None else "?", x=x, y=y + 3.6, class_="in"),
        el("text", one.name, x=x, y=y + RADIUS + 13, class_="name"),
        href=href,
        aria_label=said,
        class_=_class(f"{shelf(one.intent)}{' gang' if one.gang_id else ''}", one.open, one.id == chosen),
    )


def _value(one: Value, point: FloatArray, width: float, href: str, chosen: str) -> Markup:
    x, y = float(point[0]), float(point[1])
    said = f"{one.word} {one.look}".strip()
    return el(
        "a",
        el("title", said),
        el("rect", x=x - width / 2, y=y - 13, width=width, height=26, rx=7),
        el("use", href=f"#k-{kinds.kind_of(one.kind).icon}", x=x - width / 2 + 7, y=y - 7, width=14, height=14),
        el("text", one.look or one.word, x=x - width / 2 + 26, y=y + 4.2),
        href=href,
        aria_label=said,
        class_=_class("value", one.open, one.id == chosen),
    )


def _class(what: str, opened: bool, chosen: bool) -> str:
    return f"{what}{' open' if opened else ''}{' of' if chosen else ''}"
