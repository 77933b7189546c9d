"""``fraudgraph check``: a dry run on input files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fraudgraph.cli import options, show
from fraudgraph.cli.run import REJECTED
from fraudgraph.cli.voice import Voice

if TYPE_CHECKING:
    from rich.console import RenderableType

    from fraudgraph.model import Records

EXAMPLES = 3
"""Rejected values that are shown, masked, of each reason."""

COLUMNS = ("about", "file", "header", "column", "filled", "rows", "share", "level", "reason", "count", "examples")
"""Of the CSV and of each JSON object. ``about`` says which of the others a row has: column (header ... share) or reject (level ...)."""


@click.command(short_help="Say how files would be understood and what would be rejected.")
@click.argument("inputs", metavar="INPUT...", nargs=-1, required=True, type=options.FILE)
@options.understanding
@options.strict
@options.speaking
@click.pass_obj
def check(voice: Voice, /, inputs: tuple[Path, ...], strict: bool, shown_as: str, **understood: Any) -> int:
    """Read INPUT without storing anything: how each column was understood, how full it is, and what would be rejected."""
    settings = options.settings(**understood)
    with voice.progress() as progress:
        from fraudgraph import pipeline

        records = pipeline.check(list(inputs), settings, progress)
        rejects = _rejects(records)
    if shown_as == "table":
        show.as_text(_text(records, rejects))
    else:
        rows = [{column: row.get(column) for column in COLUMNS} for row in [*_columns(records), *rejects]]
        if shown_as == "json":
            show.as_json([{key: value for key, value in row.items() if value is not None} for row in rows])
        else:
            show.as_csv([{**row, "examples": "; ".join(row["examples"] or ())} for row in rows], COLUMNS)
    return REJECTED if strict and records.rejected_rows else 0


def _columns(records: Records) -> list[dict[str, Any]]:
    return [
        {
            "about": "column",
            "file": use.file,
            "header": use.header,
            "column": use.column or "",
            "filled": use.filled,
            "rows": use.rows,
            "share": round(use.filled / use.rows, 4) if use.rows else 0.0,
        }
        for use in records.columns
    ]


def _rejects(records: Records) -> list[dict[str, Any]]:
    """Count the rejects by file, level, column and reason, the most frequent first in each file."""
    import polars as pl

    keys = ["file", "level", "column", "reason"]
    counted = (
        records.rejects.lazy()
        .sort([*keys, "line", "value"])
        .group_by(keys, maintain_order=True)
        .agg(pl.len().alias("count"), pl.col("line").head(EXAMPLES), pl.col("value").head(EXAMPLES))
        .sort(["file", "count", "level", "column", "reason"], descending=[False, True, False, False, False])
        .collect()
    )
    return [
        {
            "about": "reject",
            **{key: row[key] for key in keys},
            "count": row["count"],
            "examples": [_example(line, value) for line, value in zip(row["line"], row["value"], strict=True)],
        }
        for row in counted.iter_rows(named=True)
    ]


def _example(line: int, value: str) -> str:
    return f"line {line}: {value}" if value else f"line {line}"


def _text(records: Records, rejects: list[dict[str, Any]]) -> Iterator[RenderableType]:
    columns = _columns(records)
    for file in dict.fromkeys(row["file"] for row in [*columns, *rejects]):
        rows = [(row["header"], row["column"] or "(ignored)", f"{100 * row['share']:.1f} %") for row in columns if row["file"] == file]
        yield show.table(file, [("header", False), ("understood as", False), ("filled", True)], rows)
        found = [
            (row["count"], row["level"], row["column"], row["reason"], "; ".join(row["examples"])) for row in rejects if row["file"] == file
        ]
        headings = [("count", True), ("level", False), ("column", False), ("reason", False), ("for example", False)]
        yield show.table("would be rejected", headings, found) if found else "  nothing would be rejected\n"
    yield show.pairs(
        [
            ("rows", records.rows),
            ("  accepted", records.accepted),
            ("  repeated", records.repeated),
            ("  rejected", records.rejected_rows),
            ("values set to missing", records.rejected_values),
            ("fraud intent", records.intent_column or "no column was taken as the fraud intent"),
        ]
    )
    yield from records.notes
