"""``fraudgraph screen``: answers as JSON lines, from a file and from a pipe."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from fraudgraph import pipeline
from tests.night_books import random_book, rules


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a book, and two requests that are not in it."""
    folder = tmp_path_factory.mktemp("screened")
    book = random_book(5, people=20, applications=40)
    book[:38].write_csv(folder / "book.csv")
    book[38:].write_ndjson(folder / "requests.jsonl")
    pipeline.run([folder / "book.csv"], store=folder / "book.duckdb", settings=rules())
    return folder


def screen(place: Path, *words: str, given: bytes = b"") -> tuple[int, list[dict[str, object]]]:
    command = [sys.executable, "-m", "fraudgraph", "screen", *words, "--store", str(place / "book.duckdb"), "-q"]
    ended = subprocess.run(command, input=given, capture_output=True, check=False, cwd=place)
    return ended.returncode, [json.loads(line) for line in ended.stdout.splitlines()]


def test_a_pipe_and_a_file_are_answered_alike(place: Path) -> None:
    requests = (place / "requests.jsonl").read_bytes()
    code, piped = screen(place, "-", given=requests + b"no json")
    assert code == 0
    assert set(piped.pop()) == {"rejected"}
    assert [answer["application_id"] for answer in piped] == [json.loads(line)["application_id"] for line in requests.splitlines()]
    assert screen(place, "requests.jsonl") == (0, piped)


def test_rejected_requests_may_count_as_failed(place: Path) -> None:
    assert screen(place, "-", "--strict", given=b"no json\n")[0] == 3
