"""What a node is called where people see it: masked, never a plain value."""

from __future__ import annotations

import polars as pl

from fraudgraph import masking, model


def of_names(names: pl.Series) -> pl.Series:
    """Return people's names as they may be shown."""
    distinct = names.drop_nulls().unique()
    return names.replace({name: masking.name(name) for name in distinct})


def of_keys(kind: str, keys: pl.Series, applications: pl.DataFrame, known: pl.DataFrame) -> pl.Series:
    """Return the keys of one kind of identifier as they may be shown.

    A token says nothing of its value: it is called as an application calls it that has it, of ``applications`` (APPLICATIONS), whose keys
    are ``known``, row by row.
    """
    names = {key: masking.mask(kind, key) for key in keys}
    tokens = pl.DataFrame({"key": [key for key in names if masking.TOKEN.fullmatch(key)]}, schema={"key": pl.String})
    if len(tokens) and not kind.endswith("_run"):  # a bucket's number is no number that anybody has
        slots = [slot for slot in model.SLOTS if slot.kind == kind and slot.name in known.columns]
        for slot in (slot for slot in slots if model.APPLICATIONS.schema[slot.column] == pl.String):
            said = pl.DataFrame([known[slot.name].alias("key"), applications[slot.column].alias("caption")]).drop_nulls()
            found = said.join(tokens, on="key", how="semi").group_by("key").agg(pl.col("caption").min())
            names |= dict(found.iter_rows())
    return pl.Series("caption", [names[key] for key in keys], dtype=pl.String)


def of_gangs(gangs: pl.DataFrame) -> pl.Series:
    """Return grade and size of gangs."""
    said = pl.concat_str([pl.col("grade").fill_null(""), pl.lit(" "), pl.col("members").fill_null(0).cast(pl.String)])
    return gangs.select(said.str.strip_chars().alias("caption")).to_series()
