"""Ours beside what is ordinarily done with Neo4j and its Graph Data Science library, on the same server and book, in one run.

    python -m benchmarks.neo4j_gds FOLDER [--line 5] [--batch 10000] [--warm]

FOLDER has book.csv and truth.parquet (`python -m benchmarks.books`). The ordinary way: people by ID number, every identifier a node,
loaded by MERGE in batches; identifiers of 2 to 50 people projected as weighted pairs; `gds.leiden`; communities of three or more whose mean
intent is over a threshold. Resolution and threshold are the best of several *in hindsight*, which no lender has. Ours: `fraudgraph run`
with its defaults. Both start from the CSV file and an empty database, each on a server of its own that was just started. At the end: rows
a second of our load against one row a transaction.

A server that was just started spends more on compiling itself than on a book of this size. With ``--warm`` one server does both, and then
both once more, as one does that has been up for a while; its database is emptied between.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import neo4j
import pandas as pd
import polars as pl

from benchmarks import children
from benchmarks.ordinary import uses

sys.path[:0] = [str(children.ROOT / part) for part in ("tests", "scripts")]

CYPHER = Path(__file__).parent / "gds"
CAP = 50
GAMMAS = (1.0, 10.0, 100.0)
THRESHOLDS = (0.3, 0.35, 0.4)
ALONE = 400
"""Rows that are written one a transaction."""


def statement(name: str) -> str:
    return "\n".join(line for line in (CYPHER / f"{name}.cypher").read_text().splitlines() if not line.startswith("//"))


def batches(rows: Sequence[list[Any]], size: int) -> Iterator[Sequence[list[Any]]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def load(session: neo4j.Session, book: pd.DataFrame, size: int) -> int:
    """Load the book the ordinary way and return how many rows that took."""
    for one in statement("constraints").split(";\n"):
        if one.strip():
            session.run(one).consume()
    person = book["id_number"].where(book["id_number"] != "", book["application_id"])
    intents = pd.to_numeric(book["fraud_intent"], errors="coerce").groupby(person).mean()
    table = pd.concat(uses(book), ignore_index=True)
    table = pd.DataFrame({"person": person.to_numpy()[table["row"]], "what": table["what"]}).drop_duplicates()
    degree = table.groupby("what")["person"].size()
    parts: dict[str, list[list[Any]]] = {
        "people": [[key, None if pd.isna(value) else float(value)] for key, value in intents.items()],
        "applications": [list(pair) for pair in zip(book["application_id"], person, strict=True)],
        "identifiers": [[key, int(value)] for key, value in degree.items()],
        "uses": table.to_numpy().tolist(),
    }
    for name, rows in parts.items():
        for some in batches(rows, size):
            session.execute_write(lambda tx, name=name, some=some: tx.run(statement(name), rows=some).consume())
    return sum(map(len, parts.values()))


def score(flagged: set[str], truth: pl.DataFrame) -> tuple[float, float, float]:
    planted = set(truth.filter(pl.col("gang").cast(pl.String).fill_null("") != "")["application_id"])
    both = len(flagged & planted)
    precision, recall = both / max(len(flagged), 1), both / max(len(planted), 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-12)


def ordinary(server: Any, folder: Path, truth: pl.DataFrame, size: int) -> None:
    auth = (server.username, server.password)
    with neo4j.GraphDatabase.driver(server.uri, auth=auth, notifications_min_severity="OFF") as driver, driver.session() as session:
        start = time.perf_counter()
        rows = load(session, pd.read_csv(folder / "book.csv", dtype=str, keep_default_na=False), size)
        loaded = time.perf_counter()
        session.run(statement("project"), cap=CAP).consume()
        projected = time.perf_counter()
        best: tuple[float, ...] = (-1.0,)
        leiden = []
        for gamma in GAMMAS:
            begun = time.perf_counter()
            session.run(statement("leiden"), gamma=gamma).consume()
            for threshold in THRESHOLDS:
                flagged = {record["application"] for record in session.run(statement("gangs"), threshold=threshold)}
                best = max(best, (score(flagged, truth)[2], gamma, threshold, *score(flagged, truth)))
            leiden.append((time.perf_counter() - begun) / len(THRESHOLDS))
        session.run(statement("drop")).consume()
    one = sum(leiden) / len(leiden)
    took = loaded - start
    steps = f"project {projected - loaded:.1f}, leiden and a rule {one:.1f}"
    print(f"GDS   load {took:7.1f} s ({rows} rows, {rows / took:.0f} a second), {steps}")
    figures = f"{best[3]:.3f}/{best[4]:.3f}/{best[5]:.3f} (gamma {best[1]}, T {best[2]}, in hindsight)"
    print(f"GDS   sum  {projected - start + one:7.1f} s   member P/R/F1 {figures}", flush=True)


def ours(server: Any, folder: Path, truth: pl.DataFrame) -> None:
    os.environ.update(NEO4J_USERNAME=server.username, NEO4J_PASSWORD=server.password)
    with tempfile.TemporaryDirectory() as out:
        cost = children.run(children.python("-m", "fraudgraph", "run", folder / "book.csv", "--store", server.uri, "--out", out, "--quiet"))
        flags = pl.read_csv(Path(out) / "flags.csv", infer_schema=False)
        seconds = pl.read_json(Path(out) / "summary.json")["seconds"][0]
    flagged = set(flags.filter(pl.col("gang_id").fill_null("") != "")["application_id"])
    precision, recall, f1 = score(flagged, truth)
    print(f"ours  sum  {cost.wall:7.1f} s   member P/R/F1 {precision:.3f}/{recall:.3f}/{f1:.3f}   storing {seconds['storing']:.1f} s of it")


def rates(server: Any, size: int) -> None:
    """Rows a second of one of our own files in batches, against one row a transaction."""
    from fraudgraph import cypherfiles

    text = "\n".join(line for line in cypherfiles.text("load", "person.cypher").splitlines() if not line.startswith("//"))
    rows = [[f"P-rate-{i}", 0, 0, 0, 0, 1, 0.5, None] for i in range(10 * size)]
    with neo4j.GraphDatabase.driver(server.uri, auth=(server.username, server.password)) as driver, driver.session() as session:
        start = time.perf_counter()
        for some in batches(rows, size):
            session.execute_write(lambda tx, some=some: tx.run(text, rows=some, night=1).consume())
        many = len(rows) / (time.perf_counter() - start)
        start = time.perf_counter()
        for row in rows[:ALONE]:
            session.execute_write(lambda tx, row=row: tx.run(text, rows=[row], night=1).consume())
        alone = ALONE / (time.perf_counter() - start)
    print(f"load  {many:.0f} rows a second in batches of {size}, {alone:.0f} one a transaction: {many / alone:.0f} times")


@contextmanager
def fresh(line: str) -> Iterator[Any]:
    """Start a server with an empty database and GDS."""
    from servers import Server, thrown_away

    with tempfile.TemporaryDirectory() as home, thrown_away(Server(line, Path(home), heap="2g", plugins=True, quick=False)) as server:
        yield server


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--line", default="5")
    parser.add_argument("--batch", type=int, default=10_000)
    parser.add_argument("--warm", action="store_true", help="both twice on one server; the second time counts")
    options = parser.parse_args()
    truth = pl.read_parquet(options.folder / "truth.parquet")
    if options.warm:
        with fresh(options.line) as server:
            for turn in ("first", "second"):
                print(f"{turn} time on this server", flush=True)
                ordinary(server, options.folder, truth, options.batch)
                server.wipe()
                ours(server, options.folder, truth)
                server.wipe()
        return
    with fresh(options.line) as server:
        ordinary(server, options.folder, truth, options.batch)
    with fresh(options.line) as server:
        ours(server, options.folder, truth)
        rates(server, options.batch)


if __name__ == "__main__":
    main()
