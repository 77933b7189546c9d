"""The reports say the same of the same book, whichever store keeps it."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import samples
from fraudgraph import pipeline
from fraudgraph.cli import main
from fraudgraph.settings import defaults


def test_both_stores_give_the_same_reports(neo4j_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told: dict[str, list[str]] = {}
    for store in (neo4j_url, str(tmp_path / "book.duckdb")):
        pipeline.run([samples.FOLDER / "applications_west.csv"], store=store, settings=defaults())
        for command in (["monthly", "--break", samples.BREAK], ["channels"]):
            assert main(["report", *command, "--format", "json", "--quiet", "--store", store]) == 0
            told.setdefault(store, []).append(capsys.readouterr().out)
    one, other = told.values()
    assert one == other
    assert '"about": "comparison"' in one[0]
    assert one[1].count('"about": "channel"') > 10
