"""The tables of no night in an embedded store: the log of who saw and did what, and the tokens of what was purged."""

from __future__ import annotations

import duckdb
import polars as pl

from fraudgraph.stores import port, schema
from fraudgraph.stores.frames import fetched, in_order, registered, with_zone
from fraudgraph.stores.port import Next

ORDER = {"audit": ("number",), "purged": ("key", "token")}


def rows_of(duck: duckdb.DuckDBPyConnection, name: str) -> pl.DataFrame:
    """Return one of the tables `schema.OUTSIDE` of the attached store, in order."""
    types = schema.OUTSIDE[name].schema
    found = with_zone(fetched(duck.sql(f"SELECT {schema.quoted(types)} FROM {name}")), types)
    return schema.OUTSIDE[name].check(in_order(found, ORDER[name]))


def add_rows(duck: duckdb.DuckDBPyConnection, name: str, rows: pl.DataFrame) -> None:
    """Add rows to one of the tables `schema.OUTSIDE`."""
    names = schema.quoted(schema.OUTSIDE[name].schema)
    if rows.height:
        with registered(duck, incoming=rows):
            duck.execute(f"INSERT INTO {name} ({names}) SELECT {names} FROM incoming")


def write_entry(duck: duckdb.DuckDBPyConnection, following: Next) -> pl.DataFrame:
    """Add the entry that follows the last one of the log, inside the caller's transaction, and return it."""
    types = port.AUDIT.schema
    last = with_zone(fetched(duck.sql(f"SELECT {schema.quoted(types)} FROM audit ORDER BY number DESC LIMIT 1")), types)
    entry = following(port.AUDIT.check(last))
    add_rows(duck, "audit", port.AUDIT.check(entry))
    return entry
