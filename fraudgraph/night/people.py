"""Who tonight's applicants are: they, and whoever in the book is connected to them through the keys that rules match on, resolved anew.

The people of a union of whole identity components are the same whether it is resolved alone or with the rest of the book.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import polars as pl

from fraudgraph import intent, subjects
from fraudgraph.identifiers.name_agreement import name_agreement
from fraudgraph.model import SLOT, Identified, IntArray, Subjects
from fraudgraph.night.known import micros
from fraudgraph.night.near import ALWAYS
from fraudgraph.settings import Settings
from fraudgraph.stores.numbers import PLACE, Numbers
from fraudgraph.stores.port import Reader
from fraudgraph.subjects import tables
from fraudgraph.subjects.rules import identity_keys
from fraudgraph.values import Values


@dataclass(frozen=True)
class Confirmed:
    """The part of the book in which people may have changed, as it is after the night."""

    book: pl.DataFrame
    """Tonight's applications and the stored ones that are connected to them, in order."""
    identified: Identified
    who: Subjects
    intent: IntArray
    stored: pl.Series
    """application_id of the stored ones among them, corrected ones too."""

    def tables(self) -> Mapping[str, pl.DataFrame]:
        """MEMBERSHIP, PERSONS and CONFLICTS of this part."""
        return {
            "membership": tables.membership_table(self.book, self.who),
            "persons": tables.persons_table(self.book, self.who, self.intent),
            "conflicts": self.who.conflicts,
        }

    def records(self) -> pl.DataFrame:
        """All of it as records."""
        head = self.book.select("application_id", micros("applied_at"), "channel")
        who = tables.membership_table(self.book, self.who)["person_id"]
        keys = [self.identified.keys[name] for name in self.identified.keys.columns if name in PLACE]
        return pl.DataFrame([head["application_id"], who, head["applied_at"], head["channel"], *keys])


def confirm(
    numbers: Numbers, reader: Reader, kept: Values, fresh: pl.DataFrame, placeholders: pl.DataFrame, settings: Settings
) -> Confirmed:
    """Confirm the people of ``fresh``, applications (a book as ``kept`` has it) that are new or a new version of a stored one.

    ``numbers``: of ``reader``."""
    mine = kept.identified(fresh, settings, frozen_placeholders=placeholders)

    def births(applications: pl.Series) -> pl.DataFrame:
        named = numbers.application_ids(applications)
        return named.join(kept.births(reader, named["application_id"].to_list()), on="application_id").select("application", "born")

    every = connected(numbers, fresh["application_id"], mine.keys, mine.birth, births)
    ids = numbers.application_ids(every)["application_id"].sort().to_list()
    found = kept.stored(reader, ids) if ids else fresh.clear()
    others = found.join(fresh.select("application_id"), on="application_id", how="anti", maintain_order="left")
    book = pl.concat([others, fresh], how="diagonal").with_row_index("row").sort("applied_at", "application_id")
    row, book = book["row"], book.drop("row")
    if len(others):
        mine = joined([kept.identified(others, settings, frozen_placeholders=placeholders), mine])
    identified = gathered(mine, row)
    who = subjects.resolve(book, identified, settings, agree=name_agreement)
    return Confirmed(book, identified, who, intent.of_people(book, who), pl.Series("application_id", ids, dtype=pl.String))


def joined(parts: list[Identified]) -> Identified:
    """Return the identifiers of one book after another (under the same placeholders) as those of one."""

    def whole(frames: list[pl.DataFrame]) -> pl.DataFrame:
        frame = pl.concat(frames, how="diagonal")
        return frame.select([*(slot for slot in PLACE if slot in frame.columns), *(name for name in frame.columns if name not in PLACE)])

    matching = [part.matching for part in parts if part.matching is not None]
    return Identified(
        keys=whole([part.keys for part in parts]),
        status=whole([part.status for part in parts]),
        names=pl.concat([part.names for part in parts]),
        birth=pl.concat([part.birth for part in parts]),
        placeholders=parts[0].placeholders,
        matching=pl.concat(matching, how="diagonal") if matching else None,
    )


def gathered(identified: Identified, row: pl.Series) -> Identified:
    """Return the given rows of it."""
    return replace(
        identified,
        keys=identified.keys[row],
        status=identified.status[row],
        names=identified.names[row],
        birth=identified.birth.gather(row),
        matching=None if identified.matching is None else identified.matching[row],
    )


KEYS = {"slot": pl.UInt8, "value": pl.UInt64, "birth": pl.String, "alone": pl.Boolean}
"""Identity keys in numbers: the place of the slot, the value's number, and the birth that must agree too unless the key is enough."""


def identity_slots() -> dict[str, bool]:
    """Return the slots by which people are found -> is the key enough, without the date of birth?"""
    return {name: "birth" not in names for names in identity_keys() for name in names if name != "birth"}


Births = Callable[[pl.Series], pl.DataFrame]
"""Numbers of stored applications -> application, born (String, null where unknown)."""


def connected(numbers: Numbers, fresh: pl.Series, keys: pl.DataFrame, birth: pl.Series, births: Births) -> pl.Series:
    """Return the numbers of the stored applications that are connected to ``fresh`` (ids, with their keys and births), however indirectly,
    stored versions of its own among them.

    Whole people at a time: the applications of one are connected to each other."""
    own = numbers.versions(numbers.of(fresh))
    slots = [name for name in keys.columns if name in identity_slots()]
    wanted = _identity(pl.DataFrame([numbers.of(keys[name], SLOT[name].kind) for name in slots]), birth.cast(pl.String))
    pool = [own.select("application")]
    people = own["person"].unique()
    frontier = numbers.records(people) if len(people) else own
    asked = pl.DataFrame(schema={name: dtype for name, dtype in KEYS.items() if name != "alone"})
    while True:
        pool.append(frontier.select("application"))
        if len(frontier):
            born = frontier.join(births(frontier["application"]), on="application", how="left", maintain_order="left")["born"]
            wanted = pl.concat([wanted, _identity(frontier, born)])
        wanted = wanted.unique().join(asked, on=asked.columns, how="anti", nulls_equal=True)
        if not len(wanted):
            return pl.concat(pool)["application"].unique()
        asked = pl.concat([asked, wanted.select(asked.columns).unique()])
        found = _who_share(numbers, births, wanted, people)
        people = pl.concat([people, found])
        frontier = numbers.records(found) if len(found) else own.clear()
        wanted = wanted.clear()


def _identity(records: pl.DataFrame, birth: pl.Series) -> pl.DataFrame:
    """Return `KEYS` of records in numbers."""
    parts = [pl.DataFrame(schema=KEYS)]
    for name, alone in identity_slots().items():
        if name in records.columns:
            table = pl.DataFrame({"value": records[name], "birth": birth}).drop_nulls("value" if alone else ["value", "birth"])
            said = pl.lit(None, pl.String) if alone else pl.col("birth")
            place = pl.lit(PLACE[name], pl.UInt8).alias("slot")
            parts.append(table.select(place, "value", said.alias("birth"), pl.lit(alone).alias("alone")))
    return pl.concat(parts).unique()


def _who_share(numbers: Numbers, births: Births, keys: pl.DataFrame, seen: pl.Series) -> pl.Series:
    """Return the people, not ``seen`` yet, of whom an application has one of the identity keys."""
    kinds = pl.col("slot").replace_strict({place: SLOT[name].kind for name, place in PLACE.items()}, return_dtype=pl.String)
    asked = keys.select(kinds.alias("kind"), "value", low=pl.lit(ALWAYS[0]), high=pl.lit(ALWAYS[1])).unique()
    shared = numbers.uses(asked).join(seen.to_frame("person"), on="person", how="anti")
    alone = shared.join(keys.filter("alone"), on=["slot", "value"], how="semi")["person"]
    others = shared.join(alone.to_frame("person"), on="person", how="anti").join(keys.filter(~pl.col("alone")), on=["slot", "value"])
    if not len(others):
        return alone.unique()
    born = others.join(births(others["application"].unique()), on="application").filter(pl.col("birth") == pl.col("born"))["person"]
    return pl.concat([alone, born]).unique()
