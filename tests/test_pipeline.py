"""What the journey itself decides: what is timed, what a store remembers, which calibration file is one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fraudgraph import pipeline
from fraudgraph.errors import ConfigurationError, UsageError
from fraudgraph.progress import SILENT
from fraudgraph.settings import defaults

HEADER = "application_id,applied_at,phone,fraud_intent\n"


def test_a_stage_within_a_stage_is_counted_once() -> None:
    clock = pipeline.Clock(SILENT)
    with clock.stage("reading"), clock.stage("reading"), clock.stage("values"):
        pass
    with pytest.raises(ValueError, match="no"), clock.stage("broken"):
        raise ValueError("no")
    with clock.stage("storing"):
        pass
    assert clock.seconds.keys() == {"reading", "storing"}
    assert clock.timings()["seconds"]["total"] == round(clock.seconds["reading"] + clock.seconds["storing"], 3)
    assert clock.timings()["peak_memory_mb"] > 10


@pytest.mark.parametrize("text", ["", "[]", "{", "{}", '{"case": "learned"}', "\x00"])
def test_a_file_that_is_no_calibration_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "wrong.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"wrong\.json"):
        pipeline.load_calibration(path)
    with pytest.raises(ConfigurationError, match=r"missing\.json"):
        pipeline.load_calibration(tmp_path / "missing.json")


def test_a_store_remembers_what_a_later_run_leaves_unsaid(tmp_path: Path) -> None:
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    first.write_text(HEADER + "A1,2020-01-01 08:00:00,13959606299,20\nA2,2020-01-01 09:00:00,13959606298,30\n", encoding="utf-8")
    second.write_text(HEADER + "A3,2020-01-02 08:00:00,13959606297,40\n", encoding="utf-8")
    store, out = tmp_path / "book.duckdb", tmp_path / "out"
    told = defaults().override({"records.intent_scale": "0-100", "records.time_zone": "Asia/Shanghai"}, source="a test")
    pipeline.run([first], store=store, settings=told)
    outcome = pipeline.run([second], store=store, settings=defaults(), out=out)
    assert outcome.summary["time_zone"] == "Asia/Shanghai"
    assert outcome.summary["calibration"]["case"] == "prior"
    flags = (out / "flags.csv").read_text(encoding="utf-8-sig").splitlines()
    assert [line.split(",")[5] for line in flags[1:]] == ["0.400000"]
    assert json.loads((out / "summary.json").read_text(encoding="utf-8"))["applications"] == 3


def test_an_empty_store_and_no_input_is_a_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no INPUT was given"):
        pipeline.run([], store=tmp_path / "book.duckdb", settings=defaults())
    assert not (tmp_path / "book.duckdb").exists()
