"""The night that this process has just written: its tables are at hand and are not fetched from the server once more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl

from fraudgraph import model
from fraudgraph.stores import schema
from fraudgraph.stores.neo4j.reading import Neo4jReader, chosen_of
from fraudgraph.stores.neo4j.tables import order_of
from fraudgraph.stores.port import Change


class FreshReader(Neo4jReader):
    """A reader of the night that ``change`` made. What the change has whole is answered from it, everything else by the server."""

    def __init__(self, reader: Neo4jReader, change: Change) -> None:
        super().__init__(reader._connection, reader._found, reader.night)
        self._change = change

    def table(self, name: str, columns: Iterable[str] | None = None, where: Mapping[str, Iterable[str]] | None = None) -> pl.DataFrame:
        found = self._whole(name)
        if found is None:
            return super().table(name, columns, where)
        wanted = {column: list(values) for column, values in (where or {}).items()}
        chosen = chosen_of(dict(found.schema), name, columns, wanted)
        for column, values in wanted.items():
            found = found.filter(pl.col(column).is_in(pl.Series(values, dtype=pl.String).implode()))
        return found.sort(order_of(name)).select(chosen)

    def _whole(self, name: str) -> pl.DataFrame | None:
        """Return a table of the book if the change holds all of it."""
        change = self._change
        if name == "applications" and (change.replace or not change.base_night):
            return change.applications.select(list(model.APPLICATIONS.schema))
        if name in schema.DERIVED and change.whole:
            table = schema.DERIVED[name]
            return change.derived.get(name, table.empty()).select(list(table.schema))
        return None


def fresh(reader: Neo4jReader, change: Change | None) -> Neo4jReader:
    """Return a reader of the same night that need not fetch it, if it is the one that ``change`` made."""
    if change is None or not reader.night:
        return reader
    batch = reader.batches()[-1]
    made = 1 if change.replace else change.base_night + 1
    mine = (batch.night, batch.digest, batch.command) == (made, change.digest, change.command)
    return FreshReader(reader, change) if mine else reader
