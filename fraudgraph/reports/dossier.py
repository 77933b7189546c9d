"""All that is said of one gang: the verdict, its people, what they share, what ties them, and its life. Values are masked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import polars as pl

from fraudgraph.labels import Gang
from fraudgraph.model import TIES, TIME, Table
from fraudgraph.reports import explain, groups, tables
from fraudgraph.reports.groups import Group
from fraudgraph.reports.history import history
from fraudgraph.reports.standing import standing
from fraudgraph.stores.port import Reader

MEMBERS = Table(
    "members",
    {
        "person_id": (pl.String, ""),
        "name": (pl.String, "masked"),
        "intent": (pl.Float64, "null where unknown"),
        "applications": (pl.Int64, ""),
        "first_applied_at": (TIME, ""),
        "last_applied_at": (TIME, ""),
        "amount": (pl.Float64, "sum over the applications; null where none is known"),
        "reasons": (pl.String, "codes of the closed table, joined by ;"),
    },
)

SHARED = Table(
    "shared",
    {
        "kind": (pl.String, "kind of identifier, or relation:KIND"),
        "value": (pl.String, "masked; empty where even that would say too much"),
        "members": (pl.Int64, "people of the gang that have it"),
        "contacts": (pl.Int64, "those of them who gave it only as a contact's"),
        "others": (pl.Int64, "people outside who have it; null where the store does not say"),
        "person_ids": (pl.String, "the members who have it, joined by ;"),
    },
)


@dataclass(frozen=True)
class Dossier:
    """One gang."""

    gang: dict[str, Any]
    """The row of `tables.gangs`, with waits and since_label."""
    title: str
    """In words: how many people, and around what."""
    why: tuple[str, ...]
    """Sentences that say why it is called a gang."""
    aliases: tuple[str, ...]
    """Former ids."""
    members: pl.DataFrame
    """MEMBERS, the highest intent first."""
    shared: pl.DataFrame
    """SHARED, what explains most first."""
    ties: pl.DataFrame
    """TIES between members, the strongest first."""
    life: pl.DataFrame
    """`history.HISTORY`."""
    versions: dict[str, str]
    """calibration and ruleset under which the verdict stands."""
    group: Group = field(repr=False)
    """The same people and values as `fraudgraph.reports.picture` draws them."""


def dossier(reader: Reader, gang: Gang) -> Dossier:
    """Return all that the reader's night says of a gang; of a dissolved one as it was when it was last over the line."""
    mine = pl.col("gang_id") == gang.gang_id
    more = standing(reader).filter(mine).select("gang_id", "waits", "since_label")
    table = tables.gangs(reader).filter(mine).join(more, on="gang_id")
    (group,) = groups.gangs(reader, table, tables.zone_of(reader))
    people = [member.person_id for member in group.members]
    calibration, ruleset = reader.calibration(), reader.ruleset()
    return Dossier(
        gang=table.row(0, named=True),
        title=explain.title(group),
        why=tuple(explain.why(group, flagged=True)),
        aliases=gang.aliases,
        members=_members(reader, group),
        shared=_shared(group, people),
        ties=_ties(reader, people),
        life=history(reader, gang),
        versions={"calibration": calibration.name if calibration else "", "ruleset": ruleset.name if ruleset else ""},
        group=group,
    )


def _members(reader: Reader, group: Group) -> pl.DataFrame:
    named = pl.DataFrame(
        [(member.person_id, member.name, member.intent, member.applications) for member in group.members],
        schema={name: MEMBERS.schema[name] for name in ("person_id", "name", "intent", "applications")},
        orient="row",
    )
    where = {"person_id": named["person_id"].to_list()}
    membership = reader.table("membership", columns=["application_id", "person_id"], where=where)
    chosen = {"application_id": membership["application_id"].to_list()}
    amounts = reader.table("applications", columns=["application_id", "amount"], where=chosen).join(membership, on="application_id")
    asked = amounts.drop_nulls("amount").group_by("person_id").agg(pl.col("amount").sort().sum())
    times = reader.table("persons", columns=["person_id", "first_applied_at", "last_applied_at"], where=where)
    reasons = reader.table("reasons", where=where)
    for table in (times, asked, reasons):
        named = named.join(table, on="person_id", how="left", maintain_order="left")
    return MEMBERS.check(named.with_columns(pl.col("reasons").fill_null("")))


def _shared(group: Group, people: list[str]) -> pl.DataFrame:
    rows: list[tuple[Any, ...]] = [
        (one.kind, one.value, len(one.members), len(one.contacts), one.others, ";".join(people[number] for number in one.members))
        for one in group.shared
    ]
    rows += [(f"relation:{kind}", "", count, 0, None, "") for kind, count in group.given]
    return pl.DataFrame(rows, schema=SHARED.schema, orient="row")


def _ties(reader: Reader, people: list[str]) -> pl.DataFrame:
    inside = reader.table("ties", where={"person_a": people, "person_b": people})
    return TIES.check(inside.sort("probability", "person_a", "person_b", descending=[True, False, False]))
