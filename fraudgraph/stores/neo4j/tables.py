"""How each table of the port is asked for: which question answers it, by an index where the rows asked for are named.

Rows that hold in a node and rows that a newer one took the place of (`...Version`) are read one after the other, in this order: a row
that is replaced meanwhile is found twice, but never missed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import polars as pl

from fraudgraph import model
from fraudgraph.stores import port, schema
from fraudgraph.stores.neo4j import layout
from fraudgraph.stores.neo4j.connection import Transaction
from fraudgraph.stores.neo4j.frames import frame_of, lists, series
from fraudgraph.stores.neo4j.longtexts import shortened

TABLES: dict[str, model.Table] = {table.name: table for table in (*port.FACTS, *port.DERIVED, model.LINKS, port.USES)}

BY: dict[str, tuple[str, ...]] = {
    "applications": ("application_id",),
    "persons": ("person_id",),
    "verdicts": ("community_id",),
    "gangs": ("gang_id",),
    "membership": ("application_id", "person_id"),
    "conflicts": ("application_a", "application_b"),
    "pairs": ("person_a", "person_b"),
    "pair_values": ("person_a", "person_b"),
    "ties": ("person_a", "person_b"),
    "communities": ("person_id", "community_id"),
    "reasons": ("person_id",),
    "gang_members": ("person_id", "gang_id"),
    "evidence": ("gang_id",),
    "hubs": ("key",),
    "hub_windows": ("key",),
    "relations": ("source", "target"),
}
"""Table -> the columns that it can be asked by, each with a file ``read/TABLE-by-COLUMN``."""

SINGLE = frozenset({"hubs", "hub_windows", "placeholders"})
"""Tables that are small enough to come at once; the others come in pages."""

PAGE = 4_000
"""Nodes of a page. A page is one record, a list of rows: a record of the driver costs twelve times as much as a row in a list."""

VALUES = 4_000
"""Values that are asked for at a time."""

WANTED: layout.Schema = {"value": pl.Int64, "kind": pl.String, "key": pl.String, "low": model.TIME, "high": model.TIME}
"""Which uses are asked for: number of the question, the value, from when to when."""

FOUND: layout.Schema = {"value": pl.Int64, "application_id": pl.String, "key": pl.String, "used_at": model.TIME, "person_id": pl.String}

ALWAYS = (datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC))


@dataclass(frozen=True)
class Asked:
    """A question put to a reader."""

    name: str
    night: int
    """As the graph numbers it."""
    columns: tuple[str, ...] = ()
    """For applications and keys, application_id among them; the other tables give all they have."""
    where: Mapping[str, list[str]] = field(default_factory=dict)
    slots: tuple[model.Slot, ...] = ()
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
        columns = {column: layout.prop(column) for column in asked.columns}
        return _applications(transaction, asked.night, columns, model.APPLICATIONS.schema, asked.where)
    table = TABLES[asked.name]
    nested = asked.name not in layout.VERSIONED and asked.name not in SINGLE
    blocks = _blocks(transaction, asked.name, asked.night, asked.where, nested=nested)
    return _one_row_each(pl.concat([table.empty(), *(frame_of(rows, table.schema) for rows in blocks)]), asked.name)


def pages(transaction: Transaction, file: str, night: int, *, nested: bool, **given: Any) -> Iterator[list[Any]]:
    """Yield the rows of a file that answers in pages; ``nested``: it lists them node by node."""
    start: str | None = ""
    while start is not None:
        ((last, rows),) = transaction.rows(file, night=night, page=PAGE, **{"from": start}, **given)
        yield [row for node in rows for row in node] if nested else rows
        start = None if last is None else last + "\0"  # the very next text


def unfolded(keys: pl.DataFrame, slots: Sequence[model.Slot]) -> pl.DataFrame:
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
    ]
    return pl.concat([port.USES.empty(), *parts])


def linked(uses: pl.DataFrame, membership: pl.DataFrame) -> pl.DataFrame:
    """Return LINKS, in any order."""
    found = uses.join(membership.select("application_id", "person_id"), on="application_id")
    return found.group_by("person_id", "kind", "key", "role").agg(
        pl.col("used_at").min().alias("first_seen"), pl.col("used_at").max().alias("last_seen"), pl.len().cast(pl.Int64).alias("count")
    )


def users(transaction: Transaction, night: int, slots: Sequence[model.Slot], wanted: pl.DataFrame) -> pl.DataFrame:
    """Return value, application_id, kind, key, role, used_at and person_id (null: of nobody) of the uses that are WANTED."""
    parts = [
        found.select(
            "value", "application_id", pl.lit(slot.kind).alias("kind"), "key", pl.lit(slot.role).alias("role"), "used_at", "person_id"
        )
        for slot in slots
        if (found := _having(transaction, slot, wanted.filter(pl.col("kind") == slot.kind), night)).height
    ]
    types: layout.Schema = {"value": pl.Int64, **port.USES.schema, "person_id": pl.String}
    return pl.concat([pl.DataFrame(schema=types), *(part.select(list(types)) for part in parts)])


def endings(transaction: Transaction, night: int, slots: Sequence[model.Slot], ending: str) -> pl.DataFrame:
    """Return USES of the slots whose key, or the caption in its place, ends like this."""
    asked = [[slot.kind, slot.role, layout.key_prop(slot.name), layout.prop(slot.column)] for slot in slots]
    given = {"slots": asked, "ending": ending}
    blocks = list(pages(transaction, "read/ending", night, nested=True, **given))
    blocks.append([row for (row,) in transaction.rows("read/ending-versions", night=night, **given)])
    frames = [frame_of(rows, port.USES.schema) for rows in blocks]
    return pl.concat([port.USES.empty(), *frames]).unique(["application_id", "kind", "role"], keep="first", maintain_order=True)


def _having(transaction: Transaction, slot: model.Slot, wanted: pl.DataFrame, night: int) -> pl.DataFrame:
    """Return FOUND of the applications that have the wanted keys in a slot."""
    wanted, _ = shortened(wanted)
    frames = [pl.DataFrame(schema=FOUND)]
    for start in range(0, wanted.height, VALUES):
        asked = lists(wanted.slice(start, VALUES), ["value", "key", "low", "high"])
        ((rows,),) = transaction.rows(f"read/uses/{_hyphens(slot.name)}", rows=asked, night=night)
        frames.append(frame_of(rows, FOUND))
    if wanted.height:
        frames.append(_replaced(transaction, slot, wanted, night))
    return pl.concat(frames).unique(["value", "application_id"], keep="first", maintain_order=True)


def _replaced(transaction: Transaction, slot: model.Slot, wanted: pl.DataFrame, night: int) -> pl.DataFrame:
    """Return FOUND of the applications whose nodes have newer rows by now; there are none in the last night of a quiet book."""
    given = {"plain": ["applicationId", layout.key_prop(slot.name)], "times": ["appliedAt"], "dates": []}
    rows = [[*plain, *times] for ((plain, times, _),) in transaction.rows("read/applications-versions", night=night, **given)]
    if not rows:
        return pl.DataFrame(schema=FOUND)
    older = frame_of(rows, {"application_id": pl.String, "key": pl.String, "used_at": model.TIME})
    found = older.join(wanted, on="key").filter(pl.col("used_at").is_between("low", "high"))
    whose = _membership(transaction, night, {"application_id": found["application_id"].unique().to_list()})
    return found.join(whose.select("application_id", "person_id"), on="application_id", how="left").select(list(FOUND))


def _applications(
    transaction: Transaction, night: int, columns: Mapping[str, str], types: layout.Schema, where: Mapping[str, list[str]]
) -> pl.DataFrame:
    """Return columns (column -> property; application_id among them) of the applications of a night."""
    groups: dict[str, list[str]] = {"plain": [], "times": [], "dates": []}
    for column in columns:
        dtype = types[column]
        groups["times" if dtype == model.TIME else "dates" if dtype == pl.Date else "plain"].append(column)
    given = {group: [columns[column] for column in members] for group, members in groups.items()}
    frames = [pl.DataFrame(schema={column: types[column] for column in columns})]
    for rows in _blocks(transaction, "applications", night, where, nested=False, **given):
        found: dict[str, pl.Series] = {}
        for place, members in enumerate(groups.values()):
            taken = zip(*(row[place] for row in rows), strict=True) if rows else [()] * len(members)
            found |= {column: series(column, values, types[column]) for column, values in zip(members, taken, strict=True)}
        frames.append(pl.DataFrame([found[column] for column in columns]))
    return _one_row_each(pl.concat(frames), "applications")


def _keys(transaction: Transaction, asked: Asked) -> pl.DataFrame:
    slots = {slot.name for slot in asked.slots}
    columns = {column: layout.key_prop(column) if column in slots else layout.prop(column) for column in asked.columns}
    where = dict(asked.where)
    by = next((column for column in where if column in model.SLOT), None)
    if "application_id" not in where and by is not None:
        found = _having(transaction, model.SLOT[by], _always([model.SLOT[by].kind], where[by]), asked.night)
        where["application_id"] = found["application_id"].unique().sort().to_list()
    return _applications(transaction, asked.night, columns, _key_types(asked.slots), where)


def _key_types(slots: Sequence[model.Slot]) -> layout.Schema:
    return {"application_id": pl.String, "applied_at": model.TIME, **{slot.name: pl.String for slot in slots}}


def _uses(transaction: Transaction, asked: Asked) -> pl.DataFrame:
    """By keys where there are any, else by applications, else all; only the slots that are asked about."""
    kinds, roles = asked.where.get("kind"), asked.where.get("role")
    slots = [
        slot for slot in layout.identifiers(asked.slots) if (kinds is None or slot.kind in kinds) and (roles is None or slot.role in roles)
    ]
    if "key" in asked.where and "application_id" not in asked.where:
        wanted = _always(sorted({slot.kind for slot in slots}), asked.where["key"])
        return users(transaction, asked.night, slots, wanted).select(list(port.USES.schema))
    where = {column: values for column, values in asked.where.items() if column == "application_id"}
    columns = {"application_id": "applicationId", "applied_at": "appliedAt", **{slot.name: layout.key_prop(slot.name) for slot in slots}}
    return unfolded(_applications(transaction, asked.night, columns, _key_types(slots), where), slots)


def _always(kinds: list[str], keys: list[str]) -> pl.DataFrame:
    """Return WANTED for values at any time."""
    left, right = pl.DataFrame({"kind": kinds}, schema={"kind": pl.String}), pl.DataFrame({"key": keys}, schema={"key": pl.String})
    values = left.join(right, how="cross")
    low, high = (pl.lit(time).cast(model.TIME) for time in ALWAYS)
    return values.with_columns(value=pl.int_range(pl.len(), dtype=pl.Int64), low=low, high=high).select(list(WANTED))


def _links(transaction: Transaction, asked: Asked) -> pl.DataFrame:
    """Uses and persons put together; by persons or by keys where there are any."""
    inside = {column: values for column, values in asked.where.items() if column in ("kind", "key", "role")}
    membership = None
    if "person_id" in asked.where and "key" not in inside:
        membership = _membership(transaction, asked.night, {"person_id": asked.where["person_id"]})
        inside["application_id"] = membership["application_id"].to_list()
    uses = _uses(transaction, Asked("uses", asked.night, where=inside, slots=asked.slots))
    if membership is None:
        named = {"application_id": uses["application_id"].unique().sort().to_list()} if "key" in inside else {}
        membership = _membership(transaction, asked.night, named)
    return linked(uses, membership).select(list(model.LINKS.schema))


def _membership(transaction: Transaction, night: int, where: Mapping[str, list[str]]) -> pl.DataFrame:
    return answer(transaction, Asked("membership", night, where=where))


def _blocks(
    transaction: Transaction, name: str, night: int, where: Mapping[str, list[str]], *, nested: bool, **given: Any
) -> Iterator[list[Any]]:
    """Yield rows of a table, some at a time: by an index where the rows asked for are named, else all."""
    file = f"read/{_hyphens(name)}"
    by = next((column for column in BY.get(name, ()) if column in where), None)
    if by is not None:
        kept, _ = shortened(pl.DataFrame({"value": where[by]}, schema={"value": pl.String}))
        for start in range(0, kept.height, VALUES):
            values = kept["value"].slice(start, VALUES).to_list()
            ((rows,),) = transaction.rows(f"{file}-by-{_hyphens(by)}", night=night, values=values, **given)
            yield rows
    elif name in SINGLE:
        ((rows,),) = transaction.rows(file, night=night, **given)
        yield rows
    else:
        yield from pages(transaction, file, night, nested=nested, **given)
    if name in layout.VERSIONED:
        yield [row for (row,) in transaction.rows(f"{file}-versions", night=night, **given)]


def _one_row_each(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    if name not in layout.VERSIONED:
        return frame
    return frame.unique(layout.VERSIONED[name].column, keep="first", maintain_order=True)


def _hyphens(name: str) -> str:
    return name.replace("_", "-").replace(".", "-")
