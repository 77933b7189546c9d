"""Two lanes of batches: all of both is written, in order; what fails in one stops the other, and nothing is under way afterwards."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, cast

import polars as pl
import pytest

from fraudgraph.errors import StoreBusy
from fraudgraph.stores.neo4j.connection import Connection, Full
from fraudgraph.stores.neo4j.lanes import LANES, Lanes, Mark
from fraudgraph.stores.neo4j.planning import Work


class Server:
    """Takes steps and rows as the graph does."""

    address = "bolt://here"

    def __init__(self) -> None:
        self.steps = dict.fromkeys(LANES, 0)
        self.rows: dict[str, list[Any]] = {}
        self.mine = True
        self.twice = False
        self.room = 100
        self.before: Callable[[str], None] = lambda file: None
        self.under_way = 0

    def writing(self, work: Callable[[Any], None]) -> None:
        self.under_way += 1
        try:
            work(Taken(self))
            if self.twice:
                work(Taken(self))
        finally:
            self.under_way -= 1


class Taken:
    def __init__(self, server: Server) -> None:
        self.server = server

    def rows(self, name: str, *, lane: str, night: int, fence: int, step: int) -> list[list[Any]]:
        assert (name, night, fence) == ("load/step", 3, 7)
        taken = self.server.steps[lane]
        if self.server.mine and taken == step - 1:
            self.server.steps[lane] = step
        self.lane, self.taken = lane, taken
        return [[self.server.mine, taken]]

    def do(self, file: str, *, rows: list[Any], night: int) -> None:
        self.server.before(file)
        if len(rows) > self.server.room:
            self.server.steps[self.lane] = self.taken  # a transaction that does not fit leaves nothing
            raise Full("too large")
        self.server.rows.setdefault(file, []).extend(rows)


def works(file: str, rows: int, size: int = 4) -> list[Work]:
    return [Work(file, pl.DataFrame({"value": range(rows)}), size=size)]


def lanes_of(server: Server) -> Lanes:
    return Lanes(cast(Connection, server), 3, 7)


def values(server: Server, file: str) -> list[int]:
    return [row[0] for row in server.rows.get(file, [])]


@pytest.mark.parametrize("twice", [False, True])
def test_both_are_written_once_and_in_order_and_then_what_comes_after(twice: bool) -> None:
    server = Server()
    server.twice = twice
    lanes = lanes_of(server)
    lanes.side_by_side(works("load/a", 10), works("load/b", 5))
    lanes.write(works("load/c", 3))
    assert (values(server, "load/a"), values(server, "load/b"), values(server, "load/c")) == (
        list(range(10)),
        list(range(5)),
        list(range(3)),
    )
    assert lanes.steps == [4, 2] == list(server.steps.values())


def test_two_batches_are_under_way_at_a_time() -> None:
    server = Server()
    both = threading.Barrier(2, timeout=30)

    def wait(file: str) -> None:
        both.wait()

    server.before = wait
    lanes_of(server).side_by_side(works("load/a", 8), works("load/b", 8))  # each waits for the other
    assert len(values(server, "load/a")) == len(values(server, "load/b")) == 8


@pytest.mark.parametrize("bad", ["load/a", "load/b"])
def test_what_fails_in_one_stops_the_other(bad: str) -> None:
    server = Server()
    failed = threading.Event()

    def fail(file: str) -> None:
        if file == bad:
            failed.set()
            raise StoreBusy("somebody else")
        assert failed.wait(30)
        time.sleep(0.05)

    server.before = fail
    with pytest.raises(StoreBusy, match="somebody else"):
        lanes_of(server).side_by_side(works("load/a", 4_000), works("load/b", 4_000))
    assert server.under_way == 0
    assert sum(map(len, server.rows.values())) < 400


def test_a_lease_that_is_gone_writes_nothing() -> None:
    server = Server()
    server.mine = False
    with pytest.raises(StoreBusy, match="taken over"):
        lanes_of(server).write(works("load/a", 4))
    assert server.rows == {}


def test_a_batch_that_does_not_fit_is_halved() -> None:
    server = Server()
    server.room = 30
    lanes = lanes_of(server)
    lanes.write(works("load/a", 100, size=100))
    assert values(server, "load/a") == list(range(100))
    assert lanes.steps == [4, 0]


def test_what_waits_for_a_mark_comes_after_it() -> None:
    server = Server()
    server.before = lambda file: time.sleep(0.02 if file == "load/b" else 0)
    mark = Mark()
    seen: list[int] = []

    def look(stopped: threading.Event) -> None:
        seen.append(len(values(server, "load/b")))

    one = [*works("load/a", 1), mark.awaited, look, *works("load/c", 4)]
    other = [*works("load/b", 12), mark.reached, *works("load/d", 40)]
    lanes_of(server).side_by_side(one, other)
    assert seen == [12]
    assert (values(server, "load/a"), values(server, "load/c"), values(server, "load/d")) == ([0], list(range(4)), list(range(40)))


def test_nobody_waits_for_a_lane_that_failed() -> None:
    server = Server()

    def fail(file: str) -> None:
        raise StoreBusy("somebody else")

    server.before = fail
    mark = Mark()
    with pytest.raises(StoreBusy, match="somebody else"):
        lanes_of(server).side_by_side([mark.awaited, *works("load/a", 4)], [*works("load/b", 4), mark.reached])
    assert server.rows == {}
