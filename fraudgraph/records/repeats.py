"""The same application more than once in one run: repeats count, contradictions are rejected, and the order of rows never matters.

Of rows that contradict each other the one with the earlier applied_at, then the smaller row text, stays. A column that a row's file
does not have cannot contradict, and outcome columns, which are known later, never do: they are merged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from fraudgraph.model import APPLICATIONS, INPUT_ORDER, OUTCOME_COLUMNS, Int32Array, IntArray
from fraudgraph.records.rejects import ROW, Rejects

CONTRADICTS = "contradicts another row with this application_id"
COMPARED = tuple(column for column in APPLICATIONS.columns if column not in (*OUTCOME_COLUMNS, "application_id"))
_GAP = "\x1f"


@dataclass(frozen=True)
class Settled:
    """What is accepted, and where it came from."""

    applications: pl.DataFrame
    """APPLICATIONS, sorted."""
    input_order: pl.DataFrame
    """INPUT_ORDER."""
    origin: pl.DataFrame
    """As `model.Records.origin`."""


def settle(frames: list[pl.DataFrame], places: list[IntArray], rejects: Rejects) -> Settled:
    """Settle repeats over the files of a run. ``frames`` is emptied on the way: a book does not fit twice."""
    sizes = [frame.height for frame in frames]
    having = [frozenset(frame.columns) for frame in frames]
    file = np.repeat(np.arange(len(sizes), dtype=np.uint16), sizes)
    line = np.concatenate(places)
    places.clear()
    rows = _together(frames)
    keeper = np.arange(rows.height, dtype=np.int64)
    doubled = _doubled(rows["application_id"])
    if len(doubled):
        rows, keeper = _judge(rows, doubled, file, having, keeper)
        out = np.flatnonzero(keeper < 0)
        for number in range(len(sizes)):
            mine = out[file[out] == number]
            rejects.drop_values(number, line[mine])
            rejects.add(ROW, number, line[mine], "", rows["application_id"].gather(mine), CONTRADICTS)
    stays = np.flatnonzero(keeper >= 0)
    keeper = keeper[stays]
    file, line = file[stays], line[stays]
    columns = rows.get_columns()
    kept = np.flatnonzero(np.bincount(keeper, minlength=rows.height))
    del rows
    ordered, new_row = _ordered(columns, kept)
    application = new_row[keeper]
    applications = _complete(ordered)
    origin = pl.DataFrame({"application": application.astype(np.uint32), "file": file, "line": line})
    return Settled(applications, order_of(applications["application_id"], origin), origin)


def order_of(ids: pl.Series, origin: pl.DataFrame) -> pl.DataFrame:
    """Return INPUT_ORDER: each application once, where it comes first."""
    seen = origin["application"].unique(maintain_order=True)
    return INPUT_ORDER.check(pl.DataFrame({"application_id": ids.gather(seen), "position": np.arange(len(seen), dtype=np.int64)}))


def row_text(columns: Sequence[str]) -> pl.Expr:
    """Return an expression for the canonical text of a row, for ties only."""
    return pl.concat_str([pl.col(column).cast(pl.String).fill_null("") for column in columns], separator=_GAP)


def _together(frames: list[pl.DataFrame]) -> pl.DataFrame:
    """Put the files one below the other, column by column, letting go of each column's pieces."""
    if len(frames) == 1:
        return frames.pop()
    heights = [frame.height for frame in frames]
    columns = [column for column in APPLICATIONS.columns if any(column in frame.columns for frame in frames)]
    whole: list[pl.Series] = []
    for column in columns:
        kind = APPLICATIONS.schema[column]
        pieces = [
            frame[column] if column in frame.columns else pl.Series(column, [None], dtype=kind).new_from_index(0, height)
            for frame, height in zip(frames, heights, strict=True)
        ]
        whole.append(pl.concat(pieces, rechunk=True))
        frames[:] = [frame.drop(column, strict=False) for frame in frames]
    frames.clear()
    return pl.DataFrame(whole)


def _doubled(ids: pl.Series) -> IntArray:
    """Return the rows whose id occurs more than once (equal hashes are compared as texts afterwards)."""
    hashes: np.typing.NDArray[np.uint64] = ids.hash().to_numpy()
    ordered = np.sort(hashes)
    if not (ordered[1:] == ordered[:-1]).any():
        return np.empty(0, dtype=np.int64)
    suspects: IntArray = np.flatnonzero(pl.Series(hashes).is_duplicated().to_numpy())
    again: IntArray = suspects[ids.gather(suspects).is_duplicated().to_numpy()]
    return again


def _judge(
    rows: pl.DataFrame, doubled: IntArray, file: np.typing.NDArray[np.uint16], having: list[frozenset[str]], keeper: IntArray
) -> tuple[pl.DataFrame, IntArray]:
    """Return the rows, keepers completed, and per row the row that stands for it (-1: it contradicts)."""
    compared = [column for column in COMPARED if column in rows.columns]
    outcomes = [column for column in OUTCOME_COLUMNS if column in rows.columns]
    some = rows[doubled].with_columns(pl.Series("row", doubled), pl.Series("file", file[doubled]))
    some = some.with_columns(row_text(compared).alias("text"), row_text(outcomes).alias("late") if outcomes else pl.lit("").alias("late"))
    kinds = pl.DataFrame({"file": np.arange(len(having), dtype=np.uint16), "has": [_GAP.join(sorted(columns)) for columns in having]})
    some = some.join(kinds, on="file", how="left").sort("application_id", "applied_at", "text", "late", "has", "row")
    first = pl.struct("row", "file").first().over("application_id")
    some = some.with_columns(first.struct.field("row").alias("keeper"), first.struct.field("file").alias("keeper_file"))
    same = some["text"] == some.select(pl.col("text").first().over("application_id")).to_series()
    if any(files != having[0] for files in having):
        same = _agrees(some, compared, having)
    keeper[some["row"].to_numpy()] = np.where(same.to_numpy(), some["keeper"].to_numpy(), -1)
    return _merged(rows, some.filter(same), compared, outcomes, having), keeper


def _agrees(some: pl.DataFrame, compared: Sequence[str], having: list[frozenset[str]]) -> pl.Series:
    """Tell which rows agree with their keeper on the columns that both files have."""
    agree = pl.lit(True)
    for column in compared:
        both = _has(column, "file", having) & _has(column, "keeper_file", having)
        agree &= pl.col(column).eq_missing(pl.col(column).first().over("application_id")) | ~both
    return some.select(agree.alias("same")).to_series()


def _has(column: str, file: str, having: list[frozenset[str]]) -> pl.Expr:
    return pl.col(file).is_in([number for number, columns in enumerate(having) if column in columns])


def _merged(
    rows: pl.DataFrame, agreeing: pl.DataFrame, compared: Sequence[str], outcomes: Sequence[str], having: list[frozenset[str]]
) -> pl.DataFrame:
    """Fill what the keepers' files do not have, and the outcomes: the latest known one."""
    gaps = [column for column in compared if any(column not in columns for columns in having)]
    if not gaps and not outcomes:
        return rows
    known = agreeing.group_by("keeper", maintain_order=True).agg(pl.col(column).drop_nulls().first() for column in gaps)
    if outcomes:
        by_time = ["label_time"] if "label_time" in outcomes else []
        late = agreeing.sort([*by_time, "late"], nulls_last=False, maintain_order=True)
        last = late.group_by("keeper").agg(pl.col(column).drop_nulls().last() for column in outcomes)
        known = known.join(last, on="keeper", how="left", maintain_order="left")
    at = known["keeper"]
    return rows.with_columns(rows[column].scatter(at, known[column]) for column in (*gaps, *outcomes))


def _ordered(columns: list[pl.Series], kept: IntArray) -> tuple[pl.DataFrame, Int32Array]:
    """Return the kept rows sorted by (applied_at, application_id), and old row -> new row. ``columns`` is emptied."""
    height = len(columns[0])
    by_name = {column.name: column for column in columns}
    moments = by_name["applied_at"].to_physical().to_numpy()[kept]
    order = _order(moments, by_name.pop("application_id").gather(kept))
    by_name.clear()
    where = kept[order]
    new_row = np.full(height, -1, dtype=np.int32)
    new_row[where] = np.arange(len(kept), dtype=np.int32)
    if len(where) == height and (where[1:] > where[:-1]).all():
        return pl.DataFrame(columns), new_row
    index = pl.Series(where)
    columns.reverse()
    done: list[pl.Series] = []
    while columns:  # one at a time, letting go of each old one: a whole book does not fit twice
        done.append(columns.pop().gather(index))
    return pl.DataFrame(done), new_row


def _order(moments: IntArray, ids: pl.Series) -> IntArray:
    """Return the order by time, then id; texts are compared only where times are equal."""
    order: IntArray = np.argsort(moments, kind="stable")
    ordered = moments[order]
    equal = ordered[1:] == ordered[:-1]
    tied = np.zeros(len(order), dtype=np.bool_)
    tied[1:] |= equal
    tied[:-1] |= equal
    where = np.flatnonzero(tied)
    key = pl.DataFrame({"row": order[where], "at": ordered[where], "id": ids.gather(order[where])})
    order[where] = key.sort("at", "id")["row"].to_numpy()
    return order


def _complete(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows as APPLICATIONS; columns that no file has are constants and take no memory."""
    absent = [pl.lit(None, dtype=kind).alias(column) for column, kind in APPLICATIONS.schema.items() if column not in rows.columns]
    return APPLICATIONS.check(rows.with_columns(absent))
