"""Killed at any moment - the writer or the server - a load that is run again makes the graph of a load that nobody disturbed.

FRAUDGRAPH_KILLS sets how many times the writer is killed (30 is the full count); a third as often the server is.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import servers
from books import grown, grown_book
from contract import put
from graphs import Graph
from polars.testing import assert_frame_equal

from fraudgraph.stores import open_store

pytestmark = pytest.mark.neo4j

KILLS = int(os.environ.get("FRAUDGRAPH_KILLS", "3"))
SIZE = 120
LAST = 3
"""Nights of the book."""

VICTIM = """
import sys
from books import grown
from fraudgraph.stores import open_store
from fraudgraph.stores.neo4j import planning, writing
planning.BATCH, writing.MANY = 40, 50
url, size, last = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
changes = {night: grown(night, size) for night in range(1, last + 1)}
store = open_store(url, create=True)
with store.snapshot() as reader:
    night = reader.night
print("ready", flush=True)
while night < last:
    night += 1
    with store.lock() as writer:
        writer.ahead(changes[night].applications, changes[night].keys)
        writer.apply(changes[night])
    print(night, flush=True)
"""


@pytest.fixture(scope="module")
def mortal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Server]:
    """A server that may be killed."""
    line = os.environ.get("FRAUDGRAPH_NEO4J_LINE", "5")
    with servers.thrown_away(servers.Server(line, tmp_path_factory.mktemp("mortal"))) as server:
        yield server


@pytest.fixture
def book(mortal: servers.Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Graph]:
    monkeypatch.setenv("NEO4J_USERNAME", mortal.username)
    monkeypatch.setenv("NEO4J_PASSWORD", mortal.password)
    graph = Graph(mortal)
    graph.empty()
    yield graph
    graph.close()


def victim(url: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    return subprocess.Popen([sys.executable, "-c", VICTIM, url, str(SIZE), str(LAST)], env=environment, stdout=subprocess.PIPE, text=True)


def ready(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n", "the store cannot be opened"


def finished(url: str) -> None:
    """Go on from whatever is there, as somebody does who runs the same again."""
    store = open_store(url, create=True)
    with store.snapshot() as reader:
        night = reader.night
        assert_frame_equal(reader.table("applications"), grown_book(night, SIZE))
        assert reader.table("membership").height == SIZE * night
        assert [batch.night for batch in reader.batches()] == list(range(1, night + 1))
    for later in range(night + 1, LAST + 1):
        put(store, grown(later, SIZE))


@pytest.fixture
def undisturbed(book: Graph) -> tuple[list[str], float]:
    """The graph of a load that nobody disturbs, and how long it takes (the second time: a server learns)."""
    took = 0.0
    for _ in range(2):
        book.empty()
        process = victim(book.url)
        ready(process)
        start = time.monotonic()
        assert process.wait() == 0
        took = time.monotonic() - start
    return book.dump(), took


def test_a_writer_that_is_killed(book: Graph, undisturbed: tuple[list[str], float]) -> None:
    chance = random.Random(5)
    whole, took = undisturbed
    for kill in range(KILLS):
        book.empty()
        for _ in range(chance.choice([1, 1, 2])):  # sometimes the one that goes on is killed too
            process = victim(book.url)
            ready(process)
            time.sleep(chance.uniform(0, took))
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        finished(book.url)
        assert book.dump() == whole, f"kill {kill}"
        assert open_store(book.url, create=False).check() == []


def test_a_server_that_is_killed_and_started_again(mortal: servers.Server, book: Graph, undisturbed: tuple[list[str], float]) -> None:
    """The writer waits for it and goes on, or gives up; either way the same again makes the whole of it."""
    chance = random.Random(6)
    whole, took = undisturbed
    for kill in range(max(1, KILLS // 3)):
        book.empty()
        process = victim(book.url)
        ready(process)
        time.sleep(chance.uniform(0, took))
        mortal.kill()
        back = threading.Thread(target=mortal.start)
        back.start()
        process.wait()
        back.join()
        finished(book.url)
        assert book.dump() == whole, f"kill {kill}"
        assert open_store(book.url, create=False).check() == []
