"""A book in memory as a night asks it: every text once, everything else as small integers that lie together by value, person and unit.

Made once for a night of a store; after that a question costs what its answer is long, and no look at the store.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from fraudgraph.calibration import Calibration
from fraudgraph.graph.codes import Crowd
from fraudgraph.graph.components import components
from fraudgraph.graph.sorting import order_by
from fraudgraph.graph.standing import BINDS
from fraudgraph.model import MICRO, Int32Array, IntArray
from fraudgraph.night.known import micros
from fraudgraph.night.uses import OWN
from fraudgraph.settings import Settings
from fraudgraph.stores.numbers import PLACE, hashed
from fraudgraph.stores.port import Reader
from fraudgraph.values import Values


@dataclass(frozen=True)
class Runs:
    """Rows that lie together by a number 0, 1, ...: those of number n are ``rows[start[n] : start[n + 1]]``."""

    rows: Int32Array
    start: IntArray

    @classmethod
    def of(cls, number: Int32Array | IntArray, size: int) -> Runs:
        """Put the places of ``number`` (-1: nowhere) together."""
        order = np.argsort(number, kind="stable")
        return cls(order.astype(np.int32), np.searchsorted(number[order], np.arange(size + 1)))

    def gathered(self, numbers: IntArray) -> tuple[IntArray, IntArray]:
        """Return (place in ``numbers``, row) of every row of the given numbers."""
        low, high = self.start[numbers], self.start[numbers + 1]
        many = high - low
        place = np.repeat(np.arange(len(numbers)), many)
        inner = np.arange(len(place)) - np.repeat(np.cumsum(many) - many, many)
        return place, self.rows[low[place] + inner].astype(np.int64)


@dataclass(frozen=True)
class Hashes:
    """Texts by their hashes: a text's number is its place."""

    sorted: np.ndarray[tuple[int], np.dtype[np.uint64]]
    place: Int32Array

    @classmethod
    def of(cls, texts: pl.Series) -> Hashes:
        found = hashed(texts).to_numpy()
        order = np.argsort(found)
        return cls(found[order], order.astype(np.int32))

    def find(self, hashes: np.ndarray[tuple[int], np.dtype[np.uint64]]) -> IntArray:
        """Return the number of each, -1 where there is none."""
        if not len(self.sorted):
            return np.full(len(hashes), -1, np.int64)
        at = np.minimum(np.searchsorted(self.sorted, hashes), len(self.sorted) - 1)
        return np.where(self.sorted[at] == hashes, self.place[at], -1).astype(np.int64)


class Memory:
    """The book of one night of a store."""

    def __init__(self, reader: Reader, kept: Values, calibration: Calibration, settings: Settings) -> None:
        self.kept, self.calibration, self.settings = kept, calibration, settings
        self.half = settings.integer("graph.window_days") // 2
        self.applications = kept.stored(reader)
        """The book, as ``kept`` has it, in order; a row's number is its place."""
        persons = reader.table("persons")
        self.person_ids = persons["person_id"]
        self.people = persons.select(
            "person_id", micros("first_applied_at"), "applications", (pl.col("intent") * MICRO).round().cast(pl.Int64).fill_null(-1)
        )
        self.persons = persons
        number = pl.DataFrame({"person_id": self.person_ids}).with_row_index("person")
        inside = reader.table("membership", columns=["application_id", "person_id"]).join(number, on="person_id")
        ids = self.applications["application_id"]
        whose = ids.to_frame().join(inside, on="application_id", how="left", maintain_order="left")
        self.person: Int32Array = whose["person"].cast(pl.Int32).to_numpy()
        """Per row: the number of its person, the place in PERSONS."""
        self.at: IntArray = self.applications["applied_at"].dt.epoch("us").to_numpy()
        self.births = kept.births(reader)["born"]
        self.by_application, self.by_person = Hashes.of(ids), Hashes.of(self.person_ids)
        self.rows_of = Runs.of(self.person, len(self.person_ids))
        self._values(reader)
        self._pairs(reader, number)
        self._hubs(reader)
        self.relations = reader.table("relations")

    def _values(self, reader: Reader) -> None:
        """Number the values, in the order of their hashes; per slot the value of each row, -1 for none; the uses of each value."""
        had = [name for name in reader.table("keys", where={"application_id": []}).columns if name in PLACE]
        found = []
        for name in had:
            numbers = hashed(reader.table("keys", columns=[name])[name], name.split(".")[0])
            rows = np.flatnonzero(numbers.is_not_null().to_numpy())
            found.append((name, rows, numbers.drop_nulls().to_numpy()))
        hashes = np.concatenate([h for _, _, h in found]) if found else np.zeros(0, np.uint64)
        order = np.argsort(hashes)
        ordered = hashes[order]
        first = np.r_[True, ordered[1:] != ordered[:-1]] if len(ordered) else np.zeros(0, bool)
        self.by_value = Hashes(ordered[first], np.arange(int(first.sum()), dtype=np.int32))
        value = np.empty(len(order), np.int32)
        value[order] = np.cumsum(first, dtype=np.int32) - 1
        self.slots: dict[str, Int32Array] = {}
        start = 0
        for name, rows, mine in found:
            self.slots[name] = np.full(len(self.at), -1, np.int32)
            self.slots[name][rows] = value[start : start + len(mine)]
            start += len(mine)
        row = np.concatenate([r for _, r, _ in found]).astype(np.int32) if found else np.zeros(0, np.int32)
        slot = np.concatenate([np.full(len(r), PLACE[n], np.uint8) for n, r, _ in found]) if found else np.zeros(0, np.uint8)
        by_time = order_by(value, row)
        self.use_row, self.use_slot = row[by_time], slot[by_time]
        """The uses, those of a value together and in order of time."""
        self.use_start: IntArray = np.append(np.flatnonzero(first), len(order))
        """Per value its first use, and behind all of them the end."""
        own = np.flatnonzero(np.isin(self.use_slot, OWN))
        at = self.use_row[own]
        people = Crowd(value[by_time[own]].astype(np.int64), self.person[at], self.at[at]).so_far(self.half)
        self.use_people = np.zeros(len(order), np.uint8)
        """Per use of one's own places: how many people had had the value by then (as `codes.few` counts them), up to 255; of others 0."""
        self.use_people[own] = np.minimum(people, 255)

    def _pairs(self, reader: Reader, number: pl.DataFrame) -> None:
        """Put the near pairs, and what they share, together by person."""
        self.pairs, self.pair_values = reader.table("pairs"), reader.table("pair_values")
        a, b = self._ends(self.pairs, number)
        binds = (self.pairs["standing"].to_numpy() & BINDS) != 0
        self.unit = components(len(self.person_ids), a[binds].astype(np.int32), b[binds].astype(np.int32))
        """Per person: the unit's smallest person."""
        self.people_of = Runs.of(self.unit, len(self.unit))
        c, d = self._ends(self.pair_values, number)
        self.pairs_at, self.values_at = (Runs.of(np.concatenate(ends), len(self.unit)) for ends in ((a, b), (c, d)))
        """By person: places in the pairs (or what they share) laid twice one after the other, by the first end and by the second."""
        self.other_end = np.concatenate([b, a]).astype(np.int32)
        """Of the pairs, laid twice likewise: the person at the other end."""

    @staticmethod
    def _ends(frame: pl.DataFrame, number: pl.DataFrame) -> tuple[IntArray, IntArray]:
        ends = []
        for name in ("person_a", "person_b"):
            found = frame.select(person_id=name).join(number, on="person_id", how="left", maintain_order="left")["person"]
            ends.append(found.cast(pl.Int64).to_numpy())
        return ends[0], ends[1]

    def _hubs(self, reader: Reader) -> None:
        table = reader.table("hub_windows")
        parts = [
            part.with_columns(pl.Series("number", self.number_of(hashed(part["key"], str(kind)))))
            for (kind,), part in table.partition_by("kind", as_dict=True).items()
        ]
        schema = pl.Schema({**table.schema, "number": pl.Int64()})
        self.crowds = (pl.concat(parts) if parts else pl.DataFrame(schema=schema)).select(list(schema))
        """HUB_WINDOWS, and the number of each value."""

    def uses_between(self, value: IntArray, low: IntArray, high: IntArray) -> tuple[IntArray, IntArray]:
        """Return (first, behind the last) of the uses of each value from ``low`` until before ``high``, microseconds."""
        return self._first_use(value, low), self._first_use(value, high)

    def _first_use(self, value: IntArray, at: IntArray) -> IntArray:
        """Return the first use of each value at ``at`` or later, the end of its uses where there is none."""
        left, right = self.use_start[value], self.use_start[value + 1]
        while (open_ := left < right).any():
            middle = (left + right) >> 1
            later = np.zeros(len(value), bool)
            later[open_] = self.at[self.use_row[middle[open_]]] >= at[open_]
            left, right = np.where(open_ & ~later, middle + 1, left), np.where(open_ & later, middle, right)
        return left

    def number_of(self, hashes: pl.Series) -> IntArray:
        """Return the numbers of values by their hashes, -1 of those that are not in the book."""
        return self.by_value.find(hashes.to_numpy())

    @property
    def whose(self) -> pl.DataFrame:
        """application_id, applied_at, amount, person_id of all applications."""
        head = self.applications.select("application_id", "applied_at", "amount")
        return head.with_columns(person_id=self.person_ids.gather(self.person))

    def rows(self, ids: pl.Series) -> IntArray:
        """Return the rows of the applications ``ids``, -1 of those that are not in the book."""
        found = self.by_application.find(hashed(ids).to_numpy())
        same = (self.applications["application_id"].gather(np.maximum(found, 0)) == ids).to_numpy() if len(self.at) else found < -1
        return np.where(same, found, -1)

    def has(self, ids: pl.Series) -> pl.Series:
        """Say of each of the applications ``ids`` whether it is in the book."""
        return pl.Series(self.rows(ids) >= 0)

    def stored(self, ids: pl.Series) -> pl.DataFrame:
        """Return those of the applications ``ids`` that are in the book, as it has them."""
        row = self.rows(ids)
        return self.applications[row[row >= 0]]

    def known(self, ids: pl.Series) -> pl.DataFrame:
        """Return application_id, person_id and intent of the applications ``ids``, all of them in the book."""
        person = self.person[self.rows(ids)]
        return pl.DataFrame([ids, self.person_ids.gather(person), self.persons["intent"].gather(person)])

    @cached_property
    def last(self) -> int:
        return int(self.at.max(initial=0))
