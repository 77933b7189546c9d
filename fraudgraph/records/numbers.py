"""Raw columns to numbers: "5,000.00", "¥5000", "50000元", "5万", full-width digits; what is no finite number is marked."""

from __future__ import annotations

import polars as pl

from fraudgraph.records import cells

_MARKS = r"(?i)^(?:人民币|rmb|cny|usd|eur|gbp|us\$|[¥$€£])|(?:人民币|rmb|cny|usd|eur|gbp|[¥$€£元])(?:整)?$|\s"
_GROUPED = r"^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$"
_CONTINENTAL = r"^[+-]?(?:\d{1,3}(?:\.\d{3})+|\d+),\d{1,2}$"
_PLAIN = r"^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$"


def parse(raw: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Return (Float64, Boolean): the finite numbers, and where something is given that is none."""
    if raw.dtype == pl.Boolean:
        return pl.Series(raw.name, [None], dtype=pl.Float64).new_from_index(0, len(raw)), raw.is_not_null()
    if raw.dtype.is_numeric():
        values = raw.cast(pl.Float64, strict=False).fill_nan(None)
        bad = values.is_infinite().fill_null(False)
        return values.set(bad, None), bad
    words = cells.text(raw, cells.NOTHING)
    values = _finite(words.cast(pl.Float64, strict=False))
    bad = words.is_not_null() & values.is_null()
    if bad.any():
        distinct = words.filter(bad).unique()
        table = pl.DataFrame({"word": distinct, "number": _residue(distinct)})
        read = pl.DataFrame({"word": words.filter(bad)}).join(table, on="word", how="left", maintain_order="left")["number"]
        values = values.scatter(bad.arg_true(), read)
        bad = words.is_not_null() & values.is_null()
    return values.alias(raw.name), bad


def _residue(words: pl.Series) -> pl.Series:
    """Read the spellings that are not plain numbers."""
    plain = words.str.normalize("NFKC").str.replace_all(_MARKS, "").str.replace_all(_MARKS, "")
    myriads = plain.str.ends_with("万")
    plain = plain.str.strip_suffix("万")
    frame = pl.DataFrame({"plain": plain, "myriads": myriads})
    column = pl.col("plain")
    digits = (
        pl.when(column.str.contains(_GROUPED))
        .then(column.str.replace_all(",", "", literal=True))
        .when(column.str.contains(_CONTINENTAL))
        .then(column.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True))
        .when(column.str.contains(_PLAIN))
        .then(column)
    )
    numbers = digits.cast(pl.Float64, strict=False) * pl.when("myriads").then(10_000.0).otherwise(1.0)
    return _finite(frame.select(numbers.alias("number")).to_series())


def _finite(values: pl.Series) -> pl.Series:
    unusable = ~values.is_finite().fill_null(True)
    return values.set(unusable, None) if unusable.any() else values
