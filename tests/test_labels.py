"""Which gang is meant, and what was decided about it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from gang_nights import nights

from fraudgraph import labels
from fraudgraph.errors import UsageError
from fraudgraph.stores import Store, open_store

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Three gangs; the first is merged into the second on the second night."""
    store = open_store(tmp_path / "book.duckdb", create=True)
    nights(store, "abc defg nopq", "abcdefg nopq")
    return store


def test_a_gang_is_found_by_every_id_that_it_ever_had(store: Store) -> None:
    with store.snapshot() as reader:
        assert labels.find(reader, " G-d ") == labels.Gang("G-d", "G-d", ("G-a",))
        former = labels.find(reader, "G-a")
        assert former == labels.Gang("G-d", "G-a", ("G-a",))
        assert former.became == "G-a is part of G-d now."
        assert labels.find(reader, "G-n").became == ""
        assert labels.find(reader.at(1), "G-a") == labels.Gang("G-a", "G-a", ())


def test_an_unknown_gang_names_those_that_are_near(store: Store) -> None:
    with store.snapshot() as reader:
        with pytest.raises(UsageError, match="no gang 'G-x'; near it: G-a, G-d, G-n"):
            labels.find(reader, "G-x")
        with pytest.raises(UsageError, match=r"'fraudgraph'.*lists them"):
            labels.find(reader, "fraudgraph")
        with pytest.raises(UsageError, match="no gangs yet"):
            labels.find(reader.at(0), "G-a")
        with pytest.raises(UsageError) as caught:
            labels.find(reader, "x" * 5000)
        assert len(str(caught.value)) < 150


def test_labels_are_added_up_under_the_id_of_today(store: Store) -> None:
    first = labels.give(store, "G-a", "confirmed", "  same hand  ", " li.na ", NOW.astimezone(timezone(timedelta(hours=8))))
    labels.give(store, "G-d", "dismissed", "a family", "wang", NOW + timedelta(hours=1))
    assert first[0].gang_id == "G-d"
    with store.snapshot() as reader:
        assert reader.labels().rows() == [
            ("G-d", "confirmed", "same hand", "li.na", NOW, 2),
            ("G-d", "dismissed", "a family", "wang", NOW + timedelta(hours=1), 2),
        ]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"decision": "sure"}, "confirmed, suspicious or dismissed"),
        ({"decision": "open"}, "not 'open'"),
        ({"reason": "  "}, "--reason"),
        ({"reason": "x" * 2001}, "2,000"),
        ({"who": ""}, "FRAUDGRAPH_USER"),
        ({"who": "x" * 101}, "--who"),
        ({"name": "G-y"}, "no gang"),
    ],
)
def test_what_cannot_be_kept_is_a_wrong_use(store: Store, given: dict[str, str], said: str) -> None:
    whole = {"name": "G-d", "decision": "confirmed", "reason": "why", "who": "ann", **given}
    with pytest.raises(UsageError, match=said):
        labels.give(store, whole["name"], whole["decision"], whole["reason"], whole["who"], NOW)
    with store.snapshot() as reader:
        assert reader.labels().is_empty()


def test_bytes_that_are_no_text_are_kept_as_question_marks(store: Store) -> None:
    """A shell hands them over as lone surrogates."""
    labels.give(store, "G-d", "confirmed", "caf\udce9 \x00'; DROP", "ann", NOW)
    with store.snapshot() as reader:
        assert reader.labels()["reason"].to_list() == ["caf? \x00'; DROP"]
        with pytest.raises(UsageError, match="no gang"):
            labels.find(reader, "G-\udce9")
