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
    """Read application files of any mix of formats and headers.

    Raise InputError where a file cannot be read at all or holds no application columns, ConfigurationError where a setting or a
    mapping cannot be, or where the intents are plainly on another scale. Bad rows and values are in the rejects of the result.
    """
    if not paths:
        raise InputError("there is no input file: name at least one")
    mapping = _mapping(settings)
    scale = intents.scale(settings.text("records.intent_scale"))
    files: list[ReadFile] = []
    unused = set(mapping)
    with progress.stage("reading", len(paths)):
        for number, path in enumerate(paths):
            files.append(_read_path(number, Path(path), mapping, scale, settings, unused))
            progress.advance()
    if unused:
        column = sorted(unused)[0]
        seen = [use.header for file in files for use in file.columns]
        raise ConfigurationError(
            f"records.map: no file has the header {headers.shown(str(mapping[column]))} that {column} is mapped to; "
            f"the headers seen are {headers.listed(seen)}"
        )
    return _settle(files)


def from_frame(frame: pd.DataFrame | pl.DataFrame, settings: Settings) -> Records:
    """Read a pandas or polars data frame; lines of the rejects are row numbers from 1. Raises as `read` does."""
    mapping = _mapping(settings)
    scale = intents.scale(settings.text("records.intent_scale"))
    unused = set(mapping)
    found = _read_sheet(0, "data frame", columnar.frame_sheet(frame), mapping, scale, settings, unused)
    if unused:
        column = sorted(unused)[0]
        raise ConfigurationError(f"records.map: the data frame has no column {headers.shown(str(mapping[column]))} for {column}")
    return _settle([found])


def _mapping(settings: Settings) -> dict[str, str]:
    mapping = settings.table("records.map")
    headers.check_map(mapping)
    return mapping


def _read_path(
    number: int, path: Path, mapping: dict[str, str], scale: intents.Scale, settings: Settings, unused: set[str]
) -> ReadFile:
    for opened in sheets(path):
        try:
            return _read_sheet(number, path.name, opened(), mapping, scale, settings, unused)
        except WrongEncoding:
            continue
    raise InputError(f"{path.name} is in no encoding that can be read: save it as UTF-8")


def _read_sheet(
    number: int, name: str, sheet: Sheet, mapping: dict[str, str], scale: intents.Scale, settings: Settings, unused: set[str]
) -> ReadFile:
    found = headers.understand(sheet.headers, mapping, name)
    headers.check_complete(found, sheet.headers, name)
    used = {position: column for column, position in found.items()}
    ignored = [position for position in range(len(sheet.headers)) if position not in used]
    listed = ignored[:_IGNORED_SHOWN]
    ordered = {column: sheet.headers[found[column]] for column in sorted(found, key=lambda column: found[column])}
    table = FileTable(number, name, ordered, settings)
    fill: dict[int, int] = dict.fromkeys(listed, 0)
    for batch in sheet.batches(sorted([*used, *listed])):
        for position, count in cells.filled(batch.frame.select(str(position) for position in listed)).items():
            fill[int(position)] += count
        frame = batch.frame.select(pl.col(str(position)).alias(column) for position, column in used.items())
        table.add(Batch(frame, batch.place, batch.broken, batch.faults))
    typed, places = table.finish(scale)
    unused -= {column for column, header in mapping.items() if headers.is_mapped(sheet.headers, found, column, header)}
    counts = {**fill, **{position: table.filled[column] for position, column in used.items()}}
    uses = [ColumnUse(name, sheet.headers[at], used.get(at), counts[at], table.rows) for at in sorted(counts)]
    notes = [*sheet.notes, *table.notes]
    if len(ignored) > len(listed):
        notes.append(f"{name}: {len(ignored) - len(listed):,} further unknown headers were ignored")
    return ReadFile(name, typed, places, table.rejects, table.rows, uses, notes, ordered.get("fraud_intent"))


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
