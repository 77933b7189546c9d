"""The near pairs of a few units: where nothing of a unit is other than before, nothing of it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from fraudgraph.graph.components import components
from fraudgraph.stores import Reader
from fraudgraph.stores.numbers import BookNumbers


def near_pairs(numbers: BookNumbers, reader: Reader, people: pl.Series) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return PAIRS and PAIR_VALUES, as stored, of all units (components of near pairs) that one of the ``people`` (numbers) is in."""
    where = {"person_a": numbers.person_ids(_together(numbers, people))["person_id"].to_list()}
    return reader.table("pairs", where=where), reader.table("pair_values", where=where)


def ends_of(pairs: pl.DataFrame) -> pl.Series:
    """Return the people (person_id) of PAIRS, each once."""
    return pl.concat([pairs["person_a"], pairs["person_b"].alias("person_a")]).unique().alias("person_id")


@dataclass(frozen=True)
class Region:
    """What a store says of the people of some units."""

    reader: Reader
    tables: Mapping[str, pl.DataFrame]
    """TIES, COMMUNITIES, VERDICTS and REASONS of them."""

    @classmethod
    def of(cls, reader: Reader, people: pl.Series) -> Region:
        """Read it; ``people`` (person_id): everybody in these units, before or after."""
        ids = people.to_list()
        communities = reader.table("communities", where={"person_id": ids})
        named = communities["community_id"].unique().to_list()
        return cls(
            reader,
            {
                "ties": reader.table("ties", where={"person_a": ids}),
                "communities": communities,
                "verdicts": reader.table("verdicts", where={"community_id": named}),
                "reasons": reader.table("reasons", where={"person_id": ids}),
            },
        )

    def before(self, name: str) -> pl.DataFrame:
        """Return what the store says of these people in one of the four tables."""
        return self.tables[name]

    def whole(self, name: str, now: pl.DataFrame) -> pl.DataFrame:
        """Return the whole table, COMMUNITIES or VERDICTS, with ``now`` in place of what the store says of these people."""
        others = self.reader.table(name).join(self.tables[name].select("community_id").unique(), on="community_id", how="anti")
        return pl.concat([others, now.select(others.columns)]).sort("community_id", *(["person_id"] if "person_id" in now.columns else []))


def _together(numbers: BookNumbers, people: pl.Series) -> pl.Series:
    """Return the numbers of everybody in a unit with one of ``people``."""
    near = numbers.near()
    ends = np.concatenate([near["a"].to_numpy(), near["b"].to_numpy()])
    everybody, place = np.unique(ends, return_inverse=True)
    a, b = place[: len(near)].astype(np.int32), place[len(near) :].astype(np.int32)
    unit = components(len(everybody), a, b)
    touched = np.zeros(max(len(everybody), 1), bool)
    touched[unit[np.isin(everybody, people.to_numpy())]] = True
    return pl.Series(everybody[touched[unit]], dtype=pl.UInt64)
