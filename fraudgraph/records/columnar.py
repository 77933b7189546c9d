"""Sources that come as columns: Parquet, XLSX, and data frames of the Python API."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from fraudgraph.errors import InputError
from fraudgraph.records import cells
from fraudgraph.records.batches import ROWS, Batch
from fraudgraph.records.sources import Source

if TYPE_CHECKING:
    import pandas as pd


class Columnar:
    """A table whose columns are had by name; rows are numbered from 1."""

    def __init__(self, headers: list[str], load: Callable[[list[int]], pl.DataFrame], skip_blank: bool = False) -> None:
        """``load`` returns the columns at some positions, in that order."""
        self.headers = headers
        self._load = load
        self._skip_blank = skip_blank

    @property
    def notes(self) -> tuple[str, ...]:
        return ()

    def batches(self, wanted: Sequence[int]) -> Iterator[Batch]:
        whole = self._load(list(wanted))
        whole.columns = [str(position) for position in wanted]
        for start in range(0, whole.height, ROWS):
            frame = whole.slice(start, ROWS)
            place = np.arange(start + 1, start + 1 + frame.height, dtype=np.int64)
            if self._skip_blank:
                kept = frame.select(~pl.all_horizontal(pl.all().is_null())).to_series()
                frame, place = frame.filter(kept), place[kept.to_numpy()]
            yield Batch(frame, place)


def parquet_sheet(source: Source) -> Columnar:
    """Open a Parquet file; raise InputError where it is cut off or damaged."""

    def stream() -> Any:
        return io.BytesIO(source.content) if source.content is not None else source.path

    def load(wanted: list[int]) -> pl.DataFrame:
        try:
            return pl.read_parquet(stream(), columns=wanted, glob=False)
        except (pl.exceptions.PolarsError, OSError) as problem:
            raise _damaged(source, "Parquet file") from problem

    try:
        headers = list(pl.read_parquet_schema(stream()))
    except (pl.exceptions.PolarsError, OSError) as problem:
        raise _damaged(source, "Parquet file") from problem
    return Columnar(headers, load)


def workbook_sheet(source: Source) -> Columnar:
    """Open the first sheet of an XLSX workbook that has a header; raise InputError where there is none."""
    import fastexcel

    with source.raw() as stream:
        content = stream.read()
    try:
        book = fastexcel.read_excel(content)
        for name in book.sheet_names:
            sheet = book.load_sheet(name, header_row=None, dtypes="string")
            frame = sheet.to_polars()
            if frame.height:
                return _below_header(frame)
    except Exception as problem:  # the reader's errors share no base class of their own
        raise _damaged(source, "XLSX workbook") from problem
    raise InputError(f"{source.name} has no sheet with a header")


def _below_header(frame: pl.DataFrame) -> Columnar:
    """Take the first row that is not blank as the header."""
    filled_rows = frame.select(pl.any_horizontal(pl.all().is_not_null())).to_series().arg_true()
    first = int(filled_rows[0])
    headers = [str(value).strip() if value is not None else "" for value in frame.row(first)]
    rows = frame.slice(first + 1)
    names = rows.columns
    return Columnar(headers, lambda wanted: rows.select(names[position] for position in wanted), skip_blank=True)


def frame_sheet(frame: pd.DataFrame | pl.DataFrame) -> Columnar:
    """Take a data frame of either library; raise InputError for anything else."""
    if isinstance(frame, pl.DataFrame):
        names = frame.columns
        return Columnar(names, lambda wanted: frame.select(names[position] for position in wanted))
    import pandas as pd

    if not isinstance(frame, pd.DataFrame):
        raise InputError(f"a pandas or polars DataFrame is needed, not {type(frame).__name__}")
    given = frame

    def load(wanted: list[int]) -> pl.DataFrame:
        columns = [_from_pandas(str(position), given.iloc[:, position]) for position in wanted]
        return pl.DataFrame(columns) if columns else pl.DataFrame()

    return Columnar([str(name) for name in given.columns], load)


def _from_pandas(name: str, column: pd.Series[Any]) -> pl.Series:
    try:
        return pl.from_pandas(column, nan_to_null=True).alias(name)
    except Exception:  # a column of mixed Python objects fails in many ways; each value is then written as text
        import pandas as pd

        values = [None if _missing(pd, value) else cells.written(value) for value in column]
        return pl.Series(name, values, dtype=pl.String)


def _missing(pandas: Any, value: object) -> bool:
    return value is None or (not isinstance(value, list | dict | set | tuple | np.ndarray) and bool(pandas.isna(value)))


def _damaged(source: Source, what: str) -> InputError:
    return InputError(f"{source.name} is a damaged or cut off {what}: write it again")
