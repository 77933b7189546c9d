"""``fraudgraph nightly``: tonight's applications."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fraudgraph.cli import options, show
from fraudgraph.cli.run import GRADES, REJECTED, learned_from
from fraudgraph.cli.voice import Voice, printable

if TYPE_CHECKING:
    from rich.console import RenderableType

    from fraudgraph.pipeline import Outcome

FIGURES = (
    ("night", "night"),
    ("rows", "applications read"),
    ("accepted", "  accepted"),
    ("corrected", "    in the place of stored ones"),
    ("repeated", "  repeated"),
    ("rejected_rows", "  rejected"),
    ("rejected_values", "values set to missing"),
    ("gangs", "gangs in the book"),
    ("flagged_tonight", "flagged applications of tonight"),
)
"""Keys of summary.json, and what a person reads beside them."""

EVENTS = ("born", "grown", "shrunk", "merged", "split", "dissolved")


@click.command(short_help="Add tonight's applications to the book, and flag them.")
@click.argument("inputs", metavar="INPUT...", nargs=-1, required=True, type=options.FILE)
@click.option("--relations", type=options.FILE, help="Known ties between applications: source, target, kind[, weight, applied_at].")
@options.corrections
@click.option("--calibration", type=options.FILE, help="Make sure that the book is judged by the calibration in this file.")
@options.rules
@options.out
@options.store
@options.understanding
@options.strict
@options.speaking
@click.pass_obj
def nightly(
    voice: Voice,
    /,
    inputs: tuple[Path, ...],
    relations: Path | None,
    corrections: bool,
    calibration: Path | None,
    threshold: float | None,
    min_members: int | None,
    seed: int | None,
    out: Path,
    store: str,
    strict: bool,
    shown_as: str,
    **understood: Any,
) -> int:
    """Add tonight's INPUT to the book in the store, under its frozen calibration and rules, solve again what it touches, and write into
    --out what `run` writes, flags.csv of tonight's applications, and changes.csv: what happened to older gangs.

    The outcome is that of a run over the whole book. Rules and calibration are the store's: others end with 2. The same INPUT twice changes
    nothing and writes the same results again, so that a night that was cut short is simply called again.

    \b
    Example: fraudgraph nightly 2026-01-22.csv --store book.duckdb --out results/2026-01-22
    """
    settings = options.settings(**understood, verdicts__threshold=threshold, verdicts__min_members=min_members, graph__seed=seed)
    with voice.progress() as progress:
        from fraudgraph import nightly as night

        outcome = night.nightly(
            list(inputs),
            store=store,
            settings=settings,
            relations=relations,
            corrections=corrections,
            calibration=calibration,
            out=out,
            progress=progress,
        )
    if shown_as == "table":
        show.as_text(_text(outcome, out))
    elif shown_as == "json":
        show.as_json(_row(outcome, out))
    else:
        row = _row(outcome, out)
        show.as_csv([row], list(row))
    return REJECTED if strict and outcome.summary["rejected_rows"] else 0


def _row(outcome: Outcome, out: Path) -> dict[str, Any]:
    """What --format json and csv print: one object, or a header and one row."""
    summary = outcome.summary
    flagged, events, versions = (summary.get(key) or {} for key in ("grades_tonight", "events", "versions"))
    return {
        **{key: summary.get(key) for key, _ in FIGURES},
        **{f"grade_{grade}": int(flagged.get(grade, 0)) for grade in GRADES},
        **{event: int(events.get(event, 0)) for event in EVENTS},
        "drifts": bool((summary.get("drift") or {}).get("drifts")),
        "repeated_batch": outcome.repeated_batch,
        "out": str(out),
        "calibration": versions.get("calibration"),
        "ruleset": versions.get("ruleset"),
    }


def _text(outcome: Outcome, out: Path) -> Iterator[RenderableType]:
    summary = outcome.summary
    if outcome.repeated_batch:
        yield "This input was in the book already: nothing was changed, and the results were written again.\n"
    row = _row(outcome, out)
    figures = [(words, row[key]) for key, words in FIGURES if key != "corrected" or row[key]]
    by_grade = [(f"  grade {grade}", row[f"grade_{grade}"]) for grade in GRADES if row[f"grade_{grade}"]]
    yield show.pairs([*figures, *by_grade, *((f"gangs {event}", row[event]) for event in EVENTS if row[event])])
    yield f"\nJudged by calibration {row['calibration']}, rules {row['ruleset']}. {learned_from(summary)}".rstrip()
    yield from (printable(note) for note in summary.get("notes") or ())
    yield f"\nThe results are in {out}: {', '.join(sorted(path.name for path in outcome.written))}"
