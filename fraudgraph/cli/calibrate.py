"""``fraudgraph calibrate``: a calibration learned anew, and the one in force written to a file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fraudgraph.cli import options, show
from fraudgraph.cli.frames import plain
from fraudgraph.cli.voice import Voice

if TYPE_CHECKING:
    from rich.console import RenderableType

    from fraudgraph.recalibration import Recalibration

CLASSES = 10
"""Classes that the table shows; JSON has all."""

FIGURES = {
    "case": "learned how",
    "threshold": "threshold T",
    "p_cut": "tail cut",
    "lift": "lift D",
    "mean_intent": "mean intent",
    "spread": "spread of intents",
    "resolution": "resolution",
    "rungs": "rungs of the ladder",
    "joiners": "classes that only join",
    "people": "people with an intent",
    "unknown": "people without",
    "pairs": "pairs learned from",
    "placeholders": "placeholders",
    "flagged": "flagged",
    **{f"grade_{grade}": f"  grade {grade}" for grade in "ABCD"},
    "flagged_under_both": "  under both",
}
"""Names of figures, and what a person reads."""


@click.command(short_help="Learn a new calibration from the book, or write the current one to a file.")
@click.option("--from", "first", type=options.Day(), metavar="DATE", help="First day that is learned from.  [default: months before --to]")
@click.option("--to", "last", type=options.Day(), metavar="DATE", help="Last day that is learned from.  [default: the book's last]")
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option("--out", type=options.folder, help="Folder into which the results of the book, judged again, are written.")
@click.option("--export", "exported", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Only write the one in force.")
@options.store
@options.config
@options.speaking
@click.pass_obj
def calibrate(
    voice: Voice,
    /,
    first: date | None,
    last: date | None,
    dry_run: bool,
    out: Path | None,
    exported: Path | None,
    store: str,
    config: Path | None,
    shown_as: str,
) -> int:
    """Learn link classes, threshold and tail cut anew from the applications of a window (--from, --to; the last months if not said), say
    what changes against the calibration in force and for the newest applications, and freeze it: the whole book is judged again under it,
    as one night.

    \b
    Examples: fraudgraph calibrate --dry-run
              fraudgraph calibrate --from 2025-07-01 --to 2025-12-31
              fraudgraph calibrate --export calibration.json
    """
    if exported is not None and (first or last or dry_run or out):
        raise click.UsageError("--export writes the calibration in force, and takes no --from, --to, --dry-run or --out.")
    settings = options.settings(config, (), None, None, None)
    with voice.progress() as progress:
        from fraudgraph import recalibration

        if exported is not None:
            return _exported(recalibration.export(store, settings, exported), exported, shown_as)
        if not dry_run:
            options.audited(store, config, "calibrate", f"from {first or 'months before'} to {last or 'the last day'}")
        found = recalibration.calibrate(
            store=store, settings=settings, first=first, last=last, dry_run=dry_run, out=out, progress=progress
        )
    if shown_as == "table":
        show.as_text(_text(found, dry_run))
    elif shown_as == "json":
        show.as_json(_whole(found))
    else:
        show.as_csv([dict(zip(("figure", "before", "after"), row, strict=True)) for row in _rows(found)], ("figure", "before", "after"))
    return 0


def _exported(version: str, to: Path, shown_as: str) -> int:
    row = {"calibration": version, "to": str(to)}
    if shown_as == "json":
        show.as_json(row)
    elif shown_as == "csv":
        show.as_csv([row], list(row))
    else:
        show.as_text([f"Calibration {version} is in {to}: `fraudgraph run --calibration {to}` takes it."])
    return 0


def _rows(found: Recalibration) -> list[tuple[str, Any, Any]]:
    """Figures, before and after."""
    versions = ("version", found.before.version, found.after.version)
    return [(name, plain(before, "UTC"), plain(after, "UTC")) for name, before, after in (versions, *found.figures(), *found.flags())]


def _whole(found: Recalibration) -> dict[str, Any]:
    """What --format json prints."""
    window = found.window
    return {
        "from": window.first.isoformat(),
        "to": window.last.isoformat(),
        "applications": window.applications,
        "before": {"version": found.before.version, **{name: plain(before, "UTC") for name, before, _ in found.figures()}},
        "after": {"version": found.after.version, **{name: plain(after, "UTC") for name, _, after in found.figures()}},
        "classes": [{name: plain(value, "UTC") for name, value in row.items()} for row in found.moved.iter_rows(named=True)],
        "effect": {
            "days": found.effect_days,
            "applications": len(found.effect),
            "before": {name: before for name, before, _ in found.flags()},
            "after": {name: after for name, _, after in found.flags()},
        },
        "night": found.night,
    }


def _text(found: Recalibration, dry_run: bool) -> Iterator[RenderableType]:
    window = found.window
    yield f"Learned from {window.applications:,} applications, {window.first} to {window.last}. {found.after.sentence}\n"
    figures = [(FIGURES[name], plain(before, "UTC"), plain(after, "UTC")) for name, before, after in found.figures()]
    yield show.table("", [("", False), (found.before.version, True), (found.after.version, True)], figures)
    rows = [
        (row["link_class"], row["pairs_before"], row["pairs_after"], _share(row["probability_before"]), _share(row["probability_after"]))
        for row in found.moved.head(CLASSES).iter_rows(named=True)
    ]
    columns = [("what pairs share", False), ("pairs", True), ("then", True), ("probability", True), ("then", True)]
    if rows and not found.same:
        yield "\nMoved most, by probability and pairs:\n"
        yield show.table("", columns, rows)
    flags = [(FIGURES[name], before, after) for name, before, after in found.flags()]
    yield f"\nThe {len(found.effect):,} applications of the last {found.effect_days} days:\n"
    yield show.table("", [("", False), ("now", True), ("then", True)], flags)
    if found.same:
        yield f"\nCalibration {found.before.version} is what these applications teach: nothing was changed."
    elif dry_run:
        yield "\nNothing was changed (--dry-run)."
    else:
        yield f"\nFrozen as calibration {found.after.version}: the whole book was judged again under it, as night {found.night}."


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
