"""Raw columns of any type to clean text: surrounding blanks off, words for "nothing" to null, whole numbers without a point."""

from __future__ import annotations

import polars as pl

NOTHING_IN_TEXT = ("", "null", "NULL", "\\N", "nan", "NaN", "None", "<NA>", "NaT", "<null>", "(null)", "#N/A", "#NULL!")
"""What programs write for a missing text. Not "N/A" or "-": people write those, and the identifiers' room judges them."""

NOTHING = (
    *NOTHING_IN_TEXT,
    "Null", "none", "NONE", "Nan", "NAN", "N/A", "n/a", "NA", "na", "N.A.", "nil", "NIL", "-", "--", "---", "—", "/", ".", "?", "nat",
    "unknown", "Unknown", "无", "空", "未知", "暂无", "未填", "不详", "没有",
)  # fmt: skip
"""What people and programs write for a missing number, time or id."""


def text(raw: pl.Series, nothing: tuple[str, ...] = NOTHING_IN_TEXT) -> pl.Series:
    """Return ``raw`` as String: blanks around removed, the words of ``nothing`` null."""
    words = as_strings(raw).str.strip_chars()
    found = words.is_in(list(nothing))
    return words.set(found, None) if found.any() else words


def texts(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a frame of any types as `text` would each column, in one pass over all of them."""
    words = frame.with_columns(as_strings(frame[name]) for name, kind in frame.schema.items() if kind != pl.String)
    bare = words.select(pl.all().str.strip_chars())
    return bare.select(pl.when(~pl.all().is_in(list(NOTHING_IN_TEXT))).then(pl.all()))


def as_strings(raw: pl.Series) -> pl.Series:
    """Return a column of any type as String; 18726171498.0 becomes "18726171498"."""
    kind = raw.dtype
    if kind == pl.String:
        return raw
    if kind == pl.Null:
        return raw.cast(pl.String)
    if kind.is_float():
        return _floats(raw)
    if kind == pl.Binary:
        return raw.cast(pl.String, strict=False)
    if isinstance(kind, pl.Decimal):
        return raw.cast(pl.String).str.replace(r"\.0+$", "")
    if kind.is_nested() or kind == pl.Object:
        return pl.Series(raw.name, [None if value is None else written(value) for value in raw.to_list()], dtype=pl.String)
    return raw.cast(pl.String)


def filled(frame: pl.DataFrame) -> dict[str, int]:
    """Count, per raw column, the cells with something in them."""
    counts = [_something(pl.col(name), kind).cast(pl.Int64).alias(name) for name, kind in frame.schema.items()]
    return dict(frame.select(counts).row(0, named=True)) if counts else {}


def _something(column: pl.Expr, kind: pl.DataType) -> pl.Expr:
    if kind == pl.String:
        return (column != "").sum()
    return column.is_not_nan().sum() if kind.is_float() else column.count()


def _floats(raw: pl.Series) -> pl.Series:
    values = raw.cast(pl.Float64).fill_nan(None)
    whole = (values == values.floor()) & (values.abs() < 1e18)
    frame = pl.DataFrame({"value": values, "whole": whole})
    as_text = pl.when("whole").then(pl.col("value").cast(pl.Int64, strict=False).cast(pl.String)).otherwise(pl.col("value").cast(pl.String))
    return frame.select(as_text.alias(raw.name)).to_series()


def written(value: object) -> str:
    """Write a Python value as text that can be stored (a lone surrogate cannot); whole floats without a point."""
    words = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    return words.encode("utf-8", "replace").decode("utf-8")
