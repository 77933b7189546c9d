"""Keys that are null because they are placeholders or allowed, kept aside so that a later judgement can have them back.

A store of plain values makes its keys again from what was given; of tokens alone it could not. They are kept in one column of text,
``slot=token`` joined by blanks, null in nearly every row.
"""

from __future__ import annotations

import polars as pl

COLUMN = "withheld.own"


def set_aside(before: pl.DataFrame, after: pl.DataFrame) -> pl.Series:
    """Return `COLUMN`: what ``before`` has and ``after``, a table of the same slots and rows, has not."""
    gone = [
        pl.when(pl.Series(before[name].is_not_null() & after[name].is_null())).then(pl.lit(f"{name}=") + before[name]).alias(name)
        for name in before.columns
        if before[name].null_count() != after[name].null_count()
    ]
    if not gone:
        return pl.Series(COLUMN, [None], dtype=pl.String).new_from_index(0, before.height)
    joined = pl.select(gone).select(pl.concat_str(pl.all(), separator=" ", ignore_nulls=True).replace("", None).alias(COLUMN))
    return joined.to_series()


def put_back(table: pl.DataFrame) -> pl.DataFrame:
    """Return ``table``, in which `COLUMN` and the slots are columns among others, with the slots as they were before, without `COLUMN`."""
    kept = table.drop(COLUMN, strict=False)
    if COLUMN not in table.columns or table[COLUMN].null_count() == table.height:
        return kept
    words = table.select(COLUMN).with_row_index("row").drop_nulls().with_columns(pl.col(COLUMN).str.split(" ")).explode(COLUMN)
    pairs = words.select("row", pl.col(COLUMN).str.split_exact("=", 1).struct.rename_fields(["slot", "token"])).unnest(COLUMN)
    filled = [
        (kept[name] if name in kept.columns else pl.Series(name, [None], dtype=pl.String).new_from_index(0, kept.height)).scatter(
            part["row"], part["token"]
        )
        for (name,), part in pairs.sort("slot", "row").group_by("slot", maintain_order=True)
    ]
    return kept.with_columns(filled)
