"""A change as rows: what is closed, what is opened, what is added. Runs inside the writer's transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable

import duckdb
import polars as pl

from fraudgraph import model
from fraudgraph.stores import numbering, schema
from fraudgraph.stores.frames import in_order, registered
from fraudgraph.stores.port import Batch, Change, Version
from fraudgraph.stores.reading import Head


def write_change(duck: duckdb.DuckDBPyConnection, change: Change, batch: Batch, *, afresh: bool) -> None:
    """Write it all; ``afresh``: there are no rows yet."""
    night = batch.night
    good = not afresh and numbering.valid(duck)
    _write_book(duck, change, night, afresh)
    _write_relations(duck, change.relations, night, afresh)
    for name in schema.DERIVED:
        if name in change.derived or name in change.closed:
            opened = change.derived.get(name, schema.DERIVED[name].empty())
            _write_derived(duck, name, opened, change.closed.get(name), night, whole=change.whole, afresh=afresh)
    positions = {"input_order": change.input_order, "rejects": _numbered(change.rejects), "gang_events": _numbered(change.gang_events)}
    for name, frame in positions.items():
        _insert(duck, name, frame, list(frame.columns), night, "night")
    _write_documents(duck, "calibration", change.calibration, night)
    _write_documents(duck, "ruleset", change.ruleset, night)
    _write_settings(duck, change, night)
    duck.execute(
        "INSERT INTO batches VALUES (?, ?, ?, ?, ?)",
        [night, batch.digest, batch.command, batch.known_at, _json(dict(batch.summary))],
    )
    numbering.follow(duck, night, good=good)


def upgrade(duck: duckdb.DuckDBPyConnection, found: Head) -> None:
    """Bring a store of a former format up to this one; inside the transaction of the change that needs it."""
    if found.format < 2:
        duck.execute(schema.labels_statement())
        for slot in model.MATCHING:
            duck.execute(f'ALTER TABLE book ADD COLUMN "{slot.name}" VARCHAR')
    if found.format < schema.OUTSIDE_SINCE:
        for table in schema.OUTSIDE.values():
            duck.execute(schema.outside_statement(table))
    if found.format in schema.FORMER:
        for name, since in schema.LATER.items():
            if found.format < since:
                duck.execute(f"DROP TABLE IF EXISTS {name}")
                duck.execute(schema.versioned_statement(schema.DERIVED[name]))
        duck.execute("UPDATE meta SET value = ? WHERE key = 'format'", [str(schema.FORMAT)])
        duck.execute("UPDATE meta SET value = ? WHERE key = 'layout'", [schema.layout()])


def write_labels(duck: duckdb.DuckDBPyConnection, labels: pl.DataFrame) -> None:
    """Add LABELS behind those that are there."""
    names = schema.quoted(model.LABELS.schema)
    with registered(duck, incoming=_numbered(labels.select(list(model.LABELS.schema)))):
        (row,) = duck.execute("SELECT coalesce(max(position), -1) + 1 FROM labels").fetchall()
        duck.execute(f"INSERT INTO labels (position, {names}) SELECT position + $next, {names} FROM incoming", {"next": row[0]})


def _write_book(duck: duckdb.DuckDBPyConnection, change: Change, night: int, afresh: bool) -> None:
    if change.applications.is_empty():
        return
    given = {column for column in change.keys.columns if column != "application_id"}
    rows = pl.concat([change.applications.select(list(model.APPLICATIONS.schema)), change.keys.drop("application_id")], how="horizontal")
    columns = [*model.APPLICATIONS.schema, *(slot.name for slot in model.STORED_SLOTS)]
    values = ", ".join(
        [schema.quoted(model.APPLICATIONS.schema), *(schema.stored_key(slot, slot.name in given) for slot in model.STORED_SLOTS)]
    )
    with registered(duck, incoming=in_order(rows, schema.BOOK_ORDER)):
        if not afresh:
            duck.execute(
                "UPDATE book SET to_night = $night WHERE to_night IS NULL AND application_id IN (SELECT application_id FROM incoming)",
                {"night": night},
            )
        duck.execute(f"INSERT INTO book ({schema.quoted(columns)}, from_night) SELECT {values}, $night FROM incoming", {"night": night})
    known = {str(row[0]) for row in duck.execute("SELECT slot FROM slots").fetchall()}
    new = [[slot.name, night] for slot in schema.in_order_of_slots(given - known)]
    if new:
        duck.executemany("INSERT INTO slots VALUES (?, ?)", new)


def _write_relations(duck: duckdb.DuckDBPyConnection, relations: pl.DataFrame, night: int, afresh: bool) -> None:
    columns = list(model.RELATIONS.schema)
    if relations.is_empty():
        return
    if afresh:
        _insert(duck, "relations", relations, columns, night)
        return
    same = _agree("stored", "incoming", schema.KEY["relations"])
    with registered(duck, incoming=relations.select(columns)):
        duck.execute(
            "CREATE TEMP TABLE summed AS SELECT incoming.* REPLACE (incoming.weight + coalesce(stored.weight, 0) AS weight) "
            f"FROM incoming LEFT JOIN (SELECT * FROM relations WHERE to_night IS NULL) AS stored ON {same}"
        )
        duck.execute(
            "UPDATE relations SET to_night = $night WHERE rowid IN "
            f"(SELECT stored.rowid FROM relations AS stored SEMI JOIN incoming ON {same} WHERE stored.to_night IS NULL)",
            {"night": night},
        )
    names = schema.quoted(columns)
    duck.execute(f"INSERT INTO relations ({names}, from_night) SELECT {names}, $night FROM summed", {"night": night})
    duck.execute("DROP TABLE summed")


def _write_derived(
    duck: duckdb.DuckDBPyConnection,
    name: str,
    opened: pl.DataFrame,
    closed: pl.DataFrame | None,
    night: int,
    *,
    whole: bool,
    afresh: bool,
) -> None:
    columns, key = list(schema.DERIVED[name].schema), schema.KEY[name]
    if afresh:
        _insert(duck, name, opened, columns, night)
        return
    gone = opened if closed is None or whole else pl.concat([closed.select(key), opened.select(key)])
    names = schema.quoted(columns)
    with registered(duck, incoming=opened.select(columns), leaving=gone.select(key)):
        now = f"(SELECT rowid AS place, {names} FROM {name} WHERE to_night IS NULL)"
        if not whole:  # it is found once where these rows are; of a whole book nothing is copied
            same = _agree("stored", "leaving", key)
            duck.execute(f"CREATE TEMP TABLE there AS SELECT * FROM {now} AS stored SEMI JOIN leaving ON {same}")
            now = "there"
        duck.execute(
            f"UPDATE {name} SET to_night = $night WHERE rowid IN "
            f"(SELECT place FROM {now} AS stored ANTI JOIN incoming ON {_agree('stored', 'incoming', columns)})",
            {"night": night},
        )
        duck.execute(
            f"INSERT INTO {name} ({names}, from_night) SELECT {names}, $night FROM incoming "
            f"ANTI JOIN {now} AS stored ON {_agree('stored', 'incoming', columns)}",
            {"night": night},
        )
        if not whole:
            duck.execute("DROP TABLE there")


def _agree(left: str, right: str, columns: Iterable[str]) -> str:
    return " AND ".join(f'{left}."{column}" IS NOT DISTINCT FROM {right}."{column}"' for column in columns)


def _numbered(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_row_index("position").with_columns(pl.col("position").cast(pl.Int64))


def _insert(
    duck: duckdb.DuckDBPyConnection, table: str, frame: pl.DataFrame, columns: list[str], night: int, night_column: str = "from_night"
) -> None:
    if frame.is_empty():
        return
    names = schema.quoted(columns)
    with registered(duck, incoming=frame.select(columns)):
        duck.execute(f"INSERT INTO {table} ({names}, {night_column}) SELECT {names}, $night FROM incoming", {"night": night})


def _write_documents(duck: duckdb.DuckDBPyConnection, kind: str, version: Version | None, night: int) -> None:
    if version is None:
        return
    (row,) = duck.execute("SELECT arg_max(name, from_night) FROM documents WHERE kind = ?", [kind]).fetchall()
    if row[0] != version.name:
        duck.execute("INSERT INTO documents VALUES (?, ?, ?, ?)", [kind, version.name, _json(dict(version.document)), night])


def _write_settings(duck: duckdb.DuckDBPyConnection, change: Change, night: int) -> None:
    stored = dict(duck.execute("SELECT key, arg_max(value, from_night) FROM settings GROUP BY key").fetchall())
    given = {key: _json(value) for key, value in sorted(change.settings.items())}
    new = [[key, value, night] for key, value in given.items() if stored.get(key) != value]
    if new:
        duck.executemany("INSERT INTO settings VALUES (?, ?, ?)", new)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, allow_nan=False)
