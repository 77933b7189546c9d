"""What is judged anew after a night, and all that it hangs on: a few units, however large the book.

A pair's probability hangs on the third people of its two, that is on near pairs beside it, and then on the strong pairs beside it. So where
no near pair of either is other than before, and none that speaks for it, no probability is; and verdicts do not cross units, the
components of the pairs that bind (`graph.standing`). *Within* are the people of whom a near pair came or went, those near them, and
everybody in a unit with one of these. All near pairs of theirs are looked at; those that lead out of the circle stand as they stood. Where
one that speaks for others does so no longer, or does anew, the circle is drawn wider (`beyond`), until none does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import polars as pl

from fraudgraph.graph.components import components
from fraudgraph.graph.facts import KIND_RANK
from fraudgraph.graph.standing import BINDS, KEPT, LOUD
from fraudgraph.model import BoolArray, Int32Array, IntArray
from fraudgraph.stores import Reader
from fraudgraph.stores.numbers import BookNumbers
from fraudgraph.stores.schema import KEY

ENDS = ("person_a", "person_b")
NumberArray = np.ndarray[tuple[int], np.dtype[np.uint64]]


@dataclass
class Units:
    """The circle within which a night is judged, of the book before it."""

    reader: Reader
    numbers: BookNumbers
    also: pl.Series
    """Numbers of people who are judged in any case: their intents may be other than before."""
    within: pl.Series = field(default_factory=lambda: pl.Series("person_id", [], dtype=pl.String))
    """person_id of those within; known when `before` was asked."""
    count: int = 0
    """How many units they are in."""

    def before(self, people: pl.Series, moved: pl.Series) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Return PAIRS and PAIR_VALUES of everybody within; the arguments are those of `near.Before`."""
        book = self._book
        asked = pl.concat([people, self.also.alias(people.name)]).unique()
        inside = np.isin(book.everybody, asked.to_numpy())
        inside |= _beside(np.isin(book.everybody, moved.to_numpy()), book.a, book.b)
        inside = book.whole(_beside(inside, book.a, book.b))
        self.count = book.units_of(inside)
        numbers = pl.concat([pl.Series(book.everybody[inside], dtype=pl.UInt64), asked.alias("")]).unique()
        self.within = self.numbers.person_ids(numbers)["person_id"]
        return self._pairs("pairs", self.within), self._pairs("pair_values", self.within)

    def widened(self, more: pl.Series) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Draw the circle around ``more`` (person_id) too, and around their units; return PAIRS and PAIR_VALUES of before of these."""
        book = self._book
        inside = book.whole(np.isin(book.everybody, self.numbers.of(more).to_numpy()))
        self.count += book.units_of(inside)
        come = self.numbers.person_ids(pl.Series(book.everybody[inside], dtype=pl.UInt64))["person_id"]
        self.within = pl.concat([self.within, come])
        return self._pairs("pairs", come), self._pairs("pair_values", come)

    @cached_property
    def _book(self) -> _Book:
        return _Book.of(self.numbers.near())

    def _pairs(self, name: str, people: pl.Series) -> pl.DataFrame:
        ids = people.to_list()
        parts = [self.reader.table(name, where={end: ids}) for end in ("person_a", "person_b")]
        return pl.concat(parts).unique(list(KEY[name]), keep="any")

    def told(self) -> dict[str, pl.DataFrame]:
        """Return TIES, COMMUNITIES, VERDICTS and REASONS, by their names, of those within, as the store has them."""
        ids = self.within.to_list()
        communities = self.reader.table("communities", where={"person_id": ids})
        where = {"community_id": communities["community_id"].unique().to_list()}
        return {
            "ties": self.reader.table("ties", where={"person_a": ids}),
            "communities": communities,
            "verdicts": self.reader.table("verdicts", where=where),
            "reasons": self.reader.table("reasons", where={"person_id": ids}),
        }

    def whole(self, name: str, was: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
        """Return a whole table, COMMUNITIES or VERDICTS, with ``now`` in place of ``was``."""
        others = self.reader.table(name).join(was.select("community_id").unique(), on="community_id", how="anti")
        return pl.concat([others, now.select(others.columns)]).sort(KEY[name])


@dataclass(frozen=True)
class _Book:
    """The near pairs of the book."""

    everybody: NumberArray
    """Numbers of the people who are in one, ascending."""
    a: IntArray
    """Places in ``everybody``."""
    b: IntArray
    unit: Int32Array
    """Per person of ``everybody``."""

    @classmethod
    def of(cls, near: pl.DataFrame) -> _Book:
        """``near``: as `BookNumbers.near`."""
        everybody, place = np.unique(np.concatenate([near["a"].to_numpy(), near["b"].to_numpy()]), return_inverse=True)
        a, b = place[: len(near)], place[len(near) :]
        binds = (near["standing"].to_numpy() & BINDS) != 0
        return cls(everybody, a, b, components(len(everybody), a[binds].astype(np.int32), b[binds].astype(np.int32)))

    def whole(self, inside: BoolArray) -> BoolArray:
        """Return who is in a unit with somebody ``inside``."""
        touched = np.zeros(len(self.everybody), bool)
        touched[self.unit[inside]] = True
        return touched[self.unit]

    def units_of(self, inside: BoolArray) -> int:
        """Return how many units of two or more the people ``inside``, all of their units, are."""
        return int(np.sum(np.bincount(self.unit[inside]) >= 2)) if inside.any() else 0


Pairs = tuple[pl.DataFrame, pl.DataFrame]
"""PAIRS and PAIR_VALUES."""


def beyond(before: Pairs, now: Pairs, within: pl.Series) -> pl.Series:
    """Return the people (person_id) who must be ``within`` as well, for the probabilities of pairs that lead to them may be others.

    A pair that speaks for those beside it (`standing.LOUD`) counts by what it shares first. Where it came, or went, or speaks otherwise,
    the pairs of its two people are other pairs now, and so those that lead out of the circle must be judged."""
    one, other = (_speaking(*pairs) for pairs in (before, now))
    moved = pl.concat([one.join(other, on=one.columns, how="anti"), other.join(one, on=one.columns, how="anti")])
    people = pl.concat([moved[end].alias("person_id") for end in ENDS]).unique()
    kept = now[0].filter(pl.col("standing") & KEPT != 0)
    ends = [kept.filter(pl.col(mine).is_in(people.implode()))[other].alias("person_id") for mine, other in (ENDS, ENDS[::-1])]
    found = pl.concat(ends).unique()
    return found.filter(~found.is_in(within.implode()))


def _speaking(pairs: pl.DataFrame, values: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs that speak for those beside them: their people, when they do, and what they share first."""
    loud = pairs.filter(pl.col("standing") >= LOUD).select(*ENDS, pl.col("standing") // LOUD)
    rank = pl.col("kind").replace_strict(KIND_RANK, return_dtype=pl.Int64)
    shared = values.join(loud, on=list(ENDS), how="semi").select(*ENDS, rank, "key")
    first = shared.sort("kind", "key").unique(ENDS, keep="first", maintain_order=True)
    return loud.join(first, on=list(ENDS), how="left").with_columns(pl.col("kind").fill_null(-1), pl.col("key").fill_null(""))


def _beside(people: BoolArray, a: IntArray, b: IntArray) -> BoolArray:
    """Return who is one of ``people`` or in a pair (a, b) with one."""
    found = people.copy()
    touched = people[a] | people[b]
    found[a[touched]] = True
    found[b[touched]] = True
    return found


def ends_of(pairs: pl.DataFrame) -> pl.Series:
    """Return the people (person_id) of PAIRS, each once."""
    return pl.concat([pairs["person_a"], pairs["person_b"].alias("person_a")]).unique().alias("person_id")
