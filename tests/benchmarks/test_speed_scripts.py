"""The benchmarks of speed: a child is measured and its failure told; the ordinary pipeline finds an obvious ring."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pytest

from benchmarks import bench_books, children
from benchmarks.ordinary import detect, edges


def test_a_child_that_works_costs_something() -> None:
    cost = children.run(children.python("-c", "x = bytearray(80_000_000); x[::4096] = b'1' * len(x[::4096])"))
    assert cost.wall > 0
    assert cost.cpu > 0
    assert cost.peak >= 80  # an upper bound would be this process's own memory, which a child's peak starts from


def test_a_child_that_fails_says_why() -> None:
    with pytest.raises(RuntimeError, match="no such luck"):
        children.run([sys.executable, "-c", "raise SystemExit('no such luck')"])


def test_a_child_that_takes_too_much_memory_is_ended() -> None:
    greedy = "import time; x = bytearray(300_000_000); x[::4096] = b'1' * len(x[::4096]); time.sleep(60)"
    with pytest.raises(RuntimeError, match="-9"):
        children.run([sys.executable, "-c", greedy], limit_mb=100)


def test_a_book_is_made_once(tmp_path: Path) -> None:
    first = bench_books.book(500, tmp_path)
    made = first.stat().st_mtime_ns
    assert bench_books.book(500, tmp_path) == first
    assert first.stat().st_mtime_ns == made
    assert len(pd.read_csv(first, dtype=str)) == 500


def ring(devices: int) -> pd.DataFrame:
    """Five people with one card, in turn on so many devices, and twenty with nothing in common; one junk phone that all of them gave."""
    rows = [{"device_id": "AB"[i % devices] * 8, "bank_card": "6222 0000 1111 2222", "fraud_intent": "0.9"} for i in range(5)]
    rows += [{"device_id": f"d{i:09}", "bank_card": str(10**15 + i), "fraud_intent": "0.1"} for i in range(20)]
    book = pd.DataFrame(rows)
    book["application_id"] = [f"A{i}" for i in range(len(book))]
    book["phone"] = "13800138000"
    return book


def test_the_ordinary_pipeline_finds_an_obvious_ring() -> None:
    found = detect(ring(devices=1))
    assert (found["gang_id"] != "").tolist() == [True] * 5 + [False] * 20
    assert found["gang_id"].head(5).nunique() == 1


def test_the_ordinary_pipeline_leaves_hubs_and_junk_out() -> None:
    rows, identifiers = edges(ring(devices=2), cap=4)
    assert sorted(rows.tolist()) == [0, 1, 2, 3, 4]  # the devices; the card is over the cap
    assert len(set(identifiers.tolist())) == 2
