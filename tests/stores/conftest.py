"""What the stores' tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fraudgraph.stores import open_store

if TYPE_CHECKING:
    from graphs import Graph
    from servers import Server, Stranger

pytest.register_assert_rewrite("contract", "contract_history")  # no test modules by their names, but they assert like ones


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A store of two nights."""
    from books import grown
    from contract import put

    path = tmp_path / "book.duckdb"
    store = open_store(path, create=True)
    for night in (1, 2):
        put(store, grown(night, 6))
    return path


@pytest.fixture
def graph(neo4j_server: Server | Stranger, monkeypatch: pytest.MonkeyPatch) -> Iterator[Graph]:
    """An empty database whose constraints and indexes may be there already: to make them takes longer than most tests."""
    from graphs import Graph

    monkeypatch.setenv("NEO4J_USERNAME", neo4j_server.username)
    monkeypatch.setenv("NEO4J_PASSWORD", neo4j_server.password)
    graph = Graph(neo4j_server)
    graph.empty()
    yield graph
    graph.close()
