"""People as an answer shows them: a masked name, their intent, and what they belong to."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from fraudgraph import model
from fraudgraph.investigation import looking
from fraudgraph.reports import words
from fraudgraph.reports.tables import LIVE
from fraudgraph.stores.port import Reader

PEOPLE = model.Table(
    "people",
    {
        "person_id": (pl.String, ""),
        "name": (pl.String, "masked"),
        "intent": (pl.Float64, "null where unknown"),
        "applications": (pl.Int64, ""),
        "first_applied_at": (model.TIME, ""),
        "last_applied_at": (model.TIME, ""),
        "community_id": (pl.String, "empty where tied to nobody"),
        "gang_id": (pl.String, "empty where in no gang of this night"),
    },
)

NAME_WIDTH = 12
"""Characters of a name that are shown."""


def people(reader: Reader, person_ids: Iterable[str], made: pl.DataFrame | None = None) -> pl.DataFrame:
    """Return PEOPLE of the given ids that are in the book, sorted by id; ``made``: `looking.made_by` them, if it is at hand."""
    where = {"person_id": sorted(set(person_ids))}
    found = reader.table("persons", where=where).drop_nulls("person_id")
    parts = (names(made if made is not None else looking.made_by(reader, where["person_id"])), belonging(reader, where["person_id"]))
    for part in parts:
        found = found.join(part, on="person_id", how="left", maintain_order="left")
    return PEOPLE.check(found.with_columns(pl.col("name", "community_id", "gang_id").fill_null("")))


def names(made: pl.DataFrame) -> pl.DataFrame:
    """Return person_id, name (masked) of the people who made some applications: the first one that they gave."""
    first = made.drop_nulls("name").sort("applied_at", "application_id").unique("person_id", keep="first")
    return pl.DataFrame(
        [(person, shown_name(name)) for person, name in first.select("person_id", "name").iter_rows()],
        schema={"person_id": pl.String, "name": pl.String},
        orient="row",
    )


def shown_name(name: str | None) -> str:
    """Return a name as it may be shown."""
    return words.name(name, NAME_WIDTH)


def belonging(reader: Reader, person_ids: Iterable[str]) -> pl.DataFrame:
    """Return person_id, community_id, gang_id of the people who are in a community or a gang of this night."""
    where = {"person_id": list(person_ids)}
    communities = reader.table("communities", where=where)
    members = reader.table("gang_members", where=where)
    live = reader.table("gangs", columns=["gang_id", "community_id"], where={"gang_id": members["gang_id"].unique().to_list()}).filter(LIVE)
    inside = members.join(live.select("gang_id"), on="gang_id", how="semi")
    return communities.join(inside, on="person_id", how="full", coalesce=True).select("person_id", "community_id", "gang_id")
