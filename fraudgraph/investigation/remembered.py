"""A book that remembers what it was asked: a night's questions, put over and over for a few people, are looked up once.

It answers as a store does (`night.known.Known`), under numbers of its own (`stores.numbers.hashed`).
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from fraudgraph.investigation import looking, references
from fraudgraph.model import SLOT
from fraudgraph.night.known import RECORD, Stored, numbered
from fraudgraph.stores.numbers import PLACE, USES, ByText, hashed, in_kinds
from fraudgraph.stores.numbers import RECORD as NUMBERED
from fraudgraph.stores.port import Reader

VALUE = {"kind": pl.String, "value": pl.UInt64}
SLOTS = [name for name in SLOT if name in PLACE]


class Remembered:
    """`stores.numbers.Numbers` of a reader."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._stored = Stored(reader)
        self._keys = pl.DataFrame(schema={**VALUE, "key": pl.String})
        self._given: dict[str, list[pl.DataFrame]] = {}
        self._asked = pl.DataFrame(schema=VALUE)
        self._uses = USES.empty()
        self._ids = {name: pl.DataFrame(schema={name: pl.UInt64, f"{name}_id": pl.String}) for name in ("person", "application")}
        self._texts = pl.DataFrame(schema={**dict.fromkeys(RECORD, pl.String), "applied_at": pl.Int64, **dict.fromkeys(SLOTS, pl.String)})
        self._records = pl.DataFrame(schema={**NUMBERED, **dict.fromkeys(SLOTS, pl.UInt64)})

    def texts(self, people: pl.Series) -> pl.DataFrame:
        """Return `Known.records`: the records, in texts, of the given people (person_id)."""
        wanted = people.unique().to_frame("person_id")
        missing = wanted.join(self._texts, on="person_id", how="anti")["person_id"]
        if len(missing):
            found = self._stored.records(missing)
            found = found.with_columns(pl.lit(None, pl.String).alias(name) for name in SLOTS if name not in found.columns)
            found = found.select(self._texts.columns)
            self._texts = pl.concat([self._texts, found])
            self._records = pl.concat([self._records, numbered(found, self).select(self._records.columns)])
        return self._texts.join(wanted, on="person_id", how="semi")

    def of(self, texts: pl.Series, kind: str = "") -> pl.Series:
        numbers = hashed(texts, kind)
        if len(texts):
            self._given.setdefault(kind, []).append(pl.DataFrame([numbers.alias("value"), texts.alias("key")]))
        return numbers

    def of_keys(self, texts: pl.Series, kinds: pl.Series) -> pl.Series:
        return in_kinds(self, texts, kinds)

    def _note(self) -> None:
        """Remember which texts were given numbers."""
        if not self._given:
            return
        parts = [pl.concat(tables).unique().select(pl.lit(kind).alias("kind"), "value", "key") for kind, tables in self._given.items()]
        given = pl.concat(parts).drop_nulls()
        self._given.clear()
        new = given.join(self._keys, on=list(VALUE), how="anti")
        self._keys = pl.concat([self._keys, new])
        ids = new.filter(pl.col("kind") == "")["key"]
        if len(ids):
            # An application's id and a person's never have the same text's place: both are kept, and asked for by what they name.
            for name in self._ids:
                self._name(name, ids)

    def uses(self, values: pl.DataFrame) -> pl.DataFrame:
        missing = values.select(list(VALUE)).unique().join(self._asked, on=list(VALUE), how="anti")
        if missing.height:
            self._note()
            missing = missing.join(self._keys, on=list(VALUE))
        if missing.height:
            self._look_up(missing)
        found = self._uses.join(values.select("value", "low", "high"), on="value")
        return USES.check(found.filter(pl.col("at").is_between("low", "high")))

    def records(self, people: pl.Series) -> pl.DataFrame:
        self.texts(self.person_ids(people)["person_id"])
        return self._records.filter(pl.col("person").is_in(people.implode()))

    def versions(self, applications: pl.Series) -> pl.DataFrame:
        ids = self.application_ids(applications)["application_id"].to_list()
        self.texts(self._reader.table("membership", columns=["person_id"], where={"application_id": ids})["person_id"])
        return self._records.filter(pl.col("application").is_in(applications.implode()))

    def person_ids(self, people: pl.Series) -> pl.DataFrame:
        return self._named("person", people)

    def application_ids(self, applications: pl.Series) -> pl.DataFrame:
        return self._named("application", applications)

    def _look_up(self, values: pl.DataFrame) -> None:
        """Remember all uses of ``values`` (kind, value, key)."""
        found = looking.users_of(self._reader, values).join(values, on=looking.VALUE)
        slot = references.slot_of().replace_strict(PLACE, return_dtype=pl.UInt8).alias("slot")
        columns = {
            "value": found["value"],
            "slot": found.select(slot)["slot"],
            "application": hashed(found["application_id"]),
            "person": hashed(found["person_id"]),
            "at": found["used_at"].dt.epoch("us"),
        }
        self._uses = pl.concat([self._uses, USES.check(pl.DataFrame(columns))])
        self._asked = pl.concat([self._asked, values.select(list(VALUE))])
        self._name("person", found["person_id"])
        self._name("application", found["application_id"])

    def _name(self, what: str, texts: pl.Series) -> None:
        named = pl.DataFrame({what: hashed(texts), f"{what}_id": texts}).unique()
        self._ids[what] = pl.concat([self._ids[what], named.join(self._ids[what], on=what, how="anti")])

    def near(self) -> pl.DataFrame:
        return ByText(self._reader).near()

    def last(self) -> int:
        return ByText(self._reader).last()

    def _named(self, what: str, numbers: pl.Series) -> pl.DataFrame:
        self._note()
        return self._ids[what].filter(pl.col(what).is_in(numbers.implode()))


class Book(Stored):
    """A store's book that remembers what it was asked."""

    def __init__(self, reader: Reader) -> None:
        super().__init__(reader)
        self._remembered = Remembered(reader)
        self._numbers = self._remembered
        self._hubs: pl.DataFrame | None = None
        self._windows: pl.DataFrame | None = None
        self._last: int | None = None

    def records(self, people: pl.Series, slots: Sequence[str] | None = None) -> pl.DataFrame:
        found = self._remembered.texts(people)
        return found if slots is None else found.select(*RECORD, *(name for name in SLOTS if name in slots))

    def hubs(self) -> pl.DataFrame:
        if self._hubs is None:
            self._hubs = super().hubs()
        return self._hubs

    def windows(self) -> pl.DataFrame:
        if self._windows is None:
            self._windows = super().windows()
        return self._windows

    def last(self) -> int:
        if self._last is None:
            self._last = super().last()
        return self._last
