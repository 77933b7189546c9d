"""Who uses a few values of an embedded book, in one query: by the numbers at rest where they hold, else by comparing texts."""

from __future__ import annotations

from typing import Any

import duckdb
import polars as pl

from fraudgraph import model
from fraudgraph.stores import numbering, schema
from fraudgraph.stores.frames import fetched, with_zone
from fraudgraph.stores.port import USERS, unfolded

FEW = 500
"""Values up to which it pays; of more each slot is joined with them."""


def of_few(duck: duckdb.DuckDBPyConnection, night: int, wanted: pl.DataFrame, slots: list[model.Slot]) -> pl.DataFrame:
    """Return USERS of ``wanted`` (as `Reader.users` has it, at most FEW) in the given slots of the book, of kinds that are wanted."""
    asked = wanted.with_row_index("value").filter(pl.col("kind").is_in([slot.kind for slot in slots]))
    keys = {f"key_{number}": key for number, key in enumerate(asked["key"])}
    low, high = (asked[end].dt.replace_time_zone(None) for end in ("low", "high"))
    given = {"night": night, "low": low.min(), "high": high.max(), **keys}
    if numbering.valid(duck):
        asked = asked.with_columns(pl.Series("key", _hashes(duck, asked, keys), dtype=pl.UInt64))
        sql = _numbers_sql(slots, asked["kind"].to_list())
    else:
        sql = schema.users_of_few_sql(slots, _names(slots, asked["kind"].to_list()))
    rows = with_zone(fetched(duck.sql(sql, params=given)), {"used_at": model.TIME})
    named = unfolded(rows)
    found = named.join(asked, on=["kind", "key"]).filter(pl.col("used_at").is_between("low", "high"))
    return USERS.check(found.with_columns(pl.col("value").cast(pl.UInt32)))


def _names(slots: list[model.Slot], kinds: list[str]) -> dict[str, list[str]]:
    """Return the parameters that each slot is compared with."""
    return {slot.name: [f"$key_{number}" for number, kind in enumerate(kinds) if kind == slot.kind] for slot in slots}


def _hashes(duck: duckdb.DuckDBPyConnection, asked: pl.DataFrame, keys: dict[str, str]) -> list[Any]:
    numbers = ", ".join(f"hash($key_{place}, '{_known(kind)}')" for place, kind in enumerate(asked["kind"]))
    return list(duck.execute(f"SELECT {numbers}", keys).fetchall()[0]) if keys else []


def _known(kind: str) -> str:
    """Return the kind, which is one of the vocabulary's; raise ValueError for any other."""
    if kind not in {slot.kind for slot in model.SLOTS}:
        raise ValueError(f"there is no kind {kind!r}")
    return kind


def _numbers_sql(slots: list[model.Slot], kinds: list[str]) -> str:
    """Return the query by numbers: $night, $low, $high, and $key_0 ... of the given kinds."""
    columns = ", ".join(f'"{slot.name}"' for slot in slots)
    parts = []
    for slot in slots:
        numbers = ", ".join(f"hash($key_{place}, '{slot.kind}')" for place, kind in enumerate(kinds) if kind == slot.kind)
        parts.append(f'SELECT rowid AS place FROM {numbering.TABLE} WHERE "{slot.name}" IN ({numbers})')
    # A slot a time, and of all others only what stands in the rows that are found.
    return (
        f"WITH place AS MATERIALIZED ({' UNION '.join(parts)}), found AS MATERIALIZED "
        f"(SELECT application, micros, {columns} FROM {numbering.TABLE} AS numbered JOIN place ON numbered.rowid = place.place "
        f"WHERE {schema.AT_NIGHT} AND micros BETWEEN epoch_us($low) AND epoch_us($high)) "
        f"SELECT application_id, person_id, make_timestamp(micros) AS used_at, {columns} FROM found "
        f"JOIN (SELECT hash(application_id) AS application, application_id, person_id FROM membership WHERE {schema.AT_NIGHT} "
        "AND hash(application_id) IN (SELECT application FROM found)) USING (application)"
    )
