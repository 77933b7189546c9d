"""Identifiers as integers: for every application and slot, which shared value it names and how many people are on it at the time.

An identifier that only one person has can tie nobody: it gets no code and never enters the graph. The people on a value are counted
*in the months up to* the use: not over the whole book, so that a book of five years is judged like one of six months, and not after it,
so that what was counted once stays, and a night looks at what it brings and not at everybody who ever used a carrier's address.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from fraudgraph.graph.sorting import group, order, order_by
from fraudgraph.model import HUB_WINDOWS, HUBS, SLOT, SLOTS, BoolArray, FloatArray, Int32Array, IntArray
from fraudgraph.settings import Settings

MISSING = -1
"""The application names no usable value here."""
UNIQUE = -2
"""It names a value that nobody else has."""
HUB = -3
"""It names a value that more people than the kind's cap are on at the time: generic, tying nobody."""

DAY = 86_400_000_000
BURST_DAYS = (2, 10, 40)
BURSTS = (30, 50, 80)
"""Tenths of -log10 from which on a crowd is a burst, a strong one, a very strong one: no other difference is kept."""
EXACT = 10
"""Up to so many people a crowd is counted exactly; a larger one is known in steps of about 1.4 times."""
STEPS = (14, 20, 28, 40, 57, 68, 96, 136, 192)
"""Where a step ends (the edges of the classes are among them). Every crowd on a step counts as its middle."""
OWN_PLACES = ("address.own", "ip.own")
"""Slots in which it is a fact of two people that their values differ, if both are their own."""
FEW = 40
"""People who may have had a value, half a window and the half before, while it is still one's own."""
_TABLE = 1 << 22
"""Largest table in which the cases of (people near, people around) are looked up."""


@dataclass(frozen=True)
class Codes:
    """Per slot, one entry an application. Rows are applications sorted by (applied_at, application_id)."""

    code: Mapping[str, Int32Array]
    """Slot name -> the value's number within its kind, or MISSING, UNIQUE, HUB."""
    people: Mapping[str, Int32Array]
    """Slot name -> people on the value by the time of the application (1 for UNIQUE, 0 for MISSING), in steps (`stepped`)."""
    burst: Mapping[str, np.ndarray[tuple[int], np.dtype[np.uint8]]]
    """Slot name -> how improbable the crowd on the value at this time is: 0 or the highest of `BURSTS` that it reaches."""
    few: Mapping[str, Int32Array]
    """Slot name (of `OWN_PLACES`) -> the value's number (UNIQUE where nobody else has it) if it is one's own, one that at most `FEW` people
    had had by then, be it a hub later; else MISSING."""
    keys: Mapping[str, pl.Series]
    """Kind -> the normalised value of each number."""
    hubs: pl.DataFrame
    """HUBS: values over their cap at some time."""
    windows: pl.DataFrame
    """HUB_WINDOWS of these."""
    distinct: Mapping[str, int]
    """Kind -> different values, those of one person included."""
    links: int
    """Different (person, value, role)."""

    @property
    def kinds(self) -> list[str]:
        return list(dict.fromkeys(SLOT[name].kind for name in self.code))


def encode(keys: pl.DataFrame, person: Int32Array, applied_at: IntArray, settings: Settings) -> Codes:
    """Number the shared values of ``keys`` (one String column per slot, rows as in ``applied_at``, microseconds), and count the people."""
    numbers: dict[str, Int32Array] = {}
    texts: dict[str, pl.Series] = {}
    distinct: dict[str, int] = {}
    links = 0
    for kind in dict.fromkeys(slot.kind for slot in SLOTS):
        names = [slot.name for slot in SLOTS if slot.kind == kind and slot.name in keys.columns]
        if names:
            found, texts[kind], distinct[kind], linked = _number([keys[name] for name in names], person)
            numbers.update(zip(names, found, strict=True))
            links += linked
    return crowded(numbers, texts, person, applied_at, settings, distinct, links)


def crowded(
    numbers: Mapping[str, Int32Array],
    texts: Mapping[str, pl.Series],
    person: Int32Array,
    applied_at: IntArray,
    settings: Settings,
    distinct: Mapping[str, int] | None = None,
    links: int = 0,
) -> Codes:
    """Count the people on numbered values. ``numbers``: per slot, a value's place in its kind's ``texts``, MISSING or UNIQUE; used up."""
    half = settings.integer("graph.window_days") // 2
    caps = settings.table("graph.caps")
    code: dict[str, Int32Array] = {}
    people: dict[str, Int32Array] = {}
    burst: dict[str, np.ndarray[tuple[int], np.dtype[np.uint8]]] = {}
    few: dict[str, Int32Array] = {}
    hubs: list[pl.DataFrame] = []
    windows: list[pl.DataFrame] = []
    for kind in texts:
        names = [name for name in numbers if SLOT[name].kind == kind]
        cap = int(caps.get(kind, settings.integer("graph.cap")))
        rows = [np.flatnonzero(numbers[name] >= 0) for name in names]
        row = np.concatenate(rows)
        value = np.concatenate([numbers[name][r] for name, r in zip(names, rows, strict=True)]).astype(np.int64)
        uses = Crowd(value, person[row], applied_at[row])
        crowd = uses.so_far(half)
        hub = crowd > cap
        rush = bursts(uses, np.where(hub, 0, crowd).astype(np.int32), half)
        if hub.any():
            over = np.isin(value, np.unique(value[hub]))
            hubs.append(_hub_rows(kind, texts[kind], value[over], person[row[over]], cap))
            windows.append(_windows(kind, texts[kind], value[over], applied_at[row[over]], hub[over], half))
        steps = stepped(crowd)
        stop = 0
        for name, used in zip(names, rows, strict=True):
            number = numbers[name]
            start, stop = stop, stop + len(used)
            count = (number == UNIQUE).astype(np.int32)
            count[used] = steps[start:stop]
            if name in OWN_PLACES:
                few[name] = np.where(number == UNIQUE, UNIQUE, MISSING).astype(np.int32)
                few[name][used] = np.where(crowd[start:stop] <= FEW, number[used], MISSING)
            number[used[hub[start:stop]]] = HUB
            shown = np.zeros(len(number), np.uint8)
            shown[used] = rush[start:stop]
            code[name], people[name], burst[name] = number, count, shown
    table = pl.concat(hubs) if hubs else HUBS.empty()
    crowds = pl.concat(windows) if windows else HUB_WINDOWS.empty()
    return Codes(
        code, people, burst, few, texts, table.sort("kind", "key"), crowds.sort("kind", "key", "window"), distinct or {}, links
    )


def _number(columns: list[pl.Series], person: Int32Array) -> tuple[list[Int32Array], pl.Series, int, int]:
    """Number the values that two people or more have, in the order of their texts: two numberings never order two values differently.

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
    sort = group(digest)
    lengths = np.diff(np.flatnonzero(np.r_[True, digest[sort[1:]] != digest[sort[:-1]], True])) if len(sort) else np.zeros(0, np.int64)
    distinct = len(lengths)
    del digest
    # Values of one use are left out from here on.
    several = lengths > 1
    links = distinct - int(several.sum())
    uses = sort[np.repeat(several, lengths)]
    lengths = lengths[several]
    del sort
    if len(uses):
        starts = np.cumsum(lengths) - lengths
        where = place[uses]
        who = person[where // len(columns)]
        links += _links(np.repeat(np.arange(len(lengths)), lengths), who, where % len(columns), len(columns))
        shared = np.minimum.reduceat(who, starts) != np.maximum.reduceat(who, starts)
        rank = np.full(len(starts), UNIQUE, np.int32)
        kept = np.flatnonzero(shared)
        chosen = where[starts[kept]]
        texts = [c.gather(chosen[chosen % len(columns) == i] // len(columns)) for i, c in enumerate(columns)]
        back = order(np.concatenate([np.flatnonzero(chosen % len(columns) == i) for i in range(len(columns))]))
        found = pl.concat([t.rename("key") for t in texts]).gather(back)
        by_text = found.arg_sort().to_numpy()
        rank[kept[by_text]] = np.arange(len(kept), dtype=np.int32)
        ranks = np.repeat(rank, lengths)
        for i, number in enumerate(numbers):
            mine = where % len(columns) == i
            number[where[mine] // len(columns)] = ranks[mine]
        return numbers, found.gather(by_text), distinct, links
    return numbers, pl.Series("key", [], dtype=pl.String), distinct, links


def _links(value: IntArray, person: Int32Array, slot: IntArray, slots: int) -> int:
    """Return how many different (value, person, slot) there are."""
    key = (value * (int(person.max()) + 1) + person) * slots + slot
    key.sort()
    return int(np.count_nonzero(key[1:] != key[:-1])) + 1


class Crowd:
    """Uses of values, sorted by (value, time), that can be asked how many different people are on a value around each of them."""

    def __init__(self, value: IntArray, person: Int32Array, time: IntArray) -> None:
        first = time - time.min() if len(time) else time
        self.order = order_by(value, first)
        self.value, self.time = value[self.order], time[self.order]
        who = person[self.order]
        by_person = order_by(self.value, who)
        later, earlier = by_person[1:], by_person[:-1]
        same = (self.value[later] == self.value[earlier]) & (who[later] == who[earlier])
        # Per use the one before it of the same person on the same value, -1 for the first.
        self.before = np.full(len(value), -1, np.int64)
        self.before[later[same]] = earlier[same]

    def so_far(self, half_days: int) -> Int32Array:
        """Count, for each use as it was given, the distinct people in the half of the use and the half before, up to the moment of the use.

        Halves are functions of the time alone, and what comes later changes nothing: a use of today's leaves all former counts as they are.
        """
        if not len(self.value):
            return np.zeros(0, np.int32)
        half = self.time // (half_days * DAY)
        last = np.where(self.before >= 0, half[self.before], np.iinfo(np.int64).min)
        apart = np.r_[True, self.value[1:] != self.value[:-1]]
        starts = np.flatnonzero(apart | np.r_[True, half[1:] != half[:-1]])
        lengths = np.diff(np.r_[starts, len(half)])
        people = np.add.reduceat(last != half, starts, dtype=np.int64)
        follows = (self.value[starts[1:]] == self.value[starts[:-1]]) & (half[starts[1:]] == half[starts[:-1]] + 1)
        earlier = np.r_[0, people[:-1] * follows]
        newly = np.cumsum(last < half - 1)
        within = newly - np.repeat(np.r_[0, newly][starts], lengths)
        count = np.repeat(earlier, lengths) + within
        # Of several uses at one time each counts all: no order among them is asked for.
        moments = np.flatnonzero(apart | np.r_[True, self.time[1:] != self.time[:-1]])
        ends = np.r_[moments[1:], len(half)] - 1
        result = np.empty(len(half), np.int32)
        result[self.order] = np.repeat(count[ends], np.diff(np.r_[moments, len(half)]))
        return result


def bursts(uses: Crowd, crowd: Int32Array, half_days: int) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    """Return how improbable so many other people shortly before each use are, at the value's own pace, in the most improbable of three
    spans: 0 or the highest of `BURSTS` that tenths of -log10 of the chance reach. ``crowd``: `Crowd.so_far` of the uses."""
    worst = np.zeros(len(crowd))
    busy = np.flatnonzero(crowd >= 3)
    if len(busy):
        for days in BURST_DAYS:
            near = uses.so_far(days)[busy] - 1
            worst[busy] = np.maximum(worst[busy], _surprise(near, crowd[busy], days / half_days))
    return np.array([0, *BURSTS], np.uint8)[np.searchsorted(BURSTS, np.round(worst * 10), side="right")]


def stepped(people: Int32Array) -> Int32Array:
    """Return crowds in steps: one more person on a large value changes nothing for the others most of the time.

    A crowd of up to `EXACT` is itself; a larger one is the rounded geometric middle of its step, those over the last step are one step.
    """
    edges = np.array([EXACT, *STEPS])
    low, high = np.r_[0, edges] + 1, np.r_[edges, 2 * STEPS[-1]]
    middle = np.round(np.sqrt(low * high)).astype(np.int32)
    return np.where(people <= EXACT, people, middle[np.searchsorted(edges, people)]).astype(np.int32)


def _surprise(near: Int32Array, crowd: Int32Array, share: float) -> FloatArray:
    """Return -log10 of the chance of ``near`` other people where ``share`` of the others around are expected; each case once."""
    from scipy.special import pdtrc  # late: scipy takes longer to import than most questions to be answered

    width = int(crowd.max()) + 1
    case = near.astype(np.int64) * width + crowd
    cases, place = np.unique(case, return_inverse=True) if case.max() >= _TABLE else _distinct(case)
    few, many = cases // width, cases % width
    tail = pdtrc(np.maximum(few - 1, 0).astype(float), (many - 1) * share)
    result: FloatArray = -np.log10(np.where(few > 0, np.maximum(tail, 1e-25), 1.0))[place]
    return result


def _distinct(numbers: IntArray) -> tuple[IntArray, IntArray]:
    """Return what `np.unique` with its inverse would, of small numbers, by a table."""
    distinct = np.flatnonzero(np.bincount(numbers))
    place = np.zeros(int(numbers.max()) + 1, np.int64)
    place[distinct] = np.arange(len(distinct))
    return distinct, place[numbers]


def _hub_rows(kind: str, texts: pl.Series, value: IntArray, person: Int32Array, cap: int) -> pl.DataFrame:
    counts = pl.DataFrame({"v": value, "p": person}).unique().group_by("v").len().sort("v")
    return pl.DataFrame(
        {
            "kind": pl.Series([kind], dtype=pl.String).new_from_index(0, len(counts)),
            "key": texts.gather(counts["v"]),
            "people": counts["len"].cast(pl.Int64),
            "cap": pl.Series([cap], dtype=pl.Int64).new_from_index(0, len(counts)),
        },
        schema=HUBS.schema,
    )


def _windows(kind: str, texts: pl.Series, value: IntArray, time: IntArray, hub: BoolArray, half_days: int) -> pl.DataFrame:
    """HUB_WINDOWS of the given uses. Within a half a crowd only grows: from its first use over the cap on all are the hub's."""
    half = half_days * DAY
    uses = pl.DataFrame({"v": value, "w": time // half, "t": time, "hub": hub})
    first = uses.group_by("v", "w").agg(pl.col("t").min(), pl.col("t").filter("hub").min().alias("over")).drop_nulls("over")
    first = first.with_columns(pl.when(pl.col("over") == pl.col("t")).then(pl.col("w") * half).otherwise("over").alias("t"))
    return first.select(
        pl.lit(kind).alias("kind"), texts.gather(first["v"]).alias("key"), pl.col("w").alias("window"), pl.col("t").alias("since")
    ).select(list(HUB_WINDOWS.columns))
