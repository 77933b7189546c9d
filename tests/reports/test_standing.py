"""How gangs stand on a night, read from stores: labels, alerts, and people who have another id than then."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from fake_reader import Book, FakeReader
from gang_nights import nights

from fraudgraph import labels
from fraudgraph.reports import report, tables
from fraudgraph.reports.standing import setting, standing
from fraudgraph.settings import defaults
from fraudgraph.stores import Store, Version, open_store

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path / "book.duckdb", create=True)


def stand(store: Store, night: int | None = None) -> dict[str, tuple[object, ...]]:
    """gang -> (decision, alert, waits, since_label)."""
    with store.snapshot(night) as reader:
        return {row[0]: row[1:] for row in standing(reader).iter_rows()}


def label(store: Store, gang: str, decision: str) -> None:
    labels.give(store, gang, decision, "why", "ann", NOW)


def test_an_empty_store_has_no_gangs(store: Store) -> None:
    assert stand(store) == {}


def test_the_life_of_a_dismissed_gang(store: Store) -> None:
    nights(store, "abcd", "abcd")
    assert stand(store, 1) == {"G-a": ("open", "new", True, None)}
    assert stand(store, 2) == {"G-a": ("open", "", True, None)}
    label(store, "G-a", "dismissed")
    assert stand(store, 2) == {"G-a": ("dismissed", "dismissed", False, 0)}
    assert stand(store, 1) == {"G-a": ("open", "new", True, None)}
    nights(store, "abcde", "-abcde", "abcdef", "abcdef")
    assert stand(store, 3) == {"G-a": ("dismissed", "dismissed", False, 1)}
    assert stand(store, 4) == {"G-a": ("dismissed", "", False, 1)}
    assert stand(store, 5) == {"G-a": ("dismissed", "changed", True, 2)}
    assert stand(store, 6) == {"G-a": ("dismissed", "", True, 2)}
    label(store, "G-a", "confirmed")
    assert stand(store) == {"G-a": ("confirmed", "", False, 0)}


def test_a_gang_that_took_in_a_dismissed_one_is_measured_by_the_people_of_that_one(store: Store) -> None:
    nights(store, "abc defg")
    label(store, "G-a", "dismissed")
    nights(store, "abcdefg")
    assert stand(store) == {"G-d": ("dismissed", "changed", True, 4)}
    label(store, "G-a", "dismissed")
    assert stand(store) == {"G-d": ("dismissed", "dismissed", False, 0)}


def test_a_part_that_was_split_off_is_open_and_new(store: Store) -> None:
    nights(store, "abcdefg")
    label(store, "G-a", "dismissed")
    nights(store, "abc defg")
    assert stand(store) == {"G-a": ("dismissed", "changed", True, 3), "G-a.2": ("open", "new", True, None)}


def test_a_gang_that_comes_back_is_measured_by_its_last_people(store: Store) -> None:
    nights(store, "abc", "-abc", "-abc", "abc", "-abc", "abcx")
    assert [stand(store, night)["G-a"][1] for night in range(1, 7)] == ["new", "", "", "", "", "changed"]


def test_a_label_of_a_night_that_was_taken_back_counts_again_with_that_night(store: Store) -> None:
    nights(store, "abc", "abcd")
    label(store, "G-a", "confirmed")
    with store.lock() as writer:
        writer.undo(2)
    assert stand(store)["G-a"][0] == "open"
    nights(store, "abcd")
    assert stand(store)["G-a"] == ("confirmed", "changed", False, 0)


def test_the_share_is_that_of_the_rules_in_force(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    nights(store, "abcd")
    with store.snapshot() as reader:
        assert setting(reader, "verdicts.realert_share") == defaults().number("verdicts.realert_share") == 0.25
        monkeypatch.setattr(type(reader), "ruleset", lambda self: Version("r", {"verdicts.realert_share": 0.5}))
        assert setting(reader, "verdicts.realert_share") == 0.5
        label(store, "G-a", "dismissed")
    nights(store, "abcdef")
    assert stand(store)["G-a"][1] == "dismissed"


def people(reader: FakeReader, **gangs: str) -> FakeReader:
    """Give the reader these gangs, a letter the person of that name."""
    rows = [(gang, f"P-{letter}") for gang, word in gangs.items() for letter in word]
    members = pl.DataFrame(rows, schema={"gang_id": pl.String, "person_id": pl.String}, orient="row")
    live = pl.DataFrame({"gang_id": list(gangs), "community_id": [f"C-{gang}" for gang in gangs]})
    return replace(reader, tables={**reader.tables, "gang_members": members, "gangs": live})


def test_people_who_turn_out_to_be_others_have_not_changed() -> None:
    """b made an earlier application, z: the person is P-z now. c turned out to be a. d left the book."""
    blank = Book().reader()
    before = people(replace(blank, night=1), G="abcd")
    owners = {"a": "P-a", "b": "P-z", "z": "P-z", "c": "P-a"}
    membership = pl.DataFrame({"application_id": list(owners), "person_id": list(owners.values()), "how": ""})
    for now, alert in (("az", "changed"), ("azd", "")):
        reader = people(replace(blank, night=2, earlier={1: before}), G=now)
        reader = replace(reader, tables={**reader.tables, "membership": membership})
        assert standing(reader)["alert"].to_list() == [alert], now


def test_files_and_page_say_what_was_decided(store: Store) -> None:
    nights(store, "abc defg nopq", "abch defg nopq", grade="A")
    label(store, "G-d", "dismissed")
    with store.snapshot() as reader:
        gangs = tables.gangs(reader)
        assert gangs.select("gang_id", "decision", "alert").rows() == [
            ("G-a", "open", "changed"),
            ("G-n", "open", ""),
            ("G-d", "dismissed", "dismissed"),
        ]
        flags = tables.flags(reader, 1).select("application_id", "gang_id", "grade", "alert")
        found = {row[0]: row[1:] for row in flags.iter_rows()}
        assert found["a"] == ("G-a", "A", "changed")
        assert found["d"] == ("G-d", "A", "dismissed")
        assert found["n"] == ("G-n", "A", "")
        page = report.page(reader, 2)
    assert page.count('<article class="card"') == 2
    cards = page[: page.index('id="all"')]
    assert ">G-a<" in cards
    assert ">G-d<" not in cards
    assert "unchanged<br>dismissed" in page


def test_when_all_were_dismissed_the_page_shows_none_as_the_worst(store: Store) -> None:
    nights(store, "abc")
    label(store, "G-a", "dismissed")
    with store.snapshot() as reader:
        page = report.page(reader, 1)
    assert '<article class="card"' not in page
    assert "All suspected gangs" in page


def test_changes_are_what_the_night_did_to_older_gangs(store: Store) -> None:
    nights(store, "abc defg nopqrs", "abcdefg nop qrs tuv", "abcdefgh -nop qrs tuv")
    with store.snapshot() as reader:
        assert tables.changes(reader, 1).rows() == []
        assert tables.changes(reader, 2).rows() == [("G-d", "merged", "G-a", "g"), ("G-n", "split", "G-q", "s")]
        assert tables.changes(reader, 3).rows() == [("G-d", "grown", "", "h"), ("G-n", "dissolved", "", "p")]
