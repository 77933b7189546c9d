"""Large books keep their text in a mapped file: the same table, and nothing left behind."""

from __future__ import annotations

import tempfile
from pathlib import Path

import polars as pl
import pytest

from fraudgraph import model, pipeline, records, settings, spill
from tests.books import random_rows


def test_a_small_table_stays_where_it_is() -> None:
    frame = pl.DataFrame({"a": ["x"]})
    assert spill.mapped(frame) is frame


def test_a_large_table_is_the_same_and_leaves_no_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(spill, "LEAST", 1)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    frame = random_rows(3).frame.with_columns(pl.lit("a text longer than twelve bytes").alias("long"), pl.lit(None, pl.Date).alias("born"))
    found = spill.mapped(frame)
    assert list(tmp_path.iterdir()) == []
    assert found.equals(frame)
    assert found.schema == frame.schema


def test_a_book_solved_from_the_map_is_solved_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = settings.defaults()
    sample = sorted((Path(__file__).parent.parent / "data" / "samples").glob("applications_*.csv"))
    read = records.read(sample, chosen)
    plain = pipeline.solve_book(read.applications, model.RELATIONS.empty(), None, chosen)
    monkeypatch.setattr(spill, "LEAST", 1)
    again = pipeline.solve_book(spill.mapped(read.applications), model.RELATIONS.empty(), None, chosen)
    assert set(plain.tables) == set(again.tables)
    for name, table in plain.tables.items():
        assert again.tables[name].equals(table), name
