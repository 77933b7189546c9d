"""What a night asks of the book before it. Ids and keys are numbers here (`stores.numbers`), times are microseconds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import polars as pl

from fraudgraph.model import HUB_WINDOWS, HUBS, SLOT, SLOTS, IntArray
from fraudgraph.stores.numbers import PLACE, USES, BookNumbers, Numbers
from fraudgraph.stores.port import Reader

RECORD = ("application_id", "person_id", "applied_at", "channel")
"""Columns of a record in texts: an application with its person, and one column of keys per slot."""

KINDS = tuple(dict.fromkeys(slot.kind for slot in SLOTS))
KIND_OF = {place: KINDS.index(SLOT[name].kind) for name, place in PLACE.items()}
"""Place of a slot -> place of its kind in `KINDS`."""


class Known(Protocol):
    """The book before the night."""

    @property
    def numbers(self) -> Numbers: ...

    def records(self, people: pl.Series, slots: Sequence[str] | None = None) -> pl.DataFrame:
        """Return the records, in texts, of all applications of the given people (person_id): `RECORD` (applied_at Int64) and the slots, or
        those of the given ones that the book has."""

    def people(self, people: pl.Series) -> pl.DataFrame:
        """Return person_id, first_applied_at (Int64), applications and intent (Int64 millionths, -1 unknown) of the given people."""

    def hubs(self) -> pl.DataFrame:
        """Return HUBS."""

    def windows(self) -> pl.DataFrame:
        """Return HUB_WINDOWS."""

    def crowds(self, values: pl.Series) -> pl.DataFrame:
        """Return when those of the values (numbers) that are hubs were hubs: `CROWDS`."""

    def people_by_then(self, uses: pl.DataFrame) -> IntArray:
        """Return for each of ``uses`` (USES, of one's own places) a number of people who at least had had the value by then, as `codes.few`
        counts them."""

    def first(self, people: pl.Series) -> pl.Series:
        """Return the ids of the first applications of the given people (person_id), as the book has them."""

    def last(self) -> int:
        """Return when the last application of the book was made."""


CROWDS = {**HUB_WINDOWS.schema, "value": pl.UInt64}


def crowds_of(known: Known) -> pl.DataFrame:
    """Return when the hubs of the book were hubs: `CROWDS`."""
    windows = known.windows()
    return windows.with_columns(known.numbers.of_keys(windows["key"], windows["kind"]).alias("value")).select(list(CROWDS))


def first_of(people: pl.Series) -> pl.Series:
    """Return the ids of the first applications of people (person_id), by which they are called."""
    return people.str.slice(len("P-"))


def micros(column: str) -> pl.Expr:
    return pl.col(column).dt.epoch("us")


def numbered(records: pl.DataFrame, numbers: Numbers) -> pl.DataFrame:
    """Return records in texts as records in numbers (`stores.numbers.RECORD` and slots)."""
    slots = [name for name in records.columns if name in PLACE]
    found = _keys_of(records, slots, numbers)["value"]
    columns = {
        "application": numbers.of(records["application_id"]),
        "person": numbers.of(records["person_id"]),
        "at": records["applied_at"],
        "channel": records["channel"],
    }
    size = len(records)
    return pl.DataFrame({**columns, **{name: found[size * i : size * (i + 1)] for i, name in enumerate(slots)}})


def _keys_of(records: pl.DataFrame, slots: Sequence[str], numbers: Numbers) -> pl.DataFrame:
    """Return value, kind, key of the slots of records in texts, one slot below the other."""
    keys = pl.concat([pl.Series("key", [], pl.String), *(records[name].alias("key") for name in slots)])
    kinds = pl.Series("kind", [SLOT[name].kind for name in slots], pl.String)
    kinds = kinds.gather(np.repeat(np.arange(len(slots)), len(records)))
    return pl.DataFrame({"value": numbers.of_keys(keys, kinds), "kind": kinds, "key": keys})


def melt(records: pl.DataFrame) -> pl.DataFrame:
    """Return every use of records in numbers: USES."""
    slots = [name for name in records.columns if name in PLACE]
    if not slots:
        return USES.empty()
    places = np.repeat(np.array([PLACE[name] for name in slots], np.uint8), len(records))
    long = records.unpivot(slots, index=["application", "person", "at"], variable_name="slot")
    return long.with_columns(pl.Series("slot", places)).drop_nulls("value").select(list(USES.columns))


def texts_of(records: pl.DataFrame, numbers: Numbers) -> pl.DataFrame:
    """Return value, kind, key of everything in records in texts, each once."""
    slots = [name for name in records.columns if name in PLACE]
    return _keys_of(records, slots, numbers).drop_nulls("key").unique()


def kind_of(slot: str = "slot") -> pl.Expr:
    """The place of a slot's kind in `KINDS`."""
    return pl.col(slot).replace_strict(KIND_OF, return_dtype=pl.UInt8).alias("kind")


class Stored:
    """The book of a store, as it was at the reader's night."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._numbers = reader.numbers()
        self._crowds: pl.DataFrame | None = None

    @property
    def numbers(self) -> BookNumbers:
        return self._numbers

    def records(self, people: pl.Series, slots: Sequence[str] | None = None) -> pl.DataFrame:
        ids = people.unique().to_list()
        inside = self._reader.table("membership", columns=["application_id", "person_id"], where={"person_id": ids})
        where = {"application_id": inside["application_id"].to_list()}
        columns = ["application_id", "applied_at", "channel"]
        head = self._reader.table("applications", columns=columns, where=where).with_columns(micros("applied_at"))
        had = [name for name in self._reader.table("keys", where={"application_id": []}).columns if name in PLACE]
        chosen = had if slots is None else [name for name in had if name in slots]
        keys = self._reader.table("keys", columns=chosen, where=where)
        found = pl.concat([head, keys], how="horizontal")
        return found.join(inside, on="application_id").select(*RECORD, *chosen)

    def people(self, people: pl.Series) -> pl.DataFrame:
        columns = ["person_id", "first_applied_at", "applications", "intent"]
        found = self._reader.table("persons", columns=columns, where={"person_id": people.unique().to_list()})
        return found.with_columns(micros("first_applied_at"), (pl.col("intent") * 1_000_000).round().cast(pl.Int64).fill_null(-1))

    def hubs(self) -> pl.DataFrame:
        return self._reader.table(HUBS.name)

    def windows(self) -> pl.DataFrame:
        return self._reader.table(HUB_WINDOWS.name)

    def crowds(self, values: pl.Series) -> pl.DataFrame:
        if self._crowds is None:
            self._crowds = crowds_of(self)
        return self._crowds.filter(pl.col("value").is_in(values.unique().implode()))

    def people_by_then(self, uses: pl.DataFrame) -> IntArray:
        return np.zeros(len(uses), np.int64)

    def first(self, people: pl.Series) -> pl.Series:
        return first_of(people)

    def last(self) -> int:
        return self._numbers.last()
