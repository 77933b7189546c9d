"""What nobody can use gets one sentence and the right exit code, and leaves the store as it was: the whole command, nothing faked."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import polars as pl
import pytest
from cli_fakes import Ended

from fraudgraph.cli import main

HEADER = "application_id,applied_at,phone,device_id,contact1_phone,fraud_intent"
ROWS = "".join(f"A{n},2024-01-{n + 1:02d}T10:00:00Z,138{n * 7919:08d},device-{n * 104729},,0.1\n" for n in range(20))
RING = "".join(f"R{n},2024-01-07T1{n}:00:00Z,139{n * 104729:08d},device-of-the-ring,13700004242,0.8\n" for n in range(5))


def ran(folder: Path, *args: str) -> Ended:
    """Run the whole command in ``folder``, in this process."""
    out, err = io.StringIO(), io.StringIO()
    environment = {key: value for key, value in os.environ.items() if not key.startswith("FRAUDGRAPH_")}
    with (
        mock.patch.dict(os.environ, environment, clear=True),
        contextlib.chdir(folder),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        code = main(args)
    return Ended(code, out.getvalue(), err.getvalue())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small book that is in the store already."""
    made = tmp_path_factory.mktemp("bad")
    (made / "good.csv").write_text(f"{HEADER}\n{ROWS}{RING}", encoding="utf-8")
    ended = ran(made, "run", "good.csv", "--format", "json")
    assert ended.code == 0, ended.err
    assert json.loads(ended.out)["flagged_applications"] == 5
    return made


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def empty(path: Path) -> None:
    path.write_bytes(b"")


def binary(path: Path) -> None:
    path.write_bytes(bytes(range(256)) * 40)


def truncated(path: Path) -> None:
    pl.DataFrame({"application_id": ["a"], "applied_at": ["2024-01-01"], "phone": ["13812345678"]}).write_parquet(path)
    path.write_bytes(path.read_bytes()[:-40])


def no_identifier(path: Path) -> None:
    path.write_text("application_id,applied_at,colour\nA1,2024-01-01,red\n", encoding="utf-8")


def no_time(path: Path) -> None:
    path.write_text("application_id,phone\nA1,13812345678\n", encoding="utf-8")


def twice(path: Path) -> None:
    path.write_text("application_id,applied_at,phone,mobile\nA1,2024-01-01,13812345678,13812345678\n", encoding="utf-8")


def many_columns(path: Path) -> None:
    header = ",".join(["application_id", "applied_at", "phone", *(f"x{n}" for n in range(100_000))])
    path.write_text(f"{header}\nA1,2024-01-01,13812345678{',' * 100_000}\n", encoding="utf-8")


def other_scale(path: Path) -> None:
    path.write_text(f"{HEADER}\n" + "".join(f"B{n},2024-01-01,138123456{n:02d},,,{40 + n}\n" for n in range(20)), encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "make", "code", "words"),
    [
        ("empty.csv", empty, 1, ("empty",)),
        ("binary.csv", binary, 1, ("binary.csv",)),
        ("cut.parquet", truncated, 1, ("cut.parquet",)),
        ("none.csv", no_identifier, 1, ("colour",)),
        ("time.csv", no_time, 1, ("applied_at",)),
        ("twice.csv", twice, 2, ("phone", "mobile")),
        ("scale.csv", other_scale, 2, ("--intent-scale",)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_that_cannot_be_used(folder: Path, name: str, make: Callable[[Path], None], code: int, words: tuple[str, ...]) -> None:
    make(folder / name)
    before = digest(folder / "fraudgraph.duckdb")
    ended = ran(folder, "run", "-q", name)
    assert (ended.code, ended.out) == (code, ""), ended.err
    assert len(ended.err.splitlines()) == 1
    assert all(word in ended.err for word in words)
    assert digest(folder / "fraudgraph.duckdb") == before


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("header.csv", lambda path: path.write_text(f"{HEADER}\n", encoding="utf-8")),
        ("wide.csv", many_columns),
        ("cell.csv", lambda path: path.write_text(f"{HEADER}\nA1,2024-01-01,{'1' * 50_000_000},,,0.1\n", encoding="utf-8")),
    ],
    ids=["header only", "100,000 columns", "a cell of 50 MB"],
)
def test_odd_files_end_with_a_sentence_or_are_read(folder: Path, name: str, make: Callable[[Path], None]) -> None:
    make(folder / name)
    ended = ran(folder, "run", "-q", name, "--store", f"{name}.duckdb", "--out", f"out-{name}")
    assert ended.code in (0, 1)
    assert len(ended.err.splitlines()) == (1 if ended.code else 0)
    assert "unexpected" not in ended.err
    assert bool(ended.out) == (ended.code == 0)


def test_a_store_that_is_none(folder: Path) -> None:
    (folder / "text.duckdb").write_text("this is no store", encoding="utf-8")
    ended = ran(folder, "run", "-q", "good.csv", "--store", "text.duckdb")
    assert ended.code == 1
    assert len(ended.err.splitlines()) == 1
    assert "unexpected" not in ended.err
    assert (folder / "text.duckdb").read_text(encoding="utf-8") == "this is no store"


def test_a_place_where_nothing_can_be_written(folder: Path) -> None:
    before = digest(folder / "fraudgraph.duckdb")
    ended = ran(folder, "run", "-q", "good.csv", "--out", "good.csv/out")
    assert ended.code == 1
    assert len(ended.err.splitlines()) == 1
    assert "unexpected" not in ended.err
    assert digest(folder / "fraudgraph.duckdb") == before


def test_a_store_that_somebody_is_writing_to(folder: Path) -> None:
    code = (
        "import sys; from fraudgraph.stores import open_store\n"
        "with open_store('fraudgraph.duckdb', create=True).lock(): print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == "held\n"
        ended = ran(folder, "run", "-q", "good.csv")
        owner.communicate("")
    assert ended.code == 4
    assert len(ended.err.splitlines()) == 1


def test_nothing_to_solve(folder: Path) -> None:
    ended = ran(folder, "run", "-q", "--store", "nothing.duckdb")
    assert ended.code == 2
    assert len(ended.err.splitlines()) == 1
    assert not (folder / "nothing.duckdb").exists()


def test_a_book_without_gangs_is_no_failure(folder: Path) -> None:
    (folder / "honest.csv").write_text(f"{HEADER}\n{ROWS}", encoding="utf-8")
    ended = ran(folder, "run", "-q", "honest.csv", "--store", "honest.duckdb", "--out", "honest", "--format", "json")
    assert ended.code == 0, ended.err
    assert json.loads(ended.out)["gangs"] == 0


def test_rejected_rows_and_strict(folder: Path) -> None:
    (folder / "some.csv").write_text(f"{HEADER}\n{ROWS}A99,not a time,13812345699,,,0.1\n", encoding="utf-8")
    args = ("run", "-q", "some.csv", "--store", "some.duckdb", "--out", "some")
    assert ran(folder, *args, "--strict").code == 3
    assert ran(folder, *args).code == 0
