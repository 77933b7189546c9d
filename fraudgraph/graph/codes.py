"""Identifiers as integers: for every application and slot, which shared value it names and how many people are on it at the time.

An identifier that only one person has can tie nobody: it gets no code and never enters the graph. The people on a value are counted
*around the time* of the use, never over the whole book, so that a book of five years is judged like one of six months.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.special import pdtrc

from fraudgraph.model import HUBS, SLOT, SLOTS, BoolArray, Int32Array, IntArray
from fraudgraph.settings import Settings

MISSING = -1
"""The application names no usable value here."""
UNIQUE = -2
"""It names a value that nobody else has."""
HUB = -3
"""It names a value that more people than the kind's cap are on at the time: generic, tying nobody."""

DAY = 86_400_000_000
BURST_DAYS = (2, 10, 40)
_ODD = np.uint64(0x9E3779B97F4A7C15)
"""Spreads small numbers over 64 bits (2^64 over the golden ratio)."""


@dataclass(frozen=True)
class Codes:
    """Per slot, one entry an application. Rows are applications sorted by (applied_at, application_id)."""

    code: Mapping[str, Int32Array]
    """Slot name -> the value's number within its kind, or MISSING, UNIQUE, HUB."""
    people: Mapping[str, Int32Array]
    """Slot name -> people on the value around the time of the application (1 for UNIQUE, 0 for MISSING)."""
    burst: Mapping[str, np.ndarray[tuple[int], np.dtype[np.uint8]]]
    """Slot name -> how improbable the crowd on the value at this time is: tenths of -log10 of a Poisson tail, at most 250."""
    keys: Mapping[str, pl.Series]
    """Kind -> the normalised value of each number."""
    hubs: pl.DataFrame
    """HUBS: values over their cap at some time."""
    distinct: Mapping[str, int]
    """Kind -> different values, those of one person included."""
    links: int
    """Different (person, value, role)."""

    @property
    def kinds(self) -> list[str]:
        return list(dict.fromkeys(SLOT[name].kind for name in self.code))


def encode(keys: pl.DataFrame, person: Int32Array, applied_at: IntArray, settings: Settings) -> Codes:
    """Number the shared values of ``keys`` (one String column per slot, rows as in ``applied_at``, microseconds)."""
    half = settings.integer("graph.window_days") // 2
    caps = settings.table("graph.caps")
    code: dict[str, Int32Array] = {}
    people: dict[str, Int32Array] = {}
    burst: dict[str, np.ndarray[tuple[int], np.dtype[np.uint8]]] = {}
    texts: dict[str, pl.Series] = {}
    hubs: list[pl.DataFrame] = []
    distinct: dict[str, int] = {}
    links = 0
    for kind in dict.fromkeys(slot.kind for slot in SLOTS):
        names = [slot.name for slot in SLOTS if slot.kind == kind and slot.name in keys.columns]
        if not names:
            continue
        numbers, texts[kind], distinct[kind], linked = _number([keys[name] for name in names], person)
        links += linked
        cap = int(caps.get(kind, settings.integer("graph.cap")))
        rows = [np.flatnonzero(n >= 0) for n in numbers]
        row = np.concatenate(rows)
        value = np.concatenate([n[r] for n, r in zip(numbers, rows, strict=True)]).astype(np.int64)
        uses = Crowd(value, person[row], applied_at[row])
        crowd = uses.count(half)
        hub = crowd > cap
        rush = _burst(uses, np.where(hub, 0, crowd).astype(np.int32), half)
        if hub.any():
            hubs.append(_hub_rows(kind, texts[kind], value, person[row], np.unique(value[hub]), cap))
        stop = 0
        for name, number, used in zip(names, numbers, rows, strict=True):
            start, stop = stop, stop + len(used)
            count = (number == UNIQUE).astype(np.int32)
            count[used] = crowd[start:stop]
            number[used[hub[start:stop]]] = HUB
            shown = np.zeros(len(number), np.uint8)
            shown[used] = rush[start:stop]
            code[name], people[name], burst[name] = number, count, shown
    table = pl.concat(hubs) if hubs else HUBS.empty()
    return Codes(code, people, burst, texts, table.sort("kind", "key"), distinct, links)


def _number(columns: list[pl.Series], person: Int32Array) -> tuple[list[Int32Array], pl.Series, int, int]:
    """Number the values that two people or more have, in the order of their first row (then column).

    Return (number per row for each column, the numbered values, how many different values there are, how many different links).
    """
    size = len(person)
    present = [np.flatnonzero(column.is_not_null().to_numpy()) for column in columns]
    # A 64-bit hash that lives only inside this call; two of 10 million values meet with a chance of 3 in a million.
    digest = np.concatenate([c.hash().to_numpy()[r] for c, r in zip(columns, present, strict=True)])
    place = np.concatenate([r * len(columns) + i for i, r in enumerate(present)])
    numbers = [np.full(size, MISSING, np.int32) for _ in columns]
    for number, rows in zip(numbers, present, strict=True):
        number[rows] = UNIQUE
    again = np.flatnonzero(pl.Series(digest).is_duplicated().to_numpy())
    distinct, links = len(digest) - len(again), len(digest) - len(again)
    texts: list[pl.Series] = []
    if len(again):
        who_where = person[place[again] // len(columns)].astype(np.uint64) * np.uint64(len(columns))
        who_where += (place[again] % len(columns)).astype(np.uint64)
        links += pl.Series(digest[again] + who_where * _ODD).n_unique()
        order = again[np.argsort(digest[again], kind="stable")]
        starts = np.flatnonzero(np.r_[True, np.diff(digest[order]) != 0])
        distinct += len(starts)
        who = person[place[order] // len(columns)]
        shared = np.minimum.reduceat(who, starts) != np.maximum.reduceat(who, starts)
        first = np.minimum.reduceat(place[order], starts)
        rank = np.full(len(starts), UNIQUE, np.int32)
        kept = np.flatnonzero(shared)
        by_first = kept[np.argsort(first[kept], kind="stable")]
        rank[by_first] = np.arange(len(by_first), dtype=np.int32)
        group = np.repeat(rank, np.diff(np.r_[starts, len(order)]))
        where = place[order]
        for i, number in enumerate(numbers):
            mine = where % len(columns) == i
            number[where[mine] // len(columns)] = group[mine]
        chosen = first[by_first]
        texts = [c.gather(chosen[chosen % len(columns) == i] // len(columns)) for i, c in enumerate(columns)]
        back = np.argsort(np.concatenate([np.flatnonzero(chosen % len(columns) == i) for i in range(len(columns))]), kind="stable")
        return numbers, pl.concat([t.rename("key") for t in texts]).gather(back), distinct, links
    return numbers, pl.Series("key", [], dtype=pl.String), distinct, links


class Crowd:
    """Uses of values, sorted by (value, time), that can be asked how many different people are on a value around each of them."""

    def __init__(self, value: IntArray, person: Int32Array, time: IntArray) -> None:
        self.order = np.lexsort((time, value))
        self.value, self.time = value[self.order], time[self.order]
        who = person[self.order].astype(np.int64)
        people = int(who.max()) + 1 if len(who) else 1
        # Only who uses a value more than once can be counted twice on it: their uses in a row, by (value, person, time).
        again = np.flatnonzero(pl.Series(self.value * people + who).is_duplicated().to_numpy())
        again = again[np.argsort(self.value[again] * people + who[again], kind="stable")]
        same = (self.value[again[1:]] == self.value[again[:-1]]) & (who[again[1:]] == who[again[:-1]])
        self.former, self.latter = again[:-1][same], again[1:][same]

    def count(self, half_days: int) -> Int32Array:
        """Count the distinct people in a window of two halves that has the use near its middle, for each use as it was given.

        Windows start every half; a use looks at the one whose middle is nearest. They are functions of the time alone, so a window's
        count changes only when a use within it comes or goes.
        """
        if not len(self.value):
            return np.zeros(0, np.int32)
        half = half_days * DAY
        base = int(self.time.min()) // half - 1
        early = self.time // half - base
        centre = (self.time - half // 2) // half - base
        span = int(early.max()) + 2
        place, window = self.value * span + early, self.value * span + centre
        uses = np.searchsorted(place, window + 1, side="right") - np.searchsorted(place, window, side="left")
        # Two uses in a row of one person count once in every window that has both.
        first, second = early[self.former], early[self.latter]
        near, value = second - first <= 1, self.value[self.former] * span
        both = np.concatenate([(value + first)[near], (value + first - 1)[near & (first == second)]])
        both.sort()
        twice = np.searchsorted(both, window, side="right") - np.searchsorted(both, window, side="left")
        result = np.empty(len(uses), np.int32)
        result[self.order] = uses - twice
        return result


def around(value: IntArray, person: Int32Array, time: IntArray, half_days: int) -> Int32Array:
    """Return `Crowd.count` of the given uses."""
    return Crowd(value, person, time).count(half_days)


def _burst(uses: Crowd, crowd: Int32Array, half_days: int) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    """Tenths of -log10 of the chance of so many other people near the use, at the value's own pace; the most improbable of three spans."""
    worst = np.zeros(len(crowd))
    busy = np.flatnonzero(crowd >= 3)
    if len(busy):
        for days in BURST_DAYS:
            near = uses.count(days)[busy] - 1
            pace = (crowd[busy] - 1) * (days / half_days)
            tail = pdtrc(np.maximum(near - 1, 0).astype(float), pace)
            chance = np.where(near > 0, np.maximum(tail, 1e-25), 1.0)
            worst[busy] = np.maximum(worst[busy], -np.log10(chance))
    return np.minimum(np.round(worst * 10), 250).astype(np.uint8)


def _hub_rows(kind: str, texts: pl.Series, value: IntArray, person: Int32Array, hubs: IntArray, cap: int) -> pl.DataFrame:
    inside: BoolArray = np.isin(value, hubs)
    counts = pl.DataFrame({"v": value[inside], "p": person[inside]}).unique().group_by("v").len().sort("v")
    return pl.DataFrame(
        {
            "kind": pl.Series([kind], dtype=pl.String).new_from_index(0, len(counts)),
            "key": texts.gather(counts["v"]),
            "people": counts["len"].cast(pl.Int64),
            "cap": pl.Series([cap], dtype=pl.Int64).new_from_index(0, len(counts)),
        },
        schema=HUBS.schema,
    )
