"""A night into Neo4j, on books of several sizes, in one run: is storing it linear in the new rows, and not in the graph?

    python -m benchmarks.neo4j_nights FOLDER [--books 20000,80000] [--night 2000] [--line 5]

FOLDER has book.csv (`python -m benchmarks.books`). Of each size a server of its own: the first so many applications are run, the next
``--night`` are told as a night. Printed: seconds of storing both.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from pathlib import Path

import polars as pl

from benchmarks import children
from benchmarks.neo4j_gds import fresh


def stored(command: str, part: pl.DataFrame, uri: str, folder: Path) -> tuple[float, float]:
    """Tell a part of a book and return the seconds of storing it, and of all."""
    path, out = folder / f"{command}.csv", folder / f"out-{command}"
    part.write_csv(path)
    cost = children.run(children.python("-m", "fraudgraph", command, path, "--store", uri, "--out", out, "--quiet"))
    return json.loads((out / "summary.json").read_text(encoding="utf-8"))["seconds"]["storing"], cost.wall


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--books", default="20000,80000")
    parser.add_argument("--night", type=int, default=2_000)
    parser.add_argument("--line", default="5")
    options = parser.parse_args()
    book = pl.read_csv(options.folder / "book.csv", infer_schema=False).sort("applied_at", "application_id")
    for size in map(int, options.books.split(",")):
        with fresh(options.line) as server, tempfile.TemporaryDirectory() as folder:
            os.environ.update(NEO4J_USERNAME=server.username, NEO4J_PASSWORD=server.password)
            first, _ = stored("run", book[:size], server.uri, Path(folder))
            night, whole = stored("nightly", book[size : size + options.night], server.uri, Path(folder))
        print(f"{size:9} applications stored in {first:6.1f} s; {options.night} more in {night:6.1f} s of {whole:.1f}", flush=True)


if __name__ == "__main__":
    main()
