"""A stored book as the one change that would make it: for those who carry a book from one store to another."""

from __future__ import annotations

import polars as pl

from fraudgraph.errors import UsageError
from fraudgraph.stores.port import DERIVED, Batch, Change, Reader


def whole(reader: Reader) -> tuple[Change, Batch]:
    """Return the book as it is at the reader's night, as the first night of another store, and its last batch.

    The past is not in it: what earlier nights held is gone, what happened to gangs is told as of one night.
    """
    batches = reader.batches()
    if not batches:
        raise UsageError("there is nothing in the store to export: make a book with `fraudgraph run`")
    last = batches[-1]
    change = Change(
        base_night=0,
        digest=last.digest,
        command=last.command,
        applications=reader.table("applications"),
        keys=reader.table("keys"),
        relations=reader.table("relations"),
        input_order=reader.batch_table("input_order", reader.night),
        rejects=reader.batch_table("rejects", reader.night),
        derived={table.name: reader.table(table.name) for table in DERIVED},
        gang_events=reader.events().drop("night"),
        calibration=reader.calibration(),
        ruleset=reader.ruleset(),
        settings=reader.settings(),
        summary=last.summary,
    )
    return change, last


def labels_of(reader: Reader) -> pl.DataFrame:
    """Return LABELS as those of a book of one night."""
    return reader.labels().with_columns(night=pl.lit(1, pl.Int64))
