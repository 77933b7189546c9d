"""Screening says what a real night of the one application says, on a copy of the store."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from fraudgraph import nightly
from fraudgraph.errors import UsageError
from fraudgraph.graph import codes
from fraudgraph.night import measuring, uses
from fraudgraph.night.standing import COLUMNS
from fraudgraph.reports import tables
from fraudgraph.screening import Screen
from fraudgraph.stores import open_store
from tests.night_books import Told, calibration_of, random_book, random_relations, rules

REQUESTS = int(os.environ.get("FRAUDGRAPH_SCREENED", "2"))
"""Applications of each book that are compared with a night."""


def lines_of(frame: pl.DataFrame) -> list[bytes]:
    return [json.dumps({k: v for k, v in row.items() if v is not None}, ensure_ascii=False).encode() for row in frame.to_dicts()]


def nights_of(store: Path, lines: Sequence[bytes], folder: Path) -> list[dict[str, Any]]:
    """Return what a night of each line alone says, on a copy of the store each."""
    found = []
    for line in lines:
        copy, request = folder / "copy.duckdb", folder / "request.jsonl"
        shutil.copyfile(store, copy)
        copy.chmod(0o600)
        request.write_bytes(line + b"\n")
        nightly.nightly([request], store=copy, settings=rules())
        with open_store(copy, create=False).snapshot() as reader:
            flags = tables.flags(reader, reader.night)
            version = reader.calibration()
        row = flags.with_columns(pl.col("gang_id", "grade", "reasons", "community_id").replace("", None)).to_dicts()[0]
        assert version is not None
        found.append({**{k: row[k] for k in COLUMNS if k in row}, "flagged": row["gang_id"] is not None, "calibration": version.name})
    return found


@pytest.fixture(scope="module")
def calibration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Learned once from a larger book of the same make."""
    folder = tmp_path_factory.mktemp("learned")
    Told(folder / "book.duckdb", folder, rules()).run(random_book(1, people=350, applications=700, days=500, gangs=24))
    return calibration_of(folder / "book.duckdb", folder / "calibration.json")


def told(tmp_path: Path, calibration: Path, seed: int, cut: int = 110, crowd: float = 0.0) -> tuple[Path, pl.DataFrame]:
    """Make a book of most of a random one; return its store and the rest. ``crowd``: the share of it that came over one carrier."""
    book = random_book(seed, people=55, applications=150, days=200)
    over = pl.Series(np.random.default_rng(seed).random(len(book)) < crowd)
    book = book.with_columns(ip=pl.when(over).then(pl.lit("39.144.1.1")).otherwise("ip"))
    made = Told(tmp_path / "book.duckdb", tmp_path, rules(), calibration)
    made.run(book[:cut], random_relations(seed, book["application_id"].to_list(), count=12) if seed % 2 else None)
    return tmp_path / "book.duckdb", book[cut:]


@pytest.mark.parametrize("seed", [31, 32, 33])
def test_an_answer_is_that_of_a_night(tmp_path: Path, calibration: Path, seed: int) -> None:
    store, rest = told(tmp_path, calibration, seed)
    some = rest.sample(REQUESTS, seed=seed) if len(rest) > REQUESTS else rest
    lines = lines_of(some)
    answers = Screen(store, rules()).lines(lines)
    assert answers == nights_of(store, lines, tmp_path)


@pytest.mark.parametrize("seed", [35, 36, 37])
def test_a_place_that_many_had_is_nobodys_own(tmp_path: Path, calibration: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    """Three people are too many for a place of one's own here: many requests come over a carrier, whose people are not counted anew."""
    for module in (codes, uses, measuring):
        monkeypatch.setattr(module, "FEW", 2)
    store, rest = told(tmp_path, calibration, seed, crowd=0.4)
    some = rest.sample(REQUESTS, seed=seed)
    lines = lines_of(some.with_columns(ip=pl.lit("39.144.1.1")))
    assert Screen(store, rules()).lines(lines) == nights_of(store, lines, tmp_path)


def test_those_who_join_a_gang_are_told_which(tmp_path: Path, calibration: Path) -> None:
    """Copies of gang members under new names of applications: flagged, with the gang's id, a community that the night knows."""
    store, _ = told(tmp_path, calibration, 34)
    with open_store(store, create=False).snapshot() as reader:
        members = reader.table("gang_members").join(reader.table("membership"), on="person_id")["application_id"].sort()[:4]
        book = reader.table("applications", where={"application_id": members.to_list()})
    assert len(book)
    columns = ["name", "id_number", "phone", "device_id", "bank_card", "home_address", "ip", "contact1_phone", "fraud_intent"]
    copies = book.select(
        ("N-" + pl.col("application_id")).alias("application_id"),
        pl.col("applied_at").dt.offset_by("1h").dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
        *columns,
    )
    strangers = copies.with_columns(("S" + pl.col("application_id")).alias("application_id"), id_number=None, name=None, phone=None)
    lines = lines_of(pl.concat([copies, strangers]))
    answers = Screen(store, rules()).lines(lines)
    assert any(answer["flagged"] for answer in answers)
    assert answers == nights_of(store, lines, tmp_path)


def test_what_is_stored_contradicts_or_cannot_be_read_is_said(tmp_path: Path, calibration: Path) -> None:
    store, rest = told(tmp_path, calibration, 31)
    with open_store(store, create=False).snapshot() as reader:
        stored = random_book(31, people=55, applications=150, days=200)[:1]
        night = reader.night
    other = stored.with_columns(pl.lit("somebody else").alias("name"))
    fine = lines_of(rest[:1])[0]
    lines = [lines_of(stored)[0], lines_of(other)[0], b"no json", b'{"application_id": "X"}', fine, fine]
    screen = Screen(store, rules())
    answers = screen.lines(lines)
    assert answers[0] == nights_of(store, lines[:1], tmp_path)[0]
    assert answers[1] == {"rejected": "contradicts the stored application"}
    assert set(answers[2]) == set(answers[3]) == {"rejected"}
    assert answers[4] == answers[5] == screen.lines([fine])[0]
    with open_store(store, create=False).snapshot() as reader:
        assert reader.night == night


def test_stored_ones_among_others_are_answered_in_their_places(tmp_path: Path, calibration: Path) -> None:
    store, rest = told(tmp_path, calibration, 33)
    fresh, stored = lines_of(rest[:3]), lines_of(random_book(33, people=55, applications=150, days=200)[:2])
    lines = [fresh[0], stored[0], b'{"application_id": "X", "applied_at": "never", "phone": "13800002231"}', fresh[1], stored[1], fresh[2]]
    screen = Screen(store, rules())
    assert screen.lines(lines) == [screen.lines([line])[0] for line in lines]
    assert screen.lines(stored) == [screen.lines([line])[0] for line in stored]


def test_a_warm_screen_follows_new_nights(tmp_path: Path, calibration: Path) -> None:
    store, rest = told(tmp_path, calibration, 32)
    screen = Screen(store, rules())
    first = screen.lines(lines_of(rest[:1]))
    rest[:1].write_csv(tmp_path / "night.csv")
    nightly.nightly([tmp_path / "night.csv"], store=store, settings=rules())
    again = screen.lines(lines_of(rest[:1]))
    assert {**again[0], "gang_id": None} == {**first[0], "gang_id": None}  # stored now, and nothing else came between
    assert screen.lines(lines_of(rest[1:3])) == nights_of(store, lines_of(rest[1:3]), tmp_path)


def test_a_file_is_answered_row_by_row(tmp_path: Path, calibration: Path) -> None:
    store, rest = told(tmp_path, calibration, 33)
    rest[:6].write_csv(tmp_path / "requests.csv")
    screen = Screen(store, rules())
    assert screen.file(tmp_path / "requests.csv") == screen.lines(lines_of(rest[:6]))


def test_there_must_be_a_book(tmp_path: Path) -> None:
    open_store(tmp_path / "empty.duckdb", create=True)
    (tmp_path / "empty.duckdb").touch()
    with pytest.raises(UsageError, match="no book"):
        Screen(tmp_path / "empty.duckdb", rules())
