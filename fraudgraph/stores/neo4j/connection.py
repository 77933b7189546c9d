"""A connection to one database: questions in managed transactions that are repeated where the driver says they may be."""

from __future__ import annotations

import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import neo4j
from neo4j import exceptions

from fraudgraph.errors import StoreError
from fraudgraph.stores.neo4j.address import Address, credentials
from fraudgraph.stores.neo4j.faults import out_of_memory, translated
from fraudgraph.stores.neo4j.texts import text

T = TypeVar("T")

RETRY_SECONDS = 60.0
"""For how long a transaction is tried again: a server that is restarted is back by then."""

FETCH = 5_000
"""Rows that the server sends at a time."""

OLDEST = (5, 26)
"""The oldest server that knows all the Cypher that is used here."""


class Full(Exception):
    """The server has too little memory for this transaction; a smaller one may fit. Not repeated as it is."""


class Transaction:
    """One managed transaction. What is done in it may be done again from its start."""

    def __init__(self, inner: neo4j.ManagedTransaction) -> None:
        self._inner = inner

    def rows(self, name: str, **given: Any) -> list[list[Any]]:
        """Run a file of ``cypher`` and return its rows."""
        return [list(record.values()) for record in self._inner.run(text(name), given)]

    def raw(self, statement: str) -> None:
        """Run one of several statements of a file."""
        self._inner.run(statement).consume()

    def do(self, name: str, **given: Any) -> None:
        """Run a file for what it does."""
        self._inner.run(text(name), given).consume()


class Connection:
    """For any number of threads; closed when it is forgotten."""

    def __init__(self, address: Address, wait_seconds: float) -> None:
        self.address = address
        with translated(address):
            self._driver = neo4j.GraphDatabase.driver(
                address.uri,
                auth=credentials(),
                connection_timeout=wait_seconds,
                connection_acquisition_timeout=wait_seconds,
                max_transaction_retry_time=RETRY_SECONDS,
                notifications_min_severity="OFF",
                telemetry_disabled=True,
                user_agent="fraudgraph",
            )
            self._close = weakref.finalize(self, self._driver.close)
            self._driver.verify_connectivity()
        self._refuse_old()

    def close(self) -> None:
        self._close()

    def reading(self, work: Callable[[Transaction], T]) -> T:
        """Do ``work`` in a transaction that may not write."""
        with self._session(neo4j.READ_ACCESS) as session:
            return session.execute_read(lambda inner: work(Transaction(inner)))

    def writing(self, work: Callable[[Transaction], T]) -> T:
        """Do ``work`` in a transaction: whole or not at all. Raise Full where it does not fit the server's memory."""
        with self._session(neo4j.WRITE_ACCESS) as session:
            return session.execute_write(_unless_full, work)

    def rows(self, name: str, **given: Any) -> list[list[Any]]:
        """Ask one question in a transaction of its own."""
        return self.reading(lambda transaction: transaction.rows(name, **given))

    def alone(self, statement: str, **given: Any) -> None:
        """Run a statement that manages its own transactions or changes the schema. It may be run again where the connection broke."""
        deadline, pause = time.monotonic() + RETRY_SECONDS, 0.5
        while True:
            try:
                with self._driver.session(database=self.address.database) as session:
                    session.run(statement, given).consume()
                return
            except (exceptions.DriverError, exceptions.Neo4jError) as problem:
                if not problem.is_retryable() or out_of_memory(problem) or time.monotonic() > deadline:
                    with translated(self.address):
                        raise
            time.sleep(pause)
            pause = min(2 * pause, 8.0)

    @contextmanager
    def _session(self, access: str) -> Iterator[neo4j.Session]:
        with (
            translated(self.address),
            self._driver.session(database=self.address.database, default_access_mode=access, fetch_size=FETCH) as session,
        ):
            yield session

    def _refuse_old(self) -> None:
        found = self.rows("read/version")
        version = str(found[0][0][0]) if found else ""
        if not new_enough(version):
            oldest = ".".join(map(str, OLDEST))
            raise StoreError(
                f"the server at {self.address} is Neo4j {version or 'unknown'}, and {oldest} is the oldest that will do: upgrade it"
            )


def _unless_full(inner: neo4j.ManagedTransaction, work: Callable[[Transaction], T]) -> T:
    try:
        return work(Transaction(inner))
    except exceptions.Neo4jError as problem:
        if out_of_memory(problem):
            raise Full from problem
        raise


def new_enough(version: str) -> bool:
    """Is this a version of a server that we can use? ``5.26.29``, ``2026.08.1``, also with words behind."""
    numbers = version.split("-")[0].split(".")[:2]
    return len(numbers) == 2 and all(number.isdecimal() for number in numbers) and tuple(map(int, numbers)) >= OLDEST
