"""Reading an embedded store: the book as it was at the end of one night."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import polars as pl

from fraudgraph import model
from fraudgraph.errors import StoreBusy, StoreError, UsageError
from fraudgraph.stores import schema, users
from fraudgraph.stores.connection import Session
from fraudgraph.stores.frames import fetched, in_order, registered, with_zone
from fraudgraph.stores.numbered import EmbeddedNumbers
from fraudgraph.stores.numbers import BookNumbers, ByText
from fraudgraph.stores.port import USERS, USES, Batch, Reader, Version, texts

VALUE: schema.Schema = {"value": pl.String}

FEW = 1000
"""Values that go to DuckDB as a list; more go as a table."""

NARROW = 3
"""Columns up to which rows are looked up and read at once; of wider ones it is found first where they are."""


class Head(NamedTuple):
    """What an attached file says of itself."""

    night: int
    """The last one; 0 where all were taken back."""
    generation: str
    """Names this very file: another one after it was started afresh."""
    format: int
    """Of its layout: `schema.FORMAT`, or one of `schema.FORMER`."""


def head(duck: duckdb.DuckDBPyConnection, path: Path) -> Head:
    """Return what the attached file says of itself; raise StoreError if it is not a store that we can read."""
    try:
        meta = dict(duck.execute("SELECT key, value FROM meta").fetchall())
        file_format = int(meta["format"])
    except (duckdb.CatalogException, duckdb.BinderException, KeyError, ValueError) as problem:
        raise StoreError(f"{path} is a DuckDB database, but not a fraudgraph store: name another file with --store") from problem
    if file_format > schema.FORMAT:
        raise StoreError(
            f"the store {path} has format {file_format}, and this fraudgraph knows up to format {schema.FORMAT}: upgrade fraudgraph"
        )
    if meta.get("layout") != schema.FORMER.get(file_format, schema.layout()):
        raise StoreError(
            f"the store {path} has another layout of its tables ({meta.get('layout')}) than this fraudgraph ({schema.layout()}): "
            "use the version that wrote it, or start another with --store"
        )
    (row,) = duck.execute("SELECT coalesce(max(night), 0) FROM batches").fetchall()
    return Head(int(row[0]), str(meta.get("generation")), file_format)


def refuse(path: Path, night: int, last: int) -> None:
    """Raise UsageError for a night that has not been."""
    if not 0 <= night <= last:
        raise UsageError(f"the store {path} has nights up to {last}, not {night}")


def known_at(duck: duckdb.DuckDBPyConnection, night: int) -> str:
    """Return when a night was applied, empty for one that was not: another time is another night of that number."""
    rows = duck.execute("SELECT known_at FROM batches WHERE night = ?", [night]).fetchall()
    return str(rows[0][0]) if rows else ""


def batches(duck: duckdb.DuckDBPyConnection, night: int) -> list[Batch]:
    """Return the batches up to ``night``, oldest first."""
    sql = "SELECT night, digest, command, known_at, summary FROM batches WHERE night <= ? ORDER BY night"
    return [
        Batch(int(number), str(digest), str(command), str(known), json.loads(summary))
        for number, digest, command, known, summary in duck.execute(sql, [night]).fetchall()
    ]


class EmptyReader:
    """What there is to read where no file is yet."""

    night = 0

    def __init__(self, path: Path) -> None:
        self._path = path

    def at(self, night: int) -> Reader:
        refuse(self._path, night, 0)
        return self

    def held(self) -> AbstractContextManager[None]:
        return nullcontext()

    def table(
        self, name: str, columns: Iterable[str] | None = None, where: Mapping[str, Iterable[str]] | None = None
    ) -> pl.DataFrame:
        found = schema.source(name, schema.NOW, [])
        chosen = _chosen(found, name, columns, where or {})
        return pl.DataFrame(schema={column: found.schema[column] for column in chosen})

    def users(self, values: pl.DataFrame) -> pl.DataFrame:
        return USERS.empty()

    def ending(self, slots: Iterable[str], ending: str) -> pl.DataFrame:
        texts(slots)
        return USES.empty()

    def numbers(self) -> BookNumbers:
        return ByText(self)

    def batch_table(self, name: str, night: int) -> pl.DataFrame:
        raise ValueError(f"there is no night {night}")

    def events(self, gang_id: str | None = None) -> pl.DataFrame:
        return pl.DataFrame(schema={"night": pl.Int64, **model.GANG_EVENTS.schema})

    def batches(self) -> list[Batch]:
        return []

    def calibration(self) -> Version | None:
        return None

    def ruleset(self) -> Version | None:
        return None

    def settings(self) -> Mapping[str, Any]:
        return {}

    def labels(self, gang_id: str | None = None) -> pl.DataFrame:
        return model.LABELS.empty()


class EmbeddedReader:
    """The rows of one night. The file is open only while a question is answered; what holds for a night does not change later."""

    def __init__(self, session: Session, path: Path, night: int, generation: str, known: str) -> None:
        self._session = session
        self._path = path
        self._generation = generation
        self._night = night
        self._known = known
        self._slots: list[model.Slot] | None = None
        self._documents: dict[str, Version | None] = {}
        self._seen: tuple[int, int, int] | None = None
        """The file as it was when it last was this reader's."""

    @property
    def night(self) -> int:
        return self._night

    def at(self, night: int) -> Reader:
        refuse(self._path, night, self._night)
        with self._open() as duck:
            return EmbeddedReader(self._session, self._path, night, self._generation, known_at(duck, night))

    def held(self) -> AbstractContextManager[None]:
        return self._session.holding(self._path)

    def table(
        self, name: str, columns: Iterable[str] | None = None, where: Mapping[str, Iterable[str]] | None = None
    ) -> pl.DataFrame:
        wanted = {column: list(values) for column, values in (where or {}).items()}
        with self._open() as duck:
            if name in schema.LATER and head(duck, self._path).format < schema.LATER[name]:
                return schema.DERIVED[name].empty().select(list(columns or schema.DERIVED[name].schema))
            slots = self._slots_for(name, wanted, duck)
            found = schema.source(name, schema.AT_NIGHT, slots)
            chosen = _chosen(found, name, columns, wanted)
            if not all(wanted.values()):
                return pl.DataFrame(schema={column: found.schema[column] for column in chosen})
            carried = list(dict.fromkeys([*chosen, *found.order]))
            numbered = list(enumerate(wanted.values()))
            few = {f"few_{number}": given for number, given in numbered if len(given) <= FEW}
            many = {f"many_{number}": pl.DataFrame({"value": given}, VALUE) for number, given in numbered if len(given) > FEW}
            conditions = [
                f'"{column}" IN (SELECT {f"unnest($few_{number})" if f"few_{number}" in few else f"value FROM many_{number}"})'
                for number, column in enumerate(wanted)
            ]
            condition = " AND ".join(conditions) or "true"
            if conditions and len(carried) > NARROW and schema.has_rows(name, wanted):
                found, condition = schema.source(name, schema.found_first(name, schema.AT_NIGHT, condition), slots), "true"
            sql = f"SELECT {schema.quoted(carried)} FROM ({found.sql(condition)})"
            with registered(duck, **many):
                frame = self._frame(duck, sql, found.schema, **few)
        return in_order(frame, found.order).select(chosen)

    def users(self, values: pl.DataFrame) -> pl.DataFrame:
        plain = values.select("kind", "key", pl.col("low", "high").dt.replace_time_zone(None)).with_row_index("value")
        with self._open() as duck:
            kinds = set(values["kind"].unique())
            slots = [slot for slot in self._book_slots(duck) if slot.kind in kinds]
            if not slots:
                return USERS.empty()
            if len(plain) <= users.FEW:
                return users.of_few(duck, self._night, values, slots)
            with registered(duck, wanted=plain):
                found = self._frame(duck, schema.users_sql(slots), USERS.schema, low=plain["low"].min(), high=plain["high"].max())
        return USERS.check(found)

    def ending(self, slots: Iterable[str], ending: str) -> pl.DataFrame:
        asked = {slot.name for slot in texts(slots)}
        with self._open() as duck:
            found = [slot for slot in self._book_slots(duck) if slot.name in asked]
            return USES.check(self._frame(duck, schema.ending_sql(found), USES.schema, ending=ending)) if found else USES.empty()

    def numbers(self) -> BookNumbers:
        with self._open() as duck:
            slots = self._book_slots(duck)
        return EmbeddedNumbers(self._open, self._session.duckdb, self._night, slots)

    def batch_table(self, name: str, night: int) -> pl.DataFrame:
        table = schema.BATCH_TABLES.get(name)
        if table is None:
            raise ValueError(f"a batch has no table {name!r}")
        if not 1 <= night <= self._night:
            raise ValueError(f"there is no night {night}")
        sql = f"SELECT position, {schema.quoted(table.schema)} FROM {name} WHERE night = $batch AND night <= $night"
        with self._open() as duck:
            rows = self._frame(duck, sql.replace("position, ", "", 1) if "position" in table.schema else sql, table.schema, batch=night)
        return table.check(in_order(rows, ("position",)))

    def events(self, gang_id: str | None = None) -> pl.DataFrame:
        columns = schema.quoted(model.GANG_EVENTS.schema)
        sql = f"SELECT night::BIGINT AS night, position, {columns} FROM gang_events WHERE night <= $night"
        given = {}
        if gang_id is not None:
            sql, given = f"{sql} AND gang_id = $gang", {"gang": gang_id}
        with self._open() as duck:
            rows = self._frame(duck, sql, model.GANG_EVENTS.schema, **given)
        return in_order(rows, ("night", "position")).drop("position")

    def batches(self) -> list[Batch]:
        with self._open() as duck:
            return batches(duck, self._night)

    def calibration(self) -> Version | None:
        return self._document("calibration")

    def ruleset(self) -> Version | None:
        return self._document("ruleset")

    def settings(self) -> Mapping[str, Any]:
        sql = "SELECT key, arg_max(value, from_night) FROM settings WHERE from_night <= $night GROUP BY key ORDER BY key"
        return {str(key): json.loads(value) for key, value in self._rows(sql)}

    def labels(self, gang_id: str | None = None) -> pl.DataFrame:
        sql, given = f"SELECT position, {schema.quoted(model.LABELS.schema)} FROM labels WHERE night <= $night", {}
        if gang_id is not None:
            sql, given = f"{sql} AND gang_id = $gang", {"gang": gang_id}
        with self._open() as duck:
            if head(duck, self._path).format < 2:
                return model.LABELS.empty()
            rows = self._frame(duck, sql, model.LABELS.schema, **given)
        return model.LABELS.check(in_order(rows, ("position",)))

    def _document(self, kind: str) -> Version | None:
        if kind not in self._documents:
            sql = "SELECT name, document FROM documents WHERE kind = $kind AND from_night <= $night ORDER BY from_night DESC LIMIT 1"
            rows = self._rows(sql, kind=kind)
            self._documents[kind] = Version(str(rows[0][0]), _parsed(str(rows[0][1]))) if rows else None
        return self._documents[kind]

    def _rows(self, sql: str, **given: Any) -> list[tuple[Any, ...]]:
        with self._open() as duck:
            return list(duck.execute(sql, {"night": self._night, **given}).fetchall())

    def _frame(self, duck: duckdb.DuckDBPyConnection, sql: str, types: schema.Schema, **given: Any) -> pl.DataFrame:
        return with_zone(fetched(duck.sql(sql, params={"night": self._night, **given})), types)

    def _slots_for(self, name: str, wanted: Mapping[str, list[str]], duck: duckdb.DuckDBPyConnection) -> list[model.Slot]:
        """Return the book's slots; for uses and links only those that are asked about: the others need not be unfolded."""
        slots = self._book_slots(duck)
        if name not in ("uses", "links"):
            return slots
        return [slot for slot in slots if slot.kind in wanted.get("kind", [slot.kind]) and slot.role in wanted.get("role", [slot.role])]

    def _book_slots(self, duck: duckdb.DuckDBPyConnection) -> list[model.Slot]:
        if self._slots is None:
            rows = duck.execute("SELECT slot FROM slots WHERE from_night <= $night", {"night": self._night}).fetchall()
            self._slots = schema.in_order_of_slots({str(row[0]) for row in rows})
        return self._slots

    @contextmanager
    def _open(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with self._session.reading(self._path) as duck:
            found = self._path.stat()
            file = (found.st_ino, found.st_size, found.st_mtime_ns)
            if file != self._seen:
                self._check(duck)
                self._seen = file
            yield duck

    def _check(self, duck: duckdb.DuckDBPyConnection) -> None:
        if head(duck, self._path).generation != self._generation:
            raise StoreBusy(f"the store {self._path} was started afresh while it was being read: run again")
        if known_at(duck, self._night) != self._known:
            raise StoreBusy(f"night {self._night} of the store {self._path} was taken back while it was being read: run again")


@lru_cache(maxsize=4)
def _parsed(text: str) -> dict[str, Any]:
    """Return a document, which nobody changes: a calibration is megabytes, and every snapshot is asked for it."""
    document: dict[str, Any] = json.loads(text)
    return document


def _chosen(found: schema.Source, name: str, columns: Iterable[str] | None, where: Mapping[str, Iterable[str]]) -> list[str]:
    everything = [column for column in found.schema if name != "keys" or column != "applied_at"]
    chosen = everything if columns is None else list(columns)
    for column in [*chosen, *where]:
        if column not in everything:
            raise ValueError(f"table {name} has no column {column!r}")
    for column in where:
        if found.schema[column] != pl.String:
            raise ValueError(f"column {column!r} of table {name} is not text and cannot be looked up by values")
    return chosen

