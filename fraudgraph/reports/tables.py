"""The CSV files as tables, read from a store: flags, gangs, rejects, communities, changes. Column operations only."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import polars as pl

from fraudgraph.alerts import DISMISSED
from fraudgraph.reports import captions, csvfile, kinds, words
from fraudgraph.reports.standing import standing
from fraudgraph.stores.port import Reader

NARROW = 200_000
"""Up to this many input rows the store is asked for their people alone; above, reading its whole column is quicker."""

EVIDENCE_SHOWN = 4
"""Identifiers that the evidence column of a gang names."""

LIVE = pl.col("community_id").fill_null("") != ""
"""Of a gang: it is one this night. A dissolved one is kept, with its past members, without a community."""

RESTED = pl.col("alert") == DISMISSED
"""Of a gang: it was dismissed, and its people are still more or less the ones that it had then. Not to be raised."""

FREE_TEXT = {
    "flags": ("application_id",),
    "gangs": ("evidence",),
    "rejects": ("file", "column", "value", "reason"),
    "communities": (),
    "changes": ("cause_application",),
}
"""Per file, the columns whose cells somebody typed. Ids of ours begin with a letter and a dash."""


def zone_of(reader: Reader) -> str:
    """Return the book's time zone, UTC where the store does not say."""
    name = str(reader.settings().get("records.time_zone") or "UTC")
    ZoneInfo(name)
    return name


def communities(reader: Reader) -> pl.DataFrame:
    """Return community_id, person_id of the communities of two people or more, sorted."""
    table = reader.table("communities")
    sizes = table.group_by("community_id").len("people").filter(pl.col("people") >= 2)
    return table.join(sizes, on="community_id", how="semi").select("community_id", "person_id").sort("community_id", "person_id")


def flags(reader: Reader, night: int) -> pl.DataFrame:
    """Return one row an application of that night's input, in the order of the input."""
    order = reader.batch_table("input_order", night).sort("position").select("application_id")
    narrow = night > 1 and order.height <= NARROW  # the first night is the whole book
    member_where = {"application_id": order["application_id"].to_list()} if narrow else None
    membership = reader.table("membership", columns=["application_id", "person_id"], where=member_where)
    rows = order.join(membership, on="application_id", how="left", maintain_order="left")
    del order, membership
    people = rows["person_id"].drop_nulls().unique().sort().to_list() if narrow else None
    person_where = None if people is None else {"person_id": people}
    intents = reader.table("persons", columns=["person_id", "intent"], where=person_where).filter(pl.col("intent").is_not_null())
    rows = rows.join(intents, on="person_id", how="left", maintain_order="left")
    del intents
    return rows.join(_said_of_people(reader), on="person_id", how="left", maintain_order="left").select(
        "application_id", "person_id", "community_id", "gang_id", "grade", "intent", "mean_intent", "members", "reasons", "alert"
    )


def _said_of_people(reader: Reader) -> pl.DataFrame:
    """Return what is said of each person of whom anything is said: a small part of the book."""
    verdicts = reader.table("verdicts", columns=["community_id", "mean_intent", "members"])
    groups = communities(reader).join(verdicts, on="community_id", how="left")
    live = reader.table("gangs", columns=["gang_id", "community_id", "grade"]).filter(LIVE)
    alerts = standing(reader).select("gang_id", "alert")
    gangs = reader.table("gang_members").join(live.drop("community_id"), on="gang_id", how="inner").join(alerts, on="gang_id")
    reasons = reader.table("reasons")
    said = groups.join(gangs, on="person_id", how="full", coalesce=True).join(reasons, on="person_id", how="full", coalesce=True)
    return said.sort("person_id", "gang_id", "community_id", nulls_last=True).unique("person_id", keep="first", maintain_order=True)


def rejects(reader: Reader, night: int) -> pl.DataFrame:
    """Return what that night's input had that could not be used, in order of file, line, column."""
    return reader.batch_table("rejects", night).sort("file", "line", "column", "level", "reason", "value", nulls_last=True).select(
        "level", "file", "line", "column", "value", "reason"
    )  # fmt: skip


def gangs(reader: Reader) -> pl.DataFrame:
    """Return one row a gang, the worst first, with the figures before `gangs_file` formats them, its evidence masked.

    Behind the gangs that are over the line come those that were dismissed and are not raised again, and last the dissolved ones.
    """
    table = reader.table("gangs").join(standing(reader), on="gang_id").with_columns(pl.col("grade").fill_null(""))
    found = _evidence_texts(_evidence(reader))
    order = (LIVE.not_(), RESTED, pl.col("grade"), pl.col("mean_intent").fill_null(-1.0), pl.col("members"), pl.col("gang_id"))
    return (
        table.join(found, on="gang_id", how="left")
        .sort(*order, descending=[False, False, False, True, True, False])
        .select(
            "gang_id", "community_id", "status", "decision", "grade", "members", "applications", "mean_intent", "threshold", "p_value",
            "p_cut", "first_applied_at", "last_applied_at", "amount", "evidence", "alert",
        )
    )  # fmt: skip


def changes(reader: Reader, night: int) -> pl.DataFrame:
    """Return what that night did to gangs that were there before it: gang_id, event, from_ids, cause_application, by gang and event.

    A gang that was born that night is no older gang; one that was split off is named in ``from_ids`` of the gang that it left.
    """
    tonight = (pl.col("night") == night) & (pl.col("event") != "born")
    return reader.events().filter(tonight).select("gang_id", "event", "from_ids", "cause_application").sort("gang_id", "event")


def gangs_file(table: pl.DataFrame, zone: str) -> pl.DataFrame:
    """Return `gangs` with times, chances and amounts as text in their own formats."""
    return table.drop("community_id").with_columns(
        csvfile.moment("first_applied_at", zone),
        csvfile.moment("last_applied_at", zone),
        *(pl.Series(name, [words.exact(value) for value in table[name]], dtype=pl.String) for name in ("p_value", "p_cut")),
        pl.Series("amount", [None if value is None else f"{value:.2f}" for value in table["amount"]], dtype=pl.String),
    )


def strongest(evidence: pl.DataFrame, most: int) -> pl.DataFrame:
    """Return at most ``most`` rows of an EVIDENCE table a gang, what explains most first."""
    known = {*kinds.KINDS, *evidence["kind"].unique()}
    strengths = {kind: kinds.kind_of(kind).strength for kind in sorted(known)}
    strength = pl.col("kind").replace_strict(strengths, return_dtype=pl.Float64) if strengths else pl.lit(0.0)
    return (
        evidence.with_columns(kinds.weigh(strength, pl.col("members"), pl.col("others").fill_null(0)).round(9).alias("weight"))
        .sort("gang_id", "weight", "members", "kind", "key", descending=[False, True, True, False, False])
        .group_by("gang_id", maintain_order=True)
        .head(most)
    )


def _evidence(reader: Reader) -> pl.DataFrame:
    """Return the evidence that may be named, strongest first, with how it looks; of equals the order is that of the looks, so that a store
    of tokens names them as one of plain values does."""
    rows = strongest(reader.table("evidence").filter(pl.col("members") >= 2), 3 * EVIDENCE_SHOWN).with_columns(pl.col("key").fill_null(""))
    looks = captions.looks(reader, rows, lambda: _applications(reader, rows["gang_id"]))
    look = pl.Series("look", [looks[pair] for pair in rows.select("kind", "key").iter_rows()], dtype=pl.String)
    order = ["gang_id", "weight", "members", "kind", "look", "key"]
    return rows.with_columns(look).sort(order, descending=[False, True, True, False, False, False])


def _evidence_texts(rows: pl.DataFrame) -> pl.DataFrame:
    """Return gang_id, evidence: ``device 3064***c4 (5 people); phone 138****2231 (4)``."""
    texts: dict[str, list[str]] = {}
    seen: dict[str, dict[str, int]] = {}
    for gang, kind, look, members in rows.select("gang_id", "kind", "look", "members").iter_rows():
        parts, most = texts.setdefault(gang, []), seen.setdefault(gang, {})
        implied = any(most.get(stronger, 0) >= members for stronger in kinds.kind_of(kind).implied_by)
        most[kind] = max(members, most.get(kind, 0))
        if implied or len(parts) == EVIDENCE_SHOWN:
            continue
        named = " ".join(part for part in (kinds.kind_of(kind).word, look) if part)
        parts.append(f"{named.replace(';', ',')} ({members}{' people' if not parts else ''})")
    return pl.DataFrame(
        {"gang_id": list(texts), "evidence": ["; ".join(parts) for parts in texts.values()]},
        schema={"gang_id": pl.String, "evidence": pl.String},
    )


def _applications(reader: Reader, gang_ids: pl.Series) -> list[str]:
    """Return the applications of gangs' members."""
    people = reader.table("gang_members", where={"gang_id": gang_ids.unique().sort().to_list()})["person_id"].unique().sort()
    return reader.table("membership", columns=["application_id"], where={"person_id": people.to_list()})["application_id"].to_list()
