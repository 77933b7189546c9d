"""What was known by the end of a day: the night, and the labels, in the book's own calendar."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraudgraph import asof, model
from fraudgraph.errors import UsageError
from fraudgraph.stores import Batch, Change, Reader, Store, open_store

MONDAY = datetime(2026, 3, 2, 20, 30, tzinfo=UTC)


@dataclass
class Book:
    """A store with nights at given moments, and labels."""

    known: list[datetime]
    zone: str = "UTC"
    given: list[datetime] = field(default_factory=list)
    night: int = -1

    @contextmanager
    def snapshot(self, night: int | None = None, made_by: Change | None = None) -> Iterator[Reader]:
        yield self.at(len(self.known))

    def at(self, night: int) -> Any:
        return Book(self.known, self.zone, self.given, night)

    def settings(self) -> dict[str, str]:
        return {"records.time_zone": self.zone}

    def batches(self) -> list[Batch]:
        return [Batch(number, "", "run", at.isoformat(), {}) for number, at in enumerate(self.known[: self.night], start=1)]

    def labels(self, gang_id: str | None = None) -> pl.DataFrame:
        rows = [("G-1", "confirmed", str(n), "ann", at, 1) for n, at in enumerate(self.given)]
        return pl.DataFrame(rows, schema=model.LABELS.schema, orient="row")


def night(book: Any, day: date | None) -> int:
    with asof.snapshot(book, day) as reader:
        return reader.night


def test_a_day_names_the_last_night_that_was_applied_by_its_end() -> None:
    book = Book([MONDAY + timedelta(days=days) for days in (0, 1, 1, 4)])
    found = {day: night(book, date(2026, 3, day)) for day in range(2, 9)}
    assert found == {2: 1, 3: 3, 4: 3, 5: 3, 6: 4, 7: 4, 8: 4}
    assert night(book, None) == 4


@pytest.mark.parametrize(("zone", "expected"), [("UTC", 1), ("Asia/Shanghai", 0), ("America/New_York", 1)])
def test_a_day_ends_where_the_book_is(zone: str, expected: int) -> None:
    book = Book([MONDAY - timedelta(days=9), MONDAY], zone)  # 20:30 UTC is the next day in Shanghai
    assert night(book, date(2026, 3, 2)) == expected + 1


def test_a_day_is_as_long_as_its_clock_says() -> None:
    assert asof.end_of(date(2026, 3, 28), "Europe/Berlin") == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert asof.end_of(date(2026, 3, 29), "Europe/Berlin") == datetime(2026, 3, 29, 22, tzinfo=UTC)


def test_a_day_before_the_book_is_a_wrong_use() -> None:
    book = Book([MONDAY], "Asia/Shanghai")
    with pytest.raises(UsageError, match="nothing of 2026-03-02 or before: it begins on 2026-03-03"):
        night(book, date(2026, 3, 2))


def test_an_empty_book_has_no_days(tmp_path: Any) -> None:
    store = open_store(tmp_path / "book.duckdb", create=True)
    assert night(store, None) == 0
    with pytest.raises(UsageError, match="empty still"):
        night(store, date(2026, 3, 2))


def test_labels_that_came_later_are_not_known() -> None:
    book = Book([MONDAY], given=[MONDAY + timedelta(hours=hours) for hours in (1, 4, 30)])
    store: Store = book  # type: ignore[assignment]
    for day, known in ((2, ["0"]), (3, ["0", "1"]), (4, ["0", "1", "2"])):
        with asof.snapshot(store, date(2026, 3, day)) as reader:
            assert reader.labels()["reason"].to_list() == known
            assert reader.at(1).labels()["reason"].to_list() == known
    with asof.snapshot(store) as reader:
        assert reader.labels().height == 3


@given(st.lists(st.integers(0, 200), min_size=1, max_size=8), st.integers(-1, 10))
def test_a_later_day_never_knows_less(hours: list[int], day: int) -> None:
    batches = Book([MONDAY + timedelta(hours=n) for n in hours]).at(len(hours)).batches()
    nights = [asof.night_of(batches, asof.end_of(MONDAY.date() + timedelta(days=day + more), "UTC")) for more in (0, 1)]
    assert nights[0] <= nights[1] <= len(hours)
    assert asof.night_of(batches, MONDAY + timedelta(hours=max(hours) + 1)) == len(hours)
