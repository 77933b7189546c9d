"""A connection to one database: transactions that are tried again where that makes sense."""

from __future__ import annotations

import time
import weakref
from collections.abc import Callable
from typing import Any, TypeVar

import neo4j
from neo4j import exceptions

from fraudgraph.errors import StoreError
from fraudgraph.stores.neo4j.address import Address, credentials
from fraudgraph.stores.neo4j.faults import MEMORY, out_of_memory, translated, worth_trying_again
from fraudgraph.stores.neo4j.texts import text

T = TypeVar("T")

RETRY_SECONDS = 60.0
"""For how long a transaction is tried again: a server that is restarted is back by then."""

FIRST_PAUSE, LONGEST_PAUSE = 0.25, 4.0
"""Seconds between two attempts: doubled from the first to the longest."""

FETCH = 5_000
"""Rows that the server sends at a time."""

OLDEST = (5, 26)
"""The oldest server that knows all the Cypher that is used here."""


class Full(StoreError):
    """The server has too little memory for this transaction; a smaller one may fit. Not tried again as it is."""


class Transaction:
    """One transaction. What is done in it may be done again from its start."""

    def __init__(self, inner: neo4j.Transaction) -> None:
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
        return self._transaction(neo4j.READ_ACCESS, work)

    def writing(self, work: Callable[[Transaction], T]) -> T:
        """Do ``work`` in a transaction: whole or not at all. Raise Full where it does not fit the server's memory.

        It may be done again after it was done, where the answer to the commit was lost: it must see that it was."""
        return self._transaction(neo4j.WRITE_ACCESS, work)

    def rows(self, name: str, **given: Any) -> list[list[Any]]:
        """Ask one question in a transaction of its own."""
        return self.reading(lambda transaction: transaction.rows(name, **given))

    def alone(self, statement: str, **given: Any) -> None:
        """Run a statement that manages its own transactions. It may be run again where the connection broke."""

        def run(session: neo4j.Session) -> None:
            session.run(statement, given).consume()

        self._again(neo4j.WRITE_ACCESS, run)

    def _transaction(self, access: str, work: Callable[[Transaction], T]) -> T:
        def run(session: neo4j.Session) -> T:
            with session.begin_transaction() as inner:
                result = work(Transaction(inner))
                inner.commit()
                return result

        return self._again(access, run)

    def _again(self, access: str, run: Callable[[neo4j.Session], T]) -> T:
        """Run until it succeeds, as long as trying again makes sense. (The driver's own way of trying again gives up where the answer to
        a commit is lost, and does not give up where the memory is too small.)"""
        deadline, pause = time.monotonic() + RETRY_SECONDS, FIRST_PAUSE
        while True:
            try:
                with self._driver.session(database=self.address.database, default_access_mode=access, fetch_size=FETCH) as session:
                    return run(session)
            except (exceptions.DriverError, exceptions.Neo4jError, OSError) as problem:
                if access == neo4j.WRITE_ACCESS and out_of_memory(problem):
                    raise Full(MEMORY.format(at=self.address)) from problem
                if not worth_trying_again(problem) or time.monotonic() > deadline:
                    with translated(self.address):
                        raise
            except (OverflowError, UnicodeEncodeError):
                with translated(self.address):
                    raise
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    def _refuse_old(self) -> None:
        found = self.rows("read/version")
        version = str(found[0][0][0]) if found else ""
        if not new_enough(version):
            oldest = ".".join(map(str, OLDEST))
            raise StoreError(
                f"the server at {self.address} is Neo4j {version or 'unknown'}, and {oldest} is the oldest that will do: upgrade it"
            )


def new_enough(version: str) -> bool:
    """Is this a version of a server that we can use? ``5.26.29``, ``2026.08.1``, also with words behind."""
    numbers = version.split("-")[0].split(".")[:2]
    return len(numbers) == 2 and all(number.isdecimal() for number in numbers) and tuple(map(int, numbers)) >= OLDEST
