"""Bringing a database to what a book needs: constraints, indexes, the format; and refusing one that is somebody else's."""

from __future__ import annotations

from dataclasses import dataclass

from fraudgraph.errors import StoreError
from fraudgraph.stores.neo4j import layout, texts
from fraudgraph.stores.neo4j.connection import Connection, Transaction


@dataclass(frozen=True)
class Head:
    """What a book is at."""

    format: int
    generation: str
    night: int
    """The last whole night, as the graph numbers it."""
    base: int
    """The night before the book's first, as the graph numbers it."""
    pending: int | None
    known_at: str
    """When the night that was asked for was applied; empty where it was not."""

    @property
    def last(self) -> int:
        """The last whole night, as everybody else numbers it: 1, 2, ..."""
        return self.night - self.base


def head(transaction: Transaction, night: int | None = None) -> Head | None:
    """Return what the book is at, None where there is none."""
    found = transaction.rows("read/head", night=night)
    if not found:
        return None
    book_format, generation, last, base, pending, known_at = found[0]
    return Head(int(book_format or 0), str(generation), int(last or 0), int(base or 0), pending, str(known_at or ""))


def usable(connection: Connection) -> Head | None:
    """Return what the book is at (None: an empty database); raise StoreError where the database is not ours or newer than we are."""
    found = connection.reading(head)
    if found is None or found.format < 1:
        foreign = connection.rows("read/anything")
        if foreign or found is not None:
            raise StoreError(f"the database at {connection.address} holds somebody else's data: name an empty one with --store")
        return None
    if found.format > layout.FORMAT:
        raise StoreError(
            f"the store {connection.address} has format {found.format}, and this fraudgraph knows up to format {layout.FORMAT}: "
            "upgrade fraudgraph"
        )
    return found


def prepare(connection: Connection, *, keys: bool) -> None:
    """Make the constraints and the small indexes that are not there yet, with ``keys`` those on keys too; wait until all are filled."""
    _make(connection, "schema/constraints", "schema/indexes", *(["schema/keys"] if keys else []))
    connection.alone(texts.text("read/await-indexes"))


def index_keys(connection: Connection) -> None:
    """Make the indexes on keys that are not there yet, and wait for none: the server fills them, and the next writer waits."""
    _make(connection, "schema/keys")


def migrate(connection: Connection, found: int) -> None:
    """Bring a book of an older format up to ours, one format after the other."""
    for step in range(found, layout.FORMAT):
        for statement in texts.statements(f"schema/migrate-{step}"):
            connection.alone(statement)


def _make(connection: Connection, *names: str) -> None:
    """Make what is missing."""
    there = {str(name) for (name,) in connection.rows("read/indexes")}
    missing = [statement for name in names for statement in texts.statements(name) if texts.named(statement) not in there]
    if missing:

        def together(transaction: Transaction) -> None:
            # The indexes of one transaction are filled in one scan.
            for statement in missing:
                transaction.raw(statement)

        connection.writing(together)
