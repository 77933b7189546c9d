"""Uses as arrays: crowds, bursts and meetings of a few values, as in a whole book."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from fraudgraph.graph.codes import FEW, OWN_PLACES, Crowd, bursts, stepped
from fraudgraph.graph.pairs import consecutive
from fraudgraph.model import BoolArray, Int32Array, IntArray
from fraudgraph.night.known import KIND_OF, KINDS
from fraudgraph.settings import Settings
from fraudgraph.stores.numbers import PLACE, Numbers

OWN = np.array([PLACE[name] for name in OWN_PLACES])


def spans(uses: pl.DataFrame, before: int, after: int) -> pl.DataFrame:
    """Return kind, value, low, high of the values in ``uses``: microseconds ``before`` the first one, ``after`` the last."""
    kind = pl.col("slot").first().replace_strict({place: KINDS[kind] for place, kind in KIND_OF.items()}, return_dtype=pl.String)
    return uses.group_by("value").agg(
        kind.alias("kind"), (pl.col("at").min() - before).alias("low"), (pl.col("at").max() + after).alias("high")
    )


def kinds(uses: pl.DataFrame) -> pl.DataFrame:
    """Return kind, value of the values in ``uses``, each once."""
    kind = {place: KINDS[kind] for place, kind in KIND_OF.items()}
    return uses.unique("value", keep="any").select(pl.col("slot").replace_strict(kind, return_dtype=pl.String).alias("kind"), "value")


def ranks(uses: pl.DataFrame, ids: pl.DataFrame, numbers: Numbers) -> IntArray:
    """Return per use a rank that puts uses of one value at one time into the order of their application ids, as a book does.

    Of most others it is 0. ``ids``: application, application_id of those that are not in the store."""
    # Sums of two numbers spread over 64 bits: where no two are equal no two uses are of one value at one time.
    both = uses["value"].to_numpy() + uses["at"].to_numpy().view(np.uint64) * _ODD
    ordered = np.sort(both)
    twice = pl.Series(ordered[1:][ordered[1:] == ordered[:-1]])
    some = uses.select("value", "at", "application").filter(pl.Series(both).is_in(twice.unique().implode()))
    together = some.unique().filter(pl.len().over("value", "at") > 1)["application"].unique()
    if not len(together):
        return np.zeros(len(uses), np.int64)
    mine = ids.filter(pl.col("application").is_in(together.implode()))
    found = pl.concat([numbers.application_ids(together).join(mine, on="application", how="anti"), mine])
    found = found.sort("application_id").with_row_index("rank", offset=1)
    rank = uses.select("application").join(found, on="application", how="left", maintain_order="left")["rank"]
    return rank.fill_null(0).cast(pl.Int64).to_numpy()


_ODD = np.uint64(0x9E3779B97F4A7C15)
"""Spreads numbers over 64 bits (2^64 over the golden ratio)."""


@dataclass(frozen=True)
class Crowds:
    """Per use of a table of uses: what crowd it is in."""

    value: IntArray
    """Numbered 0, 1, ..."""
    person: Int32Array
    """Numbered 0, 1, ..."""
    at: IntArray
    order: IntArray
    """The order of the uses by value and time."""
    steps: Int32Array
    burst: IntArray
    hub: BoolArray
    own: BoolArray
    """Of a use of `OWN_PLACES`: the value was one's own by then (`codes.few`)."""

    def meetings(self, settings: Settings, size: int, asked: BoolArray | None = None) -> tuple[IntArray, IntArray]:
        """Return (value, pair) of all who meet; the same two may meet more than once. A pair is a * size + b with a < b.

        ``asked`` (per person): only those in which one of these is."""
        sort = self.order[~self.hub[self.order]]
        found = consecutive(
            self.value[sort], self.person[sort], self.at[sort], settings.integer("graph.reach"), settings.integer("graph.pair_days")
        )
        values, pairs = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        for value, left, right in found:
            if asked is not None:
                mine = asked[left] | asked[right]
                value, left, right = value[mine], left[mine], right[mine]
            values.append(value)
            pairs.append(np.minimum(left, right) * np.int64(size) + np.maximum(left, right))
        return np.concatenate(values), np.concatenate(pairs)


def distinct(numbers: IntArray) -> IntArray:
    """Return the distinct numbers, sorted. (To sort them is faster than numpy's own way, by hashes.)"""
    ordered = np.sort(numbers)
    return ordered[np.r_[True, ordered[1:] != ordered[:-1]]] if len(ordered) else ordered


def once(one: IntArray, other: IntArray) -> IntArray:
    """Return what is in one of two arrays of distinct numbers only."""
    ordered = np.sort(np.concatenate([one, other]))
    if not len(ordered):
        return ordered
    same = ordered[1:] == ordered[:-1]
    alone: IntArray = ordered[~(np.r_[same, False] | np.r_[False, same])]
    return alone


def unranked(uses: pl.DataFrame) -> IntArray:
    """Return ranks for uses of whose order at one time nothing is asked."""
    return np.zeros(len(uses), np.int64)


def crowds(value: IntArray, person: Int32Array, at: IntArray, slot: IntArray, rank: IntArray, settings: Settings) -> Crowds:
    """Count the people by each use."""
    half = settings.integer("graph.window_days") // 2
    caps, common = settings.table("graph.caps"), settings.integer("graph.cap")
    cap = np.array([int(caps.get(KINDS[KIND_OF[place]], common)) for place in range(len(KIND_OF))], np.int64)
    uses = Crowd(value, person, at)
    crowd = uses.so_far(half)
    hub = crowd > cap[slot] if len(crowd) else np.zeros(0, bool)
    burst = bursts(uses, np.where(hub, 0, crowd).astype(np.int32), half)
    own = np.isin(slot, OWN) & (crowd <= FEW)
    order = uses.order.copy()
    # Of several at one time the first by id meets first, as in a book.
    tied = np.flatnonzero(rank[order] > 0)
    rows = order[tied]
    order[tied] = rows[np.lexsort([rank[rows], at[rows], value[rows]])]
    return Crowds(value, person, at, order, stepped(crowd), burst.astype(np.int64), hub, own)


def counted(uses: pl.DataFrame, values: pl.Series, people: pl.Series, rank: IntArray, settings: Settings) -> Crowds:
    """Count the crowds of uses whose values and people are numbered by their places in ``values`` and ``people``."""
    person = places(uses["person"], people).astype(np.int32)
    return crowds(places(uses["value"], values), person, uses["at"].to_numpy(), uses["slot"].to_numpy().astype(np.int64), rank, settings)


def places(numbers: pl.Series, among: pl.Series) -> IntArray:
    """Return the place of each number among distinct ones."""
    table = pl.DataFrame({"number": among}).with_row_index("place")
    found = pl.DataFrame({"number": numbers}).join(table, on="number", how="left", maintain_order="left")["place"]
    return found.cast(pl.Int64).to_numpy()
