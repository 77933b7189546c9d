"""The assembled server in the cache is whole or not there, whoever else builds it and whoever is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from fake_tools import fake_maven, program
from neo4j_server import assembly, lines
from neo4j_server.assembly import assembled, folder
from neo4j_server.lines import LINES, Line
from neo4j_server.trouble import Trouble

FIVE = LINES["5"]
CALL = "import sys; from neo4j_server import assembly, lines; print(assembly.assembled(lines.LINES['5']))"
SCRIPTS = Path(assembly.__file__).parent.parent


@pytest.fixture
def machine(tmp_path: Path) -> dict[str, str]:
    """An environment with a cache of its own, a Maven that only looks like it, and the usual tools."""
    fake_maven(tmp_path / "bin")
    return {"PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin", "XDG_CACHE_HOME": str(tmp_path / "cache"), "PYTHONPATH": str(SCRIPTS)}


def calls(machine: dict[str, str]) -> list[str]:
    return (Path(machine["PATH"].split(":")[0]) / "calls").read_text(encoding="utf-8").splitlines()


def left(machine: dict[str, str]) -> set[str]:
    """What lies in the cache, but for the lock files."""
    return {path.name for path in assembly.cache(machine).iterdir() if path.suffix != ".lock"}


def test_fetched_once_then_found(machine: dict[str, str]) -> None:
    target = assembled(FIVE, machine)
    assert target == folder(FIVE, machine)
    assert target.parent == Path(machine["XDG_CACHE_HOME"]) / "fraudgraph" / "neo4j"
    assert {path.name for path in target.iterdir()} == {"lib", "plugins"}
    assert assembled(FIVE, machine) == target
    assert len(calls(machine)) == 2
    assert left(machine) == {target.name}


def test_without_xdg_the_cache_lies_in_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert assembly.cache({}) == tmp_path / ".cache" / "fraudgraph" / "neo4j"


def test_other_poms_are_another_folder(machine: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {line.name: folder(line, machine) for line in LINES.values()}
    assert len(set(before.values())) == len(LINES)
    for name, line in LINES.items():
        (tmp_path / "poms" / name).mkdir(parents=True)
        for part in assembly.PARTS:
            text = (line.poms / f"{part}.xml").read_text(encoding="utf-8")
            (tmp_path / "poms" / name / f"{part}.xml").write_text(text + "<!-- -->", encoding="utf-8")
    monkeypatch.setattr(lines, "POMS", tmp_path / "poms")
    assert all(folder(line, machine) != before[name] for name, line in LINES.items())


def test_many_callers_at_once_fetch_once(machine: dict[str, str]) -> None:
    fake_maven(Path(machine["PATH"].split(":")[0]), before="sleep 0.2")
    command = [sys.executable, "-c", CALL]
    with ThreadPoolExecutor(3) as pool:
        ended = list(pool.map(lambda _: subprocess.run(command, env=machine, capture_output=True, text=True, check=True), range(3)))
    assert {one.stdout.strip() for one in ended} == {str(folder(FIVE, machine))}
    assert len(calls(machine)) == 2
    assert left(machine) == {folder(FIVE, machine).name}


def test_a_killed_caller_leaves_nothing_that_passes_for_whole(machine: dict[str, str], tmp_path: Path) -> None:
    """Killed when the first part is there and the second is on its way."""
    stopped = f'case "$*" in *plugins*) touch {tmp_path}/waiting; sleep 60 ;; esac'
    fake_maven(tmp_path / "bin", before=stopped)
    caller = subprocess.Popen([sys.executable, "-c", CALL], env=machine, start_new_session=True)
    deadline = time.monotonic() + 60
    while not (tmp_path / "waiting").exists():
        assert time.monotonic() < deadline
        assert caller.poll() is None
        time.sleep(0.02)
    os.killpg(caller.pid, signal.SIGKILL)
    caller.wait()
    assert not folder(FIVE, machine).exists()
    assert len(left(machine)) == 1, "what it had begun"
    fake_maven(tmp_path / "bin")
    target = assembled(FIVE, machine)
    assert (target / "plugins" / "neo4j.jar").exists()
    assert left(machine) == {target.name}


@pytest.mark.parametrize("text", ["echo no route to host; exit 1", "exit 0"])
def test_maven_that_fails_or_brings_nothing_leaves_nothing(machine: dict[str, str], tmp_path: Path, text: str) -> None:
    program(tmp_path / "bin" / "mvn", text)
    with pytest.raises(Trouble, match="Maven could not bring Neo4j 5") as raised:
        assembled(FIVE, machine)
    assert "\n" not in str(raised.value)
    assert ("no route to host" in str(raised.value)) == ("route" in text)
    assert left(machine) == set()


def test_without_maven_one_sentence_says_what_to_install(machine: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="apt-get install maven"):
        assembled(FIVE, {**machine, "PATH": str(tmp_path / "nothing")})


def test_a_cache_that_cannot_be_written_is_named(machine: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(Trouble, match="set XDG_CACHE_HOME"):
        assembled(FIVE, {**machine, "XDG_CACHE_HOME": str(tmp_path / "file")})


@pytest.mark.parametrize("line", LINES.values(), ids=list(LINES))
def test_the_poms_bring_the_server_and_its_browser(line: Line) -> None:
    text = (line.poms / "lib.xml").read_text(encoding="utf-8")
    assert "<artifactId>neo4j-browser</artifactId>" in text
    assert f"<version>{line.version}</version>" in text
    assert line.image.removeprefix("neo4j:") == ".".join(line.version.split(".")[:2])
    assert replace(line, name="5").poms.parent == lines.POMS
