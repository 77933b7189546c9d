"""For all tests: this folder on the path (`core_books`, `servers`), and a real Neo4j for those that ask for one.

The server is started by the first test that takes ``neo4j_server`` or ``neo4j_url``; tests that do not take them pay nothing for it.
FRAUDGRAPH_NEO4J_LINE names its line (default "5"). FRAUDGRAPH_NEO4J_URI names a running server to use instead, with NEO4J_USERNAME
and NEO4J_PASSWORD (and FRAUDGRAPH_NEO4J_HTTP where its Browser is not at port 7474): its database is emptied before each test.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from servers import Server, Stranger

SERVER_FIXTURES = {"neo4j_server", "neo4j_url"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test that uses a server, so that ``-m neo4j`` chooses them."""
    for item in items:
        if SERVER_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.neo4j)


@pytest.fixture(scope="session")
def neo4j_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server | Stranger]:
    """A server for all tests of this run: uri, http, username, password, wipe(). Where there can be none the test fails."""
    import servers

    given = os.environ.get("FRAUDGRAPH_NEO4J_URI")
    if given:
        user = os.environ.get("NEO4J_USERNAME", "neo4j"), os.environ.get("NEO4J_PASSWORD", "")
        yield servers.Stranger(given, *user, os.environ.get("FRAUDGRAPH_NEO4J_HTTP"))
        return
    line = os.environ.get("FRAUDGRAPH_NEO4J_LINE", "5")
    with ExitStack() as stack:
        try:
            server = stack.enter_context(servers.thrown_away(servers.Server(line, tmp_path_factory.mktemp("neo4j"))))
        except servers.Trouble as trouble:
            pytest.fail(str(trouble), pytrace=False)
        yield server


@pytest.fixture
def neo4j_url(neo4j_server: Server | Stranger, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of an empty database, as ``--store`` takes it; NEO4J_USERNAME and NEO4J_PASSWORD are set for this test."""
    neo4j_server.wipe()
    monkeypatch.setenv("NEO4J_USERNAME", neo4j_server.username)
    monkeypatch.setenv("NEO4J_PASSWORD", neo4j_server.password)
    return neo4j_server.uri
