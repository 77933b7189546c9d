"""An analyst's day on the sample book, from the queue to the decision, on both stores: the same answers at every step.

The suite leaves out what takes long, and walks through a small book on two stores; with FRAUDGRAPH_WALK=samples all is done on the samples.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from asked_books import rules
from night_books import random_book

from fraudgraph import pipeline
from fraudgraph.settings import defaults

if TYPE_CHECKING:
    from conftest import Ask

WHOLE = os.environ.get("FRAUDGRAPH_WALK") == "samples"

SAMPLES = Path(__file__).resolve().parent.parent.parent / "data" / "samples"


def walk(ask: Ask, store: object, whole: bool = True) -> list[Any]:
    """Triage the queue, read why, expand, verify, decide, feed back; return every answer. Where not ``whole``, without what takes a server
    long."""
    said: list[Any] = []

    def step(*args: object) -> Any:
        ended = ask(*args, store=store)
        assert ended.code == 0, (args, ended.err)
        said.append((args, ended.out))
        return json.loads(ended.out)

    queue = step("gangs", "--limit", "5")  # 1 the queue, by grade and exposure
    gang = queue[0]["gang_id"]
    shown_gang = step("gang", gang)  # 2 why the group exists
    step("hubs")
    one, other = shown_gang["ties"][0]["person_a"], shown_gang["ties"][0]["person_b"]
    step("why", one, other)
    flagged = step("why", one)
    step("neighbours", one, "--hops", "2")  # 3 expand
    if whole:
        step("gang", gang, "--what-if")
        step("neighbours", gang, "--all")
    step("path", shown_gang["people"][0]["person_id"], shown_gang["people"][-1]["person_id"])
    shown = step("show", flagged["person"][0]["application_id"])  # 4 verify outside: what to ask for
    for row in shown["gives"][: 3 if whole else 1]:
        step("show", row["reference"])
        step("find", row["value"]) if "*" in row["value"][:-2] and len(row["value"].rsplit("*", 1)[1]) > 1 else None
    step("find", "2231")
    step("show", flagged["community_id"])
    ask("label", gang, "confirmed", "--reason", "one device, seven people", "--who", "test", store=store)  # 5 decide
    step("history", gang)  # 6 feed back
    step("gangs", "--decision", "confirmed")
    if whole:
        step("report", "monthly")
    return said


def without_clock(said: list[Any]) -> list[Any]:
    """Leave out when a night or a label was written: the only thing that may differ."""

    def bare(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: bare(item) for name, item in value.items() if name != "at"}
        return [bare(item) for item in value] if isinstance(value, list) else value

    return [(args, bare(json.loads(out))) for args, out in said]


def run(store: object) -> None:
    pipeline.run([SAMPLES / "applications_cn.csv"], store=str(store), settings=defaults(), relations=SAMPLES / "relations.csv")


def run_small(store: object, folder: Path) -> None:
    random_book(6, people=40, applications=80, gangs=3).write_csv(folder / "small.csv")
    pipeline.run([folder / "small.csv"], store=str(store), settings=rules())


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("walk") / "book.duckdb"
    run(store)
    return store


def test_the_walk_can_be_gone_and_shows_nobody(ask: Ask, embedded: Path) -> None:
    said = walk(ask, embedded, WHOLE)
    assert len(said) > 12
    text = "".join(out for _, out in said)
    book = pl.read_csv(SAMPLES / "applications_cn.csv", infer_schema=False)
    secret = [name for name in book.columns if name.endswith(("号", "电话")) and name != "申请编号"]
    plain = {value for name in secret for value in book[name].drop_nulls() if len(value) >= 8 and value.isdigit()}
    assert not {value for value in plain if value in text}


def test_both_stores_give_the_same_answers(ask: Ask, neo4j_url: str, tmp_path: Path) -> None:
    store = tmp_path / "book.duckdb"
    for place in (store, neo4j_url):
        if WHOLE:
            run(place)
        else:
            run_small(place, tmp_path)
    one, other = (without_clock(walk(ask, place, WHOLE)) for place in (store, neo4j_url))
    for mine, theirs in zip(one, other, strict=True):
        assert mine == theirs
