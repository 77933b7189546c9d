"""Results on standard output: tables for people (rich, as wide as the terminal), JSON and CSV for programs."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from fraudgraph.cli.voice import printable, say, steers

if TYPE_CHECKING:
    from rich.console import RenderableType

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""First characters that make a spreadsheet run a cell."""

PIPE_WIDTH = 120
"""Characters of a line where no terminal says how wide it is."""


def as_json(value: Any) -> None:
    """Print one object, or an array of objects. What would steer a terminal is escaped, as JSON may escape any character."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    say(sys.stdout, "".join(f"\\u{ord(c):04x}" if c != "\n" and steers(c) else c for c in text))


def as_csv(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """Print a header and the rows; None is empty, true and false are lower case as in JSON, a list's items are joined by a semicolon.

    A text that a spreadsheet would run as a formula gets an apostrophe before it, as in the files.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([[_cell(row[column]) for column in columns] for row in rows])
    say(sys.stdout, text.getvalue().removesuffix("\n"))


def as_csv_row(values: Sequence[Any]) -> None:
    """Print one row, as `as_csv` does."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow([_cell(value) for value in values])
    say(sys.stdout, text.getvalue().removesuffix("\n"))


def as_text(parts: Iterable[RenderableType]) -> None:
    """Print tables and sentences one below the other."""
    from rich.console import Console

    text = io.StringIO()
    console = Console(file=text, force_terminal=sys.stdout.isatty(), width=width(), markup=False, highlight=False, emoji=False)
    for part in parts:
        console.print(part)
    lines = (line.rstrip() for line in text.getvalue().splitlines())
    say(sys.stdout, "\n".join(lines))


def width() -> int:
    """Return how many characters a line may have."""
    known = sys.stdout.isatty() or "COLUMNS" in os.environ
    return shutil.get_terminal_size((PIPE_WIDTH, 24)).columns if known else PIPE_WIDTH


def table(title: str, columns: Sequence[tuple[str, bool]], rows: Iterable[Sequence[Any]]) -> RenderableType:
    """Return a table; each column is (heading, are its values numbers)."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    made = Table(title=Text(printable(title)) if title else None, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    for heading, numeric in columns:
        made.add_column(heading, justify="right" if numeric else "left", overflow="fold", no_wrap=numeric)
    for row in rows:
        made.add_row(*(Text(shown(value)) for value in row))
    return made


def pairs(rows: Iterable[tuple[str, Any]]) -> RenderableType:
    """Return a list of names and their values."""
    from rich.table import Table
    from rich.text import Text

    made = Table.grid(padding=(0, 3))
    made.add_column(style="bold", no_wrap=True)
    made.add_column(overflow="fold")
    for name, value in rows:
        made.add_row(Text(name), Text(shown(value)))
    return made


def shown(value: Any) -> str:
    """Return a value as a person reads it: thousands apart, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else printable(str(value))


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return _cell(";".join(str(item) for item in value))
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
