"""What one night costs beside one run over everything, by the size of the book: whole processes, in one run.

    python -m benchmarks.one_night --applications 1000000 5000000 --tonight 20000 [--months 6 30] [--whole]

The newest applications of a book are tonight's; a run over the others makes the store and learns. Then `fraudgraph nightly` adds tonight's
and writes its results, and `fraudgraph run` over the whole book, into a store of its own, is what it is compared with (``--whole``; it is
left out otherwise). ``--months``: over how many months each book extends. At the end: the nights against the first one.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from pathlib import Path

import polars as pl

from benchmarks import bench_books, children
from benchmarks.children import Cost


def cut(book: Path, work: Path, tonight: int) -> tuple[Path, Path]:
    """Write the book but for its newest applications, and these, into ``work``."""
    frame = pl.read_csv(book, infer_schema=False).sort("applied_at", "application_id")
    parts = (work / "before.csv", work / "tonight.csv")
    for path, part in zip(parts, (frame[: len(frame) - tonight], frame[len(frame) - tonight :]), strict=True):
        part.write_csv(path)
    return parts


def fraudgraph(*words: str | Path) -> Cost:
    return children.run(children.python("-m", "fraudgraph", *words, "--quiet"))


def told(applications: int, months: int, tonight: int, whole: bool, cache: Path) -> Cost:
    """Tell one book and print what it cost; return the night's cost."""
    book = bench_books.book(applications, cache, more=("--months", str(months)))
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        work = Path(folder)
        before, new = cut(book, work, tonight)
        store, out = work / "book.duckdb", work / "out"
        made = fraudgraph("run", before, "--store", store, "--out", out)
        night = fraudgraph("nightly", new, "--store", store, "--out", out)
        summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
        said = {
            "applications": applications,
            "months": months,
            "tonight": tonight,
            "run_before_s": round(made.wall, 1),
            "night_s": round(night.wall, 1),
            "night_cpu_s": round(night.cpu, 1),
            "night_peak_mb": round(night.peak),
            "measured_pairs": summary["measured_pairs"],
            "stages": summary["seconds"],
        }
        if whole:
            shutil.rmtree(out)
            run = fraudgraph("run", before, new, "--store", work / "whole.duckdb", "--out", out)
            said |= {"run_s": round(run.wall, 1), "run_cpu_s": round(run.cpu, 1), "night_of_run": round(night.wall / run.wall, 3)}
    print(json.dumps(said), flush=True)
    return night


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--applications", type=int, nargs="+", default=[1_000_000])
    parser.add_argument("--months", type=int, nargs="+", default=[6], help="one for all books, or one each")
    parser.add_argument("--tonight", type=int, default=20_000)
    parser.add_argument("--whole", action="store_true", help="also run over the whole book")
    bench_books.add_cache_option(parser)
    options = parser.parse_args()
    options.cache.mkdir(parents=True, exist_ok=True)
    months = options.months * (len(options.applications) if len(options.months) == 1 else 1)
    nights = [
        told(size, length, options.tonight, options.whole, options.cache.resolve())
        for size, length in zip(options.applications, months, strict=True)
    ]
    for size, night in zip(options.applications, nights, strict=True):
        print(f"night on {size}: {night.wall:.1f} s, {night.wall / nights[0].wall:.2f} times the first")


if __name__ == "__main__":
    main()
