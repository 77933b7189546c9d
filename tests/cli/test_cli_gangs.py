"""``gangs``, ``gang``, ``history`` and ``label`` on a book of three nights, as an analyst types them."""

from __future__ import annotations

import csv as csv_format
import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from cli_fakes import Command, Ended
from gang_nights import NAME, PHONE, nights
from rich.cells import cell_len

from fraudgraph.stores import open_store

REASON = "同一只手 \u202e" + PHONE


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "book.duckdb"
    nights(open_store(path, create=True), "abc defg nopq", "abcdefg nopq", "abcdefg nopqr -stu", grade="A")
    return path


@pytest.fixture
def ask(command: Command, path: Path) -> Command:
    def call(*args: str | Path) -> Ended:
        ended = command(*args, "--store", path)
        assert PHONE not in ended.out + ended.err
        assert NAME not in ended.out + ended.err
        return ended

    return call


def objects(ended: Ended) -> Any:
    assert ended.code == 0, ended.err
    return json.loads(ended.out)


def records(ended: Ended) -> list[dict[str, str]]:
    assert ended.code == 0, ended.err
    return list(csv_format.DictReader(StringIO(ended.out)))


def test_the_queue_in_three_formats(ask: Command) -> None:
    found = objects(ask("gangs", "--format", "json"))
    assert [row["gang_id"] for row in found] == ["G-n", "G-d"]
    assert found[0] == {
        "gang_id": "G-n", "grade": "A", "members": 5, "applications": 5, "amount": 8000.0, "mean_intent": 0.75, "threshold": 0.5,
        "channels": "=shop 店 5", "growth": 5, "status": "grown", "decision": "open", "alert": "changed", "since_label": None,
        "waits": True, "first_applied_at": "2026-01-23T17:00:00+08:00", "last_applied_at": "2026-01-23T21:00:00+08:00",
    }  # fmt: skip
    rows = records(ask("gangs", "--format", "csv"))
    assert [list(row) for row in rows] == [list(found[0])] * 2
    assert rows[0]["channels"] == "'=shop 店 5"
    assert (rows[0]["since_label"], rows[0]["waits"]) == ("", "true")
    text = ask("gangs").out
    assert "2 gangs, 2 of them wait for a decision." in text
    assert text.index("G-n") < text.index("G-d")


def test_filters_and_limit(ask: Command) -> None:
    assert [row["gang_id"] for row in objects(ask("gangs", "--limit", "1", "--format", "json"))] == ["G-n"]
    assert "1 more with --limit 2." in ask("gangs", "--limit", "1").out
    assert objects(ask("gangs", "--grade", "b, C", "--format", "json")) == []
    assert ask("gangs", "--grade", "B").out == "No gang fits.\n"
    assert records(ask("gangs", "--grade", "B", "--format", "csv")) == []
    assert len(objects(ask("gangs", "--grade", "a,b", "--since", "2026-01-23", "--channel", "WEB", "--format", "json"))) == 1
    assert len(objects(ask("gangs", "--status", "unchanged", "--decision", "open", "--format", "json"))) == 1


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["gangs", "--grade", "E"], "'E' are no grades"),
        (["gangs", "--grade", ","], "no grades"),
        (["gangs", "--since", "yesterday"], "'yesterday' is not a day, such as 2026-01-22"),
        (["gangs", "--as-of", "0001-01-01"], "day of our times"),
        (["gangs", "--status", "dead"], "'dead' is not one of"),
        (["gangs", "--limit", "0"], "0 is not in the range"),
        (["gangs", "--as-of", "2001-01-01"], "the book has nothing of 2001-01-01 or before: it begins on"),
        (["gang", "G-x"], "there is no gang 'G-x'; near it: G-a, G-d, G-n"),
        (["history", "nobody"], "there is no gang 'nobody': `fraudgraph gangs` lists them"),
        (["label", "G-d", "sure", "--reason", "x"], "'sure' is not one of"),
        (["label", "G-d", "confirmed"], "Missing option '--reason'"),
        (["label", "G-d", "confirmed", "--reason", " "], "a label needs its reason"),
        (["label", "G-x", "confirmed", "--reason", "x"], "there is no gang"),
    ],
)
def test_wrong_use_is_one_sentence_and_exit_2(ask: Command, args: list[str], said: str) -> None:
    ended = ask(*args)
    assert ended.code == 2
    assert said in " ".join(ended.err.split())
    assert ended.out == ""


def test_no_store_is_exit_1(command: Command, tmp_path: Path) -> None:
    for args in (["gangs"], ["gang", "G-a"], ["history", "G-a"], ["label", "G-a", "confirmed", "--reason", "x"], ["undo", "1"]):
        ended = command(*args, "--store", tmp_path / "none.duckdb")
        assert ended.code == 1
        assert "there is no store" in ended.err
    assert not (tmp_path / "none.duckdb").exists()


def test_a_label_comes_back_everywhere(ask: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRAUDGRAPH_USER", "li.na")
    given = objects(ask("label", "G-a", "confirmed", "--reason", REASON, "--format", "json"))
    assert {name: given[name] for name in ("gang_id", "label", "who", "night")} == {
        "gang_id": "G-d", "label": "confirmed", "who": "li.na", "night": 3,
    }  # fmt: skip
    said = ask("label", "G-a", "dismissed", "--reason", "一家人", "--who", "王").out
    assert said == "G-a is part of G-d now.\nG-d is dismissed now, by 王.\n"
    assert [row["decision"] for row in objects(ask("gangs", "--format", "json"))] == ["open", "dismissed"]
    gang = objects(ask("gang", "G-a", "--format", "json"))
    assert (gang["gang_id"], gang["decision"], gang["alert"], gang["aliases"]) == ("G-d", "dismissed", "dismissed", ["G-a"])
    life = objects(ask("history", "G-d", "--format", "json"))
    assert [(row["event"], row["who"]) for row in life if row["kind"] == "label"] == [("confirmed", "li.na"), ("dismissed", "王")]
    assert [row["reason"] for row in records(ask("history", "G-d", "--format", "csv")) if row["kind"] == "label"] == [
        "同一只手 \u202e***00", "一家人",
    ]  # fmt: skip
    text = ask("history", "G-a").out
    assert text.startswith("G-a is part of G-d now.")
    assert "同一只手 \N{REPLACEMENT CHARACTER}***00" in text


def test_who_is_the_login_name_where_nothing_is_said(ask: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FRAUDGRAPH_USER", raising=False)
    monkeypatch.setattr("getpass.getuser", lambda: "ann")
    assert records(ask("label", "G-d", "confirmed", "--reason", "x", "--format", "csv"))[0]["who"] == "ann"

    def nobody() -> str:
        raise KeyError("uid")

    monkeypatch.setattr("getpass.getuser", nobody)
    ended = ask("label", "G-d", "confirmed", "--reason", "x")
    assert (ended.code, "--who" in ended.err) == (2, True)


def test_one_gang_in_three_formats(ask: Command) -> None:
    gang = objects(ask("gang", "G-n", "--format", "json"))
    assert gang["title"] == "5 people around one phone"
    assert [person["person_id"] for person in gang["people"]] == [f"P-{letter}" for letter in "rqpon"]
    assert gang["people"][0]["name"] == "王**"
    assert gang["shared"][0]["value"] == "138****0000"
    assert len(gang["ties"]) == 4
    assert [row["event"] for row in gang["history"]] == ["born", "grown"]
    rows = records(ask("gang", "G-n", "--format", "csv"))
    assert [row["about"] for row in rows] == ["gang", *["person"] * 5, "shared", *["tie"] * 4, "event", "event"]
    assert rows[0]["gang_id"] == "G-n"
    text = ask("gang", "G-n").out
    for part in ("G-n: 5 people around one phone", "People", "What they share", "138****0000", "Ties", "What happened", "grown"):
        assert part in text


def test_the_book_as_it_was_known(ask: Command, path: Path) -> None:
    today = (datetime.now(UTC) + timedelta(hours=8)).date()  # the book is in Shanghai
    for day in (today + timedelta(days=1), today + timedelta(days=400)):
        assert len(objects(ask("gangs", "--as-of", day.isoformat(), "--format", "json"))) == 2
    assert ask("gangs", "--as-of", (today - timedelta(days=2)).isoformat()).code == 2


def test_a_dissolved_gang_is_shown_as_it_was(ask: Command, path: Path) -> None:
    nights(open_store(path, create=False), "-abcdefg nopqr")
    assert "It is not over the line any more" in ask("gang", "G-d").out
    assert objects(ask("gangs", "--format", "json"))[-1]["status"] == "dissolved"


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_tables_fit_the_terminal_chinese_included(ask: Command, monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    ask("label", "G-d", "dismissed", "--reason", "一家人，住在同一栋楼里，电话也是同一个，已经核实过了。" * 3, "--who", "欧阳娜娜欧阳娜娜")
    monkeypatch.setenv("COLUMNS", str(width))
    for args in (["gangs"], ["gang", "G-d"], ["history", "G-d"]):
        lines = ask(*args).out.splitlines()
        assert max(map(cell_len, lines)) <= width
        assert sum(line.count("G-d") for line in lines) >= 1
    queue = ask("gangs").out
    assert ("=shop 店" in queue) == (width >= 120)
    assert ("(no room for:" in queue) == (width < 200)


def test_long_ids_are_folded_and_never_cut(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from fraudgraph.cli import fitting, show

    monkeypatch.setenv("COLUMNS", "60")
    long = "G-" + "申请" * 60
    columns = (fitting.Column("gang", least=10), fitting.Column("people", numeric=True), fitting.Column("more", 1))
    parts = fitting.table("", columns, [(long, 5, "x")], show.width())
    folded = printed(parts)
    assert max(map(cell_len, folded)) <= 60
    assert "".join(line.split()[0] for line in folded[2:]) == long


def printed(parts: list[Any]) -> list[str]:
    from contextlib import redirect_stdout

    from fraudgraph.cli import show

    text = StringIO()
    with redirect_stdout(text):
        show.as_text(parts)
    return [line for line in text.getvalue().splitlines() if line.strip()]


def test_the_least_important_columns_give_way_first() -> None:
    from fraudgraph.cli.fitting import Column, fitting

    columns = (Column("a"), Column("b", 2), Column("c", 1), Column("d", 2))
    cells = [("x" * 10,) * 4]
    assert [fitting(columns, cells, width) for width in (49, 48, 35, 22, 9, 1)] == [
        [0, 1, 2, 3], [0, 1, 2], [0, 2], [0], [0], [0],
    ]  # fmt: skip
