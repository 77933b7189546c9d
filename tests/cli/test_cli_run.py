"""``fraudgraph run``: parse, call, print, exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_fakes import Command, Pipeline

from fraudgraph.settings import defaults


def test_it_calls_the_pipeline_with_the_defaults(command: Command, pipeline: Pipeline, csv: Path) -> None:
    assert command("run", csv).code == 0
    (call,) = pipeline.calls
    del call["progress"]
    assert dict(call.pop("settings")) == dict(defaults())
    assert call == {
        "inputs": [csv],
        "store": "fraudgraph.duckdb",
        "relations": None,
        "calibration": None,
        "replace": False,
        "corrections": False,
        "out": Path("out"),
    }


def test_every_option_arrives(command: Command, pipeline: Pipeline, csv: Path, tmp_path: Path) -> None:
    config = tmp_path / "own.toml"
    config.write_text("[graph]\nseed = 5\n[records]\ndefault_region = 'GB'\nmax_id_length = 99\n", encoding="utf-8")
    ended = command(
        "run", csv, csv, "--relations", csv, "--calibration", csv, "--threshold", "0.55", "--min-members", "4", "--seed", "7",
        "--out", tmp_path / "res", "--replace", "--corrections", "--store", "book.duckdb", "--config", config, "--map", "phone=MOBILE=NO",
        "--map", "name = 申请人 ", "--time-zone", "Asia/Shanghai", "--region", "de", "--intent-scale", "300-850:safer",
    )  # fmt: skip
    assert ended.code == 0
    (call,) = pipeline.calls
    assert (call["inputs"], call["relations"], call["calibration"]) == ([csv, csv], csv, csv)
    assert (call["store"], call["replace"], call["corrections"], call["out"]) == ("book.duckdb", True, True, tmp_path / "res")
    settings = call["settings"]
    assert settings["verdicts.threshold"] == 0.55
    assert settings["verdicts.min_members"] == 4
    assert settings["graph.seed"] == 7
    assert settings["records.max_id_length"] == 99
    assert settings["records.default_region"] == "DE"
    assert settings["records.time_zone"] == "Asia/Shanghai"
    assert settings["records.intent_scale"] == "300-850:safer"
    assert settings.table("records.map") == {"phone": "MOBILE=NO", "name": "申请人"}


def test_the_store_can_come_from_the_environment(command: Command, pipeline: Pipeline, csv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRAUDGRAPH_STORE", "elsewhere.duckdb")
    command("run", csv)
    command("run", csv, "--store", "here.duckdb")
    assert [call["store"] for call in pipeline.calls] == ["elsewhere.duckdb", "here.duckdb"]


def test_without_input_the_stored_book_is_solved_again(command: Command, pipeline: Pipeline) -> None:
    assert command("run").code == 0
    assert pipeline.calls[0]["inputs"] == []


def test_it_prints_what_happened(command: Command, csv: Path) -> None:
    ended = command("run", csv)
    lines = [" ".join(line.split()) for line in ended.out.splitlines()]
    for line in (
        "applications read 3,000", "accepted 2,990", "repeated 4", "rejected 6", "people in the book 2,801", "communities 60",
        "gangs 5", "grade A 2", "grade C 3", "flagged applications 41",
        "Learned from this book: 12 classes of ties pass on fraud intent.", "Times without a zone are taken as UTC.",
        "The results are in out: flags.csv, report.html",
    ):  # fmt: skip
        assert line in lines
    assert "grade B" not in ended.out
    assert ended.err == ""


def test_a_repeated_batch_says_so(command: Command, pipeline: Pipeline, csv: Path) -> None:
    pipeline.outcome.repeated_batch = True
    ended = command("run", csv)
    assert ended.code == 0
    assert ended.out.startswith("This input was in the book already: nothing was changed")


def test_json_and_csv_have_the_same_names(command: Command, csv: Path) -> None:
    row = json.loads(command("run", csv, "--format", "json").out)
    header, values = command("run", csv, "--format", "csv").out.splitlines()
    assert list(row) == header.split(",")
    assert (row["accepted"], row["grade_A"], row["flagged_applications"], row["repeated_batch"]) == (2990, 2, 41, False)
    assert values.startswith("3000,2990,4,6,11,2801,60,5,2,0,3,0,41,false,out,")


@pytest.mark.parametrize(("rejected", "args", "code"), [(6, (), 0), (6, ("--strict",), 3), (0, ("--strict",), 0)])
def test_strict_ends_with_3_only_where_rows_were_rejected(
    command: Command, pipeline: Pipeline, csv: Path, rejected: int, args: tuple[str, ...], code: int
) -> None:
    pipeline.outcome.summary["rejected_rows"] = rejected
    assert command("run", csv, *args).code == code


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--threshold", "1.5"), "1.5 is not in the range"),
        (("--threshold", "nan"), "not a number from 0 to 1"),
        (("--min-members", "1"), "1 is not in the range"),
        (("--seed", "x"), "not a valid integer"),
        (("--map", "phone"), "is not COLUMN=HEADER"),
        (("--map", "phone=A", "--map", "phone=B"), "phone is given two headers"),
        (("--relations", "nowhere.csv"), "does not exist"),
        (("--config", "nowhere.toml"), "does not exist"),
        (("nowhere.csv",), "does not exist"),
        (("--no-such-option",), "No such option"),
        (("--format", "xml"), "is not one of"),
        (("-q", "-v"), "cannot both be meant"),
        (("-v", "-q"), "cannot both be meant"),
    ],
)
def test_wrong_usage_ends_with_2_and_calls_nothing(
    command: Command, pipeline: Pipeline, csv: Path, args: tuple[str, ...], said: str
) -> None:
    ended = command("run", csv, *args)
    assert ended.code == 2
    assert said in " ".join(ended.err.split())
    assert "Traceback" not in ended.err
    assert pipeline.calls == []


def test_replace_needs_input(command: Command, pipeline: Pipeline) -> None:
    ended = command("run", "--replace")
    assert ended.code == 2
    assert "--replace needs the INPUT" in ended.err
    assert pipeline.calls == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[verdicts]\nmin_member = 4\n", "did you mean 'verdicts.min_members'?"),
        ("[verdicts]\nmin_members = 'four'\n", "verdicts.min_members must be like 3"),
        ("not toml", "is not a readable TOML file"),
    ],
)
def test_a_wrong_configuration_is_one_sentence(command: Command, csv: Path, tmp_path: Path, text: str, said: str) -> None:
    config = tmp_path / "own.toml"
    config.write_text(text, encoding="utf-8")
    ended = command("run", csv, "--config", config)
    assert ended.code == 2
    assert said in ended.err
    assert len(ended.err.splitlines()) == 1
