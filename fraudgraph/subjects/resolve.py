"""The applicants: deterministic rules, strongest first, on groups that never hold two valid ID numbers.

What no rule decides stays apart; a probabilistic matching of that residue would take its place after the last rule, between
groups that are compatible, and would be bound by the same vetoes.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from fraudgraph.model import CONFLICTS, BoolArray, Identified, Int32Array, IntArray, Subjects
from fraudgraph.progress import SILENT, Progress
from fraudgraph.settings import Settings
from fraudgraph.subjects.births import UNKNOWN
from fraudgraph.subjects.groups import Groups
from fraudgraph.subjects.keys import Keys, spread_codes
from fraudgraph.subjects.matches import Agree, Names, find
from fraudgraph.subjects.rules import FIRST, ID, RULES, SINGLE, Name
from fraudgraph.subjects.slips import one_number
from fraudgraph.subjects.unite import REASONS, United, unite

MANY_NAMES = "one ID number under different names"


def resolve(
    applications: pl.DataFrame,
    identified: Identified,
    settings: Settings,
    *,
    agree: Agree,
    apart: IntArray | None = None,
    progress: Progress = SILENT,
) -> Subjects:
    """Return who the applicants of ``applications`` (APPLICATIONS, in its order) are.

    ``agree`` tells element by element whether two raw names can be one person's; it must be symmetrical. Where values are tokens nothing
    can be said of two that differ: names agree that are equal, and no slip of an ID number or a birthday is seen. ``apart``: a number per
    row, of the book that it is of, where there are several; none knows of another.
    """
    rows = len(applications)
    keys = Keys(identified, SINGLE, apart)
    given_names = identified.names["name_key"].is_not_null().to_numpy()
    tokens = identified.matching is not None
    raw = identified.names["name_key"] if tokens else applications["name"]
    names = Names(raw, identified.names, given_names, equal if tokens else agree, settings.integer("subjects.max_names"))
    ids = keys.shared((ID,))
    id_code = _id_codes(identified, ids)
    if ids is not None and settings.flag("subjects.id_slips") and not tokens:
        id_code = one_number(identified.keys[ID], id_code, keys, names)
    groups = Groups(id_code, keys.days, given_names)
    how = np.zeros(rows, dtype=np.int8)
    conflicts: list[pl.DataFrame] = []
    with progress.stage("people", total=len(RULES)):
        for number, rule in enumerate(RULES):
            matches = find(rule, keys, names, groups)
            if matches is not None:
                united = unite(matches, groups, rule.name is not Name.MISSING, settings.integer("subjects.max_groups"))
                moved = groups.merge(united.groups, united.component, UNKNOWN)
                how[moved[how[moved] == 0]] = number + 1
                conflicts.append(_rows(united, number))
            progress.advance()
    conflicts.append(_many_names(ids, groups.label))
    person = np.unique(groups.label, return_inverse=True)[1].astype(np.int32)
    labels = pl.Series([FIRST, *(rule.how for rule in RULES)], dtype=pl.String)
    return Subjects(
        person=person,
        how=labels.gather(how).alias("how"),
        conflicts=_conflicts(pl.concat(conflicts), person, applications["application_id"]),
    )


def equal(a: pl.Series, b: pl.Series) -> BoolArray:
    """Return whether names, or their tokens, are equal; an unknown one is equal to none."""
    return (a == b).fill_null(False).to_numpy()


Shared = tuple[Int32Array, Int32Array]
"""Rows that share a key, and the key's code."""


def _id_codes(identified: Identified, ids: Shared | None) -> Int32Array:
    """Return per row a code of the valid ID number, -1 where there is none."""
    rows = len(identified.birth)
    if ids is None:
        return np.full(rows, -1, dtype=np.int32)
    return spread_codes(identified.keys[ID], *ids)


_CONFLICT = {"a": pl.Int64, "b": pl.Int64, "rule": pl.Int64, "reason": pl.String}
"""Conflicts on the way: rows of the applications table, and a position in RULES."""


def _rows(united: United, rule: int) -> pl.DataFrame:
    reason = pl.Series(REASONS, dtype=pl.String).gather(united.reason)
    return pl.DataFrame({"a": united.left, "b": united.right, "reason": reason}).select(
        "a", "b", pl.lit(rule, pl.Int64).alias("rule"), "reason"
    )


def _many_names(ids: Shared | None, label: Int32Array) -> pl.DataFrame:
    """Return conflicts between the people who gave one valid ID number: the first of them against each other one."""
    if ids is None:
        return pl.DataFrame(schema=_CONFLICT)
    rows, codes = ids
    people = pl.DataFrame({"code": codes, "b": label[rows].astype(np.int64)}).unique()
    people = people.with_columns(pl.col("b").min().over("code").alias("a")).filter(pl.col("a") != pl.col("b"))
    return people.select("a", "b", pl.lit(0, pl.Int64).alias("rule"), pl.lit(MANY_NAMES).alias("reason"))


def _conflicts(found: pl.DataFrame, person: Int32Array, ids: pl.Series) -> pl.DataFrame:
    """Return CONFLICTS: one row, of the strongest rule, per two people who are still apart, in order of their applications."""
    reasons = [*REASONS, MANY_NAMES]
    found = found.with_columns(
        pl.Series("person_a", person[found["a"].to_numpy()]),
        pl.Series("person_b", person[found["b"].to_numpy()]),
        pl.col("reason").cast(pl.Enum(reasons)).alias("rank"),
    ).filter(pl.col("person_a") != pl.col("person_b"))
    found = found.with_columns(
        pl.min_horizontal("person_a", "person_b").alias("low"), pl.max_horizontal("person_a", "person_b").alias("high")
    )
    found = found.sort("low", "high", "rule", "rank", "a", "b").unique(["low", "high"], keep="first", maintain_order=True)
    a, b = ids.gather(found["a"]), ids.gather(found["b"])
    how = pl.Series([rule.how for rule in RULES], dtype=pl.String)
    table = pl.DataFrame({"x": a, "y": b, "rule": how.gather(found["rule"]), "reason": found["reason"]})
    table = table.select(
        pl.min_horizontal("x", "y").alias("application_a"), pl.max_horizontal("x", "y").alias("application_b"), "rule", "reason"
    )
    return CONFLICTS.check(table.sort("application_a", "application_b"))
