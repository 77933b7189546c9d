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
from fraudgraph.stores import Reader
from fraudgraph.stores.numbers import BookNumbers
from fraudgraph.stores.schema import KEY

ENDS = ("person_a", "person_b")


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
        asked = pl.concat([people, self.also.alias(people.name)]).unique()
        touched = pl.concat([asked, self._beside(moved)]).unique()
        come = pl.concat([asked, self._whole(pl.concat([touched, self._beside(touched)]))]).unique()
        return self._taken_in(come)

    def widened(self, more: pl.Series) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Draw the circle around ``more`` (person_id) too, and around their units; return PAIRS and PAIR_VALUES of before of these."""
        return self._taken_in(self._whole(self.numbers.of(more)))

    def _taken_in(self, numbers: pl.Series) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Take in people, whole units of them; return PAIRS and PAIR_VALUES of before of these."""
        self.count += self._units.filter(pl.col("person").is_in(numbers.implode()))["unit"].n_unique()
        come = self.numbers.person_ids(numbers)["person_id"]
        self.within = pl.concat([self.within, come])
        ids = come.to_list()
        pairs, values = (
            pl.concat([self.reader.table(name, where={end: ids}) for end in ENDS]).unique(list(KEY[name]), keep="any")
            for name in ("pairs", "pair_values")
        )
        return pairs, values

    @cached_property
    def _near(self) -> pl.DataFrame:
        return self.numbers.near()

    @cached_property
    def _units(self) -> pl.DataFrame:
        """person, unit: of everybody who is in a unit with somebody."""
        binds = self._near.filter(pl.col("standing") & BINDS != 0)
        people, place = np.unique(np.concatenate([binds["a"].to_numpy(), binds["b"].to_numpy()]), return_inverse=True)
        a, b = place[: len(binds)].astype(np.int32), place[len(binds) :].astype(np.int32)
        return pl.DataFrame({"person": pl.Series(people, dtype=pl.UInt64), "unit": components(len(people), a, b)})

    def _beside(self, people: pl.Series) -> pl.Series:
        """Return the numbers of everybody who is near one of the given people."""
        some = people.implode()
        ends = [self._near.filter(pl.col(mine).is_in(some))[other].alias(people.name) for mine, other in (("a", "b"), ("b", "a"))]
        return pl.concat(ends).unique()

    def _whole(self, people: pl.Series) -> pl.Series:
        """Return the numbers of the given people and of everybody in a unit with one of them."""
        mine = self._units.filter(pl.col("person").is_in(people.implode()))["unit"].unique()
        inside = self._units.filter(pl.col("unit").is_in(mine.implode()))["person"]
        return pl.concat([people, inside.alias(people.name)]).unique()

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
