"""``fraudgraph audit``: who saw and did what."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fraudgraph.cli import options, show
from fraudgraph.cli.fitting import Column, table

if TYPE_CHECKING:
    import polars as pl
    from rich.console import RenderableType

SHOWN = 50
"""Entries of a table where --limit says nothing, the newest; JSON and CSV have them all then."""

BROKEN = 1
GONE = "(purged)"

COLUMNS = (
    Column("entry", numeric=True),
    Column("when"),
    Column("who", least=8),
    Column("command", least=10),
    Column("about", least=16),
    Column("why", 1, least=16),
    Column("night", 2, numeric=True),
    Column("emptied", 3, least=8),
)

FIELDS = ("number", "at", "who", "command", "night", "about", "why", "emptied", "key", "chain")
"""Columns of JSON and CSV."""


@click.command(short_help="Show who saw and did what, or verify it.")
@click.option("--verify", is_flag=True, help="Verify the chain of seals. Ends with 1 where it does not hold.")
@click.option("--head", metavar="SEAL", help="A seal that was noted earlier: --verify finds out whether it is still there.")
@click.option("--limit", type=click.IntRange(1), metavar="N", help=f"The newest N entries.  [default: {SHOWN} in a table, else all]")
@options.store
@options.config
@options.speaking
def audit(verify: bool, head: str | None, limit: int | None, store: str, config: Path | None, shown_as: str) -> int:
    """Show the log of who revealed, labelled, exported, purged, calibrated and took back what, when and why. It is only ever added to, and
    stays when a night is undone or the book is started afresh; each entry is sealed together with the one before.

    Note the last seal somewhere else from time to time: a log whose end was cut off shows only against it (--head).

    \b
    Examples: fraudgraph audit
              fraudgraph audit --verify
    """
    if head and not verify:
        raise click.UsageError("--head is looked for by --verify: give both.")
    log = options.existing(store, config).audited()
    if verify:
        return _verified(log, head, shown_as)
    from fraudgraph.cli.frames import rows

    if shown_as == "table":
        show.as_text(_text(log, limit or SHOWN))
        return 0
    listed = rows((log if limit is None else log.tail(limit)).select(FIELDS), "UTC")
    if shown_as == "json":
        show.as_json(listed)
    else:
        show.as_csv(listed, FIELDS)
    return 0


def _text(log: pl.DataFrame, limit: int) -> Iterator[RenderableType]:
    from fraudgraph.cli.frames import minute

    if log.is_empty():
        yield "Nobody has revealed, labelled, exported, purged, calibrated or undone anything yet."
        return
    rows = [
        (
            row["number"],
            minute(row["at"], "UTC"),
            row["who"],
            row["command"],
            GONE if row["about"] is None else row["about"],
            GONE if row["why"] is None else row["why"],
            row["night"],
            (row["emptied"] or "").replace(";", " "),
        )
        for row in log.tail(limit).iter_rows(named=True)
    ]
    yield from table("", COLUMNS, rows, show.width())
    more = log.height - len(rows)
    yield f"\nTimes are UTC.{f' {more:,} older ones with --limit {log.height}.' if more else ''}"


def _verified(log: pl.DataFrame, head: str | None, shown_as: str) -> int:
    from fraudgraph.audit import verify

    problems = verify(log)
    if head and head not in set(log["chain"]):
        problems.append("the seal that was noted is not in the log: its end was cut off, or it is another log")
    row = {
        "holds": not problems,
        "entries": log.height,
        "with_key": log.filter(log["key"] != "").height,
        "head": log["chain"][-1] if log.height else "",
        "problems": problems,
    }
    if shown_as == "json":
        show.as_json(row)
    elif shown_as == "csv":
        show.as_csv([row], list(row))
    else:
        figures = [("entries", row["entries"]), ("sealed with a key", row["with_key"]), ("last seal", row["head"])]
        show.as_text([show.pairs(figures), "", *problems, *([] if problems else ["The chain holds."])])
    return BROKEN if problems else 0
