"""The map of a case: which of its people share which values. A big gang stays readable: people who have exactly the same values are one
row, and what explains least is left out, and said to be.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from fraudgraph.reports.groups import Group, Shared

MOST_ROWS, MOST_COLUMNS = 60, 24

SINGLY = 40
"""Up to this many people everybody has a row of their own."""

OWN, CONTACT, NONE = "own", "contact", ""


@dataclass(frozen=True)
class Row:
    """One person, or several who have the same values."""

    members: tuple[int, ...]
    """Numbers of the members, ascending."""
    cells: tuple[str, ...]
    """A column each: OWN, CONTACT (gave it only as somebody else's), NONE."""


@dataclass(frozen=True)
class Map:
    """People down, values across."""

    columns: tuple[Shared, ...]
    rows: tuple[Row, ...]
    hidden_people: int
    """Without a row: those who share least."""
    hidden_columns: int

    @property
    def bare(self) -> int:
        """People in rows who have none of the values."""
        return sum(len(row.members) for row in self.rows if not any(row.cells))


def of(group: Group) -> Map:
    """Return the map of ``group``; people who share the same strong values stand together."""
    columns = group.shared[:MOST_COLUMNS]
    held = [[NONE] * len(columns) for _ in group.members]
    for place, shared in enumerate(columns):
        for member in shared.members:
            held[member][place] = CONTACT if member in shared.contacts else OWN
    alike: dict[tuple[tuple[str, ...], int], list[int]] = defaultdict(list)
    for member, cells in enumerate(held):
        alike[tuple(cells), member if len(group.members) <= SINGLY else -1].append(member)
    rows = [Row(tuple(members), cells) for (cells, _), members in alike.items()]
    kept = sorted(rows, key=lambda row: (-sum(cell != NONE for cell in row.cells), -len(row.members), row.members))[:MOST_ROWS]
    kept.sort(key=lambda row: (tuple(cell == NONE for cell in row.cells), row.members))
    hidden = len(group.members) - sum(len(row.members) for row in kept)
    return Map(columns, tuple(kept), hidden, len(group.shared) - len(columns))
