"""Run the command in this process, on a pipeline that does nothing."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from cli_fakes import Command, Ended, Pipeline
from worlds import SAMPLES, World

import fraudgraph
from fraudgraph.cli import main


@pytest.fixture(scope="session")
def learned(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The sample's Chinese half, solved, and its calibration in a file beside it: small books are judged by it."""
    made = World(tmp_path_factory.mktemp("learned"), [str(SAMPLES / "applications_cn.csv")])
    assert made.run("run", *made.inputs, "--store", made.store, "--out", str(made.new()), "-q")[0] == 0
    assert made.run("calibrate", "--export", made.calibration, "--store", made.store, "-q")[0] == 0
    return made


@pytest.fixture
def pipeline(monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    made = Pipeline()
    monkeypatch.setitem(sys.modules, "fraudgraph.pipeline", made)
    monkeypatch.setattr(fraudgraph, "pipeline", made, raising=False)
    monkeypatch.delenv("FRAUDGRAPH_STORE", raising=False)
    monkeypatch.setenv("COLUMNS", "120")
    return made


@pytest.fixture
def command(pipeline: Pipeline, capsys: pytest.CaptureFixture[str]) -> Command:
    """Run ``fraudgraph`` with some arguments on the pipeline that does nothing."""

    def call(*args: str | Path) -> Ended:
        code = main([str(arg) for arg in args])
        said = capsys.readouterr()
        return Ended(code, said.out, said.err)

    return call


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    file = tmp_path / "book.csv"
    file.write_text("application_id\n1\n", encoding="utf-8")
    return file
