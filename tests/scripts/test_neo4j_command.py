"""``scripts/neo4j`` as a developer calls it: wrong calls, a server that is already there, docker, and what is printed."""

from __future__ import annotations

import json
import stat
import subprocess
from pathlib import Path

import pytest
from fake_server import fake_neo4j
from fake_tools import program
from neo4j_server import asking, command, docker, running
from neo4j_server.lines import LINES
from neo4j_server.passwords import password_of
from neo4j_server.server import free_ports
from neo4j_server.trouble import Trouble

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of its own, a PATH that begins with a folder of ours, and no server in the environment."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    monkeypatch.delenv(command.NAMED, raising=False)
    return tmp_path


def fake_docker(machine: Path, text: str = "") -> Path:
    """A docker whose engine works and whose containers are up until they are stopped; it notes how it was called."""
    return program(
        machine / "bin" / "docker",
        f"""echo "$@" >>{machine}/asked
case $1 in
  run) {text or 'touch "$0.up"; echo 0123abcd'} ;;
  ps) test ! -e "$0.up" || echo 0123abcd ;;
  stop) rm "$0.up" ;;
esac
printf '%s' "${{NEO4J_AUTH:-}}" >{machine}/auth.$1""",
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "COMMAND"),
        (["begin"], "invalid choice: 'begin'"),
        (["start", "6"], "invalid choice: '6'"),
        (["start", "--bolt", "70000"], "invalid port value: '70000'"),
        (["start", "--http", "x"], "invalid port value: 'x'"),
        (["assemble", "--home=x"], "unrecognized arguments: --home=x"),
        (["stop", "5", "newest"], "unrecognized arguments: newest"),
    ],
)
def test_a_wrong_call_is_told_and_ends_with_2(arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        command.main(arguments)
    assert ended.value.code == 2
    assert says in capsys.readouterr().err


def test_the_script_itself_takes_arguments_from_anywhere(tmp_path: Path) -> None:
    script = [str(ROOT / "scripts" / "neo4j"), "stop", "--home", "here"]
    ended = subprocess.run(script, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr.strip() == f"No server runs in {tmp_path / 'here'}."
    assert ended.stdout.split()[0] == "unset"


def test_trouble_is_one_line_and_ends_with_1(machine: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PATH", str(machine / "nothing"))
    assert command.main(["assemble"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert "apt-get install maven" in said.err


def test_a_server_in_the_environment_is_used_and_none_is_started(
    machine: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fake_docker(machine)
    with fake_neo4j("whatever") as (bolt, _):
        monkeypatch.setenv(command.NAMED, f"bolt://127.0.0.1:{bolt}")
        assert command.main(["start"]) == 0
    assert capsys.readouterr().out == f"export FRAUDGRAPH_STORE=bolt://127.0.0.1:{bolt}\n"
    assert not (machine / "asked").exists()
    assert command.main(["start"]) == 1
    assert "does not answer" in capsys.readouterr().err


def test_docker_is_asked_before_anything_is_assembled(machine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fake_docker(machine)
    home = machine / "a home"
    home.mkdir()
    password = password_of(home)
    with fake_neo4j(password) as (bolt, http):
        server = running.Running("5", "docker", docker.run(LINES["5"], home, bolt, http, plugins=True), bolt, http)
    (home / running.STATE).write_text(json.dumps(server.__dict__), encoding="utf-8")
    called = (machine / "asked").read_text(encoding="utf-8")
    assert password not in called
    assert (machine / "auth.run").read_text(encoding="utf-8") == f"neo4j/{password}"
    assert f"--publish 127.0.0.1:{bolt}:7687 --publish 127.0.0.1:{http}:7474" in called
    assert "graph-data-science" in called
    assert "neo4j:5.26" in called

    assert command.main(["start", "--home", str(home)]) == 0
    said = capsys.readouterr()
    assert said.out.splitlines() == [
        f"export FRAUDGRAPH_NEO4J_URI=bolt://127.0.0.1:{bolt}",
        f"export FRAUDGRAPH_STORE=bolt://127.0.0.1:{bolt}",
        f"export FRAUDGRAPH_NEO4J_HTTP=http://127.0.0.1:{http}",
        "export NEO4J_USERNAME=neo4j",
        f"export NEO4J_PASSWORD=\"$(cat '{home}/password')\"",
    ]
    assert password not in said.out + said.err
    shown = subprocess.run(["sh", "-c", f'{said.out}printf %s "$NEO4J_PASSWORD"'], capture_output=True, text=True, check=True)
    assert shown.stdout == password

    assert command.main(["stop", "--home", str(home)]) == 0
    assert capsys.readouterr().err == "Stopped.\n"
    assert running.found(home) is None
    assert password_of(home) == password, "a home that was named is kept"


def test_start_takes_docker_where_it_works(machine: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    fake_docker(machine)
    monkeypatch.setattr(asking, "answers", lambda *_: True)
    bolt, http = free_ports(2)
    assert command.main(["start", "newest", "--bolt", str(bolt), "--http", str(http)]) == 0
    home = running.usual_home(LINES["newest"])
    assert running.found(home) == running.Running("newest", "docker", "0123abcd", bolt, http)
    assert stat.S_IMODE((home / "password").stat().st_mode) == 0o600
    assert f"bolt://127.0.0.1:{bolt}" in capsys.readouterr().out
    assert command.main(["stop", "newest"]) == 0
    assert not home.exists(), "what is thrown away leaves nothing"


def test_a_container_that_ends_or_does_not_start_is_told(machine: Path) -> None:
    fake_docker(machine, text="echo 0123abcd")
    (machine / "home").mkdir()
    with pytest.raises(Trouble, match="ended while it started"):
        docker.run(LINES["5"], machine / "home", *free_ports(2))
    fake_docker(machine, text="echo no such image >&2; exit 125")
    with pytest.raises(Trouble, match="docker run failed: no such image"):
        docker.run(LINES["5"], machine / "home", *free_ports(2))


def test_docker_without_its_engine_does_not_work(machine: Path) -> None:
    assert docker.works({"PATH": str(machine / "nothing")}) is False
    program(machine / "bin" / "docker", "exit 1")
    assert docker.works() is False
    fake_docker(machine)
    assert docker.works() is True


def test_a_taken_port_is_named(machine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fake_docker(machine)
    with fake_neo4j("x") as (bolt, _):
        assert command.main(["start", "--bolt", str(bolt)]) == 1
        assert capsys.readouterr().err == f"Port {bolt} is taken: name another one, or leave it out.\n"


@pytest.mark.parametrize("text", ["", "no json", "[]", '{"line": "5"}', '{"line":"5","engine":"process","id":"1","bolt":1,"http":2}'])
def test_a_note_that_names_no_server_of_ours_is_no_server(tmp_path: Path, text: str) -> None:
    (tmp_path / running.STATE).write_text(text, encoding="utf-8")
    assert running.found(tmp_path) is None


def test_who_answers_and_to_whom(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "SLOWEST", 0.5)
    with fake_neo4j("right one") as (bolt, http):
        address = f"http://127.0.0.1:{http}"
        assert asking.answers(address, "neo4j", "right one", "127.0.0.1", bolt)
        assert not asking.answers(address, "neo4j", "wrong one", "127.0.0.1", bolt)
        assert not asking.speaks_bolt("127.0.0.1", http)
        assert not asking.takes(f"http://127.0.0.1:{bolt}", "neo4j", "right one")
    assert not asking.answers(address, "neo4j", "right one", "127.0.0.1", bolt)


def test_a_password_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    first = password_of(tmp_path)
    assert len(first) >= 20
    assert password_of(tmp_path) == password_of(tmp_path, first) == first
    assert stat.S_IMODE((tmp_path / "password").stat().st_mode) == 0o600
    with pytest.raises(Trouble, match="another password") as raised:
        password_of(tmp_path, "another one")
    assert first not in str(raised.value)


@pytest.mark.parametrize("wanted", ["short", "with\nline end", ""])
def test_a_password_that_cannot_be_is_refused(tmp_path: Path, wanted: str) -> None:
    with pytest.raises(Trouble, match="printable"):
        password_of(tmp_path, wanted)
    assert not (tmp_path / "password").exists()
