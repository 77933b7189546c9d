"""``fraudgraph resolve``: who the applicants are, and nothing else."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from fraudgraph.cli import options, show
from fraudgraph.cli.run import REJECTED
from fraudgraph.cli.voice import Voice


@click.command(short_help="Confirm who the applicants are, and nothing else.")
@click.argument("inputs", metavar="INPUT...", nargs=-1, required=True, type=options.FILE)
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="The CSV file to write.")
@options.understanding
@options.strict
@options.speaking
@click.pass_obj
def resolve(voice: Voice, /, inputs: tuple[Path, ...], out: Path, strict: bool, shown_as: str, **understood: Any) -> int:
    """Read INPUT, confirm who the applicants are, and write a row an application in the order of the input: application_id, person_id, and
    how (the rule that made it this person's; first for a person's first). Nothing is stored.

    \b
    Example: fraudgraph resolve book.csv --out people.csv
    """
    settings = options.settings(**understood)
    with voice.progress() as progress:
        from fraudgraph import pipeline

        records, membership = pipeline.resolve(list(inputs), settings, progress)
    _write(membership, out)
    by_rule = dict(membership.group_by("how").len().sort("len", "how", descending=[True, False]).iter_rows())
    counts: dict[str, Any] = {
        "rows": records.rows,
        "accepted": records.accepted,
        "repeated": records.repeated,
        "rejected_rows": records.rejected_rows,
        "rejected_values": records.rejected_values,
        "persons": membership["person_id"].n_unique(),
    }
    if shown_as == "json":
        show.as_json({**counts, "how": by_rule})
    elif shown_as == "csv":
        show.as_csv([{**counts, **{f"how: {rule}": count for rule, count in by_rule.items()}}], [*counts, *(f"how: {r}" for r in by_rule)])
    else:
        show.as_text([show.pairs([*counts.items(), *((f"how: {rule}", count) for rule, count in by_rule.items())])])
    return REJECTED if strict and records.rejected_rows else 0


def _write(membership: Any, out: Path) -> None:
    """Write the file whole or not at all; raise OutputError where it cannot be."""
    from fraudgraph.errors import OutputError
    from fraudgraph.reports import csvfile

    unfinished = out.with_name(f".{out.name[:200]}.{os.getpid()}.unfinished")
    try:
        csvfile.write(membership, unfinished, free_text=("application_id",))
        os.replace(unfinished, out)
    except OSError as problem:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        why = os.strerror(problem.errno) if problem.errno else str(problem)
        raise OutputError(f"{out} cannot be written ({why}): choose another file with --out") from problem
