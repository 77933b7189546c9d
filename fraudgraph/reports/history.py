"""A gang's life: what each night did to it and to the gangs that it absorbed, and what people decided about them."""

from __future__ import annotations

import polars as pl

from fraudgraph import masking
from fraudgraph.labels import Gang
from fraudgraph.model import TIME, Table
from fraudgraph.stores.port import Reader

HISTORY = Table(
    "history",
    {
        "night": (pl.Int64, "a label: the last night when it was given"),
        "at": (TIME, "when the night was applied, or the label given"),
        "gang_id": (pl.String, "as the gang was called"),
        "event": (pl.String, "born, grown, shrunk, merged, split, dissolved; confirmed, suspicious, dismissed for a label"),
        "kind": (pl.String, "night or label"),
        "from_ids": (pl.String, "of an event: other gang ids, joined by ;"),
        "cause_application": (pl.String, "of an event: the application that caused it"),
        "members": (pl.Int64, "people at the end of the night"),
        "applications": (pl.Int64, "at the end of the night"),
        "mean_intent": (pl.Float64, "at the end of the night"),
        "grade": (pl.String, "at the end of the night"),
        "who": (pl.String, "of a label"),
        "reason": (pl.String, "of a label: the analyst's words, long numbers and e-mail addresses masked"),
    },
)

FIGURES = ("members", "applications", "mean_intent", "grade")


def history(reader: Reader, gang: Gang) -> pl.DataFrame:
    """Return HISTORY, oldest first; of one night its events before its labels."""
    family = sorted({gang.gang_id, *gang.aliases})
    events = reader.events().filter(pl.col("gang_id").is_in(family)).with_columns(kind=pl.lit("night"))
    known = {batch.night: batch.known_at for batch in reader.batches()}
    times = pl.DataFrame({"night": list(known), "at": list(known.values())}, schema={"night": pl.Int64, "at": pl.String})
    nights = times.with_columns(pl.col("at").str.to_datetime(time_unit="us", time_zone="UTC"))
    labels = reader.labels().filter(pl.col("gang_id").is_in(family)).rename({"label": "event"})
    happened = pl.concat([events.join(nights, on="night", how="left"), labels.with_columns(kind=pl.lit("label"))], how="diagonal")
    rows = happened.with_row_index("place").join(_figures(reader, family, happened["night"]), on=["night", "gang_id"], how="left")
    ids = _ids(reader, rows["reason"].drop_nulls().to_list(), family)
    reasons = pl.Series("reason", [None if text is None else masking.free_text(text, ids) for text in rows["reason"]], dtype=pl.String)
    return HISTORY.check(rows.with_columns(reasons).sort("night", "kind", "place", descending=[False, True, False]))


def _ids(reader: Reader, texts: list[str], family: list[str]) -> set[str]:
    """Return the words of ``texts`` that are ids of gangs or of applications."""
    said = sorted({word for text in texts for word in masking.WORD.findall(text)})
    gangs = reader.table("gangs", columns=["gang_id"], where={"gang_id": said})["gang_id"]
    applications = reader.table("applications", columns=["application_id"], where={"application_id": said})["application_id"]
    return {*family, *gangs, *applications}


def _figures(reader: Reader, family: list[str], nights: pl.Series) -> pl.DataFrame:
    """Return night, gang_id and FIGURES at the end of each of the nights."""
    columns = ["gang_id", *FIGURES]
    found = [reader.table("gangs", columns=columns).clear().with_columns(night=pl.lit(0, pl.Int64))]
    for night in nights.unique().sort():
        gangs = reader.at(night).table("gangs", columns=columns, where={"gang_id": family})
        found.append(gangs.with_columns(night=pl.lit(night, pl.Int64)))
    return pl.concat(found)
