"""The last night taken back: what it opened goes, what it closed holds again. Runs inside the writer's transaction.

A row holds from one night to another, so that a night can be told from the rows alone and nothing needs to be kept for its undoing.
Labels are people's decisions, no part of a night, and stay.
"""

from __future__ import annotations

import duckdb

from fraudgraph.stores import numbering, schema

OF_THE_NIGHT = ("documents", "settings", "slots")
"""Tables whose rows are in force from a night on, until a later one overrules them."""


def take_back(duck: duckdb.DuckDBPyConnection, night: int) -> None:
    """Make the attached store what it was before ``night``, its last one."""
    good = numbering.valid(duck)
    for table in schema.NIGHTLY:
        duck.execute(f"DELETE FROM {table} WHERE from_night = ?", [night])
        duck.execute(f"UPDATE {table} SET to_night = NULL WHERE to_night = ?", [night])
    for table in OF_THE_NIGHT:
        duck.execute(f"DELETE FROM {table} WHERE from_night = ?", [night])
    for table in (*schema.BATCH_TABLES, "batches"):
        duck.execute(f"DELETE FROM {table} WHERE night = ?", [night])
    numbering.take_back(duck, night, good=good)
