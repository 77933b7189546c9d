"""What a night asks of the book before it: who uses a value, all about a few people, crowds on hubs. Times are microseconds here."""

from __future__ import annotations

from typing import Protocol

import polars as pl

from fraudgraph.model import HUB_WINDOWS, HUBS, SLOTS, Table
from fraudgraph.stores.port import Reader

RECORD = ("application_id", "person_id", "applied_at", "channel")
"""Columns of a record: an application with its person, and one column of keys per slot."""

SLOT_NAMES = tuple(slot.name for slot in SLOTS)


class Known(Protocol):
    """The book before the night."""

    def users(self, values: pl.DataFrame) -> pl.DataFrame:
        """Return value (UInt32, row of ``values``), application_id, person_id, role, used_at (Int64) of every use of the given values.

        ``values``: kind, key, low, high (Int64, both included)."""

    def records(self, people: pl.Series) -> pl.DataFrame:
        """Return the records of all applications of the given people (person_id): the columns `RECORD` (applied_at Int64) and slots."""

    def people(self, people: pl.Series) -> pl.DataFrame:
        """Return person_id, first_applied_at (Int64), applications and intent (Int64 millionths, -1 unknown) of the given people."""

    def windows(self, values: pl.DataFrame) -> pl.DataFrame:
        """Return HUB_WINDOWS of those of the values (kind, key) that are hubs."""

    def hubs(self, values: pl.DataFrame) -> pl.DataFrame:
        """Return HUBS of those of the values (kind, key) that are hubs."""

    def last(self) -> int:
        """Return when the last application of the book was made."""


def micros(column: str) -> pl.Expr:
    return pl.col(column).dt.epoch("us")


def times(column: str) -> pl.Expr:
    return pl.from_epoch(column, "us").dt.cast_time_unit("us").dt.replace_time_zone("UTC").alias(column)


def latest_of(column: pl.Series) -> int:
    """Return the latest of microseconds, 0 where there are none."""
    return int(column.to_numpy().max(initial=0))


class Stored:
    """The book of a store, as it was at the reader's night."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def users(self, values: pl.DataFrame) -> pl.DataFrame:
        return self._reader.users(values.with_columns(times("low"), times("high"))).with_columns(micros("used_at"))

    def records(self, people: pl.Series) -> pl.DataFrame:
        ids = people.unique().to_list()
        inside = self._reader.table("membership", columns=["application_id", "person_id"], where={"person_id": ids})
        where = {"application_id": inside["application_id"].to_list()}
        columns = ["application_id", "applied_at", "channel"]
        head = self._reader.table("applications", columns=columns, where=where).with_columns(micros("applied_at"))
        keys = self._reader.table("keys", where=where)
        slots = [name for name in keys.columns if name in SLOT_NAMES]
        found = pl.concat([head, keys.select(slots)], how="horizontal")
        return found.join(inside, on="application_id").select(*RECORD, *slots)

    def people(self, people: pl.Series) -> pl.DataFrame:
        columns = ["person_id", "first_applied_at", "applications", "intent"]
        found = self._reader.table("persons", columns=columns, where={"person_id": people.unique().to_list()})
        return found.with_columns(micros("first_applied_at"), (pl.col("intent") * 1_000_000).round().cast(pl.Int64).fill_null(-1))

    def windows(self, values: pl.DataFrame) -> pl.DataFrame:
        return self._of_values(HUB_WINDOWS, values)

    def hubs(self, values: pl.DataFrame) -> pl.DataFrame:
        return self._of_values(HUBS, values)

    def _of_values(self, table: Table, values: pl.DataFrame) -> pl.DataFrame:
        kinds, keys = values["kind"].unique().to_list(), values["key"].unique().to_list()
        if not keys:
            return table.empty()
        return self._reader.table(table.name, where={"kind": kinds, "key": keys}).join(values, on=["kind", "key"], how="semi")

    def last(self) -> int:
        latest = self._reader.table("persons", columns=["last_applied_at"]).select(micros("last_applied_at"))
        return latest_of(latest["last_applied_at"])
