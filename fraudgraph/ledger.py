"""Gangs that last: which gang of earlier nights a flagged community of this night is, what happened to it, and what caused it.

People's numbers can change when two people turn out to be one, so gangs and communities are compared by their **applications**.

Which gang goes on as which community

1. A flagged community *continues* a gang if it holds at least half of the gang's old applications, or if at least half of its own
   applications are the gang's. (A wisp - one member of a gang now among fifty others - carries no identity with it.)
2. Each gang goes on as the one community that holds most of its old applications among those that continue it; ties go to the
   community with the earlier first application (applied_at, then application_id).
3. Where several gangs go on as one community, the surviving id is that of a gang that was over the line last night before one that
   was dissolved, then of the one with most old applications, then the one with the earlier first application, then the smaller id.
   The other ids become aliases of it for good.
4. A community that no gang goes on as is *born*: its id is ``G-`` and its first application (``.2``, ``.3``, ... behind it where that
   id was ever taken). If it continues a gang that was over the line last night and goes on elsewhere, it was *split* from that gang
   (from the one with most applications in it, if there are several; ties as under 3).
5. A gang that goes on nowhere is *dissolved*: it is kept, with its past members and figures and without a community. If it later
   comes back over the line it keeps its id, and counts as grown.

Status and events (at most one event of a kind for a gang and night)

==========  ==========================================================================  ======================================
status      of a gang that                                                              event (from_ids)
==========  ==========================================================================  ======================================
new         is born of nothing older                                                    born
split       lost a part that is a gang of its own now                                   split (the parts' ids)
split       is such a part                                                              born (the gang that it was part of)
merged      took in another gang                                                        merged (the ids that are aliases now)
grown       gained applications, at least as many as it lost; or came back              grown
shrunk      lost applications, more than it gained                                      shrunk
unchanged   has the same applications as before                                         none
dissolved   is not over the line any more                                               dissolved, on the night it happened
==========  ==========================================================================  ======================================

A gang that was merged and split in the same night has the status merged and both events.

The cause of an event is the newest application (latest applied_at, then the greater id) among those that made the difference: those
that the gang has now and neither it nor a gang it took in or came from had before; where there are none, those that these had and it
has not; where there are none either (only the verdict changed), its own. For a dissolved gang "has now" means the community that
holds most of its old applications, if any does (a tie: the one with the earlier first application).

Everything here is a function of the sets: no order of rows, no order of communities and no clock matters.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from fraudgraph.model import GANG_EVENTS, GANGS, TIME, VERDICTS, Table

GANG_APPLICATIONS = Table(
    "gang_applications",
    {
        "gang_id": (pl.String, ""),
        "application_id": (pl.String, "of a member; of a dissolved gang: of those it had when it was last over the line"),
    },
)

PAST = Table(
    "past",
    {**GANG_APPLICATIONS.columns, "applied_at": (TIME, "when the application was made")},
)
"""What `follow` must know of the gangs of earlier nights, dissolved ones too."""

CURRENT = Table(
    "current",
    {
        "community_id": (pl.String, "every community of this night that was judged, flagged or not"),
        "application_id": (pl.String, "in one community at most"),
        "applied_at": (TIME, ""),
        "amount": (pl.Float64, "null where unknown"),
    },
)

ALIASES = Table("aliases", {"alias": (pl.String, "a former gang id"), "gang_id": (pl.String, "the gang that it is part of now")})

_BY_TIME = ["applied_at", "application_id"]


@dataclass(frozen=True)
class Followed:
    """The ledger after this night."""

    gangs: pl.DataFrame
    """GANGS, by gang_id; dissolved gangs too."""
    applications: pl.DataFrame
    """GANG_APPLICATIONS, by gang_id and application_id; of dissolved gangs too."""
    events: pl.DataFrame
    """GANG_EVENTS of this night, by gang_id and event."""


def follow(previous: pl.DataFrame, past: pl.DataFrame, events: pl.DataFrame, verdicts: pl.DataFrame, current: pl.DataFrame) -> Followed:
    """Carry the gangs of the night before over into this one.

    ``previous``: GANGS as they were; ``past``: PAST, their applications; ``events``: GANG_EVENTS of all nights so far (for the ids
    that were ever taken); ``verdicts``: VERDICTS of this night; ``current``: CURRENT. All may be empty.
    """
    previous, verdicts, current = GANGS.check(previous), VERDICTS.check(verdicts).filter("flagged"), CURRENT.check(current)
    past = PAST.check(past).unique()
    gangs = _gangs(previous, past)
    communities = _communities(current.join(verdicts, on="community_id", how="semi"))

    shared = past.join(current, on="application_id").group_by("gang_id", "community_id").len("both")
    continuing = _continuing(shared, gangs, communities)
    heirs = _heirs(continuing, gangs)
    named = _named(communities, heirs, continuing, gangs, _taken(previous, events))
    fate = _fate(named, heirs, gangs, past, current)

    alive = _rows(fate, communities, verdicts)
    ended = previous.join(heirs, on="gang_id", how="anti").with_columns(community_id=pl.lit(""), status=pl.lit("dissolved"))
    ending = ended.join(gangs.filter("live"), on="gang_id", how="semi")
    members = pl.concat(
        [
            named.join(current, on="community_id").select("gang_id", "application_id"),
            past.join(ended, on="gang_id", how="semi").select("gang_id", "application_id"),
        ]
    )
    return Followed(
        GANGS.check(pl.concat([alive, ended])).sort("gang_id"),
        GANG_APPLICATIONS.check(members).sort("gang_id", "application_id"),
        GANG_EVENTS.check(pl.concat([_events(fate), _ends(ending, shared, past, current)])).sort("gang_id", "event"),
    )


def aliases(events: pl.DataFrame) -> pl.DataFrame:
    """Return ALIASES, by alias: every id that was ever merged into another, and the gang that it leads to after ``events``."""
    merged = events.filter(pl.col("event") == "merged").select("gang_id", pl.col("from_ids").str.split(";")).explode("from_ids")
    into = dict(zip(merged["from_ids"].to_list(), merged["gang_id"].to_list(), strict=True))
    ends = {alias: gang for alias, gang in into.items() if alias}
    for alias in ends:
        while ends[alias] in into:  # an id that was taken in is never given again, so this walk cannot turn in a circle
            ends[alias] = into[ends[alias]]
    return pl.DataFrame({"alias": list(ends), "gang_id": list(ends.values())}, schema=ALIASES.schema).sort("alias")


def _gangs(previous: pl.DataFrame, past: pl.DataFrame) -> pl.DataFrame:
    """Per known gang: gang_id, live (over the line last night), size (old applications), first_applied_at."""
    size = past.group_by("gang_id").len("size")
    live = pl.col("status") != "dissolved"
    known = previous.select("gang_id", "first_applied_at", live=live)
    return known.join(size, on="gang_id", how="left").with_columns(pl.col("size").fill_null(0))


def _communities(members: pl.DataFrame) -> pl.DataFrame:
    """Per flagged community: size, first application and times, and the sum of the amounts that are known."""
    members = members.sort("community_id", *_BY_TIME)
    found = members.group_by("community_id", maintain_order=True).agg(
        pl.len().alias("size"),
        pl.col("application_id").first().alias("first"),
        pl.col("applied_at").first().alias("first_applied_at"),
        pl.col("applied_at").last().alias("last_applied_at"),
        pl.col("amount").is_not_null().any().alias("known"),
    )
    # Summed by numpy in the sorted order: the last digit of a sum of floats must not depend on the number of threads.
    starts = found["size"].cum_sum().shift(1, fill_value=0).to_numpy()
    amounts = members["amount"].fill_null(0.0).to_numpy()
    sums = np.add.reduceat(amounts, starts.astype(np.int64)) if len(starts) else amounts[:0]
    return found.with_columns(amount=pl.when("known").then(pl.Series(sums, dtype=pl.Float64))).drop("known")


def _firsts(members: pl.DataFrame) -> pl.DataFrame:
    """Per community: its first application, and when it was made."""
    ordered = members.select("community_id", "application_id", "applied_at").sort("community_id", *_BY_TIME)
    return ordered.unique("community_id", keep="first", maintain_order=True).rename(
        {"application_id": "first", "applied_at": "first_applied_at"}
    )


def _continuing(shared: pl.DataFrame, gangs: pl.DataFrame, communities: pl.DataFrame) -> pl.DataFrame:
    """Rule 1: pairs of a gang and a flagged community that continues it, with ``both``, the applications they share."""
    return (
        shared.join(gangs.select("gang_id", "live", "size"), on="gang_id")
        .join(communities.select("community_id", "first", "first_applied_at", ours=pl.col("size")), on="community_id")
        .filter((pl.col("both") * 2 >= pl.col("size")) | (pl.col("both") * 2 >= pl.col("ours")))
    )


def _heirs(continuing: pl.DataFrame, gangs: pl.DataFrame) -> pl.DataFrame:
    """Rules 2 and 3: gang_id -> community_id it goes on as, and ``survives``: does its id."""
    chosen = (
        continuing.sort("gang_id", "both", "first_applied_at", "first", descending=[False, True, False, False])
        .unique("gang_id", keep="first", maintain_order=True)
        .select("gang_id", "community_id")
        .join(gangs, on="gang_id")
        .sort("community_id", "live", "size", "first_applied_at", "gang_id", descending=[False, True, True, False, False])
    )
    return chosen.select("gang_id", "community_id", survives=pl.col("community_id").is_first_distinct())


def _named(communities: pl.DataFrame, heirs: pl.DataFrame, continuing: pl.DataFrame, gangs: pl.DataFrame, taken: set[str]) -> pl.DataFrame:
    """Rule 4: community_id, gang_id, born (has a new id) and parent (the gang that it was split from, else null)."""
    kept = heirs.filter("survives").select("community_id", "gang_id", born=pl.lit(False), parent=pl.lit(None, pl.String))
    parents = (
        continuing.filter("live")
        .join(heirs.select("community_id"), on="community_id", how="anti")
        .join(gangs.select("gang_id", born_at="first_applied_at"), on="gang_id")
        .sort("community_id", "both", "size", "born_at", "gang_id", descending=[False, True, True, False, False])
        .unique("community_id", keep="first", maintain_order=True)
        .join(heirs.filter("survives").select("gang_id", whole="community_id"), on="gang_id", how="left")
        .select("community_id", parent="gang_id")
    )
    born = (
        communities.join(kept, on="community_id", how="anti")
        .sort("first_applied_at", "first")
        .join(parents, on="community_id", how="left", maintain_order="left")
    )
    fresh = pl.Series("gang_id", _new_ids(born["first"].to_list(), taken), dtype=pl.String)
    return pl.concat([kept, born.select("community_id", fresh, born=pl.lit(True), parent="parent")])


def _new_ids(firsts: list[str], taken: set[str]) -> list[str]:
    """Return an id for each community by its first application, none of which was ever taken."""
    taken = set(taken)
    ids = []
    for first in firsts:
        wanted = "G-" + first.replace(";", ",")  # a semicolon parts the ids of an event
        given, number = wanted, 1
        while given in taken:
            number += 1
            given = f"{wanted}.{number}"
        taken.add(given)
        ids.append(given)
    return ids


def _taken(previous: pl.DataFrame, events: pl.DataFrame) -> set[str]:
    former = events.select(pl.col("from_ids").str.split(";")).explode("from_ids")["from_ids"]
    return {*previous["gang_id"], *events["gang_id"], *former.drop_nulls()}


def _fate(named: pl.DataFrame, heirs: pl.DataFrame, gangs: pl.DataFrame, past: pl.DataFrame, current: pl.DataFrame) -> pl.DataFrame:
    """Per gang that is over the line: ``named`` with absorbed and parts (ids joined by ;, empty if none), gained, lost, cause, status."""
    heir = heirs.join(named.select("community_id", survivor="gang_id"), on="community_id")
    absorbed = heir.filter(~pl.col("survives")).group_by("survivor").agg(absorbed=pl.col("gang_id").sort().str.join(";"))
    parts = (
        named.filter(pl.col("parent").is_not_null())
        .join(heir.select("gang_id", "survivor"), left_on="parent", right_on="gang_id")
        .group_by("survivor")
        .agg(parts=pl.col("gang_id").sort().str.join(";"))
    )
    origins = pl.concat(
        [
            heirs.select("gang_id", "community_id"),
            named.filter(pl.col("parent").is_not_null()).select(gang_id="parent", community_id="community_id"),
        ]
    )
    before = origins.join(past, on="gang_id").select("community_id", "application_id", "applied_at").unique()
    now = named.select("community_id").join(current, on="community_id").select("community_id", "application_id", "applied_at")
    return (
        named.join(absorbed, left_on="gang_id", right_on="survivor", how="left")
        .join(parts, left_on="gang_id", right_on="survivor", how="left")
        .join(_difference("community_id", now, before), on="community_id", how="left")
        .join(gangs.select("gang_id", "live"), on="gang_id", how="left")
        .with_columns(pl.col("absorbed", "parts").fill_null(""))
        .with_columns(status=_status())
    )


def _difference(by: str, now: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """Per ``by``: gained and lost (how many applications) and cause. Both tables have ``by``, application_id and applied_at."""
    keys = [by, "application_id"]
    gained = now.join(before, on=keys, how="anti")
    lost = before.join(now, on=keys, how="anti")
    ranked = pl.concat([table.with_columns(rank=pl.lit(rank)) for rank, table in enumerate((gained, lost, now, before))])
    cause = ranked.sort(by, "rank", *_BY_TIME, descending=[False, False, True, True]).unique(by, keep="first", maintain_order=True)
    return (
        cause.select(by, cause="application_id")
        .join(gained.group_by(by).len("gained"), on=by, how="left")
        .join(lost.group_by(by).len("lost"), on=by, how="left")
        .with_columns(pl.col("gained", "lost").fill_null(0))
    )


def _status() -> pl.Expr:
    """The status of a row of `_fate`."""
    return (
        pl.when(pl.col("born") & pl.col("parent").is_null())
        .then(pl.lit("new"))
        .when("born")
        .then(pl.lit("split"))
        .when(pl.col("absorbed") != "")
        .then(pl.lit("merged"))
        .when(pl.col("parts") != "")
        .then(pl.lit("split"))
        .when(~pl.col("live"))
        .then(pl.lit("grown"))
        .when((pl.col("gained") == 0) & (pl.col("lost") == 0))
        .then(pl.lit("unchanged"))
        .when(pl.col("gained") >= pl.col("lost"))
        .then(pl.lit("grown"))
        .otherwise(pl.lit("shrunk"))
    )


def _rows(fate: pl.DataFrame, communities: pl.DataFrame, verdicts: pl.DataFrame) -> pl.DataFrame:
    """GANGS of the gangs that are over the line."""
    judged = verdicts.select("community_id", "grade", "members", "applications", "mean_intent", "threshold", "p_value", "p_cut")
    figures = communities.select("community_id", "first_applied_at", "last_applied_at", "amount")
    return fate.join(judged, on="community_id").join(figures, on="community_id").select(list(GANGS.columns))


def _events(fate: pl.DataFrame) -> pl.DataFrame:
    """GANG_EVENTS of the gangs that are over the line."""
    kinds = (
        (pl.col("born"), "born", pl.col("parent").fill_null("")),
        (~pl.col("born") & (pl.col("absorbed") != ""), "merged", pl.col("absorbed")),
        (~pl.col("born") & (pl.col("parts") != ""), "split", pl.col("parts")),
        (pl.col("status") == "grown", "grown", pl.lit("")),
        (pl.col("status") == "shrunk", "shrunk", pl.lit("")),
    )
    return pl.concat(
        fate.filter(happened).select("gang_id", event=pl.lit(event), from_ids=from_ids, cause_application="cause")
        for happened, event, from_ids in kinds
    )


def _ends(ended: pl.DataFrame, shared: pl.DataFrame, past: pl.DataFrame, current: pl.DataFrame) -> pl.DataFrame:
    """GANG_EVENTS of the gangs that were over the line last night and go on nowhere."""
    held = shared.join(ended, on="gang_id", how="semi")
    most = held.join(_firsts(current.join(held, on="community_id", how="semi")), on="community_id")
    home = most.sort("gang_id", "both", "first_applied_at", "first", descending=[False, True, False, False]).unique(
        "gang_id", keep="first", maintain_order=True
    )
    columns = ["gang_id", "application_id", "applied_at"]
    now = home.select("gang_id", "community_id").join(current, on="community_id").select(columns)
    before = past.join(ended, on="gang_id", how="semi").select(columns)
    return (
        ended.select("gang_id", event=pl.lit("dissolved"), from_ids=pl.lit(""))
        .join(_difference("gang_id", now, before).select("gang_id", cause_application="cause"), on="gang_id", how="left")
        .with_columns(pl.col("cause_application").fill_null(""))  # a gang whose people were all removed from the book
    )
