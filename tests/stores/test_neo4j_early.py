"""Applications that go to the server while the book is still solved: the same graph, and nothing of them where they are not wanted."""

from __future__ import annotations

import time

import pytest
from books import grown, grown_book
from contract import put, read
from graphs import Graph
from polars.testing import assert_frame_equal

from fraudgraph.stores import open_store
from fraudgraph.stores.neo4j import lanes, planning, writing
from fraudgraph.stores.neo4j.planning import Work
from fraudgraph.stores.neo4j.store import Neo4jStore

pytestmark = pytest.mark.neo4j


class Interrupted(BaseException):
    """A writer that stops without another word."""


@pytest.fixture
def store(graph: Graph) -> Neo4jStore:
    found = open_store(graph.url, create=True)
    assert isinstance(found, Neo4jStore)
    return found


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """The applications of the smallest books are written ahead, in batches of three."""
    monkeypatch.setattr(writing, "MANY", 2)
    monkeypatch.setattr(planning, "BATCH", 3)


@pytest.mark.parametrize("wait", [0.0, 0.3, 3.0])
def test_a_book_that_was_begun_ahead_is_the_book(store: Neo4jStore, graph: Graph, soon: None, wait: float) -> None:
    """However far it came before the rest was known."""
    first = grown(1, 14)
    put(store, first)
    expected = graph.dump()
    graph.empty()
    with store.lock() as writer:
        writer.ahead(first.applications, first.keys)
        time.sleep(wait)
        writer.apply(first)
    assert graph.dump() == expected
    assert store.check() == []


def test_what_was_begun_ahead_and_is_not_wanted_is_cleared(store: Neo4jStore, graph: Graph, soon: None) -> None:
    first, other = grown(1, 14), grown(1, 11)
    put(store, first)
    expected = graph.dump()
    graph.empty()
    with store.lock() as writer:
        writer.ahead(other.applications, other.keys)
        time.sleep(1)
        writer.apply(first)
    assert graph.dump() == expected
    graph.empty()

    def begin_only() -> None:
        with store.lock() as writer:
            writer.ahead(first.applications, first.keys)
            time.sleep(1)
            raise Interrupted

    with pytest.raises(Interrupted):
        begin_only()
    assert not graph.ask("MATCH (n:Application) RETURN n")
    with store.snapshot() as reader:
        assert reader.night == 0


def test_what_fails_ahead_is_told_by_the_change(store: Neo4jStore, graph: Graph, soon: None, monkeypatch: pytest.MonkeyPatch) -> None:
    first = grown(1, 14)

    def fail(self: lanes.Lane, work: Work, frame: object) -> None:
        raise Interrupted

    with monkeypatch.context() as patched:
        patched.setattr(lanes.Lane, "batch", fail)
        with store.lock() as writer:
            writer.ahead(first.applications, first.keys)
            time.sleep(1)
            with pytest.raises(Interrupted):
                writer.apply(first)
    put(store, first)
    assert_frame_equal(read(store, "applications"), grown_book(1, 14))
    assert store.check() == []
