"""The honest people of a Western book: where they live, what they own, and with whom they share it.

Everything is a number here; `_western_spell` turns numbers into the spellings of a lender's export. Sharing that is honest: households
(address, home line, now and then a phone, a device, a card, a mailbox), flat shares, halls of residence, relatives' contact, second-hand
devices, numbers that a carrier gave out again.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from benchmarks.books._western_words import AREA_CODES, DE, ES, FIRST, FR, ISP_FIRST, LAST, NOT_FIRM_SHARES, STREETS, TOWNS, UK, US

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

COUNTRY_SHARES = (0.45, 0.295, 0.095, 0.085, 0.075)
V6 = 1 << 33
"""Addresses from here on are IPv6 lines, numbered."""
OWN_FIRM = 90
"""``employer < 0``: -1 .. -9 is a word instead of a firm (`NOT_FIRMS`), -OWN_FIRM a firm of one's own."""
YOUNGEST = 12960
"""Day of birth, since 1970, of the youngest applicants."""


@dataclass
class People:
    """One row a person; rows of one household are neighbours. -1 stands for nothing."""

    country: Ints
    first: Ints
    last: Ints
    born: Ints
    """Days since 1970."""
    national: Ints
    """A number from which the national ID follows; sharing it is sharing the ID."""
    phone: Ints
    """National significant number."""
    device: Ints
    card: Ints
    """Number of the first owner times 4 plus a version: the country of the owner says what a card looks like."""
    mail: Ints
    """Number of the person whose mailbox it is."""
    address: Ints
    unit: Ints
    line: Ints
    """IPv4 address of the home line, or V6 and more."""
    employer: Ints
    contact: Ints
    """Number of an applicant who is the contact; -1: somebody who is not in the book."""
    outside_phone: Ints
    outside_first: Ints
    outside_last: Ints
    intent: Floats
    household: Ints
    at_home: Floats
    """Share of the person's applications that come over the home line."""
    prefix: Ints
    """/24 (as an IPv4 number) of which any address may be used instead of the home line."""
    merchant: Ints
    """The one shop through which the person applies."""

    def take(self, rows: Ints) -> People:
        return People(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})

    def append(self, other: People) -> People:
        return People(**{f.name: np.concatenate([getattr(self, f.name), getattr(other, f.name)]) for f in fields(self)})

    def __len__(self) -> int:
        return len(self.country)


@dataclass
class Places:
    """Houses: everything of an address but the unit."""

    country: Ints
    street: Ints
    number: Ints
    town: Ints
    area: Ints
    """Which of the town's postcodes."""

    def add(self, other: Places) -> int:
        start = len(self.country)
        for f in fields(self):
            setattr(self, f.name, np.concatenate([getattr(self, f.name), getattr(other, f.name)]))
        return start


@dataclass
class Firms:
    country: Ints
    name: Ints
    phone: Ints


def new_places(rng: np.random.Generator, country: Ints) -> Places:
    towns, streets = np.array([len(t) for t in TOWNS]), np.array([len(s) for s in STREETS])
    return Places(
        country,
        (rng.random(len(country)) * streets[country]).astype(np.int64),
        rng.integers(1, 240, len(country)),
        (rng.random(len(country)) * towns[country]).astype(np.int64),
        rng.integers(0, 11, len(country)),
    )


def new_phones(rng: np.random.Generator, country: Ints) -> Ints:
    """Mobile numbers that are as good as never equal by chance."""
    n = len(country)
    us = rng.choice(np.array(AREA_CODES), n) * 10**7 + rng.integers(2_000_000, 10**7, n)
    uk = rng.choice(np.array([74, 75, 77, 78]), n) * 10**8 + rng.integers(0, 10**8, n)
    de = rng.choice(np.array([151, 152, 155, 157, 159]), n) * 10**8 + rng.integers(0, 10**8, n)
    fr = rng.choice(np.array([6, 7]), n) * 10**8 + rng.integers(0, 10**8, n)
    es = 6 * 10**8 + rng.integers(0, 10**8, n)
    return np.choose(country, [us, uk, de, fr, es]).astype(np.int64)


def new_landlines(rng: np.random.Generator, country: Ints) -> Ints:
    n = len(country)
    us = rng.choice(np.array(AREA_CODES), n) * 10**7 + rng.integers(2_000_000, 10**7, n)
    local = rng.integers(0, 10**7, n)
    return np.choose(
        country,
        [us, 20 * 10**8 + local * 10 + 3, 30 * 10**7 + local, 10**8 + rng.integers(0, 10**8, n), 9 * 10**8 + rng.integers(0, 10**8, n)],
    ).astype(np.int64)


def new_lines(rng: np.random.Generator, country: Ints) -> Ints:
    first = np.array(ISP_FIRST)[country, rng.integers(0, 4, len(country))]
    return (
        (first << 24)
        + rng.integers(1, 256, len(country)) * 65536
        + rng.integers(0, 256, len(country)) * 256
        + rng.integers(1, 255, len(country))
    )


def ordinary_intent(rng: np.random.Generator, n: int) -> Floats:
    """The score of ordinary applicants: mostly near 0.08, a long tail."""
    return rng.beta(1.25, 12.0, n)


def _zipf(rng: np.random.Generator, counts: Ints, skew: float) -> Ints:
    """A draw from 0 .. counts-1 for every row, low numbers the more frequent ones."""
    return (rng.random(len(counts)) ** skew * counts).astype(np.int64)


def new_people(rng: np.random.Generator, country: Ints, start: int) -> People:
    """People who share nothing with anybody, numbered from ``start``."""
    n = len(country)
    names = np.array([len(s) for s in LAST])
    firsts = np.array([len(s) for s in FIRST])
    number = np.arange(start, start + n)
    last = _zipf(rng, names[country], 2.2)
    born = (YOUNGEST - rng.beta(1.15, 2.2, n) * 62 * 365).astype(np.int64)
    bad = rng.random(n) < 0.032
    intent = np.where(bad, rng.beta(3.2, 2.6, n), ordinary_intent(rng, n))
    kin = rng.random(n) < 0.6
    return People(
        country=country,
        first=_zipf(rng, firsts[country], 1.4),
        last=last,
        born=born,
        national=number.copy(),
        phone=new_phones(rng, country),
        device=number * 4,
        card=number * 4,
        mail=number.copy(),
        address=number.copy(),
        unit=np.where(rng.random(n) < 0.3, rng.integers(1, 60, n), -1),
        line=np.where((rng.random(n) < 0.1) & (country > US), V6 + number, new_lines(rng, country)),
        employer=np.full(n, -1),
        contact=np.full(n, -1),
        outside_phone=new_phones(rng, country),
        outside_first=_zipf(rng, firsts[country], 1.4),
        outside_last=np.where(kin, last, _zipf(rng, names[country], 2.2)),
        intent=intent,
        household=number.copy(),
        at_home=np.full(n, 0.5),
        prefix=np.full(n, -1),
        merchant=np.full(n, -1),
    )


def give_work(rng: np.random.Generator, people: People, firms: Firms) -> None:
    """Everybody gets a firm of their country, a word instead of one, or a firm of their own."""
    n = len(people)
    for country in (US, UK, DE, FR, ES):
        mine = people.country == country
        own = np.flatnonzero(firms.country == country)
        people.employer[mine] = own[rng.integers(0, len(own), int(mine.sum()))]
    other = rng.random(n) < 0.115
    shares = np.append(NOT_FIRM_SHARES, 1 - sum(NOT_FIRM_SHARES))
    words = np.append(-1 - np.arange(len(NOT_FIRM_SHARES)), -OWN_FIRM)
    people.employer[other] = rng.choice(words, int(other.sum()), p=shares)
    student = (people.born > YOUNGEST - 6 * 365) & (rng.random(n) < 0.3)
    people.employer[student] = rng.choice([-3, -4], int(student.sum()))


def new_firms(rng: np.random.Generator, people: int) -> Firms:
    country = np.repeat(np.arange(5), max(8, people // 45))
    n = len(country)
    # Few names for many switchboards: a name alone says little.
    return Firms(country, _zipf(rng, np.full(n, max(6, n // 2)), 2.3), new_landlines(rng, country))


def honest_people(rng: np.random.Generator, n: int) -> tuple[People, Places]:
    """About ``n`` people in households, with their houses."""
    sizes = rng.choice([1, 2, 3, 4, 5, 6], n, p=[0.845, 0.1075, 0.0175, 0.0145, 0.011, 0.0045])
    sizes = sizes[: int(np.searchsorted(np.cumsum(sizes), n)) + 1]
    household = np.repeat(np.arange(len(sizes)), sizes)
    count, first_row = len(household), np.cumsum(sizes) - sizes
    head = first_row[household]
    country = rng.choice(5, len(sizes), p=COUNTRY_SHARES)[household]
    people = new_people(rng, country, 0)
    places = new_places(rng, country)
    people.household = household
    together = (sizes[household] > 1) & (np.arange(count) != head)
    family = (rng.random(len(sizes)) < np.where(sizes == 2, 0.78, 0.55))[household]
    own_home = together & family & (rng.random(count) < 0.12)
    people.address = np.where(together & ~own_home, people.address[head], people.address)
    people.unit = np.where(together & ~own_home, people.unit[head], people.unit)
    people.line = np.where(together & ~own_home, people.line[head], people.line)
    people.last = np.where(together & family & (rng.random(count) < 0.72), people.last[head], people.last)
    flat = (sizes[household] > 1) & ~family
    people.born[flat] = (people.born[head] + rng.integers(-700, 700, count))[flat]
    kin = together & family
    for column, share in (("phone", 0.075), ("device", 0.27), ("card", 0.18), ("mail", 0.045)):
        value = getattr(people, column)
        # The one before in the household lends theirs, so that four of a family can share one device or two can.
        lent = kin & (rng.random(count) < share)
        value[lent] = value[np.flatnonzero(lent) - 1]
    mates = (sizes[household] > 1) & (rng.random(count) < np.where(family, 0.42, 0.1))
    shift = 1 + (rng.random(count) * (sizes[household] - 1)).astype(np.int64)
    mate = head + (np.arange(count) - head + shift) % sizes[household]
    people.contact[mates] = mate[mates]
    same = kin & (rng.random(len(sizes)) < np.where(sizes == 2, 0.2, 0.65))[household]
    for column in ("outside_phone", "outside_first", "outside_last"):
        value = getattr(people, column)
        value[same] = value[head[same]]
    _strangers_share(rng, people)
    _halls(rng, people, sizes, first_row)
    give_friends(rng, people)
    return people, places


def _strangers_share(rng: np.random.Generator, people: People) -> None:
    """Second-hand devices, numbers and lines given out again: always of the same country."""
    count = len(people)
    order = np.lexsort((rng.random(count), people.country))
    for column, share in (("device", 0.013), ("phone", 0.0055), ("line", 0.055)):
        value = getattr(people, column)
        at = np.flatnonzero(rng.random(count - 1) < share)
        at = at[people.country[order[at]] == people.country[order[at + 1]]]
        value[order[at + 1]] = value[order[at]]


def give_friends(rng: np.random.Generator, people: People) -> None:
    """A few name somebody in the book, a neighbour of the same country, as contact."""
    order = np.lexsort((rng.random(len(people)), people.country))
    at = np.flatnonzero((rng.random(len(people) - 1) < 0.015) & (people.contact[order[:-1]] < 0))
    at = at[people.country[order[at]] == people.country[order[at + 1]]]
    people.contact[order[at]] = order[at + 1]


def _halls(rng: np.random.Generator, people: People, sizes: Ints, first_row: Ints) -> None:
    """One hall of residence for some 1,250 people: 18 to 50 students at one address, many of them on its two or three lines."""
    single = rng.permutation(first_row[sizes == 1])
    at = 0
    for _ in range(max(1, len(people) // 1250)):
        want = int(rng.integers(18, 51))
        country = int(rng.choice([US, US, US, UK]))
        rows = single[at : at + want * 4]
        rows = rows[people.country[rows] == country][:want]
        at += want * 4
        if len(rows) < 4:
            continue
        people.address[rows] = people.address[rows[0]]
        people.unit[rows] = np.where(rng.random(len(rows)) < 0.5, rng.integers(1, 60, len(rows)), -1)
        people.born[rows] = rng.integers(YOUNGEST - 6 * 365, YOUNGEST, len(rows))
        on = rows[rng.random(len(rows)) < 0.65]
        people.line[on] = people.line[rows[:3]][rng.integers(0, int(rng.integers(2, 4)), len(on))]
        people.household[rows] = people.household[rows[0]]
