"""Real servers of both lines: they start with their password, answer as the right version, and keep or lose what they should."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from neo4j import GraphDatabase
from neo4j.exceptions import AuthError, ServiceUnavailable
from neo4j_server import command, running
from neo4j_server.lines import LINES, line_named
from servers import Server, Stranger, Trouble, assembled, thrown_away

ROOT = Path(__file__).resolve().parent.parent.parent


def ask(server: Server, query: str) -> list[object]:
    """Return the first column of the answer."""
    with GraphDatabase.driver(server.uri, auth=(server.username, server.password)) as driver:
        return [record[0] for record in driver.execute_query(query).records]


def commands() -> Iterator[str]:
    """The command line of every process that we may see."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            yield path.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue


@pytest.fixture(scope="module", params=list(LINES))
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running server of each line."""
    with thrown_away(Server(request.param, tmp_path_factory.mktemp(f"line-{request.param}"))) as found:
        yield found


def test_it_answers_as_the_version_of_its_poms(server: Server) -> None:
    with GraphDatabase.driver(server.uri, auth=(server.username, server.password)) as driver:
        assert driver.get_server_info().agent == f"Neo4j/{server.line.version}"
    assert ask(server, "CALL dbms.components() YIELD name, edition WHERE name = 'Neo4j Kernel' RETURN edition") == ["community"]


def test_a_routing_address_leads_to_it_as_well(server: Server) -> None:
    with GraphDatabase.driver(server.uri.replace("bolt://", "neo4j://"), auth=(server.username, server.password)) as driver:
        driver.verify_connectivity()


def test_its_browser_is_there(server: Server) -> None:
    with urllib.request.urlopen(f"{server.http}/browser/") as answer:
        assert answer.status == 200
        assert b"<title>Neo4j Browser</title>" in answer.read()


@pytest.mark.parametrize("password", ["wrong password", "neo4j", ""])
def test_a_wrong_password_is_refused(server: Server, password: str) -> None:
    with GraphDatabase.driver(server.uri, auth=(server.username, password)) as driver, pytest.raises(AuthError):
        driver.verify_connectivity()


def test_the_password_is_on_no_command_line_and_in_no_file_but_its_own(server: Server) -> None:
    assert not [line for line in commands() if server.password in line]
    holders = [path for path in server.home.rglob("*") if path.is_file() and server.password.encode() in path.read_bytes()]
    assert holders == [server.home / "password"]
    assert stat.S_IMODE(holders[0].stat().st_mode) == 0o600


def test_it_listens_on_the_loopback_alone(server: Server) -> None:
    listening = set()
    for table in ("tcp", "tcp6"):
        for row in Path(f"/proc/{server.process.pid}/net/{table}").read_text(encoding="ascii").splitlines()[1:]:
            address, state = row.split()[1], row.split()[3]
            host, port = address.split(":")
            if state == "0A" and int(port, 16) in (server.bolt_port, server.http_port):
                listening.add(host)
    assert listening
    assert {host[-8:] for host in listening} == {"0100007F"}


def test_wiped_it_is_as_new(server: Server) -> None:
    before = ask(server, "SHOW INDEXES YIELD name, type RETURN type")
    for query in (
        "CREATE CONSTRAINT one FOR (n:A) REQUIRE n.id IS UNIQUE",
        'CREATE INDEX `of; "two"` FOR (n:B) ON (n.id)',
        "CREATE FULLTEXT INDEX three FOR (n:B) ON EACH [n.id]",
        "UNWIND range(1, 20) AS i CREATE (:A {id: i})-[:X]->(:B {id: i})",
    ):
        ask(server, query)
    server.wipe()
    assert ask(server, "MATCH (n) RETURN count(n)") == [0]
    assert ask(server, "SHOW CONSTRAINTS YIELD name") == []
    assert ask(server, "SHOW INDEXES YIELD name, type RETURN type") == before == ["LOOKUP", "LOOKUP"]


def test_killed_and_started_again_it_has_what_was_committed(server: Server) -> None:
    ask(server, "CREATE (:Kept {id: 1})")
    address = server.uri
    server.kill()
    with GraphDatabase.driver(address, auth=(server.username, server.password)) as driver, pytest.raises(ServiceUnavailable):
        driver.verify_connectivity()
    server.restart()
    assert server.uri == address
    assert ask(server, "MATCH (n:Kept) RETURN n.id") == [1]
    server.wipe()


def test_what_the_environment_names_is_emptied_only_if_it_was_empty_at_first(server: Server) -> None:
    ask(server, "CREATE (:Somebody)")
    stranger = Stranger(server.uri, server.username, server.password)
    with pytest.raises(Trouble, match="is not empty"):
        stranger.wipe()
    assert ask(server, "MATCH (n) RETURN count(n)") == [1]
    server.wipe()
    stranger.wipe()
    ask(server, "CREATE (:Ours)")
    stranger.wipe()
    assert ask(server, "MATCH (n) RETURN count(n)") == [0]


def test_settings_that_it_does_not_take_end_it_at_once_with_its_words(tmp_path: Path) -> None:
    server = Server("5", tmp_path, config={"db.no.such.setting": "1"})
    with pytest.raises(Trouble, match=r"db\.no\.such\.setting") as raised, server:
        pass
    assert "\n" not in str(raised.value)
    assert server.process is None


def test_it_does_not_outlive_those_who_started_it(tmp_path: Path) -> None:
    """However they end: this one is killed."""
    code = f"import sys; sys.path[:0] = {[str(ROOT / 'scripts'), str(ROOT / 'tests')]!r}; import servers, pathlib, time\n"
    code += f"with servers.Server('5', pathlib.Path({str(tmp_path)!r})) as s: print(s.process.pid, flush=True); time.sleep(600)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout is not None
        process = starter.stdout.readline().strip()
        assert str(tmp_path) in running.command_of(process)
        os.kill(starter.pid, signal.SIGKILL)
    deadline = time.monotonic() + 30
    while running.command_of(process):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_command_brings_it_up_for_others_and_takes_it_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assembled("5")
    monkeypatch.delenv(command.NAMED, raising=False)
    monkeypatch.setattr("neo4j_server.docker.works", lambda: False)
    home = tmp_path / "a home"
    assert command.main(["start", "--home", str(home)]) == 0
    there = running.found(home)
    assert there is not None
    try:
        said = capsys.readouterr()
        script = said.out + "exec " + sys.executable + " -c 'import os, neo4j\n"
        script += 'neo4j.GraphDatabase.driver(os.environ["FRAUDGRAPH_STORE"], '
        script += 'auth=(os.environ["NEO4J_USERNAME"], os.environ["NEO4J_PASSWORD"])).verify_connectivity()\''
        subprocess.run(["sh", "-c", script], check=True)
        assert command.main(["start", "--home", str(home)]) == 0
        assert running.found(home) == there, "started once"
    finally:
        assert running.stop(line_named("5"), home)
    assert running.found(home) is None
    assert not running.stop(line_named("5"), home)
    assert (home / "data").is_dir()
