"""Hostile values on the terminal: nothing steers it, nothing is wider than it, and the machine formats still parse."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from dataclasses import replace

import polars as pl
import pytest
from fake_reader import FakeReader
from rich.cells import cell_len
from test_page import HOSTILE, hostile_book

from fraudgraph import model
from fraudgraph.cli import gang as gang_command
from fraudgraph.cli import gangs as gangs_command
from fraudgraph.cli import show
from fraudgraph.labels import Gang
from fraudgraph.reports.dossier import dossier
from fraudgraph.reports.queue import queue


@pytest.fixture(scope="module")
def reader() -> FakeReader:
    """A gang whose every free text is hostile, its id too, with a hostile label by each hostile analyst."""
    plain = hostile_book().reader()
    hostile_id = "G-\x1b[31m" + HOSTILE[2]
    named = {name: frame.with_columns(gang_id=pl.lit(hostile_id)) for name, frame in plain.tables.items() if "gang_id" in frame.columns}
    tables = {**plain.tables, **named}
    now = plain.tables["applications"]["applied_at"][0]
    given = [(hostile_id, "suspicious", text, text, now, 1) for text in HOSTILE]
    told = [(1, hostile_id, "born", ";".join(HOSTILE[:3]), HOSTILE[7])]
    return replace(plain, tables=tables, given=given, told=told)


def test_the_terminal_is_not_steered_and_tables_fit(
    reader: FakeReader, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (gang_id,) = reader.tables["gangs"]["gang_id"]
    shown = dossier(reader, Gang(gang_id, gang_id, HOSTILE[2:3]))
    for width in (60, 120):
        monkeypatch.setenv("COLUMNS", str(width))
        show.as_text([*gangs_command._text(queue(reader), 50, "UTC"), *gang_command._text(shown, f"{HOSTILE[2]} is part of it.", "UTC")])
        lines = capsys.readouterr().out.splitlines()
        assert max(map(cell_len, lines)) <= width
        text = "".join(lines)
        assert {c for c in text if unicodedata.category(c) == "Cc"} == set()
        assert not {"\u202e", "\u2066"} & set(text)


def test_json_and_csv_hold_what_was_given(reader: FakeReader, capsys: pytest.CaptureFixture[str]) -> None:
    (gang_id,) = reader.tables["gangs"]["gang_id"]
    shown = dossier(reader, Gang(gang_id, gang_id, ()))
    show.as_json(gang_command._object(shown, "UTC"))
    found = json.loads(capsys.readouterr().out)
    assert found["gang_id"] == gang_id
    assert [row["who"] for row in found["history"][1:]] == list(HOSTILE)
    rows = gang_command._listed(shown, "UTC")
    columns = list(dict.fromkeys(name for row in rows for name in row))
    show.as_csv([{name: row.get(name) for name in columns} for row in rows], columns)
    parsed = list(csv.DictReader(io.StringIO(capsys.readouterr().out, newline="")))
    assert len(parsed) == len(rows)
    who = [row["who"] for row in parsed if row["kind"] == "label"]
    assert who == [f"'{text}" if text.startswith("=") else text for text in HOSTILE]
    assert model.LABELS.schema["who"] == pl.String
