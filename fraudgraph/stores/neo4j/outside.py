"""What belongs to no night: the log of who saw and did what, and the tokens of what was purged."""

from __future__ import annotations

import secrets

import polars as pl

from fraudgraph.stores import port
from fraudgraph.stores.neo4j.connection import Connection, Transaction
from fraudgraph.stores.neo4j.frames import frame_of, lists
from fraudgraph.stores.port import Next

ROW = ("who", "command", "night", "about", "why", "salt", "content", "emptied", "key", "chain", "at")
"""Columns of an entry as they go to the graph."""


def write_entry(connection: Connection, following: Next) -> pl.DataFrame:
    """Add the entry that follows the last one of the log, and return it."""
    call = secrets.token_hex(16)
    return connection.writing(lambda transaction: add_entry(transaction, following, call))


def add_entry(transaction: Transaction, following: Next, call: str) -> pl.DataFrame:
    """Add an entry once, however often this is sent; ``call`` names it."""
    found = transaction.rows("load/audit-hold", call=call)
    last = port.AUDIT.check(frame_of([row[:-1] for row in found], port.AUDIT.schema))
    if found and found[0][-1]:
        return last
    entry = port.AUDIT.check(following(last))
    (row,) = lists(entry, ROW)
    transaction.do("load/audit-entry", call=call, number=int(entry["number"][0]), row=list(row))
    return entry


def audited(connection: Connection) -> pl.DataFrame:
    """Return AUDIT, oldest first."""
    return frame_of(connection.rows("read/audit"), port.AUDIT.schema)


def purged(connection: Connection) -> pl.DataFrame:
    """Return PURGED."""
    return frame_of(connection.rows("read/purged"), port.PURGED.schema)
