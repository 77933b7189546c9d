"""The analyst's queue: gangs in the order in which they deserve a look, with what it takes to choose among them.

First come those that wait for a decision (see `fraudgraph.alerts`), then those that were called suspicious, confirmed, dismissed, and last
the dissolved ones. Within each: the worst grade first, then the largest amount, the highest mean intent, and the id.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import polars as pl

from fraudgraph.model import GANGS, TIME, Table
from fraudgraph.reports import words
from fraudgraph.reports.standing import setting, standing
from fraudgraph.reports.tables import LIVE, zone_of
from fraudgraph.stores.port import Reader

QUEUE = Table(
    "queue",
    {
        "gang_id": (pl.String, ""),
        "grade": (pl.String, "A (worst) to D"),
        "members": (pl.Int64, "people"),
        "applications": (pl.Int64, ""),
        "amount": (pl.Float64, "exposure: the sum of the members' applications; null where none is known"),
        "mean_intent": (pl.Float64, ""),
        "threshold": (pl.Float64, ""),
        "channels": (pl.String, "``web 12; store 3``: applications by channel, most first"),
        "growth": (pl.Int64, "people who first applied in the last days before the book's newest application (verdicts.growth_days)"),
        "status": (pl.String, "what the last night did to it"),
        "decision": (pl.String, "open, confirmed, suspicious, dismissed"),
        "alert": (pl.String, "new, changed, dismissed, or empty"),
        "since_label": (pl.Int64, "people who came or went since the last label; null where there is none"),
        "waits": (pl.Boolean, "for a decision on the people it has now"),
        "first_applied_at": (TIME, ""),
        "last_applied_at": (TIME, ""),
    },
)

DECISIONS = ("open", "suspicious", "confirmed", "dismissed")
"""In the order of the queue."""

STATUSES = ("new", "grown", "shrunk", "merged", "split", "dissolved", "unchanged")
GRADES = ("A", "B", "C", "D")


@dataclass(frozen=True)
class Wanted:
    """Which gangs; what is empty or None lets all pass."""

    grades: tuple[str, ...] = ()
    since: date | None = None
    """With an application on that day, in the book's time zone, or later."""
    channel: str | None = None
    """With an application through it, in whatever letters it is written."""
    status: str | None = None
    decision: str | None = None


def queue(reader: Reader, wanted: Wanted | None = None) -> pl.DataFrame:
    """Return QUEUE of the reader's night, what deserves the first look first."""
    wanted = wanted or Wanted()
    gangs = reader.table("gangs").join(standing(reader), on="gang_id").filter(*_conditions(wanted, zone_of(reader)))
    people = reader.table("gang_members", where={"gang_id": gangs["gang_id"].to_list()})
    channels = _channels(reader, people)
    if wanted.channel is not None:
        through = channels.filter(pl.col("channel").str.to_lowercase() == wanted.channel.strip().lower())
        gangs = gangs.join(through, on="gang_id", how="semi")
    found = (
        gangs.join(_texts(channels), on="gang_id", how="left")
        .join(_growth(reader, people), on="gang_id", how="left")
        .with_columns(pl.col("channels").fill_null(""), pl.col("growth").fill_null(0), pl.col("grade").fill_null(""))
    )
    return QUEUE.check(ordered(found))


def ordered(gangs: pl.DataFrame) -> pl.DataFrame:
    """Return gangs, as GANGS and ALERTS describe them, in the order of the queue."""
    settled = {decision: place for place, decision in enumerate(DECISIONS[1:], start=1)}
    rank = (
        pl.when(~LIVE)
        .then(len(DECISIONS))
        .when("waits")
        .then(0)
        .otherwise(pl.col("decision").replace_strict(settled, default=0, return_dtype=pl.Int32))
    )
    order = (rank, pl.col("grade") == "", "grade", pl.col("amount").fill_null(-1.0), pl.col("mean_intent").fill_null(-1.0), "gang_id")
    return gangs.sort(*order, descending=[False, False, False, True, True, False])


def _conditions(wanted: Wanted, zone: str) -> list[pl.Expr]:
    found = []
    if wanted.grades:
        found.append(pl.col("grade").is_in(list(wanted.grades)))
    if wanted.status is not None:
        found.append(pl.col("status") == wanted.status)
    if wanted.decision is not None:
        found.append(pl.col("decision") == wanted.decision)
    if wanted.since is not None:
        midnight = datetime.combine(wanted.since, datetime.min.time(), ZoneInfo(zone))
        found.append(pl.col("last_applied_at") >= midnight.astimezone(UTC))
    return found


def _channels(reader: Reader, people: pl.DataFrame) -> pl.DataFrame:
    """Return gang_id, channel, applications: most first."""
    where = {"person_id": people["person_id"].unique().sort().to_list()}
    membership = reader.table("membership", columns=["application_id", "person_id"], where=where)
    chosen = {"application_id": membership["application_id"].to_list()}
    applications = reader.table("applications", columns=["application_id", "channel"], where=chosen).drop_nulls()
    made = people.join(membership, on="person_id").join(applications, on="application_id")
    counted = made.group_by("gang_id", "channel").len("applications")
    return counted.sort("gang_id", "applications", "channel", descending=[False, True, False])


def _texts(channels: pl.DataFrame) -> pl.DataFrame:
    """Return gang_id, channels."""
    names = channels["channel"].unique().sort()
    shown = {name: words.show(name).replace(";", ",") for name in names}
    text = pl.concat_str(pl.col("channel").replace(shown), pl.lit(" "), pl.col("applications"))
    return channels.group_by("gang_id", maintain_order=True).agg(channels=text).with_columns(pl.col("channels").list.join("; "))


def _growth(reader: Reader, people: pl.DataFrame) -> pl.DataFrame:
    """Return gang_id, growth of the gangs that somebody joined lately."""
    newest = reader.table("applications", columns=["applied_at"])["applied_at"].max()
    if not isinstance(newest, datetime):
        return pl.DataFrame(schema={"gang_id": pl.String, "growth": pl.Int64})
    where = {"person_id": people["person_id"].unique().sort().to_list()}
    first = reader.table("persons", columns=["person_id", "first_applied_at"], where=where)
    lately = pl.lit(newest) - pl.duration(microseconds=round(setting(reader, "verdicts.growth_days") * 86_400_000_000))
    came = people.join(first, on="person_id").filter(pl.col("first_applied_at") > lately)
    return came.group_by("gang_id").len("growth").with_columns(pl.col("growth").cast(GANGS.schema["members"]))
