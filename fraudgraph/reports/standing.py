"""How each gang stands on a night: what was decided, and whether it calls for a look. Reads what `fraudgraph.alerts` judges by."""

from __future__ import annotations

import polars as pl

from fraudgraph import alerts, ledger
from fraudgraph.model import GANG_MEMBERS
from fraudgraph.settings import defaults
from fraudgraph.stores.port import Reader

_GANGS = ["gang_id", "community_id"]
_PERSON = "P-"
"""Before the person's first application, in a person's id."""


def standing(reader: Reader) -> pl.DataFrame:
    """Return ALERTS of every gang that the reader's night has, by gang_id."""
    gangs = reader.table("gangs", columns=_GANGS)
    now = reader.table("gang_members")
    before = reader.at(reader.night - 1).table("gang_members") if reader.night else GANG_MEMBERS.empty()
    decided = alerts.decisions(reader.labels(), ledger.aliases(reader.events()))
    then = _then(reader, decided.join(gangs, on="gang_id", how="semi"))
    today = _today(reader, now, pl.concat([before, then])["person_id"].unique())
    share = setting(reader, "verdicts.realert_share")
    return alerts.judge(gangs, now, _named(before, today), decided, _named(then, today), share)


def setting(reader: Reader, key: str) -> float:
    """Return a setting of the rules that are in force, the shipped default where they do not know it."""
    ruleset = reader.ruleset()
    value = (ruleset.document if ruleset else {}).get(key)
    return float(value) if isinstance(value, int | float) else defaults().number(key)


def _then(reader: Reader, decided: pl.DataFrame) -> pl.DataFrame:
    """Return GANG_MEMBERS of decided gangs on the nights of their labels, under the ids of today and the people's ids of then."""
    found = [GANG_MEMBERS.empty()]
    for (night,), labelled in decided.sort("night", "gang_id").group_by("night", maintain_order=True):
        earlier = reader.at(int(night))
        members = earlier.table("gang_members", where={"gang_id": labelled["labelled"].to_list()})
        found.append(
            members.rename({"gang_id": "labelled"}).join(labelled, on="labelled").select(list(GANG_MEMBERS.columns))
        )
    return pl.concat(found)


def _today(reader: Reader, now: pl.DataFrame, people: pl.Series) -> pl.DataFrame:
    """Return then, today: ids of people of earlier nights who have another id now. A person is who has their first application now."""
    first = pl.col("person_id").str.strip_prefix(_PERSON)
    gone = people.to_frame().join(now, on="person_id", how="anti").with_columns(application_id=first)
    where = {"application_id": gone["application_id"].sort().to_list()}
    membership = reader.table("membership", columns=["application_id", "person_id"], where=where)
    return gone.join(membership.rename({"person_id": "today"}), on="application_id").select("today", then="person_id")


def _named(members: pl.DataFrame, today: pl.DataFrame) -> pl.DataFrame:
    """Return members under the ids that they have today; who is not in the book any more keeps the old one."""
    found = members.join(today, left_on="person_id", right_on="then", how="left", maintain_order="left")
    return found.select("gang_id", pl.coalesce("today", "person_id").alias("person_id"))
