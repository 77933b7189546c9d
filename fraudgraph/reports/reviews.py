"""What analysts made of the gangs: how many they looked at, and how many of those were gangs. Precision is counted in gangs, because
that is what a label is about; suspicious ones are decided neither way.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from fraudgraph import alerts, ledger
from fraudgraph.reports.hits import Days
from fraudgraph.reports.periods import Period
from fraudgraph.reports.statistics import Side
from fraudgraph.stores.port import Reader

CONFIRMED, SUSPICIOUS, DISMISSED = "confirmed", "suspicious", "dismissed"


@dataclass(frozen=True)
class Review:
    """Labels of some gangs; the latest of each counts."""

    gangs: int
    confirmed: int
    suspicious: int
    dismissed: int

    @property
    def reviewed(self) -> int:
        return self.confirmed + self.suspicious + self.dismissed

    @property
    def precision(self) -> Side:
        """Confirmed gangs among those that were confirmed or dismissed."""
        return Side(self.confirmed, self.confirmed + self.dismissed)


def decisions(reader: Reader) -> dict[str, str]:
    """Return gang_id -> its latest label, labels of gangs that it has absorbed among them."""
    decided = alerts.decisions(reader.labels(), ledger.aliases(reader.events()))
    return dict(decided.select("gang_id", "decision").iter_rows())


def review(gangs: Iterable[str], decided: Mapping[str, str]) -> Review:
    """Return the labels of ``gangs``."""
    given = [decided.get(gang, "") for gang in sorted(set(gangs))]
    return Review(len(given), given.count(CONFIRMED), given.count(SUSPICIOUS), given.count(DISMISSED))


def worst_of_days(reader: Reader, days: Days, capacity: int) -> pl.DataFrame:
    """Return day, gang_id, grade of the ``capacity`` worst gangs of each day: those with an application on it, by grade, mean intent
    and size."""
    gangs = reader.table("gangs", columns=["gang_id", "mean_intent", "members"])
    rank = ["day", "grade", pl.col("mean_intent").fill_null(-1.0), "members", "gang_id"]
    ranked = days.hits.join(gangs, on="gang_id", how="left").sort(rank, descending=[False, False, True, True, False])
    return ranked.group_by("day", maintain_order=True).head(capacity).select("day", "gang_id", "grade")


def gangs_within(frame: pl.DataFrame, period: Period, grades: Collection[str] | None = None) -> list[str]:
    """Return the gangs of rows (day, gang_id, grade) in ``period``, and of ``grades`` where they are given."""
    within = frame.filter(pl.col("day").is_between(period.first, period.last))
    if grades is not None:
        within = within.filter(pl.col("grade").is_in(sorted(grades)))
    return within["gang_id"].unique().sort().to_list()
