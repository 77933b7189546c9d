"""What is judged anew after a night, and all that it hangs on: a few units, however large the book.

A pair's probability hangs on the third people of its two, that is on near pairs beside it, and then on those kept beside it. So where no
near pair of either is other than before, no probability is; and verdicts do not cross units, the components of the kept pairs. *Within* are
the people of whom a near pair came or went, those near them, and everybody in a unit with one of these. All near pairs of theirs are
looked at; those that lead out of the circle are not kept, and count as third people only.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from fraudgraph.graph.components import components
from fraudgraph.model import BoolArray, IntArray
from fraudgraph.stores import Reader
from fraudgraph.stores.numbers import BookNumbers
from fraudgraph.stores.schema import KEY

TABLES = ("ties", "communities", "verdicts", "reasons")


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
        near = self.numbers.near()
        ends = np.concatenate([near["a"].to_numpy(), near["b"].to_numpy()])
        everybody, place = np.unique(ends, return_inverse=True)
        a, b, kept = place[: len(near)], place[len(near) :], near["kept"].to_numpy()
        asked = pl.concat([people, self.also.alias(people.name)]).unique()
        inside = np.isin(everybody, asked.to_numpy())
        inside |= _beside(np.isin(everybody, moved.to_numpy()), a, b)
        inside = _beside(inside, a, b)
        unit = components(len(everybody), a[kept].astype(np.int32), b[kept].astype(np.int32))
        touched = np.zeros(len(everybody), bool)
        touched[unit[inside]] = True
        inside = touched[unit]
        self.count = len(np.unique(unit[a[kept & inside[a]]]))
        numbers = pl.concat([pl.Series(everybody[inside], dtype=pl.UInt64), asked.alias("")]).unique()
        self.within = self.numbers.person_ids(numbers)["person_id"]
        return self._pairs("pairs"), self._pairs("pair_values")

    def _pairs(self, name: str) -> pl.DataFrame:
        ids = self.within.to_list()
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
