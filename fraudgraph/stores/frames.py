"""Tables on their way between polars and DuckDB, without copies of their texts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import polars as pl
import pyarrow as pa

from fraudgraph import model


@contextmanager
def registered(duck: duckdb.DuckDBPyConnection, **frames: pl.DataFrame) -> Iterator[None]:
    """Let DuckDB read frames by their names. Times lose their zone on the way (a store's times are UTC)."""
    for name, frame in frames.items():
        times = [column for column, dtype in frame.schema.items() if dtype == model.TIME]
        plain = frame.with_columns(pl.col(times).dt.replace_time_zone(None)) if times else frame
        duck.register(name, pa.table(plain))  # polars lends its buffers; its own to_arrow() would copy every text
    try:
        yield
    finally:
        for name in frames:
            duck.unregister(name)


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
