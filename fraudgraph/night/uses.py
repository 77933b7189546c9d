"""Uses of values as a small book of their own: numbered, counted, and compared before and after."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl

from fraudgraph.graph.codes import MISSING, Codes, crowded
from fraudgraph.graph.facts import KIND_RANK
from fraudgraph.graph.pairs import meetings
from fraudgraph.model import SLOT, SLOTS, BoolArray, Int32Array, IntArray
from fraudgraph.settings import Settings

SHIFT = 40
"""A value's number over all kinds: the rank of its kind above so many bits, its place among the values of the kind below."""

_KIND = {slot.kind: i for i, slot in enumerate(SLOTS)}


def melt(records: pl.DataFrame) -> pl.DataFrame:
    """Return every use of ``records``: kind, key, slot, application_id, person_id, applied_at."""
    slots = [name for name in records.columns if name in SLOT]
    head = ["application_id", "person_id", "applied_at"]
    parts = [
        records.select(*head, kind=pl.lit(SLOT[name].kind), key=name, slot=pl.lit(name)).select("kind", "key", "slot", *head)
        for name in slots
    ]
    nothing = records.select(*head, kind=pl.lit(""), key=pl.lit(""), slot=pl.lit("")).clear()
    return pl.concat([nothing.select("kind", "key", "slot", *head), *parts]).drop_nulls("key")


def spans(uses: pl.DataFrame, before: int, after: int) -> pl.DataFrame:
    """Return kind, key, low, high of the values in ``uses``: microseconds ``before`` the first one, ``after`` the last."""
    return (
        uses.group_by("kind", "key")
        .agg((pl.col("applied_at").min() - before).alias("low"), (pl.col("applied_at").max() + after).alias("high"))
        .sort("kind", "key")
    )


class Values:
    """Values with a number each: ordered by their texts within a kind, as in a whole book."""

    def __init__(self, values: pl.DataFrame) -> None:
        self.table = values.select("kind", "key").unique().sort("kind", "key").with_columns(
            pl.int_range(pl.len(), dtype=pl.Int64).over("kind").alias("place")
        )
        rank = pl.col("kind").replace_strict(KIND_RANK, return_dtype=pl.Int64)
        self.table = self.table.with_columns((rank * (1 << SHIFT) + pl.col("place")).alias("number"))
        self.texts = {str(kind[0]): part["key"] for kind, part in self.table.partition_by("kind", as_dict=True).items()}

    def number(self, uses: pl.DataFrame) -> pl.DataFrame:
        """Return ``uses`` with their value's number; uses of other values are left out."""
        return uses.join(self.table.select("kind", "key", "number"), on=["kind", "key"])

    def named(self, numbers: IntArray) -> pl.DataFrame:
        """Return kind and key of each number."""
        wanted = pl.DataFrame({"number": numbers})
        return wanted.join(self.table, on="number", how="left", maintain_order="left").select("kind", "key")


@dataclass(frozen=True)
class Small:
    """A small book: applications in order, their people, and what they use of the values at hand."""

    rows: pl.DataFrame
    """application_id, person (Int32), applied_at (Int64), in the order of a book."""
    codes: Codes
    number: dict[str, IntArray]
    """Slot -> the value's number over all kinds (hubs too), -1 where it is none of the values at hand."""

    @property
    def person(self) -> Int32Array:
        return self.rows["person"].to_numpy()

    @property
    def applied_at(self) -> IntArray:
        return self.rows["applied_at"].to_numpy()

    def meetings(self, size: int, settings: Settings) -> tuple[IntArray, IntArray]:
        """Return (value, pair) of all who meet, each once; a pair is a * size + b with a < b."""
        reach, days = settings.integer("graph.reach"), settings.integer("graph.pair_days")
        values, pairs = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        for kind, value, left, right in meetings(self.codes, self.person, self.applied_at, reach, days):
            values.append(value + (KIND_RANK[kind] << SHIFT))
            pairs.append(np.minimum(left, right) * np.int64(size) + np.maximum(left, right))
        return unique_rows(np.concatenate(values), np.concatenate(pairs))


def unique_rows(one: IntArray, other: IntArray) -> tuple[IntArray, IntArray]:
    """Return the distinct rows of two columns."""
    table = pl.DataFrame({"one": one, "other": other}).unique()
    return table["one"].to_numpy(), table["other"].to_numpy()


def small(uses: pl.DataFrame, extra: pl.DataFrame, values: Values, settings: Settings) -> Small:
    """Return the book of ``uses`` (slot, number, application_id, person, applied_at) and of applications without uses (``extra``)."""
    head = ["application_id", "person", "applied_at"]
    rows = pl.concat([uses.select(head), extra.select(head)]).unique("application_id").sort("applied_at", "application_id")
    placed = uses.select("slot", "number", "application_id").join(
        rows.select("application_id").with_row_index("row"), on="application_id"
    )
    number: dict[str, IntArray] = {}
    local: dict[str, Int32Array] = {}
    for (slot,), part in placed.partition_by("slot", as_dict=True).items():
        column = np.full(len(rows), MISSING, np.int64)
        column[part["row"].to_numpy()] = part["number"].to_numpy()
        number[str(slot)] = column
    for name in [slot.name for slot in SLOTS if slot.name in number]:
        local[name] = np.where(number[name] >= 0, number[name] & ((1 << SHIFT) - 1), MISSING).astype(np.int32)
    texts = dict(sorted(values.texts.items(), key=lambda pair: _KIND[pair[0]]))
    texts = {kind: text for kind, text in texts.items() if any(SLOT[name].kind == kind for name in local)}
    codes = crowded(local, texts, rows["person"].to_numpy(), rows["applied_at"].to_numpy(), settings)
    return Small(rows, codes, number)


def changed(before: Small, after: Small, people: BoolArray, slots: Iterable[str]) -> tuple[IntArray, IntArray, BoolArray]:
    """Compare the uses of ``people`` (a mask: those who are the same on both sides), application by application.

    Return (value, person) of the uses whose crowd, burst or being on a hub is not what it was, and a mask of the people one of whose own
    places (`codes.OWN_PLACES`) was one's own before and is no longer, or the other way round.
    """
    place = before.rows.select("application_id").with_row_index("was").join(
        after.rows.select("application_id").with_row_index("is"), on="application_id"
    )
    was, now = place["was"].to_numpy(), place["is"].to_numpy()
    same = people[before.person[was]]
    was, now = was[same], now[same]
    values, owners = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    moved = np.zeros(len(people), bool)
    for slot in slots:
        if slot not in before.codes.code or slot not in after.codes.code:
            continue
        one, other = before.codes, after.codes
        differs = (one.people[slot][was] != other.people[slot][now]) | (one.burst[slot][was] != other.burst[slot][now])
        differs |= (one.code[slot][was] >= 0) != (other.code[slot][now] >= 0)
        differs &= after.number[slot][now] >= 0
        values.append(after.number[slot][now][differs])
        owners.append(after.person[now][differs].astype(np.int64))
        if slot in one.few:
            moved[after.person[now][(one.few[slot][was] >= 0) != (other.few[slot][now] >= 0)]] = True
    return *unique_rows(np.concatenate(values), np.concatenate(owners)), moved
