"""Postcodes: capital letters and digits without blanks; the four digits that a US code may add are left out, and so is ``D-`` before a
German one."""

from __future__ import annotations

import polars as pl

from fraudgraph.identifiers.registry import PLACEHOLDER, VALID, Context, Keyed, Kind
from fraudgraph.identifiers.text import clean, in_two, is_repeated, judged


def normalise(values: pl.Series, context: Context) -> Keyed:
    """Return the keys of postcodes."""
    return in_two(values, pl.Series([False]).new_from_index(0, len(values)), pl.Series([], dtype=pl.String), slow)


def slow(values: pl.Series) -> Keyed:
    """Judge distinct postcodes."""
    cleaned = clean(values).str.to_uppercase()
    bare = (
        cleaned.str.replace(r"^([0-9]{5})[- ]?[0-9]{4}$", "$1")
        .str.replace(r"^[A-Z]{1,3}-([0-9]{4,6})$", "$1")
        .str.replace_all(r"[^0-9A-Z]", "")
    )
    fits = bare.str.contains(r"^[0-9A-Z]{3,10}$") & bare.str.contains("[0-9]")
    keyed = judged("postcode", cleaned, bare.set(~fits, None))
    invented = is_repeated(bare) & (bare.str.len_bytes() >= 4) & (keyed.status == VALID)
    return Keyed(keyed.key.set(invented, None), keyed.status.set(invented, PLACEHOLDER))


KINDS = (Kind("postcode", normalise, digests=False),)
