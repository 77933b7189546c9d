"""Tables on their way between polars and DuckDB, without copies of their texts, and where they are small without pyarrow and pandas: these
two take longer to import than most questions to be answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb
import polars as pl

from fraudgraph import model

SMALL = 100_000
"""Rows of a table that DuckDB reads as a stream; of a larger one it had better choose the columns, which pyarrow lets it do."""


@dataclass(frozen=True)
class _Stream:
    """Batches of rows of a frame or of a relation, and nothing else of it: DuckDB asks pandas what other things are, and polars keeps a
    relation's type beyond the end of DuckDB, which complains of that."""

    rows: Any

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.rows.__arrow_c_stream__(requested_schema)


def fetched(relation: duckdb.DuckDBPyRelation) -> pl.DataFrame:
    """Return what DuckDB found."""
    return pl.DataFrame(_Stream(relation))


@contextmanager
def registered(duck: duckdb.DuckDBPyConnection, **frames: pl.DataFrame) -> Iterator[None]:
    """Let DuckDB read frames by their names. Times lose their zone on the way (a store's times are UTC)."""
    with _named(duck, frames, _lent):
        yield


@contextmanager
def streamed(duck: duckdb.DuckDBPyConnection, **frames: pl.DataFrame) -> Iterator[None]:
    """The same, for frames of any size of which every column is read, once, and in the order of the rows."""
    with _named(duck, frames, _Stream):
        yield


@contextmanager
def _named(duck: duckdb.DuckDBPyConnection, frames: Mapping[str, pl.DataFrame], lent: Callable[[pl.DataFrame], Any]) -> Iterator[None]:
    for name, frame in frames.items():
        times = [column for column, dtype in frame.schema.items() if dtype == model.TIME]
        plain = frame.with_columns(pl.col(times).dt.replace_time_zone(None)) if times else frame
        duck.register(name, lent(plain))
    try:
        yield
    finally:
        for name in frames:
            duck.unregister(name)


def _lent(plain: pl.DataFrame) -> Any:
    if plain.height <= SMALL:
        return _Stream(plain)
    import pyarrow as pa

    return pa.table(plain)  # polars lends its buffers; its own to_arrow() would copy every text


def with_zone(frame: pl.DataFrame, schema: dict[str, pl.DataType | type[pl.DataType]]) -> pl.DataFrame:
    """Give the times of a frame from DuckDB their zone again."""
    times = [column for column, dtype in schema.items() if dtype == model.TIME and column in frame.columns]
    return frame.with_columns(pl.col(times).dt.replace_time_zone("UTC")) if times else frame


def in_order(frame: pl.DataFrame, order: tuple[str, ...]) -> pl.DataFrame:
    """Return the rows sorted by ``order``; a frame that is sorted already (as it was written) is not copied."""
    if frame.height < 2:
        return frame
    first = frame.get_column(order[0])
    ahead, behind = first.slice(1), first.slice(0, frame.height - 1)
    if first.null_count() == 0 and bool((ahead >= behind).all()):
        ties = (ahead == behind).arg_true()
        if len(ties) == 0:
            return frame
        if len(order) == 2:
            second = frame.get_column(order[1])
            if second.null_count() == 0 and bool((second.gather(ties + 1) >= second.gather(ties)).all()):
                return frame
    return frame.sort(order)
