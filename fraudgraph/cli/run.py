"""``fraudgraph run``: the main job."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fraudgraph.cli import options, show
from fraudgraph.cli.voice import Voice, printable

if TYPE_CHECKING:
    from rich.console import RenderableType

    from fraudgraph.pipeline import Outcome

REJECTED = 3
GRADES = ("A", "B", "C", "D")

FIGURES = (
    ("rows", "applications read"),
    ("accepted", "  accepted"),
    ("repeated", "  repeated"),
    ("rejected_rows", "  rejected"),
    ("rejected_values", "values set to missing"),
    ("persons", "people in the book"),
    ("communities", "communities"),
    ("gangs", "gangs"),
)
"""Keys of summary.json, and what a person reads beside them."""


@click.command(short_help="Add applications to the book and find its gangs.")
@click.argument("inputs", metavar="[INPUT]...", nargs=-1, type=options.FILE)
@click.option("--relations", type=options.FILE, help="Known ties between applications: source, target, kind[, weight, applied_at].")
@options.corrections
@click.option("--calibration", type=options.FILE, help="Use this calibration, as a new version, instead of the store's.")
@options.rules
@options.out
@click.option("--replace", is_flag=True, help="Start the store afresh with this input.")
@options.store
@click.option(
    "--store-values",
    type=click.Choice(["plain", "masked"]),
    help="How a new store keeps personal values: as given, or as keyed tokens and masked captions.  [default: plain]",
)
@options.understanding
@options.strict
@options.speaking
@click.pass_obj
def run(
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
    replace: bool,
    store: str,
    store_values: str | None,
    strict: bool,
    shown_as: str,
    **understood: Any,
) -> int:
    """Add INPUT (CSV, TSV, Parquet, JSON lines, XLSX) to the store, solve the whole stored book, and write flags.csv, gangs.csv,
    communities.csv, rejects.csv, summary.json and report.html into --out.

    Without INPUT what is stored is solved again. The same INPUT twice changes nothing and writes the same results again. An application
    that contradicts the stored one is rejected, or, with --corrections, takes its place.
    """
    if replace and not inputs:
        raise click.UsageError("--replace needs the INPUT that the store is to start afresh with.")
    settings = options.settings(
        **understood,
        verdicts__threshold=threshold,
        verdicts__min_members=min_members,
        graph__seed=seed,
        store__values=store_values,
    )
    with voice.progress() as progress:
        from fraudgraph import pipeline

        outcome = pipeline.run(
            list(inputs),
            store=store,
            settings=settings,
            relations=relations,
            calibration=calibration,
            replace=replace,
            corrections=corrections,
            out=out,
            progress=progress,
        )
    _print(outcome, out, shown_as)
    return REJECTED if strict and outcome.summary["rejected_rows"] else 0


def _print(outcome: Outcome, out: Path, shown_as: str) -> None:
    if shown_as == "table":
        show.as_text(_text(outcome, out))
        return
    row = _row(outcome, out)
    if shown_as == "json":
        show.as_json(row)
    else:
        show.as_csv([row], list(row))


def _row(outcome: Outcome, out: Path) -> dict[str, Any]:
    """What --format json and csv print: one object, or a header and one row."""
    summary = outcome.summary
    grades = _grades(summary)
    return {
        **{key: summary.get(key) for key, _ in FIGURES},
        **{f"grade_{grade}": grades[grade] for grade in GRADES},
        "flagged_applications": summary.get("flagged_applications"),
        "repeated_batch": outcome.repeated_batch,
        "out": str(out),
        "calibration": learned_from(summary),
    }


def _text(outcome: Outcome, out: Path) -> Iterator[RenderableType]:
    summary = outcome.summary
    if outcome.repeated_batch:
        yield "This input was in the book already: nothing was changed, and the results were written again.\n"
    figures = [(words, summary.get(key)) for key, words in FIGURES]
    by_grade = [(f"  grade {grade}", count) for grade, count in _grades(summary).items() if count]
    yield show.pairs([*figures, *by_grade, ("flagged applications", summary.get("flagged_applications"))])
    if sentence := learned_from(summary):
        yield f"\n{sentence}"
    yield from (printable(note) for note in summary.get("notes") or ())
    if outcome.written:
        yield f"\nThe results are in {out}: {', '.join(sorted(path.name for path in outcome.written))}"


def _grades(summary: Mapping[str, Any]) -> dict[str, int]:
    found = summary.get("grades") or {}
    return {grade: int(found.get(grade, 0)) for grade in GRADES}


def learned_from(summary: Mapping[str, Any]) -> str:
    """The one sentence that says what the verdicts were learned from."""
    return str((summary.get("calibration") or {}).get("sentence") or "")
