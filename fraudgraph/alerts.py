"""Which gangs call for a look tonight, and which were looked at already: re-alert control. A function of sets, of tables in and out.

A list of people that did not change is no new alert, and a gang that an analyst dismissed is not raised again before its people are
others by more than a share (setting ``verdicts.realert_share``).

*Decision.* Of the labels that were ever given to a gang, or to one that it absorbed (at any time, before or after the merger), the
latest counts, in the order in which they were given; without any the gang is open. A gang that was split off is another one: open.

*Changed people* since a night: those who are in the gang now and were not then, and those who were and are not. Then is the gang, under
the name of the label, as it was on the label's night. The share is of the people it had then.

=============  ==================================================================================================================
alert          of a gang that is over the line tonight and
=============  ==================================================================================================================
``dismissed``  was dismissed, and its people have changed by no more than the share since: it is not raised
``new``        did not exist the night before
``changed``    has other people than the night before (or, if it was dissolved meanwhile, than when it was last over the line)
(empty)        has the same people: nothing new. Also of every gang that is not over the line
=============  ==================================================================================================================

The first row that fits counts. A gang *waits* for a decision while it is over the line and open, or its people have changed since its
label: for one that was dismissed, by more than the share.
"""

from __future__ import annotations

import polars as pl

from fraudgraph.model import GANG_MEMBERS, LABELS, Table

OPEN, DISMISSED = "open", "dismissed"
NEW, CHANGED = "new", "changed"
ALERTS_RAISED = (NEW, CHANGED)
"""Values of ``alert`` that call for a look."""

DECISIONS = Table(
    "decisions",
    {
        "gang_id": (pl.String, "of today"),
        "decision": (pl.String, "confirmed, suspicious, dismissed: the latest label"),
        "labelled": (pl.String, "the gang's name when the label was given"),
        "night": (pl.Int64, "the last night when the label was given"),
    },
)

ALERTS = Table(
    "alerts",
    {
        "gang_id": (pl.String, ""),
        "decision": (pl.String, "open, confirmed, suspicious, dismissed"),
        "alert": (pl.String, "new, changed, dismissed, or empty"),
        "waits": (pl.Boolean, "for a decision on the people it has now"),
        "since_label": (pl.Int64, "people who came or went since the label; null where there is none"),
    },
)

_SLACK = 1e-9
"""A share such as 0.29 of 100 people is not quite 29 in floating point."""


def decisions(labels: pl.DataFrame, aliases: pl.DataFrame) -> pl.DataFrame:
    """Return DECISIONS, by gang_id.

    ``labels``: LABELS in the order in which they were given; ``aliases``: alias, gang_id - every former id, and the gang that it is now.
    """
    labels = LABELS.check(labels)
    return (
        labels.rename({"gang_id": "labelled", "label": "decision"})
        .join(aliases.select(labelled="alias", today="gang_id"), on="labelled", how="left", maintain_order="left")
        .with_columns(gang_id=pl.coalesce("today", "labelled"))
        .unique("gang_id", keep="last", maintain_order=True)
        .select(list(DECISIONS.columns))
        .sort("gang_id")
    )


def judge(
    gangs: pl.DataFrame, now: pl.DataFrame, before: pl.DataFrame, decided: pl.DataFrame, then: pl.DataFrame, share: float
) -> pl.DataFrame:
    """Return ALERTS of every gang of tonight, by gang_id.

    ``gangs``: gang_id, and community_id, empty where the gang is not over the line; ``now``: their GANG_MEMBERS; ``before``: GANG_MEMBERS
    of the night before; both of dissolved gangs too.
    ``decided``: DECISIONS; ``then``: GANG_MEMBERS of the decided gangs on the nights of their labels, under the ids of today. People of
    earlier nights are to have the ids that they have today. ``share``: of people changed, over which a dismissed gang is raised again.
    """
    now, before, then = (GANG_MEMBERS.check(table).unique() for table in (now, before, then))
    tonight = _changed(now, before).rename({"changed": "tonight"})
    since = _changed(now, then).join(then.group_by("gang_id").len("were"), on="gang_id", how="left")
    changed, were = pl.col("changed").fill_null(0), pl.col("were").fill_null(0)
    is_live = pl.col("community_id").fill_null("") != ""
    is_open = pl.col("decision").is_null()
    rested = pl.col("decision").eq_missing(DISMISSED) & (changed <= share * were + _SLACK)
    return (
        gangs.select("gang_id", "community_id")
        .join(decided.select("gang_id", "decision"), on="gang_id", how="left")
        .join(tonight, on="gang_id", how="left")
        .join(since, on="gang_id", how="left")
        .with_columns(existed=pl.col("gang_id").is_in(before["gang_id"].unique().implode()))
        .select(
            "gang_id",
            decision=pl.col("decision").fill_null(OPEN),
            alert=pl.when(is_live.not_())
            .then(pl.lit(""))
            .when(rested)
            .then(pl.lit(DISMISSED))
            .when(pl.col("existed").not_())
            .then(pl.lit(NEW))
            .when(pl.col("tonight") > 0)
            .then(pl.lit(CHANGED))
            .otherwise(pl.lit("")),
            waits=is_live & rested.not_() & (is_open | (changed > 0)),
            since_label=pl.when(is_open.not_()).then(changed.cast(pl.Int64)),
        )
        .sort("gang_id")
    )  # fmt: skip


def _changed(now: pl.DataFrame, earlier: pl.DataFrame) -> pl.DataFrame:
    """Return gang_id, changed: how many people came or went, of each gang in which anybody did."""
    both = ["gang_id", "person_id"]
    moved = pl.concat([now.join(earlier, on=both, how="anti"), earlier.join(now, on=both, how="anti")])
    return moved.group_by("gang_id").len("changed")
