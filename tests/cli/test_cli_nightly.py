"""``fraudgraph nightly``: parse, call, print, exit code; and a small book told by it."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from cli_fakes import Command, Ended, Outcome
from night_books import random_book, rules

import fraudgraph
from fraudgraph import pipeline as real_pipeline
from fraudgraph.cli import main
from fraudgraph.progress import Progress
from fraudgraph.reports import render
from fraudgraph.settings import defaults
from fraudgraph.stores import open_store

TONIGHT: dict[str, Any] = {
    "night": 12,
    "corrected": 0,
    "flagged_tonight": 7,
    "grades_tonight": {"A": 4, "C": 3},
    "events": {"born": 1, "grown": 2},
    "drift": {"drifts": True},
    "versions": {"calibration": "c0ffee01", "ruleset": "5f88dea8"},
}


class Nightly(ModuleType):
    """Stands in for fraudgraph.nightly."""

    def __init__(self) -> None:
        super().__init__("fraudgraph.nightly")
        self.calls: list[dict[str, Any]] = []
        self.outcome = Outcome(written=[Path("out/flags.csv"), Path("out/changes.csv")])
        self.outcome.summary |= TONIGHT

    def nightly(self, inputs: list[Path], *, progress: Progress, **how: Any) -> Outcome:
        self.calls.append({"inputs": inputs, **how})
        return self.outcome


@pytest.fixture
def nightly(monkeypatch: pytest.MonkeyPatch) -> Nightly:
    made = Nightly()
    monkeypatch.setitem(sys.modules, "fraudgraph.nightly", made)
    monkeypatch.setattr(fraudgraph, "nightly", made, raising=False)
    return made


def test_it_calls_the_night_with_the_defaults(command: Command, nightly: Nightly, csv: Path) -> None:
    assert command("nightly", csv).code == 0
    (call,) = nightly.calls
    settings = call.pop("settings")
    assert dict(settings) == dict(defaults())
    assert settings.given == frozenset()
    assert call == {
        "inputs": [csv],
        "store": "fraudgraph.duckdb",
        "relations": None,
        "corrections": False,
        "calibration": None,
        "out": Path("out"),
    }


def test_every_option_arrives(command: Command, nightly: Nightly, csv: Path, tmp_path: Path) -> None:
    config = tmp_path / "own.toml"
    config.write_text("[verdicts]\nmin_members = 3\n", encoding="utf-8")
    ended = command(
        "nightly", csv, csv, "--relations", csv, "--corrections", "--calibration", csv, "--threshold", "0.55", "--seed", "7", "--out",
        tmp_path / "res", "--store", "book.duckdb", "--config", config, "--time-zone", "Asia/Shanghai", "--map", "phone=MOBILE",
    )  # fmt: skip
    assert ended.code == 0
    (call,) = nightly.calls
    assert (call["inputs"], call["relations"], call["corrections"], call["calibration"]) == ([csv, csv], csv, True, csv)
    assert (call["store"], call["out"]) == ("book.duckdb", tmp_path / "res")
    settings = call["settings"]
    assert settings["verdicts.threshold"] == 0.55
    assert {"verdicts.threshold", "graph.seed", "verdicts.min_members", "records.time_zone", "records.map"} == settings.given


def test_it_prints_what_a_nightly_job_needs(command: Command, nightly: Nightly, csv: Path) -> None:
    ended = command("nightly", csv)
    lines = [" ".join(line.split()) for line in ended.out.splitlines()]
    for line in (
        "night 12", "applications read 3,000", "accepted 2,990", "repeated 4", "rejected 6", "gangs in the book 5",
        "flagged applications of tonight 7", "grade A 4", "grade C 3", "gangs born 1", "gangs grown 2",
        "Judged by calibration c0ffee01, rules 5f88dea8. Learned from this book: 12 classes of ties pass on fraud intent.",
        "Times without a zone are taken as UTC.", "The results are in out: changes.csv, flags.csv",
    ):  # fmt: skip
        assert line in lines
    assert "in the place of stored ones" not in ended.out
    assert "gangs split" not in ended.out
    nightly.outcome.summary["corrected"] = 3
    nightly.outcome.repeated_batch = True
    again = command("nightly", csv).out
    assert again.startswith("This input was in the book already: nothing was changed")
    assert "in the place of stored ones" in again


def test_json_and_csv_have_the_same_names(command: Command, nightly: Nightly, csv: Path) -> None:
    row = json.loads(command("nightly", csv, "--format", "json").out)
    header, values = command("nightly", csv, "--format", "csv").out.splitlines()
    assert list(row) == header.split(",")
    assert (row["night"], row["flagged_tonight"], row["grade_A"], row["grade_B"], row["born"], row["merged"]) == (12, 7, 4, 0, 1, 0)
    assert (row["drifts"], row["repeated_batch"], row["calibration"]) == (True, False, "c0ffee01")
    assert len(values.split(",")) == len(row)


@pytest.mark.parametrize(("rejected", "args", "code"), [(6, (), 0), (6, ("--strict",), 3), (0, ("--strict",), 0)])
def test_strict_ends_with_3_only_where_rows_were_rejected(
    command: Command, nightly: Nightly, csv: Path, rejected: int, args: tuple[str, ...], code: int
) -> None:
    nightly.outcome.summary["rejected_rows"] = rejected
    assert command("nightly", csv, *args).code == code


@pytest.mark.parametrize("args", [(), ("nowhere.csv",), ("--replace",), ("--out",), ("--threshold", "2")])
def test_wrong_usage_ends_with_2_and_calls_nothing(command: Command, nightly: Nightly, csv: Path, args: tuple[str, ...]) -> None:
    ended = command("nightly", *args) if args != ("--replace",) else command("nightly", csv, *args)
    assert ended.code == 2
    assert nightly.calls == []


class Real:
    """A small book on the command line, with nothing faked."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._capsys = folder, capsys
        book = random_book(21, applications=60)
        for name, part in (("first", book[:50]), ("tonight", book[50:])):
            part.write_csv(folder / f"{name}.csv")
        real_pipeline.run([folder / "first.csv"], store=folder / "book.duckdb", settings=rules())

    def __call__(self, *args: str | Path) -> Ended:
        store = ("--store", self.folder / "book.duckdb", "--out", self.folder / "out")
        code = main([str(arg) for arg in ("nightly", self.folder / "tonight.csv", *store, *args)])
        said = self._capsys.readouterr()
        return Ended(code, said.out, said.err)

    def night(self) -> int:
        with open_store(self.folder / "book.duckdb", create=False).snapshot() as reader:
            return reader.night

    def files(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in (self.folder / "out").iterdir() if path.name != "summary.json"}


@pytest.fixture
def real(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Real:
    return Real(tmp_path, capsys)


def test_the_same_file_twice_and_a_night_that_died_before_its_files(real: Real, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(render, "render", lambda *given, **more: exit_now())
        ended = real("-q")
    assert (ended.code, ended.out) == (130, "")
    assert real.night() == 2
    assert not (real.folder / "out/flags.csv").exists()
    row = json.loads(real("-q", "--format", "json").out)
    assert (row["repeated_batch"], row["night"], row["accepted"]) == (True, 2, 10)
    files = real.files()
    assert set(files) == {"changes.csv", "communities.csv", "flags.csv", "gangs.csv", "rejects.csv", "report.html"}
    assert files["flags.csv"].count(b"\n") == 11
    (real.folder / "out/gangs.csv").unlink()
    assert "nothing was changed, and the results were written again" in real("-q").out
    assert real.files() == files
    assert real.night() == 2


def exit_now() -> None:
    raise KeyboardInterrupt


def test_other_rules_or_another_calibration_end_with_2(real: Real) -> None:
    ended = real("--min-members", "5")
    assert ended.code == 2
    assert ended.err.splitlines()[-1] == (
        "fraudgraph: the book is judged by other rules than these (verdicts.min_members): leave them out, or judge the whole book by them "
        "with `fraudgraph run`"
    )
    main(["calibrate", "--export", str(real.folder / "own.json"), "--store", str(real.folder / "book.duckdb")])
    document = json.loads((real.folder / "own.json").read_text())
    (real.folder / "other.json").write_text(json.dumps({**document, "threshold": 0.987}))
    ended = real("--calibration", real.folder / "other.json")
    assert ended.code == 2
    assert "other.json holds" in ended.err
    assert real.night() == 1
    assert real("--calibration", real.folder / "own.json", "--min-members", "3", "-q").code == 0
    assert real.night() == 2


def test_a_second_night_at_once_names_the_first(real: Real) -> None:
    with open_store(real.folder / "book.duckdb", create=False).lock():
        ended = real()
    assert ended.code == 4
    assert f"process {os.getpid()} on" in ended.err
    assert "is writing to the store" in ended.err
    assert real("-q").code == 0


def test_without_a_book_it_says_how_to_make_one(real: Real, tmp_path: Path) -> None:
    ended = real("--store", tmp_path / "none.duckdb")
    assert ended.code == 2
    assert "none.duckdb yet: make one with `fraudgraph run`" in ended.err
    assert not (tmp_path / "none.duckdb.lock").exists()


def test_json_log(real: Real) -> None:
    ended = real("--json-log", "--format", "json")
    events = [json.loads(line) for line in ended.err.splitlines()]
    assert {event["stage"] for event in events if event["event"] == "end"} >= {"reading", "subjects", "storing", "writing results"}
    assert json.loads(ended.out)["night"] == 2
