"""Screening: what a night of one application alone would say of it, without storing anything.

A `Screen` keeps a book in memory. Requests are judged many at a time, each in a universe of its own (`night.universes`) by the rules of a
night, so that no request sees another. When the store has a new night the book is read anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from fraudgraph import records
from fraudgraph.errors import InputError
from fraudgraph.model import Records
from fraudgraph.night.memory import Memory
from fraudgraph.night.screening import screened
from fraudgraph.night.standing import Standing
from fraudgraph.nightly import frozen, in_force
from fraudgraph.pipeline import remembered
from fraudgraph.settings import Settings
from fraudgraph.stores import open_store
from fraudgraph.values import values_of

MOST = 1024
"""Requests that are judged together, at most."""

COPIED = 2_000_000
"""Relations from outside that are copied into universes at a time, at most."""

Answer = dict[str, Any]


class Screen:
    """Judges applications against the last night of a store."""

    def __init__(self, store: str | Path, settings: Settings) -> None:
        """Raise as `nightly.nightly` does where there is no book yet, or the settings are not those that it is judged by."""
        self._name, self._asked = store, settings
        self._store = open_store(store, create=False, settings=settings)
        self._of: tuple[int, str] | None = None
        self._follow()

    def lines(self, lines: Sequence[bytes]) -> list[Answer]:
        """Judge one JSON object a line, each for itself; return an answer a line, in order."""
        self._follow()
        return [answer for start in range(0, len(lines), MOST) for answer in self._lines(lines[start : start + MOST])]

    def file(self, path: Path) -> list[Answer]:
        """Judge the applications of a file of any kind, each for itself; return an answer a row, in their order."""
        self._follow()
        answers = self._answers(records.read([path], self._settings))
        return [answers[line] for line in sorted(answers)]

    def _follow(self) -> None:
        """Read the book where the store has another night than the one in memory."""
        with self._store.snapshot() as reader:
            batches = reader.batches()
            if batches and self._of == (batches[-1].night, batches[-1].known_at):
                return
            calibration = frozen(reader, self._name)
            self._kept = values_of(self._asked, reader.settings())
            self._settings = remembered(reader, in_force(reader, self._asked))
            self._memory = Memory(reader, self._kept, calibration, self._settings)
            self._standing = Standing.of(reader, self._memory.whose)
            self._version = calibration.version
            self._of = batches[-1].night, batches[-1].known_at

    def _lines(self, lines: Sequence[bytes]) -> list[Answer]:
        try:
            read = records.from_lines(lines, self._settings)
        except InputError as problem:
            if len(lines) == 1:
                return [{"rejected": str(problem)}]
            return self._halves(lines)
        if len(lines) > 1 and (read.repeated or _contradicts(read)):
            return self._halves(lines)  # two of one id are judged apart
        stored = self._memory.has(read.applications["application_id"])
        if len(lines) > 1 and stored.any():
            known = read.origin.filter(stored.gather(read.origin["application"]))["line"].to_list()
            return self._apart(lines, {line - 1 for line in known})
        answers = self._answers(read)
        return [answers.get(number, {"rejected": "an empty line"}) for number in range(1, len(lines) + 1)]

    def _halves(self, lines: Sequence[bytes]) -> list[Answer]:
        half = len(lines) // 2
        return self._lines(lines[:half]) + self._lines(lines[half:])

    def _apart(self, lines: Sequence[bytes], known: set[int]) -> list[Answer]:
        """Judge the lines at the places ``known``, whose applications are stored, one by one, and the others together."""
        others = [place for place in range(len(lines)) if place not in known]
        answers = dict(zip(others, self._lines([lines[place] for place in others]), strict=True)) if others else {}
        answers |= {place: self._lines([lines[place]])[0] for place in known}
        return [answers[place] for place in range(len(lines))]

    def _answers(self, read: Records) -> dict[int, Answer]:
        """Return line -> answer of every row."""
        memory, version = self._memory, self._version
        ids = read.applications["application_id"]
        lines = read.origin.select("line", application_id=ids.gather(read.origin["application"]))
        read = replace(read, applications=self._kept.accepted(read.applications, self._settings))
        judged, _ = records.against(read, memory.stored(ids))
        fresh = judged.applications
        most = max(1, min(MOST, COPIED // max(len(memory.relations), 1)))
        answers = self._standing.of_applications(memory.known(ids.filter(memory.has(ids))))
        for start in range(0, len(fresh), most):
            answers += screened(memory, self._standing, fresh[start : start + most])
        by_id = {answer["application_id"]: {**answer, "calibration": version} for answer in answers}
        found: dict[int, Answer] = {line: by_id[name] for line, name in lines.iter_rows()}
        refused = judged.rejects.filter(pl.col("level") == "row")
        return found | {line: {"rejected": reason} for line, reason in refused.select("line", "reason").iter_rows()}


def _contradicts(read: Records) -> bool:
    return bool(read.rejects["reason"].str.starts_with("contradicts").any())
