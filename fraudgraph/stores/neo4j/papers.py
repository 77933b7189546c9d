"""Documents and the tables of one batch: JSON in the graph."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import polars as pl

from fraudgraph import model

ROWS = 5_000
"""Rows of a batch table that share a node."""


def as_json(value: object) -> str:
    """Return canonical JSON; raise TypeError or ValueError for what JSON cannot say, also for a lone half of a surrogate pair."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, allow_nan=False)
    text.encode()
    return text


def packed(name: str, frame: pl.DataFrame) -> Iterator[tuple[str, int, str]]:
    """Yield a batch table as rows of table, part and JSON."""
    for part, start in enumerate(range(0, frame.height, ROWS)):
        columns = frame.slice(start, ROWS).to_dict(as_series=False)
        yield name, part, json.dumps(columns, ensure_ascii=False)


def unpacked(parts: Sequence[str], table: model.Table) -> pl.DataFrame:
    """Return the batch table that was packed into ``parts``."""
    frames = [pl.DataFrame(json.loads(part), schema=table.schema) for part in parts]
    return table.check(pl.concat(frames)) if frames else table.empty()
