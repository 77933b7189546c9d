"""The near pairs around some people, as far as their verdict hangs on them.

What becomes of a pair depends on its two people and on their other near pairs; what becomes of a community, on its unit alone: the people
whom pairs that are not dropped for good hold together. So a unit is judged as in the whole book from the near pairs of its people and of
their neighbours. Which people a unit has shows only once it is judged: a region grows until it has them all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl

from fraudgraph.calibration import Calibration
from fraudgraph.derived import Named
from fraudgraph.graph.components import components
from fraudgraph.graph.scoring import Near, Scored, score
from fraudgraph.judging import Found, People, judge_pairs
from fraudgraph.model import PAIR_VALUES, PAIRS, BoolArray
from fraudgraph.night.judging import near_of
from fraudgraph.night.known import Stored, first_of
from fraudgraph.settings import Settings
from fraudgraph.stores.port import Reader

ENDS = ("person_a", "person_b")


MANY = 1000
"""People of a unit from which on all near pairs of the book are read at once, instead of step by step."""


class _Numbered:
    """People by their numbers."""

    named: Named

    @property
    def ids(self) -> pl.Series:
        """person_id of everybody, in the order of their numbers."""
        return self.named.ids(np.arange(len(self.named.first), dtype=np.int64))

    def numbers(self, person_ids: Iterable[str]) -> list[int]:
        """Return the numbers of those of the people who are known here."""
        place = {person: number for number, person in enumerate(self.ids)}
        return [place[person] for person in person_ids if person in place]


@dataclass(frozen=True)
class Look(_Numbered):
    """How probable some near pairs are."""

    near: Near
    scored: Scored
    named: Named


@dataclass(frozen=True)
class Opinion(_Numbered):
    """What some near pairs come to."""

    near: Near
    found: Found
    named: Named

    def unit(self, person_ids: Iterable[str]) -> set[str]:
        """Return everybody whom pairs that are not dropped hold together with the given people: on others nothing of theirs hangs."""
        facts = self.found.scored.facts
        piece = components(len(self.named.first), facts.a, facts.b)
        mine = np.unique(piece[self.numbers(person_ids)])
        return set(self.ids.filter(pl.Series(np.isin(piece, mine))))


class Region:
    """Near pairs of some people of a book."""

    def __init__(self, reader: Reader, calibration: Calibration, settings: Settings) -> None:
        self.calibration = calibration
        self.settings = settings
        self.pairs = PAIRS.empty()
        self.values = PAIR_VALUES.empty()
        self.whole: set[str] = set()
        """People all of whose near pairs are here."""
        self._reader = reader
        self._stored = Stored(reader)
        self._people = self._stored.people(pl.Series("person_id", [], dtype=pl.String))

    def grow(self, people: Collection[str]) -> None:
        """Take in all near pairs of ``people``."""
        missing = sorted(set(people) - self.whole)
        if not missing:
            return
        self.pairs = _merged(self.pairs, self._reader, missing, PAIRS.name)
        self.values = _merged(self.values, self._reader, missing, PAIR_VALUES.name)
        self.whole |= set(missing)

    def around(self, people: Collection[str]) -> None:
        """Take in all near pairs of ``people`` and of everybody who is near one of them."""
        self.grow(people)
        self.grow(set(people) | neighbours(self.pairs, people))

    def ball(self, people: Collection[str]) -> Look:
        """Take in what the probabilities of the pairs among ``people`` hang on, and look at it.

        A look at a pair knows the pairs beside it as the look before left them, and the first one third people: so many steps, and one."""
        inside = set(people)
        for _ in self.calibration.tables.second:
            self.grow(inside)
            inside |= neighbours(self.pairs, inside)
        self.grow(inside)
        near, named = self._near(self.pairs, self.values, people)
        scored = score(near.facts, self.calibration.tables, near.fold, len(named.first), self.settings)
        return Look(near, scored, named)

    def people(self, ids: Iterable[str]) -> pl.DataFrame:
        """Return what a judgement must know of some people: person_id, first_applied_at, applications, intent."""
        wanted = pl.DataFrame({"person_id": sorted(set(ids))}, schema={"person_id": pl.String})
        missing = wanted.join(self._people, on="person_id", how="anti")["person_id"]
        if len(missing):
            self._people = pl.concat([self._people, self._stored.people(missing)])
        return self._people.join(wanted, on="person_id", how="semi")

    def opinion(self, people: Iterable[str], settings: Settings | None = None, calibration: Calibration | None = None) -> Opinion:
        """Judge what is here, and ``people`` with it, as the book was judged, or under other settings or another calibration."""
        return self.judged(self.pairs, self.values, people, settings, calibration)

    def judged(
        self,
        pairs: pl.DataFrame,
        values: pl.DataFrame,
        people: Iterable[str],
        settings: Settings | None = None,
        calibration: Calibration | None = None,
    ) -> Opinion:
        """Judge some near pairs."""
        near, named = self._near(pairs, values, people)
        found = judge_pairs(near, People(named.first, named.intent), calibration or self.calibration, settings or self.settings)
        return Opinion(near, found, named)

    def _near(self, pairs: pl.DataFrame, values: pl.DataFrame, people: Iterable[str]) -> tuple[Near, Named]:
        """Return the near pairs of everybody in them and of ``people``, by the numbers of these."""
        everybody = self.people({*people, *pairs["person_a"], *pairs["person_b"]}).sort("first_applied_at", "person_id")
        names, intent = first_of(everybody["person_id"]), everybody["intent"].to_numpy()
        near = near_of(pairs, values, everybody["person_id"], names)
        return near, Named(names, everybody["applications"].to_numpy(), intent)

    def unit(self, people: Collection[str]) -> Opinion:
        """Grow until the units of ``people`` are whole, and judge them. Of people outside these units the opinion says nothing."""
        core = set(people)
        while True:
            self.around(core)
            opinion = self.opinion(people)
            unit = opinion.unit(people)
            if unit <= core:
                return opinion
            core |= unit
            if len(core) > MANY:
                self._everything(core)

    def _everything(self, people: Collection[str]) -> None:
        """Take in all near pairs of the book, and keep those of the units of ``people`` and of their neighbours."""
        self.pairs, self.values = self._reader.table(PAIRS.name), self._reader.table(PAIR_VALUES.name)
        unit = self.opinion(people).unit(people)
        self.whole = unit | neighbours(self.pairs, unit)
        mine = pl.Series("person", sorted(self.whole), dtype=pl.String).implode()
        touching = pl.col(ENDS[0]).is_in(mine) | pl.col(ENDS[1]).is_in(mine)
        self.pairs, self.values = self.pairs.filter(touching), self.values.filter(touching)


def neighbours(pairs: pl.DataFrame, people: Collection[str]) -> set[str]:
    """Return everybody who is in a pair with one of ``people``."""
    mine = pl.Series("person", sorted(people), dtype=pl.String).implode()
    one = pairs.filter(pl.col("person_a").is_in(mine))["person_b"]
    other = pairs.filter(pl.col("person_b").is_in(mine))["person_a"]
    return set(one) | set(other)


def inside(opinion: Opinion, people: Iterable[str]) -> BoolArray:
    """Return per person of the opinion: is it one of ``people``?"""
    mark = np.zeros(len(opinion.named.first), bool)
    mark[opinion.numbers(people)] = True
    return mark


def _merged(known: pl.DataFrame, reader: Reader, people: list[str], name: str) -> pl.DataFrame:
    parts = [reader.table(name, where={end: people}) for end in ENDS]
    return pl.concat([known, *parts]).unique(maintain_order=True)
