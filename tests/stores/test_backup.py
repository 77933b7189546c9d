"""Copies of an embedded store: private, whole, of one moment, whoever reads and writes meanwhile."""

from __future__ import annotations

import os
import re
import shutil
import stat
import threading
from pathlib import Path

import pytest
from books import grown, grown_book
from contract_history import a_label, everything, put, read
from polars.testing import assert_frame_equal
from processes import elsewhere

from fraudgraph.errors import StoreError, UsageError
from fraudgraph.stores import backup, open_store


def test_a_copy_is_the_store_in_one_private_file(path: Path, tmp_path: Path) -> None:
    store = open_store(path, create=False)
    store.label(a_label("G-1", 2))
    to = tmp_path / "copies"
    to.mkdir()
    before = path.read_bytes()
    old = os.umask(0)
    try:
        store.backup(to / "book.copy")
    finally:
        os.umask(old)
    assert [file.name for file in to.iterdir()] == ["book.copy"]
    assert stat.S_IMODE((to / "book.copy").stat().st_mode) == 0o600
    assert path.read_bytes() == before
    copy = open_store(to / "book.copy", create=False)
    assert copy.check() == []
    assert everything(copy, range(3)) == everything(store, range(3))
    assert put(copy, grown(3, 6)) == 3
    with store.snapshot() as reader:
        assert reader.night == 2


def test_a_copy_does_not_keep_a_writer_waiting(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A night that is applied while the blocks are copied makes the copy be made again, of the later night."""
    store = open_store(path, create=False)
    nights = iter((3, 4))
    plain = shutil.copyfile

    def slow(source: Path, target: Path) -> None:
        with open(source, "rb") as file, open(target, "wb") as copy:
            copy.write(file.read(20_000))
            for night in nights:
                put(store, grown(night, 6))
                break
            copy.write(file.read())

    monkeypatch.setattr(shutil, "copyfile", slow)
    store.backup(tmp_path / "copy")
    monkeypatch.setattr(shutil, "copyfile", plain)
    copy = open_store(tmp_path / "copy", create=False)
    assert copy.check() == []
    assert_frame_equal(read(copy, "applications"), grown_book(4, 6))


def test_a_store_that_is_always_being_changed_is_copied_in_the_end(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(path, create=False)
    copies: list[bool] = []
    copied = backup._copied

    def with_a_night_each(session: object, source: Path, target: Path, *, waiting: bool) -> bool:
        copies.append(waiting)
        done = copied(session, source, target, waiting=waiting)  # type: ignore[arg-type]
        return done and waiting

    monkeypatch.setattr(backup, "_copied", with_a_night_each)
    store.backup(tmp_path / "copy")
    assert copies == [False] * backup.ATTEMPTS + [True]
    assert open_store(tmp_path / "copy", create=False).check() == []


def test_copies_made_while_nights_come_and_go_are_whole(path: Path, tmp_path: Path) -> None:
    store = open_store(path, create=False)
    done = threading.Event()

    def work() -> None:
        while not done.is_set():
            for night in (3, 4):
                put(store, grown(night, 6))
            store.label(a_label("G-1", 4))
            with store.lock() as writer:
                writer.undo(4)
            with store.lock() as writer:
                writer.undo(3)

    writer = threading.Thread(target=work)
    writer.start()
    try:
        for number in range(6):
            store.backup(tmp_path / f"copy{number}")
    finally:
        done.set()
        writer.join()
    for number in range(6):
        copy = open_store(tmp_path / f"copy{number}", create=False)
        assert copy.check() == []
        with copy.snapshot() as reader:
            assert reader.night in (2, 3, 4)
            assert_frame_equal(reader.table("applications"), grown_book(reader.night, 6))


def test_what_another_program_left_in_a_log_is_in_the_copy(path: Path, tmp_path: Path) -> None:
    elsewhere(
        "import duckdb, os\nduck = duckdb.connect(str(path))\nduck.execute('UPDATE persons SET intent = 0.125')\nos.kill(os.getpid(), 9)",
        path,
    ).wait()
    assert path.with_name("book.duckdb.wal").exists()
    open_store(path, create=False).backup(tmp_path / "copy")
    assert not (tmp_path / "copy.wal").exists()
    assert set(read(open_store(tmp_path / "copy", create=False), "persons")["intent"]) == {0.125}


def test_a_place_where_no_copy_can_be(path: Path, tmp_path: Path) -> None:
    store = open_store(path, create=False)
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for there in (tmp_path, path, tmp_path / "link"):
        with pytest.raises(UsageError, match="already something"):
            store.backup(there)
    for nowhere in (tmp_path / "no" / "copy", Path("/proc/copy")):
        with pytest.raises(StoreError, match="cannot be written"):
            store.backup(nowhere)
    with pytest.raises(StoreError, match="nothing to copy"):
        open_store(tmp_path / "empty", create=True).backup(tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_somebody_who_is_quicker_keeps_the_name(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prove = backup._prove

    def late(*given: object) -> None:
        prove(*given)  # type: ignore[arg-type]
        (tmp_path / "copy").write_text("mine")

    monkeypatch.setattr(backup, "_prove", late)
    with pytest.raises(UsageError, match="already something"):
        open_store(path, create=False).backup(tmp_path / "copy")
    assert (tmp_path / "copy").read_text() == "mine"
    assert not list(tmp_path.glob(".copy*"))


FULL = """
import resource
from pathlib import Path
from fraudgraph.errors import StoreError
from fraudgraph.stores import open_store
store = open_store(path, create=False)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, -1))
try:
    store.backup(path.with_name("copy"))
except StoreError as problem:
    say(str(problem))
"""


def test_a_full_disk_leaves_no_copy(path: Path, tmp_path: Path) -> None:
    said, _ = elsewhere(FULL, path).communicate()
    assert re.search("the backup .*copy cannot be written", said), said
    assert not list(tmp_path.glob("*copy*"))
    assert open_store(path, create=False).check() == []
