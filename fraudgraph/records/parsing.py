"""One file's raw batches to typed columns: bad rows leave, bad values become null, each with its place and its reason."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from fraudgraph.model import APPLICATIONS, TIME, IntArray
from fraudgraph.records import births, cells, intents, numbers, times
from fraudgraph.records.batches import Batch
from fraudgraph.records.rejects import ROW, VALUE, Rejects
from fraudgraph.settings import Settings

RANGES = {"gps_lat": (-90.0, 90.0), "gps_lon": (-180.0, 180.0)}
NOT_A_NUMBER = "not a number"
_WHOLE_COLUMN = ("date_of_birth", "fraud_intent")
"""Columns that are judged once the whole column of the file is there."""


class FileTable:
    """The rows of one file so far, column by column."""

    def __init__(self, file: int, name: str, headers: Mapping[str, str], settings: Settings) -> None:
        """``headers``: canonical column -> header of the file."""
        self.name = name
        self.headers = headers
        self.rejects = Rejects()
        self.notes: list[str] = []
        self.rows = 0
        self.filled = dict.fromkeys(headers, 0)
        self._file = file
        self._zone = times.check_zone(settings.text("records.time_zone"))
        self._longest_id = settings.integer("records.max_id_length")
        self._longest = settings.integer("records.max_value_length")
        self._columns: dict[str, list[pl.Series]] = {column: [] for column in headers}
        self._places: list[IntArray] = []
        values = [column for column in headers if column not in ("application_id", "applied_at")]
        self._text_columns = [column for column in values if APPLICATIONS.schema[column] == pl.String]
        self._other_columns = [column for column in values if column not in self._text_columns]

    def add(self, batch: Batch) -> None:
        """Take a batch whose columns are named canonically."""
        self.rows += batch.frame.height + len(batch.broken)
        self._reject(ROW, batch.broken, "", None, batch.faults)
        frame = batch.frame
        for column, count in cells.filled(frame).items():
            self.filled[column] += count
        places = batch.place
        ids, applied_at, stays = self._key(frame, places)
        if not stays.all():
            frame, places = frame.filter(stays), places[stays.to_numpy()]
            ids, applied_at = ids.filter(stays), applied_at.filter(stays)
        self._places.append(places)
        self._columns["application_id"].append(ids)
        self._columns["applied_at"].append(applied_at)
        for column, words in self._texts(frame.select(self._text_columns), places).items():
            self._columns[column].append(words)
        for column in self._other_columns:
            self._columns[column].append(self._value(column, frame[column], places))

    def finish(self, scale: intents.Scale) -> tuple[pl.DataFrame, IntArray]:
        """Return (typed columns, place per row) and leave nothing behind."""
        places = np.concatenate(self._places) if self._places else np.empty(0, dtype=np.int64)
        self._places.clear()
        done: list[pl.Series] = []
        for column in list(self._columns):
            pieces = self._columns.pop(column)
            if not pieces:
                done.append(pl.Series(column, [], dtype=APPLICATIONS.schema[column]))
                continue
            whole = pl.concat(pieces, rechunk=True).alias(column)
            pieces.clear()
            if column == "date_of_birth":
                whole = self._births(whole, places)
            elif column == "fraud_intent":
                whole = self._intents(whole, places, scale)
            done.append(whole)
        return pl.DataFrame(done), places

    def _key(self, frame: pl.DataFrame, places: IntArray) -> tuple[pl.Series, pl.Series, pl.Series]:
        """Return (application_id, applied_at, does the row stay)."""
        ids = cells.text(frame["application_id"], cells.NOTHING)
        applied_at, reasons = times.parse(frame["applied_at"], self._zone)
        nameless = ids.is_null()
        long = (ids.str.len_bytes() > self._longest_id).fill_null(False)
        if long.any():
            long &= (ids.str.len_chars() > self._longest_id).fill_null(False)
        timeless = ~nameless & ~long & applied_at.is_null()
        if nameless.any():
            self._reject(ROW, places[nameless.to_numpy()], "application_id", None, "missing")
        if long.any():
            self._reject(ROW, places[long.to_numpy()], "application_id", ids.filter(long), f"longer than {self._longest_id} characters")
        if timeless.any():
            given = cells.as_strings(frame["applied_at"].filter(timeless))
            self._reject(ROW, places[timeless.to_numpy()], "applied_at", given, reasons.filter(timeless).fill_null("missing"))
        return ids, applied_at, ~(nameless | long | timeless)

    def _value(self, column: str, raw: pl.Series, places: IntArray) -> pl.Series:
        kind = APPLICATIONS.schema[column]
        if column == "date_of_birth":
            return raw if raw.dtype.is_temporal() else cells.as_strings(raw)
        if kind == TIME:
            found, reasons = times.parse(raw, self._zone)
            self._reject_values(column, raw, reasons.is_not_null(), places, reasons)
            return found
        found, bad = numbers.parse(raw)
        self._reject_values(column, raw, bad, places, NOT_A_NUMBER)
        if column in RANGES:
            low, high = RANGES[column]
            bad = ~found.is_between(low, high).fill_null(True)
            self._reject_values(column, raw, bad, places, f"outside {low:g} to {high:g}")
            found = found.set(bad, None) if bad.any() else found
        return found

    def _texts(self, raw: pl.DataFrame, places: IntArray) -> dict[str, pl.Series]:
        words = cells.texts(raw)
        longest = words.select(pl.all().str.len_bytes().max()).row(0, named=True) if words.width else {}
        done = {column: words[column] for column in words.columns}
        for column, length in longest.items():
            if (length or 0) > self._longest:
                long = (done[column].str.len_chars() > self._longest).fill_null(False)
                self._reject_values(column, done[column], long, places, f"longer than {self._longest} characters")
                done[column] = done[column].set(long, None)
        return done

    def _births(self, raw: pl.Series, places: IntArray) -> pl.Series:
        dates, bad, ambiguous = births.parse(raw)
        self._reject_values("date_of_birth", raw, bad, places, births.NOT_A_DATE)
        if ambiguous:
            self.notes.append(
                f"{self.name}: {ambiguous:,} dates of birth could be day/month or month/day and were left out; "
                "nothing in the column says which"
            )
        return dates

    def _intents(self, raw: pl.Series, places: IntArray, scale: intents.Scale) -> pl.Series:
        intents.check_scale(raw, scale, self.headers["fraud_intent"], self.name)
        found, bad = intents.apply(raw, scale)
        self._reject_values("fraud_intent", raw, bad, places, scale.reason)
        return found

    def _reject_values(self, column: str, raw: pl.Series, bad: pl.Series, places: IntArray, reason: str | pl.Series) -> None:
        if bad.any():
            reasons = reason if isinstance(reason, str) else reason.filter(bad)
            self._reject(VALUE, places[bad.to_numpy()], column, cells.as_strings(raw.filter(bad)), reasons)

    def _reject(
        self, level: str, places: IntArray, column: str, values: pl.Series | None, reason: str | tuple[str, ...] | pl.Series
    ) -> None:
        self.rejects.add(level, self._file, places, column, values, reason)
