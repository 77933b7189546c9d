"""``run --store-values``: how the store is to keep personal values."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_fakes import Command, Pipeline

from fraudgraph.settings import defaults


def test_nothing_is_asked_of_the_store_unless_somebody_says_it(command: Command, pipeline: Pipeline, csv: Path) -> None:
    command("run", csv)
    (call,) = pipeline.calls
    assert call["settings"]["store.values"] == ""
    assert "store.values" not in call["settings"].given


@pytest.mark.parametrize("how", ["plain", "masked"])
def test_what_is_said_arrives(command: Command, pipeline: Pipeline, csv: Path, tmp_path: Path, how: str) -> None:
    config = tmp_path / "own.toml"
    config.write_text("[store]\nvalues = 'plain'\n", encoding="utf-8")
    assert command("run", csv, "--store-values", how, "--config", config).code == 0
    (call,) = pipeline.calls
    assert call["settings"] == defaults().override({"store.values": how})


def test_a_third_way_is_a_wrong_use(command: Command, csv: Path) -> None:
    ended = command("run", csv, "--store-values", "hidden")
    assert ended.code == 2
    assert "plain" in ended.err
    assert "masked" in ended.err


def test_the_help_names_it(command: Command) -> None:
    assert "--store-values [plain|masked]" in command("run", "--help").out
