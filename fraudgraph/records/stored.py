"""Parsed applications against those that a store already has: repeats, outcome updates, contradictions, corrections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from fraudgraph.model import OUTCOME_COLUMNS, STORED_SLOTS, BoolArray, Records
from fraudgraph.records.rejects import ROW, Rejects
from fraudgraph.records.repeats import COMPARED, order_of

CONTRADICTS = "contradicts the stored application"
_OLD = "_stored"


def against(records: Records, stored: pl.DataFrame, corrections: bool = False) -> tuple[Records, pl.DataFrame]:
    """Judge ``records`` against ``stored`` (APPLICATIONS; rows with other ids do no harm).

    Either table may have tokens beside its captions, as columns named by slots: they are compared and completed like what they stand for.
    Equal to the stored one in everything but outcomes: repeated. Otherwise rejected with all its repeats, or, with ``corrections``,
    accepted as a new version. A null cannot contradict where some file of the run does not have the column. Return the records as
    they are then, and the outcome updates: APPLICATIONS rows, the stored ones with newly known outcomes (a later outcome replaces an
    earlier one). A correction keeps what the run's files do not have.
    """
    mine = records.applications
    pairs = _pairs(mine, stored)
    if not pairs.height:
        return records, stored.clear()
    absent = frozenset(column for column in COMPARED if sum(use.column == column for use in records.columns) < len(records.files))
    tokens = [slot for slot in STORED_SLOTS if slot.name in mine.columns or slot.name in stored.columns]
    mine, stored = (_with(frame, [slot.name for slot in tokens]) for frame in (mine, stored))
    partial = [*absent, *(slot.name for slot in tokens if slot.column in absent)]
    same = pl.repeat(True, pairs.height, eager=True)
    for column in [*COMPARED, *(slot.name for slot in tokens if not slot.derived)]:
        ours, theirs = mine[column].gather(pairs["mine"]), stored[column].gather(pairs["stored"])
        agrees = ours.eq_missing(theirs)
        same &= agrees | ours.is_null() if column in partial else agrees
    repeated, contradicting = (np.zeros(mine.height, dtype=np.bool_) for _ in range(2))
    repeated[pairs["mine"].filter(same).to_numpy()] = True
    contradicting[pairs["mine"].filter(~same).to_numpy()] = True
    updates = _outcome_updates(mine, stored, pairs.filter(same))
    if corrections:
        mine = _completed(mine, stored, pairs.filter(~same), [*partial, *OUTCOME_COLUMNS])
        contradicting[:] = False
    return _without(replace(records, applications=mine), repeated, contradicting), updates


def _pairs(mine: pl.DataFrame, stored: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of the applications that are stored too: their row in ``mine`` and their row in ``stored``."""
    ours = mine.select("application_id").with_row_index("mine")
    theirs = stored.select("application_id").with_row_index("stored")
    return ours.join(theirs, on="application_id").select("mine", "stored").sort("mine")


def _with(frame: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    return frame.with_columns(pl.lit(None, pl.String).alias(name) for name in names if name not in frame.columns)


def _outcome_updates(mine: pl.DataFrame, stored: pl.DataFrame, equal: pl.DataFrame) -> pl.DataFrame:
    """Return the stored applications whose outcomes are better known now."""
    ours = mine.select(OUTCOME_COLUMNS)[equal["mine"]]
    theirs = stored.select(OUTCOME_COLUMNS)[equal["stored"]].rename(lambda column: column + _OLD)
    both = pl.concat([ours, theirs], how="horizontal")
    later = (pl.col("label_time") < pl.col("label_time" + _OLD)).fill_null(False).not_()
    merged = [
        pl.when(later).then(pl.coalesce(column, column + _OLD)).otherwise(pl.coalesce(column + _OLD, column)).alias(column)
        for column in OUTCOME_COLUMNS
    ]
    news = pl.any_horizontal(pl.col(column).ne_missing(pl.col(column + _OLD)) for column in OUTCOME_COLUMNS)
    both = both.with_columns(merged).with_columns(news.alias("news"), equal["stored"].alias("row")).filter("news")
    return stored[both["row"]].with_columns(both.select(OUTCOME_COLUMNS).get_columns())


def _completed(mine: pl.DataFrame, stored: pl.DataFrame, corrected: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """Fill what a correction leaves open from the stored version."""
    at = corrected["mine"]
    filled: list[pl.Series] = []
    for column in columns:
        ours = mine[column].gather(at)
        theirs = stored[column].gather(corrected["stored"])
        filled.append(mine[column].scatter(at, ours.zip_with(ours.is_not_null(), theirs)))
    return mine.with_columns(filled)


def refused(records: Records, which: pl.Series, reason: str) -> Records:
    """Return the records with the applications ``which`` (Boolean, row by row) rejected with all their repeats; they are not named."""
    out = which.to_numpy()
    return _without(records, np.zeros(len(out), dtype=np.bool_), out, reason, named=False) if out.any() else records


def _without(
    records: Records, repeated: BoolArray, contradicting: BoolArray, reason: str = CONTRADICTS, *, named: bool = True
) -> Records:
    """Return the records with some applications no longer accepted, and every figure as it is then."""
    origin, mine = records.origin, records.applications
    application = origin["application"].to_numpy()
    out = contradicting[application]
    rejects = Rejects()
    lost = origin.filter(pl.Series(out))
    for number in range(len(records.files)):
        these = lost.filter(pl.col("file") == number)
        values = mine["application_id"].gather(these["application"]) if named else None
        rejects.add(ROW, number, these["line"].to_numpy(), "", values, reason)
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
