"""``purge`` and ``audit`` as they are typed."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import pytest
from night_books import random_book, rules

from fraudgraph import pipeline
from fraudgraph.cli import main
from fraudgraph.cli.purge import OUT_OF_REACH


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("book")
    random_book(77, people=60, applications=120, gangs=5).write_csv(folder / "book.csv")
    pipeline.run([folder / "book.csv"], store=folder / "book.duckdb", settings=rules())
    return folder / "book.duckdb"


@pytest.fixture
def book(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("FRAUDGRAPH_KEY_FILE", str(tmp_path / "key"))
    monkeypatch.setenv("FRAUDGRAPH_USER", "li.na")
    monkeypatch.setenv("COLUMNS", "160")
    config = tmp_path / "rules.toml"
    config.write_text('[records]\ntime_zone = "Asia/Shanghai"\n', encoding="utf-8")
    return str(shutil.copy(made, tmp_path / "book.duckdb"))


def test_it_says_who_is_gone_and_what_it_did_not_reach(book: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["purge", "A0007", "--yes", "--reason", "asked on 3 May", "--store", book, "-q"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("1 person with ")
    assert all(place.split(":")[0] in said.replace("\n", " ") for place in OUT_OF_REACH)
    assert main(["purge", "--before", "2020-12-01", "--yes", "--store", book, "-q", "--format", "json"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert row["people"] > 1
    assert row["out_of_reach"] == list(OUT_OF_REACH)
    assert main(["audit", "--store", book, "--format", "json"]) == 0
    log = json.loads(capsys.readouterr().out)
    assert [(entry["who"], entry["command"]) for entry in log] == [("li.na", "purge")] * 2
    assert [entry["why"] for entry in log] == ["asked on 3 May", ""]
    assert main(["audit", "--verify", "--store", book]) == 0
    assert "The chain holds." in capsys.readouterr().out
    assert main(["audit", "--verify", "--head", log[0]["chain"], "--store", book, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["with_key"] == 2
    assert main(["audit", "--verify", "--head", "00", "--store", book]) == 1
    assert "its end was cut off" in capsys.readouterr().out.replace("\n", " ")


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["purge"], "Name either a PERSON or --before DATE."),
        (["purge", "A0007", "--before", "2020-01-01", "--yes"], "Name either a PERSON or --before DATE."),
        (["purge", "A0007"], "say --yes where nobody can be asked"),
        (["purge", "P-none", "--yes"], "no person and no application"),
        (["audit", "--head", "00"], "give both"),
    ],
)
def test_wrong_usage_is_exit_2_and_changes_nothing(book: str, capsys: pytest.CaptureFixture[str], args: list[str], says: str) -> None:
    before = Path(book).read_bytes()
    assert main([*args, "--store", book, *(["-q"] if args[0] == "purge" else [])]) == 2
    assert says in capsys.readouterr().err
    assert Path(book).read_bytes() == before


@pytest.mark.parametrize(("typed", "code"), [("purge\n", 0), ("yes\n", 130), ("\n", 130)])
def test_on_a_terminal_it_asks(
    book: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, typed: str, code: int
) -> None:
    monkeypatch.setattr("sys.stdin", Terminal(typed))
    before = Path(book).read_bytes()
    assert main(["purge", "A0007", "--store", book, "-q"]) == code
    assert "This takes 1 person with" in capsys.readouterr().err
    assert (Path(book).read_bytes() == before) is (code == 130)


def test_an_empty_log(book: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "--store", book]) == 0
    assert capsys.readouterr().out.startswith("Nobody has revealed")
    assert main(["audit", "--verify", "--store", book]) == 0


def test_a_log_that_was_changed_is_exit_1(book: str, capsys: pytest.CaptureFixture[str]) -> None:
    import duckdb

    assert main(["undo", "1", "--store", book]) == 0
    with duckdb.connect(book) as duck:
        duck.execute("UPDATE audit SET who = 'nobody'")
    assert main(["audit", "--verify", "--store", book]) == 1
    assert "entry 1 was changed" in capsys.readouterr().out
