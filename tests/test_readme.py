"""README tells the truth: its commands and its Python run, its reasons are the closed table, its columns are what is written."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import neo4j
import pytest

from fraudgraph.evidence import reasons
from fraudgraph.model import APPLICATIONS

if TYPE_CHECKING:
    from servers import Server, Stranger

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
TESTS = "scripts/test"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def tables() -> dict[str, list[str]]:
    """File -> the columns that its table names, in order."""
    found = re.findall(r"^\*\*`(\w+\.csv)`\*\*[^\n]*\n\n((?:\|[^\n]*\n)+)", README, re.MULTILINE)
    return {name: [c for row in table.splitlines()[2:] for c in re.findall(r"`(\w+)`", row.split("|")[1])] for name, table in found}


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what README's commands touch."""
    copy = tmp_path_factory.mktemp("clone")
    for part in ("data", "scripts"):
        shutil.copytree(ROOT / part, copy / part)
    return copy


@pytest.fixture(scope="module")
def environment(neo4j_server: Server | Stranger, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """This interpreter's environment, in which nothing is installed; ``fraudgraph`` is this tree's, and a Neo4j server is at hand."""
    neo4j_server.wipe()
    prefix = Path(sys.prefix)
    path = os.pathsep.join([str(prefix / "bin"), str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    kept = {key: value for key, value in os.environ.items() if not key.startswith("FRAUDGRAPH_")}
    server = {"NEO4J_USERNAME": neo4j_server.username, "NEO4J_PASSWORD": neo4j_server.password, "SERVER": neo4j_server.uri}
    own = {"XDG_CONFIG_HOME": str(tmp_path_factory.mktemp("config")), "FRAUDGRAPH_INSTALL": "no"}
    return {**kept, **server, **own, "PATH": path, "VIRTUAL_ENV": str(prefix), "PYTHONPATH": str(ROOT)}


@pytest.fixture(scope="module")
def ran(clone: Path, environment: dict[str, str]) -> Path:
    """The folder after every shell command of README but the tests', in order, as one would type them."""
    for block in blocks("sh"):
        commands = "\n".join(line for line in block.splitlines() if line.split()[:1] != [TESTS])
        commands = commands.replace("neo4j://localhost", environment["SERVER"])
        # A server that goes on until somebody stops it.
        commands = commands.replace("fraudgraph browser-guide", "timeout -s INT 8 fraudgraph browser-guide --port 0 || test $? = 124")
        ended = subprocess.run(["bash", "-eu"], input=commands, cwd=clone, env=environment, capture_output=True, text=True, check=False)
        assert ended.returncode == 0, f"{commands}\n{ended.stdout}\n{ended.stderr}"
    return clone


def test_it_opens_with_two_commands() -> None:
    first = [line.split("#")[0].strip() for line in blocks("sh")[0].splitlines()]
    assert first == ["scripts/try", TESTS]
    assert README.index("scripts/try") < 400


def test_the_test_command_is_what_ci_calls() -> None:
    commands = [line for line in (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    kept = 'export FRAUDGRAPH_ARTEFACTS="${FRAUDGRAPH_ARTEFACTS:-$PWD/artefacts}"'
    assert commands == ["set -eu", 'cd "$(dirname "$0")/.."', kept, f"exec {TESTS}"]
    assert os.access(ROOT / ".ci/run", os.X_OK)
    assert os.access(ROOT / TESTS, os.X_OK)


def test_every_command_runs_and_writes_what_it_says(ran: Path) -> None:
    for name in ("flags.csv", "gangs.csv", "communities.csv", "rejects.csv", "summary.json", "report.html"):
        assert (ran / "out" / name).stat().st_size > 0
    assert tables().keys() == {"flags.csv", "gangs.csv"}
    for name, columns in tables().items():
        with (ran / "out" / name).open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))
        assert rows[0] == columns
        assert len(rows) > 1


def test_the_cypher_runs(ran: Path, environment: dict[str, str]) -> None:
    auth = (environment["NEO4J_USERNAME"], environment["NEO4J_PASSWORD"])
    with neo4j.GraphDatabase.driver(environment["SERVER"], auth=auth) as driver:
        for block in blocks("cypher"):
            assert driver.execute_query(block).records


def test_the_python_runs(clone: Path, environment: dict[str, str]) -> None:
    (code,) = blocks("python")
    ended = subprocess.run([sys.executable, "-c", code], cwd=clone, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.strip()


def test_the_reasons_are_the_closed_table() -> None:
    found = re.search(r"<!-- reasons[^\n]*-->\n(.*)<!-- end of reasons -->", README, re.DOTALL)
    assert found is not None
    assert found.group(1) == reasons.markdown()


def test_every_column_of_the_input_is_named() -> None:
    named = README[README.index("The columns:") : README.index("is your own score")]
    second = {name for name in APPLICATIONS.columns if name.startswith("contact2_")}
    assert re.findall(r"`([a-z_0-9]+)`", named)[: len(APPLICATIONS.columns) - len(second)] == [
        name for name in APPLICATIONS.columns if name not in second
    ]


def test_every_file_that_it_points_to_is_there() -> None:
    pointed = [target for target in re.findall(r"\]\(([^)#]+)\)", README) if not target.startswith("http")]
    assert pointed
    assert [target for target in pointed if not (ROOT / target).exists()] == []
