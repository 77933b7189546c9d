"""Taking somebody, or a value, out of the book in thought, and judging again: the same as if they had never been in it.

A removal is a night in which somebody goes, or comes without the value (`night.near.remeasure`): crowds, bursts and meetings on all that
they used change for others, and pairs that never met may meet. People stay as they were confirmed, the calibration as it is frozen.
"""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from fraudgraph.calibration import Calibration
from fraudgraph.identifiers.registry import derivations
from fraudgraph.investigation import looking
from fraudgraph.investigation.region import ENDS, Opinion, Region, neighbours
from fraudgraph.investigation.remembered import Book
from fraudgraph.model import SLOT
from fraudgraph.night.near import Change, remeasure
from fraudgraph.night.solving import related_pairs
from fraudgraph.settings import Settings
from fraudgraph.stores.port import Reader


class Trial:
    """A book in which removals are tried on some people's verdict."""

    def __init__(self, reader: Reader, members: Collection[str], calibration: Calibration, settings: Settings) -> None:
        self.members = sorted(members)
        self.region = Region(reader, calibration, settings)
        self._reader = reader
        self._book = Book(reader)
        self._related = related(reader, calibration)
        self.before = self.region.unit(self.members)

    def shared(self) -> pl.DataFrame:
        """Return kind, key of the values that two members or more have, generic ones apart."""
        uses = looking.given_by(self._reader, self.members)
        held = uses.group_by(looking.VALUE).agg(pl.col("person_id").n_unique().alias("members")).filter(pl.col("members") > 1)
        return looking.narrow(self._reader, held).select(looking.VALUE).sort(looking.VALUE)

    def look_ahead(self) -> None:
        """Look up at once what removals will need, instead of one by one."""
        gone = self._book.records(pl.Series(self.members, dtype=pl.String))
        self._renewed(Change(gone, gone.clear()))

    def without_person(self, person_id: str) -> Opinion:
        """Return the opinion on the other members in a book without this person."""
        gone = self._book.records(pl.Series([person_id], dtype=pl.String))
        return self._tried(Change(gone, gone.clear()), [member for member in self.members if member != person_id])

    def without_value(self, kind: str, key: str) -> Opinion:
        """Return the opinion on the members in a book in which nobody ever gave this value, nor what is derived of it."""
        value = pl.DataFrame({"kind": [kind], "key": [key]})
        who = looking.users_of(self._reader, value)["person_id"].unique().sort()
        gone = self._book.records(who)
        return self._tried(Change(gone, taken_out(gone, kind, key)), self.members)

    def _tried(self, change: Change, left: list[str]) -> Opinion:
        lost = set(change.gone["person_id"]) - set(change.come["person_id"])
        while True:
            pairs, values = self._renewed(change)
            opinion = self.region.judged(pairs, values, left)
            unit = opinion.unit(left)
            needed = unit | neighbours(pairs, unit)
            if needed - lost <= self.region.whole:
                return opinion
            self.region.around(unit - lost)
            self.region.grow(needed - lost)

    def _renewed(self, change: Change) -> tuple[pl.DataFrame, pl.DataFrame]:
        lost = change.gone.join(change.come, on="person_id", how="anti")["person_id"].unique()
        given = self._related
        for end in ENDS:
            given = given.filter(~pl.col(end).is_in(lost.implode()))
        region = self.region
        found = remeasure(self._book, change, lambda *_: (region.pairs, region.values), given, region.calibration, region.settings)
        return found.pairs, found.values


def taken_out(records: pl.DataFrame, kind: str, key: str) -> pl.DataFrame:
    """Return records (one column of keys a slot) without a value: null wherever it stands, and so is all that is derived of it there."""
    found = records
    for name in [name for name in records.columns if name in SLOT and SLOT[name].kind == kind]:
        hit = (records[name] == key).fill_null(False)
        of_it = [entry.slot for entry in derivations().values() if entry.source == name and entry.slot in records.columns]
        found = found.with_columns(pl.when(hit).then(None).otherwise(pl.col(slot)).alias(slot) for slot in (name, *of_it))
    return found


def related(reader: Reader, calibration: Calibration) -> pl.DataFrame:
    """Return the relations from outside between two people, as `related_pairs` has them."""
    relations = reader.table("relations")
    ids = pl.concat([relations["source"], relations["target"]]).unique().sort().to_list()
    membership = reader.table("membership", columns=["application_id", "person_id"], where={"application_id": ids})
    return related_pairs(relations, membership, calibration.given)
