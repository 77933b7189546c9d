"""Every store gives the same results: each output file, each table of each night, in both ways of keeping values.

FRAUDGRAPH_BOOKS sets how many random small books are tried (50 is the full count).
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from graphs import Graph
from polars.testing import assert_frame_equal

from benchmarks.books import chinese, western
from fraudgraph import model, nightly, pipeline
from fraudgraph.settings import Settings, defaults
from fraudgraph.stores import Store, open_store
from fraudgraph.stores.neo4j import layout
from fraudgraph.stores.port import DERIVED

BOOKS = int(os.environ.get("FRAUDGRAPH_BOOKS", "1"))
SAMPLES = Path(__file__).resolve().parents[2] / "data" / "samples"
PASSING = ("seconds", "peak_memory_mb")
"""What a summary says of the machine and not of the book."""


@dataclass(frozen=True)
class Places:
    """Two empty stores, and where their results go."""

    urls: Mapping[str, str]
    out: Path
    settings: Settings

    def folder(self, name: str, step: str) -> Path:
        return self.out / name / step

    def stores(self) -> dict[str, Store]:
        return {name: open_store(url, create=True, settings=self.settings) for name, url in self.urls.items()}


@pytest.fixture(params=["plain", "masked"])
def places(request: pytest.FixtureRequest, graph: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    monkeypatch.setenv("FRAUDGRAPH_KEY_FILE", str(tmp_path / "key"))
    settings = defaults().with_values(store__values=request.param)
    return Places({"embedded": str(tmp_path / "book.duckdb"), "graph": graph.url}, tmp_path / "out", settings)


def results(folder: Path) -> dict[str, bytes]:
    """Return what a run wrote, without what passes."""
    found = {path.name: path.read_bytes() for path in folder.iterdir()}
    summary = json.loads(found["summary.json"])
    return {**found, "summary.json": json.dumps({k: v for k, v in summary.items() if k not in PASSING}).encode()}


def assert_alike(places: Places, step: str) -> None:
    embedded, graph = (results(places.folder(name, step)) for name in places.urls)
    assert embedded.keys() == graph.keys()
    assert [name for name, content in embedded.items() if content != graph[name]] == []


def assert_same_tables(places: Places) -> None:
    """Compare every night of the two, table by table, and look whether both are sound."""
    ours, theirs = places.stores().values()
    with ours.snapshot() as one, theirs.snapshot() as other:
        assert one.night == other.night
        assert_frame_equal(one.labels(), other.labels())
        assert_frame_equal(one.events(), other.events())
        for night in range(1, one.night + 1):
            left, right = one.at(night), other.at(night)
            assert [(b.digest, b.command, b.summary) for b in left.batches()] == [(b.digest, b.command, b.summary) for b in right.batches()]
            assert (left.calibration(), left.ruleset(), left.settings()) == (right.calibration(), right.ruleset(), right.settings())
            for name in ("applications", "keys", "relations", "uses", "links", *(table.name for table in DERIVED)):
                assert_frame_equal(left.table(name), right.table(name))
            for name in ("input_order", "rejects"):
                assert_frame_equal(left.batch_table(name, night), right.batch_table(name, night))
            links = left.table("links").filter(pl.col("kind").is_in(layout.DRAWN))
            assert_frame_equal(right.uses(), links.filter(pl.col("person_id").n_unique().over("kind", "key") > 1), check_row_order=False)  # type: ignore[attr-defined]
    assert ours.check() == theirs.check() == []


def run_both(places: Places, step: str, inputs: list[Path], **how: Any) -> None:
    for name, url in places.urls.items():
        pipeline.run(inputs, store=url, settings=places.settings, out=places.folder(name, step), **how)
    assert_alike(places, step)


def test_the_sample_book(places: Places) -> None:
    inputs = [SAMPLES / "applications_cn.csv", SAMPLES / "applications_west.csv"]
    run_both(places, "run", inputs, relations=SAMPLES / "relations.csv")
    run_both(places, "again", inputs, relations=SAMPLES / "relations.csv")
    assert_same_tables(places)


@pytest.mark.parametrize("seed", range(1, BOOKS + 1))
def test_a_small_book_through_some_nights(places: Places, tmp_path: Path, seed: int) -> None:
    """A first run, a night, what an analyst decides, and the whole book solved again."""
    family = (chinese, western)[seed % 2]
    frame = family.make(600, seed).applications
    cut = frame.height * 2 // 3
    parts = [tmp_path / "first.csv", tmp_path / "second.csv"]
    for path, part in zip(parts, (frame.head(cut), frame.tail(frame.height - cut)), strict=True):
        part.write_csv(path)
    run_both(places, "run", [parts[0]])
    run_both(places, "written once more", [parts[0]])
    for name, url in places.urls.items():
        nightly.nightly([parts[1]], store=url, settings=places.settings, out=places.folder(name, "night"))
    assert_alike(places, "night")
    for store in places.stores().values():
        with store.snapshot() as reader:
            gangs = reader.table("gangs")["gang_id"].head(1).to_list()
        given = [
            {"gang_id": g, "label": "dismissed", "reason": "kin", "who": "ann", "at": datetime(2026, 1, 1, tzinfo=UTC), "night": 2}
            for g in gangs
        ]
        store.label(pl.DataFrame(given, schema=model.LABELS.schema))
    run_both(places, "solved again", [])
    assert_same_tables(places)
