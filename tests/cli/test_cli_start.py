"""The command as a process: it starts fast, and ends well when its reader has gone."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

import fraudgraph

HEAVY = ("pandas", "polars", "duckdb", "numpy", "scipy", "pyarrow", "igraph", "leidenalg", "networkx", "neo4j", "rich", "phonenumbers")


def ran(*args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *args], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "args",
    [
        ["--help"],
        ["--version"],
        *([*command.split(), "--help"] for command in ("run", "check", "gangs", "gang", "history", "label", "undo", "store check")),
        ["store", "backup", "--help"],
        *(["report", *command, "--help"] for command in ([], ["monthly"], ["channels"])),
    ],
)
def test_help_imports_nothing_heavy(args: list[str]) -> None:
    code = (
        f"import sys; from fraudgraph.cli import main; code = main({args!r}); "
        f"heavy = [name for name in {HEAVY!r} if name in sys.modules]; sys.exit(f'imported {{heavy}}' if heavy else code)"
    )
    ended = ran("-c", code)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout


def test_version() -> None:
    assert ran("-m", "fraudgraph", "--version").stdout == f"fraudgraph {fraudgraph.__version__}\n"


def test_help_names_every_command_and_exit_code() -> None:
    text = ran("-m", "fraudgraph", "--help").stdout
    for part in ("run", "check", "0 done", "1 failed", "2 wrong usage", "3 done", "4 the store is busy", "130 interrupted"):
        assert part in text


def test_a_reader_who_has_gone_is_no_error() -> None:
    code = "from fraudgraph.cli import show; show.as_json(['x' * 1000000]); show.as_json('more')"
    reading, writing = os.pipe()
    os.close(reading)
    try:
        ended = subprocess.run([sys.executable, "-c", code], stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    finally:
        os.close(writing)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_a_terminal_that_cannot_show_a_character_is_no_error() -> None:
    code = "import sys; from fraudgraph.cli import main, show; main(['--version']); show.as_text([show.pairs([('名', 'ö')])])"
    ended = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONIOENCODING": "ascii"}, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
