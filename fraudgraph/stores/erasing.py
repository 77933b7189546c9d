"""People erased from an embedded store: a new file is written from the old one, and nothing of theirs is written into it.

To delete rows would leave their bytes in the file. So every table is copied, row by row of what stays, into a file that never held the
rest; which then takes the store's place. What is made of texts and can be made again (`numbering`) is not copied.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from fraudgraph import model
from fraudgraph.stores import schema
from fraudgraph.stores.changes import write_labels
from fraudgraph.stores.connection import transaction
from fraudgraph.stores.frames import fetched, registered, with_zone
from fraudgraph.stores.outside import add_rows, rows_of
from fraudgraph.stores.port import PREFIXES, Erasure

OLD = "fraudgraph_before"
"""What the old file is called while it is copied from."""

PEOPLE = ("person_id", "person_a", "person_b")
NAMED = (*PEOPLE, "community_id", "gang_id")
"""Columns of ids that are made of an application's."""

APPLICATIONS = ("application_id", "source", "target", "application_a", "application_b")
"""Columns of applications' ids: a row that has one of those who go is not copied."""

AS_THEY_ARE = ("batches", "documents", "settings", "slots")


def copy_without(duck: duckdb.DuckDBPyConnection, old: Path, erasure: Erasure) -> None:
    """Fill the attached, empty file from ``old`` (a store of this format that nobody writes to), but for what is to be erased. The tables
    of no night and the labels are left out: they are carried over last. (The session is for this alone: it keeps temporary tables.)"""
    duck.execute(f"ATTACH ? AS {OLD} (TYPE duckdb, READ_ONLY)", [str(old)])
    with transaction(duck):
        with registered(duck, erased=erasure.applications):
            duck.execute("CREATE TEMP TABLE gone AS SELECT application_id AS id, token FROM erased")
        for statement in (*_ended(), *_lost(duck), *schema.table_statements(), *schema.view_statements()):
            duck.execute(statement)
        for table in AS_THEY_ARE:
            duck.execute(f"INSERT INTO {table} SELECT * FROM {OLD}.{table}")
        meta = {"format": str(schema.FORMAT), "layout": schema.layout(), "generation": secrets.token_hex(8)}
        duck.executemany("INSERT INTO meta VALUES (?, ?)", list(meta.items()))
        for name in (*schema.NIGHTLY, "input_order"):
            columns = _columns(name)
            duck.execute(f"INSERT INTO {name} ({schema.quoted(columns)}) {_kept(name, columns)}")
        duck.execute(
            "INSERT INTO rejects SELECT rejects.* REPLACE (CASE WHEN gone.id IS NULL THEN value ELSE '' END AS value) "
            f"FROM {OLD}.rejects LEFT JOIN gone ON rejects.value = substr(gone.id, 1, 64)"
        )
        _events(duck, erasure)
    duck.execute(f"DETACH {OLD}")


def _ended() -> Iterator[str]:
    """Find the people who were nobody but them, on any night: their rows go. Another who was called by one of them gets another name."""
    of_theirs = f"SELECT DISTINCT person_id FROM {OLD}.membership WHERE application_id IN (SELECT id FROM gone)"
    of_others = f"SELECT person_id FROM {OLD}.membership WHERE application_id NOT IN (SELECT id FROM gone)"
    yield f"CREATE TEMP TABLE ended AS SELECT person_id AS id FROM ({of_theirs}) WHERE person_id NOT IN ({of_others})"


def _lost(duck: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Find the values that only they gave, in any version of any application."""
    rows = duck.execute(f"SELECT slot FROM {OLD}.slots").fetchall()
    slots = [slot for slot in schema.in_order_of_slots({str(row[0]) for row in rows}) if slot not in model.MATCHING]
    theirs = " UNION ".join(
        f"SELECT '{slot.kind}' AS kind, {schema.read_key(slot)} AS key FROM {OLD}.book WHERE application_id IN (SELECT id FROM gone)"
        for slot in slots
    )
    yield f"CREATE TEMP TABLE lost AS SELECT kind, key FROM ({theirs or _NOTHING}) WHERE key IS NOT NULL"
    for slot in slots:
        others = f"SELECT {schema.read_key(slot)} AS key FROM {OLD}.book WHERE application_id NOT IN (SELECT id FROM gone)"
        yield f"DELETE FROM lost WHERE kind = '{slot.kind}' AND key IN (SELECT key FROM ({others}) WHERE key IS NOT NULL)"


_NOTHING = "SELECT '' AS kind, '' AS key WHERE false"


def _columns(name: str) -> list[str]:
    if name == "book":
        return [*model.APPLICATIONS.schema, *(slot.name for slot in model.STORED_SLOTS), *_nights()]
    if name in schema.BATCH_TABLES:
        return ["night", "position", *(column for column in schema.BATCH_TABLES[name].schema if column != "position")]
    table = schema.DERIVED.get(name, model.RELATIONS)
    return [*table.schema, *_nights()]


def _nights() -> list[str]:
    return [column.split(" ", 1)[0] for column in schema.NIGHTS]


def _kept(name: str, columns: list[str]) -> str:
    """Return the query of a table's rows that stay, with other names where they were named by those who go."""
    conditions = [f'"{column}" NOT IN (SELECT id FROM gone)' for column in columns if column in APPLICATIONS]
    conditions += [f'"{column}" NOT IN (SELECT id FROM ended)' for column in columns if column in PEOPLE]
    if {"kind", "key"} <= set(columns):
        conditions.append('NOT EXISTS (SELECT 1 FROM lost WHERE lost.kind = rows.kind AND lost.key = rows.key)')
    values = ", ".join(_value(column) for column in columns)
    return f"SELECT {values} FROM {OLD}.{name} AS rows WHERE {' AND '.join(conditions) or 'true'}"


def _value(column: str) -> str:
    if column not in NAMED:
        return f'"{column}"'
    mine, prefix = f'rows."{column}"', f'left(rows."{column}", 2)'
    token = f"(SELECT token FROM gone WHERE gone.id = substr({mine}, 3))"
    return f"coalesce(CASE WHEN {prefix} IN ({_PREFIXES}) THEN {prefix} || {token} END, {mine})"


_PREFIXES = ", ".join(f"'{prefix}'" for prefix in PREFIXES)


def _events(duck: duckdb.DuckDBPyConnection, erasure: Erasure) -> None:
    found = fetched(duck.sql(f"SELECT * FROM {OLD}.gang_events"))
    with registered(duck, incoming=erasure.events(found).select(found.columns)):
        duck.execute("INSERT INTO gang_events SELECT * FROM incoming ORDER BY night, position")


@dataclass(frozen=True)
class Carried:
    """The tables of no night, and the labels."""

    log: pl.DataFrame
    purged: pl.DataFrame
    labels: pl.DataFrame | None = None
    """None: the labels stay behind."""

    @property
    def height(self) -> int:
        return self.log.height + self.purged.height + (0 if self.labels is None else self.labels.height)

    def write(self, duck: duckdb.DuckDBPyConnection) -> None:
        """Add it all to the attached new file."""
        add_rows(duck, "audit", self.log)
        add_rows(duck, "purged", self.purged)
        if self.labels is not None:
            write_labels(duck, self.labels)


def carried_over(old: duckdb.DuckDBPyConnection, erasure: Erasure) -> tuple[Carried, tuple[int, ...]]:
    """Return what of the attached old file belongs to no night, as it is to be, and the entries of the log whose words go."""
    log, emptied = erasure.log(rows_of(old, "audit"))
    tokens = erasure.applications.select("token", key=pl.lit(erasure.key))
    purged = pl.concat([rows_of(old, "purged"), tokens]).unique().sort("key", "token")
    types = model.LABELS.schema
    labels = with_zone(fetched(old.sql(f"SELECT {schema.quoted(types)} FROM labels ORDER BY position")), types)
    return Carried(log, purged, erasure.labels(labels)), emptied
