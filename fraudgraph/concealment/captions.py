"""Applications as they may be kept beside tokens: every personal value masked, in columns.

The forms are exactly those of `fraudgraph.masking`, which says them value by value (a test compares the two): a book of ten million rows
has hundreds of millions of values.
"""

from __future__ import annotations

import polars as pl

from fraudgraph.model import APPLICATIONS, OUTCOME_COLUMNS, SLOTS

KEPT = ("application_id", "applied_at", "channel", "product", "amount", "term", "scene", "fraud_intent", *OUTCOME_COLUMNS)
"""Columns of APPLICATIONS that say nothing about a person by themselves, and stay as they are."""

NAMES = ("name", "contact1_name", "contact2_name")

KIND_OF = {slot.column: slot for slot in SLOTS if not slot.derived and APPLICATIONS.schema[slot.column] == pl.String}
"""Column of APPLICATIONS -> the slot that its key is in."""

_LONGEST_RAW = 24
"""Characters of a value without a key that its mask is made of."""


def captioned(applications: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    """Return APPLICATIONS with masked captions in place of personal values, and null where a caption would still say it all.

    ``keys`` has the plain keys, one column a slot, row by row. A caption is made of the key where there is one, so that all spellings of
    a value look alike, else of the value as given.
    """
    columns = [_captioned(applications[name], name, keys) for name in APPLICATIONS.columns]
    return APPLICATIONS.check(pl.DataFrame(columns))


def _captioned(values: pl.Series, column: str, keys: pl.DataFrame) -> pl.Series:
    if column in KEPT or values.null_count() == len(values):
        return values
    if values.dtype != pl.String:  # a date of birth, a place
        return pl.Series(column, [None], dtype=values.dtype).new_from_index(0, len(values))
    raw = pl.col("raw")
    if column in NAMES:
        return values.to_frame("raw").select(name(raw).alias(column)).to_series()
    slot = KIND_OF.get(column)
    if slot is None or slot.name not in keys.columns:
        return values.to_frame("raw").select(_stars(raw.str.head(_LONGEST_RAW), 2, 2).alias(column)).to_series()
    frame = pl.DataFrame([values.alias("raw"), keys[slot.name].alias("key")])
    known = pl.col("key").is_not_null()
    masked = pl.when(known).then(mask(slot.kind, pl.col("key"))).otherwise(_stars(raw.str.head(_LONGEST_RAW), 2, 2))
    return frame.select(masked.alias(column)).to_series()


def mask(kind: str, key: pl.Expr) -> pl.Expr:
    """Return an expression for `masking.mask` of plain keys of ``kind`` (those that are no tokens)."""
    size = key.str.len_chars()
    head, tail = key.str.head, key.str.tail
    if kind in ("phone", "employer_phone"):
        digits = key.str.strip_prefix("+86")
        shown = pl.concat_str(digits.str.head(3), pl.lit("****"), digits.str.tail(4))
        return pl.when(digits.str.len_chars() > 8).then(shown).otherwise(_stars(digits, 1, 1))
    if kind == "id_number":
        hidden = key.str.slice(3, (size.cast(pl.Int64) - 5).clip(0)).str.replace_all("(?s).", "*")
        return pl.when(size > 7).then(pl.concat_str(head(3), hidden, tail(2))).otherwise(_stars(key, 1, 1))
    if kind == "bank_card":
        return pl.when(size > 8).then(pl.concat_str(pl.lit("**** "), tail(4))).otherwise(_stars(key, 0, 2))
    other = pl.when(size > 8).then(pl.concat_str(head(4), pl.lit("***"), tail(2))).otherwise(_stars(key, 1, 1))
    if kind == "email":
        parts = key.str.split_exact("@", 1)
        shown = pl.concat_str(parts.struct[0].str.head(1), pl.lit("***@"), parts.struct[1])
        return pl.when(key.str.contains(r"^[^@]+@[^@]+$")).then(shown).otherwise(other)
    if kind == "ip":
        parts = key.str.split_exact(".", 1)
        shown = pl.concat_str(parts.struct[0], pl.lit("."), parts.struct[1], pl.lit(".*.*"))
        return pl.when(key.str.count_matches(".", literal=True) == 3).then(shown).otherwise(_stars(key, 4, 0))
    if kind in ("address", "employer_address"):
        return pl.when(size > 8).then(pl.concat_str(head(6), pl.lit("***"))).otherwise(_stars(key, 2, 0))
    if kind in ("employer", "postcode"):
        return _stars(key, 2, 0)
    return other


def name(value: pl.Expr) -> pl.Expr:
    """Return an expression for `masking.name`."""
    part = pl.element()
    hidden = pl.lit("***").str.head((part.str.len_chars().cast(pl.Int64) - 1).clip(1, 3))
    return value.str.extract_all(r"\S+").list.eval(pl.concat_str(part.str.head(1), hidden)).list.join(" ")


def _stars(value: pl.Expr, head: int, tail: int) -> pl.Expr:
    hidden = value.str.len_chars().cast(pl.Int64) - (head + tail)
    shown = pl.concat_str(value.str.head(head), pl.lit("********").str.head(hidden.clip(0, 8)), value.str.tail(tail))
    return pl.when(hidden > 0).then(shown).otherwise(pl.lit("****").str.head(value.str.len_chars()))
