"""What a night has to say of itself: what became of its applications, and who came to the book lately."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import polars as pl

from fraudgraph.model import MICRO
from fraudgraph.night.solving import Night
from fraudgraph.stores import Reader
from fraudgraph.stores.schema import KEY

PERSON = "P-"


@dataclass(frozen=True)
class After:
    """The book as it will be when the night is stored."""

    reader: Reader
    """Of the night before."""
    night: Night

    def table(self, name: str, column: str, values: Iterable[str]) -> pl.DataFrame:
        """Return the rows of a derived table in which ``column`` has one of ``values``."""
        wanted, key, opened = list(values), list(KEY[name]), self.night.tables[name]
        stored = self.reader.table(name, where={column: wanted})
        stored = stored.join(self.night.closed[name], on=key, how="anti").join(opened, on=key, how="anti")
        mine = opened.filter(pl.col(column).is_in(pl.Series(wanted, dtype=pl.String).implode()))
        return pl.concat([stored, mine.select(stored.columns)])


def became(after: After, ids: list[str]) -> dict[str, Any]:
    """Return what became of tonight's applications ``ids``, and of the gangs, for the summary."""
    people = after.table("membership", "application_id", ids)
    communities = after.table("communities", "person_id", people["person_id"].unique().to_list())
    flagged = after.night.verdicts.filter("flagged").select("community_id", "grade")
    grades = people.join(communities, on="person_id").join(flagged, on="community_id").group_by("grade").len().sort("grade")
    return {
        "flagged_tonight": int(grades["len"].sum()),
        "grades_tonight": dict(grades.iter_rows()),
        "events": dict(after.night.events.group_by("event").len().sort("event").iter_rows()),
    }


def newest(reader: Reader, accepted: list[str], most: int) -> list[str]:
    """Return tonight's ``accepted`` applications and, where they are fewer than ``most``, those of the nights before, back to the night in
    which the calibration was frozen."""
    found = list(accepted)
    for batch in reversed(reader.batches()):
        if len(found) >= most or batch.command != "nightly":
            break
        found += reader.batch_table("input_order", batch.night)["application_id"].to_list()
    return found


def newcomers(after: After, ids: list[str]) -> pl.DataFrame:
    """Return who came to the book with one of the applications ``ids``, as `drift.drift` takes them."""
    first = after.table("membership", "application_id", ids).filter(pl.col("person_id") == PERSON + pl.col("application_id"))
    people = first["person_id"].unique().to_list()
    persons = after.table("persons", "person_id", people)
    communities = after.table("communities", "person_id", people).select("person_id", cluster="community_id")
    intent = (pl.col("intent") * MICRO).round().cast(pl.Int64).fill_null(-1)
    return persons.select("person_id", intent).join(communities, on="person_id", how="left", maintain_order="left")
