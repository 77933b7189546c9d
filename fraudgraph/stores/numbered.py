"""The embedded store's book as numbers: DuckDB hashes where the texts lie, and only numbers leave it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager

import duckdb
import polars as pl

from fraudgraph import model
from fraudgraph.stores import schema
from fraudgraph.stores.frames import registered
from fraudgraph.stores.numbers import PLACE, RECORD, USES, time

Opened = Callable[[], AbstractContextManager[duckdb.DuckDBPyConnection]]


class EmbeddedNumbers:
    """`numbers.Numbers` of one night of a store; ``opened`` opens the file, ``slots`` are those of the book."""

    def __init__(self, opened: Opened, night: int, slots: Iterable[model.Slot]) -> None:
        self._opened = opened
        self._night = night
        self._slots = [slot for slot in slots if slot.name in PLACE]

    def of(self, texts: pl.Series, kind: str = "") -> pl.Series:
        number = "hash(text, $kind)" if kind else "hash(text)"
        with self._opened() as duck, registered(duck, texts=texts.rename("text").to_frame()):
            sql = f"SELECT CASE WHEN text IS NOT NULL THEN {number} END AS number FROM texts"
            found: pl.DataFrame = duck.sql(sql, params={"kind": kind} if kind else {}).pl()
            return found["number"].rename(texts.name)

    def uses(self, values: pl.DataFrame) -> pl.DataFrame:
        kinds = set(values["kind"].unique())
        slots = [slot for slot in self._slots if slot.kind in kinds]
        if not slots:
            return USES.empty()
        wanted = values.select("kind", "value", time("low"), time("high"))
        bounds = {"low": wanted["low"].dt.replace_time_zone(None).min(), "high": wanted["high"].dt.replace_time_zone(None).max()}
        parts = [
            f"SELECT value, {PLACE[slot.name]:d}::UTINYINT AS slot, application_id, applied_at FROM "
            f"(SELECT application_id, applied_at, hash({schema.read_key(slot)}, '{slot.kind}') AS value FROM book "
            f"WHERE {schema.AT_NIGHT} AND applied_at BETWEEN $low AND $high AND {schema.read_key(slot)} IS NOT NULL) "
            f"JOIN (SELECT * FROM wanted WHERE kind = '{slot.kind}') AS wanted USING (value) "
            "WHERE applied_at BETWEEN wanted.low AND wanted.high"
            for slot in slots
        ]
        people = f"SELECT application_id, person_id FROM membership WHERE {schema.AT_NIGHT}"
        sql = (
            "SELECT value, slot, hash(application_id) AS application, hash(person_id) AS person, epoch_us(applied_at) AS at "
            f"FROM ({' UNION ALL '.join(parts)}) JOIN ({people}) USING (application_id)"
        )
        with self._opened() as duck, registered(duck, wanted=wanted):
            return USES.check(duck.sql(sql, params={"night": self._night, **bounds}).pl())

    def records(self, people: pl.Series) -> pl.DataFrame:
        keys = "".join(
            f", CASE WHEN {schema.read_key(slot)} IS NOT NULL THEN hash({schema.read_key(slot)}, '{slot.kind}') END AS \"{slot.name}\""
            for slot in self._slots
        )
        sql = (
            "SELECT hash(application_id) AS application, hash(person_id) AS person, epoch_us(applied_at) AS at, channel"
            f"{keys} FROM (SELECT * FROM book WHERE {schema.AT_NIGHT}) "
            f"JOIN (SELECT application_id, person_id FROM membership SEMI JOIN wanted ON hash(person_id) = wanted.person "
            f"WHERE {schema.AT_NIGHT}) USING (application_id)"
        )
        columns = {**RECORD, **{slot.name: pl.UInt64 for slot in self._slots}}
        with self._opened() as duck, registered(duck, wanted=people.unique().alias("person").to_frame()):
            found: pl.DataFrame = duck.sql(sql, params={"night": self._night}).pl()
            return found.select(list(columns)).cast(pl.Schema(columns))

    def person_ids(self, people: pl.Series) -> pl.DataFrame:
        return self._named("persons", "person", people)

    def application_ids(self, applications: pl.Series) -> pl.DataFrame:
        return self._named("membership", "application", applications)

    def _named(self, table: str, what: str, numbers: pl.Series) -> pl.DataFrame:
        sql = (
            f"SELECT hash({what}_id) AS {what}, {what}_id FROM {table} SEMI JOIN wanted ON hash({what}_id) = wanted.number "
            f"WHERE {schema.AT_NIGHT}"
        )
        with self._opened() as duck, registered(duck, wanted=numbers.unique().alias("number").to_frame()):
            found: pl.DataFrame = duck.sql(sql, params={"night": self._night}).pl()
            return found
