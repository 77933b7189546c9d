"""A fixed key, and the sample book as applications, for the tests of masked values."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import polars as pl

from fraudgraph import records
from fraudgraph.concealment import Key
from fraudgraph.model import APPLICATIONS
from fraudgraph.settings import Settings, defaults
from fraudgraph.values.masked import Masked

SAMPLES = Path(__file__).resolve().parents[2] / "data/samples"
FILES = (SAMPLES / "applications_cn.csv", SAMPLES / "applications_west.csv")
RELATIONS = SAMPLES / "relations.csv"

SECRET = b"thirty-two bytes that are fixed."
KEY = Key(SECRET)
MASKED = Masked(KEY)

STRICT = defaults().override({"subjects.id_slips": False})
"""What plain values must be asked with to be compared: no slips of ID numbers."""


def write_key(place: Path, secret: bytes = SECRET) -> Path:
    """Write a key file that anybody can make again."""
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(f"fraudgraph-key-1 {secret.hex()}\n", encoding="utf-8")
    place.chmod(0o600)
    return place


@cache
def sample() -> pl.DataFrame:
    """Return the sample book: APPLICATIONS."""
    return records.read(list(FILES), defaults()).applications


def some(seed: int, size: int) -> pl.DataFrame:
    """Return some applications of the sample, in the order of a book; sometimes without a column or two."""
    part = sample().sample(size, seed=seed).sort("applied_at", "application_id")
    absent = [["date_of_birth"], ["name"], ["id_number"], ["ip", "home_address"], [], []][seed % 6]
    return part.with_columns(pl.lit(None, APPLICATIONS.schema[column]).alias(column) for column in absent)


def crowded(applications: pl.DataFrame, settings: Settings) -> Settings:
    """Return settings under which a small book finds placeholders of its own."""
    return settings.override({"identifiers.book_placeholder_people": 3, "identifiers.book_placeholder_share": 0.0})
