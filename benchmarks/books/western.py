"""Books of an online Western lender: five countries, English headers, dirty spellings, whole-row repeats.

`make(30_000, seed=1)` gives about 30,000 applications. Gangs share devices, phones, mailboxes, IDs, houses and lines; so do families,
students, customers of one broker and users of one library. A third of the members have an ordinary score.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import numpy as np
import polars as pl

from benchmarks.books import _western_gangs as gangs
from benchmarks.books import _western_spell as spell
from benchmarks.books._western_mail import SECOND_BOX, by_country, employers, mailboxes, mails
from benchmarks.books._western_people import (
    V6,
    Bools,
    Firms,
    Floats,
    Ints,
    People,
    Places,
    give_work,
    honest_people,
    new_firms,
    new_lines,
    new_phones,
    new_places,
)
from benchmarks.books._western_words import CARRIER_NAT, FIRST, LAST, NICKNAMES, STREETS, TOWNS, UK, UNIT_WORDS, US, VPN_PREFIXES
from benchmarks.books.base import Book

HEADERS = (
    *("app_id", "apply_time", "name", "id_number", "date_of_birth", "mobile", "email", "device_fingerprint", "card_no", "home_address"),
    *("postcode", "employer", "employer_phone", "contact1_name", "contact1_phone", "ip", "channel", "product", "amount", "score"),
)
PRODUCTS = ("bnpl", "personal_loan", "credit_card", "short_term", "car_finance", "student_loan")
PRODUCT_SHARES = (0.34, 0.261, 0.157, 0.12, 0.081, 0.041)
AMOUNTS = ((245, 0.65, 0.01), (5900, 0.63, 100), (2500, 0.64, 100), (450, 0.64, 10), (13_750, 0.64, 250), (3200, 0.66, 50))
"""Median, spread and step of each product's amounts."""
ZONES = ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "Europe/London", "Europe/Berlin")
HOURS = np.array(
    [
        *(561, 468, 339, 336, 358, 379, 499, 698, 906, 1180, 1393, 1562),
        *(1605, 1570, 1491, 1415, 1570, 1885, 2249, 2499, 2432, 1946, 1388, 851),
    ]
)
"""How much honest people apply at each hour of their own day."""
APPLICATIONS_A_PERSON = (0.797, 0.127, 0.046, 0.018, 0.008, 0.004)
"""Of 1, 2, ... 6 applications."""
MEAN_APPLICATIONS = sum((k + 1) * share for k, share in enumerate(APPLICATIONS_A_PERSON)) / sum(APPLICATIONS_A_PERSON)


@dataclass
class Applied:
    """One row an application, in order of time; numbers only."""

    person: Ints
    at: Ints
    """Local seconds since the book's first midnight."""
    turn: Ints
    """0 for the person's first application, 1 for the next, ..."""
    fresh: Ints
    """A number that no person and no other application has."""

    def __len__(self) -> int:
        return len(self.person)


def make(
    applications: int,
    seed: int,
    gang_share: float = 0.015,
    camouflage: float = 0.35,
    *,
    shapes: Literal["practice", "nine"] = "practice",
    start: str = "2023-07-01",
    days: int = 540,
    surge: str | None = None,
    largest: int = 80,
) -> Book:
    """A book of about ``applications`` rows over ``days`` from ``start``.

    ``gang_share`` of the applications come from gangs; ``camouflage`` of the members have an ordinary score. From ``surge`` (a date)
    on most gangs are active. ``largest`` bounds a gang's members.
    """
    rng = np.random.default_rng([seed, 77])
    budget = round(applications * gang_share)
    wanted = max(20, round((applications - budget) / MEAN_APPLICATIONS))
    people, places = honest_people(rng, wanted)
    firms = new_firms(rng, wanted)
    give_work(rng, people, firms)
    honest = len(people)
    merchants = max(8, applications // 925)
    houses, residents = np.unique(people.address, return_counts=True)
    halls = np.flatnonzero(np.isin(people.address, houses[residents >= 7]))
    day = int((np.datetime64(surge) - np.datetime64(start)).astype(int)) if surge else -1
    setting = gangs.Setting(rng, people, places, halls, days, merchants, day)
    kinds = gangs.NINE if shapes == "nine" else gangs.PRACTICE
    people, planted = gangs.plant(setting, firms, kinds, budget, camouflage, largest)
    times = honest_times(rng, honest, days)
    rows = applied(np.concatenate([times[0], planted.person]), np.concatenate([times[1], planted.at]), len(people), days)
    frame = written(rng, rows, people, places, firms, merchants, applications, start)
    by_time = np.argsort(frame["apply_time"].str.to_datetime(time_zone="UTC").to_numpy(), kind="stable")
    ids = "B0" + spell.digits(10_000_000 + np.cumsum(rng.geometric(0.22, len(frame))), 8)
    frame = pl.concat([ids.rename(HEADERS[0]).to_frame(), frame[by_time]], how="horizontal")
    gang = np.full(len(people), -1)
    gang[honest:] = planted.gang
    person = rows.person[by_time]
    who = gang[person]
    truth = pl.DataFrame(
        {
            "application_id": frame[HEADERS[0]],
            "person": "P" + spell.digits(person, 7),
            "gang": ("G" + spell.digits(who, 4)).set(pl.Series(who < 0), None),
            "gang_kind": spell.pick(planted.kind or ["none"], np.maximum(who, 0)).set(pl.Series(who < 0), None),
        }
    )
    repeat = np.sort(np.concatenate([np.arange(len(frame)), np.flatnonzero(rng.random(len(frame)) < 0.001)]))
    return Book(frame[repeat], truth, None)


def honest_times(rng: np.random.Generator, people: int, days: int) -> tuple[Ints, Ints]:
    """Who applies when: once for most; some shop around within days, others come back any time; the business grows."""
    share = np.array(APPLICATIONS_A_PERSON) / sum(APPLICATIONS_A_PERSON)
    person = np.repeat(np.arange(people), 1 + rng.choice(len(share), people, p=share))
    count = len(person)
    anywhere = (np.sqrt(1 + rng.random(count) * 0.5625) - 1) / 0.25 * days
    head = np.searchsorted(person, person)
    hurried = (rng.random(people) < 0.4)[person] & (np.arange(count) != head)
    day = np.where(hurried, anywhere[head] + rng.exponential(4.0, count), anywhere)
    hour = rng.choice(24, count, p=HOURS / HOURS.sum()) * 3600 + rng.integers(0, 3600, count)
    return person, np.minimum(day, days - 1e-9).astype(np.int64) * 86_400 + hour


def applied(person: Ints, at: Ints, people: int, days: int) -> Applied:
    order = np.lexsort((np.arange(len(at)), at))
    person, at = person[order], np.minimum(at[order], days * 86_400 - 1)
    mine = np.lexsort((at, person))
    turn = np.empty(len(at), np.int64)
    turn[mine] = np.arange(len(at)) - np.searchsorted(person[mine], person[mine])
    return Applied(person, at, turn, people * 8 + np.arange(len(at)))


def later(rng: np.random.Generator, rows: Applied, people: int, share: float) -> Bools:
    """Applications of people who meanwhile have another phone, card, house ...: ``share`` of those who come back."""
    return (rng.random(people) < share)[rows.person] & (rows.turn > 0)


def written(
    rng: np.random.Generator, rows: Applied, people: People, places: Places, firms: Firms, merchants: int, size: int, start: str
) -> pl.DataFrame:
    """The applications as the lender's form has them."""
    p, n, persons = rows.person, len(rows), len(people)
    country = people.country[p]
    owned = rng.random(n)
    other_device = np.where(rng.random(n) < 0.6, p * 4 + 1, rows.fresh * 4)
    device = np.where(owned < 0.82, people.device[p], other_device)
    card = np.where(rng.random(n) < 0.85, people.card[p], p * 4 + 1)
    moved = later(rng, rows, persons, 0.13)
    spare = new_places(rng, people.country)
    offset = places.add(spare)
    house = np.where(moved, offset + p, people.address[p])
    unit = np.where(moved, -1, people.unit[p])
    phone = np.where(later(rng, rows, persons, 0.2), new_phones(rng, people.country)[p], people.phone[p])
    box = people.mail[p] + np.where(later(rng, rows, persons, 0.17), SECOND_BOX, 0)
    product, channel, broker = channels(rng, people, p, merchants, size)
    device, ip = lines(rng, rows, people, device, broker, size)
    employer, board = employers(rng, people, p, firms, phone, later(rng, rows, persons, 0.14))
    first, last = full_names(people, p)
    friend = people.contact[p]
    known = np.maximum(friend, 0)
    contact_first = by_country(FIRST, country, np.where(friend >= 0, people.first[known], people.outside_first[p]))
    contact_last = by_country(LAST, country, np.where(friend >= 0, people.last[known], people.outside_last[p]))
    contact_phone = np.where(friend >= 0, people.phone[known], people.outside_phone[p])
    middle = spell.pick("ABCDEFGHJKLMNPRSTW", (spell.hashed(p, 5) % np.uint64(18)).astype(np.int64)).set(
        pl.Series((spell.hashed(p, 6) % np.uint64(100)).astype(np.int64) >= np.where((country == US) | (country == UK), 13, 0)), None
    )
    shared_box = np.bincount(people.mail, minlength=persons)[people.mail[p]] > 2
    nobody = spell.one_of(rng, ("Test User", "TEST TEST", "N/A"))
    mark = int(rng.integers(1 << 40))  # so that two books never share a device, a card or an ID
    columns = {
        "apply_time": local_times(rng, rows.at, country, p, start),
        "name": spell.gaps(rng, spell.sometimes(rng, spell.names(rng, first, last, nick(first), middle), 0.002, nobody), 0.019),
        "id_number": spell.id_numbers(rng, people.national[p] + mark, people.country[people.national[p]]),
        "date_of_birth": spell.birthdays(rng, people.born[p], country),
        "mobile": spell.gaps(rng, spell.phones(rng, phone, country), 0.031),
        "email": mails(rng, mailboxes(people, box), shared_box),
        "device_fingerprint": spell.devices(rng, device + mark),
        "card_no": spell.cards(rng, card + mark, people.country[np.minimum(card // 4, persons - 1)]),
        "home_address": homes(rng, places, house, unit),
        "postcode": spell.postcodes(rng, places.country[house], places.town[house], places.area[house]),
        "employer": employer,
        "employer_phone": board,
        "contact1_name": spell.gaps(rng, spell.names(rng, contact_first, contact_last, nick(contact_first), None), 0.117),
        "contact1_phone": spell.gaps(rng, spell.phones(rng, contact_phone, country), 0.13),
        "ip": ip,
        "channel": channel,
        "product": spell.gaps(rng, spell.pick(PRODUCTS, product), 0.02),
        "amount": amounts(rng, product),
        "score": scores(rng, people.intent[p]),
    }
    return pl.DataFrame([column.rename(name) for name, column in columns.items()])


def full_names(people: People, p: Ints) -> tuple[pl.Series, pl.Series]:
    return by_country(FIRST, people.country[p], people.first[p]), by_country(LAST, people.country[p], people.last[p])


def nick(first: pl.Series) -> pl.Series:
    return first.replace(NICKNAMES)


def channels(rng: np.random.Generator, people: People, p: Ints, merchants: int, size: int) -> tuple[Ints, pl.Series, Ints]:
    """Product, channel and broker (-1: none) of each application."""
    n = len(p)
    product = rng.choice(len(PRODUCTS), n, p=PRODUCT_SHARES)
    product = np.where(people.merchant[p] >= 0, 0, product)
    plain = (
        "web",
        "ios_app",
        "android_app",
        "broker",
        *[f"compare:{site}" for site in ("RateHawk", "ClearCompare", "MoneyScout", "LoanFinder")],
    )
    kind = rng.choice(len(plain), n, p=[0.334, 0.216, 0.183, 0.119, *[0.037] * 4])
    shop = np.where(people.merchant[p] >= 0, people.merchant[p], rng.integers(0, merchants, n))
    at_shop = (product == 0) & ((rng.random(n) < 0.6) | (people.merchant[p] >= 0))
    brokers = max(10, round(45 * np.sqrt(size / 30_000)))
    weight = 1 / np.arange(1, brokers + 1) ** 0.75
    broker = np.where((kind == 3) & ~at_shop, rng.choice(brokers, n, p=weight / weight.sum()), -1)
    text = spell.pick(plain, kind)
    text = ("pos:M" + spell.digits(shop, 4)).zip_with(pl.Series(at_shop), text)
    text = ("broker:BRK-" + spell.digits(1000 + 7 * np.maximum(broker, 0), 4)).zip_with(pl.Series(broker >= 0), text)
    return product, spell.gaps(rng, text, 0.0204), broker


def lines(rng: np.random.Generator, rows: Applied, people: People, device: Ints, broker: Ints, size: int) -> tuple[Ints, pl.Series]:
    """Device and IP of each application: home, carrier, VPN, broker's office, library, or a line of the day."""
    n, p = len(rows), rows.person
    country = people.country[p]
    farmed = people.prefix[p] >= 0
    home = np.where(farmed, people.prefix[p] + rng.integers(1, 255, n), people.line[p])
    where = rng.random(n)
    nat = np.array([ipv4(text) for text in CARRIER_NAT])[country]
    vpn = np.array([ipv4(f"{prefix}.{host}") for prefix in VPN_PREFIXES for host in range(20, 25)])[rng.integers(0, 15, n)]
    at_home = people.at_home[p]
    left = (1 - at_home) / 0.5
    ways = [where < at_home, where < at_home + 0.225 * left, where < at_home + 0.272 * left]
    ip = np.select(ways, [home, nat, vpn], new_lines(rng, country))
    offices = int(broker.max(initial=0)) + 1
    office = new_lines(rng, rng.choice(5, offices, p=[0.4, 0.2, 0.15, 0.15, 0.1]))
    small = np.arange(offices) >= 4
    has_line, has_tablet = small & (rng.random(offices) < 0.48), small & (rng.random(offices) < 0.25)
    b = np.maximum(broker, 0)
    inside = (broker >= 0) & (rng.random(n) < 0.87)
    ip = np.where(inside & has_line[b], office[b], ip)
    device = np.where(inside & has_tablet[b], int(rows.fresh[-1] + 10 + b.max()) * 4 + b * 4, device)
    libraries = max(1, size // 3300)
    rooms = new_lines(rng, rng.choice(5, libraries, p=[0.45, 0.25, 0.1, 0.1, 0.1]))
    reader = rng.random(n) < 0.0075
    room = rng.integers(0, libraries, n)
    ip = np.where(reader, rooms[room], ip)
    stations = int(rows.fresh[-1] + 5000) * 4 + (room * 4 + rng.integers(0, 3, n)) * 4
    device = np.where(reader & (rng.random(n) < 0.75), stations, device)
    text = written_lines(ip)
    text = spell.sometimes(rng, text, 0.0125, spell.one_of(rng, ("192.168.1.1", "0.0.0.0", "10.0.0.1", "127.0.0.1")))
    return device, spell.gaps(rng, text, 0.03)


def ipv4(text: str) -> int:
    a, b, c, d = (int(part) for part in text.split("."))
    return (a << 24) + (b << 16) + (c << 8) + d


def written_lines(ip: Ints) -> pl.Series:
    frame = pl.DataFrame([pl.Series(ip >> shift & 255).cast(pl.String).rename(str(shift)) for shift in (24, 16, 8, 0)])
    four = frame.select(pl.concat_str(pl.all(), separator=".")).to_series()
    h = spell.hexes(spell.hashed(ip, 81).reshape(-1, 1))
    groups = [h.str.slice(k, 4).str.strip_chars_start("0").replace("", "0") for k in (0, 4, 8)]
    six = "2a02:" + groups[0] + ":" + groups[1] + ":" + groups[2] + "::" + h.str.slice(12, 3).str.strip_chars_start("0").replace("", "0")
    return six.zip_with(pl.Series(ip >= V6), four)


def homes(rng: np.random.Generator, places: Places, house: Ints, unit: Ints) -> pl.Series:
    country = places.country[house]
    street = by_country(STREETS, country, places.street[house])
    number = pl.Series(places.number[house]).cast(pl.String)
    before, behind_it = number + " " + street, street + " " + number
    plain = spell.pick_columns((before, before, behind_it, before, behind_it), country)
    flat = pl.Series(np.maximum(unit, 0)).cast(pl.String)
    forms = []
    for which in (0, 2):
        word = spell.pick([words[which] for words in UNIT_WORDS], country)
        behind = plain + spell.pick((" ", "", ", ", ", ", ", "), country) + word + flat
        behind = (plain + " " + word + flat).zip_with(pl.Series(country == US), behind)
        forms.append((word + flat + ", " + plain).zip_with(pl.Series(country == UK), behind))
    usual, rare = (plain.zip_with(pl.Series(unit < 0), form) for form in forms)
    town = by_country(TOWNS, country, places.town[house])
    return spell.addresses(rng, usual, town, rare.set(pl.Series(unit < 0), None))


def local_times(rng: np.random.Generator, at: Ints, country: Ints, p: Ints, start: str) -> pl.Series:
    """ISO 8601 with the offset of the applicant's home; one in twenty-five in UTC."""
    american = np.searchsorted([34, 64, 84], (spell.hashed(p, 7) % np.uint64(100)).astype(np.int64), side="right")
    zone = np.where(country == US, american, np.where(country == UK, 4, 5))
    local = pl.Series(np.datetime64(start, "us") + at.astype("timedelta64[s]").astype("timedelta64[us]"))
    texts, places = [], []
    for k, name in enumerate(ZONES):
        here = np.flatnonzero(zone == k)
        times = local.gather(here)
        # An hour that summer time skips is an hour later on every clock.
        exact = times.dt.replace_time_zone(name, ambiguous="earliest", non_existent="null")
        exact = exact.fill_null((times + timedelta(hours=1)).dt.replace_time_zone(name, ambiguous="earliest", non_existent="null"))
        in_utc = exact.dt.convert_time_zone("UTC").dt.to_string("%Y-%m-%dT%H:%M:%SZ")
        texts.append(exact.dt.to_string("%Y-%m-%dT%H:%M:%S%:z").zip_with(pl.Series(rng.random(len(here)) > 0.041), in_utc))
        places.append(here)
    return pl.concat(texts, rechunk=True).gather(np.argsort(np.concatenate(places), kind="stable"))


def amounts(rng: np.random.Generator, product: Ints) -> pl.Series:
    median, spread, step = (np.array([row[k] for row in AMOUNTS])[product] for k in range(3))
    value = np.maximum(1, np.round(median * np.exp(rng.normal(0, spread)) / step)) * step
    return spell.gaps(rng, pl.Series(np.round(value, 2)).cast(pl.String), 0.02)


def scores(rng: np.random.Generator, intent: Floats) -> pl.Series:
    value = np.clip(intent + rng.normal(0, 0.03, len(intent)), 0.001, 0.999)
    return spell.gaps(rng, pl.Series(np.round(value, 3)).cast(pl.String), 0.0193)
