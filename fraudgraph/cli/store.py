"""``fraudgraph store``: whether it is sound, and a copy of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from fraudgraph.cli import options, show

UNSOUND = 1


@click.group(short_help="Check the store, or copy it.")
def store() -> None:
    """Look after the store."""


@store.command(short_help="Say whether the store is sound.")
@options.store
@options.config
@options.speaking
def check(store: str, config: Path | None, shown_as: str) -> int:
    """Read the whole store and check that what it says fits together; say which versions it has. Ends with 1 where something is wrong.

    \b
    Example: fraudgraph store check --store book.duckdb
    """
    place = options.existing(store, config)
    problems = place.check()
    row: dict[str, Any] = {"sound": not problems}
    with place.snapshot() as reader:
        calibration, ruleset, batches = reader.calibration(), reader.ruleset(), reader.batches()
        row["nights"] = reader.night
        row["last_known_at"] = batches[-1].known_at if batches else None
        row["calibration"] = calibration.name if calibration else None
        row["ruleset"] = ruleset.name if ruleset else None
        row["fraudgraph"] = (batches[-1].summary.get("versions") or {}).get("fraudgraph") if batches else None
    row["problems"] = problems
    if shown_as == "json":
        show.as_json(row)
    elif shown_as == "csv":
        show.as_csv([row], list(row))
    else:
        names = {"nights": "nights", "last_known_at": "last night applied", "fraudgraph": "by fraudgraph"}
        figures = [(names.get(name, name), value) for name, value in row.items() if name not in ("sound", "problems")]
        show.as_text([show.pairs(figures), "", *problems, "" if problems else "The store is sound."])
    return UNSOUND if problems else 0


@store.command(short_help="Copy the store while it is in use.")
@click.argument("to", type=click.Path(path_type=Path))
@options.store
@options.config
@options.speaking
def backup(to: Path, store: str, config: Path | None, shown_as: str) -> int:
    """Write a consistent copy of the store into the new file TO, for you alone (mode 0600), while others read and write the store.

    \b
    Example: fraudgraph store backup book-2026-01-22.duckdb
    """
    options.existing(store, config).backup(to)
    with options.existing(str(to), config).snapshot() as reader:
        row = {"to": str(to), "nights": reader.night, "bytes": to.stat().st_size}
    if shown_as == "json":
        show.as_json(row)
    elif shown_as == "csv":
        show.as_csv([row], list(row))
    else:
        show.as_text([f"The store as of night {row['nights']} is in {to} ({row['bytes']:,} bytes)."])
    return 0
