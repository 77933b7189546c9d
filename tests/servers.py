"""Real Neo4j servers for tests: fetched once, started on a home and ports of their own, ended with the test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from neo4j import Driver, GraphDatabase
from neo4j_server import server
from neo4j_server.lines import line_named
from neo4j_server.training import prepared
from neo4j_server.trouble import Trouble

__all__ = ["Server", "Stranger", "Trouble", "assembled", "thrown_away", "wipe"]

DELETE = "MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS"


def assembled(line: str) -> Path:
    """Return the folder with the line's ``lib`` and ``plugins``; fetched from Maven Central where it is not in the cache."""
    return prepared(line_named(line))


def wipe(uri: str, username: str, password: str) -> None:
    """Empty a database: nodes, relationships, constraints and indexes (but for the two token lookups that every database has)."""
    with GraphDatabase.driver(uri, auth=(username, password), notifications_min_severity="OFF") as driver:
        with driver.session() as session:
            session.run(DELETE).consume()
        for kind, keep in (("CONSTRAINT", ""), ("INDEX", " WHERE type <> 'LOOKUP' AND owningConstraint IS NULL")):
            _drop(driver, kind, keep)


def _drop(driver: Driver, kind: str, which: str) -> None:
    names = driver.execute_query(f"SHOW {kind}ES YIELD *{which} RETURN name" if kind == "INDEX" else f"SHOW {kind}S YIELD name").records
    for record in names:
        driver.execute_query(f"DROP {kind} $name IF EXISTS", name=record["name"])


class Server(server.Server):
    """A server of a line ("5" or "newest"); see ``neo4j_server.server.Server``."""

    def __init__(
        self,
        line: str,
        home: Path,
        *,
        password: str | None = None,
        config: Mapping[str, str] | None = None,
        heap: str = "1g",
        plugins: bool = False,
        quick: bool = True,
    ) -> None:
        assembled(line)
        # A test of a wrong password is no reason to refuse the next test the right one.
        config = {"dbms.security.auth_max_failed_attempts": "0", **(config or {})}
        super().__init__(line_named(line), home, password=password, config=config, heap=heap, plugins=plugins, quick=quick)

    def wipe(self) -> None:
        """Empty it: nodes, relationships, constraints and indexes."""
        wipe(self.uri, self.username, self.password)


@contextmanager
def thrown_away(server: Server) -> Iterator[Server]:
    """Start a server whose data nobody wants afterwards: it is killed at the end, which takes no time."""
    try:
        server.start()
        yield server
    finally:
        server.kill()


class Stranger:
    """A running server that the environment names. A database that holds something at first sight is not ours to empty."""

    def __init__(self, uri: str, username: str, password: str, http: str | None = None) -> None:
        self.uri, self.username, self.password = uri, username, password
        self.http = http or f"http://{urlsplit(uri).hostname}:7474"
        self._checked = False

    def wipe(self) -> None:
        """Empty it. Raises Trouble where it was not empty when we came: it may be somebody's graph."""
        if not self._checked:
            with GraphDatabase.driver(self.uri, auth=(self.username, self.password)) as driver:
                if driver.execute_query("MATCH (n) RETURN n LIMIT 1").records:
                    raise Trouble(f"The database at {self.uri} is not empty and the tests would empty it: name an empty one.")
            self._checked = True
        wipe(self.uri, self.username, self.password)
