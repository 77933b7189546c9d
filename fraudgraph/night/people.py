"""Who tonight's applicants are: they, and whoever in the book is connected to them through the keys that rules match on, resolved anew.

The people of a union of whole identity components are the same whether it is resolved alone or with the rest of the book.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from fraudgraph import intent, subjects
from fraudgraph.identifiers.name_agreement import name_agreement
from fraudgraph.model import Identified, IntArray, Subjects
from fraudgraph.night.known import micros
from fraudgraph.night.near import ALWAYS
from fraudgraph.settings import Settings
from fraudgraph.stores.numbers import PLACE, time
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


def confirm(reader: Reader, kept: Values, fresh: pl.DataFrame, placeholders: pl.DataFrame, settings: Settings) -> Confirmed:
    """Confirm the people of ``fresh``, applications (a book as ``kept`` has it) that are new or a new version of a stored one."""

    def identify(book: pl.DataFrame) -> Identified:
        return kept.identified(book, settings, frozen_placeholders=placeholders)

    found = _connected(reader, kept, fresh, identify)
    others = found.join(fresh.select("application_id"), on="application_id", how="anti")
    book = pl.concat([others, fresh], how="diagonal").sort("applied_at", "application_id")
    identified = identify(book)
    who = subjects.resolve(book, identified, settings, agree=name_agreement)
    return Confirmed(book, identified, who, intent.of_people(book, who), found["application_id"])


def _connected(reader: Reader, kept: Values, fresh: pl.DataFrame, identify: Callable[[pl.DataFrame], Identified]) -> pl.DataFrame:
    """Return the stored applications that are connected to ``fresh``, however indirectly, stored versions of its own among them."""
    pool = kept.stored(reader, fresh["application_id"].to_list())
    seen = set(pool["application_id"])
    frontier = pl.concat([fresh, pool], how="diagonal") if len(pool) else fresh
    asked = pl.DataFrame(schema={"slot": pl.String, "key": pl.String, "birth": pl.String})
    while len(frontier):
        keys = _identity(frontier, identify(frontier)).join(asked, on=asked.columns, how="anti", nulls_equal=True)
        asked = pl.concat([asked, keys.select(asked.columns).unique()])
        ids = _who_share(reader, kept, keys, seen, identify)
        seen |= set(ids)
        frontier = kept.stored(reader, ids) if ids else fresh.clear()
        pool = pl.concat([pool, frontier], how="diagonal")
    return pool


def _identity(book: pl.DataFrame, identified: Identified) -> pl.DataFrame:
    """Return the identity keys of a book: slot, key, and the birth that must agree too (null where the key is enough)."""
    keys, birth = identified.keys, identified.birth.cast(pl.String)
    parts = [pl.DataFrame(schema={"slot": pl.String, "key": pl.String, "birth": pl.String, "alone": pl.Boolean})]
    for names in identity_keys():
        slots = [name for name in names if name != "birth"]
        if len(slots) == 1 and slots[0] in keys.columns:
            alone = "birth" not in names
            table = pl.DataFrame({"slot": slots[0], "key": keys[slots[0]], "birth": None if alone else birth, "alone": alone})
            table = table.with_columns(pl.col("birth").cast(pl.String)).drop_nulls("key" if alone else ["key", "birth"])
            parts.append(table.select(parts[0].columns))
    return pl.concat(parts).unique()


def _who_share(
    reader: Reader, kept: Values, keys: pl.DataFrame, seen: set[str], identify: Callable[[pl.DataFrame], Identified]
) -> list[str]:
    """Return the ids of stored applications, not ``seen`` yet, that have one of the identity keys."""
    if not len(keys):
        return []
    values = keys.select("slot", "key").unique().sort("slot", "key")
    kinds = pl.col("slot").str.split(".").list.first()
    asked = values.select(kinds.alias("kind"), "key", low=pl.lit(ALWAYS[0]), high=pl.lit(ALWAYS[1])).unique(maintain_order=True)
    found = reader.users(asked.with_columns(time("low"), time("high")))
    shared = asked.select("kind", "key")[found["value"]].select(
        pl.concat_str("kind", pl.lit("."), found["role"]).alias("slot"), "key", found["application_id"]
    )
    shared = shared.filter(~pl.col("application_id").is_in(pl.Series(list(seen), dtype=pl.String).implode()))
    alone = shared.join(keys.filter("alone"), on=["slot", "key"], how="semi")["application_id"]
    others = shared.join(keys.filter(~pl.col("alone")), on=["slot", "key"])
    births = _births(reader, kept, others["application_id"].unique().to_list(), identify)
    born = others.join(births, on="application_id").filter(pl.col("birth") == pl.col("born"))["application_id"]
    return pl.concat([alone, born]).unique().sort().to_list()


def _births(reader: Reader, kept: Values, ids: list[str], identify: Callable[[pl.DataFrame], Identified]) -> pl.DataFrame:
    """Return application_id and born of stored applications."""
    book = kept.stored(reader, ids)
    return pl.DataFrame({"application_id": book["application_id"], "born": identify(book).birth.cast(pl.String)})
