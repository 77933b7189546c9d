"""People erased from a graph: their nodes, the nodes of what only they gave, and their names wherever else they stand.

Some thousand rows a transaction, each of which does no harm when it is done twice. Until the night is written that follows (the book
without them, solved again) readers find the former verdicts without these people; the book says `erasing` for as long.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import polars as pl

from fraudgraph import model
from fraudgraph.stores import port
from fraudgraph.stores.neo4j import layout
from fraudgraph.stores.neo4j.connection import Connection, Transaction
from fraudgraph.stores.neo4j.frames import frame_of
from fraudgraph.stores.neo4j.longtexts import PREFIX, short
from fraudgraph.stores.neo4j.outside import add_entry
from fraudgraph.stores.neo4j.reading import Neo4jReader
from fraudgraph.stores.neo4j.tables import ALWAYS
from fraudgraph.stores.port import Erasure

ROWS = 1_000
"""Rows of a transaction."""

Hold = Callable[[Transaction], None]
"""Holds the book inside a transaction; raises StoreBusy where the lease was lost."""

VALUE: layout.Schema = {"kind": pl.String, "key": pl.String}


def erase(connection: Connection, hold: Hold, erasure: Erasure, before: Neo4jReader, after: Callable[[], Neo4jReader]) -> tuple[int, ...]:
    """Erase the applications; return the numbers of the entries of the log whose words went.

    ``before`` reads the book with them, ``after`` opens a reader of the book without them.
    """
    writes = _Writes(connection, hold)
    ids = erasure.applications["application_id"].to_list()
    values, long = _given(connection, before, ids)
    for part in _parts(erasure.applications.rows()):
        writes.do("load/purged", tokens=[token for _, token in part], key=erasure.key)
    emptied = _words(connection, writes, erasure)
    for part in _parts(erasure.applications.rows()):
        rows, given = [list(row) for row in part], {"applications": [row[0] for row in part]}
        names = {f"{prefix}{old}": f"{prefix}{new}" for old, new in part for prefix in ("C-", "G-")}
        writes.do("load/erase-applications", rows=rows)
        writes.do("load/erase-versions", **given)
        writes.do("load/erase-people", rows=rows)
        writes.do("load/erase-people-versions", names={f"P-{old}": f"P-{new}" for old, new in part})
        writes.do("load/erase-names", rows=rows)
        writes.do("load/erase-names-versions", names=names)
    _values(writes, values, after())
    _long_texts(connection, writes, long)
    _batches(connection, writes, set(ids))
    return emptied


class _Writes:
    """Files of Cypher, each run in a transaction that holds the book."""

    def __init__(self, connection: Connection, hold: Hold) -> None:
        self._connection = connection
        self._hold = hold

    def do(self, name: str, **given: Any) -> None:
        def write(transaction: Transaction) -> None:
            self._hold(transaction)
            transaction.do(name, **given)

        self._connection.writing(write)


def _parts(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(rows), ROWS):
        yield rows[start : start + ROWS]


def _given(connection: Connection, reader: Neo4jReader, ids: list[str]) -> tuple[pl.DataFrame, set[str]]:
    """Return the values that the applications gave in any version (kind, key), and the tokens of all their long texts."""
    applications = reader.table("applications", where={"application_id": ids})
    keys = reader.table("keys", where={"application_id": ids})
    slots = layout.identifiers(layout.slots(set(keys.columns)))
    frames = [keys.select(pl.lit(slot.kind).alias("kind"), pl.col(slot.name).alias("key")).drop_nulls() for slot in slots]
    long: set[str] = set()
    for part in _parts(ids):
        for (row,) in connection.rows("read/erase-versions", applications=list(part)):
            older = [(slot.kind, row.get(layout.key_prop(slot.name))) for slot in slots]
            frames.append(pl.DataFrame([pair for pair in older if pair[1] is not None], schema=VALUE, orient="row"))
            long |= {value for value in row.values() if isinstance(value, str) and value.startswith(PREFIX)}
    texts = [frame.get_column(name) for frame in (applications, keys) for name, dtype in frame.schema.items() if dtype == pl.String]
    long |= {token for column in texts for value in column.drop_nulls().unique() if (token := short(value)) != value}
    return pl.concat([pl.DataFrame(schema=VALUE), *frames]).unique().sort("kind", "key"), long


def _values(writes: _Writes, values: pl.DataFrame, reader: Neo4jReader) -> None:
    """Erase the values that nobody has any more; those that one person has are no nodes that anybody shares."""
    low, high = (pl.lit(moment).cast(model.TIME) for moment in ALWAYS)
    asked = values.with_columns(low=low, high=high)
    users = reader.users(asked).group_by("value").agg(pl.col("person_id").n_unique().alias("people"))
    people = values.with_row_index("value").join(users, on="value", how="left").with_columns(pl.col("people").fill_null(0))
    people = people.with_columns(pl.Series("key", [short(key) for key in people["key"]], dtype=pl.String))
    for part in _parts(people.filter(pl.col("people") == 0).select("kind", "key").rows()):
        writes.do("load/erase-values", rows=[list(row) for row in part])
    for part in _parts(people.filter(pl.col("people") == 1).select("kind", "key").rows()):
        writes.do("load/erase-uses", rows=[list(row) for row in part], night=reader.physical + 1)


def _long_texts(connection: Connection, writes: _Writes, tokens: set[str]) -> None:
    if tokens:
        kept = {str(token) for (token,) in connection.rows("read/erase-long-texts", tokens=sorted(tokens))}
        writes.do("load/erase-long-texts", tokens=sorted(tokens - kept))


def _batches(connection: Connection, writes: _Writes, ids: set[str]) -> None:
    """Write the parts of input order and rejects anew that name one of them."""
    shown = {name[:64] for name in ids}
    for night, table, part in connection.rows("read/erase-parts"):
        given = {"night": night, "table": table, "part": part}
        ((rows,),) = connection.rows("read/erase-part", **given)
        columns = json.loads(rows)
        if table == "input_order":
            kept = [place for place, name in enumerate(columns["application_id"]) if name not in ids]
            cleaned = {column: [values[place] for place in kept] for column, values in columns.items()}
        else:
            cleaned = columns | {"value": ["" if value in shown else value for value in columns["value"]]}
        if cleaned != columns:
            writes.do("load/erase-batch-rows", **given, rows=json.dumps(cleaned, ensure_ascii=False))


def _words(connection: Connection, writes: _Writes, erasure: Erasure) -> tuple[int, ...]:
    """Take names and words out of events, labels and the log, and write the entry of the purge."""
    events: layout.Schema = {"night": pl.Int64, "position": pl.Int64, **model.GANG_EVENTS.schema}
    found = frame_of(connection.rows("read/erase-events"), events)
    renamed = erasure.events(found).join(found, on=found.columns, how="anti", nulls_equal=True)
    for part in _parts(renamed.select("night", "position", "gang_id", "from_ids", "cause_application").rows()):
        writes.do("load/erase-events", rows=[list(row) for row in part])
    labels = frame_of(connection.rows("read/erase-labels"), {"position": pl.Int64, **model.LABELS.schema})
    cleaned = erasure.labels(labels).join(labels, on=labels.columns, how="anti", nulls_equal=True)
    for part in _parts(cleaned.select("position", "gang_id", "reason").rows()):
        writes.do("load/erase-labels", rows=[list(row) for row in part])
    return _log(connection, erasure)


def _log(connection: Connection, erasure: Erasure) -> tuple[int, ...]:
    """Write the entry of the purge, and take the words of former entries, in one transaction."""
    call = secrets.token_hex(16)
    emptied: list[int] = []

    def write(transaction: Transaction) -> None:
        transaction.rows("load/audit-hold", call=call)
        log, numbers = erasure.log(frame_of(transaction.rows("read/audit"), port.AUDIT.schema))
        emptied[:] = numbers
        transaction.do("load/erase-audit", numbers=list(numbers))
        add_entry(transaction, lambda last: log.tail(1), call)

    connection.writing(write)
    return tuple(emptied)
