"""A whole book in memory as a night asks it: an answer to every question that a store gives by looking things up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from fraudgraph.graph.codes import Codes
from fraudgraph.model import HUB_WINDOWS, HUBS, SLOT
from fraudgraph.night.uses import melt
from fraudgraph.solving import Book


def records(book: Book) -> pl.DataFrame:
    """Return the records of everybody."""
    ids = "P-" + book.application_id.gather(book.first)
    head = {
        "application_id": book.application_id,
        "person_id": ids.gather(book.person),
        "applied_at": pl.Series(book.applied_at),
        "channel": book.channel,
    }
    return pl.DataFrame([*(series.alias(name) for name, series in head.items()), *(book.keys[n] for n in book.keys.columns if n in SLOT)])


def people(book: Book) -> pl.DataFrame:
    ids = "P-" + book.application_id.gather(book.first)
    counts = np.bincount(book.person, minlength=book.persons).astype(np.int64)
    first = pl.Series(book.applied_at).gather(book.first)
    return pl.DataFrame({"person_id": ids, "first_applied_at": first, "applications": counts, "intent": book.intent})


@dataclass
class InMemory:
    """`night.known.Known` of a book."""

    book: Book
    codes: Codes

    def users(self, values: pl.DataFrame) -> pl.DataFrame:
        found = melt(records(self.book)).join(values.with_row_index("value"), on=["kind", "key"])
        found = found.filter(pl.col("applied_at").is_between("low", "high"))
        role = pl.col("slot").str.split(".").list.last().alias("role")
        return found.select(pl.col("value").cast(pl.UInt32), "application_id", "person_id", role, used_at="applied_at")

    def records(self, people: pl.Series) -> pl.DataFrame:
        return records(self.book).filter(pl.col("person_id").is_in(people.implode()))

    def people(self, people_: pl.Series) -> pl.DataFrame:
        return people(self.book).filter(pl.col("person_id").is_in(people_.implode()))

    def windows(self, values: pl.DataFrame) -> pl.DataFrame:
        return HUB_WINDOWS.check(self.codes.windows.join(values, on=["kind", "key"], how="semi"))

    def hubs(self, values: pl.DataFrame) -> pl.DataFrame:
        return HUBS.check(self.codes.hubs.join(values, on=["kind", "key"], how="semi"))

    def last(self) -> int:
        return int(self.book.applied_at.max(initial=0))
