"""A book told in nights, compared table by table with one run over the same applications under the same calibration.

    python -m benchmarks.nights --applications 200000 --nights 30 [--first 0.5]

The first part of the book is a run, which learns; the rest comes in nights of equal size. Every night says its seconds, what it measured,
how far the book moved from its calibration, and what happened to the gangs. Ends with 1 where a table differs.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import polars as pl

from benchmarks import bench_books
from fraudgraph import nightly, pipeline
from fraudgraph.settings import defaults
from fraudgraph.stores import open_store
from tests.night_books import calibration_of, tables


def cut(book: Path, work: Path, first: float, nights: int) -> list[Path]:
    """Write the parts of the book into ``work``; return them, the run's first."""
    frame = pl.read_csv(book, infer_schema=False).sort("applied_at", "application_id")
    start = int(len(frame) * first)
    ends = [0, *(start + (len(frame) - start) * night // nights for night in range(nights + 1))]
    parts = []
    for number, (low, high) in enumerate(pairwise(ends)):
        parts.append(work / f"part-{number}.csv")
        frame[low:high].write_csv(parts[-1])
    return parts


def cpu() -> float:
    """CPU seconds of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def tell(parts: list[Path], store: Path) -> None:
    """Tell the book; print a line a night."""
    settings = defaults()
    for number, part in enumerate(parts):
        wall, before = time.perf_counter(), cpu()
        done = nightly.nightly([part], store=store, settings=settings) if number else pipeline.run([part], store=store, settings=settings)
        summary = done.summary
        drift = summary.get("drift") or {}
        said = {
            "night": summary["night"],
            "applications": summary["applications"],
            "wall_s": round(time.perf_counter() - wall, 1),
            "cpu_s": round(cpu() - before, 1),
            "measured_pairs": summary.get("measured_pairs"),
            "gangs": summary["gangs"],
            "events": summary.get("events"),
            "psi": [round(shift["psi"], 3) if shift else None for shift in (drift.get("intents"), drift.get("classes"))],
            "drifts": drift.get("drifts"),
        }
        print(json.dumps(said), flush=True)


def differing(store: Path, whole: Path) -> list[str]:
    """Return the tables that differ."""
    with open_store(store, create=False).snapshot() as one, open_store(whole, create=False).snapshot() as other:
        ours, theirs = tables(one), tables(other)
    print(json.dumps({name: len(table) for name, table in ours.items()}))
    return [name for name, table in ours.items() if not table.equals(theirs[name])]


def main() -> int:
    parser = argparse.ArgumentParser(description="Nights against one run.")
    parser.add_argument("--applications", type=int, default=200_000)
    parser.add_argument("--nights", type=int, default=30)
    parser.add_argument("--first", type=float, default=0.5, help="share of the book that the first run brings (default: %(default)s)")
    bench_books.add_cache_option(parser)
    options = parser.parse_args()
    book = bench_books.book(options.applications, options.cache)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        parts = cut(book, work, options.first, options.nights)
        tell(parts, work / "nights.duckdb")
        calibration = calibration_of(work / "nights.duckdb", work / "calibration.json")
        wall, before = time.perf_counter(), cpu()
        pipeline.run(parts, store=work / "whole.duckdb", settings=defaults(), calibration=calibration)
        print(json.dumps({"run": "whole", "wall_s": round(time.perf_counter() - wall, 1), "cpu_s": round(cpu() - before, 1)}))
        wrong = differing(work / "nights.duckdb", work / "whole.duckdb")
    print(f"differ: {', '.join(wrong)}" if wrong else "every table is equal")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
