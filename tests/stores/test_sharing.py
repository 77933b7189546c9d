"""Readers, writers and other programs that meet on one embedded store, and what Ctrl-C leaves of it."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from pathlib import Path

import pytest
from books import grown, grown_book
from contract import put, read
from polars.testing import assert_frame_equal
from processes import elsewhere, line

from fraudgraph.errors import StoreBusy
from fraudgraph.settings import defaults
from fraudgraph.stores import connection, open_store
from fraudgraph.stores.connection import Session
from fraudgraph.stores.lock import gate

HASTY = defaults().with_values(store__wait_seconds=0.05)


def test_a_held_file_keeps_writers_out_for_a_few_seconds_only(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reading, hasty = open_store(path, create=False), open_store(path, create=False, settings=HASTY)
    with reading.snapshot() as reader, reader.held():
        night = reader.night
        with pytest.raises(StoreBusy):
            put(hasty, grown(night + 1, 6))
        monkeypatch.setattr(connection, "LONGEST_HELD", 0.0)
        assert reader.table("applications").height == 12  # held since before
    with reading.snapshot() as reader, reader.held():
        assert reader.table("applications").height == 12  # lets go, and opens the file for itself
        put(hasty, grown(night + 1, 6))
        assert reader.table("applications").height == 12
    assert read(hasty, "applications").height == 18


def test_what_goes_wrong_beside_a_held_file_is_not_the_stores(path: Path) -> None:
    store = open_store(path, create=False)
    with pytest.raises(BrokenPipeError), store.snapshot() as reader, reader.held():
        raise BrokenPipeError(32, "Broken pipe")
    assert read(store, "applications").height == 12


def test_the_lock_of_a_killed_writer_is_free(path: Path) -> None:
    writer = elsewhere(
        "from fraudgraph.stores import open_store\nwith open_store(path, create=False).lock(): say('held'); sys.stdin.read()", path
    )
    assert line(writer) == "held"
    store = open_store(path, create=False)
    with pytest.raises(StoreBusy, match=rf"process {writer.pid} on .+ \(since 20") as caught, store.lock():
        pass
    assert caught.value.exit_code == 4
    assert read(store, "applications").height == 12  # a writer that computes disturbs no reader
    os.kill(writer.pid, signal.SIGKILL)
    writer.wait()
    assert json.loads(path.with_name("book.duckdb.lock").read_text())["pid"] == writer.pid
    assert put(store, grown(3, 6)) == 3
    assert path.with_name("book.duckdb.lock").read_text() == ""


def test_a_lock_file_with_nonsense_still_locks(path: Path) -> None:
    store = open_store(path, create=False)
    with store.lock():
        path.with_name("book.duckdb.lock").write_text("?")
        with pytest.raises(StoreBusy, match="another process is writing"), store.lock():
            pass


def test_a_reader_waits_for_a_commit_and_gives_up_in_the_end(path: Path) -> None:
    store, hasty = open_store(path, create=False), open_store(path, create=False, settings=HASTY)
    with store.snapshot() as patient, hasty.snapshot() as impatient:
        found: list[int] = []
        with gate(path, exclusive=True, seconds=0):
            reader = threading.Thread(target=lambda: found.append(patient.table("applications").height))
            reader.start()
            with pytest.raises(StoreBusy, match="being written"):
                impatient.table("applications")
            assert found == []
        reader.join()
        assert found == [12]


def test_a_commit_waits_for_readers_and_gives_up_in_the_end(path: Path) -> None:
    store, hasty = open_store(path, create=False), open_store(path, create=False, settings=HASTY)
    reading = gate(path, exclusive=False, seconds=0)
    reading.__enter__()
    with pytest.raises(StoreBusy, match="still reading"):
        put(hasty, grown(3, 6))
    done: list[int] = []
    writer = threading.Thread(target=lambda: done.append(put(store, grown(3, 6))))
    writer.start()
    time.sleep(0.1)
    assert done == []
    reading.__exit__(None, None, None)
    writer.join()
    assert done == [3]


def test_two_readers_of_one_process_both_keep_a_writer_out(path: Path) -> None:
    """DuckDB's own lock would be lost with the first of them that closes."""
    with gate(path, exclusive=False, seconds=0):
        with gate(path, exclusive=False, seconds=0):
            pass
        with pytest.raises(StoreBusy), gate(path, exclusive=True, seconds=0):
            pass


def test_another_program_that_has_the_file_open_is_waited_for(path: Path) -> None:
    other = elsewhere("import duckdb\nduck = duckdb.connect(str(path)); say('open'); sys.stdin.readline(); duck.close()", path)
    assert line(other) == "open"
    with pytest.raises(StoreBusy, match="another program"):
        open_store(path, create=False, settings=HASTY)
    assert other.stdin is not None
    other.stdin.write("\n")
    other.stdin.flush()
    assert read(open_store(path, create=False), "applications").height == 12
    other.communicate()


def test_many_readers_while_nights_are_applied(path: Path) -> None:
    store = open_store(path, create=False)
    wrong: list[str] = []
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            with store.snapshot() as reader:
                if reader.table("applications").height != 6 * reader.night or reader.table("membership").height != 6 * reader.night:
                    wrong.append(f"night {reader.night}")

    readers = [threading.Thread(target=look) for _ in range(3)]
    for reader in readers:
        reader.start()
    try:
        for night in range(3, 9):
            put(store, grown(night, 6))
    finally:
        done.set()
        for reader in readers:
            reader.join()
    assert wrong == []
    assert store.check() == []


ENDLESS = """
import signal
from fraudgraph.settings import defaults
from fraudgraph.stores.connection import Options, Session
signal.signal(signal.SIGINT, signal.default_int_handler)  # what a shell starts in the background ignores it
with Session(Options.of(defaults())) as session:
    try:
        with session.reading(path) as duck:
            say("reading")
            duck.execute("SELECT max(hash(range)) FROM range(2000000000)")  # some seconds: a task that runs is not cut short
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        say("interrupted")
"""


def test_an_interrupted_query_is_an_interrupt(path: Path) -> None:
    """DuckDB makes a RuntimeError of Ctrl-C, which would look like a failure."""
    reader = elsewhere(ENDLESS, path)
    assert line(reader) == "reading"
    for _ in range(300):
        time.sleep(0.2)
        if reader.poll() is not None:
            break
        reader.send_signal(signal.SIGINT)
    reader.kill()
    assert line(reader) == "interrupted"
    assert read(open_store(path, create=False), "applications").height == 12


@pytest.mark.parametrize("after_commit", [False, True])
def test_an_interrupted_change_is_whole_or_not_at_all(path: Path, monkeypatch: pytest.MonkeyPatch, after_commit: bool) -> None:
    def interrupted(*given: object, **more: object) -> None:
        raise KeyboardInterrupt

    store = open_store(path, create=False)
    if after_commit:
        leave = Session.__exit__

        def late(self: Session, *given: object) -> None:
            leave(self, None, None, None)
            monkeypatch.undo()
            raise KeyboardInterrupt

        monkeypatch.setattr(Session, "__exit__", late)
        assert put(store, grown(3, 6)) == 3
    else:
        monkeypatch.setattr("fraudgraph.stores.writing.write_change", interrupted)
        with pytest.raises(KeyboardInterrupt):
            put(store, grown(3, 6))
    with store.snapshot() as reader:
        assert reader.night == (3 if after_commit else 2)
        assert_frame_equal(reader.table("applications"), grown_book(reader.night, 6))
    assert not path.with_name("book.duckdb.work").exists()
