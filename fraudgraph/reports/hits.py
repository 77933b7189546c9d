"""Hits: the applications of everybody in a gang of this night, and how they fall on days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from fraudgraph.reports.tables import LIVE
from fraudgraph.stores.port import Reader

GRADES = ("A", "B", "C", "D")


@dataclass(frozen=True)
class Days:
    """A book by calendar days of its time zone."""

    applications: pl.DataFrame
    """day (Date), applications (Int64); days with any, ascending."""
    hits: pl.DataFrame
    """day (Date), gang_id, grade, hits (Int64); one row a gang and day, ascending."""

    @property
    def span(self) -> tuple[date, date] | None:
        """First and last day with an application; None for an empty book."""
        days = self.applications["day"]
        return (days[0], days[-1]) if len(days) else None


def flagged(reader: Reader) -> pl.DataFrame:
    """Return application_id, person_id, gang_id, grade of the applications of everybody in a gang of this night, sorted."""
    live = reader.table("gangs", columns=["gang_id", "community_id", "grade"]).filter(LIVE)
    members = reader.table("gang_members", columns=["gang_id", "person_id"])
    people = members.join(live, on="gang_id").sort("person_id", "gang_id").unique("person_id", keep="first")
    where = {"person_id": people["person_id"].sort().to_list()}
    membership = reader.table("membership", columns=["application_id", "person_id"], where=where)
    found = membership.join(people, on="person_id").select("application_id", "person_id", "gang_id", pl.col("grade").fill_null(""))
    return found.sort("application_id")


def days(reader: Reader, zone: str) -> Days:
    """Return the book by days of ``zone``."""
    day = pl.col("applied_at").dt.convert_time_zone(zone).dt.date().alias("day")
    times = reader.table("applications", columns=["applied_at"])
    applications = times.lazy().group_by(day).agg(pl.len().cast(pl.Int64).alias("applications")).sort("day").collect()
    hits = flagged(reader)
    where = {"application_id": hits["application_id"].to_list()}
    dated = reader.table("applications", columns=["application_id", "applied_at"], where=where).join(hits, on="application_id")
    counted = dated.group_by(day, "gang_id", "grade").agg(pl.len().cast(pl.Int64).alias("hits"))
    return Days(applications, counted.sort("day", "gang_id", "grade"))
