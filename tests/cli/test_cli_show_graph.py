"""``fraudgraph show-graph`` on a real store."""

from __future__ import annotations

from pathlib import Path

import pytest

from fraudgraph import pipeline
from fraudgraph.cli import main
from fraudgraph.settings import defaults
from fraudgraph.stores import open_store

HEADER = "application_id,applied_at,name,phone,device_id,bank_card,fraud_intent\n"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small book in which four people of high intent share a device and a card, among people who share nothing."""
    folder = tmp_path_factory.mktemp("graph")
    rows = [f"G{n},2026-01-0{n + 1} 10:00:00,王伟{n},1380013800{n},shared-device-1,62220212345678901{n % 2},0.9{n}" for n in range(4)]
    rows += [f"N{n},2026-01-02 11:00:{n:02},李静{n},139001390{n:02},own-device-{n},62220212345670{n:05},0.1" for n in range(40)]
    (folder / "book.csv").write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8")
    pipeline.run([folder / "book.csv"], store=folder / "book.duckdb", settings=defaults())
    return folder / "book.duckdb"


def gang(store: Path) -> str:
    with open_store(store, create=False).snapshot() as reader:
        return str(reader.table("gangs")["gang_id"][0])


def test_it_writes_the_page_and_says_nothing(store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "gang.html"
    assert main(["show-graph", gang(store), "--store", str(store), "--out", str(out)]) == 0
    assert capsys.readouterr() == ("", "")
    assert gang(store) in out.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["G-nobody"], 2), ([], 2), (["G-nobody", "--as-of", "1999-01-01"], 2), (["G-nobody", "--as-of", "soon"], 2)],
)
def test_wrong_usage_is_exit_2_and_writes_nothing(store: Path, tmp_path: Path, arguments: list[str], code: int) -> None:
    out = tmp_path / "gang.html"
    assert main(["show-graph", *arguments, "--store", str(store), "--out", str(out)]) == code
    assert not out.exists()


def test_a_place_that_cannot_be_written_is_exit_1(store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show-graph", gang(store), "--store", str(store), "--out", str(tmp_path / "no" / "gang.html")]) == 1
    assert "choose another file with --out" in capsys.readouterr().err


def test_help_has_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show-graph", "--help"]) == 0
    assert "fraudgraph show-graph G-" in capsys.readouterr().out
