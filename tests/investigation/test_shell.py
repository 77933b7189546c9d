"""Completion in a real bash, help with an example of every command, and who the applicants are."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from asked_books import rules
from night_books import random_book

from fraudgraph import pipeline
from fraudgraph.cli import main
from fraudgraph.cli.app import app

COMMANDS = ("find", "show", "neighbours", "path", "hubs", "why", "resolve", "completion", "gang")


def test_bash_completes_commands_and_options(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", "bash"]) == 0
    script, program = tmp_path / "completion", tmp_path / "fraudgraph"
    script.write_text(capsys.readouterr().out)
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m fraudgraph "$@"\n')
    program.chmod(0o700)
    words = 'COMP_CWORD=1; COMP_WORDS=(fraudgraph nei); _fraudgraph_completion fraudgraph; echo "${COMPREPLY[@]}"; '
    words += 'COMP_CWORD=2; COMPREPLY=(); COMP_WORDS=(fraudgraph path --st); _fraudgraph_completion fraudgraph; echo "${COMPREPLY[@]}"'
    path = f"{tmp_path}:{os.environ['PATH']}"
    bash = shutil.which("bash")
    assert bash is not None
    environment = {**os.environ, "PATH": path}
    said = subprocess.run([bash, "-c", f". {script}; {words}"], capture_output=True, text=True, check=True, env=environment)
    assert said.stdout.split("\n")[:2] == ["neighbours", "--steps --store"]


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_the_other_shells_get_a_script(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    assert f"_FRAUDGRAPH_COMPLETE={shell}_complete" in capsys.readouterr().out


@pytest.mark.parametrize("name", COMMANDS)
def test_help_has_an_example(name: str) -> None:
    text = app.commands[name].help or ""
    assert "Example" in text
    assert f"fraudgraph {name}" in text


def test_resolve_writes_who_the_applicants_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = random_book(6, people=20, applications=40)
    file, out = tmp_path / "book.csv", tmp_path / "people.csv"
    book.sample(fraction=1.0, shuffle=True, seed=1).write_csv(file)
    assert main(["resolve", str(file), "--out", str(out), "--format", "json"]) == 0
    counts = json.loads(capsys.readouterr().out)
    with out.open(encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    _, membership = pipeline.resolve([file], rules())
    assert [(row["application_id"], row["person_id"], row["how"]) for row in rows] == membership.rows()
    assert len(rows) == counts["accepted"] == len(book)
    assert counts["persons"] == len({row["person_id"] for row in rows}) == sum(row["how"] == "first" for row in rows)
    assert main(["resolve", str(file), "--out", str(tmp_path / "no" / "people.csv")]) == 1
