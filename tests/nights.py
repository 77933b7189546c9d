"""A whole book in memory as a night asks it: an answer to every question that a store gives by looking things up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from fraudgraph.graph.codes import Codes
from fraudgraph.model import SLOT, IntArray
from fraudgraph.night.known import crowds_of, first_of, melt, numbered
from fraudgraph.solving import Book
from fraudgraph.stores.numbers import Numbers, hashed, in_kinds


def records(book: Book) -> pl.DataFrame:
    """Return the records of everybody, in texts."""
    ids = "P-" + book.application_id.gather(book.first)
    head = {
        "application_id": book.application_id,
        "person_id": ids.gather(book.person),
        "applied_at": pl.Series(book.applied_at),
        "channel": book.channel,
    }
    return pl.DataFrame([*(series.alias(name) for name, series in head.items()), *(book.keys[n] for n in book.keys.columns if n in SLOT)])


def people(book: Book) -> pl.DataFrame:
    """Return what verdicts must know of everybody."""
    ids = "P-" + book.application_id.gather(book.first)
    counts = np.bincount(book.person, minlength=book.persons).astype(np.int64)
    first = pl.Series(book.applied_at).gather(book.first)
    return pl.DataFrame({"person_id": ids, "first_applied_at": first, "applications": counts, "intent": book.intent})


class Hashed:
    """`stores.numbers.Numbers` of records in texts."""

    def __init__(self, texts: pl.DataFrame) -> None:
        self._texts = texts
        self._records = numbered(texts, self)

    def of(self, texts: pl.Series, kind: str = "") -> pl.Series:
        return hashed(texts, kind)

    def of_keys(self, texts: pl.Series, kinds: pl.Series) -> pl.Series:
        return in_kinds(self, texts, kinds)

    def uses(self, values: pl.DataFrame) -> pl.DataFrame:
        found = melt(self._records).join(values, on="value").filter(pl.col("at").is_between("low", "high"))
        return found.select("value", "slot", "application", "person", "at")

    def records(self, people: pl.Series) -> pl.DataFrame:
        return self._records.filter(pl.col("person").is_in(people.implode()))

    def versions(self, applications: pl.Series) -> pl.DataFrame:
        return self._records.filter(pl.col("application").is_in(applications.implode()))

    def person_ids(self, people: pl.Series) -> pl.DataFrame:
        names = pl.DataFrame({"person": self._records["person"], "person_id": self._texts["person_id"]}).unique()
        return names.filter(pl.col("person").is_in(people.implode()))

    def application_ids(self, applications: pl.Series) -> pl.DataFrame:
        names = pl.DataFrame({"application": self._records["application"], "application_id": self._texts["application_id"]})
        return names.filter(pl.col("application").is_in(applications.implode()))


class Frames:
    """`stores.Reader.table` of some frames."""

    def __init__(self, frames: Mapping[str, pl.DataFrame]) -> None:
        self._frames = frames

    def table(self, name: str, columns: Iterable[str] | None = None, where: Mapping[str, Iterable[str]] | None = None) -> pl.DataFrame:
        found = self._frames[name]
        for column, values in (where or {}).items():
            found = found.filter(pl.col(column).is_in(list(values)))
        return found.select(list(columns)) if columns else found


class BookHashed(Hashed):
    """`stores.numbers.BookNumbers` of records in texts and their PAIRS."""

    def __init__(self, texts: pl.DataFrame, pairs: pl.DataFrame) -> None:
        super().__init__(texts)
        self._pairs = pairs

    def near(self) -> pl.DataFrame:
        ends = (hashed(self._pairs[name]).alias(end) for name, end in (("person_a", "a"), ("person_b", "b")))
        return pl.DataFrame([*ends, self._pairs["standing"]])

    def last(self) -> int:
        return int(self._records["at"].to_numpy().max(initial=0))


@dataclass
class InMemory:
    """`night.known.Known` of a book."""

    book: Book
    codes: Codes
    numbers: Numbers = field(init=False)

    def __post_init__(self) -> None:
        self.numbers = Hashed(records(self.book))

    def records(self, people: pl.Series, slots: Sequence[str] | None = None) -> pl.DataFrame:
        return records(self.book).filter(pl.col("person_id").is_in(people.implode()))

    def people(self, people_: pl.Series) -> pl.DataFrame:
        return people(self.book).filter(pl.col("person_id").is_in(people_.implode()))

    def windows(self) -> pl.DataFrame:
        return self.codes.windows

    def hubs(self) -> pl.DataFrame:
        return self.codes.hubs

    def crowds(self, values: pl.Series) -> pl.DataFrame:
        return crowds_of(self).filter(pl.col("value").is_in(values.implode()))

    def first(self, people: pl.Series) -> pl.Series:
        return first_of(people)

    def people_by_then(self, uses: pl.DataFrame) -> IntArray:
        return np.zeros(len(uses), np.int64)

    def last(self) -> int:
        return int(self.book.applied_at.max(initial=0))
