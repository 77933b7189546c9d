"""The embedded store's tables: made from the vocabulary, so that the two cannot drift apart.

`book` holds applications and their keys side by side, one row a version of an application. A key that is equal to the raw value
of its column is stored as null, and a value that gave no key as an empty text: most keys need no room of their own that way.
Every row of a fact or derived table has the night that opened it, and the night that closed it or null.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources

import polars as pl

from fraudgraph import model
from fraudgraph.stores import port

FORMAT = 5
"""Version of the layout. A store of a higher one is refused, one of a lower one is brought up to it by its next writer; to be raised
with every change of a table."""

FORMER = {1: "cafb60e60b2c8d5a", 2: "fb0a91a482594c69", 3: "87a9d608781d5627", 4: "18ce2b004ea7406b"}
"""Former formats that can still be read -> their layouts. 1 has no labels and no columns for the slots of masked values; 1 and 2 have none
of the tables `OUTSIDE`."""

LATER = {"pairs": 5, "pair_values": 2, "hub_windows": 4}
"""Derived table -> the first format that has it, as it is now. Of an older store it is read as empty."""

OUTSIDE_SINCE = 3
"""The first format with the tables `OUTSIDE`."""

OUTSIDE = {table.name: table for table in (port.AUDIT, port.PURGED)}
"""Tables of no night: a night that is taken back, and a book that is started afresh, leave them as they are."""

Schema = dict[str, "pl.DataType | type[pl.DataType]"]

SQL_TYPES: dict[pl.DataType | type[pl.DataType], str] = {
    pl.String: "VARCHAR",
    pl.Float64: "DOUBLE",
    pl.Int64: "BIGINT",
    pl.Boolean: "BOOLEAN",
    pl.Date: "DATE",
    model.TIME: "TIMESTAMP",
    pl.UInt32: "UINTEGER",
}

DERIVED: dict[str, model.Table] = {table.name: table for table in port.DERIVED}

KEY: dict[str, tuple[str, ...]] = {
    "relations": ("source", "target", "kind", "applied_at"),
    "membership": ("application_id",),
    "persons": ("person_id",),
    "conflicts": ("application_a", "application_b", "rule", "reason"),
    "hubs": ("kind", "key"),
    "hub_windows": ("kind", "key", "window"),
    "pairs": ("person_a", "person_b"),
    "pair_values": ("person_a", "person_b", "kind", "key"),
    "ties": ("person_a", "person_b"),
    "communities": ("community_id", "person_id"),
    "verdicts": ("community_id",),
    "gangs": ("gang_id",),
    "gang_members": ("gang_id", "person_id"),
    "reasons": ("person_id",),
    "evidence": ("gang_id", "kind", "key"),
    "placeholders": ("kind", "key"),
}
"""What names a row: two rows of one night never agree on it. Always a table's first columns, so it is also the order of reading."""

NIGHTLY = ("book", "relations", *DERIVED)
"""Tables whose rows hold from a night to a night."""

BATCH_TABLES: dict[str, model.Table] = {table.name: table for table in port.BATCH_TABLES}
"""Tables of one batch, with a ``night`` and a ``position`` in it."""

NOW = "to_night IS NULL"
AT_NIGHT = "from_night <= $night AND (to_night IS NULL OR to_night > $night)"


def quoted(names: object) -> str:
    """Return column names of the fixed lists as SQL."""
    return ", ".join(f'"{name}"' for name in names)  # type: ignore[attr-defined]


def in_order_of_slots(names: set[str]) -> list[model.Slot]:
    return [slot for slot in model.STORED_SLOTS if slot.name in names]


def elided(slot: model.Slot) -> bool:
    """Is this slot's key left out where it equals the raw value?"""
    return not slot.derived and model.APPLICATIONS.schema[slot.column] == pl.String


def stored_key(slot: model.Slot, given: bool) -> str:
    """Return the SQL expression that turns an incoming key into what `book` holds; ``given``: has the batch this slot at all?"""
    key, raw = (f'"{slot.name}"' if given else "NULL::VARCHAR"), f'"{slot.column}"'
    if not elided(slot):
        return key
    if not given:
        return f"CASE WHEN {raw} IS NOT NULL THEN '' END"
    return f"CASE WHEN {key} IS NULL THEN CASE WHEN {raw} IS NOT NULL THEN '' END WHEN {key} <> {raw} THEN {key} END"


def read_key(slot: model.Slot) -> str:
    """Return the SQL expression that turns what `book` holds back into the key."""
    return f"nullif(coalesce(\"{slot.name}\", \"{slot.column}\"), '')" if elided(slot) else f'"{slot.name}"'


@dataclass(frozen=True)
class Source:
    """Something that can be read: a query, its columns, and the columns that order it."""

    rows: str
    """SQL, ready for a condition on the columns that are text."""
    schema: Schema
    order: tuple[str, ...]
    groups: str = ""
    """What follows after the condition."""

    def sql(self, condition: str = "true") -> str:
        return f"SELECT {quoted(self.schema)} FROM ({self.rows} WHERE {condition} {self.groups})"


def source(name: str, at: str, slots: list[model.Slot]) -> Source:
    """Return how to read a fact, derived or computed table; ``at`` is NOW or AT_NIGHT, ``slots`` those that the book has."""
    if name == "applications":
        return Source(_all(f"SELECT {quoted(model.APPLICATIONS.schema)} FROM book WHERE {at}"), model.APPLICATIONS.schema, BOOK_ORDER)
    if name == "keys":
        columns = ", ".join(["application_id", "applied_at", *(f'{read_key(slot)} AS "{slot.name}"' for slot in slots)])
        schema: Schema = {"application_id": pl.String, "applied_at": model.TIME, **{slot.name: pl.String for slot in slots}}
        return Source(_all(f"SELECT {columns} FROM book WHERE {at}"), schema, BOOK_ORDER)
    if name == "uses":
        return Source(_all(_uses(at, slots)), port.USES.schema, tuple(port.USES.schema))
    if name == "links":
        names = ("person_id", "kind", "key", "role")
        return Source(_links(at, slots), model.LINKS.schema, names, f"GROUP BY {quoted(names)}")
    table = DERIVED.get(name, model.RELATIONS)
    if table.name != name:
        raise ValueError(f"a store has no table {name!r}")
    return Source(_all(f"SELECT {quoted(table.schema)} FROM {name} WHERE {at}"), table.schema, KEY[name])


def has_rows(name: str, columns: Iterable[str]) -> bool:
    """Say whether what is read as ``name`` are rows of one table that has these columns."""
    return name in DERIVED or name == "applications" or (name == "keys" and set(columns) <= {"application_id"})


def found_first(name: str, at: str, condition: str) -> str:
    """Return what `source` is to be given as ``at``, for rows that meet ``condition``: where they are is found by its columns alone."""
    table = name if name in DERIVED else "book"
    return f"{at} AND rowid IN (SELECT rowid FROM {table} WHERE {at} AND {condition})"


def users_sql(slots: list[model.Slot]) -> str:
    """Return the query of `Reader.users`: ``wanted`` has value, kind, key, low, high; $low and $high bound them all."""
    parts = [
        f"SELECT wanted.value, application_id, '{slot.role}' AS role, applied_at AS used_at "
        f"FROM (SELECT application_id, applied_at, {read_key(slot)} AS key FROM book "
        f"WHERE {AT_NIGHT} AND applied_at BETWEEN $low AND $high) "
        f"JOIN (SELECT * FROM wanted WHERE kind = '{slot.kind}') AS wanted USING (key) WHERE applied_at BETWEEN wanted.low AND wanted.high"
        for slot in slots
    ]
    people = f"SELECT application_id, person_id FROM membership WHERE {AT_NIGHT}"
    return f"SELECT {quoted(port.USERS.schema)} FROM ({' UNION ALL '.join(parts)}) JOIN ({people}) USING (application_id)"


def users_of_few_sql(slots: list[model.Slot], keys: dict[str, list[str]]) -> str:
    """Return the query of `Reader.users` of few values: applications with a person that have one of them in one of ``slots``, and their
    keys in all of these. ``keys``: the parameters that a slot is compared with."""
    parts = [
        f'"{slot.name}" IN ({", ".join(keys[slot.name])})'
        + (f' OR "{slot.name}" IS NULL AND "{slot.column}" IN ({", ".join(keys[slot.name])})' if elided(slot) else "")
        for slot in slots
    ]
    columns = ", ".join(f'{read_key(slot)} AS "{slot.name}"' for slot in slots)
    people = f"SELECT application_id, person_id FROM membership WHERE {AT_NIGHT}"
    return (
        f"SELECT application_id, person_id, applied_at AS used_at, {columns} FROM (SELECT * FROM book WHERE {AT_NIGHT} "
        f"AND applied_at BETWEEN $low AND $high AND ({' OR '.join(parts)})) JOIN ({people}) USING (application_id)"
    )


def ending_sql(slots: list[model.Slot]) -> str:
    """Return the query of `Reader.ending`: $ending. A token is 27 characters that begin with a tilde, as no other key does.

    Rows are found first by a test on what is stored, which is quick and lets some too many through, and only theirs are read whole."""
    columns = dict.fromkeys(column for slot in slots for column in (slot.name, slot.column))
    anywhere = " OR ".join(f'ends_with("{column}", $ending)' for column in columns)
    parts = [
        f"SELECT application_id, '{slot.kind}' AS kind, {read_key(slot)} AS key, '{slot.role}' AS role, applied_at AS used_at FROM found "
        f"WHERE ends_with(CASE WHEN starts_with({read_key(slot)}, '~') AND length({read_key(slot)}) = 27 "
        f'THEN "{slot.column}" ELSE {read_key(slot)} END, $ending)'
        for slot in slots
    ]
    return (
        f"WITH place AS MATERIALIZED (SELECT rowid AS place FROM book WHERE {AT_NIGHT} AND ({anywhere})), "
        f"found AS MATERIALIZED (SELECT application_id, applied_at, {quoted(columns)} FROM book JOIN place ON book.rowid = place.place) "
        f"{' UNION ALL '.join(parts)}"
    )


BOOK_ORDER = ("applied_at", "application_id")


def _all(query: str) -> str:
    return f"SELECT * FROM ({query})"


def _uses(at: str, slots: list[model.Slot]) -> str:
    parts = [
        f"SELECT application_id, '{slot.kind}' AS kind, {read_key(slot)} AS key, '{slot.role}' AS role, applied_at AS used_at "
        f"FROM book WHERE {at} AND {read_key(slot)} IS NOT NULL"
        for slot in slots
        if slot not in model.MATCHING
    ]
    nothing = f"SELECT application_id, '' AS kind, '' AS key, '' AS role, applied_at AS used_at FROM book WHERE {at} AND false"
    return " UNION ALL ".join(parts or [nothing])


def _links(at: str, slots: list[model.Slot]) -> str:
    return (
        "SELECT person_id, kind, key, role, min(used_at) AS first_seen, max(used_at) AS last_seen, count(*) AS count "
        f"FROM ({_uses(at, slots)}) JOIN (SELECT application_id, person_id FROM membership WHERE {at}) USING (application_id)"
    )


def _create(name: str, columns: list[str]) -> str:
    return f"CREATE TABLE {name} ({', '.join(columns)})"


def _columns(schema: Schema) -> list[str]:
    return [f'"{name}" {SQL_TYPES[dtype]}' for name, dtype in schema.items()]


def table_statements() -> list[str]:
    """Return the statements that make an empty store's tables."""
    text = resources.files("fraudgraph.stores").joinpath("schema.sql").read_text(encoding="utf-8")
    text = "\n".join(line.split("--")[0].rstrip() for line in text.splitlines())
    keys = [f'"{slot.name}" VARCHAR' for slot in model.STORED_SLOTS]
    return [
        *(statement.strip() for statement in text.split(";") if statement.strip()),
        _create("book", _columns(model.APPLICATIONS.schema) + keys + list(NIGHTS)),
        *(versioned_statement(table) for table in (model.RELATIONS, *port.DERIVED)),
        *(_create(name, ["night INTEGER", "position BIGINT", *_columns(_without_position(table))]) for name, table in BATCH_TABLES.items()),
        labels_statement(),
        *(outside_statement(table) for table in OUTSIDE.values()),
    ]


def labels_statement() -> str:
    """Return the statement that makes the table of labels: a store of format 1 lacks it."""
    return _create("labels", ["position BIGINT", *_columns(model.LABELS.schema)])


def outside_statement(table: model.Table) -> str:
    """Return the statement that makes a table of no night: stores of formats 1 and 2 lack them."""
    return _create(table.name, _columns(table.schema))


def versioned_statement(table: model.Table) -> str:
    """Return the statement that makes a table whose rows hold from a night to a night."""
    return _create(table.name, [*_columns(table.schema), *NIGHTS])


NIGHTS = ("from_night INTEGER", "to_night INTEGER")


def _without_position(table: model.Table) -> Schema:
    return {name: dtype for name, dtype in table.schema.items() if name != "position"}


def view_statements() -> list[str]:
    """Return the statements that make the views, as of now, for people who look into the file with DuckDB itself."""
    slots = list(model.SLOTS)
    return [f"CREATE VIEW {name} AS {source(name, NOW, slots).sql()}" for name in ("applications", "keys", "uses", "links")]


def layout() -> str:
    """Return sixteen hexadecimal digits that name the tables of this layout. (Views hold nothing.)"""
    return hashlib.blake2b("\n".join(table_statements()).encode(), digest_size=8).hexdigest()
