"""Tables on their way between polars and the graph.

A time goes as two integers, seconds and nanoseconds, and comes back as microseconds; a date goes and comes as days: the driver's own
objects for them cost more than the rest of a row, and know no year beyond 9999.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from fraudgraph import model
from fraudgraph.stores.neo4j.layout import Schema

MICROS = 1_000_000


def parts(frame: pl.DataFrame, columns: Iterable[str]) -> list[pl.Expr]:
    """Return the columns as they go to the graph: two for a time, days for a date, the others as they are."""
    found: list[pl.Expr] = []
    for column in columns:
        dtype = frame.schema[column]
        if dtype == model.TIME:
            micros = pl.col(column).dt.epoch("us")
            found += [micros.floordiv(MICROS).alias(f"{column} s"), ((micros % MICROS) * 1000).alias(f"{column} ns")]
        elif dtype == pl.Date:
            found.append(pl.col(column).to_physical().cast(pl.Int64))
        else:
            found.append(pl.col(column))
    return found


def lists(frame: pl.DataFrame, columns: Iterable[str]) -> list[tuple[Any, ...]]:
    """Return the rows as they go to the graph."""
    return frame.select(parts(frame, columns)).rows()


def maps(frame: pl.DataFrame, names: Mapping[str, str], others: Sequence[str]) -> list[list[Any]]:
    """Return rows that go as a map of what is known of the columns in ``names`` (column -> key), and ``others`` as `lists` has them."""
    keys = list(names.values())
    rest = frame.select(parts(frame, others)).rows()
    rows = frame.select(list(names)).rows()
    known = ({key: value for key, value in zip(keys, row, strict=True) if value is not None} for row in rows)
    return [[plain, *more] for plain, more in zip(known, rest, strict=True)]


def frame_of(rows: Sequence[Sequence[Any]], schema: Schema) -> pl.DataFrame:
    """Return rows from the graph, one value a column, as a frame."""
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(schema)
    return pl.DataFrame([series(name, values, dtype) for (name, dtype), values in zip(schema.items(), columns, strict=True)])


def series(name: str, values: Sequence[Any], dtype: pl.DataType | type[pl.DataType]) -> pl.Series:
    """Return values from the graph as a column."""
    if dtype == model.TIME:
        return pl.Series(name, values, dtype=pl.Int64).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    if dtype == pl.Date:
        return pl.Series(name, values, dtype=pl.Int64).cast(pl.Int32).cast(pl.Date)
    return pl.Series(name, values, dtype=dtype)


def among(frame: pl.DataFrame, names: Sequence[str], others: pl.DataFrame, *, inside: bool) -> pl.DataFrame:
    """Return the rows that ``others`` has too (or has not), as far as ``names`` go; missing values are equal to each other."""
    return frame.join(others.select(names), on=list(names), how="semi" if inside else "anti", nulls_equal=True, maintain_order="left")
