"""Files, or a data frame, to `Records`: open, understand the headers, parse batch by batch, then settle repeats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from fraudgraph.errors import ConfigurationError, InputError
from fraudgraph.model import ColumnUse, IntArray, Records
from fraudgraph.progress import SILENT, Progress
from fraudgraph.records import cells, columnar, headers, intents, repeats
from fraudgraph.records.batches import Batch, Sheet
from fraudgraph.records.encodings import WrongEncoding
from fraudgraph.records.opening import sheets
from fraudgraph.records.parsing import FileTable
from fraudgraph.records.rejects import Rejects
from fraudgraph.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

_IGNORED_SHOWN = 100
"""Ignored headers of a file that are listed with their fill; reading more of them would only cost time."""


@dataclass
class ReadFile:
    """One file after parsing."""

    name: str
    frame: pl.DataFrame
    """Typed columns, those that the file has; rows in the order of the file."""
    places: IntArray
    rejects: Rejects
    rows: int
    columns: list[ColumnUse]
    notes: list[str]
    intent_header: str | None


def read(paths: Sequence[Path], settings: Settings, progress: Progress = SILENT) -> Records:
    """Read application files of any mix of formats and headers. ``progress`` advances by rows.

    Raise InputError where a file cannot be read at all or holds no application columns, ConfigurationError where a setting or a
    mapping cannot be, or where the intents are plainly on another scale. Bad rows and values are in the rejects of the result.
    """
    if not paths:
        raise InputError("there is no input file: name at least one")
    reading = _Reading(settings, progress)
    with progress.stage("reading"):
        files = [reading.path(number, Path(path)) for number, path in enumerate(paths)]
        reading.check_mapping(files)
        return _settle(files)


def from_frame(frame: pd.DataFrame | pl.DataFrame, settings: Settings) -> Records:
    """Read a pandas or polars data frame; lines of the rejects are row numbers from 1. Raises as `read` does."""
    reading = _Reading(settings, SILENT)
    files = [reading.sheet(0, "data frame", columnar.frame_sheet(frame))]
    reading.check_mapping(files)
    return _settle(files)


def from_lines(lines: Sequence[bytes], settings: Settings) -> Records:
    """Read JSON objects, one a line, UTF-8; lines of the rejects are numbers from 1. Raises as `read` does."""
    from fraudgraph.records.jsonlines import JsonLines
    from fraudgraph.records.sources import Source

    content = b"\n".join(line.rstrip(b"\r\n") for line in lines)
    reading = _Reading(settings, SILENT)
    files = [reading.sheet(0, "lines", JsonLines(Source(Path("lines"), content, content[:1]), "utf-8"))]
    reading.check_mapping(files)
    return _settle(files)


class _Reading:
    """What is the same for every file of a run."""

    def __init__(self, settings: Settings, progress: Progress) -> None:
        self._settings = settings
        self._progress = progress
        self._mapping = settings.table("records.map")
        headers.check_map(self._mapping)
        self._unused = set(self._mapping)
        self._scale = intents.scale(settings.text("records.intent_scale"))

    def path(self, number: int, path: Path) -> ReadFile:
        """Read a file, in the next encoding where one turns out wrong."""
        for opened in sheets(path):
            try:
                return self.sheet(number, path.name, opened())
            except WrongEncoding:
                continue
        raise InputError(f"{path.name} is in no encoding that can be read: save it as UTF-8")

    def sheet(self, number: int, name: str, sheet: Sheet) -> ReadFile:
        """Read the columns that mean something, and count how full the first of the others are."""
        found = headers.understand(sheet.headers, self._mapping, name)
        headers.check_complete(found, sheet.headers, name)
        used = {position: column for column, position in sorted(found.items(), key=lambda item: item[1])}
        ignored = [position for position in range(len(sheet.headers)) if position not in used]
        listed = ignored[:_IGNORED_SHOWN]
        table = FileTable(number, name, {column: sheet.headers[position] for position, column in used.items()}, self._settings)
        fill: dict[int, int] = dict.fromkeys(listed, 0)
        for batch in sheet.batches(sorted([*used, *listed])):
            for key, count in cells.filled(batch.frame.select(str(position) for position in listed)).items():
                fill[int(key)] += count
            frame = batch.frame.select(pl.col(str(position)).alias(column) for position, column in used.items())
            table.add(Batch(frame, batch.place, batch.broken, batch.faults))
            self._progress.advance(frame.height)
        typed, places = table.finish(self._scale)
        self._unused -= {column for column, header in self._mapping.items() if headers.is_mapped(sheet.headers, found, column, header)}
        counts = {**fill, **{position: table.filled[column] for position, column in used.items()}}
        uses = [ColumnUse(name, sheet.headers[at], used.get(at), counts[at], table.rows) for at in sorted(counts)]
        notes = [*sheet.notes, *table.notes]
        if len(ignored) > len(listed):
            notes.append(f"{name}: {len(ignored) - len(listed):,} further unknown headers were ignored")
        return ReadFile(name, typed, places, table.rejects, table.rows, uses, notes, table.headers.get("fraud_intent"))

    def check_mapping(self, files: Sequence[ReadFile]) -> None:
        """Raise ConfigurationError where a mapping names a header that no file has."""
        if self._unused:
            column = min(self._unused)
            seen = [use.header for file in files for use in file.columns]
            raise ConfigurationError(
                f"records.map: there is no header {headers.shown(str(self._mapping[column]))} for {column}; "
                f"the headers seen are {headers.listed(seen)}"
            )


def _settle(files: list[ReadFile]) -> Records:
    """Settle repeats and contradictions over all files, and put the result together."""
    rows = sum(file.rows for file in files)
    names = tuple(file.name for file in files)
    if rows == 0:
        raise InputError(f"{', '.join(names)} {'has' if len(files) == 1 else 'have'} a header and no rows: there is nothing to add")
    rejects = Rejects()
    for file in files:
        rejects.extend(file.rejects)
    frames = [file.frame for file in files]
    places = [file.places for file in files]
    for file in files:  # the only other hold on the raw rows: a book must not be there twice
        file.frame, file.places = pl.DataFrame(), places[0][:0]
    settled = repeats.settle(frames, places, rejects)
    table = rejects.table(names)
    rejected_rows = rejects.rows
    intent = list(dict.fromkeys(file.intent_header for file in files if file.intent_header))
    return Records(
        applications=settled.applications,
        input_order=settled.input_order,
        rejects=table,
        columns=tuple(use for file in files for use in file.columns),
        rows=rows,
        accepted=settled.applications.height,
        repeated=rows - rejected_rows - settled.applications.height,
        rejected_rows=rejected_rows,
        rejected_values=table.height - rejected_rows,
        intent_column=", ".join(intent) or None,
        notes=tuple(note for file in files for note in file.notes),
        origin=settled.origin,
        files=names,
    )
