"""Looking at a Neo4j store from outside: with the driver, as somebody who knows nothing of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from neo4j import Driver, GraphDatabase

if TYPE_CHECKING:
    from servers import Server, Stranger


def driver(server: Server | Stranger) -> Driver:
    return GraphDatabase.driver(server.uri, auth=(server.username, server.password), notifications_min_severity="OFF")


def emptied(server: Server | Stranger) -> None:
    """Delete every node and relationship, and leave constraints and indexes as they are."""
    with driver(server) as graph, graph.session() as session:
        session.run("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 5000 ROWS").consume()


def asked(server: Server | Stranger, query: str, **given: Any) -> list[list[Any]]:
    """Return the rows of a question."""
    with driver(server) as graph:
        return [list(record.values()) for record in graph.execute_query(query, given).records]
