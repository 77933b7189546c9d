"""Killed at any moment, a store holds a whole number of nights: the last one as before or as after.

Another process applies night after night and is killed without warning; what it leaves must be exactly what its nights, as far
as the store says they went, must have made. FRAUDGRAPH_KILLS sets how many times (200 is the full count).
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from books import grown_book
from polars.testing import assert_frame_equal

from fraudgraph.stores import open_store

KILLS = int(os.environ.get("FRAUDGRAPH_KILLS", "6"))
SIZE = 150
LAST = 6
"""Nights: after them the victim starts afresh with --replace, so that the first night is met again and again."""

VICTIM = """
import sys
from dataclasses import replace
from pathlib import Path
from books import grown
from fraudgraph.stores import open_store
size, last = int(sys.argv[2]), int(sys.argv[3])
changes = {night: grown(night, size) for night in range(1, last + 1)}
store = open_store(Path(sys.argv[1]), create=True)
print("ready", flush=True)
while True:
    with store.snapshot() as reader:
        night = reader.night % last + 1
    with store.lock() as writer:
        writer.apply(replace(changes[night], replace=night == 1))
    print(night, flush=True)
"""


UNDOER = """
import sys
from pathlib import Path
from books import grown
from fraudgraph.stores import open_store
size, last = int(sys.argv[2]), int(sys.argv[3])
changes = {night: grown(night, size) for night in range(1, last + 1)}
store = open_store(Path(sys.argv[1]), create=True)
print("ready", flush=True)
with store.snapshot() as reader:
    night = reader.night
while True:
    for night in range(night + 1, last + 1):
        with store.lock() as writer:
            writer.apply(changes[night])
    for night in range(last, 0, -1):
        with store.lock() as writer:
            writer.undo(night)
        print(night, flush=True)
    night = 0
"""


def victim(path: Path, code: str = VICTIM) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    arguments = [sys.executable, "-c", code, str(path), str(SIZE), str(LAST)]
    return subprocess.Popen(arguments, env=environment, stdout=subprocess.PIPE, text=True)


def kill_somewhere(process: subprocess.Popen[str], chance: random.Random) -> None:
    """Let the victim apply a few nights, measure the last, and kill it somewhere in the next (or where no night was, at once)."""
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n", "the store cannot be opened after the kill before"
    took = 0.05
    for _ in range(chance.choice([0, 1, 1, 2, 3])):
        start = time.monotonic()
        assert process.stdout.readline().strip().isdecimal(), "the writer failed"
        took = time.monotonic() - start
    time.sleep(chance.uniform(0, took))
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


def test_a_killed_writer_leaves_whole_nights(tmp_path: Path) -> None:
    chance = random.Random(7)
    path = tmp_path / "book.duckdb"
    nights = set()
    for kill in range(KILLS):
        kill_somewhere(victim(path), chance)
        store = open_store(path, create=True)
        with store.snapshot() as reader:
            nights.add(reader.night)
            assert_frame_equal(reader.table("applications"), grown_book(reader.night, SIZE))
            assert reader.table("membership").height == SIZE * reader.night
            assert [batch.night for batch in reader.batches()] == list(range(1, reader.night + 1))
            assert reader.events().height == reader.night
        assert store.check() == [], f"kill {kill}"
    if KILLS >= 6:
        assert len(nights) > 1


def test_a_killed_undo_leaves_whole_nights(tmp_path: Path) -> None:
    chance = random.Random(13)
    path = tmp_path / "book.duckdb"
    for kill in range(KILLS):
        kill_somewhere(victim(path, UNDOER), chance)
        store = open_store(path, create=True)
        with store.snapshot() as reader:
            assert_frame_equal(reader.table("applications"), grown_book(reader.night, SIZE))
            assert reader.table("membership").height == SIZE * reader.night
            assert [batch.night for batch in reader.batches()] == list(range(1, reader.night + 1))
            assert reader.settings().get("night", 0) == reader.events().height == reader.night
        assert store.check() == [], f"kill {kill}"


def test_a_first_run_that_is_killed_leaves_nothing_or_a_night(tmp_path: Path) -> None:
    chance = random.Random(11)
    for kill in range(max(1, KILLS // 5)):
        path = tmp_path / f"{kill}.duckdb"
        process = victim(path)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(chance.uniform(0, 0.2))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        store = open_store(path, create=True)
        with store.snapshot() as reader:
            assert_frame_equal(reader.table("applications"), grown_book(reader.night, SIZE))
        with store.lock():
            left = {file.name for file in tmp_path.glob(f"{kill}.*")}
        assert left <= {path.name, f"{path.name}.lock", f"{path.name}.gate"}


@pytest.mark.parametrize("room", ["book.duckdb.work"])
def test_leftovers_are_cleared_by_the_next_writer(tmp_path: Path, room: str) -> None:
    (tmp_path / room).mkdir()
    (tmp_path / room / "store.duckdb").write_bytes(b"half")
    with open_store(tmp_path / "book.duckdb", create=True).lock():
        assert not (tmp_path / room).exists()
