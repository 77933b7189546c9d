"""Many nights at once on one book in memory, none of which sees another: each has a universe of its own, and copies of what it touches.

A number is that of the book with its universe in front; a text (an id or a key) has the universe's digits in front, so that within one
universe texts are in the book's order. What is asked of two universes is answered side by side, and nothing is ever shared by two.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from fraudgraph.graph.codes import DAY
from fraudgraph.model import HUB_WINDOWS, HUBS, SLOT, IntArray
from fraudgraph.night.known import CROWDS, RECORD, micros
from fraudgraph.night.memory import Memory
from fraudgraph.night.uses import distinct
from fraudgraph.stores import numbers as stored
from fraudgraph.stores.numbers import PLACE, USES

MOST = 1 << 20
"""Universes at a time."""

DIGITS = 7
END = "\x1f"
WIDTH = DIGITS + len(END)
"""Characters in front of a text."""

SHIFT = 40
NEW = 1 << 63
"""Of a number whose text is not in the book: its hash stands for it, which needs to differ only from the few others of its universe."""


def _front(name: str = "universe") -> pl.Expr:
    return pl.col(name).cast(pl.String).str.zfill(DIGITS) + END


def put(texts: pl.Series, universe: IntArray | pl.Series) -> pl.Series:
    """Return texts of the book as those of their universes; null stays null."""
    both = pl.DataFrame({"universe": pl.Series(universe, dtype=pl.Int64), "text": texts})
    return both.select((_front() + pl.col("text")).alias(texts.name)).to_series()


def put_person(people: pl.Series, universe: IntArray | pl.Series) -> pl.Series:
    """Return ids of people as those of their universes."""
    both = pl.DataFrame({"universe": pl.Series(universe, dtype=pl.Int64), "text": people})
    return both.select((pl.lit("P-") + _front() + pl.col("text").str.slice(len("P-"))).alias(people.name)).to_series()


class Universes:
    """`night.known.Known` of a book and of so many copies of it as there are nights."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    @property
    def numbers(self) -> stored.Numbers:
        return self

    def of(self, texts: pl.Series, kind: str = "") -> pl.Series:
        if kind:
            return self.of_keys(texts, pl.Series([kind]).new_from_index(0, len(texts)))
        text = pl.col("text")
        person = text.str.starts_with("P-") & (text.str.slice(2 + DIGITS, 1) == END)
        parts = texts.to_frame("text").select(
            pl.when(person).then(text.str.slice(2, DIGITS)).otherwise(text.str.slice(0, DIGITS)).cast(pl.Int64).fill_null(0).alias("of"),
            pl.when(person).then(pl.lit("P-") + text.str.slice(2 + WIDTH)).otherwise(text.str.slice(WIDTH)).hash().alias("hash"),
            person.fill_null(False).alias("person"),
        )
        hashes, people = parts["hash"].to_numpy(), parts["person"].to_numpy()
        number = np.where(people, self._memory.by_person.find(hashes), self._memory.by_application.find(hashes))
        return _numbers(texts, parts["of"].to_numpy(), number, hashes)

    def of_keys(self, texts: pl.Series, kinds: pl.Series) -> pl.Series:
        text = pl.col("text")
        parts = pl.DataFrame({"text": texts, "kind": kinds}).select(
            text.str.slice(0, DIGITS).cast(pl.Int64).fill_null(0).alias("universe"),
            (pl.col("kind") + "|" + text.str.slice(WIDTH)).hash().alias("hash"),
        )
        return _numbers(texts, parts["universe"].to_numpy(), self._memory.number_of(parts["hash"]), parts["hash"].to_numpy())

    def split(self, numbers: pl.Series) -> tuple[IntArray, IntArray]:
        """Return (universe, number in the book) of those of the numbers that are in the book."""
        known = numbers.to_numpy()
        known = known[known < np.uint64(NEW)]
        return (known >> np.uint64(SHIFT)).astype(np.int64), (known & np.uint64((1 << SHIFT) - 1)).astype(np.int64)

    def uses(self, values: pl.DataFrame) -> pl.DataFrame:
        memory = self._memory
        asked = values.filter(pl.col("value") < NEW)
        universe, value = self.split(asked["value"])
        first, stop = memory.uses_between(value, asked["low"].to_numpy(), asked["high"].to_numpy() + 1)
        many = stop - first
        place = np.repeat(np.arange(len(value)), many)
        use = np.arange(len(place)) + np.repeat(first - np.cumsum(many) + many, many)
        row = memory.use_row[use]
        columns = {
            "value": _joined(universe[place], value[place]),
            "slot": memory.use_slot[use],
            "application": _joined(universe[place], row),
            "person": _joined(universe[place], memory.person[row]),
            "at": memory.at[row],
        }
        return USES.check(pl.DataFrame(columns))

    def records(self, people: pl.Series, slots: Sequence[str] | None = None) -> pl.DataFrame:
        """Return the records of people: in numbers where these are numbers, in texts (of all slots) where they are ids."""
        if people.dtype != pl.String:
            universe, person = self.split(people.unique())
            place, row = self._memory.rows_of.gathered(person)
            return self._records(universe[place], row)
        return self.texts(*self._rows_of(people))

    def versions(self, applications: pl.Series) -> pl.DataFrame:
        return self._records(*self.split(applications.unique()))

    def _records(self, universe: IntArray, row: IntArray) -> pl.DataFrame:
        memory = self._memory
        columns: dict[str, pl.Series] = {
            "application": _joined(universe, row),
            "person": _joined(universe, memory.person[row]),
            "at": pl.Series(memory.at[row]),
            "channel": memory.applications["channel"].gather(row),
        }
        # A value that is missing, -1, gives a number that no value has.
        values = {name: _joined(universe, numbers[row]) for name, numbers in memory.slots.items()}
        missing = pl.lit((1 << 64) - 1, pl.UInt64)
        return pl.DataFrame({**columns, **values}).with_columns(pl.when(pl.col(name) != missing).then(pl.col(name)) for name in values)

    def _rows_of(self, people: pl.Series) -> tuple[IntArray, IntArray]:
        universe, person = self.split(self.of(people.unique()))
        place, row = self._memory.rows_of.gathered(person)
        return universe[place], row

    def texts(self, universe: IntArray, row: IntArray) -> pl.DataFrame:
        """Return the records, in texts, of rows of the book in the given universes."""
        memory = self._memory
        book = memory.applications[row]
        keys = memory.kept.identified(book, memory.settings, frozen_placeholders=memory.calibration.placeholders).keys
        return records_of(book, keys, memory.person_ids.gather(memory.person[row]), universe)

    def person_ids(self, people: pl.Series) -> pl.DataFrame:
        universe, person = self.split(people.unique())
        ids = put_person(self._memory.person_ids.gather(person), universe)
        return pl.DataFrame({"person": _joined(universe, person), "person_id": ids})

    def application_ids(self, applications: pl.Series) -> pl.DataFrame:
        universe, row = self.split(applications.unique())
        ids = put(self._memory.applications["application_id"].gather(row), universe)
        return pl.DataFrame({"application": _joined(universe, row), "application_id": ids})

    def people(self, people: pl.Series) -> pl.DataFrame:
        universe, person = self.split(self.of(people.unique()))
        found = self._memory.people[person]
        return found.with_columns(put_person(found["person_id"], universe))

    def hubs(self) -> pl.DataFrame:
        return HUBS.empty()

    def windows(self) -> pl.DataFrame:
        return HUB_WINDOWS.empty()

    def crowds(self, values: pl.Series) -> pl.DataFrame:
        universe, number = self.split(values.unique())
        asked = pl.DataFrame({"number": number, "value": _joined(universe, number)})
        return asked.join(self._memory.crowds, on="number").select(list(CROWDS))

    def people_by_then(self, uses: pl.DataFrame) -> IntArray:
        memory = self._memory
        found = np.zeros(len(uses), np.int64)
        stored = uses["value"].to_numpy() < np.uint64(NEW)
        _, value = self.split(uses["value"])
        at, half = uses["at"].to_numpy()[stored], memory.half * DAY
        first, stop = memory.uses_between(value, at // half * half, at)
        found[stored] = np.where(first < stop, memory.use_people[stop - 1], 0)
        return found

    def first(self, people: pl.Series) -> pl.Series:
        return people.str.slice(len("P-") + WIDTH)

    def last(self) -> int:
        return self._memory.last

    def incident(self, people: pl.Series) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Return PAIRS and PAIR_VALUES that one of the given people (numbers) is in."""
        memory = self._memory
        universe, person = self.split(people.unique())
        found = []
        for runs, frame in ((memory.pairs_at, memory.pairs), (memory.values_at, memory.pair_values)):
            place, twice = runs.gathered(person)
            both = distinct(universe[place] << SHIFT | twice % max(len(frame), 1))
            found.append(_put_rows(frame, both >> SHIFT, both & ((1 << SHIFT) - 1)))
        return found[0], found[1]

    def beside(self, people: pl.Series) -> pl.Series:
        """Return the numbers of everybody who is near one of the given people (numbers)."""
        memory = self._memory
        universe, person = self.split(people.unique())
        place, twice = memory.pairs_at.gathered(person)
        return _joined(universe[place], memory.other_end[twice]).unique().alias(people.name)

    def whole(self, people: pl.Series) -> pl.Series:
        """Return the numbers of everybody in a unit with one of the given people (numbers), each once."""
        universe, person = self.split(people.unique())
        both = distinct(universe << SHIFT | self._memory.unit[person])
        place, inside = self._memory.people_of.gathered(both & ((1 << SHIFT) - 1))
        return _joined((both >> SHIFT)[place], inside).alias(people.name)


def _put_rows(frame: pl.DataFrame, universe: IntArray, row: IntArray) -> pl.DataFrame:
    """Return rows of PAIRS or PAIR_VALUES in their universes."""
    part = frame[row]
    part = part.with_columns(put_person(part[name], universe) for name in ("person_a", "person_b"))
    return part.with_columns(put(part["key"], universe)) if "key" in part.columns else part


def records_of(book: pl.DataFrame, keys: pl.DataFrame, person_ids: pl.Series, universe: IntArray) -> pl.DataFrame:
    """Return a book with its keys and people, row by row in the given universes, as records in texts."""
    head = {
        "application_id": put(book["application_id"], universe),
        "person_id": put_person(person_ids, universe),
        "applied_at": book.select(micros("applied_at")).to_series(),
        "channel": book["channel"],
    }
    slots = [name for name in keys.columns if name in PLACE and name in SLOT]
    texts = keys.select(slots).with_columns(pl.Series("universe", universe, dtype=pl.Int64)).select(
        (_front() + pl.col(name)).alias(name) for name in slots
    )
    return pl.DataFrame({**head, **texts.to_dict()}).select(*RECORD, *slots)


def _numbers(texts: pl.Series, universe: IntArray, number: IntArray, hashes: np.ndarray[tuple[int], np.dtype[np.uint64]]) -> pl.Series:
    """Return numbers of texts: of those of the book (``number`` 0 or more), and of others by their hashes; of null it is null."""
    known = universe.astype(np.uint64) << np.uint64(SHIFT)
    mask = np.uint64((1 << SHIFT) - 1)
    found = pl.Series(texts.name, np.where(number >= 0, known | number.astype(np.uint64), np.uint64(NEW) | known | (hashes & mask)))
    return pl.select(pl.when(texts.is_not_null()).then(found)).to_series().alias(texts.name) if texts.null_count() else found


def _joined(universe: IntArray, number: IntArray | np.ndarray[tuple[int], np.dtype[np.int32]]) -> pl.Series:
    return pl.Series((universe << SHIFT | number).astype(np.uint64))

