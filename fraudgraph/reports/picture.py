"""A group as a picture: its people as circles coloured by their intent, and the identifiers that tie them as labels between them.

A big group stays readable: people who have exactly the same identifiers become one larger circle with their number in it, the
identifiers that explain least are not drawn, and the caption says what is left out.

Where the ties' probabilities are given, a line is the heavier the stronger the strongest tie along it, and faint where the value is
shared but ties nobody; every mark says then which people and values it is of (``m3``, ``v0``), so that a page can light them up together.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from markupsafe import Markup

from fraudgraph.model import FloatArray
from fraudgraph.reports import layout, words
from fraudgraph.reports.groups import Group, Shared
from fraudgraph.reports.svg import el, picture, text_width

SINGLY = 18
"""Up to this many people everybody has a circle of their own."""

MOST_PEOPLE = 40
MOST_SHARED = 18
"""Circles and labels in one picture."""

RADIUS = 13.0
RAISED = 8.0
"""Of a circle over the middle of its box, whose lower part is the name."""

SHELVES = 10
"""Steps of the colour scale of intents."""

STRONG = (0.5, 0.8)
"""Probabilities from which a tie is drawn heavier, and heaviest."""


@dataclass
class _Person:
    """One circle: a person, or several with the same ties."""

    members: tuple[int, ...]
    label: str
    intent: float | None
    radius: float = RADIUS


@dataclass
class Drawing:
    """A finished picture and what it does not show."""

    image: Markup
    left_out: list[str] = field(default_factory=list)
    """Phrases, such as ``3 shared identifiers that explain less``."""


def shelf(intent: float | None) -> str:
    """Return the colour class of an intent: ``i0`` ... ``i9``, ``iu`` where unknown."""
    return "iu" if intent is None else f"i{min(max(int(intent * SHELVES), 0), SHELVES - 1)}"


def weight(probability: float | None) -> str:
    """Return the class of a line by the probability of its strongest tie: ``s0`` (no tie) to ``s3``."""
    if probability is None:
        return "s0"
    return f"s{1 + sum(probability >= cut for cut in STRONG)}"


def draw(group: Group, tied: Mapping[tuple[int, int], float] | None = None) -> Drawing:
    """Return the picture of ``group``; ``tied``: probabilities by pair of members (lower number first), for lines by strength."""
    shared = [group.shared[place] for place in _chosen(group)]
    held: dict[int, list[int]] = defaultdict(list)
    for place, item in enumerate(shared):
        for member in item.members:
            held[member].append(place)
    together = {frozenset(pair) for item in shared for pair in _pairs(item.members)} if len(group.members) <= 400 else set()
    relations = [pair for pair in group.relations if frozenset(pair) not in together]
    circles, hidden = _circles(group, held, relations)
    where = {member: place for place, circle in enumerate(circles) for member in circle.members}
    shared = [item for item in shared if any(member in where for member in item.members)]
    strands = Counter[tuple[int, int]]()
    solid = set()
    for place, item in enumerate(shared):
        for member in item.members:
            if member in where:
                strands[where[member], place] += 1
                if member not in item.contacts:
                    solid.add((where[member], place))
    straight = sorted({tuple(sorted((where[a], where[b]))) for a, b in relations if a in where and b in where and where[a] != where[b]})
    strong = _strengths(circles, shared, straight, tied) if tied is not None else None
    image = _image(group, circles, [(item.word, item.icon, item.value) for item in shared], sorted(strands), solid, straight, strong)
    left_out = []
    if hidden:
        left_out.append(f"{words.plural(hidden, 'person', 'people')} with fewer ties")
    if fewer := len(group.shared) - len(shared):
        left_out.append(words.plural(fewer, "shared identifier that explains less", "shared identifiers that explain less"))
    return Drawing(image, left_out)


@dataclass(frozen=True)
class _Strengths:
    """Classes of lines."""

    strands: dict[tuple[int, int], str]
    """(circle, label) -> class."""
    straight: dict[tuple[int, ...], str]
    """(circle, circle) -> class."""


def _strengths(
    circles: list[_Person], shared: list[Shared], straight: list[tuple[int, ...]], tied: Mapping[tuple[int, int], float]
) -> _Strengths:
    """Return the classes of the lines: along a value to a person, the strongest tie that the person has to another who has the value."""

    def strongest(ones: tuple[int, ...], others: tuple[int, ...]) -> str:
        found = [tied[pair] for a in ones for b in others if (pair := (min(a, b), max(a, b))) in tied]
        return weight(max(found) if found else None)

    along = {
        (place, number): strongest(own, item.members)
        for number, item in enumerate(shared)
        for place, circle in enumerate(circles)
        if (own := tuple(member for member in circle.members if member in item.members))
    }
    return _Strengths(along, {pair: strongest(circles[pair[0]].members, circles[pair[1]].members) for pair in straight})


def _pairs(members: tuple[int, ...]) -> list[tuple[int, int]]:
    return [(a, b) for place, a in enumerate(members) for b in members[place + 1 :]] if len(members) <= 60 else []


def _chosen(group: Group) -> list[int]:
    """Return the numbers of the shared identifiers to draw: first those that hold the group together, then what explains most."""
    parent = list(range(len(group.members)))

    def root(member: int) -> int:
        while parent[member] != member:
            parent[member] = parent[parent[member]]
            member = parent[member]
        return member

    joining: list[int] = []
    rest: list[int] = []
    for place, item in enumerate(group.shared):
        roots = {root(member) for member in item.members}
        (joining if len(roots) > 1 else rest).append(place)
        for one in roots:
            parent[one] = min(roots)
    return sorted((joining + rest)[:MOST_SHARED])


def _circles(group: Group, held: dict[int, list[int]], relations: list[tuple[int, int]]) -> tuple[list[_Person], int]:
    """Return the circles to draw, and the number of people without one. In a big group even people who are tied in another way are put
    together with those who have the same values: everybody in one circle more says more than forty of three hundred."""
    related = {member for pair in relations for member in pair} if len(group.members) <= MOST_PEOPLE else set()
    alike: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for number in range(len(group.members)):
        own = (-1 - number,) if number in related or len(group.members) <= SINGLY else ()
        alike[own or tuple(held[number]) or ((-1 - number,) if len(group.members) <= MOST_PEOPLE else ())].append(number)
    circles = []
    for numbers in alike.values():
        if len(numbers) <= 2:
            circles += [_Person((number,), group.members[number].name, group.members[number].intent) for number in numbers]
            continue
        known = [intent for number in numbers if (intent := group.members[number].intent) is not None]
        mean = sum(known) / len(known) if known else None
        circles.append(_Person(tuple(numbers), f"{len(numbers)} people", mean, min(RADIUS + 2.2 * len(numbers) ** 0.5, 32.0)))
    ties = Counter(member for pair in relations for member in pair)
    circles.sort(key=lambda one: (-(sum(ties[m] for m in one.members) + len(held[one.members[0]])), -len(one.members), one.members))
    kept = sorted(circles[:MOST_PEOPLE], key=lambda one: one.members)
    return kept, len(group.members) - sum(len(one.members) for one in kept)


def _image(
    group: Group,
    circles: list[_Person],
    labels: list[tuple[str, str, str]],
    strands: list[tuple[int, int]],
    solid: set[tuple[int, int]],
    straight: list[tuple[int, ...]],
    strong: _Strengths | None,
) -> Markup:
    offset = len(circles)
    captions = [value or word for word, _, value in labels]
    pill = np.array([text_width(caption, 12) + 34 for caption in captions])
    names = np.array([max(text_width(one.label, 11), 2 * one.radius) for one in circles])
    box_width = np.concatenate([names + 10, pill + 10])
    box_height = np.concatenate([np.array([2 * one.radius + 22 for one in circles]), np.full(len(labels), 36.0)])
    edges = [(person, offset + place) for person, place in strands] + [(one, two) for one, two in straight]
    points = layout.place(offset + len(labels), edges, box_width, box_height, aspect=1.25)
    low = (points - np.column_stack([box_width, box_height]) / 2).min(axis=0) - 6
    size = (points + np.column_stack([box_width, box_height]) / 2).max(axis=0) + 6 - low
    width, height = max(float(size[0]), 500.0), max(float(size[1]), 190.0)
    points = np.round(points - low + (np.array([width, height]) - size) / 2, 1)
    lines = [
        el("line", x1=_x(points, a), y1=_y(points, a) - RAISED, x2=_x(points, offset + b), y2=_y(points, offset + b),
           class_=_line("own" if (a, b) in solid else "contact", strong.strands[a, b] if strong else ""),
           data_of=f"{_names(circles[a])} v{b}" if strong else None)
        for a, b in strands
    ]  # fmt: skip
    lines += [
        el("line", x1=_x(points, a), y1=_y(points, a) - RAISED, x2=_x(points, b), y2=_y(points, b) - RAISED,
           class_=_line("given", strong.straight[a, b] if strong else ""),
           data_of=f"{_names(circles[a])} {_names(circles[b])}" if strong else None)
        for a, b in straight
    ]  # fmt: skip
    people = [
        _circle(group, one, _x(points, place), _y(points, place), _names(one) if strong else None) for place, one in enumerate(circles)
    ]
    values = [
        _pill(
            labels[place],
            captions[place],
            float(pill[place]),
            _x(points, offset + place),
            _y(points, offset + place),
            f"v{place}" if strong else None,
        )
        for place in range(len(labels))
    ]
    title = f"{words.plural(len(group.members), 'person', 'people')} and {words.plural(len(labels), 'shared identifier')}"
    drawn = [el("g", *lines, class_="ties"), el("g", *people, class_="people"), el("g", *values, class_="values")]
    return picture(*drawn, width=width, height=height, title=f"Picture of {group.group_id}: {title}", class_="net")


def _line(what: str, strength: str) -> str:
    return f"{what} {strength}".rstrip()


def _names(circle: _Person) -> str:
    return " ".join(f"m{member}" for member in circle.members)


def _x(points: FloatArray, node: int) -> float:
    return float(points[node, 0])


def _y(points: FloatArray, node: int) -> float:
    return float(points[node, 1])


def _circle(group: Group, one: _Person, x: float, y: float, names: str | None) -> Markup:
    first = group.members[one.members[0]]
    if len(one.members) > 1:
        said = f"{len(one.members)} people with the same ties, mean intent {words.intent(one.intent)}"
        inside, below = str(len(one.members)), "people"
    else:
        said = f"{first.name}, {words.show(first.person_id, 40)}, intent {words.intent(one.intent)}, "
        said += words.plural(first.applications, "application")
        inside, below = words.intent(one.intent).lstrip("0") if one.intent is not None else "?", one.label
    middle = y - RAISED
    return el(
        "g",
        el("title", said),
        el("circle", cx=x, cy=middle, r=one.radius),
        el("text", inside, x=x, y=middle + 3.6, class_="in"),
        el("text", below, x=x, y=middle + one.radius + 13, class_="name"),
        class_=shelf(one.intent),
        data_of=names,
    )


def _pill(label: tuple[str, str, str], caption: str, width: float, x: float, y: float, name: str | None) -> Markup:
    word, icon, value = label
    return el(
        "g",
        el("title", f"{word} {value}".strip()),
        el("rect", x=x - width / 2, y=y - 13, width=width, height=26, rx=7),
        el("use", href=f"#k-{icon}", x=x - width / 2 + 7, y=y - 7, width=14, height=14),
        el("text", caption, x=x - width / 2 + 26, y=y + 4.2),
        data_of=name,
    )
