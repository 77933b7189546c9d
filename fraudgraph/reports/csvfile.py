"""CSV files for other people's scripts and spreadsheets: RFC 4180 quoting, UTF-8, LF line ends, and no cell that runs.

A spreadsheet takes a cell that starts with ``= + - @``, a tab or a carriage return for a formula, so such a *free text* cell gets
a leading apostrophe. That includes application_id where it is one: a script that joins on it takes the apostrophe off again.
An unknown value is an empty cell; there is no difference between an empty text and an unknown one.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

import polars as pl

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
"""First characters that make a spreadsheet run a cell."""

DECIMALS = 6
"""Digits after the point of intents and means, whose own resolution is one millionth."""


def harmless(column: str) -> pl.Expr:
    """Return text column ``column`` with an apostrophe before every cell that a spreadsheet would run."""
    text = pl.col(column)
    return pl.when(text.str.slice(0, 1).is_in(DANGEROUS)).then(pl.concat_str(pl.lit("'"), text)).otherwise(text).alias(column)


def moment(column: str, zone: str) -> pl.Expr:
    """Return time column ``column`` as ISO 8601 text with offset in ``zone``; fractions of a second only where there are any."""
    return pl.col(column).dt.convert_time_zone(zone).dt.to_string("%Y-%m-%dT%H:%M:%S%.f%:z").alias(column)


def write(frame: pl.DataFrame, path: Path, free_text: Collection[str] = ()) -> None:
    """Write ``frame`` to ``path`` and force it to disk; columns in ``free_text`` hold what somebody typed. Raises ``OSError``."""
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    floats = [name for name, dtype in frame.schema.items() if dtype.is_float()]
    frame = frame.with_columns(
        *(harmless(name) for name in texts if name in free_text),
        *(pl.col(name).fill_nan(None) for name in floats),
    ).with_columns(pl.when(pl.col(name) != "").then(pl.col(name)).alias(name) for name in texts)
    frame.write_csv(path, float_precision=DECIMALS, line_terminator="\n", quote_style="necessary")
    sync(path)


def sync(path: Path) -> None:
    """Force a written file to disk, so that a full disk is noticed before the file takes its final name."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
