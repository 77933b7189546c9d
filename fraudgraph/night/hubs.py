"""Crowds on hubs: kept by window, so that a night need not look at everybody who ever used a carrier's address.

People come and go whole (a person who changed goes as they were and comes as they are), so that the people of a window after the night are
those before, less those who go, and those who come.
"""

from __future__ import annotations

import polars as pl

from fraudgraph.graph.codes import DAY
from fraudgraph.model import HUB_WINDOWS, HUBS
from fraudgraph.settings import Settings


def by_window(uses: pl.DataFrame, half: int) -> pl.DataFrame:
    """Return kind, key, window, people: distinct people of ``uses`` (kind, key, person_id, applied_at) in each window of two halves."""
    first = pl.col("applied_at") // half
    parts = [uses.select("kind", "key", "person_id", window=first), uses.select("kind", "key", "person_id", window=first - 1)]
    return pl.concat(parts).unique().group_by("kind", "key", "window").agg(pl.len().cast(pl.Int64).alias("people"))


def half_window(settings: Settings) -> int:
    """Microseconds."""
    return settings.integer("graph.window_days") // 2 * DAY


def cap_of(settings: Settings) -> pl.Expr:
    """The cap of a value's kind."""
    caps = {kind: int(cap) for kind, cap in settings.table("graph.caps").items()}
    common = settings.integer("graph.cap")
    return pl.col("kind").replace_strict(caps, default=common, return_dtype=pl.Int64) if caps else pl.lit(common, pl.Int64)


def moved(windows: pl.DataFrame, gone: pl.DataFrame, come: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """Return kind, key, window, before, after: the crowds of ``windows`` (HUB_WINDOWS), and of any other window of their values in which
    somebody comes or goes (uses of all values, as `by_window` takes them)."""
    half = half_window(settings)
    hubs = windows.select("kind", "key").unique()
    key = ["kind", "key", "window"]
    less = by_window(gone.join(hubs, on=["kind", "key"], how="semi"), half).rename({"people": "less"})
    more = by_window(come.join(hubs, on=["kind", "key"], how="semi"), half).rename({"people": "more"})
    both = windows.rename({"people": "before"}).join(less, on=key, how="full", coalesce=True).join(more, on=key, how="full", coalesce=True)
    return both.with_columns(pl.col("before", "less", "more").fill_null(0)).select(
        *key, "before", (pl.col("before") - pl.col("less") + pl.col("more")).alias("after")
    )


def quiet(crowds: pl.DataFrame, changes: pl.DataFrame, last: int, settings: Settings) -> pl.DataFrame:
    """Return kind and key of the hubs on which nothing changes for anybody: where people come or go (``changes``: uses) every window is
    over the cap, before and after, or looked at by nobody yet. ``crowds``: as `moved` has them; ``last``: the book's last application."""
    half = half_window(settings)
    first = pl.col("applied_at") // half
    hubs = crowds.select("kind", "key").unique()
    touched = changes.join(hubs, on=["kind", "key"], how="semi")
    windows = pl.concat([touched.select("kind", "key", window=first), touched.select("kind", "key", window=first - 1)]).unique()
    # The first use that looks at window w lies half a half behind its start.
    seen = windows.filter(pl.col("window") * half + half // 2 <= last)
    calm = (pl.col("before") > cap_of(settings)) & (pl.col("after") > cap_of(settings))
    unrest = seen.join(crowds, on=["kind", "key", "window"], how="left").filter(~calm.fill_null(False)).select("kind", "key")
    return hubs.join(unrest, on=["kind", "key"], how="anti")


def busy(uses: pl.DataFrame, windows: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """Return the ``uses`` (kind, key, applied_at, ...) that look at a window of ``windows`` (HUB_WINDOWS) which is over the cap."""
    half = half_window(settings)
    over = windows.filter(pl.col("people") > cap_of(settings)).select("kind", "key", "window")
    looked = uses.with_columns(((pl.col("applied_at") - half // 2) // half).alias("window"))
    return looked.join(over, on=["kind", "key", "window"], how="semi").drop("window")


def table(uses: pl.DataFrame, settings: Settings) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return HUBS and HUB_WINDOWS of those values of which ``uses`` (all of their uses: kind, key, person_id, applied_at) make hubs."""
    half = half_window(settings)
    windows = by_window(uses, half)
    looked = uses.select("kind", "key", window=(pl.col("applied_at") - half // 2) // half).unique()
    over = looked.join(windows, on=["kind", "key", "window"]).filter(pl.col("people") > cap_of(settings))
    hubs = over.select("kind", "key").unique()
    users = uses.join(hubs, on=["kind", "key"], how="semi").group_by("kind", "key")
    people = users.agg(pl.col("person_id").n_unique().cast(pl.Int64).alias("people")).with_columns(cap_of(settings).alias("cap"))
    return HUBS.check(people.sort("kind", "key")), HUB_WINDOWS.check(
        windows.join(hubs, on=["kind", "key"], how="semi").sort("kind", "key", "window")
    )


def grown(hubs: pl.DataFrame, gone: pl.DataFrame, come: pl.DataFrame) -> pl.DataFrame:
    """Return HUBS with the people who come and go counted."""
    key = ["kind", "key"]
    less, more = (
        uses.join(hubs, on=key, how="semi").group_by(key).agg(pl.col("person_id").n_unique().cast(pl.Int64).alias(name))
        for uses, name in ((gone, "less"), (come, "more"))
    )
    both = hubs.join(less, on=key, how="left").join(more, on=key, how="left").with_columns(pl.col("less", "more").fill_null(0))
    return both.with_columns(pl.col("people") - pl.col("less") + pl.col("more")).select(list(HUBS.columns))
