"""The analyst's queue: its order, its filters and its figures."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from fake_reader import Book, FakeReader, lenders_book
from gang_nights import nights

from fraudgraph import labels, model
from fraudgraph.alerts import ALERTS
from fraudgraph.reports.queue import QUEUE, Wanted, ordered, queue
from fraudgraph.stores import Store, open_store

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Seven gangs: one of each decision, one raised again, one dissolved; all of one grade, the later ones asked for more."""
    store = open_store(tmp_path / "book.duckdb", create=True)
    nights(store, "abc def ghi jkl mno pqr stu")
    for gang, decision in (("G-a", "dismissed"), ("G-d", "confirmed"), ("G-g", "suspicious"), ("G-j", "confirmed"), ("G-m", "dismissed")):
        labels.give(store, gang, decision, "why", "ann", NOW)
    nights(store, "abc def ghi jklv mnowx -pqr stu")
    return store


def listed(store: Store, **wanted: object) -> list[str]:
    with store.snapshot() as reader:
        return queue(reader, Wanted(**wanted))["gang_id"].to_list()  # type: ignore[arg-type]


def test_what_waits_comes_first_then_suspicious_confirmed_dismissed_dissolved(store: Store) -> None:
    assert listed(store) == ["G-m", "G-s", "G-j", "G-g", "G-d", "G-a", "G-p"]
    with store.snapshot() as reader:
        found = {row["gang_id"]: row for row in queue(reader).iter_rows(named=True)}
    assert [found[gang]["waits"] for gang in ("G-m", "G-s", "G-j", "G-g", "G-d", "G-a", "G-p")] == [True] * 3 + [False] * 4
    assert [found[gang]["alert"] for gang in ("G-m", "G-s", "G-j", "G-a", "G-p")] == ["changed", "", "changed", "dismissed", ""]
    assert [found[gang]["since_label"] for gang in ("G-m", "G-s", "G-j", "G-a")] == [2, None, 1, 0]


def test_the_figures_of_a_gang(store: Store) -> None:
    with store.snapshot() as reader:
        row = queue(reader, Wanted(status="grown")).filter(pl.col("gang_id") == "G-m").row(0, named=True)
    assert row["channels"] == "=shop 店 4; web 1"
    assert (row["members"], row["applications"], row["grade"], row["status"]) == (5, 5, "B", "grown")
    assert row["amount"] == 100.0 * (13 + 14 + 15 + 23 + 24)
    assert row["growth"] == 5


@pytest.mark.parametrize(
    ("wanted", "gangs"),
    [
        ({"grades": ("B", "A")}, ["G-m", "G-s", "G-j", "G-g", "G-d", "G-a", "G-p"]),
        ({"grades": ("A",)}, []),
        ({"decision": "open"}, ["G-s", "G-p"]),
        ({"decision": "dismissed"}, ["G-m", "G-a"]),
        ({"status": "dissolved"}, ["G-p"]),
        ({"status": "grown", "decision": "confirmed"}, ["G-j"]),
        ({"channel": " =SHOP 店"}, ["G-m", "G-s", "G-j", "G-p"]),
        ({"channel": "web"}, ["G-m", "G-j", "G-g", "G-d", "G-a"]),
        ({"channel": "nobody's"}, []),
        ({"since": date(2026, 1, 23)}, ["G-m", "G-s", "G-j", "G-g", "G-d", "G-a", "G-p"]),
        ({"since": date(2026, 1, 24)}, ["G-m", "G-s", "G-j"]),
        ({"since": date(2026, 1, 25)}, []),
    ],
)
def test_filters(store: Store, wanted: dict[str, object], gangs: list[str]) -> None:
    """The book is in Shanghai: it began on 23 January at four in the morning there, and the next day began with its letter u."""
    assert listed(store, **wanted) == gangs


def test_joined_lately_is_counted_from_the_newest_application_of_the_book() -> None:
    book = Book()
    gang = [book.person(day, 0.8) for day in (0, 10, 35, 41)]
    book.group(gang, "A")
    book.person(70, 0.1)
    reader = book.reader()
    assert queue(reader)["growth"].to_list() == [1]
    newest = reader.tables["applications"]["applied_at"].max()
    assert isinstance(newest, datetime)
    shifted = pl.when(pl.col("person_id") == gang[0]).then(pl.lit(newest - timedelta(days=30))).otherwise("first_applied_at")
    persons = reader.tables["persons"].with_columns(first_applied_at=shifted)
    assert queue(replace(reader, tables={**reader.tables, "persons": persons}))["growth"].to_list() == [1], "thirty days are not lately"


def test_an_empty_book_has_an_empty_queue(tmp_path: Path) -> None:
    with open_store(tmp_path / "book.duckdb", create=True).snapshot() as reader:
        assert queue(reader).equals(QUEUE.empty())


def test_a_lenders_book_in_any_order_of_rows() -> None:
    reader = lenders_book(plain=60).reader()
    found = queue(reader)
    assert found["grade"].is_sorted()
    for _, same in found.group_by("grade"):
        assert same["amount"].is_sorted(descending=True)
    mixed = {name: frame.sample(fraction=1.0, shuffle=True, seed=4) for name, frame in reader.tables.items()}
    assert queue(FakeReader(mixed, reader.summary, reader.remembered)).equals(found)


def test_the_order_is_by_decision_grade_amount_mean_and_id() -> None:
    rows = [
        ("g1", "C-1", "A", 5.0, 0.5, "open", True),
        ("g2", "C-2", "B", 9.0, 0.5, "open", True),
        ("g3", "C-3", "B", 9.0, 0.4, "confirmed", True),
        ("g4", "C-4", "B", 9.0, 0.4, "open", True),
        ("g5", "C-5", "B", None, 0.9, "open", True),
        ("g6", "C-6", "", 99.0, 0.9, "open", True),
        ("g7", "C-7", "D", 1.0, 0.5, "suspicious", False),
        ("g8", "C-8", "A", 1.0, 0.5, "confirmed", False),
        ("g9", "C-9", "A", 1.0, 0.5, "dismissed", False),
        ("h1", "", "A", 1.0, 0.5, "confirmed", False),
        ("h2", "", "A", 1.0, 0.4, "open", False),
    ]
    names = ["gang_id", "community_id", "grade", "amount", "mean_intent", "decision", "waits"]
    types = {**model.GANGS.schema, **ALERTS.schema}
    shuffled = random.Random(3).sample(rows, len(rows))
    found = ordered(pl.DataFrame(shuffled, schema={name: types[name] for name in names}, orient="row"))
    assert found["gang_id"].to_list() == [row[0] for row in rows]
