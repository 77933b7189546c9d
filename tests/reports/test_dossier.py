"""One gang and its life, as they are told."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from fake_reader import lenders_book
from gang_nights import NAME, PHONE, nights

from fraudgraph import labels
from fraudgraph.reports.dossier import Dossier, dossier
from fraudgraph.reports.history import history
from fraudgraph.stores import Store, open_store

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = open_store(tmp_path / "book.duckdb", create=True)
    nights(store, "abc defg")
    labels.give(store, "G-a", "suspicious", f"call {PHONE} or li@x.cn, see G-d", "ann", NOW)
    nights(store, "abcdefgh", "abcdefghi")
    labels.give(store, "G-a", "dismissed", "a family", "bob", NOW)
    nights(store, "-abcdefghi")
    return store


def told(store: Store, name: str, night: int | None = None) -> list[tuple[object, ...]]:
    with store.snapshot(night) as reader:
        life = history(reader, labels.find(reader, name))
    return life.select("night", "gang_id", "event", "from_ids", "cause_application", "members", "who", "reason").rows()


def shown(store: Store, name: str, night: int | None = None) -> Dossier:
    with store.snapshot(night) as reader:
        return dossier(reader, labels.find(reader, name))


def test_a_life_has_every_night_and_every_label_of_the_gang_and_of_those_it_absorbed(store: Store) -> None:
    whole = [
        (1, "G-a", "born", "", "c", 3, None, None),
        (1, "G-d", "born", "", "g", 4, None, None),
        (1, "G-a", "suspicious", None, None, 3, "ann", "call ***00 or l***@x.cn, see G-d"),
        (2, "G-d", "merged", "G-a", "h", 8, None, None),
        (3, "G-d", "grown", "", "i", 9, None, None),
        (3, "G-d", "dismissed", None, None, 9, "bob", "a family"),
        (4, "G-d", "dissolved", "", "i", 9, None, None),
    ]
    assert told(store, "G-d") == told(store, "G-a") == whole
    assert told(store, "G-d", 3) == whole[:6]
    assert told(store, "G-d", 1) == [whole[1]]
    assert told(store, "G-a", 1) == [whole[0], whole[2]]


def test_a_life_says_when_and_how_bad(store: Store) -> None:
    with store.snapshot() as reader:
        life = history(reader, labels.find(reader, "G-d"))
        known = [datetime.fromisoformat(batch.known_at) for batch in reader.batches()]
    nights = life.filter(pl.col("kind") == "night")
    assert nights["at"].to_list() == [known[night - 1] for night in nights["night"]]
    assert life.filter(pl.col("kind") == "label")["at"].to_list() == [NOW, NOW]
    assert life["grade"].to_list() == ["B"] * 7
    assert life["mean_intent"].to_list() == [0.75] * 7


def test_one_gang(store: Store) -> None:
    found = shown(store, "G-a", 3)
    assert found.gang["gang_id"] == "G-d"
    standing = {name: found.gang[name] for name in ("decision", "alert", "waits", "since_label")}
    assert standing == {"decision": "dismissed", "alert": "dismissed", "waits": False, "since_label": 0}
    assert found.aliases == ("G-a",)
    assert found.versions == {"calibration": "c1", "ruleset": "r1"}
    assert found.members["person_id"].sort().to_list() == [f"P-{letter}" for letter in "abcdefghi"]
    assert set(found.members["name"]) == {"王**"}
    assert found.members.filter(pl.col("person_id") == "P-c")["amount"].to_list() == [300.0]
    (phone,) = found.shared.rows(named=True)
    assert (phone["kind"], phone["value"], phone["members"], phone["others"]) == ("phone", "138****0000", 9, 0)
    assert phone["person_ids"].split(";") == found.members["person_id"].to_list()
    assert found.ties.height == 8
    assert found.life.height == 6


def test_a_dissolved_gang_is_shown_as_it_was(store: Store) -> None:
    found = shown(store, "G-d")
    assert (found.gang["status"], found.gang["community_id"], found.gang["alert"]) == ("dissolved", "", "")
    assert found.members.height == 9


def test_nothing_personal_is_shown_plain(store: Store) -> None:
    found = shown(store, "G-d")
    whole = json.dumps([found.gang, found.why, *(t.to_dicts() for t in (found.members, found.shared, found.ties, found.life))], default=str)
    assert PHONE not in whole
    assert NAME not in whole


def test_what_explains_most_comes_first_and_ties_the_strongest_first() -> None:
    reader = lenders_book(plain=60).reader()
    for gang in reader.tables["gangs"]["gang_id"]:
        found = dossier(reader, labels.Gang(gang, gang, ()))
        assert found.members.height == found.gang["members"]
        assert found.ties["probability"].is_sorted(descending=True)
        assert set(found.ties["person_a"]) | set(found.ties["person_b"]) <= set(found.members["person_id"])
        assert found.title.startswith(f"{found.gang['members']} people")
        held = found.shared.filter(~pl.col("kind").str.starts_with("relation:"))
        assert held["person_ids"].str.split(";").list.len().to_list() == held["members"].to_list()
