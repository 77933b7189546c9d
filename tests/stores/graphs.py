"""Looking at a Neo4j store from outside: with the driver, as somebody who knows nothing of it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from neo4j import GraphDatabase
from neo4j.exceptions import TransientError

if TYPE_CHECKING:
    from servers import Server, Stranger

EMPTY = "MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 200 ROWS"

PASSING = {"knownAt", "fence", "held", "generation", "step", "looked", "call"}
"""Properties that differ from one writing of the same book to the next."""


class Graph:
    """The one database of a server."""

    def __init__(self, server: Server | Stranger) -> None:
        self.url = server.uri
        self._driver = GraphDatabase.driver(server.uri, auth=(server.username, server.password), notifications_min_severity="OFF")

    def close(self) -> None:
        self._driver.close()

    def empty(self) -> None:
        """Delete every node and relationship, and leave constraints and indexes as they are; on a tight server in several attempts."""
        for left in reversed(range(2)):
            try:
                with self._driver.session() as session:
                    session.run(EMPTY).consume()
                return
            except TransientError:
                if not left:
                    raise
                time.sleep(1.0)

    def ask(self, query: str, **given: Any) -> list[list[Any]]:
        """Return the rows of a question."""
        return [list(record.values()) for record in self._driver.execute_query(query, given).records]

    @contextmanager
    def holding(self, query: str) -> Iterator[None]:
        """Hold the locks that a query takes."""
        with self._driver.session() as session, session.begin_transaction() as transaction:
            transaction.run(query).consume()
            yield

    def plan(self, query: str, given: dict[str, Any]) -> dict[str, Any]:
        """Return how the server would answer a question."""
        with self._driver.session() as session:
            plan = session.run(f"EXPLAIN {query}", given).consume().plan
        assert plan is not None
        return plan

    def dump(self) -> list[str]:
        """Return the whole graph, every node and relationship in words, but for what passes: two equal books dump alike."""
        nodes = self.ask("MATCH (n) WHERE NOT n:Lease RETURN elementId(n), labels(n), properties(n)")
        names = {found: f"{sorted(labels)} {_words(properties)}" for found, labels, properties in nodes}
        edges = self.ask("MATCH (a)-[t]->(b) RETURN elementId(a), type(t), properties(t), elementId(b)")
        lines = [f"{names[a]} -{kind} {_words(properties)}-> {names[b]}" for a, kind, properties, b in edges]
        return sorted([*names.values(), *lines])


def _words(properties: dict[str, Any]) -> str:
    return json.dumps({key: str(value) for key, value in properties.items() if key not in PASSING}, sort_keys=True, ensure_ascii=False)
