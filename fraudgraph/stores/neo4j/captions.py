"""What a node is called where people see it: masked, never a plain value."""

from __future__ import annotations

import polars as pl

from fraudgraph import masking


def of_names(names: pl.Series) -> pl.Series:
    """Return people's names as they may be shown."""
    distinct = names.drop_nulls().unique()
    return names.replace({name: masking.name(name) for name in distinct})


def of_keys(kind: str, keys: pl.Series) -> pl.Series:
    """Return the keys of one kind of identifier as they may be shown."""
    return pl.Series("caption", [masking.mask(kind, key) for key in keys], dtype=pl.String)


def of_gangs(gangs: pl.DataFrame) -> pl.Series:
    """Return grade and size of gangs."""
    said = pl.concat_str([pl.col("grade").fill_null(""), pl.lit(" "), pl.col("members").fill_null(0).cast(pl.String)])
    return gangs.select(said.str.strip_chars().alias("caption")).to_series()
