"""``undo``, ``store check`` and ``store backup``."""

from __future__ import annotations

import csv as csv_format
import json
from io import StringIO
from pathlib import Path

import duckdb
import pytest
from cli_fakes import Command
from gang_nights import nights

from fraudgraph.stores import open_store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "book.duckdb"
    nights(open_store(path, create=True), "abc", "abcd -efg")
    return path


def test_a_night_is_taken_back(command: Command, path: Path) -> None:
    ended = command("undo", "2", "--store", path)
    assert (ended.code, ended.out) == (0, "Night 2 (run), which brought 4 applications, was taken back: the last night is 1 now.\n")
    with open_store(path, create=False).snapshot() as reader:
        assert reader.night == 1
        assert reader.table("applications").height == 3
    row = json.loads(command("undo", "1", "--store", path, "--format", "json").out)
    assert (row["night"], row["command"], row["accepted"], row["last_night"]) == (1, "run", 3, 0)
    assert "the store is empty now" not in row
    ended = command("undo", "1", "--store", path)
    assert (ended.code, "no night to take back" in ended.err) == (2, True)


def test_another_night_than_the_last_is_a_wrong_use(command: Command, path: Path) -> None:
    for night in ("1", "3"):
        ended = command("undo", night, "--store", path)
        assert (ended.code, "only night 2 can be taken back" in ended.err) == (2, True)
    for night in ("0", "-1", "last"):
        assert command("undo", night, "--store", path).code == 2
    rows = list(csv_format.DictReader(StringIO(command("undo", "2", "--store", path, "--format", "csv").out)))
    assert rows[0]["last_night"] == "1"


def test_a_busy_store_is_exit_4(command: Command, path: Path) -> None:
    with open_store(path, create=False).lock():
        ended = command("undo", "2", "--store", path)
    assert (ended.code, "is writing to the store" in ended.err) == (4, True)


def test_a_sound_store_says_its_versions(command: Command, path: Path) -> None:
    ended = command("store", "check", "--store", path)
    assert ended.code == 0
    assert "The store is sound." in ended.out
    assert "c1" in ended.out
    row = json.loads(command("store", "check", "--store", path, "--format", "json").out)
    assert {name: row[name] for name in ("sound", "nights", "calibration", "ruleset", "fraudgraph", "problems")} == {
        "sound": True, "nights": 2, "calibration": "c1", "ruleset": "r1", "fraudgraph": "1", "problems": [],
    }  # fmt: skip


def test_an_unsound_store_is_exit_1(command: Command, path: Path) -> None:
    with duckdb.connect(str(path)) as duck:
        duck.execute("DELETE FROM persons WHERE person_id = 'P-a'")
    for how in ("table", "json", "csv"):
        ended = command("store", "check", "--store", path, "--format", how)
        assert ended.code == 1
        assert "every application's person exists" in ended.out
        assert "The store is sound" not in ended.out


def test_a_store_with_all_nights_taken_back_is_sound(command: Command, path: Path) -> None:
    for night in ("2", "1"):
        command("undo", night, "--store", path)
    row = json.loads(command("store", "check", "--store", path, "--format", "json").out)
    assert (row["sound"], row["nights"], row["calibration"]) == (True, 0, None)
    assert command("gangs", "--store", path).out == "No gang fits.\n"


def test_a_copy(command: Command, path: Path, tmp_path: Path) -> None:
    to = tmp_path / "copy.duckdb"
    ended = command("store", "backup", to, "--store", path)
    assert (ended.code, ended.out) == (0, f"The store as of night 2 is in {to} ({to.stat().st_size:,} bytes).\n")
    assert command("gangs", "--store", to).out == command("gangs", "--store", path).out
    ended = command("store", "backup", to, "--store", path)
    assert (ended.code, "already something at" in ended.err) == (2, True)
    row = json.loads(command("store", "backup", tmp_path / "more", "--store", path, "--format", "json").out)
    assert row == {"to": str(tmp_path / "more"), "nights": 2, "bytes": (tmp_path / "more").stat().st_size}
    ended = command("store", "backup", tmp_path / "no" / "copy", "--store", path)
    assert (ended.code, "cannot be written" in ended.err) == (1, True)
