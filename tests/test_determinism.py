"""DESIGN's first property, through the command line: the order of the rows, how files are cut, the number of cores and the hash seed
change nothing; neither does telling a book in one run or in two, under one calibration."""

from __future__ import annotations

import csv
import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from fraudgraph import pipeline
from fraudgraph.settings import defaults
from fraudgraph.stores import open_store

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "data/samples"
CHINESE, WESTERN, RELATIONS = (SAMPLES / f"{name}.csv" for name in ("applications_cn", "applications_west", "relations"))
RESULTS = ("flags.csv", "gangs.csv", "communities.csv", "rejects.csv", "report.html")
MEASURED = {"seconds", "peak_memory_mb"}
"""Keys of summary.json that are no results."""
FOUND = ("persons", "membership", "ties", "communities", "verdicts", "hubs", "reasons", "conflicts")


def run(place: Path, *arguments: object, threads: int = 2, hashes: int = 0) -> dict[str, Any]:
    """Call ``fraudgraph run`` in a process of its own, store and results in ``place``; return what it prints."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("FRAUDGRAPH_")}
    environment |= {"POLARS_MAX_THREADS": str(threads), "OMP_NUM_THREADS": str(threads), "PYTHONHASHSEED": str(hashes)}
    command = [sys.executable, "-m", "fraudgraph", "run", *map(str, arguments), "--store", str(place / "book.duckdb")]
    command += ["--out", str(place / "out"), "--quiet", "--format", "json"]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    printed: dict[str, Any] = json.loads(ended.stdout)
    return printed


def run_here(place: Path, *inputs: Path, **options: Any) -> pipeline.Outcome:
    """The same in this process, for what has nothing to do with threads and hashes."""
    return pipeline.run(inputs, store=place / "book.duckdb", out=place / "out", settings=defaults(), **options)


def results(place: Path) -> dict[str, bytes]:
    return {name: (place / "out" / name).read_bytes() for name in RESULTS}


def rows(place: Path, name: str, *, apart: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Return the rows of a result in an order of their own, without the columns ``apart``."""
    with (place / "out" / name).open(encoding="utf-8-sig", newline="") as file:
        found = list(csv.DictReader(file))
    assert found
    return sorted(tuple(value for key, value in row.items() if key not in apart) for row in found)


def summary(place: Path, *apart: str) -> dict[str, Any]:
    found = json.loads((place / "out/summary.json").read_text(encoding="utf-8"))
    assert found.keys() >= MEASURED
    return {key: value for key, value in found.items() if key not in {*MEASURED, *apart}}


def tables(place: Path) -> dict[str, pl.DataFrame]:
    """What the store holds of the last night; ids of gangs are the ledger's and no part of it."""
    with open_store(place / "book.duckdb", create=False, settings=defaults()).snapshot() as reader:
        return {name: reader.table(name) for name in FOUND}


def assert_same(one: Path, other: Path) -> None:
    expected = tables(one)
    assert len(expected["ties"]) > 20
    for name, table in tables(other).items():
        assert table.equals(expected[name]), name


def shuffled(file: Path, folder: Path, seed: int, parts: int) -> list[Path]:
    """Deal the rows of a file out to several, in a random order. The records are copied as they are written."""
    text = file.read_text(encoding="utf-8-sig")
    header, *records = text.splitlines(keepends=True)
    assert len(records) == len(list(csv.reader(text.splitlines()))) - 1, "a record goes over lines: deal it out whole"
    random.Random(seed).shuffle(records)
    paths = [folder / f"{file.stem}-{part}.csv" for part in range(parts)]
    for part, path in enumerate(paths):
        path.write_text(header + "".join(record.rstrip("\n") + "\n" for record in records[part::parts]), encoding="utf-8")
    return paths


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample book, on two threads."""
    place = tmp_path_factory.mktemp("plain")
    printed = run(place, CHINESE, WESTERN, "--relations", RELATIONS)
    assert printed["gangs"] >= 5
    return place


@pytest.fixture(scope="module")
def calibration(plain: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the sample book taught, as a file."""
    with open_store(plain / "book.duckdb", create=False, settings=defaults()).snapshot() as reader:
        version = reader.calibration()
    assert version is not None
    path = tmp_path_factory.mktemp("calibration") / "calibration.json"
    path.write_text(json.dumps(dict(version.document)), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def whole(calibration: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both files in one run, under that calibration."""
    place = tmp_path_factory.mktemp("whole")
    run_here(place, CHINESE, WESTERN, calibration=calibration)
    return place


@pytest.fixture(scope="module")
def grown(calibration: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One file after the other, under that calibration, which the second run finds in the store."""
    place = tmp_path_factory.mktemp("grown")
    run_here(place, WESTERN, calibration=calibration)
    assert not run_here(place, CHINESE).repeated_batch
    return place


def test_one_thread_and_another_hash_seed_write_the_same_bytes(plain: Path, tmp_path: Path) -> None:
    run(tmp_path, CHINESE, WESTERN, "--relations", RELATIONS, threads=1, hashes=7)
    assert results(tmp_path) == results(plain)
    assert summary(tmp_path) == summary(plain)
    assert_same(plain, tmp_path)


def test_shuffled_rows_in_more_files_give_the_same_rows(plain: Path, tmp_path: Path) -> None:
    dealt = [*shuffled(WESTERN, tmp_path, 1, 2), *shuffled(CHINESE, tmp_path, 2, 3)]
    (relations,) = shuffled(RELATIONS, tmp_path, 3, 1)
    run(tmp_path, *dealt, "--relations", relations, threads=1, hashes=1)
    assert (tmp_path / "out/flags.csv").read_bytes() != (plain / "out/flags.csv").read_bytes(), "flags.csv keeps the input's order"
    assert rows(tmp_path, "flags.csv") == rows(plain, "flags.csv")
    for name in ("gangs.csv", "communities.csv"):
        assert (tmp_path / "out" / name).read_bytes() == (plain / "out" / name).read_bytes()
    assert rows(tmp_path, "rejects.csv", apart=("file", "line")) == rows(plain, "rejects.csv", apart=("file", "line"))
    of_files = ("notes", "intent_column")  # name files and headers in the order given
    assert summary(tmp_path, *of_files) == summary(plain, *of_files)
    assert_same(plain, tmp_path)


def test_the_same_files_again_change_nothing_and_are_written_again(plain: Path) -> None:
    before, told = results(plain), summary(plain)
    for name in RESULTS:
        (plain / "out" / name).unlink()
    printed = run(plain, CHINESE, WESTERN, "--relations", RELATIONS, threads=1)
    assert printed["repeated_batch"] is True
    assert results(plain) == before
    assert summary(plain) == told


def test_a_book_told_in_two_runs_is_the_book_told_in_one(whole: Path, grown: Path) -> None:
    assert_same(whole, grown)
    assert summary(whole)["calibration"] == summary(grown)["calibration"]
    of_the_nights = ("gang_id", "status", "alert")
    assert rows(whole, "gangs.csv", apart=of_the_nights) == rows(grown, "gangs.csv", apart=of_the_nights)
    of_the_second = {row[0] for row in rows(grown, "flags.csv")}
    flags = [row for row in rows(whole, "flags.csv", apart=("gang_id", "alert")) if row[0] in of_the_second]
    assert flags == rows(grown, "flags.csv", apart=("gang_id", "alert"))


def test_without_input_the_book_is_solved_again_to_the_same(whole: Path, grown: Path) -> None:
    outcome = run_here(grown)
    assert (outcome.summary["rows"], outcome.repeated_batch) == (0, False)
    assert_same(whole, grown)
    assert {row[1] for row in rows(grown, "gangs.csv")} == {"unchanged"}


def test_a_replaced_book_knows_nothing_of_the_one_before(calibration: Path, plain: Path, tmp_path: Path) -> None:
    run_here(tmp_path, CHINESE, calibration=calibration)
    run_here(tmp_path, CHINESE, WESTERN, relations=RELATIONS, replace=True)
    assert results(tmp_path) == results(plain)
    assert summary(tmp_path) == summary(plain)
