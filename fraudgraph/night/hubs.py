"""When values were hubs: kept by half window, so that a night need not look at everybody who ever used a carrier's address.

Within a half a crowd only grows (`codes.Crowd.so_far`): from its first use over the cap on all of its uses are the hub's (where that is the
first of the half, it is known as its start). *Crowds* are
tables of value (a number), window (the half), since (microseconds).
"""

from __future__ import annotations

import polars as pl

from fraudgraph.graph.codes import DAY, FEW
from fraudgraph.model import BoolArray
from fraudgraph.night.known import KINDS, kind_of
from fraudgraph.night.uses import OWN, counted, unranked
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


def window_of(settings: Settings) -> pl.Expr:
    """The half that a use lies in."""
    return (pl.col("at") // half_window(settings)).alias("window")


def are_busy(uses: pl.DataFrame, crowds: pl.DataFrame, settings: Settings) -> pl.Series:
    """Say of each of the ``uses`` whether it is a hub's: what comes later leaves it so."""
    within = uses.select("value", "at", window_of(settings)).join(
        crowds.select(*WINDOW, "since"), on=WINDOW, how="left", maintain_order="left"
    )
    return (within["at"] >= within["since"]).fill_null(False)


def stirred(uses: pl.DataFrame, last: int, settings: Settings) -> pl.DataFrame:
    """Return those of the ``uses`` of hubs, which come, that may change what others see: in the half behind theirs there may be some.

    In their own half all later uses are the hub's already; a place of a hub that is smaller than `FEW` may still be somebody's own.
    ``last``: the book's last application, microseconds."""
    half = half_window(settings)
    own = pl.col("slot").is_in(OWN.tolist()) & (cap_of(settings) < FEW)
    return uses.filter((pl.col("at") // half < last // half) | own)


def without_busy(uses: pl.DataFrame, crowds: pl.DataFrame, anew: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """Return ``uses`` without the hubs' among them, which nobody meets, where no count needs them: the crowds of a half are counted with
    those of the half before. Values ``anew`` are left as they are: what is a hub's there may be other than before."""
    mine = crowds.join(anew, on="value", how="anti").select(*WINDOW, "since")
    busy = are_busy(uses, mine, settings)
    free = uses.filter(~busy)
    behind = mine.select("value", (pl.col("window") + 1).alias("window"))
    asked = free.join(mine.select("value").unique(), on="value", how="semi").select("value", window_of(settings)).unique()
    asked = asked.join(behind, on=WINDOW, how="semi").with_columns(pl.col("window") - 1)
    needed = asked
    while len(asked):  # and those in turn, or they would not be known for hubs'
        asked = asked.with_columns(pl.col("window") - 1).join(mine, on=WINDOW, how="semi").join(needed, on=WINDOW, how="anti")
        needed = pl.concat([needed, asked])
    if not len(needed):
        return free
    counted_too = uses.filter(busy).with_columns(window_of(settings)).join(needed, on=WINDOW, how="semi")
    return pl.concat([free, counted_too.select(uses.columns)])


def since(uses: pl.DataFrame, hub: BoolArray, settings: Settings) -> pl.DataFrame:
    """Return value, window, since of ``uses``, of which some are ``hub``'s; of a half that has any all must be there."""
    window = window_of(settings)
    mine = uses.select("value", "at", window, hub=pl.Series(hub)).filter(pl.col("hub").any().over("value"))
    over = pl.col("at").filter("hub").min().alias("since")
    found = mine.group_by(WINDOW).agg(pl.col("at").min().alias("first"), over).drop_nulls("since")
    whole = pl.col("since") == pl.col("first")
    return found.select(*WINDOW, pl.when(whole).then(pl.col("window") * half_window(settings)).otherwise("since").alias("since"))


def for_good(crowds: pl.DataFrame, last: int, settings: Settings) -> pl.DataFrame:
    """Return value, since of the hubs that never ceased to be one since they were, up to the half of ``last``, the book's last application:
    all of their uses from then on are hubs'."""
    half = half_window(settings)
    mine = crowds.select(*WINDOW, "since").sort(WINDOW)
    whole = (pl.col("since") == pl.col("window") * half).slice(1).all()
    ends = pl.col("window").last() - pl.col("window").first() + 1
    steady = mine.group_by("value", maintain_order=True).agg(
        pl.col("since").first(), whole.alias("whole"), (ends == pl.len()).alias("unbroken"), pl.col("window").last().alias("final")
    )
    return steady.filter("whole", "unbroken", pl.col("final") == last // half).select("value", "since")


def table(uses: pl.DataFrame, settings: Settings) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return value, people, cap and value, window, since of those values of which ``uses`` (all of their uses) make hubs."""
    many = uses.group_by("value").agg(pl.len(), pl.col("slot").first()).filter(pl.col("len") > cap_of(settings)).select("value")
    uses = uses.join(many, on="value", how="semi")
    crowd = counted(uses, uses["value"].unique(), uses["person"].unique(), unranked(uses), settings)
    over = uses.filter(pl.Series(crowd.hub))
    caps = over.group_by("value").agg(pl.col("slot").first()).select("value", cap_of(settings))
    users = uses.join(caps, on="value", how="semi").group_by("value").agg(pl.col("person").n_unique().cast(pl.Int64).alias("people"))
    return users.join(caps, on="value"), since(uses, crowd.hub, settings)


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
