"""Parsed applications against those that a store already has: repeats, outcome updates, contradictions, corrections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from fraudgraph.model import APPLICATIONS, OUTCOME_COLUMNS, BoolArray, Records
from fraudgraph.records.rejects import ROW, Rejects
from fraudgraph.records.repeats import COMPARED, order_of

CONTRADICTS = "contradicts the stored application"
_OLD = "_stored"


def against(records: Records, stored: pl.DataFrame, corrections: bool = False) -> tuple[Records, pl.DataFrame]:
    """Judge ``records`` against ``stored`` (APPLICATIONS; rows with other ids do no harm).

    Equal to the stored one in everything but outcomes: repeated. Otherwise rejected with all its repeats, or, with ``corrections``,
    accepted as a new version. A null cannot contradict where some file of the run does not have the column. Return the records as
    they are then, and the outcome updates: APPLICATIONS rows, the stored ones with newly known outcomes (a later outcome replaces an
    earlier one). A correction keeps what the run's files do not have.
    """
    mine = records.applications
    pairs = _pairs(mine, stored)
    if not pairs.height:
        return records, APPLICATIONS.empty()
    partial = _partial_columns(records)
    same = pairs.select(pl.all_horizontal(_agrees(column, column in partial) for column in COMPARED).alias("same")).to_series()
    rows = pairs["row"].to_numpy()
    repeated, contradicting = (np.zeros(mine.height, dtype=np.bool_) for _ in range(2))
    repeated[rows[same.to_numpy()]] = True
    contradicting[rows[~same.to_numpy()]] = True
    updates = _outcome_updates(pairs.filter(same))
    if corrections:
        mine = _completed(mine, pairs.filter(~same), [*partial, *OUTCOME_COLUMNS])
        contradicting[:] = False
    return _without(replace(records, applications=mine), repeated, contradicting), updates


def _pairs(mine: pl.DataFrame, stored: pl.DataFrame) -> pl.DataFrame:
    """Return the applications that are stored too: their row, their columns, and the stored ones' beside them."""
    known = stored.select("application_id").join(mine.with_row_index("row").select("row", "application_id"), on="application_id")
    rows = known.sort("row")["row"]
    theirs = stored.rename({column: column + _OLD for column in APPLICATIONS.columns if column != "application_id"})
    chosen = mine[rows].with_columns(rows.alias("row"))
    return chosen.join(theirs, on="application_id", how="left", maintain_order="left")


def _partial_columns(records: Records) -> frozenset[str]:
    """Return the columns that at least one file of the run does not have."""
    having: dict[str, set[str]] = {}
    for number, use in _numbered(records):
        having.setdefault(number, set()).update([use] if use else [])
    return frozenset(column for column in COMPARED if any(column not in columns for columns in having.values()))


def _numbered(records: Records) -> list[tuple[str, str | None]]:
    return [(use.file, use.column) for use in records.columns]


def _agrees(column: str, may_lack: bool) -> pl.Expr:
    same = pl.col(column).eq_missing(pl.col(column + _OLD))
    return same | pl.col(column).is_null() if may_lack else same


def _outcome_updates(equal: pl.DataFrame) -> pl.DataFrame:
    """Return the stored applications whose outcomes are better known now."""
    later = pl.col("label_time").is_null() | pl.col("label_time" + _OLD).is_null() | (pl.col("label_time") >= pl.col("label_time" + _OLD))
    merged = [
        pl.when(later).then(pl.coalesce(column, column + _OLD)).otherwise(pl.coalesce(column + _OLD, column)).alias(column)
        for column in OUTCOME_COLUMNS
    ]
    news = pl.any_horizontal(pl.col(column).ne_missing(pl.col(column + _OLD)) for column in OUTCOME_COLUMNS)
    kept = [pl.col(column + _OLD).alias(column) for column in COMPARED]
    return APPLICATIONS.check(equal.with_columns(merged).filter(news).with_columns(kept).select(list(APPLICATIONS.columns)))


def _completed(mine: pl.DataFrame, corrected: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    if not corrected.height:
        return mine
    at = corrected["row"]
    return mine.with_columns(
        mine[column].scatter(at, corrected.select(pl.coalesce(column, column + _OLD)).to_series()) for column in columns
    )


def _without(records: Records, repeated: BoolArray, contradicting: BoolArray) -> Records:
    """Return the records with some applications no longer accepted, and every figure as it is then."""
    origin, mine = records.origin, records.applications
    application = origin["application"].to_numpy()
    out = contradicting[application]
    rejects = Rejects()
    lost = origin.filter(pl.Series(out))
    for number in range(len(records.files)):
        these = lost.filter(pl.col("file") == number)
        rejects.add(ROW, number, these["line"].to_numpy(), "", mine["application_id"].gather(these["application"]), CONTRADICTS)
    remaining = origin.filter(pl.Series(~out))
    order = order_of(mine["application_id"], remaining)
    fresh = ~(repeated | contradicting)
    new_row = np.cumsum(fresh, dtype=np.int64) - 1
    kept = fresh[remaining["application"].to_numpy()]
    remaining = remaining.filter(pl.Series(kept)).with_columns(
        pl.Series("application", new_row[remaining["application"].to_numpy()[kept]], dtype=pl.UInt32)
    )
    applications = mine.filter(pl.Series(fresh))
    rejected_rows = records.rejected_rows + lost.height
    table = _merged_rejects(records, rejects, lost)
    return replace(
        records,
        applications=applications,
        input_order=order,
        rejects=table,
        accepted=applications.height,
        repeated=records.rows - rejected_rows - applications.height,
        rejected_rows=rejected_rows,
        rejected_values=table.height - rejected_rows,
        origin=remaining,
    )


def _merged_rejects(records: Records, more: Rejects, lost: pl.DataFrame) -> pl.DataFrame:
    """Put new row rejects in their place; a row that is rejected whole has no value rejects any more."""
    if not lost.height:
        return records.rejects
    names = pl.DataFrame({"file": records.files, "number": range(len(records.files))}, schema={"file": pl.String, "number": pl.Int64})
    gone = lost.select(pl.col("file").cast(pl.Int64).alias("number"), "line").join(names, on="number")
    kept = records.rejects.join(gone.select("file", "line"), on=["file", "line"], how="anti", maintain_order="left")
    first = names.group_by("file").agg(pl.col("number").min())
    whole = pl.concat([kept, more.table(records.files)]).join(first, on="file", how="left", maintain_order="left")
    return whole.sort("number", "line", "column", "reason", maintain_order=True).drop("number")
