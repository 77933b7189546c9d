"""``fraudgraph gangs``: the analyst's queue."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fraudgraph.cli import options, show
from fraudgraph.cli.fitting import Column, table

if TYPE_CHECKING:
    import polars as pl
    from rich.console import RenderableType

SHOWN = 50
"""Gangs of a table where --limit says nothing; JSON and CSV have them all then."""

CHANNELS = 2
"""Of a gang that a table names."""

STATUSES = ("new", "grown", "shrunk", "merged", "split", "dissolved", "unchanged")
DECISIONS = ("open", "confirmed", "suspicious", "dismissed")
GRADES = ("A", "B", "C", "D")

COLUMNS = (
    Column("gang", least=10),
    Column("grade"),
    Column("people", numeric=True),
    Column("amount", 2, numeric=True),
    Column("decision", 1),
    Column("alert", 1),
    Column("mean", 3, numeric=True),
    Column("status", 5),
    Column("last applied", 4),
    Column("channels", 6, least=14),
    Column("joined", 7, numeric=True),
    Column("since label", 8, numeric=True),
    Column("applications", 9, numeric=True),
    Column("first applied", 10),
    Column("T", 11, numeric=True),
)


class Grades(click.ParamType):  # type: ignore[type-arg,unused-ignore]  # generic in newer versions of click only
    """Grades, parted by commas."""

    name = "grades"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):
            return value
        grades = tuple(dict.fromkeys(part.strip().upper() for part in value.split(",") if part.strip()))
        if not grades or set(grades) - set(GRADES):
            self.fail(f"{value!r} are no grades: give some of {', '.join(GRADES)}, parted by commas.", param, ctx)
        return grades


@click.command(short_help="List the gangs, what deserves the first look first.")
@click.option("--grade", type=Grades(), metavar="A,B", default=(), help="Only these grades.")
@click.option("--since", type=options.Day(), metavar="DATE", help="Only gangs with an application on that day or later.")
@click.option("--channel", metavar="C", help="Only gangs with an application through this channel.")
@click.option("--status", type=click.Choice(STATUSES), help="Only what the last night did this to.")
@click.option("--decision", type=click.Choice(DECISIONS), help="Only what was decided like this.")
@click.option("--limit", type=click.IntRange(1), metavar="N", help=f"So many at most.  [default: {SHOWN} in a table, else all]")
@options.reading
def gangs(
    grade: tuple[str, ...],
    since: date | None,
    channel: str | None,
    status: str | None,
    decision: str | None,
    limit: int | None,
    store: str,
    config: Path | None,
    as_of: date | None,
    shown_as: str,
) -> int:
    """List the gangs: first those that wait for a decision, then those called suspicious, confirmed and dismissed, last the dissolved
    ones; of each the worst grade first, then the largest amount.

    A gang waits while nobody decided on it, or when people came or went since (a dismissed gang: more than verdicts.realert_share of
    its people). ``alert`` says whether last night made it one: new, changed, dismissed (not raised), or empty (nothing new).

    \b
    Example: fraudgraph gangs --grade A,B --decision open --since 2026-01-22
    """
    from fraudgraph.reports.queue import Wanted, queue
    from fraudgraph.reports.tables import zone_of

    with options.book(store, config, as_of) as reader:
        zone = zone_of(reader)
        found = queue(reader, Wanted(grade, since, channel, status, decision))
    if shown_as == "table":
        show.as_text(_text(found, limit or SHOWN, zone))
        return 0
    from fraudgraph.cli.frames import rows

    listed = rows(found if limit is None else found.head(limit), zone)
    if shown_as == "json":
        show.as_json(listed)
    else:
        show.as_csv(listed, found.columns)
    return 0


def _text(found: pl.DataFrame, limit: int, zone: str) -> Iterator[RenderableType]:
    from fraudgraph.cli.frames import day
    from fraudgraph.reports import words

    if found.is_empty():
        yield "No gang fits."
        return
    rows = [
        (
            row["gang_id"],
            row["grade"],
            row["members"],
            words.amount(row["amount"]),
            row["decision"],
            row["alert"],
            words.intent(row["mean_intent"]),
            row["status"],
            day(row["last_applied_at"], zone),
            _most(row["channels"].split("; ")),
            row["growth"],
            row["since_label"],
            row["applications"],
            day(row["first_applied_at"], zone),
            words.intent(row["threshold"]),
        )
        for row in found.head(limit).iter_rows(named=True)
    ]
    yield from table("", COLUMNS, rows, show.width())
    waiting = int(found["waits"].sum())
    more = found.height - len(rows)
    yield f"\n{words.plural(found.height, 'gang')}, {waiting:,} of them {'waits' if waiting == 1 else 'wait'} for a decision." + (
        f" {more:,} more with --limit {found.height}." if more else ""
    )


def _most(channels: list[str]) -> str:
    """Return the channels of most applications, and how many more there are."""
    more = len(channels) - CHANNELS
    return "; ".join(channels[:CHANNELS]) + (f" +{more}" if more > 0 else "")
