"""Speed and memory of `fraudgraph run` beside the ordinary pipeline, whole processes in turn on the same book.

    python -m benchmarks.speed --applications 100000 1000000 --runs 3
    python -m benchmarks.speed --applications 1000000 --peer FILE.py

Each process reads the CSV and ends with its files written; fraudgraph also fills its store and makes the report. Times of a shared
machine move, so trust the ratios: both sides run in turn, and medians are compared.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import time
from pathlib import Path

from benchmarks import bench_books, children
from benchmarks.children import Cost

ORDINARY = Path(__file__).with_name("ordinary.py")


def ours(book: Path, work: Path, limit_mb: float | None = None) -> tuple[Cost, dict[str, float]]:
    """Run `fraudgraph run` on ``book`` into a fresh store; return its cost and its seconds by stage."""
    work = work.resolve()
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    out = work / "out"
    command = children.python("-m", "fraudgraph", "run", book, "--store", work / "book.duckdb", "--out", out)
    cost = children.run(command, limit_mb)
    seconds = json.loads((out / "summary.json").read_text(encoding="utf-8"))["seconds"]
    shutil.rmtree(work)
    return cost, seconds


def ordinary(book: Path, work: Path, script: Path) -> Cost:
    """Run the ordinary pipeline with igraph's Leiden, the stronger form of it."""
    work = work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    return children.run(children.python(script.resolve(), book, work / "ordinary.csv", "--leiden", "igraph"))


def row(name: str, cost: Cost, against: Cost | None = None) -> str:
    times = "" if against is None else f"{cost.wall / against.wall:8.2f} {cost.cpu / against.cpu:8.2f} {cost.peak / against.peak:8.2f}"
    return f"{name:22} {cost.wall:8.1f} {cost.cpu:8.1f} {cost.peak:9.0f}   {times}"


HEAD = f"{'':22} {'wall s':>8} {'CPU s':>8} {'peak MB':>9}   {'wall x':>8} {'CPU x':>8} {'peak x':>8}"


def compare(applications: int, runs: int, cache: Path, scripts: list[Path]) -> None:
    """Print the table of one size."""
    book = bench_books.book(applications, cache)
    found: list[Cost] = []
    stages: list[dict[str, float]] = []
    others: dict[Path, list[Cost]] = {script: [] for script in scripts}
    for _ in range(runs):
        cost, seconds = ours(book, cache / "work")
        found.append(cost)
        stages.append(seconds)
        for script in scripts:
            others[script].append(ordinary(book, cache / "work", script))
    mine = children.middle(found)
    print(f"\n{applications:,} applications, median of {runs}, load of the machine {os.getloadavg()[0]:.1f}")
    print(HEAD)
    print(row("fraudgraph run", mine))
    for script, costs in others.items():
        other = children.middle(costs)
        print(row(script.stem, other, mine))
    best = min(range(runs), key=lambda i: found[i].cpu)
    print("stages of the cheapest run, s: " + ", ".join(f"{name} {value:.1f}" for name, value in stages[best].items()))


def main() -> None:
    parser = argparse.ArgumentParser(description="Speed and memory beside the ordinary pipeline.")
    parser.add_argument("--applications", type=int, nargs="+", default=[100_000])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--peer", type=Path, action="append", default=[], help="another script to run: FILE BOOK FLAGS --leiden igraph")
    bench_books.add_cache_option(parser)
    options = parser.parse_args()
    print(f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores, Python {platform.python_version()}; x: times as much as fraudgraph")
    for applications in options.applications:
        compare(applications, options.runs, options.cache, [ORDINARY, *options.peer])


if __name__ == "__main__":
    main()
