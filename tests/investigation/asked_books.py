"""Small books in stores, as an analyst asks them, and the slow way to take something out of one: solving what is left of it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import polars as pl
from night_books import RULES, random_book

from fraudgraph import pipeline
from fraudgraph.calibration import Calibration
from fraudgraph.derived import Named
from fraudgraph.investigation.region import Opinion
from fraudgraph.model import MICRO, SLOT, SLOTS
from fraudgraph.settings import Settings, defaults
from fraudgraph.solving import Book, solve
from fraudgraph.stores import Reader

DERIVED_OF = {
    "address.own": ["building.own"],
    "ip.own": ["ip24.own", "ip16.own"],
    "phone.own": ["phone_run.a", "phone_run.b"],
    "id_number.own": ["id_run.a", "id_run.b"],
}
"""Written down anew: what goes with a value that was never given."""


def rules() -> Settings:
    return defaults().override(RULES, source="the test")


def stored(folder: Path, book: pl.DataFrame, settings: Settings, relations: pl.DataFrame | None = None) -> Path:
    """Run a book into an embedded store of its own, and return its path."""
    file, store, related = folder / "book.csv", folder / "book.duckdb", folder / "relations.csv"
    book.write_csv(file)
    if relations is not None:
        relations.write_csv(related)
    pipeline.run([file], store=store, settings=settings, relations=related if relations is not None else None)
    return store


def random_store(folder: Path, seed: int, settings: Settings) -> Path:
    """A random book with gangs; every third one has relations from outside as well."""
    book = random_book(seed, people=26, applications=44, gangs=2)
    relations = None
    if seed % 3 == 0:
        rng = np.random.default_rng(seed)
        ids = book["application_id"].to_list()
        ends, kinds = rng.integers(0, len(ids), (2, 8)), rng.choice(["call", "kin"], 8)
        rows = [(ids[a], ids[b], kind) for a, b, kind in zip(*ends, kinds, strict=True)]
        relations = pl.DataFrame([row for row in rows if row[0] != row[1]], schema=["source", "target", "kind"], orient="row")
    return stored(folder, book, settings, relations)


@lru_cache(maxsize=1)
def whole(reader: Reader) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return the whole book: its applications with their people, their keys, the people, the relations."""
    membership = reader.table("membership", columns=["application_id", "person_id"])
    book = reader.table("applications", columns=["application_id", "applied_at", "channel"]).join(
        membership, on="application_id", maintain_order="left"
    )
    keys = reader.table("keys").join(book.select("application_id"), on="application_id", maintain_order="right").drop("application_id")
    return book, keys.select([name for name in keys.columns if name in SLOT]), reader.table("persons"), reader.table("relations")


def solved_without(
    reader: Reader, calibration: Calibration, settings: Settings, *, person: str = "", value: tuple[str, str] | None = None
) -> Opinion:
    """Really take somebody, or a value, out of the whole book and solve it, its people and its calibration as they are."""
    book, keys, persons, given = whole(reader)
    if person:
        stays = book["person_id"] != person
        book, keys = book.filter(stays), keys.filter(stays)
    if value is not None:
        kind, key = value
        for slot in SLOTS:
            if slot.kind == kind and slot.name in keys.columns:
                hit = (keys[slot.name] == key).fill_null(False)
                for name in [slot.name, *DERIVED_OF.get(slot.name, [])]:
                    if name in keys.columns:
                        keys = keys.with_columns(keys[name].set(hit, None))
    first = book["person_id"].unique(maintain_order=True)
    number = pl.DataFrame({"person_id": first}).with_row_index("person")
    who = book.join(number, on="person_id", how="left", maintain_order="left")["person"].cast(pl.Int32).to_numpy()
    known = number.join(persons, on="person_id", how="left", maintain_order="left")["intent"]
    inside = book["application_id"].implode()
    relations = given.filter(pl.col("source").is_in(inside) & pl.col("target").is_in(inside))
    left = Book(
        application_id=book["application_id"],
        applied_at=book["applied_at"].dt.epoch("us").to_numpy(),
        keys=keys,
        channel=book["channel"],
        person=who,
        intent=(known * MICRO).round().cast(pl.Int64).fill_null(-1).to_numpy(),
        first=np.unique(who, return_index=True)[1],
        relations=relations,
    )
    solution, _ = solve(left, calibration, calibration.placeholders, settings)
    return Opinion(solution.near, solution.found, Named.of(left))
