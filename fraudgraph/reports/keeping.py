"""Keep a report where the user asked for it: one file of the kind that its name says, or all of them in a folder."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fraudgraph.errors import OutputError
from fraudgraph.reports import csvfile, onefile

KINDS = (".html", ".csv", ".json")


def keep(out: Path, name: str, page: str, rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> list[Path]:
    """Write the report and return its files: ``out`` where it ends like one of `KINDS`, else ``name`` with each of them in folder ``out``.

    Each file is written whole or not at all. Raises `OutputError` where one cannot be written.
    """
    if out.suffix.lower() in KINDS and not out.is_dir():
        wanted = {out.suffix.lower(): out}
    else:
        wanted = {kind: out / f"{name}{kind}" for kind in KINDS}
        try:
            out.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            why = os.strerror(problem.errno) if problem.errno else str(problem)
            raise OutputError(f"the folder {out} cannot be made ({why}): choose another with --out") from problem
    for kind, path in wanted.items():
        onefile.write(page if kind == ".html" else text_of(rows, columns, kind), path)
    return list(wanted.values())


def text_of(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], kind: str) -> str:
    """Return ``rows`` as the text of a CSV or JSON file. An empty CSV cell is a key that JSON leaves out."""
    if kind == ".json":
        known = [{column: row[column] for column in columns if row.get(column) is not None} for row in rows]
        return json.dumps(known, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(row.get(column)) for column in columns] for row in rows)
    return text.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    return f"'{value}" if isinstance(value, str) and value.startswith(csvfile.DANGEROUS) else value
