"""A night that was just written, rendered without fetching it."""

from __future__ import annotations

import polars as pl
import pytest
from books import applications, change, grown
from contract import put
from graphs import Graph
from polars.testing import assert_frame_equal

from fraudgraph.stores import open_store
from fraudgraph.stores.neo4j.fresh import FreshReader
from fraudgraph.stores.neo4j.store import Neo4jStore
from fraudgraph.stores.port import DERIVED


@pytest.fixture
def store(graph: Graph) -> Neo4jStore:
    store = open_store(graph.url, create=True)
    assert isinstance(store, Neo4jStore)
    return store


def test_a_night_that_was_just_written_is_answered_as_if_it_was_fetched(store: Neo4jStore) -> None:
    for made in (grown(1, 5), grown(2, 5), change(0, applications([0, 80, 3]), replace=True)):
        put(store, made)
        with store.snapshot() as fetched, store.snapshot(None, made) as fresh:
            assert type(fresh) is FreshReader
            for name in ("applications", "keys", *(table.name for table in DERIVED)):
                whole = fetched.table(name)
                assert_frame_equal(fresh.table(name), whole)
                column = next(column for column, dtype in whole.schema.items() if dtype == pl.String)
                some = whole[column].drop_nulls().head(2)
                where = {column: [*some, *some, "nobody"]}
                assert_frame_equal(fresh.table(name, [column], where), fetched.table(name, [column], where))
            with pytest.raises(ValueError, match="no column"):
                fresh.table("persons", ["no_such"])
            assert (fresh.night, fresh.batches(), fresh.settings()) == (fetched.night, fetched.batches(), fetched.settings())


def test_a_night_that_somebody_else_made_is_fetched(store: Neo4jStore) -> None:
    mine = grown(1, 5)
    put(store, mine)
    put(store, change(0, applications([0, 80]), replace=True, digest="other"))
    with store.snapshot(None, mine) as reader:
        assert reader.table("applications").height == 2
