"""Tables that fit the terminal: the less important columns give way before anything is cut or folded beyond reading.

Widths are those of a terminal's cells, in which a Chinese character takes two.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fraudgraph.cli import show
from fraudgraph.cli.voice import printable

if TYPE_CHECKING:
    from rich.console import RenderableType

GAP = 3
"""Cells between two columns."""


@dataclass(frozen=True)
class Column:
    """One column of a table."""

    heading: str
    rank: int = 0
    """0: always shown; of the others the highest gives way first."""
    numeric: bool = False
    least: int = 0
    """Cells that a text may be folded to; 0: it is never folded as long as there are other ways."""


def table(title: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]], width: int) -> list[RenderableType]:
    """Return the parts of a table that is at most ``width`` cells wide, and where columns gave way a sentence that names them."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    cells = [[show.shown(value) for value in row] for row in rows]
    kept = fitting(columns, cells, width)
    made = Table(
        title=Text(printable(title)) if title else None,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
    )
    for number in kept:
        column = columns[number]
        made.add_column(
            column.heading,
            justify="right" if column.numeric else "left",
            overflow="fold",
            no_wrap=not column.least and number != kept[0],
        )
    for row in cells:
        made.add_row(*(Text(row[number]) for number in kept))
    left_out = [column.heading for number, column in enumerate(columns) if number not in kept]
    return [made, f"(no room for: {', '.join(left_out)})"] if left_out else [made]


def fitting(columns: Sequence[Column], cells: Sequence[Sequence[str]], width: int) -> list[int]:
    """Return the numbers of the columns that are shown, in order."""
    from rich.cells import cell_len

    kept = list(range(len(columns)))
    needs = []
    for number, column in enumerate(columns):
        natural = max([cell_len(column.heading), *(cell_len(row[number]) for row in cells)])
        needs.append(min(natural, max(column.least, cell_len(column.heading))) if column.least else natural)
    while sum(needs[number] for number in kept) + GAP * (len(kept) - 1) > width:
        least = max(kept, key=lambda number: (columns[number].rank, number))
        if not columns[least].rank:
            break
        kept.remove(least)
    return kept
