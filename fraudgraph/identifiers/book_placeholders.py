"""Placeholders by the book itself: a telephone, device, card, e-mail or ID number that far too many different people give as their own."""

from __future__ import annotations

import polars as pl

from fraudgraph import model
from fraudgraph.identifiers.registry import kinds
from fraudgraph.model import SLOT
from fraudgraph.settings import Settings


def found_by_the_book(keys: pl.DataFrame, name_key: pl.Series, settings: Settings) -> pl.DataFrame:
    """Return PLACEHOLDERS: keys of personal kinds, given as one's own, with too many distinct (name, ID number) pairs.

    Too many is more than ``book_placeholder_people`` *and* more than ``book_placeholder_share`` of the book's pairs. An application
    without name and ID number counts as a person of its own. For an ID number the people are its names.
    """
    id_key = (
        keys["id_number.own"]
        if "id_number.own" in keys.columns
        else pl.Series("id", [None], dtype=pl.String).new_from_index(0, keys.height)
    )
    least = settings.integer("identifiers.book_placeholder_people")
    share = settings.number("identifiers.book_placeholder_share")
    if keys.height <= least:
        return model.PLACEHOLDERS.empty()
    person = pl.DataFrame({"n": name_key, "i": id_key}).with_row_index("row")
    nobody = pl.col("n").is_null() & pl.col("i").is_null()
    parts: list[pl.DataFrame] = []
    book: int | None = None
    for name in keys.columns:
        slot = SLOT[name]
        if slot.derived or slot.role != "own" or not kinds()[slot.kind].personal:
            continue
        column = keys.select(pl.col(name).alias("key"))
        busy = column.drop_nulls().group_by("key").len().filter(pl.col("len") > least).select("key")
        if busy.is_empty():
            continue
        book = _pairs(person, nobody) if book is None else book
        rows = column.with_row_index("row").join(busy, on="key", how="semi").join(person, on="row")
        counted = rows.group_by("key").agg(pl.struct("n", "i", pl.when(nobody).then("row").alias("alone")).n_unique().alias("people"))
        heavy = counted.filter((pl.col("people") > least) & (pl.col("people") > share * book))
        parts.append(heavy.select(pl.lit(slot.kind).alias("kind"), "key", pl.col("people").cast(pl.Int64)))
    if not parts:
        return model.PLACEHOLDERS.empty()
    return model.PLACEHOLDERS.check(pl.concat(parts).sort("kind", "key"))


def _pairs(person: pl.DataFrame, nobody: pl.Expr) -> int:
    known = person.filter(~nobody).select(pl.struct("n", "i").n_unique()).item()
    return int(known) + int(person.select(nobody.sum()).item())
