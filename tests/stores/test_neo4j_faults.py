"""What a user sees when a Neo4j store goes wrong: one sentence with the mend, the right exit code, no secret, and nothing lost."""

from __future__ import annotations

import http.server
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import servers
from books import applications, change, grown, grown_book
from contract import put, read
from graphs import Graph
from neo4j import exceptions
from polars.testing import assert_frame_equal

from fraudgraph.cli import main
from fraudgraph.errors import FraudgraphError, StoreBusy, StoreError, StoreUnreachable, UsageError
from fraudgraph.settings import Settings, defaults
from fraudgraph.stores import open_store
from fraudgraph.stores.neo4j import connection, faults, lanes, planning
from fraudgraph.stores.neo4j.address import Address
from fraudgraph.stores.neo4j.connection import Connection, new_enough

SECRET = "s3cret-w0rd"
SAMPLE = Path(__file__).resolve().parents[2] / "data" / "samples" / "applications_cn.csv"
TOTAL = "dbms.memory.transaction.total.max"
TIGHT = {TOTAL: "64m", "db.lock.acquisition.timeout": "1s"}


def quick(**given: Any) -> Settings:
    return defaults().with_values(store__wait_seconds=2.0, **given)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "RETRY_SECONDS", 2.0)
    monkeypatch.setenv("NEO4J_PASSWORD", SECRET)


# --- addresses


@pytest.mark.parametrize(
    ("url", "uri", "database"),
    [
        ("bolt://a", "bolt://a:7687", None),
        ("neo4j+s://a.b:1/x-y.z", "neo4j+s://a.b:1", "x-y.z"),
        ("neo4j+ssc://[::1]:77/", "neo4j+ssc://[::1]:77", ""),
        ("BOLT+S://H:7687", "bolt+s://H:7687", None),
    ],
)
def test_addresses(url: str, uri: str, database: str | None) -> None:
    found = Address.parse(url)
    assert (found.uri, found.database or None) == (uri, database or None)


@pytest.mark.parametrize(
    "url",
    [
        f"bolt://neo4j:{SECRET}@host",
        f"neo4j+s://{SECRET}@host:1/x",
        "bolt://",
        "bolt://a:99999",
        "bolt://a:x",
        "bolt://a/b/c",
        "bolt+x://a",
        "bolt://a b",
    ],
)
def test_an_address_that_is_none_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        open_store(url, create=True)
    assert caught.value.exit_code == 2
    assert SECRET not in str(caught.value)


def test_a_password_in_the_address_is_refused_on_the_command_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code = main(["run", str(SAMPLE), "-v", "--store", f"bolt://neo4j:{SECRET}@host", "--out", str(tmp_path / "out")])
    said = "".join(capsys.readouterr())
    assert code == 2
    assert "NEO4J_PASSWORD" in said
    assert SECRET not in said


# --- nobody there, or somebody else


def refused(url: str, kind: type[FraudgraphError], said: str, code: int, settings: Settings | None = None) -> None:
    with pytest.raises(kind, match=said) as caught:
        open_store(url, create=True, settings=settings or quick())
    assert type(caught.value) is kind
    assert caught.value.exit_code == code
    assert SECRET not in str(caught.value)
    assert "\n" not in str(caught.value)


@contextmanager
def listening(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=serve, args=(server,), daemon=True).start()
        yield server.getsockname()[1]


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    refused(f"bolt://127.0.0.1:{port}", StoreUnreachable, "no Neo4j answers", 4)


def test_a_web_server() -> None:
    class Quiet(http.server.BaseHTTPRequestHandler):
        def log_message(self, *args: Any) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Quiet) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        refused(f"bolt://127.0.0.1:{server.server_port}", StoreUnreachable, "answer", 4)
        server.shutdown()


@pytest.mark.parametrize("answer", [None, b"\0\0\0\0", b"\0\0\0\x09", b"garbage that is no handshake"])
@pytest.mark.parametrize("scheme", ["bolt", "neo4j", "bolt+ssc"])
def test_a_port_that_says_nothing_or_nonsense(scheme: str, answer: bytes | None) -> None:
    kept = []

    def serve(server: socket.socket) -> None:
        while True:
            try:
                caller, _ = server.accept()
            except OSError:
                return
            kept.append(caller)
            if answer is not None:
                caller.recv(20)
                caller.sendall(answer)

    with listening(serve) as port:
        refused(f"{scheme}://127.0.0.1:{port}", StoreUnreachable, "answer", 4)
    for caller in kept:
        caller.close()


# --- a server that will not have us


def test_a_wrong_password(neo4j_server: servers.Server, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    if not neo4j_server.password:
        pytest.fail("the server must ask for a password")
    refused(neo4j_server.uri, StoreUnreachable, "NEO4J_USERNAME and NEO4J_PASSWORD", 4)
    code = main(["run", str(SAMPLE), "-v", "--store", neo4j_server.uri, "--out", str(tmp_path / "out")])
    said = "".join(capsys.readouterr())
    assert code == 4, said
    assert SECRET not in said
    assert neo4j_server.password not in said


def test_a_database_that_is_not_there(graph: Graph) -> None:
    refused(f"{graph.url}/nosuch", StoreError, "no such database", 1)


def test_a_server_that_is_too_old(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Connection.rows
    old = [[["4.4.38"], "community"]]
    monkeypatch.setattr(Connection, "rows", lambda self, name, **given: old if name == "read/version" else real(self, name, **given))
    refused(graph.url, StoreError, r"Neo4j 4\.4\.38, and 5\.26 is the oldest", 1)


@pytest.mark.parametrize(
    ("version", "fits"),
    [
        ("5.26.29", True),
        ("2026.08.1", True),
        ("5.27-aura", True),
        ("5.25.9", False),
        ("4.4.38", False),
        ("", False),
        ("x", False),
        ("6", False),
    ],
)
def test_versions(version: str, fits: bool) -> None:
    assert new_enough(version) is fits


# --- a server of our own


@pytest.fixture(scope="module")
def tight(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Server]:
    """A server with little memory for transactions and little patience for locks."""
    line = os.environ.get("FRAUDGRAPH_NEO4J_LINE", "5")
    with servers.thrown_away(servers.Server(line, tmp_path_factory.mktemp("tight"), config=TIGHT)) as server:
        yield server


def restarted(server: servers.Server) -> None:
    """Start it again under its settings as they are now."""
    server.stop()
    server._configure()
    server.start()


@pytest.fixture
def own(tight: servers.Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Graph]:
    monkeypatch.setenv("NEO4J_USERNAME", tight.username)
    monkeypatch.setenv("NEO4J_PASSWORD", tight.password)
    graph = Graph(tight)
    try:
        graph.empty()
    except exceptions.TransientError:  # what a test has left does not always fit
        graph.close()
        tight.config |= {TOTAL: "1g"}
        restarted(tight)
        with closing(Graph(tight)) as graph:
            graph.empty()
        tight.config |= TIGHT
        restarted(tight)
        graph = Graph(tight)
    yield graph
    graph.close()


@pytest.mark.neo4j
def test_a_batch_that_does_not_fit_the_servers_memory_is_made_smaller(own: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "BATCH", 100_000)
    store = open_store(own.url, create=True)
    sizes = []
    real = lanes.Lane.batch

    def seen(self: lanes.Lane, work: planning.Work, frame: pl.DataFrame) -> None:
        if work.file == "load/first-application":
            sizes.append(frame.height)
        real(self, work, frame)

    monkeypatch.setattr(lanes.Lane, "batch", seen)
    book = applications(range(10_000))
    put(store, change(0, book))
    assert sizes[:2] == [10_000, 5_000]
    assert_frame_equal(read(store, "applications"), book)


@pytest.mark.neo4j
def test_memory_that_is_never_enough(own: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(own.url, create=True)
    put(store, grown(1, 5))
    monkeypatch.setattr(lanes, "SMALLEST", 1_000_000)
    with pytest.raises(StoreError, match=r"dbms\.memory\.transaction\.total\.max") as caught:
        put(store, change(1, applications(range(5, 9_000), name="x" * 900, home_address="y" * 900)))
    assert caught.value.exit_code == 1
    assert_frame_equal(read(store, "applications"), grown_book(1, 5))
    assert put(store, grown(2, 5)) == 2
    assert store.check() == []


@pytest.mark.neo4j
def test_a_lock_that_somebody_elses_transaction_holds(own: Graph) -> None:
    store = open_store(own.url, create=True)
    put(store, grown(1, 5))
    with own.holding("MATCH (p:Person) SET p.mine = true"), pytest.raises(StoreBusy, match="somebody else's transaction") as caught:
        put(store, grown(2, 5))
    assert caught.value.exit_code == 4
    assert_frame_equal(read(store, "applications"), grown_book(1, 5))
    assert put(store, grown(2, 5)) == 2
    assert_frame_equal(read(store, "applications"), grown_book(2, 5))


@pytest.mark.neo4j
@pytest.mark.parametrize("lane", lanes.LANES)
def test_whoever_takes_the_lease_waits_for_the_batches_that_are_under_way(own: Graph, lane: str) -> None:
    store = open_store(own.url, create=True)
    put(store, grown(1, 5))
    with own.holding(f"MATCH (c:Counter {{id: '{lane}'}}) SET c.held = 0"), pytest.raises(StoreBusy, match="somebody else's transaction"):
        put(store, grown(2, 5))
    assert put(store, grown(2, 5)) == 2


@pytest.mark.neo4j
def test_a_server_that_goes_away_in_the_middle_and_does_not_come_back(
    tight: servers.Server, own: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(own.url, create=True, settings=quick())
    put(store, grown(1, 5))
    real = lanes.Lane.batch
    left = [3]

    def counted(self: lanes.Lane, *args: Any) -> None:
        left[0] -= 1
        if not left[0]:
            tight.kill()
        real(self, *args)

    monkeypatch.setattr(lanes.Lane, "batch", counted)
    with pytest.raises(StoreUnreachable, match="no Neo4j answers") as caught:
        put(store, grown(2, 5))
    assert caught.value.exit_code == 4
    tight.start()
    assert_frame_equal(read(store, "applications"), grown_book(1, 5))
    assert put(store, grown(2, 5)) == 2
    assert_frame_equal(read(store, "applications"), grown_book(2, 5))
    assert store.check() == []


@pytest.mark.neo4j
def test_a_server_that_comes_back_in_time_is_waited_for(tight: servers.Server, own: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "RETRY_SECONDS", 300.0)
    store = open_store(own.url, create=True)
    real = lanes.Lane.batch
    left = [3]
    back: list[threading.Thread] = []

    def counted(self: lanes.Lane, *args: Any) -> None:
        left[0] -= 1
        if not left[0]:
            tight.kill()
            back.append(threading.Thread(target=tight.start))
            back[0].start()
        real(self, *args)

    monkeypatch.setattr(lanes.Lane, "batch", counted)
    assert put(store, grown(1, 5)) == 1
    back[0].join()
    assert_frame_equal(read(store, "applications"), grown_book(1, 5))
    assert store.check() == []


@pytest.mark.neo4j
def test_a_read_only_database_is_read_and_not_written(tight: servers.Server, own: Graph) -> None:
    store = open_store(own.url, create=True)
    put(store, grown(1, 5))
    tight.config["server.databases.default_to_read_only"] = "true"
    restarted(tight)
    try:
        store = open_store(own.url, create=True)
        assert_frame_equal(read(store, "applications"), grown_book(1, 5))
        assert store.check() == []
        with pytest.raises(StoreError, match="may not be written") as caught:
            put(store, grown(2, 5))
        assert caught.value.exit_code == 1
    finally:
        del tight.config["server.databases.default_to_read_only"]
        restarted(tight)
    assert put(open_store(own.url, create=True), grown(2, 5)) == 2


@pytest.mark.parametrize(
    ("message", "again"),
    [("Could not compile query due to insanely frequent schema changes", True), ("A page of the store cannot be read", False)],
)
def test_a_server_whose_indexes_just_came_up_is_asked_again(message: str, again: bool) -> None:
    problem = exceptions.Neo4jError._hydrate_neo4j(code="Neo.DatabaseError.General.UnknownError", message=message)
    assert isinstance(problem, exceptions.DatabaseError)
    assert faults.worth_trying_again(problem) is again
