"""The honest people of a Chinese book, as numbers: who lives with whom, who works where, what honest people share.

A *population* is a frame with one row a person. Everything in it is a number; `_chinese_text` writes the numbers out. Its columns:

surname, given1, given2 (-1: none), id_code, phone (the number itself), device, card, address, form (how the address is written),
employer, contact1, contact2 (phone numbers, -1: none), ip (32 bits), wifi (48 bits), channel, intent (0-1), gang (-1: none), kind (-1:
none).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from benchmarks.books import _chinese_words as words
from benchmarks.books._strings import scramble

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

BIRTH_DAYS = 15_340
"""Days from 1962-01-01 to the end of 2003: the birthdays."""
_IDS = len(words.REGIONS) * BIRTH_DAYS * 999
_PHONES = len(words.PHONE_PREFIXES) * 100_000_000

FORMS = 4
ADDRESS_RADIX = (len(words.REGIONS), len(words.ROADS), 399, len(words.ESTATES), 29, 4, 32, 4)
"""Region, road, number, estate, building, entrance, floor, flat; codes are counted from 0."""
DORMITORY = -1
"""Address -1 - k is the k-th workers' dormitory."""
NAT_WEIGHTS = np.array([0.455, 0.157, 0.086, 0.055, 0.037, 0.21])
"""Six addresses behind which a mobile carrier hides its customers, and how the customers divide."""
HOUSEHOLD_SIZES = (0.5, 0.2, 0.1, 0.1, 0.1)
BAD_SHARE = 0.032
"""Lone applicants of bad intent."""


@dataclass(frozen=True)
class Numbers:
    """Numbers that are given out one by one and never twice, other ones for every seed."""

    seed: int

    def phone(self, index: Ints) -> Ints:
        """A mobile number: neighbours in index are far apart as numbers."""
        x = (index * 1_915_905_389 + self.seed * 7_368_787 + 1) % _PHONES
        return np.asarray(words.PHONE_PREFIXES[x // 100_000_000] * 100_000_000 + x % 100_000_000)

    def id_code(self, index: Ints) -> Ints:
        """Region, birthday and sequence of a resident's number, as one number."""
        return np.asarray((index * 151_538_657 + self.seed * 1_299_721) % _IDS)

    def device(self, index: Ints) -> npt.NDArray[np.uint64]:
        return scramble(index, 2 * self.seed)

    def wifi(self, index: Ints) -> npt.NDArray[np.uint64]:
        return scramble(index, 2 * self.seed + 1) >> np.uint64(16)

    def household_ip(self, index: Ints) -> Ints:
        """A household's own address: its own /16 as long as there are any left."""
        octets = len(words.FIRST_OCTETS)
        a = words.FIRST_OCTETS[(index + 17 * self.seed) % octets]
        b = (index // octets) % 256
        c = (index // (octets * 256)) % 256
        return np.asarray(((a * 256 + b) * 256 + c) * 256 + 1 + (13 * index) % 253)


@dataclass(frozen=True)
class Counts:
    """How many of each there are; indices of phones, devices and cards are given out in these blocks."""

    honest: int
    members: int
    repeats: int

    @property
    def people(self) -> int:
        return self.honest + self.members

    @property
    def employers(self) -> int:
        return max(self.honest // 12, 5)

    @property
    def shops(self) -> int:
        return max(self.honest // 3200, 5)

    @property
    def dormitories(self) -> int:
        return max(self.honest // 5000, 3)


def nat_ip(choice: Ints) -> Ints:
    """The carrier's addresses, numbered from 0."""
    return np.asarray(((223 * 256 + 104) * 256 + choice) * 256 + 1)


def shop_ip(shop: Ints) -> Ints:
    return np.asarray(((60 * 256 + shop % 256) * 256 + shop // 256) * 256 + 9)


def pack_address(parts: tuple[Ints, ...]) -> Ints:
    """One number for an address, by `ADDRESS_RADIX`."""
    code = np.zeros_like(parts[0])
    for part, radix in zip(parts, ADDRESS_RADIX, strict=True):
        code = code * radix + part
    return code


def random_addresses(rng: np.random.Generator, count: int, region: Ints | None = None) -> Ints:
    """Flats all over the regions, or in the given ones."""
    parts = [rng.integers(0, radix, count) for radix in ADDRESS_RADIX]
    if region is not None:
        parts[0] = region
    return pack_address(tuple(parts))


def ordinary_intents(rng: np.random.Generator, count: int) -> Floats:
    """Intents of people who mean well."""
    return np.asarray(rng.beta(1.58, 8.95, count))


def honest_intents(rng: np.random.Generator, count: int) -> Floats:
    """Intents of honest people and lone bad applicants together."""
    x = ordinary_intents(rng, count)
    bad = rng.random(count) < BAD_SHARE
    x[bad] = rng.beta(4.25, 3.6, int(bad.sum()))
    return x


def names(rng: np.random.Generator, count: int) -> dict[str, npt.NDArray[np.int16]]:
    """Surnames by their frequency; 28 % of the given names have one character."""
    weights = words.SURNAME_WEIGHTS / words.SURNAME_WEIGHTS.sum()
    given2 = rng.integers(0, len(words.GIVEN), count)
    given2[rng.random(count) < 0.28] = -1
    return {
        "surname": rng.choice(len(words.SURNAMES), count, p=weights).astype(np.int16),
        "given1": rng.integers(0, len(words.GIVEN), count).astype(np.int16),
        "given2": given2.astype(np.int16),
    }


def _households(rng: np.random.Generator, people: int) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """The household of each person (numbered in order) and whether a person is the first of it."""
    sizes = rng.choice(np.arange(1, 6), people, p=HOUSEHOLD_SIZES)
    household = np.repeat(np.arange(people), sizes)[:people]
    first = np.ones(people, dtype=bool)
    first[1:] = household[1:] != household[:-1]
    return household, first


def _from_previous(values: Ints, shared: npt.NDArray[np.bool_]) -> Ints:
    """``values``, where ``shared`` replaced by that of the person before."""
    return np.asarray(np.where(shared, np.roll(values, 1), values))


def _employers(rng: np.random.Generator, people: int, employers: int) -> Ints:
    """Few large companies and many small ones: sizes fall with the power .85 of the rank."""
    ladder = np.cumsum(np.arange(1, employers + 1) ** -0.85)
    return np.asarray(np.searchsorted(ladder, rng.random(people) * ladder[-1]), dtype=np.int64)


def _colleague(employer: Ints) -> Ints:
    """The person of the same employer who comes just before; -1 for the first."""
    order = np.argsort(employer, kind="stable")
    before = np.full(len(employer), -1, dtype=np.int64)
    same = employer[order][1:] == employer[order][:-1]
    before[order[1:][same]] = order[:-1][same]
    return before


def _kindred(rng: np.random.Generator, household: Ints, family: Ints, intents: Floats) -> Floats:
    """Deal the intents out again so that those of one household, and less those of one family, are alike (correlation .5 and .2)."""
    count = len(household)
    by_family = rng.standard_normal(int(family[-1]) + 1)[family]
    by_household = rng.standard_normal(int(household[-1]) + 1)[household]
    z = np.sqrt(0.2) * by_family + np.sqrt(0.3) * by_household + np.sqrt(0.5) * rng.standard_normal(count)
    dealt = np.empty(count)
    dealt[np.argsort(z, kind="stable")] = np.sort(intents)
    return dealt


def honest_people(rng: np.random.Generator, numbers: Numbers, counts: Counts, families_alike: bool) -> pl.DataFrame:
    """Households that share a flat, a WiFi, often an IP and now and then a phone, a card or a device; colleagues, dormitories, shops."""
    n = counts.honest
    own = np.arange(n, dtype=np.int64)
    household, first = _households(rng, n)
    homes = int(household[-1]) + 1
    last = np.append(first[1:], True)

    def some(share: float) -> npt.NDArray[np.bool_]:
        return np.asarray(rng.random(n) < share)

    phone = _from_previous(numbers.phone(own), some(0.038) & ~first)
    device = _from_previous(own, some(0.07) & ~first)
    card = _from_previous(own, some(0.031) & ~first)
    address = random_addresses(rng, homes)[household]
    dormitory = some(0.03)
    address[dormitory] = DORMITORY - rng.integers(0, counts.dormitories, int(dormitory.sum()))
    ip = numbers.household_ip(household)
    nat = some(0.44)
    ip[nat] = nat_ip(rng.choice(len(NAT_WEIGHTS), int(nat.sum()), p=NAT_WEIGHTS))
    channel = rng.choice(len(words.CHANNELS), n, p=words.CHANNEL_WEIGHTS)

    in_shop = some(0.0195)
    shop = rng.integers(0, counts.shops, int(in_shop.sum()))
    device[in_shop] = counts.people + counts.repeats + shop
    wifi = household.copy()
    wifi[in_shop] = homes + shop
    ip[in_shop] = shop_ip(shop)
    channel[in_shop] = words.STORE

    employer = _employers(rng, n, counts.employers)
    outside = numbers.phone(counts.people + counts.repeats + own)
    draw = rng.random(n)
    contact1 = np.where(draw < 0.1, phone[rng.integers(0, n, n)], np.where(~last & (draw < 0.1 + 0.9 * 0.77), np.roll(phone, -1), outside))
    outside2 = numbers.phone(counts.people + counts.repeats + n + own)
    before = _colleague(employer)
    draw = rng.random(n)
    contact2 = np.where(draw < 0.475, -1, np.where((draw < 0.53) & (before >= 0), phone[before], outside2))

    people = names(rng, n)
    intent = honest_intents(rng, n)
    if families_alike:
        family = household // 2
        intent = _kindred(rng, household, family, intent)
        head = np.maximum.accumulate(np.where(np.append(True, family[1:] != family[:-1]), own, 0))
        people["surname"] = np.where(some(0.7), people["surname"][head], people["surname"])
        relative = some(0.15) & (household[head] != household)
        contact1 = np.where(relative, phone[head], contact1)
    return pl.DataFrame(
        {
            **people,
            "id_code": numbers.id_code(own),
            "phone": phone,
            "device": numbers.device(device),
            "card": card,
            "address": address,
            "form": np.zeros(n, dtype=np.int8),
            "employer": employer,
            "contact1": contact1,
            "contact2": contact2,
            "ip": ip,
            "wifi": numbers.wifi(wifi),
            "channel": channel.astype(np.int8),
            "intent": intent,
            "gang": np.full(n, -1, dtype=np.int32),
            "kind": np.full(n, -1, dtype=np.int8),
        }
    )
