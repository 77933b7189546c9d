"""How well gangs are found: books with a known truth, one table.

    python -m benchmarks.quality                     the standing set of books, made on the spot
    python -m benchmarks.quality FOLDER [FOLDER ...]  books with book.csv or book.parquet, truth.parquet (and relations.csv)
    python -m benchmarks.quality --set store.values=masked  what it costs to know the book by its tokens alone

Member F1 is over applications: flagged against planted. A planted gang is found if a flagged one overlaps with a Jaccard index of one half
or more (over applications), and the other way round for precision.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from benchmarks.books import chinese, relations, thirty, western
from benchmarks.books.base import Book
from fraudgraph import model, pipeline, records, settings
from fraudgraph.values import values_of

STANDING: dict[str, Callable[[], Book]] = {
    "plain": lambda: chinese.make(50_000, 11),
    "camouflaged": lambda: chinese.make(50_000, 11, camouflage=0.3),
    "ten shapes, camouflaged": lambda: chinese.make(50_000, 11, camouflage=0.3, shapes="ten"),
    "gang share .5 %": lambda: chinese.make(50_000, 11, gang_share=0.005),
    ".5 %, camouflaged": lambda: chinese.make(50_000, 11, gang_share=0.005, camouflage=0.3),
    "slow gangs": lambda: chinese.make(50_000, 11, slow=True),
    "gangs, kin alike": lambda: chinese.make(50_000, 11, families_alike=True),
    "no gangs": lambda: chinese.make(50_000, 11, gang_share=0.0),
    "no gangs, kin alike": lambda: chinese.make(50_000, 11, gang_share=0.0, families_alike=True),
    "intents permuted": lambda: chinese.make(50_000, 11, intents="permuted"),
    "western": lambda: western.make(30_000, 21),
    "western, nine shapes": lambda: western.make(50_000, 21, shapes="nine"),
    "western, no gangs": lambda: western.make(30_000, 21, gang_share=0.0),
    "dense relations": lambda: relations.make(6106, 1),
    "thirty, chinese": lambda: thirty.make(30, 1),
    "thirty, western": lambda: thirty.make(30, 2),
}
"""The standing set. Gangs of the dense relation graph are single people or blocks: read its member figures only."""


@dataclass(frozen=True)
class Score:
    precision: float
    recall: float
    f1: float
    gang_recall: float
    gang_precision: float
    flagged_people: int
    people: int
    case: str
    seconds: float


def score(folder: Path, overrides: dict[str, object] | None = None) -> Score:
    """Run the journey in memory on the book in ``folder`` and compare with its truth."""
    chosen = settings.defaults().override(overrides or {})
    book = next(path for path in (folder / "book.parquet", folder / "book.csv") if path.exists())
    start = time.perf_counter()
    read = records.read([book], chosen)
    given = folder / "relations.csv"
    relations = records.read_relations(given, chosen)[0] if given.exists() else model.RELATIONS.empty()
    kept = values_of(chosen, None)
    solved = pipeline.solve_book(kept.accepted(read.applications, chosen), relations, None, chosen, kept=kept)
    seconds = time.perf_counter() - start
    flagged = solved.tables["gang_members"].join(solved.tables["membership"], on="person_id").select("application_id", "gang_id")
    truth = pl.read_parquet(folder / "truth.parquet").with_columns(pl.col("gang").cast(pl.String).replace("", None))
    planted = truth.filter(pl.col("gang").is_not_null() & pl.col("application_id").is_in(read.applications["application_id"].implode()))
    both = flagged.join(planted, on="application_id")
    precision = len(both) / max(len(flagged), 1)
    recall = len(both) / max(len(planted), 1)
    return Score(
        precision=precision,
        recall=recall,
        f1=2 * precision * recall / max(precision + recall, 1e-12),
        gang_recall=_matched(planted, flagged, "gang", "gang_id"),
        gang_precision=_matched(flagged, planted, "gang_id", "gang"),
        flagged_people=len(solved.tables["gang_members"]),
        people=solved.book.persons,
        case=solved.calibration.case,
        seconds=seconds,
    )


def _matched(of: pl.DataFrame, among: pl.DataFrame, name: str, other: str) -> float:
    """Return the share of the groups of ``of`` that some group of ``among`` overlaps by one half or more."""
    total = of[name].n_unique()
    if not total:
        return float("nan")
    sizes = of.group_by(name).len("own")
    others = among.group_by(other).len("their")
    both = of.join(among, on="application_id").group_by(name, other).len("both").join(sizes, on=name).join(others, on=other)
    found = both.filter(2 * pl.col("both") >= pl.col("own") + pl.col("their") - pl.col("both"))
    return found[name].n_unique() / total


def standing() -> Iterator[tuple[str, Path]]:
    """Make the standing books one after another, each in a folder that goes away with the next."""
    for name, make in STANDING.items():
        with tempfile.TemporaryDirectory(prefix="fraudgraph-book-") as place:
            book = make()
            book.applications.write_csv(Path(place) / "book.csv")
            book.truth.write_parquet(Path(place) / "truth.parquet")
            if book.relations is not None:
                book.relations.write_csv(Path(place) / "relations.csv")
            yield name, Path(place)


def main() -> None:
    parser = argparse.ArgumentParser(description="How well gangs are found.")
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="override a setting")
    options = parser.parse_args()
    overrides: dict[str, object] = {}
    for pair in options.set:
        key, _, value = pair.partition("=")
        default = settings.defaults()[key]
        overrides[key] = type(default)(value) if not isinstance(default, bool) else value == "true"
    print(f"{'book':24} {'F1':>6} {'P':>6} {'R':>6} {'gangR':>6} {'gangP':>6} {'flagged':>8} {'people':>8} {'s':>6}  case")
    books = ((folder.name, folder) for folder in options.folders) if options.folders else standing()
    for name, folder in books:
        s = score(folder, overrides)
        print(
            f"{name:24} {s.f1:6.3f} {s.precision:6.3f} {s.recall:6.3f} {s.gang_recall:6.3f} {s.gang_precision:6.3f} "
            f"{s.flagged_people:8d} {s.people:8d} {s.seconds:6.1f}  {s.case}"
        )
        sys.stdout.flush()


if __name__ == "__main__":
    main()
