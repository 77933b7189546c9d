"""Answers to an analyst's questions (`investigation.Answer`) as tables, JSON and CSV."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from fraudgraph.cli import show
from fraudgraph.cli.fitting import Column, table
from fraudgraph.cli.voice import printable

if TYPE_CHECKING:
    from rich.console import RenderableType

    from fraudgraph.investigation.answer import Answer, Part

MOST = 40
"""Rows of each table on the terminal; JSON and CSV have them all."""

LEAST = {
    "person_id": 12, "from_person": 12, "person_a": 12, "person_b": 12, "application_id": 10, "gang_id": 12, "community_id": 12,
    "link_class": 30, "shared": 24, "references": 24, "rule": 24, "look": 16, "finds": 20, "condition": 24, "here": 14, "reference": 20,
    "became": 24, "removed": 14, "value": 12,
}  # fmt: skip
"""Columns that are folded rather than left out, and to how many cells."""

RANK = {
    "first_applied_at": 8, "last_applied_at": 9, "first_used_at": 7, "last_used_at": 8, "first_a": 8, "last_a": 9, "first_b": 8,
    "last_b": 9, "count_a": 7, "count_b": 7, "days_apart": 4, "community_id": 5, "product": 7, "evidence": 6, "cap": 3,
    "applications": 6, "count": 6,
    "name": 4, "name_a": 6, "name_b": 6, "how": 4, "channel": 4, "generic": 3, "amount": 5, "sharing": 4, "references": 5, "strength": 3,
    "reference": 1, "person_id": 1, "gang_id": 1, "link_class": 2, "intent": 2,
}  # fmt: skip
"""Columns that give way where the terminal is narrow: the highest first."""


def answered(answer: Answer, zone: str, shown_as: str) -> None:
    """Print an answer as it was asked for."""
    if shown_as == "table":
        show.as_text(_text(answer, zone))
    elif shown_as == "json":
        show.as_json(_object(answer, zone))
    else:
        _csv(answer, zone)


def _object(answer: Answer, zone: str) -> dict[str, Any]:
    from fraudgraph.cli.frames import row, rows

    facts = row(dict(answer.facts), zone)
    return {**facts, "said": list(answer.said), **{part.name: rows(part.table, zone) for part in answer.parts}}


def _csv(answer: Answer, zone: str) -> None:
    """One table a part; where there are several, or facts beside them, the column ``about`` says which one a row is of."""
    from fraudgraph.cli.frames import row, rows

    if len(answer.parts) == 1 and not answer.facts:
        (part,) = answer.parts
        show.as_csv(rows(part.table, zone), part.table.columns)
        return
    head = [{"about": answer.facts.get("what", "facts"), **row(dict(answer.facts), zone)}] if answer.facts else []
    body = [{"about": part.name, **one} for part in answer.parts for one in rows(part.table, zone)]
    names = [name for part in answer.parts for name in part.table.columns]
    columns = list(dict.fromkeys(["about", *(head[0] if head else []), *names]))
    show.as_csv([{name: one.get(name) for name in columns} for one in [*head, *body]], columns)


def _text(answer: Answer, zone: str) -> Iterator[RenderableType]:
    for sentence in answer.said:
        yield printable(sentence)
    facts = [(heading(name), cell(name, value, zone)) for name, value in answer.facts.items() if value not in (None, "")]
    if facts:
        if answer.said:
            yield ""
        yield show.pairs(facts)
    first = not answer.said and not facts
    for part in answer.parts:
        if part.table.height:
            if not first:
                yield ""
            first = False
            yield from _table(part, zone)
    if first:
        yield "Nothing."


def _table(part: Part, zone: str) -> Iterator[RenderableType]:
    columns = [
        Column(heading(name), RANK.get(name, 0), numeric=dtype.is_numeric(), least=LEAST.get(name, 0))
        for name, dtype in part.table.schema.items()
    ]
    rows = [[cell(name, value, zone) for name, value in row.items()] for row in part.table.head(MOST).iter_rows(named=True)]
    yield from table(part.title, *_filled(columns, rows), show.width())
    if part.table.height > MOST:
        yield f"and {part.table.height - MOST:,} more: --format json or csv has them all"


def _filled(columns: list[Column], rows: list[list[Any]]) -> tuple[list[Column], list[list[Any]]]:
    """Leave out columns that say nothing in any row."""
    kept = [place for place in range(len(columns)) if any(row[place] not in (None, "") for row in rows)]
    return [columns[place] for place in kept], [[row[place] for place in kept] for row in rows]


def heading(name: str) -> str:
    """Return the name of a column as a table heads it."""
    return name.removesuffix("_at").removesuffix("_id").replace("_", " ")


def cell(name: str, value: Any, zone: str) -> Any:
    """Return a value as a table shows it."""
    from fraudgraph.cli.frames import minute

    if isinstance(value, datetime):
        return minute(value, zone)
    if isinstance(value, float):
        if name in ("amount", "evidence", "pairs"):
            return f"{value:,.0f}"
        return f"{value:.2f}" if abs(value) >= 0.01 or not value else f"{value:.2g}"
    if isinstance(value, list):
        return "; ".join(str(item) for item in value)
    return value


