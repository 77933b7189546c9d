"""The relationships whose rows hold from a night to a night: what names one, and between which nodes it lies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from fraudgraph.stores.neo4j.layout import NO_COMMUNITY


@dataclass(frozen=True)
class Edge:
    """One type of relationship."""

    file: str
    """Name of its files in ``cypher/load``."""
    ends: tuple[tuple[str, str], ...]
    """(label, column) of the nodes that it needs; identifiers are seen to apart."""
    names: tuple[str, ...]
    """Columns that name one to be closed, in the order of its file."""
    columns: tuple[str, ...]
    """Columns of a row, in the order of its file."""
    shaped: Callable[[pl.DataFrame], pl.DataFrame] = lambda frame: frame

    def prepared(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return rows as they are written."""
        return self.shaped(frame).select(self.columns)


def _with_reasons(ties: pl.DataFrame) -> pl.DataFrame:
    """What a tie's class says that the two share, as a list: what stands before its first semicolon."""
    return ties.with_columns(pl.col("link_class").str.split("; ").list.first().str.split(" + ").alias("reasons"))


EDGES: dict[str, Edge] = {
    "membership": Edge(
        "by",
        (("Application", "application_id"), ("Person", "person_id")),
        ("application_id", "person_id"),
        ("application_id", "person_id", "how"),
    ),
    "conflicts": Edge(
        "conflicts-with",
        (("Application", "application_a"), ("Application", "application_b")),
        ("application_a", "application_b", "rule", "reason"),
        ("application_a", "application_b", "rule", "reason"),
    ),
    "near": Edge(
        "near",
        (("Person", "person_a"), ("Person", "person_b")),
        ("person_a", "person_b"),
        ("person_a", "person_b", "link_code", "degree", "prior", "standing", "kinds", "keys", "people"),
    ),
    "ties": Edge(
        "tied",
        (("Person", "person_a"), ("Person", "person_b")),
        ("person_a", "person_b"),
        ("person_a", "person_b", "probability", "link_class", "evidence", "reasons"),
        _with_reasons,
    ),
    "members": Edge(
        "member-of",
        (("Person", "person_id"), ("Community", "community_id")),
        ("person_id", "community_id"),
        ("person_id", "community_id", "reasons"),
    ),
    "gang_members": Edge("in-gang", (("Person", "person_id"), ("Gang", "gang_id")), ("person_id", "gang_id"), ("person_id", "gang_id")),
    "judged": Edge(
        "judged-as",
        (("Community", "community_id"), ("Gang", "gang_id")),
        ("community_id", "gang_id"),
        ("community_id", "gang_id"),
    ),
    "evidence": Edge("shares", (("Gang", "gang_id"),), ("gang_id", "kind", "key"), ("gang_id", "kind", "key", "members", "others")),
}
"""What is related -> how."""


def members(communities: pl.DataFrame, reasons: pl.DataFrame) -> pl.DataFrame:
    """Return community_id, person_id, reasons: both tables on one relationship, also of people who are in one of them only."""
    joined = communities.join(reasons, on="person_id", how="full", coalesce=True)
    return joined.select(pl.col("community_id").fill_null(NO_COMMUNITY), "person_id", "reasons")


def near(pairs: pl.DataFrame, values: pl.DataFrame) -> pl.DataFrame:
    """Return person_a, person_b, link_code, degree, prior, kept, kinds, keys, people: both tables on one relationship."""
    names = ["person_a", "person_b"]
    listed = values.sort(*names, "kind", "key").group_by(names, maintain_order=True)
    lists = listed.agg(pl.col("kind").alias("kinds"), pl.col("key").alias("keys"), pl.col("people"))
    return pairs.join(lists, on=names, how="full", coalesce=True).with_columns(pl.col("kinds", "keys", "people").fill_null([]))


def judged(gangs: pl.DataFrame) -> pl.DataFrame:
    """Return community_id and gang_id of the gangs that have a community tonight."""
    return gangs.filter(pl.col("community_id").fill_null("") != "").select("community_id", "gang_id")
