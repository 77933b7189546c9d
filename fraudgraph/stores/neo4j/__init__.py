"""The Neo4j store: the book as a graph on a server, for people who look at it and for the engine alike.

`docs/neo4j-model.md` says what the graph looks like and how a night is written; every line of Cypher is in the folder `cypher`.
"""

from __future__ import annotations

from fraudgraph.stores.neo4j.address import Address
from fraudgraph.stores.neo4j.store import Neo4jStore, open_neo4j

__all__ = ["Address", "Neo4jStore", "open_neo4j"]
