"""Small books for the stores' tests: everything is a function of its arguments, so that any process can say what must be there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from fraudgraph import model
from fraudgraph.stores import Change, Version
from fraudgraph.stores.port import DERIVED

START = datetime(2024, 1, 1, tzinfo=UTC)


def rows(table: model.Table, *given: Mapping[str, Any]) -> pl.DataFrame:
    """Return the rows of a table; columns that are not given are null."""
    return pl.DataFrame([{column: row.get(column) for column in table.schema} for row in given], schema=table.schema)


def application(number: int, **given: Any) -> dict[str, Any]:
    return {
        "application_id": f"A{number:05d}",
        "applied_at": START + timedelta(minutes=number),
        "name": f"Ann {number}",
        "phone": f"1390000{number % 97:04d}",
        "device_id": f"dev-{number % 13}",
        "home_address": f"Mill Lane {number % 7}",
        "amount": 100.0 * number,
        "fraud_intent": (number % 10) / 10,
        **given,
    }


def applications(numbers: Sequence[int], **given: Any) -> pl.DataFrame:
    return rows(model.APPLICATIONS, *(application(number, **given) for number in numbers))


def keys_of(frame: pl.DataFrame) -> pl.DataFrame:
    """Keys of every sort: equal to the raw value (device), another (phone), none though there is a value (address), derived."""
    return frame.select(
        "application_id",
        pl.when(pl.col("phone").str.ends_with("5")).then(None).otherwise("+86" + pl.col("phone")).alias("phone.own"),
        pl.col("device_id").alias("device.own"),
        pl.when(~pl.col("home_address").str.ends_with("3")).then("home_address").alias("address.own"),
        pl.col("home_address").str.slice(0, 9).alias("building.own"),
    )


def persons_of(frame: pl.DataFrame, size: int = 2) -> dict[str, pl.DataFrame]:
    """Every ``size`` applications in a row are one person."""
    numbered = frame.with_columns(pl.col("application_id").str.slice(1).cast(pl.Int64).alias("n")).with_columns(
        ("P-A" + ((pl.col("n") // size) * size).cast(pl.String).str.zfill(5)).alias("person_id")
    )
    membership = numbered.select("application_id", "person_id", pl.lit("first").alias("how"))
    persons = numbered.group_by("person_id").agg(
        pl.col("applied_at").min().alias("first_applied_at"),
        pl.col("applied_at").max().alias("last_applied_at"),
        pl.len().cast(pl.Int64).alias("applications"),
        pl.col("fraud_intent").mean().alias("intent"),
    )
    return {"membership": membership, "persons": persons}


def derived(**given: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Return every derived table: the given ones, the others empty."""
    return {table.name: given.get(table.name, table.empty()) for table in DERIVED}


def change(base_night: int, frame: pl.DataFrame, tables: Mapping[str, pl.DataFrame] | None = None, **given: Any) -> Change:
    """Return a change that adds ``frame``; its persons are the whole book unless ``tables`` says otherwise."""
    filled: dict[str, Any] = {
        "base_night": base_night,
        "digest": f"digest {base_night + 1}",
        "command": "run",
        "applications": frame,
        "keys": keys_of(frame),
        "relations": model.RELATIONS.empty(),
        "input_order": frame.select("application_id", pl.int_range(pl.len()).alias("position")),
        "rejects": model.REJECTS.empty(),
        "derived": derived(**(persons_of(frame) if tables is None else tables)),
        **given,
    }
    return Change(**filled)


def grown(night: int, size: int) -> Change:
    """Return the change of one night of a book that grows by ``size`` applications a night and corrects one of the night before."""
    new = list(range(size * (night - 1), size * night))
    frame = applications(new)
    if night > 1:
        frame = pl.concat([applications([new[0] - 1], amount=float(night)), frame])
    book = applications(range(size * night))
    return change(
        night - 1,
        frame,
        persons_of(book),
        calibration=Version(f"calibration {night // 3}", {"T": night // 3}),
        settings={"time_zone": "UTC", "night": night},
        summary={"rows": frame.height},
        gang_events=rows(model.GANG_EVENTS, {"gang_id": f"G-{night}", "event": "born", "cause_application": f"A{new[0]:05d}"}),
    )


def grown_book(night: int, size: int) -> pl.DataFrame:
    """Return the applications that a grown book must hold at the end of a night."""
    corrected = {size * (later - 1) - 1: float(later) for later in range(2, night + 1)}
    return rows(
        model.APPLICATIONS,
        *(application(n, amount=corrected[n]) if n in corrected else application(n) for n in range(size * night)),
    )
