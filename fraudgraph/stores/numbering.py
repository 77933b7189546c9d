"""The book's numbers at rest: beside the texts one table of integers, so that a night reads a hundred bytes an application and no text.

It can be made from the other tables at any time, and is no part of the store's format: DuckDB's hash, which numbers the texts, holds for
one version of DuckDB only. The store remembers by which version, and up to which batch, the table was brought; where either is another
the numbers are computed from the texts when they are asked for, and the next writer makes the table anew.
"""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from fraudgraph import model
from fraudgraph.stores import schema
from fraudgraph.stores.numbers import PLACE

TABLE = "numbers"
MARK = "numbers"
"""Under which `meta` says what the table is good for."""

HEAD = ("application", "person", "micros", "channel")
"""Columns of a row, before those of the slots."""


def slots_of(slots: Iterable[model.Slot]) -> list[model.Slot]:
    """Return the slots that have numbers."""
    return [slot for slot in slots if slot.name in PLACE]


def head_sql() -> str:
    """Return the SQL of `HEAD`, over a version of an application with its person."""
    return 'hash(application_id) AS application, hash(person_id) AS person, epoch_us(applied_at) AS micros, "channel"'


def slot_sql(slot: model.Slot) -> str:
    """Return the SQL of a slot's number."""
    key = schema.read_key(slot)
    return f"CASE WHEN {key} IS NOT NULL THEN hash({key}, '{slot.kind}') END AS \"{slot.name}\""


def computed(slots: Iterable[model.Slot]) -> str:
    """Return the query of the numbers as of ``$night``, from the texts."""
    columns = ", ".join([head_sql(), *(slot_sql(slot) for slot in slots)])
    return (
        f"SELECT {columns} FROM (SELECT * FROM book WHERE {schema.AT_NIGHT}) "
        f"JOIN (SELECT application_id, person_id FROM membership WHERE {schema.AT_NIGHT}) USING (application_id)"
    )


def stored(slots: Iterable[model.Slot]) -> str:
    """Return the query of the numbers as of ``$night``, from the table."""
    return f"SELECT {schema.quoted([*HEAD, *(slot.name for slot in slots)])} FROM {TABLE} WHERE {schema.AT_NIGHT}"


def valid(duck: duckdb.DuckDBPyConnection) -> bool:
    """Say whether the attached store has numbers that this DuckDB made, up to its last batch."""
    rows = duck.execute("SELECT value FROM meta WHERE key = ?", [MARK]).fetchall()
    return bool(rows) and rows[0][0] == _mark(duck)


def _mark(duck: duckdb.DuckDBPyConnection) -> str:
    rows = duck.execute("SELECT known_at FROM batches ORDER BY night DESC LIMIT 1").fetchall()
    return f"{duckdb.__version__} {rows[0][0] if rows else ''}"


def differing(duck: duckdb.DuckDBPyConnection, night: int) -> int:
    """Return how many rows of ``night`` are not what the other tables say, or are missing; none where nobody would read the numbers."""
    if not valid(duck):
        return 0
    known = slots_of(model.SLOTS)
    one, other = (f"(SELECT hash(entry) AS entry FROM ({query(known)}) AS entry)" for query in (computed, stored))
    sql = f"SELECT count(*) FROM {one} AS one FULL JOIN {other} AS other USING (entry) WHERE one.entry IS NULL OR other.entry IS NULL"
    return int(duck.execute(sql, {"night": night}).fetchall()[0][0])


def follow(duck: duckdb.DuckDBPyConnection, night: int, *, good: bool) -> None:
    """Bring the numbers up to ``night``, the last batch, which is written already; ``good``: they were `valid` before it."""
    if not good:
        _make(duck)
    else:
        known = slots_of(model.SLOTS)
        slots = [slot.name for slot in known]
        names = schema.quoted([*HEAD, *slots, "from_night"])
        given = {"night": night}
        moved = " UNION ".join(f"SELECT application_id FROM {table} WHERE to_night = $night" for table in ("book", "membership"))
        duck.execute(
            f"UPDATE {TABLE} SET to_night = $night WHERE to_night IS NULL "
            f"AND application IN (SELECT hash(application_id) FROM ({moved}))",
            given,
        )
        columns = ", ".join([head_sql(), *(slot_sql(slot) for slot in known)])
        duck.execute(
            f"INSERT INTO {TABLE} ({names}) SELECT {columns}, $night FROM (SELECT * FROM book WHERE from_night = $night AND {schema.NOW}) "
            f"JOIN (SELECT application_id, person_id FROM membership WHERE {schema.NOW}) USING (application_id)",
            given,
        )
        # Who is another person's tonight has the numbers of the row that was closed, all but one.
        duck.execute(
            f"INSERT INTO {TABLE} ({names}) SELECT {schema.quoted([*HEAD, *slots])}, $night "
            f"FROM (SELECT * EXCLUDE (person) FROM {TABLE} WHERE to_night = $night) JOIN (SELECT hash(application_id) AS application, "
            f"hash(person_id) AS person FROM membership WHERE from_night = $night AND {schema.NOW}) USING (application) "
            "WHERE application NOT IN (SELECT hash(application_id) FROM book WHERE from_night = $night)",
            given,
        )
    _sign(duck)


def take_back(duck: duckdb.DuckDBPyConnection, night: int, *, good: bool) -> None:
    """Make the numbers what they were before ``night``, whose batch is gone already; ``good``: they were `valid` with it."""
    if good:
        duck.execute(f"DELETE FROM {TABLE} WHERE from_night = ?", [night])
        duck.execute(f"UPDATE {TABLE} SET to_night = NULL WHERE to_night = ?", [night])
        _sign(duck)


def _make(duck: duckdb.DuckDBPyConnection) -> None:
    """Make the table anew, of every version of every application, each with each of its people in turn."""
    known = slots_of(model.SLOTS)
    types = {"application": "UBIGINT", "person": "UBIGINT", "micros": "BIGINT", "channel": "VARCHAR"}
    columns = [*(f"{name} {kind}" for name, kind in types.items()), *(f'"{slot.name}" UBIGINT' for slot in known), *schema.NIGHTS]
    duck.execute(f"CREATE OR REPLACE TABLE {TABLE} ({', '.join(columns)})")
    values = ", ".join([head_sql(), *(slot_sql(slot) for slot in known)])
    duck.execute(
        f"INSERT INTO {TABLE} SELECT {values}, greatest(book.from_night, whose.from_night), least(book.to_night, whose.to_night) "
        "FROM book JOIN (SELECT application_id, person_id, from_night, to_night FROM membership) AS whose USING (application_id) "
        "WHERE (book.to_night IS NULL OR whose.from_night < book.to_night) AND (whose.to_night IS NULL OR book.from_night < whose.to_night)"
    )


def _sign(duck: duckdb.DuckDBPyConnection) -> None:
    duck.execute("DELETE FROM meta WHERE key = ?", [MARK])
    duck.execute("INSERT INTO meta VALUES (?, ?)", [MARK, _mark(duck)])
