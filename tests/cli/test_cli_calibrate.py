"""``fraudgraph calibrate``: parse, call, print, exit code."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path

import pytest
from cli_fakes import Command, Ended
from night_books import Told, random_book, rules

from fraudgraph.cli import main


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that learned from half of a book and has the other half from another run."""
    folder = tmp_path_factory.mktemp("calibrated")
    told = Told(folder / "book.duckdb", folder, rules())
    frame = random_book(1, people=300, applications=600, gangs=20)
    told.run(frame[:400])
    told.run(frame[400:])
    return folder / "book.duckdb"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "rules.toml"
    path.write_text("[graph]\nlearn_pairs = 30\n[calibrate]\nmonths = 24\n", encoding="utf-8")
    return path


@pytest.fixture
def call(book: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    def calibrate(*args: str | Path) -> Ended:
        code = main([str(arg) for arg in ("calibrate", "--store", book, *args)])
        said = capsys.readouterr()
        return Ended(code, said.out, said.err)

    return calibrate


def test_a_dry_run_in_words(call: Command, config: Path) -> None:
    ended = call("--dry-run", "-q", "--config", config)
    assert ended.code == 0
    text = " ".join(ended.out.split())
    assert text.startswith("Learned from 600 applications, 2019-10-18 to 2021-10-17. Link classes, threshold and tail cut were learned")
    for words in ("threshold T", "tail cut", "lift D", "mean intent", "resolution", "Moved most, by probability and pairs", "grade A"):
        assert words in text
    assert "applications of the last 30 days" in text
    assert text.endswith("Nothing was changed (--dry-run).")


def test_json_and_csv(call: Command, config: Path) -> None:
    row = json.loads(call("--dry-run", "-q", "--config", config, "--format", "json", "--from", "2020-10-01").out)
    assert (row["from"], row["to"], row["night"]) == ("2020-10-01", "2021-10-17", None)
    assert row["before"].keys() == row["after"].keys() >= {"version", "threshold", "p_cut", "lift", "mean_intent", "resolution", "pairs"}
    assert row["before"]["version"] != row["after"]["version"]
    assert {"link_class", "pairs_before", "pairs_after", "probability_before", "probability_after", "moved"} == row["classes"][0].keys()
    assert row["effect"]["before"].keys() == row["effect"]["after"].keys() >= {"flagged", "grade_A", "flagged_under_both"}
    rows = list(csv.DictReader(StringIO(call("--dry-run", "-q", "--config", config, "--format", "csv", "--from", "2020-10-01").out)))
    assert rows[0] == {"figure": "version", "before": row["before"]["version"], "after": row["after"]["version"]}
    assert [float(one["after"]) for one in rows if one["figure"] == "threshold"] == [row["after"]["threshold"]]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--export", "x.json", "--dry-run"), "takes no --from"),
        (("--from", "yesterday"), "is not a day"),
        (("--from", "2021-02-01", "--to", "2021-01-01"), "ends before it"),
        (("--from", "2031-02-01", "--to", "2031-03-01"), "the book goes from"),
        (("--from", "2021-10-16"), "too few to learn from"),
    ],
)
def test_wrong_usage_ends_with_2(call: Command, config: Path, args: tuple[str, ...], said: str) -> None:
    ended = call("--config", config, *args)
    assert (ended.code, said in ended.err) == (2, True)


def test_the_one_in_force_goes_to_a_file(call: Command, tmp_path: Path) -> None:
    to = tmp_path / "calibration.json"
    row = json.loads(call("--export", to, "--format", "json").out)
    assert row["to"] == str(to)
    assert json.loads(to.read_text())["case"] == "learned"
    assert row["calibration"] in call("--export", to).out
    assert call("--export", tmp_path / "no" / "file.json").code == 1
