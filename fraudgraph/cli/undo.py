"""``fraudgraph undo``: a wrong night taken back."""

from __future__ import annotations

from pathlib import Path

import click

from fraudgraph.cli import options, show


@click.command(short_help="Take the last night back.")
@click.argument("night", type=click.IntRange(1), metavar="NIGHT")
@options.store
@options.config
@options.speaking
def undo(night: int, store: str, config: Path | None, shown_as: str) -> int:
    """Take back NIGHT, which must be the last one: the store is as it was before it, and the next night gets its number. Labels stay. The
    files that it wrote are still where they were.

    \b
    Example: fraudgraph undo 12
    """
    place = options.audited(store, config, "undo", f"night {night}")
    with place.lock() as writer:
        batch = writer.undo(night)
    accepted = batch.summary.get("accepted")
    if shown_as == "table":
        brought = f", which brought {accepted:,} applications," if isinstance(accepted, int) else ""
        left = f"the last night is {night - 1} now" if night > 1 else "the store is empty now"
        show.as_text([f"Night {night} ({batch.command}){brought} was taken back: {left}."])
        return 0
    row = {"night": night, "command": batch.command, "known_at": batch.known_at, "accepted": accepted, "last_night": night - 1}
    if shown_as == "json":
        show.as_json(row)
    else:
        show.as_csv([row], list(row))
    return 0
