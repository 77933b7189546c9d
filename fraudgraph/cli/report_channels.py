"""``fraudgraph report channels``: what each channel brings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fraudgraph.cli import options, show
from fraudgraph.cli.voice import Voice

if TYPE_CHECKING:
    from rich.console import RenderableType

    from fraudgraph.reports.channels import Channels

SHOWN = 60
"""Channels of the printed table; CSV, JSON and the page have more."""


@click.command(short_help="What each channel brings: volume, hits, gangs, intents.")
@click.option("--from", "first", type=options.Day(), metavar="DATE", help="Only applications of that day and later.")
@click.option("--to", "last", type=options.Day(), metavar="DATE", help="Only applications up to that day, the day included.")
@click.option("--out", type=click.Path(path_type=Path), help="Page to write (FILE.html), or a folder for page, CSV and JSON.")
@options.counting
@click.pass_obj
def channels(
    voice: Voice,
    /,
    first: date | None,
    last: date | None,
    out: Path | None,
    store: str,
    config: Path | None,
    as_of: date | None,
    shown_as: str,
) -> int:
    """Per channel: volume, applicants with many recent applications, gang hit rate, share of high grades, gangs per 1,000
    applications, mean intent; an interval beside every share. Channels are compared with the rest of the book, all of them together;
    small ones are marked.

    \b
    Examples:
      fraudgraph report channels
      fraudgraph report channels --from 2020-01-01 --out channels.html
      fraudgraph report channels --format csv > channels.csv
    """
    with voice.progress() as progress:
        from fraudgraph.reports import channels as reports
        from fraudgraph.reports import channels_page, keeping
        from fraudgraph.settings import load

        with options.book(store, config, as_of) as reader, progress.stage("counting by channel"):
            found = reports.channels(reader, load(config), first, last)
            page = channels_page.page(found, reader) if out else ""
        rows = found.table.rows(named=True)
        written = keeping.keep(out, "channels", page, rows, reports.COLUMNS) if out else []
    if shown_as == "json":
        show.as_json([{key: value for key, value in row.items() if value is not None} for row in rows])
    elif shown_as == "csv":
        show.as_csv(rows, reports.COLUMNS)
    else:
        show.as_text(_text(found, rows, written))
    return 0


def _text(report: Channels, rows: list[dict[str, Any]], written: list[Path]) -> Iterator[RenderableType]:
    from fraudgraph.cli.fitting import Column, table
    from fraudgraph.reports import channels_words as say
    from fraudgraph.reports.figures import p_value

    yield " ".join((say.headline(report), *say.below(report)))
    if report.span is not None:
        columns = (
            Column("channel", least=12),
            Column("applications", numeric=True),
            Column("hits", 1, numeric=True),
            Column("hit rate, %", numeric=True),
            Column("high grades, %", 2, numeric=True),
            Column("gangs per 1,000", 4, numeric=True),
            Column("mean intent", 5, numeric=True),
            Column(f"{say.busy(report)}, %", 6, numeric=True),
            Column("p adjusted", 3, numeric=True),
            Column("", numeric=False),
        )
        cells = [
            (
                say.name(row),
                row["applications"],
                row["hits"],
                _share(row, "hit_rate"),
                _share(row, "high_share"),
                f"{row['gangs_per_1000']:.1f} ({row['gangs_per_1000_low']:.1f}–{row['gangs_per_1000_high']:.1f})",
                "" if row["mean_intent"] is None else f"{row['mean_intent']:.3f}",
                _share(row, "busy_share"),
                "" if row["p_adjusted"] is None else p_value(row["p_adjusted"]),
                "small" if row["small"] else row["stands_out"],
            )
            for row in rows[: SHOWN + 1]
        ]
        yield from table("", columns, cells, show.width())
        if len(rows) > SHOWN + 1:
            yield f"{len(rows) - SHOWN - 1:,} more channels: --format csv has them all."
        yield f"\n{say.note(report)}"
    if written:
        yield f"\nWritten: {', '.join(str(path) for path in written)}"


def _share(row: dict[str, Any], name: str) -> str:
    from fraudgraph.reports.figures import between, percent

    return f"{percent(row[name])} ({between((row[f'{name}_low'], row[f'{name}_high']))})"
