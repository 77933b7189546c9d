"""Number runs: own phones, or ID numbers, that lie next to each other, as a gang has that buys them in one go.

Numbers that differ by at most four share bucket ``a`` (n // 8) or bucket ``b`` ((n + 4) // 8); both are functions of the one number.
"""

from __future__ import annotations

import polars as pl

WIDTH = 8
SHIFT = {"a": 0, "b": WIDTH // 2}


def phone_runs(keys: pl.Series, bucket: str) -> pl.Series:
    """Return bucket ``a`` or ``b`` of phone keys; null for keys that are no international number."""
    number = pl.when(pl.col("k").str.starts_with("+")).then(pl.col("k").str.slice(1)).cast(pl.Int64, strict=False)
    return keys.to_frame("k").select(_bucket(number, pl.lit(""), bucket).alias("k"))["k"]


def id_runs(keys: pl.Series, bucket: str) -> pl.Series:
    """Return bucket ``a`` or ``b`` of ID keys: the first 17 digits of a resident ID, else the digits between a prefix of up to three
    letters and a last letter; null where there are fewer than six digits, or other forms. What stands around the digits, and their number,
    are part of the bucket, so that numbers of different forms never meet."""
    frame = keys.to_frame("k")
    plain = pl.col("k").str.len_bytes() == 18
    resident = pl.when(plain).then(pl.col("k").str.head(17)).cast(pl.Int64, strict=False)
    quick = frame.select(_bucket(resident, pl.lit("18:"), bucket).alias("r"), (plain & resident.is_not_null()).fill_null(False).alias("f"))
    rest = frame.filter(~quick["f"] & frame["k"].is_not_null())
    if rest.is_empty():
        return quick["r"].rename("k")
    parts = pl.col("k").str.extract_groups(r"^([A-Z]{0,3})([0-9]{6,17})[A-Z]?$")
    body = rest.select(parts.struct[0].alias("p"), parts.struct[1].alias("d"), pl.col("k").str.len_bytes().cast(pl.String).alias("n"))
    label = body.select(_bucket(pl.col("d").cast(pl.Int64, strict=False), pl.col("n") + ":" + pl.col("p"), bucket).alias("r"))["r"]
    where = (~quick["f"] & keys.is_not_null()).arg_true()
    return quick["r"].scatter(where, label).rename("k")


def _bucket(number: pl.Expr, form: pl.Expr, bucket: str) -> pl.Expr:
    return pl.lit(f"{bucket}:") + form + ((number + SHIFT[bucket]) // WIDTH).cast(pl.String)
