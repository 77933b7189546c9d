"""Looking things up: who uses a value, what people gave, and how much of a crowd each value has."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import polars as pl

from fraudgraph import model
from fraudgraph.investigation import references
from fraudgraph.reports import captions, kinds
from fraudgraph.stores.port import USES, Reader, unfolded

ALWAYS = (datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC))

VALUE = ["kind", "key"]

WHO_USES = {**USES.schema, "person_id": pl.String}

AS_USED = (
    pl.col("role").unique().sort().str.join(";").alias("roles"),
    pl.col("application_id").n_unique().cast(pl.Int64).alias("applications"),
    pl.col("used_at").min().alias("first_used_at"),
    pl.col("used_at").max().alias("last_used_at"),
)
"""What a group of uses comes to."""

COUNTED = model.Table(
    "counted",
    {
        "kind": (pl.String, ""),
        "key": (pl.String, "plain, or a token"),
        "value": (pl.String, "masked; empty where even that would say too much"),
        "reference": (pl.String, "of the value; null of a generic one, whose users are not counted one by one"),
        "people": (pl.Int64, "who ever used it"),
        "applications": (pl.Int64, "null of a generic one"),
        "generic": (pl.Boolean, "so many people were on it at one time that it ties nobody"),
        "first_used_at": (model.TIME, "null of a generic one"),
        "last_used_at": (model.TIME, "null of a generic one"),
    },
)


def made_by(reader: Reader, person_ids: Iterable[str]) -> pl.DataFrame:
    """Return application_id, applied_at, name, person_id of every application of the given people."""
    membership = reader.table("membership", columns=["application_id", "person_id"], where={"person_id": person_ids})
    where = {"application_id": membership["application_id"].to_list()}
    return reader.table("applications", columns=["application_id", "applied_at", "name"], where=where).join(membership, on="application_id")


def given_by(reader: Reader, person_ids: Iterable[str], kinds: Iterable[str] | None = None) -> pl.DataFrame:
    """Return WHO_USES of everything that the given people ever gave, or of these kinds of it."""
    return given_in(reader, made_by(reader, person_ids), kinds)


def given_in(reader: Reader, made: pl.DataFrame, kinds: Iterable[str] | None = None) -> pl.DataFrame:
    """Return the same of some people's applications (`made_by`)."""
    columns = None if kinds is None else _slots(reader, set(kinds))
    keys = reader.table("keys", columns=columns, where={"application_id": made["application_id"].to_list()})
    whose = made.select("application_id", "person_id", used_at="applied_at")
    return unfolded(keys.join(whose, on="application_id")).select(list(WHO_USES))


def _slots(reader: Reader, kinds: set[str]) -> list[str]:
    """Return the columns of the book's keys that are of the given kinds, after the application's id."""
    has = reader.table("keys", where={"application_id": []}).columns
    return ["application_id", *(name for name in has if name in model.SLOT and model.SLOT[name].kind in kinds)]


def users_of(reader: Reader, values: pl.DataFrame) -> pl.DataFrame:
    """Return WHO_USES of every use of ``values`` (kind, key)."""
    asked = values.select(VALUE).unique().sort(VALUE)
    low, high = (pl.lit(time).cast(model.TIME) for time in ALWAYS)
    found = reader.users(asked.with_columns(low=low, high=high))
    number = asked.with_row_index("value").with_columns(pl.col("value").cast(pl.UInt32))
    return found.join(number, on="value").select(list(WHO_USES))


def narrow(reader: Reader, values: pl.DataFrame) -> pl.DataFrame:
    """Return those of ``values`` that are not generic."""
    return values.join(reader.table("hubs", columns=VALUE), on=VALUE, how="anti")


def counted(reader: Reader, values: pl.DataFrame) -> pl.DataFrame:
    """Return COUNTED of ``values`` (kind, key), each once, the strongest kind first."""
    return counted_uses(reader, values)[0]


def counted_uses(reader: Reader, values: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the same, and WHO_USES of those that are not generic."""
    asked = values.select(VALUE).unique()
    hubs = reader.table("hubs", columns=["kind", "key", "people"]).join(asked, on=VALUE, how="semi")
    uses = users_of(reader, asked.join(hubs, on=VALUE, how="anti"))
    return tallied(reader, uses, hubs), uses


def tallied(reader: Reader, uses: pl.DataFrame, hubs: pl.DataFrame | None = None) -> pl.DataFrame:
    """Return COUNTED of the values in ``uses`` (WHO_USES of every use) and of ``hubs`` (kind, key, people)."""
    counts = uses.group_by(VALUE).agg(
        pl.col("person_id").n_unique().cast(pl.Int64).alias("people"), *AS_USED[1:]
    )
    table = counts.join(references.first_uses(uses), on=VALUE).with_columns(generic=False)
    if hubs is not None and hubs.height:
        table = pl.concat([table, hubs.with_columns(generic=True)], how="diagonal")
    shown = table.join(looks(reader, table, uses), on=VALUE, how="left")
    return COUNTED.check(strongest_first(shown))


def looks(reader: Reader, values: pl.DataFrame, uses: pl.DataFrame) -> pl.DataFrame:
    """Return kind, key, value (as it may be shown) of ``values``; ``uses`` name applications that have them."""
    look = captions.looks(reader, values, lambda: uses["application_id"].unique().sort())
    rows = [(kind, key, value) for (kind, key), value in look.items()]
    return pl.DataFrame(rows, schema={"kind": pl.String, "key": pl.String, "value": pl.String}, orient="row")


def strength() -> pl.Expr:
    """How much a value of a kind says by itself."""
    known = {kind: found.strength for kind, found in kinds.KINDS.items()}
    return pl.col("kind").replace_strict(known, default=0.1, return_dtype=pl.Float64)


def strongest_first(values: pl.DataFrame) -> pl.DataFrame:
    """Return ``values`` in the order of what they say: strong kinds first, then few people."""
    return values.sort(strength(), "kind", "people", "reference", "key", descending=[True, False, False, False, False])
