"""Tables of the book as rows that commands print: times in the book's zone, figures no finer than they are known."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    import polars as pl

DECIMALS = 6
"""Of intents and probabilities; the same as in the files."""


def rows(frame: pl.DataFrame, zone: str) -> list[dict[str, Any]]:
    """Return a row as a dictionary each, as JSON and CSV print it."""
    return [row(values, zone) for values in frame.iter_rows(named=True)]


def row(values: dict[str, Any], zone: str) -> dict[str, Any]:
    """Return one row as JSON and CSV print it."""
    return {name: plain(value, zone) for name, value in values.items()}


def plain(value: Any, zone: str) -> Any:
    """Return a time as ISO 8601 text with its offset in ``zone``, a float rounded; a probability keeps six digits that count."""
    if isinstance(value, datetime):
        return value.astimezone(ZoneInfo(zone)).isoformat()
    if isinstance(value, float):
        return round(value, DECIMALS) if abs(value) >= 10.0**-3 else float(f"{value:.{DECIMALS}g}")
    return value


def day(value: datetime | None, zone: str) -> str:
    """Return the calendar day of a time, as a table shows it."""
    return value.astimezone(ZoneInfo(zone)).date().isoformat() if value else ""


def minute(value: datetime | None, zone: str) -> str:
    """Return a time to the minute, as a table shows it."""
    return value.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M") if value else ""
