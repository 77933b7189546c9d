"""E-mail addresses: case, ``+suffix`` and, at Gmail, dots are spelling; googlemail.com is gmail.com."""

from __future__ import annotations

import polars as pl

from fraudgraph.identifiers import placeholders
from fraudgraph.identifiers.registry import PLACEHOLDER, VALID, Context, Keyed, Kind
from fraudgraph.identifiers.text import clean, in_two, judged

PLAIN = r"^[a-z0-9_.\-]+@[a-z0-9\-]+(?:\.[a-z0-9\-]+)*\.[a-z]{2,}$"
FULL = r"^[^\s@,;<>\"*•●]+@[^\s@,;<>\"]+\.[\p{L}]{2,}$"


def normalise(values: pl.Series, context: Context) -> Keyed:
    """Return the keys ``local@domain`` of e-mail addresses."""
    lower = values.str.to_lowercase().str.strip_chars()
    fast = lower.str.contains(PLAIN) & ~_invented(lower)
    return in_two(lower, fast, _fold(lower.filter(fast)), _slow)


def _slow(values: pl.Series) -> Keyed:
    cleaned = clean(values).str.to_lowercase().str.replace(r"^mailto:", "").str.replace(r"^.*<([^>]+)>$", "$1")
    key = _fold(cleaned.set(~cleaned.str.contains(FULL), None))
    keyed = judged("email", cleaned, key)
    invented = _invented(key).fill_null(False) & (keyed.status == VALID)
    return Keyed(keyed.key.set(invented, None), keyed.status.set(invented, PLACEHOLDER))


def _fold(values: pl.Series) -> pl.Series:
    """Take off what is spelling; nulls stay."""
    plain = values.str.replace(r"^([^@+]+)\+[^@]*@", "$1@").str.replace(r"@googlemail\.com$", "@gmail.com")
    gmail = plain.str.ends_with("@gmail.com").fill_null(False)
    if not gmail.any():
        return plain.rename("k")
    local = plain.str.strip_suffix("@gmail.com").str.replace_all(".", "", literal=True)
    dotless = local.to_frame("l").select((pl.col("l") + "@gmail.com").alias("l"))["l"]
    return dotless.zip_with(gmail, plain).rename("k")


def _invented(values: pl.Series) -> pl.Series:
    """Return which addresses say, by their part before the @ or their domain, that there is none."""
    local = values.str.extract(r"^([^@+]*)")
    domain = values.str.extract(r"@(.*)$")
    return local.is_in(placeholders.section("email", "locals")) | domain.is_in(placeholders.section("email", "domains"))


KINDS = (Kind("email", normalise, personal=True),)
