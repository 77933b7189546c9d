"""The rejects of a run, collected piece by piece in columns, masked and put in order at the end."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from fraudgraph import masking
from fraudgraph.model import REJECTS, IntArray

ROW, VALUE = "row", "value"
_LONGEST_SHOWN = 80
"""Characters of a value that are kept for masking; masks show less."""


class Rejects:
    """Grows while files are read. Files are numbered in the order in which they were given."""

    def __init__(self) -> None:
        self._pieces: list[pl.DataFrame] = []

    def add(
        self, level: str, file: int, places: IntArray, column: str, values: pl.Series | None, reason: str | Sequence[str] | pl.Series
    ) -> None:
        """Add one reject per place; ``values`` are raw, in parallel to the places."""
        if not len(places):
            return
        shown = pl.lit("") if values is None else values.cast(pl.String, strict=False).fill_null("").str.slice(0, _LONGEST_SHOWN)
        reasons = pl.lit(reason) if isinstance(reason, str) else pl.Series(reason, dtype=pl.String)
        places_column = pl.Series("line", places, dtype=pl.Int64)
        piece = pl.DataFrame({"line": places_column}).with_columns(
            pl.lit(level).alias("level"),
            pl.lit(file, dtype=pl.Int64).alias("file_number"),
            pl.lit(column).alias("column"),
            shown.alias("value"),
            reasons.alias("reason"),
        )
        self._pieces.append(piece.select("level", "file_number", "line", "column", "value", "reason"))

    def extend(self, other: Rejects) -> None:
        """Take over what another collection holds."""
        self._pieces.extend(other._pieces)

    def drop_values(self, file: int, places: IntArray) -> None:
        """Forget the values of rows that are rejected whole after all."""
        if not len(places):
            return
        lines = pl.Series(places, dtype=pl.Int64).implode()
        whole = (pl.col("level") == VALUE) & (pl.col("file_number") == file) & pl.col("line").is_in(lines)
        self._pieces = [kept for piece in self._pieces if (kept := piece.filter(~whole)).height]

    @property
    def rows(self) -> int:
        return sum(piece.height for piece in self._pieces if piece["level"][0] == ROW)

    def table(self, files: Sequence[str]) -> pl.DataFrame:
        """Return REJECTS, values masked, in order of file, line, column."""
        if not self._pieces:
            return REJECTS.empty()
        whole = pl.concat(self._pieces).sort("file_number", "line", "column", "reason", maintain_order=True)
        distinct = whole.select("column", "value").unique()
        masked = pl.Series(
            "masked", [masking.raw(column, value) for column, value in distinct.iter_rows()], dtype=pl.String
        ).str.replace_all(r"[\x00-\x1f\x7f]", " ")
        whole = whole.join(distinct.with_columns(masked), on=["column", "value"], how="left", maintain_order="left")
        names = pl.DataFrame({"file_number": range(len(files)), "file": list(files)}, schema={"file_number": pl.Int64, "file": pl.String})
        whole = whole.join(names, on="file_number", how="left", maintain_order="left")
        return REJECTS.check(whole.drop("value").rename({"masked": "value"}))
