"""One gang's case: all that a person needs to decide on it, and to defend the decision later. Gathered here, told by `case_page`,
`case_markdown` and `case_rows`. Values are masked; nothing in it depends on the hour at which it is made.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from fraudgraph import _version, labels
from fraudgraph.labels import Gang
from fraudgraph.model import TIME, Table
from fraudgraph.reports import captions, case_gaps, explain, tables
from fraudgraph.reports.case_gaps import Gap
from fraudgraph.reports.dossier import Dossier, dossier
from fraudgraph.reports.groups import Shared
from fraudgraph.stores.port import Batch, Reader, unfolded

APPLICATIONS = Table(
    "case_applications",
    {
        "application_id": (pl.String, ""),
        "applied_at": (TIME, ""),
        "person_id": (pl.String, ""),
        "how": (pl.String, "the rule that joined it to its person; ``first`` for the person's first"),
        "channel": (pl.String, "null where not given"),
        "product": (pl.String, "null where not given"),
        "amount": (pl.Float64, "null where not given"),
        "intent": (pl.Float64, "of this application; null where unknown"),
    },
)

CLASSES = Table(
    "case_classes",
    {
        "link_class": (pl.String, "what a pair of people shares and how, in words of a closed vocabulary"),
        "ties": (pl.Int64, "pairs of the gang's people"),
        "weakest": (pl.Float64, "lowest probability among them: that the two are of one gang"),
        "strongest": (pl.Float64, "highest"),
        "evidence": (pl.Float64, "pairs of the book that the class was measured on"),
    },
)

SET_ASIDE = Table(
    "case_set_aside",
    {
        "kind": (pl.String, "kind of identifier"),
        "value": (pl.String, "masked"),
        "members": (pl.Int64, "people of the gang that have it"),
        "people": (pl.Int64, "people of the whole book that have it"),
    },
)
"""Values that the people share and that so many others have that they tie nobody."""


@dataclass(frozen=True)
class Source:
    """One application that names a shared value."""

    application_id: str
    person_id: str
    role: str
    """own, contact1, ..."""
    used_at: datetime


@dataclass(frozen=True)
class Evidence:
    """One shared value, and where it is said."""

    shared: Shared
    sources: tuple[Source, ...]
    """Oldest first."""


@dataclass(frozen=True)
class Case:
    """One gang's case."""

    night: int
    zone: str
    gang: Gang
    dossier: Dossier
    applications: pl.DataFrame
    """APPLICATIONS, oldest first."""
    evidence: tuple[Evidence, ...]
    """What explains most first."""
    classes: pl.DataFrame
    """CLASSES, the strongest first."""
    strengths: dict[tuple[int, int], float]
    """Probability of each tie, by the numbers of its two members (as in the dossier), the lower first."""
    set_aside: pl.DataFrame
    """SET_ASIDE, most people first."""
    gaps: tuple[Gap, ...]
    learned: str
    """Which case of learning the calibration is: see `explain.CASES`."""
    versions: dict[str, str]
    """What it takes to come to the same verdict again."""

    @property
    def row(self) -> dict[str, Any]:
        """The gang's row of `tables.gangs`."""
        return self.dossier.gang

    @property
    def ended(self) -> bool:
        """Whether it is over the line no more; all that is told is then of the night on which it last was."""
        return not self.row["community_id"]

    @property
    def labels(self) -> pl.DataFrame:
        """The labels among the rows of the gang's life, oldest first."""
        return self.dossier.life.filter(pl.col("kind") == "label")

    def local(self, moment: datetime) -> datetime:
        """Return a time in the book's zone."""
        return moment.astimezone(ZoneInfo(self.zone))


def case(reader: Reader, name: str) -> Case:
    """Return the case of the gang that ``name`` is an id of, or was; raise UsageError where there is none."""
    gang = labels.find(reader, name)
    found = dossier(reader, gang)
    people = found.members["person_id"].to_list()
    applications = _applications(reader, people)
    where = {"application_id": applications["application_id"].to_list()}
    keys = reader.table("keys", where=where)
    uses = _uses(keys, applications)
    batch = _batch(reader)
    learned = explain.case_of(batch.summary) if batch else ""
    return Case(
        night=reader.night,
        zone=tables.zone_of(reader),
        gang=gang,
        dossier=found,
        applications=applications,
        evidence=_evidence(found, uses),
        classes=_classes(found.ties),
        strengths=_strengths(found.ties, people),
        set_aside=_set_aside(reader, uses, where["application_id"]),
        gaps=case_gaps.gaps(reader, found, learned, keys),
        learned=learned,
        versions=_versions(found, batch, reader.night),
    )


def _batch(reader: Reader) -> Batch | None:
    batches = reader.batches()
    return batches[-1] if batches else None


def _applications(reader: Reader, people: list[str]) -> pl.DataFrame:
    membership = reader.table("membership", where={"person_id": people})
    where = {"application_id": membership["application_id"].sort().to_list()}
    columns = ["application_id", "applied_at", "channel", "product", "amount", "fraud_intent"]
    made = reader.table("applications", columns=columns, where=where).join(membership, on="application_id")
    return APPLICATIONS.check(made.rename({"fraud_intent": "intent"}).sort("applied_at", "application_id"))


def _uses(keys: pl.DataFrame, applications: pl.DataFrame) -> pl.DataFrame:
    """Return kind, key, application_id, person_id, role, used_at of every use, oldest first; one a role that an application names it in."""
    return (
        unfolded(keys)
        .join(applications.select("application_id", "person_id", used_at="applied_at"), on="application_id")
        .select("kind", "key", "application_id", "person_id", "role", "used_at")
        .sort("used_at", "application_id", "kind", "role", "key")
    )


def _evidence(found: Dossier, uses: pl.DataFrame) -> tuple[Evidence, ...]:
    wanted = pl.DataFrame(
        [(shared.kind, shared.key) for shared in found.group.shared], schema={"kind": pl.String, "key": pl.String}, orient="row"
    )
    sources: dict[tuple[str, str], list[Source]] = defaultdict(list)
    for kind, key, *source in uses.join(wanted, on=["kind", "key"], how="semi", maintain_order="left").iter_rows():
        sources[kind, key].append(Source(*source))
    return tuple(Evidence(shared, tuple(sources[shared.kind, shared.key])) for shared in found.group.shared)


def _classes(ties: pl.DataFrame) -> pl.DataFrame:
    counted = ties.group_by("link_class").agg(
        ties=pl.len().cast(pl.Int64),
        weakest=pl.col("probability").min(),
        strongest=pl.col("probability").max(),
        evidence=pl.col("evidence").max(),
    )
    return CLASSES.check(counted.sort("strongest", "ties", "link_class", descending=[True, True, False]))


def _strengths(ties: pl.DataFrame, people: list[str]) -> dict[tuple[int, int], float]:
    number = {person: place for place, person in enumerate(people)}
    found = {}
    for a, b, probability in ties.select("person_a", "person_b", "probability").iter_rows():
        low, high = sorted((number[a], number[b]))
        found[low, high] = probability
    return found


def _set_aside(reader: Reader, uses: pl.DataFrame, applications: list[str]) -> pl.DataFrame:
    shared = uses.group_by("kind", "key").agg(members=pl.col("person_id").n_unique().cast(pl.Int64)).filter(pl.col("members") >= 2)
    common = shared.join(reader.table("hubs", columns=["kind", "key", "people"]), on=["kind", "key"])
    looks = captions.looks(reader, common, lambda: applications)
    value = pl.Series("value", [looks[pair] for pair in common.select("kind", "key").iter_rows()], dtype=pl.String)
    return SET_ASIDE.check(common.with_columns(value).sort("people", "kind", "value", "key", descending=[True, False, False, False]))


def _versions(found: Dossier, batch: Batch | None, night: int) -> dict[str, str]:
    said = batch.summary.get("versions") if batch else None
    judged = said.get("fraudgraph") if isinstance(said, dict) else None
    return {
        "night of the book": str(night),
        "calibration": found.versions["calibration"] or "none",
        "rules": found.versions["ruleset"] or "none",
        "program of that night": f"fraudgraph {judged}" if judged else "unknown",
        "program of this file": f"fraudgraph {_version.__version__}",
    }
