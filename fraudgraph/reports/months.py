"""The trend: applications and hits by calendar month of the book's time zone, each share with its interval."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from fraudgraph.reports import hits
from fraudgraph.reports.statistics import wilson
from fraudgraph.stores.port import Reader

GRADES = hits.GRADES


@dataclass(frozen=True)
class Month:
    """One calendar month."""

    year: int
    number: int
    applications: int
    grades: dict[str, int]
    """Applications of people in gangs of each grade, all of `GRADES`."""

    @property
    def flagged(self) -> int:
        return sum(self.grades.values())

    @property
    def share(self) -> float | None:
        return self.flagged / self.applications if self.applications else None

    @property
    def interval(self) -> tuple[float, float] | None:
        return wilson(self.flagged, self.applications)


def flagged_applications(reader: Reader) -> pl.DataFrame:
    """Return application_id, grade of the applications of everybody in a gang of this night."""
    return hits.flagged(reader).select("application_id", "grade")


def trend(reader: Reader, flagged: pl.DataFrame, times: pl.DataFrame, zone: str) -> list[Month]:
    """Return every month from the first application to the last, those without any included.

    ``times`` holds applied_at of every application, ``flagged`` what `flagged_applications` returns.
    """
    if times.is_empty():
        return []
    month = pl.col("applied_at").dt.convert_time_zone(zone).dt.strftime("%Y-%m").alias("month")
    total = dict(times.lazy().group_by(month).len().collect().iter_rows())
    where = {"application_id": flagged["application_id"].to_list()}
    dated = reader.table("applications", columns=["application_id", "applied_at"], where=where).join(flagged, on="application_id")
    graded = {(name, grade): count for name, grade, count in dated.group_by(month, "grade").len().iter_rows()}
    found = []
    for year, number in _every(min(total), max(total)):
        name = f"{year:04d}-{number:02d}"
        grades = {grade: graded.get((name, grade), 0) for grade in GRADES}
        found.append(Month(year, number, total.get(name, 0), grades))
    return found


def _every(first: str, last: str) -> list[tuple[int, int]]:
    start, end = (int(text[:4]) * 12 + int(text[5:7]) - 1 for text in (first, last))
    return [(place // 12, place % 12 + 1) for place in range(start, end + 1)]
