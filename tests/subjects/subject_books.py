"""Tiny books for the tests of people: rows as dictionaries, in table order, already identified."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from fraudgraph import model

Row = dict[str, Any]
SLOT = {
    "id": "id_number.own",
    "phone": "phone.own",
    "card": "bank_card.own",
    "email": "email.own",
    "address": "address.own",
    "postcode": "postcode.own",
    "device": "device.own",
}
NOON = datetime(2024, 1, 1, 12, tzinfo=UTC)


SURNAMES = ("smith", "jones", "hill")


def surname(name: str) -> str:
    """Return the surname wherever it stands, so that a comparison depends on the canonical name only."""
    return next(word for word in name.lower().split() if word in SURNAMES)


def name_key(name: str | None) -> str | None:
    """Return the canonical name: given names first, the surname last."""
    if name is None:
        return None
    last = surname(name)
    return " ".join([*(word for word in name.lower().split() if word != last), last])


def agrees(a: str, b: str) -> bool:
    """The stand-in for the real comparison: the same surname, and given names that are equal or the initial of one another."""
    last_a, last_b = surname(a), surname(b)
    first_a, first_b = ((name_key(name) or "").rpartition(" ")[0] for name in (a, b))
    initial = min(len(first_a), len(first_b)) == 1 and first_a[:1] == first_b[:1]
    return last_a == last_b and (first_a == first_b or initial)


def agree(a: pl.Series, b: pl.Series) -> npt.NDArray[np.bool_]:
    return np.array([agrees(x, y) for x, y in zip(a, b, strict=True)], dtype=np.bool_)


def book(rows: list[Row]) -> tuple[pl.DataFrame, model.Identified]:
    """Return an applications table and its identifiers. A row may say ``app`` (its id), ``day`` and ``intent``."""
    ids = [row.get("app", f"A{number:03d}") for number, row in enumerate(rows)]
    times = [NOON + timedelta(days=row.get("day", number)) for number, row in enumerate(rows)]
    applications = pl.DataFrame(
        {
            **{name: pl.Series(name, [None] * len(rows), dtype=dtype) for name, dtype in model.APPLICATIONS.schema.items()},
            "application_id": pl.Series(ids, dtype=pl.String),
            "applied_at": pl.Series(times, dtype=model.TIME),
            "name": pl.Series([row.get("name") for row in rows], dtype=pl.String),
            "fraud_intent": pl.Series([row.get("intent") for row in rows], dtype=pl.Float64),
        }
    )
    keys = pl.DataFrame({slot: pl.Series([row.get(key) for row in rows], dtype=pl.String) for key, slot in SLOT.items()})
    names = pl.DataFrame(
        {
            "name_key": pl.Series([name_key(row.get("name")) for row in rows], dtype=pl.String),
            "surname": pl.Series([surname(row["name"]) if row.get("name") else None for row in rows], dtype=pl.String),
        }
    )
    birth = pl.Series("birth", [row.get("birth") for row in rows], dtype=pl.Date)
    identified = model.Identified(keys=keys, status=pl.DataFrame(), names=names, birth=birth, placeholders=model.PLACEHOLDERS.empty())
    return model.APPLICATIONS.check(applications), identified


BIRTHS = (date(1980, 5, 17), date(1980, 5, 18), date(1993, 11, 2))
"""The first two are a slip apart."""
