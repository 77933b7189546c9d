"""A file of given person-person ties: undirected, repeats added up, bad rows rejected whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import polars as pl

from fraudgraph.errors import InputError
from fraudgraph.model import RELATIONS, TIME, IntArray
from fraudgraph.records import cells, headers, numbers, times
from fraudgraph.records.batches import Batch, Sheet
from fraudgraph.records.encodings import WrongEncoding
from fraudgraph.records.opening import sheets
from fraudgraph.records.rejects import ROW, Rejects
from fraudgraph.settings import Settings

_NEEDED = ("source", "target", "kind")


def read_relations(path: Path, settings: Settings) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return (RELATIONS sorted by its columns, REJECTS) of a file with source, target, kind and perhaps weight and applied_at.

    A relation without a weight weighs 1; one without a time holds always. Raise InputError where the file cannot be read or lacks a column.
    """
    path = Path(path)
    zone = times.check_zone(settings.text("records.time_zone"))
    longest = settings.integer("records.max_id_length")
    for opened in sheets(path):
        rejects = Rejects()
        try:
            sheet = opened()
            found = _columns(sheet, path.name)
            pieces = list(_pieces(sheet, found, zone, longest, rejects))
        except WrongEncoding:
            continue
        whole = pl.concat(pieces) if pieces else RELATIONS.empty()
        return _added_up(whole), rejects.table([path.name])
    raise InputError(f"{path.name} is in no encoding that can be read: save it as UTF-8")


def _columns(sheet: Sheet, file: str) -> dict[str, int]:
    found = headers.understand(sheet.headers, {}, file, "relations")
    missing = [column for column in _NEEDED if column not in found]
    if missing:
        raise InputError(
            f"{file} has no header for {' and '.join(missing)}: a relations file has source, target, kind "
            f"and perhaps weight and applied_at; the headers seen are {headers.listed(sheet.headers)}"
        )
    return found


def _pieces(sheet: Sheet, found: Mapping[str, int], zone: str, longest: int, rejects: Rejects) -> Iterator[pl.DataFrame]:
    names = {str(position): column for column, position in found.items()}
    for batch in sheet.batches(sorted(found.values())):
        rejects.add(ROW, 0, batch.broken, "", None, batch.faults)
        yield _parsed(batch, names, zone, longest, rejects)


def _parsed(batch: Batch, names: Mapping[str, str], zone: str, longest: int, rejects: Rejects) -> pl.DataFrame:
    raw = batch.frame.rename(names)
    ends = [cells.text(raw[column], cells.NOTHING) for column in ("source", "target")]
    kind = cells.text(raw["kind"], cells.NOTHING)
    good = np.ones(raw.height, dtype=np.bool_)

    def refuse(column: str, values: pl.Series | None, bad: pl.Series, reason: str) -> None:
        these = bad.fill_null(False).to_numpy() & good
        places: IntArray = batch.place[these]
        shown = None if values is None else cells.as_strings(values).filter(pl.Series(these))
        rejects.add(ROW, 0, places, column, shown, reason)
        good[these] = False

    for column, end in zip(("source", "target"), ends, strict=True):
        refuse(column, None, end.is_null(), "missing")
        refuse(column, end, end.str.len_chars() > longest, f"longer than {longest} characters")
    refuse("kind", None, kind.is_null(), "missing")
    refuse("target", ends[1], ends[0] == ends[1], "relates an application to itself")
    weight = pl.Series([1.0]).new_from_index(0, raw.height)
    if "weight" in raw.columns:
        given, bad = numbers.parse(raw["weight"])
        refuse("weight", raw["weight"], bad, "not a number")
        refuse("weight", raw["weight"], given <= 0, "not above 0")
        weight = given.fill_null(1.0)
    moment = pl.Series([None], dtype=TIME).new_from_index(0, raw.height)
    if "applied_at" in raw.columns:
        moment, reasons = times.parse(raw["applied_at"], zone)
        refuse("applied_at", raw["applied_at"], reasons.is_not_null(), times.NOT_A_TIME)
    lower = pl.min_horizontal("a", "b").alias("source")
    upper = pl.max_horizontal("a", "b").alias("target")
    whole = pl.DataFrame({"a": ends[0], "b": ends[1], "kind": kind, "weight": weight, "applied_at": moment})
    return whole.filter(pl.Series(good)).select(lower, upper, "kind", "weight", "applied_at")


def _added_up(relations: pl.DataFrame) -> pl.DataFrame:
    """Add up repeats, in an order that does not depend on that of the rows."""
    key = ["source", "target", "kind", "applied_at"]
    ordered = relations.sort(*key, "weight")
    if ordered.select(key).is_duplicated().any():
        ordered = ordered.group_by(key, maintain_order=True).agg(pl.col("weight").sum())
    return RELATIONS.check(ordered.select(list(RELATIONS.columns)))
