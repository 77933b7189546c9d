"""Crowds on hubs: kept by window, so that a night need not look at everybody who ever used a carrier's address.

People come and go whole (a person who changed goes as they were and comes as they are), so that the people of a window after the night are
those before, less those who go, and those who come. *Crowds* are tables of value (a number), window, people, cap.
"""

from __future__ import annotations

import polars as pl

from fraudgraph.graph.codes import DAY
from fraudgraph.night.known import KINDS, kind_of
from fraudgraph.settings import Settings

WINDOW = ["value", "window"]


def half_window(settings: Settings) -> int:
    """Microseconds."""
    return settings.integer("graph.window_days") // 2 * DAY


def cap_of(settings: Settings) -> pl.Expr:
    """The cap of a use's kind."""
    caps, common = settings.table("graph.caps"), settings.integer("graph.cap")
    of_kind = {place: int(caps.get(kind, common)) for place, kind in enumerate(KINDS)}
    return kind_of().replace_strict(of_kind, return_dtype=pl.Int64).alias("cap")


def by_window(uses: pl.DataFrame, half: int) -> pl.DataFrame:
    """Return value, window, people: distinct people of ``uses`` in each window of two halves."""
    first = pl.col("at") // half
    parts = [uses.select("value", "person", window=first), uses.select("value", "person", window=first - 1)]
    return pl.concat(parts).unique().group_by(WINDOW).agg(pl.len().cast(pl.Int64).alias("people"))


def looked_at(half: int) -> pl.Expr:
    """The window that a use looks at: the one whose middle is nearest."""
    return ((pl.col("at") - half // 2) // half).alias("window")


def moved(crowds: pl.DataFrame, gone: pl.DataFrame, come: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """Return value, window, cap, before, after of ``crowds``, and of any other window of their values in which somebody comes or goes."""
    half = half_window(settings)
    caps = crowds.select("value", "cap").unique()
    less, more = (
        by_window(uses.join(caps, on="value", how="semi"), half).rename({"people": name}) for uses, name in ((gone, "less"), (come, "more"))
    )
    both = crowds.select(*WINDOW, before="people").join(less, on=WINDOW, how="full", coalesce=True)
    both = both.join(more, on=WINDOW, how="full", coalesce=True).with_columns(pl.col("before", "less", "more").fill_null(0))
    return both.join(caps, on="value").select(*WINDOW, "cap", "before", (pl.col("before") - pl.col("less") + pl.col("more")).alias("after"))


def quiet(crowds: pl.DataFrame, changes: pl.DataFrame, last: int, settings: Settings) -> pl.DataFrame:
    """Return the hubs (value) on which nothing changes for anybody: where people come or go (``changes``: uses) every window is over the
    cap, before and after, or looked at by nobody yet. ``crowds``: as `moved` has them; ``last``: the book's last application."""
    half = half_window(settings)
    first = pl.col("at") // half
    hubs = crowds.select("value").unique()
    touched = changes.join(hubs, on="value", how="semi")
    windows = pl.concat([touched.select("value", window=first), touched.select("value", window=first - 1)]).unique()
    # The first use that looks at window w lies half a half behind its start.
    seen = windows.filter(pl.col("window") * half + half // 2 <= last)
    calm = (pl.col("before") > pl.col("cap")) & (pl.col("after") > pl.col("cap"))
    unrest = seen.join(crowds, on=WINDOW, how="left").filter(~calm.fill_null(False))
    return hubs.join(unrest, on="value", how="anti")


def busy(uses: pl.DataFrame, crowds: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """Return the ``uses`` that look at a window which is over its cap."""
    over = crowds.filter(pl.col("people") > pl.col("cap")).select(WINDOW)
    return uses.with_columns(looked_at(half_window(settings))).join(over, on=WINDOW, how="semi").drop("window")


def table(uses: pl.DataFrame, settings: Settings) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return value, people, cap and value, window, people of those values of which ``uses`` (all of their uses) make hubs."""
    half = half_window(settings)
    many = uses.group_by("value").agg(pl.len(), pl.col("slot").first()).filter(pl.col("len") > cap_of(settings)).select("value")
    uses = uses.join(many, on="value", how="semi")
    windows = by_window(uses, half)
    looked = uses.select("value", cap_of(settings), looked_at(half)).unique()
    over = looked.join(windows, on=WINDOW).filter(pl.col("people") > pl.col("cap")).select("value", "cap").unique()
    users = uses.join(over, on="value", how="semi").group_by("value").agg(pl.col("person").n_unique().cast(pl.Int64).alias("people"))
    return users.join(over, on="value"), windows.join(over, on="value", how="semi")


def grown(hubs: pl.DataFrame, gone: pl.DataFrame, come: pl.DataFrame) -> pl.DataFrame:
    """Return ``hubs`` (value, people, ...) with the people who come and go counted."""
    less, more = (
        uses.join(hubs, on="value", how="semi").group_by("value").agg(pl.col("person").n_unique().cast(pl.Int64).alias(name))
        for uses, name in ((gone, "less"), (come, "more"))
    )
    both = hubs.join(less, on="value", how="left").join(more, on="value", how="left").with_columns(pl.col("less", "more").fill_null(0))
    return both.with_columns(pl.col("people") - pl.col("less") + pl.col("more")).drop("less", "more")


def named(hubs: pl.DataFrame, texts: pl.DataFrame, columns: pl.DataFrame) -> pl.DataFrame:
    """Return ``hubs`` with kind and key (``texts``: value, kind, key) in the columns of ``columns`` (an empty HUBS or HUB_WINDOWS)."""
    return hubs.join(texts, on="value").select(columns.columns).cast(columns.schema)

