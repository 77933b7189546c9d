"""What was known by the end of a day: the book as of then, for every command that takes ``--as-of``.

A day is a calendar day in the book's time zone. It names the last night that was applied by its end, and the labels that were given by
its end; everything else that a reader says follows from the night.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from fraudgraph.errors import UsageError
from fraudgraph.stores.numbers import BookNumbers
from fraudgraph.stores.port import Batch, Reader, Store, Version


def end_of(day: date, zone: str) -> datetime:
    """Return the moment at which ``day`` is over in ``zone``, in UTC."""
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), ZoneInfo(zone)).astimezone(UTC)


def night_of(batches: Sequence[Batch], until: datetime) -> int:
    """Return the last night that was applied before ``until``; 0 where none was."""
    return max((batch.night for batch in batches if datetime.fromisoformat(batch.known_at) < until), default=0)


@contextmanager
def snapshot(store: Store, day: date | None = None) -> Iterator[Reader]:
    """Open the book as it was known by the end of ``day`` (as it is now if None), labels included.

    Raises UsageError for a day on which there was no book yet.
    """
    with store.snapshot() as reader:
        if day is None:
            yield reader
            return
        zone = str(reader.settings().get("records.time_zone") or "UTC")
        until = end_of(day, zone)
        batches = reader.batches()
        night = night_of(batches, until)
        if not night:
            since = f"it begins on {_local_day(batches[0], zone)}" if batches else "it is empty still"
            raise UsageError(f"the book has nothing of {day.isoformat()} or before: {since}")
        yield _Known(reader.at(night), until)


def _local_day(batch: Batch, zone: str) -> str:
    return datetime.fromisoformat(batch.known_at).astimezone(ZoneInfo(zone)).date().isoformat()


class _Known:
    """A reader that knows no label which was given later than a moment."""

    def __init__(self, reader: Reader, until: datetime) -> None:
        self._reader = reader
        self._until = until

    @property
    def night(self) -> int:
        return self._reader.night

    def at(self, night: int) -> Reader:
        return _Known(self._reader.at(night), self._until)

    def held(self) -> AbstractContextManager[None]:
        return self._reader.held()

    def labels(self, gang_id: str | None = None) -> pl.DataFrame:
        return self._reader.labels(gang_id).filter(pl.col("at") < self._until)

    def table(
        self, name: str, columns: Iterable[str] | None = None, where: Mapping[str, Iterable[str]] | None = None
    ) -> pl.DataFrame:
        return self._reader.table(name, columns, where)

    def users(self, values: pl.DataFrame) -> pl.DataFrame:
        return self._reader.users(values)

    def ending(self, slots: Iterable[str], ending: str) -> pl.DataFrame:
        return self._reader.ending(slots, ending)

    def numbers(self) -> BookNumbers:
        return self._reader.numbers()

    def batch_table(self, name: str, night: int) -> pl.DataFrame:
        return self._reader.batch_table(name, night)

    def events(self, gang_id: str | None = None) -> pl.DataFrame:
        return self._reader.events(gang_id)

    def batches(self) -> list[Batch]:
        return self._reader.batches()

    def calibration(self) -> Version | None:
        return self._reader.calibration()

    def ruleset(self) -> Version | None:
        return self._reader.ruleset()

    def settings(self) -> Mapping[str, Any]:
        return self._reader.settings()
