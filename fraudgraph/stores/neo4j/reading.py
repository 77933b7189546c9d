"""Reading the book as it was at the end of one night."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeVar

import polars as pl

from fraudgraph import model
from fraudgraph.errors import StoreBusy, UsageError
from fraudgraph.stores import port
from fraudgraph.stores.neo4j import layout
from fraudgraph.stores.neo4j.connection import Connection, Transaction
from fraudgraph.stores.neo4j.frames import frame_of
from fraudgraph.stores.neo4j.longtexts import lengthened
from fraudgraph.stores.neo4j.papers import unpacked
from fraudgraph.stores.neo4j.schema import Head, head
from fraudgraph.stores.neo4j.tables import TABLES, Asked, answer, endings, order_of, pages, users
from fraudgraph.stores.numbers import BookNumbers, ByText
from fraudgraph.stores.port import Batch, Reader, Version

T = TypeVar("T")

BATCH_TABLES = {"input_order": model.INPUT_ORDER, "rejects": model.REJECTS}


class Neo4jReader:
    """One night of one book. Every answer is checked to be of that very night: see `cypher/read/head.cypher`."""

    def __init__(self, connection: Connection, found: Head | None, night: int) -> None:
        self._connection = connection
        self._found = found
        self._night = night
        self._slots: list[model.Slot] | None = None

    @property
    def night(self) -> int:
        return self._night

    def at(self, night: int) -> Reader:
        refuse(self._connection, night, self._night)
        found = self._ask(lambda transaction: head(transaction, self.base + night))
        return Neo4jReader(self._connection, found if self._found else None, night)

    def held(self) -> AbstractContextManager[None]:
        return nullcontext()

    def table(self, name: str, columns: Iterable[str] | None = None, where: Mapping[str, Iterable[str]] | None = None) -> pl.DataFrame:
        wanted = {column: list(dict.fromkeys(values)) for column, values in (where or {}).items()}
        schema = self._schema(name)
        chosen = chosen_of(schema, name, columns, wanted)
        if not self._night:
            self._ask(lambda transaction: None)
            return pl.DataFrame(schema={column: schema[column] for column in chosen})
        order = order_of(name)
        needed = tuple(dict.fromkeys([*chosen, *wanted, *order]))
        asked = Asked(name, self.physical, needed, wanted, tuple(self._book_slots() if name in ("keys", "uses", "links") else ()))
        frame = self._ask(lambda transaction: self._long(transaction, answer(transaction, asked)))
        for column, values in wanted.items():
            frame = frame.filter(pl.col(column).is_in(pl.Series(values, dtype=pl.String).implode()))
        return frame.sort(order).select(chosen)

    def users(self, values: pl.DataFrame) -> pl.DataFrame:
        asked = values.select(pl.int_range(pl.len(), dtype=pl.Int64).alias("value"), "kind", "key", "low", "high")
        if not self._night or asked.is_empty():
            self._ask(lambda transaction: None)
            return port.USERS.empty()
        slots = layout.identifiers(self._book_slots())
        found = self._ask(lambda transaction: self._long(transaction, users(transaction, self.physical, slots, asked)))
        return found.drop_nulls("person_id").select(list(port.USERS.schema)).cast({"value": pl.UInt32})

    def ending(self, slots: Iterable[str], ending: str) -> pl.DataFrame:
        asked = {slot.name for slot in port.texts(slots)}
        found = [slot for slot in self._book_slots() if slot.name in asked]
        if not self._night or not found:
            self._ask(lambda transaction: None)
            return port.USES.empty()
        return self._ask(lambda transaction: self._long(transaction, endings(transaction, self.physical, found, ending)))

    def numbers(self) -> BookNumbers:
        return ByText(self)

    def batch_table(self, name: str, night: int) -> pl.DataFrame:
        table = BATCH_TABLES.get(name)
        if table is None:
            raise ValueError(f"a batch has no table {name!r}")
        if not 1 <= night <= self._night:
            raise ValueError(f"there is no night {night}")
        given = {"table": name, "night": self.base + night}
        packed = self._ask(lambda transaction: transaction.rows("read/batch-rows", **given))
        return unpacked([str(rows) for (rows,) in packed], table)

    def events(self, gang_id: str | None = None) -> pl.DataFrame:
        schema: layout.Schema = {"night": pl.Int64, **model.GANG_EVENTS.schema}
        rows = self._nights("read/events", gang=gang_id)
        return frame_of(rows, schema).with_columns(pl.col("night") - self.base)

    def batches(self) -> list[Batch]:
        return [
            Batch(int(night) - self.base, str(digest), str(command), str(known_at), json.loads(summary))
            for night, digest, command, known_at, summary in self._nights("read/batches")
        ]

    def calibration(self) -> Version | None:
        return self._document("calibration")

    def ruleset(self) -> Version | None:
        return self._document("ruleset")

    def settings(self) -> Mapping[str, Any]:
        return {str(key): json.loads(value) for key, value in self._nights("read/settings")}

    def labels(self, gang_id: str | None = None) -> pl.DataFrame:
        if self._found is None:
            self._ask(lambda transaction: None)
            return model.LABELS.empty()
        given = {"gang": gang_id, "base": self.base, "given": self._night}
        return frame_of(self._ask(lambda transaction: transaction.rows("read/labels", **given)), model.LABELS.schema)

    @property
    def base(self) -> int:
        """The night before the book's first, as the graph numbers it."""
        return self._found.base if self._found else 0

    @property
    def physical(self) -> int:
        """This night, as the graph numbers it."""
        return self.base + self._night

    @property
    def pending(self) -> int | None:
        """The night that was being written when this reader was opened, as the graph numbers it."""
        return self._found.pending if self._found else None

    def uses(self) -> pl.DataFrame:
        """Return what the graph shows of LINKS: those of values that two people or more have."""

        def shown(transaction: Transaction) -> pl.DataFrame:
            found = pages(transaction, "read/uses-shown", self.physical, nested=True)
            return pl.concat([model.LINKS.empty(), *(frame_of(rows, model.LINKS.schema) for rows in found)])

        return self._ask(lambda transaction: self._long(transaction, shown(transaction)))

    def _document(self, kind: str) -> Version | None:
        rows = self._nights("read/documents", kind=kind)
        return Version(str(rows[0][0]), json.loads(rows[0][1])) if rows else None

    def _nights(self, name: str, **given: Any) -> list[list[Any]]:
        """Ask for papers of the nights up to this one."""
        if not self._night:
            self._ask(lambda transaction: None)
            return []
        return self._ask(lambda transaction: transaction.rows(name, base=self.base, night=self.physical, **given))

    def _ask(self, work: Callable[[Transaction], T]) -> T:
        """Do ``work`` and make sure that the night was there from its beginning to its end."""

        def asked(transaction: Transaction) -> T:
            self._same(head(transaction, self.physical))
            result = work(transaction)
            self._same(head(transaction, self.physical))
            return result

        return self._connection.reading(asked)

    def _same(self, now: Head | None) -> None:
        before = self._found
        if before is None:
            return  # there was no book: whatever came since, it was empty then
        if now is None or now.generation != before.generation or now.base != before.base:
            raise StoreBusy(f"the store {self._connection.address} was started afresh while it was being read: run again")
        if self._night and (now.night < self.physical or now.known_at != before.known_at):
            raise StoreBusy(f"night {self._night} of {self._connection.address} was taken back while it was being read: run again")

    def _long(self, transaction: Transaction, frame: pl.DataFrame) -> pl.DataFrame:
        return lengthened(frame, lambda tokens: dict(transaction.rows("read/long-texts", values=tokens)))

    def _schema(self, name: str) -> layout.Schema:
        if name == "keys":
            return {"application_id": pl.String, **{slot.name: pl.String for slot in self._book_slots()}}
        if name not in TABLES:
            raise ValueError(f"a store has no table {name!r}")
        return TABLES[name].schema

    def _book_slots(self) -> list[model.Slot]:
        if self._slots is None:
            self._slots = layout.slots({str(slot) for (slot,) in self._nights("read/slots")})
        return self._slots


def refuse(connection: Connection, night: int, last: int) -> None:
    """Raise UsageError for a night that has not been."""
    if not 0 <= night <= last:
        raise UsageError(f"the store {connection.address} has nights up to {last}, not {night}")


def open_reader(connection: Connection, night: int | None) -> Neo4jReader:
    """Return a reader of a night (the last one if None); raise UsageError for one that has not been."""

    def found(transaction: Transaction) -> tuple[Head | None, int]:
        book = head(transaction)
        last = book.last if book else 0
        chosen = last if night is None else night
        refuse(connection, chosen, last)
        return (head(transaction, book.base + chosen) if book else None), chosen

    return Neo4jReader(connection, *connection.reading(found))


def chosen_of(schema: layout.Schema, name: str, columns: Iterable[str] | None, where: Mapping[str, Iterable[str]]) -> list[str]:
    """Return the columns that are asked for; raise ValueError where the table has not all of them."""
    chosen = list(schema) if columns is None else list(columns)
    for column in [*chosen, *where]:
        if column not in schema:
            raise ValueError(f"table {name} has no column {column!r}")
    for column in where:
        if schema[column] != pl.String:
            raise ValueError(f"column {column!r} of table {name} is not text and cannot be looked up by values")
    return chosen
