"""Answers of `fraudgraph.investigation` as a page shows them: cells in words, ids as links."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from fraudgraph.explore.places import Place
from fraudgraph.investigation.answer import Answer
from fraudgraph.reports import kinds, words

MOST = 200
"""Rows of a table; the command line has them all."""

IDS = {
    "person_id", "person_a", "person_b", "from_person", "community_id", "application_id", "reference", "references", "matched",
}  # fmt: skip
"""Columns whose cells are ids, each a link to what it names."""

WHOLE = {"amount", "evidence", "pairs"}
"""Columns of numbers that are shown without a fraction."""

SAID = {"what", "key"}
"""Facts that a page's heading says already."""


@dataclass(frozen=True)
class Cell:
    """One cell: texts, each with the address that it leads to, or none."""

    texts: tuple[tuple[str, str], ...]
    sort: str = ""
    """What the cell is sorted by, where that is not its text."""
    time: bool = False


@dataclass(frozen=True)
class Sheet:
    """One table."""

    title: str
    heads: tuple[tuple[str, bool], ...]
    """(heading, are its cells numbers)."""
    rows: tuple[tuple[Cell, ...], ...]
    more: int
    """Rows that are not shown."""


def sheets(answer: Answer, place: Place, zone: str) -> list[Sheet]:
    """Return the tables of an answer that have rows, without the columns that say nothing."""
    return [sheet(part.title, part.table, place, zone) for part in answer.parts if part.table.height]


def sheet(title: str, table: pl.DataFrame, place: Place, zone: str) -> Sheet:
    """Return a table as a page shows it."""
    shown = table.head(MOST)
    kept = [name for name in shown.columns if any(value not in (None, "") for value in shown[name])]
    heads = tuple((heading(name), shown.schema[name].is_numeric()) for name in kept)
    rows = tuple(tuple(cell(name, row[name], place, zone) for name in kept) for row in shown.iter_rows(named=True))
    return Sheet(title, heads, rows, table.height - shown.height)


def facts(answer: Answer, place: Place, zone: str) -> list[tuple[str, Cell]]:
    """Return the facts of an answer: (heading, cell)."""
    known = {name: value for name, value in answer.facts.items() if value not in (None, "") and name not in SAID}
    return [(heading(name), cell(name, value, place, zone)) for name, value in known.items()]


def heading(name: str) -> str:
    """Return the name of a column as a table heads it."""
    return name.removesuffix("_at").removesuffix("_id").replace("_", " ")


def cell(name: str, value: Any, place: Place, zone: str) -> Cell:
    """Return a value as a cell."""
    if value is None or value == "":
        return Cell((("", ""),))
    if isinstance(value, bool):
        return Cell((("yes" if value else "no", ""),))
    if isinstance(value, datetime):
        return Cell(((f"{value.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}", ""),), time=True)
    if isinstance(value, float):
        return Cell(((_figure(name, value), ""),), repr(value))
    if isinstance(value, int):
        return Cell(((f"{value:,}", ""),), str(value))
    if isinstance(value, list | tuple):
        return Cell(((words.show("; ".join(str(one) for one in value), 400), ""),))
    if name == "kind":
        return Cell(((kinds.kind_of(str(value)).word, ""),))
    return Cell(tuple(_linked(name, one, place) for one in (str(value).split(";") if name in ("references", "gang_id") else [str(value)])))


def _figure(name: str, value: float) -> str:
    if name in WHOLE:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) >= 0.01 or not value else f"{value:.2g}"


def _linked(name: str, text: str, place: Place) -> tuple[str, str]:
    shown = words.show(text, 400)
    if name == "gang_id":
        return shown, place.to("/gang", id=text)
    return shown, place.to("/show", id=text) if name in IDS and text != "name" else ""
