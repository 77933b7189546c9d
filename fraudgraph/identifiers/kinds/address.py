"""Addresses: a Chinese and a Western canonical form (`address_chinese`, `address_western`), chosen by the script.

A key is ``building|flat``, so that the building's key is what comes before the ``|``. A Western address that names no town takes
the postcode of its application with it, where there is one.
"""

from __future__ import annotations

import polars as pl

from fraudgraph.identifiers import address_chinese, address_western
from fraudgraph.identifiers.kinds import postcode
from fraudgraph.identifiers.registry import OPAQUE, Context, Derivation, Keyed, Kind
from fraudgraph.identifiers.text import clean, has_cjk, in_two, judged


def normalise(values: pl.Series, context: Context) -> Keyed:
    """Return the keys of addresses."""
    keyed = in_two(values, pl.Series([False]).new_from_index(0, len(values)), pl.Series([], dtype=pl.String), _slow)
    codes = context.column("postcode")
    if codes is None or values.name == "employer_address":
        return keyed
    bare = address_western.lacks_town(keyed.key).fill_null(False)
    if not bare.any():
        return keyed
    code = postcode.normalise(codes, context).key
    frame = pl.DataFrame({"k": keyed.key, "c": code, "b": bare})
    town = pl.lit(" ") + pl.col("c").str.to_lowercase()
    full = pl.when(pl.col("b") & pl.col("c").is_not_null()).then(pl.col("k").str.replace(r"^([^|]*)", "$1") + pl.lit("@") + town)
    moved = full.str.replace(r"^([^|]*)(\|[^@]*)?@(.*)$", "$1$3$2")
    return Keyed(frame.select(moved.fill_null(pl.col("k")).alias("k"))["k"], keyed.status)


def _slow(values: pl.Series) -> Keyed:
    cleaned = clean(values)
    chinese = has_cjk(cleaned)
    east, west = cleaned.filter(chinese), cleaned.filter(~chinese)
    keys = pl.concat([address_chinese.canonical(east).rename("k"), address_western.canonical(west).rename("k")])
    order = pl.concat([chinese.arg_true(), (~chinese).arg_true()]).arg_sort()
    return judged("address", cleaned, keys.gather(order))


def building(keys: pl.Series) -> pl.Series:
    """Return the building of address keys; null for opaque ones."""
    houses = keys.str.replace(r"\|.*$", "")
    opaque = houses.str.starts_with(OPAQUE).fill_null(False)
    return houses.set(opaque, None) if opaque.any() else houses


KINDS = (Kind("address", normalise), Kind("employer_address", normalise))
DERIVATIONS = (Derivation("building.own", "address.own", building),)
