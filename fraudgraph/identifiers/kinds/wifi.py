"""WiFi access points (MAC addresses): separators and case are spelling."""

from __future__ import annotations

import polars as pl

from fraudgraph.identifiers.registry import MALFORMED, PLACEHOLDER, VALID, Context, Keyed, Kind
from fraudgraph.identifiers.text import clean, in_two, is_repeated, judged

PLAIN = r"^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$"


def normalise(values: pl.Series, context: Context) -> Keyed:
    """Return the keys ``aa:bb:cc:dd:ee:ff``."""
    lower = values.str.to_lowercase()
    fast = lower.str.contains(PLAIN) & ~lower.str.starts_with("00:00:00") & ~lower.str.starts_with("ff:ff:ff")
    return in_two(lower, fast, lower.filter(fast), _slow)


def _slow(values: pl.Series) -> Keyed:
    cleaned = clean(values).str.to_lowercase()
    short = cleaned.str.contains(r"^[0-9a-f]{1,2}(?:[:\-][0-9a-f]{1,2}){5}$")
    filled = cleaned.str.replace_all(r"\b([0-9a-f])\b", "0$1")
    bare = filled.zip_with(short, cleaned).str.replace_all(r"[^0-9a-z]", "")
    parts = [pl.col("b").str.slice(at, 2) for at in range(0, 12, 2)]
    key = bare.to_frame("b").select(
        pl.when(pl.col("b").str.contains(r"^[0-9a-f]{12}$")).then(pl.concat_str(parts, separator=":")).alias("k")
    )["k"]
    keyed = judged("wifi", cleaned, key)
    invented = is_repeated(bare) & (bare.str.len_bytes() >= 6) & keyed.status.is_in([VALID, MALFORMED])
    return Keyed(keyed.key.set(invented, None), keyed.status.set(invented, PLACEHOLDER))


KINDS = (Kind("wifi", normalise, digests=False),)
