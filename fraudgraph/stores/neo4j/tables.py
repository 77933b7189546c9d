"""How each table of the port is asked for: which question answers it, by an index where the rows asked for are named.

Rows that hold in a node and rows that a newer one took the place of (`...Version`) are read one after the other, in this order: a row
that is replaced meanwhile is found twice, but never missed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from fraudgraph import model
from fraudgraph.stores import port, schema
from fraudgraph.stores.neo4j import layout
from fraudgraph.stores.neo4j.connection import Transaction
from fraudgraph.stores.neo4j.frames import frame_of, series
from fraudgraph.stores.neo4j.longtexts import short

TABLES: dict[str, model.Table] = {table.name: table for table in (*port.FACTS, *port.DERIVED, model.LINKS, port.USES)}

BY: dict[str, tuple[str, ...]] = {
    "applications": ("application_id",),
    "persons": ("person_id",),
    "verdicts": ("community_id",),
    "gangs": ("gang_id",),
    "membership": ("application_id", "person_id"),
    "conflicts": ("application_a", "application_b"),
    "ties": ("person_a", "person_b"),
    "communities": ("person_id", "community_id"),
    "reasons": ("person_id",),
    "gang_members": ("person_id", "gang_id"),
    "evidence": ("gang_id",),
    "hubs": ("key",),
    "relations": ("source", "target"),
}
"""Table -> the columns that it can be asked by, each with a file ``read/TABLE-by-COLUMN``."""

BLOCK = 20_000
"""Rows that are turned into columns at a time."""

VALUES = 20_000
"""Values that are asked for at a time."""


@dataclass(frozen=True)
class Asked:
    """A question put to a reader."""

    name: str
    night: int
    """As the graph numbers it."""
    columns: tuple[str, ...]
    where: Mapping[str, list[str]]
    slots: tuple[model.Slot, ...]
    """The book's slots, where the question needs them."""


def order_of(name: str) -> list[str]:
    """Return the columns by which a table comes sorted."""
    if name in ("applications", "keys"):
        return ["applied_at", "application_id"]
    if name == "uses":
        return list(port.USES.schema)
    if name == "links":
        return ["person_id", "kind", "key", "role"]
    return list(schema.KEY[name])


def answer(transaction: Transaction, asked: Asked) -> pl.DataFrame:
    """Return at least the rows and columns that were asked for, in any order."""
    if asked.name == "keys":
        return _keys(transaction, asked)
    if asked.name == "uses":
        return _uses(transaction, asked)
    if asked.name == "links":
        return _links(transaction, asked)
    if asked.name == "applications":
        return _applications(transaction, asked.night, {c: layout.prop(c) for c in asked.columns}, model.APPLICATIONS.schema, asked.where)
    table = TABLES[asked.name]
    files, values = _files(asked.name, asked.where)
    frames = [frame_of(rows, table.schema) for file in files for rows in _rows(transaction, file, values, asked.night)]
    return _one_row_each(pl.concat([table.empty(), *frames]), asked.name)


def _files(name: str, where: Mapping[str, list[str]]) -> tuple[list[str], list[str] | None]:
    """Return the files that answer, and the values to ask the first by (None: all rows)."""
    by = next((column for column in BY.get(name, ()) if column in where), None)
    first = f"read/{name}" if by is None else f"read/{name}-by-{by.replace('_', '-')}"
    return [first, *([f"read/{name}-versions"] if name in layout.VERSIONED else [])], None if by is None else where[by]


def _rows(
    transaction: Transaction, file: str, values: list[str] | None, night: int, **given: object
) -> Iterator[list[list[object]]]:
    if values is None or file.endswith("-versions"):
        yield from transaction.blocks(file, BLOCK, night=night, **given)
        return
    for start in range(0, len(values), VALUES):
        some = [short(value) for value in values[start : start + VALUES]]
        yield from transaction.blocks(file, BLOCK, night=night, values=some, **given)


def _one_row_each(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    if name not in layout.VERSIONED:
        return frame
    return frame.unique(layout.VERSIONED[name].column, keep="first", maintain_order=True)


def _applications(
    transaction: Transaction, night: int, columns: Mapping[str, str], types: layout.Schema, where: Mapping[str, list[str]]
) -> pl.DataFrame:
    """Return columns (column -> property) of the applications of a night."""
    groups: dict[str, list[str]] = {"plain": [], "times": [], "dates": []}
    for column in dict.fromkeys(["application_id", *columns]):
        dtype = types[column]
        groups["times" if dtype == model.TIME else "dates" if dtype == pl.Date else "plain"].append(column)
    names = {"application_id": "applicationId", **columns}
    given = {group: [names[column] for column in members] for group, members in groups.items()}
    frames = [pl.DataFrame(schema={column: types[column] for column in columns})]
    files, values = _files("applications", where)
    for file in files:
        for rows in _rows(transaction, file, values, night, **given):
            found: dict[str, pl.Series] = {}
            for place, members in enumerate(groups.values()):
                values_of = zip(*(row[place] for row in rows), strict=True)  # type: ignore[misc]
                found |= {c: series(c, v, types[c]) for c, v in zip(members, values_of, strict=False)}
            frames.append(pl.DataFrame([found[column] for column in dict.fromkeys([*columns, "application_id"])]))
    if "application_id" not in columns:
        frames[0] = frames[0].with_columns(pl.lit(None, pl.String).alias("application_id"))
    return _one_row_each(pl.concat(frames), "applications").select(list(columns))


def _key_types(slots: tuple[model.Slot, ...] | list[model.Slot]) -> layout.Schema:
    return {"application_id": pl.String, "applied_at": model.TIME, **{slot.name: pl.String for slot in slots}}


def _keys(transaction: Transaction, asked: Asked) -> pl.DataFrame:
    types = _key_types(asked.slots)
    columns = {c: layout.key_prop(c) if c in model_slots(asked.slots) else layout.prop(c) for c in asked.columns}
    where = dict(asked.where)
    by = next((c for c in where if c in model.SLOT), None)
    if "application_id" not in where and by is not None:
        found = _having(transaction, model.SLOT[by], where[by], asked.night)
        where["application_id"] = found.get_column("application_id").unique().sort().to_list()
    return _applications(transaction, asked.night, columns, types, where)


def model_slots(slots: tuple[model.Slot, ...]) -> set[str]:
    return {slot.name for slot in slots}


def _uses(transaction: Transaction, asked: Asked) -> pl.DataFrame:
    """By keys where there are any, else by applications, else all; only the slots that are asked about."""
    kinds, roles = asked.where.get("kind"), asked.where.get("role")
    slots = [
        slot
        for slot in asked.slots
        if slot.name not in layout.MATCHING and (kinds is None or slot.kind in kinds) and (roles is None or slot.role in roles)
    ]
    if "key" in asked.where and "application_id" not in asked.where:
        parts = [_having(transaction, slot, asked.where["key"], asked.night) for slot in slots]
        return pl.concat([port.USES.empty(), *parts])
    where = {column: values for column, values in asked.where.items() if column == "application_id"}
    columns = {"application_id": "applicationId", "applied_at": "appliedAt", **{slot.name: layout.key_prop(slot.name) for slot in slots}}
    return unfolded(_applications(transaction, asked.night, columns, _key_types(slots), where), slots)


def unfolded(keys: pl.DataFrame, slots: list[model.Slot]) -> pl.DataFrame:
    """Return USES of a keys table that has ``applied_at`` too."""
    parts = [
        keys.select(
            "application_id",
            pl.lit(slot.kind).alias("kind"),
            pl.col(slot.name).alias("key"),
            pl.lit(slot.role).alias("role"),
            pl.col("applied_at").alias("used_at"),
        ).drop_nulls("key")
        for slot in slots
        if slot.name in keys.columns
    ]
    return pl.concat([port.USES.empty(), *parts])


def _having(transaction: Transaction, slot: model.Slot, values: list[str], night: int) -> pl.DataFrame:
    """Return USES of the applications that have these keys in a slot."""
    types: layout.Schema = {"application_id": pl.String, "key": pl.String, "used_at": model.TIME}
    file = f"read/uses/{slot.name.replace('.', '-').replace('_', '-')}"
    frames = [frame_of(rows, types) for rows in _rows(transaction, file, values, night)]
    columns = {"application_id": "applicationId", "key": layout.key_prop(slot.name), "used_at": "appliedAt"}
    names = {layout.prop(c) if c != "key" else "key": c for c in columns}
    given = {"plain": [columns["application_id"], columns["key"]], "times": [columns["used_at"]], "dates": []}
    older = [
        frame_of([[*row[0], row[1][0]] for row in rows], types)  # type: ignore[misc,index]
        for rows in transaction.blocks("read/applications-versions", BLOCK, night=night, **given)
    ]
    asked = pl.Series([short(value) for value in values], dtype=pl.String).implode()
    found = pl.concat([pl.DataFrame(schema=types), *frames, *older]).filter(pl.col("key").is_in(asked))
    found = found.unique("application_id", keep="first", maintain_order=True)
    assert names
    return found.select(
        "application_id", pl.lit(slot.kind).alias("kind"), "key", pl.lit(slot.role).alias("role"), "used_at"
    )


def _links(transaction: Transaction, asked: Asked) -> pl.DataFrame:
    """Uses and persons put together; by persons or by keys where there are any."""
    inside = {column: values for column, values in asked.where.items() if column in ("kind", "key", "role")}
    membership = None
    if "person_id" in asked.where and "key" not in inside:
        membership = _membership(transaction, asked.night, {"person_id": asked.where["person_id"]})
        inside["application_id"] = membership.get_column("application_id").to_list()
    uses = _uses(transaction, Asked("uses", asked.night, (), inside, asked.slots))
    if membership is None:
        named = {"application_id": uses.get_column("application_id").unique().sort().to_list()} if "key" in inside else {}
        membership = _membership(transaction, asked.night, named)
    return linked(uses, membership)


def _membership(transaction: Transaction, night: int, where: Mapping[str, list[str]]) -> pl.DataFrame:
    return answer(transaction, Asked("membership", night, (), where, ()))


def linked(uses: pl.DataFrame, membership: pl.DataFrame) -> pl.DataFrame:
    """Return LINKS, in any order."""
    names = ["person_id", "kind", "key", "role"]
    found = uses.join(membership.select("application_id", "person_id"), on="application_id").group_by(names)
    return found.agg(
        pl.col("used_at").min().alias("first_seen"), pl.col("used_at").max().alias("last_seen"), pl.len().cast(pl.Int64).alias("count")
    ).select(list(model.LINKS.schema))
