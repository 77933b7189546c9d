"""The gangs of a Western book: what members share, and when they apply.

Each shape changes the rows of people who until then share nothing, and says when they apply. Sizes, shares and spans are those of gangs
as online lenders describe them; some members share nothing with anybody, and some have an ordinary score.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from benchmarks.books._western_people import (
    COUNTRY_SHARES,
    YOUNGEST,
    Firms,
    Ints,
    People,
    Places,
    give_work,
    new_lines,
    new_people,
    new_places,
    ordinary_intent,
)
from benchmarks.books._western_words import VPN_PREFIXES

DAY = 86_400


@dataclass(frozen=True)
class Setting:
    """What a gang finds when it comes into being."""

    rng: np.random.Generator
    people: People
    places: Places
    halls: Ints
    """Rows of honest students in halls."""
    span: int
    """Days of the book."""
    merchants: int
    surge: int
    """Day after which most gangs are active; -1: all days are alike."""


@dataclass(frozen=True)
class Planted:
    """Who applies when. Times are local seconds since the book's first midnight."""

    person: Ints
    at: Ints
    gang: list[int]
    """Per planted person."""
    kind: list[str]


def _groups(s: Setting, rows: Ints, share: float, size: int) -> Iterator[Ints]:
    """Disjoint groups of about ``size`` out of a random ``share`` of the rows; groups of one are left out."""
    chosen = s.rng.permutation(rows)[: round(len(rows) * share + s.rng.random() * 0.8)]
    for part in np.array_split(chosen, max(1, round(len(chosen) / size))):
        if len(part) > 1:
            yield part


def _lend(column: Ints, s: Setting, rows: Ints, share: float, size: int) -> None:
    for part in _groups(s, rows, share, size):
        column[part] = column[part[0]]


def _chain(s: Setting, rows: Ints, share: float) -> None:
    """Some name the next member as their contact."""
    use = s.rng.random(len(rows)) < share
    s.people.contact[rows[use]] = np.roll(rows, -1)[use]


def _live(s: Setting, rows: Ints, home: int, units: bool) -> None:
    """The rows move to the house of ``home``, floor by floor where there are ``units``."""
    s.people.address[rows] = s.people.address[home]
    s.people.unit[rows] = s.rng.integers(1, 30) + np.arange(len(rows)) if units else s.people.unit[home]


def _at(s: Setting, n: int, days: int) -> tuple[int, Ints]:
    """Where the gang's time begins, and ``n`` moments of its ``days``; people keep office hours only in part."""
    days = min(days, s.span - 2)
    late = s.span - days - 1
    start = int(s.rng.integers(0, max(1, late)))
    if s.surge >= 0 and s.rng.random() < 0.8 and late > s.surge:
        start = int(s.rng.integers(s.surge, late))
    hours = np.where(s.rng.random(n) < 0.6, s.rng.normal(16.5, 4.5, n), s.rng.random(n) * 24) % 24
    day = np.floor(s.rng.random(n) * days)
    return start, ((start + day) * DAY + hours * 3600).astype(np.int64)


def _again(s: Setting, rows: Ints, more: float) -> Ints:
    """The rows, each repeated by a Poisson number with mean ``more``."""
    return np.repeat(rows, 1 + s.rng.poisson(more, len(rows)))


def _student_ring(s: Setting, rows: Ints) -> tuple[Ints, Ints]:
    p, rng = s.people, s.rng
    p.born[rows] = rng.integers(YOUNGEST - 6 * 365, YOUNGEST, len(rows))
    p.employer[rows] = np.where(rng.random(len(rows)) < 0.5, rng.choice([-3, -4], len(rows)), p.employer[rows])
    for part in np.array_split(rows, max(1, round(len(rows) / 9))):
        use = part[rng.random(len(part)) < 0.45]
        p.contact[use[use != part[0]]] = part[0]
    _lend(p.device, s, rows, 0.45, 5)
    _lend(p.card, s, rows, 0.36, 5)
    same = s.halls[p.country[s.halls] == p.country[rows[0]]]
    for part in _groups(s, rows, 0.45, 40):
        _live(s, part, int(rng.choice(same)) if len(same) else int(part[0]), units=True)
    _lend(p.line, s, rows, 0.5, 4)
    who = _again(s, rows, 0.14)
    return who, _at(s, len(who), int(rng.integers(42, 58)))[1]


def _family_ring(s: Setting, rows: Ints) -> tuple[Ints, Ints]:
    p, rng = s.people, s.rng
    p.last[rows] = np.where(rng.random(len(rows)) < 0.5, p.last[rows[0]], p.last[rows])
    for part in _groups(s, rows, 0.75, 40):
        _live(s, part, int(part[0]), units=False)
    _lend(p.line, s, rows, 0.8, 40)
    _lend(p.device, s, rows, 0.6, 4)
    _lend(p.phone, s, rows, 0.4, 2)
    _lend(p.card, s, rows, 0.12, 2)
    _chain(s, rows, 0.7)
    who = _again(s, rows, 0.5)
    return who, _at(s, len(who), int(rng.integers(40, 92)))[1]


def _synthetic_id(s: Setting, rows: Ints) -> tuple[Ints, Ints]:
    p, rng = s.people, s.rng
    _lend(p.national, s, rows, 0.62, 3)
    for part in np.array_split(rng.permutation(rows), max(1, round(len(rows) / 7))):
        for here in _groups(s, part, 0.7, 40):
            _live(s, here, int(here[0]), units=False)
    _lend(p.phone, s, rows, 0.35, 3)
    _lend(p.card, s, rows, 0.4, 4)
    _lend(p.device, s, rows, 0.38, 5)
    _lend(p.line, s, rows, 0.35, 20)
    _chain(s, rows, 0.28)
    who = _again(s, rows, 0.25)
    return who, _at(s, len(who), int(rng.integers(85, 148)))[1]


def _account_farm(s: Setting, rows: Ints) -> tuple[Ints, Ints]:
    p, rng = s.people, s.rng
    for part in np.array_split(rng.permutation(rows), 1 + (len(rows) > 20) + (len(rows) > 50)):
        known = [int(np.dot([int(x) for x in prefix.split(".")], [1 << 24, 1 << 16, 1 << 8])) for prefix in VPN_PREFIXES]
        rented = int(rng.choice([45, 185])) * (1 << 24) + int(rng.integers(5, 250)) * 65536 + int(rng.integers(1, 250)) * 256
        p.prefix[part] = int(rng.choice(known)) if rng.random() < 0.4 else rented
    p.at_home[rows] = 0.88
    _lend(p.mail, s, rows, 0.6, 9)
    _lend(p.device, s, rows, 0.2, 4)
    _lend(p.card, s, rows, 0.35, 4)
    _lend(p.phone, s, rows, 0.45, 4)
    for part in _groups(s, rows, 0.3, 40):
        _live(s, part, int(part[0]), units=True)
    who = _again(s, rows, 0.1)
    return who, _at(s, len(who), int(rng.integers(15, 21)))[1]


def _loan_stacking(s: Setting, rows: Ints) -> tuple[Ints, Ints]:
    p, rng = s.people, s.rng
    p.at_home[rows] = 0.55
    _lend(p.line, s, rows, 0.95, 14)
    _lend(p.device, s, rows, 0.75, 4)
    _lend(p.card, s, rows, 0.3, 3)
    _lend(p.phone, s, rows, 0.12, 2)
    _chain(s, rows, 0.65)
    who = _again(s, rows, 2.1)
    return who, _at(s, len(who), int(rng.integers(2, 9)))[1]


def _bust_out(s: Setting, rows: Ints) -> tuple[Ints, Ints]:
    """They open small accounts one by one, and weeks later all come back within days, from one device after the other."""
    p, rng = s.people, s.rng
    _lend(p.device, s, rows, 0.5, 4)
    _lend(p.line, s, rows, 0.6, 8)
    _lend(p.card, s, rows, 0.3, 3)
    _chain(s, rows, 0.3)
    start, first = _at(s, len(rows), 95)
    back = (start + min(80 + int(rng.integers(0, 10)), s.span - start - 6)) * DAY
    first = start * DAY + (first - start * DAY) * 55 // 95
    again = _again(s, rows, 0.4)
    return np.concatenate([rows, again]), np.concatenate([first, back + rng.integers(0, 4 * DAY, len(again))])


def _mule_chain(s: Setting, rows: Ints) -> tuple[Ints, Ints]:
    """The money of each goes to the account of the next; nobody sees more than two others."""
    p, rng = s.people, s.rng
    for at in range(0, len(rows) - 1, 2):
        if rng.random() < 0.8:
            p.card[rows[at + 1]] = p.card[rows[at]]
    _chain(s, rows, 0.55)
    _lend(p.device, s, rows, 0.35, 2)
    _lend(p.line, s, rows, 0.5, 3)
    who = _again(s, rows, 0.3)
    return who, _at(s, len(who), int(rng.integers(20, 46)))[1]


def _sim_box(s: Setting, rows: Ints) -> tuple[Ints, Ints]:
    """A box of SIM cards bought as one lot: numbers in sequence, many devices pretended, one mobile range."""
    p, rng = s.people, s.rng
    run = rows[rng.random(len(rows)) < 0.75]
    p.phone[run] = p.phone[rows[0]] // 1000 * 1000 + int(rng.integers(0, 700)) + np.cumsum(rng.integers(1, 4, len(run)))
    p.prefix[rows] = new_lines(rng, p.country[rows[:1]])[0] // 256 * 256
    p.at_home[rows] = 0.6
    _lend(p.device, s, rows, 0.3, 3)
    _lend(p.card, s, rows, 0.25, 3)
    who = _again(s, rows, 0.15)
    return who, _at(s, len(who), int(rng.integers(10, 25)))[1]


def _insider(s: Setting, rows: Ints) -> tuple[Ints, Ints]:
    """Somebody at a shop's till waves invented customers through."""
    p, rng = s.people, s.rng
    p.merchant[rows] = s.merchants + int(rng.integers(0, max(1, s.merchants // 4)))
    p.employer[rows] = np.where(rng.random(len(rows)) < 0.3, p.employer[rows[0]], p.employer[rows])
    _lend(p.device, s, rows, 0.45, 5)
    _lend(p.card, s, rows, 0.25, 3)
    outside = rows[rng.random(len(rows)) < 0.3]
    p.outside_phone[outside] = p.outside_phone[rows[0]]
    who = _again(s, rows, 0.1)
    return who, _at(s, len(who), int(rng.integers(25, 60)))[1]


Shape = Callable[[Setting, Ints], tuple[Ints, Ints]]
PRACTICE: dict[str, Shape] = {
    "student_ring": _student_ring,
    "family_ring": _family_ring,
    "synthetic_id": _synthetic_id,
    "account_farm": _account_farm,
    "loan_stacking": _loan_stacking,
}
NINE: dict[str, Shape] = PRACTICE | {"bust_out": _bust_out, "mule_chain": _mule_chain, "sim_box": _sim_box, "insider": _insider}
_SIZES = {"family_ring": (6.0, 0.55, 12), "loan_stacking": (7.0, 0.6, 20), "student_ring": (9.0, 0.6, 30)}
"""Median, spread and largest number of members; others as `_SIZE`."""
_SIZE = (12.0, 0.95, 80)
_APPLICATIONS = {"loan_stacking": 3.1, "family_ring": 1.5, "bust_out": 2.4}


def plant(s: Setting, firms: Firms, shapes: dict[str, Shape], budget: int, camouflage: float, largest: int) -> tuple[People, Planted]:
    """Plant gangs of about ``budget`` applications in all; the people with the members, and what was planted."""
    rng = s.rng
    start = len(s.people)
    sizes, kinds, left = [], [], float(budget)
    deck: list[str] = []
    while left > 0:
        deck = deck or list(rng.permutation(list(shapes)))
        kind = str(deck.pop())
        median, spread, most = _SIZES.get(kind, _SIZE)
        size = int(np.clip(round(median * np.exp(rng.normal(0, spread))), 3, min(most, largest)))
        if size * _APPLICATIONS.get(kind, 1.15) > left + 12:
            size = max(3, int(left / _APPLICATIONS.get(kind, 1.15)))
        left -= size * _APPLICATIONS.get(kind, 1.15)
        sizes.append(size)
        kinds.append(kind)
    country = np.repeat(rng.choice(5, len(sizes), p=COUNTRY_SHARES), sizes)
    members = new_people(rng, country, start)
    give_work(rng, members, firms)
    s.places.add(new_places(rng, country))
    people = s.people.append(members)
    inside = Setting(rng, people, s.places, s.halls, s.span, s.merchants, s.surge)
    who, when = [], []
    row = start
    for size, kind in zip(sizes, kinds, strict=True):
        rows = np.arange(row, row + size)
        row += size
        linked = rows[rng.random(size) >= 0.04]
        rest = np.setdiff1d(rows, linked)
        if len(linked) < 3:
            linked, rest = rows, rows[:0]
        person, at = shapes[kind](inside, linked)
        who += [person, rest]
        when += [person * 0 + at, rng.choice(at, len(rest))]
        clean = rng.random(size) < camouflage
        high = rng.beta(7, 3, size) if kind == "account_farm" else rng.beta(6.5, 3.8, size)
        people.intent[rows] = np.where(clean, ordinary_intent(rng, size), high)
    gang = np.repeat(np.arange(len(sizes)), sizes).tolist()
    none = [np.empty(0, np.int64)]
    return people, Planted(np.concatenate(who + none), np.concatenate(when + none), gang, kinds)
