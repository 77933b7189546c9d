"""The store: one book in one database of a Neo4j server."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from fraudgraph import model
from fraudgraph.errors import ConfigurationError, StoreError, UsageError
from fraudgraph.settings import Settings
from fraudgraph.stores.neo4j import layout, outside
from fraudgraph.stores.neo4j.address import Address
from fraudgraph.stores.neo4j.checks import problems
from fraudgraph.stores.neo4j.connection import Connection
from fraudgraph.stores.neo4j.frames import lists
from fraudgraph.stores.neo4j.fresh import fresh
from fraudgraph.stores.neo4j.lease import writers_lease
from fraudgraph.stores.neo4j.reading import open_reader
from fraudgraph.stores.neo4j.schema import migrate, prepare, usable
from fraudgraph.stores.neo4j.writing import Neo4jWriter
from fraudgraph.stores.port import Change, Next, Reader, Writer


class Neo4jStore:
    """A book on a server. It need not be there yet: the first writer makes it."""

    def __init__(self, connection: Connection, lease_seconds: float) -> None:
        self._connection = connection
        self._lease_seconds = lease_seconds

    @contextmanager
    def snapshot(self, night: int | None = None, made_by: Change | None = None) -> Iterator[Reader]:
        yield fresh(open_reader(self._connection, night), made_by)

    @contextmanager
    def lock(self) -> Iterator[Writer]:
        found = usable(self._connection)
        # The indexes on keys of an empty book are made beside its rows, which is faster than keeping them up to date.
        prepare(self._connection, keys=found is not None and found.last > 0)
        with writers_lease(self._connection, self._lease_seconds) as lease:
            if found is not None and found.format < layout.FORMAT:
                migrate(self._connection, found.format)
            writer = Neo4jWriter(self._connection, lease.fence)
            try:
                yield writer
            finally:
                writer.release()

    def check(self) -> list[str]:
        return problems(self._connection)

    def label(self, labels: pl.DataFrame) -> None:
        model.LABELS.check(labels)
        self._refuse_empty("nothing to label")
        rows, call = lists(labels, model.LABELS.schema), secrets.token_hex(16)
        self._connection.writing(lambda transaction: transaction.do("load/label", rows=rows, call=call))

    def audit(self, following: Next) -> pl.DataFrame:
        self._refuse_empty("no log")
        return outside.write_entry(self._connection, following)

    def audited(self) -> pl.DataFrame:
        return outside.audited(self._connection)

    def purged(self) -> pl.DataFrame:
        return outside.purged(self._connection)

    def backup(self, to: Path) -> None:
        raise UsageError(
            f"the store {self._connection.address} is copied by the server's own tool: stop the database and run "
            "`neo4j-admin database dump`, or take an online backup where the server's edition has one"
        )

    def _refuse_empty(self, what: str) -> None:
        found = usable(self._connection)
        if found is None or not found.last:
            raise StoreError(
                f"there is no book in the store {self._connection.address} yet, and {what}: make one with `fraudgraph run`"
            )


def open_neo4j(url: str, settings: Settings, *, create: bool) -> Neo4jStore:
    """Return the store at ``url``; raise StoreUnreachable where no server answers, StoreError where there is no book (unless ``create``)
    or the database is not ours, UsageError for an address that is none."""
    address = Address.parse(url)
    seconds, lease = settings.number("store.wait_seconds"), settings.number("store.lease_seconds")
    if seconds <= 0 or lease < 1:
        raise ConfigurationError("for a Neo4j store store.wait_seconds must be above 0 and store.lease_seconds at least 1")
    connection = Connection(address, seconds)
    if usable(connection) is None and not create:
        raise StoreError(f"there is no store in {address}: make one with `fraudgraph run`, or name another with --store")
    return Neo4jStore(connection, lease)
