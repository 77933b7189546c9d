"""The embedded store's book as numbers: read into memory once, as integers; a question is a comparison of columns there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from functools import cached_property

import duckdb
import polars as pl

from fraudgraph import model
from fraudgraph.stores import numbering, schema
from fraudgraph.stores.frames import fetched, registered, streamed
from fraudgraph.stores.numbers import PLACE, RECORD, USES

Opened = Callable[[], AbstractContextManager[duckdb.DuckDBPyConnection]]


class EmbeddedNumbers:
    """`numbers.Numbers` of one night of a store; ``opened`` opens the file, ``memory`` is the DuckDB that opens it, ``slots`` are those of
    the book."""

    def __init__(self, opened: Opened, memory: duckdb.DuckDBPyConnection, night: int, slots: Iterable[model.Slot]) -> None:
        self._opened = opened
        self._memory = memory
        self._night = night
        self._slots = numbering.slots_of(slots)

    @cached_property
    def book(self) -> pl.DataFrame:
        """Every record of the book."""
        columns = {**RECORD, **{slot.name: pl.UInt64 for slot in self._slots}}
        with self._opened() as duck:
            query = numbering.stored if numbering.valid(duck) else numbering.computed
            found = fetched(duck.sql(query(self._slots), params={"night": self._night}))
        return found.rename({"micros": "at"}).select(list(columns)).cast(pl.Schema(columns)).rechunk()

    def of(self, texts: pl.Series, kind: str = "") -> pl.Series:
        number = "hash(text, $kind)" if kind else "hash(text)"
        with streamed(self._memory, texts=texts.rename("text").to_frame()):
            sql = f"SELECT CASE WHEN text IS NOT NULL THEN {number} END AS number FROM texts"
            return fetched(self._memory.sql(sql, params={"kind": kind} if kind else {}))["number"].rename(texts.name)

    def of_keys(self, texts: pl.Series, kinds: pl.Series) -> pl.Series:
        with streamed(self._memory, texts=pl.DataFrame({"text": texts, "kind": kinds})):
            sql = "SELECT CASE WHEN text IS NOT NULL THEN hash(text, kind) END AS number FROM texts"
            found: pl.DataFrame = self._memory.sql(sql).pl()
            return found["number"].rename(texts.name)

    def uses(self, values: pl.DataFrame) -> pl.DataFrame:
        parts = [USES.empty()]
        for (kind,), wanted in values.partition_by("kind", as_dict=True).items():
            numbers, bounds = wanted["value"].unique().implode(), wanted.select("value", "low", "high")
            within = pl.col("at").is_between(wanted["low"].min(), wanted["high"].max())
            for slot in self._slots:
                if slot.kind == kind:
                    found = self.book.lazy().filter(pl.col(slot.name).is_in(numbers), within)
                    place = pl.lit(PLACE[slot.name], pl.UInt8).alias("slot")
                    uses = found.select(pl.col(slot.name).alias("value"), place, "application", "person", "at").collect()
                    uses = uses.join(bounds, on="value").filter(pl.col("at").is_between("low", "high"))
                    parts.append(uses.select(list(USES.columns)))
        return pl.concat(parts)

    def records(self, people: pl.Series) -> pl.DataFrame:
        return self.book.filter(pl.col("person").is_in(people.unique().implode()))

    def versions(self, applications: pl.Series) -> pl.DataFrame:
        return self.book.filter(pl.col("application").is_in(applications.unique().implode()))

    def last(self) -> int:
        return int(self.book["at"].to_numpy().max(initial=0))

    def near(self) -> pl.DataFrame:
        sql = f"SELECT hash(person_a) AS a, hash(person_b) AS b, standing FROM pairs WHERE {schema.AT_NIGHT}"
        with self._opened() as duck:
            return fetched(duck.sql(sql, params={"night": self._night}))

    def person_ids(self, people: pl.Series) -> pl.DataFrame:
        return self._named("persons", "person", people)

    def application_ids(self, applications: pl.Series) -> pl.DataFrame:
        return self._named("membership", "application", applications)

    def _named(self, table: str, what: str, numbers: pl.Series) -> pl.DataFrame:
        sql = (
            f"SELECT hash({what}_id) AS {what}, {what}_id FROM {table} SEMI JOIN wanted ON hash({what}_id) = wanted.number "
            f"WHERE {schema.AT_NIGHT}"
        )
        if numbers.is_empty():
            return pl.DataFrame(schema={what: pl.UInt64, f"{what}_id": pl.String})
        with self._opened() as duck, registered(duck, wanted=numbers.unique().alias("number").to_frame()):
            return fetched(duck.sql(sql, params={"night": self._night}))
