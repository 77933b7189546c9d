"""Dates of birth: as given, else from a resident ID; and the pair of birth date and surname."""

from __future__ import annotations

from datetime import date

import polars as pl

from fraudgraph.identifiers import placeholders


def births(given: pl.Series | None, id_keys: pl.Series | None, rows: int) -> pl.Series:
    """Return the date of birth of each row: as given unless it is a date that systems write where they have none, else the resident
    ID's."""
    result = pl.Series("birth", [None], dtype=pl.Date).new_from_index(0, rows)
    if given is not None:
        invented = [date.fromisoformat(day) for day in placeholders.section("birth", "dates")]
        result = given.set(given.is_in(invented).fill_null(False), None).rename("birth")
    if id_keys is None or result.null_count() == 0:
        return result
    said = id_keys.to_frame("k").select(
        pl.when(pl.col("k").str.len_bytes() == 18).then(pl.col("k").str.slice(6, 8)).str.to_date("%Y%m%d", strict=False).alias("birth")
    )["birth"]
    return result.fill_null(said)


def birth_surname(birth: pl.Series, surname: pl.Series) -> pl.Series:
    """Return the keys ``1987-07-17 day``; null where either is unknown."""
    frame = pl.DataFrame({"b": birth, "s": surname})
    return frame.select((pl.col("b").dt.to_string("%Y-%m-%d") + pl.lit(" ") + pl.col("s")).alias("k"))["k"]
