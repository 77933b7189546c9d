"""docs/investigation.md: every command in it runs, on the book that it says."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from fraudgraph.cli import main
from fraudgraph.cli.app import app

ROOT = Path(__file__).resolve().parent.parent.parent
GUIDE = (ROOT / "docs" / "investigation.md").read_text(encoding="utf-8")


def commands() -> list[list[str]]:
    blocks = re.findall(r"```bash\n(.*?)```", GUIDE, re.DOTALL)
    return [shlex.split(line) for block in blocks for line in block.splitlines() if line.strip()]


def test_every_command_of_the_guide_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").symlink_to(ROOT / "data")
    for program, *args in commands():
        assert program == "fraudgraph"
        assert main([*args, "--quiet"] if args[0] in ("run", "resolve") else args) == 0, (args, capsys.readouterr().err)
        assert capsys.readouterr().out or args[0] == "run", args


def test_the_guide_names_every_command_of_an_investigation() -> None:
    named = {args[0] for _, *args in commands()}
    assert {"find", "show", "hubs", "neighbours", "path", "why", "gangs", "resolve", "completion"} <= named <= set(app.commands)
