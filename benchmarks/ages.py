"""Is a book judged alike at any age? One that grows for 36 months at a steady rate and share of gangs, under one calibration.

    python -m benchmarks.ages [--applications 300000] [--seed 21] [--camouflage .3]
    python -m benchmarks.ages FOLDER ...        books that are there already (book.csv or book.parquet, truth.parquet)

The calibration is learned from the first twelve months and frozen; the whole book is judged by it. Prints, for every six months, member F1
over the applications made in them (flagged against planted), and the first six months against the last.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.books import chinese
from fraudgraph import model, pipeline, records, settings
from fraudgraph.settings import Settings

MONTHS, LEARNED, SPAN = 36, 12, 6
"""Length of the book, of the part that is learned from, of a part that is judged."""

DAYS = 182.0 / 6
"""Of a month, as the books have them."""


@dataclass(frozen=True)
class Age:
    """What was found among the applications of six months."""

    first_month: int
    applications: int
    planted: int
    precision: float
    recall: float
    f1: float


def ages(folder: Path, rules: Settings) -> list[Age]:
    """Judge the book in ``folder`` by what its first months teach; return every six months of it."""
    book = next(path for path in (folder / "book.parquet", folder / "book.csv") if path.exists())
    applications = records.read([book], rules).applications
    day = (applications["applied_at"] - applications["applied_at"].min()).dt.total_seconds() / timedelta(days=1).total_seconds()
    early = applications.filter(day < LEARNED * DAYS)
    learned = pipeline.solve_book(early, model.RELATIONS.empty(), None, rules).calibration
    solved = pipeline.solve_book(applications, model.RELATIONS.empty(), learned, rules)
    flagged = solved.tables["gang_members"].join(solved.tables["membership"], on="person_id")["application_id"]
    truth = pl.read_parquet(folder / "truth.parquet").with_columns(pl.col("gang").cast(pl.String).replace("", None))
    planted = truth.filter(pl.col("gang").is_not_null())["application_id"]
    table = applications.select(
        "application_id",
        age=(day / (SPAN * DAYS)).cast(pl.Int64),
        flagged=pl.col("application_id").is_in(flagged.implode()),
        planted=pl.col("application_id").is_in(planted.implode()),
    )
    counts = table.group_by("age").agg(
        pl.len(), pl.col("planted").sum(), pl.col("flagged").sum(), both=(pl.col("planted") & pl.col("flagged")).sum()
    )
    return [_age(*row) for row in counts.filter(pl.col("age") < MONTHS // SPAN).sort("age").iter_rows()]


def _age(age: int, rows: int, planted: int, flagged: int, both: int) -> Age:
    precision, recall = both / max(flagged, 1), both / max(planted, 1)
    return Age(age * SPAN, rows, planted, precision, recall, 2 * precision * recall / max(precision + recall, 1e-12))


def tell(name: str, found: list[Age]) -> None:
    """Print a line every six months, and what the benchmark asks."""
    for age in found:
        said: dict[str, Any] = {key: round(value, 4) if isinstance(value, float) else value for key, value in vars(age).items()}
        print(json.dumps({"book": name, **said}), flush=True)
    print(json.dumps({"book": name, "last_against_first": round(found[-1].f1 - found[0].f1, 4)}), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description="A book judged at every age.")
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--applications", type=int, default=300_000)
    parser.add_argument("--seed", type=int, default=21)
    parser.add_argument("--camouflage", type=float, default=0.0)
    options = parser.parse_args()
    rules = settings.defaults()
    for folder in options.folders:
        tell(folder.name, ages(folder, rules))
    if not options.folders:
        with tempfile.TemporaryDirectory() as place:
            book = chinese.make(options.applications, options.seed, camouflage=options.camouflage, months=MONTHS)
            book.applications.write_parquet(Path(place) / "book.parquet")
            book.truth.write_parquet(Path(place) / "truth.parquet")
            tell(f"chinese {options.applications} seed {options.seed}", ages(Path(place), rules))


if __name__ == "__main__":
    main()
