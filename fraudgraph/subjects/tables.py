"""People as the tables that are stored and shown."""

from __future__ import annotations

import numpy as np
import polars as pl

from fraudgraph.model import MEMBERSHIP, MICRO, PERSONS, IntArray, Person, Subjects


def first_rows(subjects: Subjects) -> IntArray:
    """Return per person the row of the first application; people are numbered in its order."""
    return np.unique(subjects.person, return_index=True)[1].astype(np.int64)


def person_ids(applications: pl.DataFrame, subjects: Subjects) -> pl.Series:
    """Return per person the id: ``P-`` and the first application's."""
    first = applications["application_id"].gather(first_rows(subjects))
    return ("P-" + first).alias("person_id")


def people(subjects: Subjects, intent: IntArray) -> Person:
    """Return what later stages know of each person; ``intent`` per person in millionths, -1 where unknown."""
    return Person(
        first=first_rows(subjects),
        intent=intent,
        applications=np.bincount(subjects.person, minlength=subjects.count).astype(np.int64),
    )


def membership_table(applications: pl.DataFrame, subjects: Subjects) -> pl.DataFrame:
    """Return MEMBERSHIP, in the order of ``applications``."""
    table = pl.DataFrame(
        {
            "application_id": applications["application_id"],
            "person_id": person_ids(applications, subjects).gather(subjects.person),
            "how": subjects.how,
        }
    )
    return MEMBERSHIP.check(table)


def persons_table(applications: pl.DataFrame, subjects: Subjects, intent: IntArray) -> pl.DataFrame:
    """Return PERSONS, in order of their numbers; ``intent`` per person in millionths, -1 where unknown."""
    times = pl.DataFrame({"person": subjects.person, "at": applications["applied_at"]}, schema_overrides={"person": pl.Int32})
    table = times.group_by("person").agg(
        pl.col("at").min().alias("first_applied_at"),
        pl.col("at").max().alias("last_applied_at"),
        pl.len().cast(pl.Int64).alias("applications"),
    )
    known = pl.Series("intent", intent, dtype=pl.Int64)
    table = table.sort("person").with_columns(
        person_ids(applications, subjects),
        pl.select(pl.when(known >= 0).then(known / MICRO)).to_series().alias("intent"),
    )
    return PERSONS.check(table)
