"""The Neo4j store keeps the contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from contract import Place, StoreContract
from graphs import emptied

from fraudgraph.stores import open_store

if TYPE_CHECKING:
    from servers import Server, Stranger


@pytest.fixture
def graph_url(neo4j_server: Server | Stranger, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty database whose constraints and indexes may be there already: to make them takes longer than most tests."""
    monkeypatch.setenv("NEO4J_USERNAME", neo4j_server.username)
    monkeypatch.setenv("NEO4J_PASSWORD", neo4j_server.password)
    emptied(neo4j_server)
    return neo4j_server.uri


class TestNeo4j(StoreContract):
    @pytest.fixture
    def place(self, graph_url: str) -> Place:
        store = open_store(graph_url, create=True)
        return lambda: store
