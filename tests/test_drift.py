"""Drift: what a night says of a book that no longer looks like what its calibration was learned from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from core_books import SMALL, raw_book
from night_books import Told, calibration_of, random_book, rules

from fraudgraph import derived
from fraudgraph.calibration import Calibration
from fraudgraph.drift import drift
from fraudgraph.graph.classes import COARSE, FIELD
from fraudgraph.model import PLACEHOLDERS
from fraudgraph.progress import Progress
from fraudgraph.solving import Book, solve

LIMIT = SMALL.override({"calibrate.drift_psi": 0.25})


def learned(seed: int) -> tuple[Book, Calibration, pl.DataFrame]:
    """Return a book, what it taught, and its near pairs."""
    book = raw_book(seed, gangs=40, families=60, singles=400).book()
    solution, calibration = solve(book, None, PLACEHOLDERS.empty(), SMALL)
    pairs, _ = derived.pairs(solution.near, derived.Named.of(book), solution.codes.keys, solution.found.scored.standing)
    return book, calibration, pairs


@pytest.fixture(scope="module")
def reference() -> tuple[Book, Calibration, pl.DataFrame]:
    return learned(3)


def newcomers(book: Book, intent: np.ndarray | None = None) -> pl.DataFrame:  # type: ignore[type-arg]
    ids = "P-" + book.application_id.gather(book.first)
    return pl.DataFrame({"person_id": ids, "intent": book.intent if intent is None else intent, "cluster": ids})


def test_the_book_itself_has_not_moved(reference: tuple[Book, Calibration, pl.DataFrame]) -> None:
    book, calibration, pairs = reference
    both = (pl.col("person_a").is_in(known(book).implode())) & pl.col("person_b").is_in(known(book).implode())
    found = drift(newcomers(book), pairs.filter(both), calibration, LIMIT)
    assert found.intents is not None
    assert found.classes is not None
    assert found.intents.psi < 1e-4
    assert found.classes.psi < 1e-4
    assert found.moved == []
    assert found.sentence("abcd") is None
    assert found.to_json()["drifts"] is False


def known(book: Book) -> pl.Series:
    return ("P-" + book.application_id.gather(book.first)).filter(pl.Series(book.intent >= 0))


def test_another_book_of_the_same_make_has_not_moved(reference: tuple[Book, Calibration, pl.DataFrame]) -> None:
    book, _, pairs = learned(4)
    found = drift(newcomers(book), pairs, reference[1], LIMIT)
    assert found.moved == []
    assert found.intents is not None
    assert found.intents.psi < 0.1


@pytest.mark.parametrize("what", ["higher", "lost"])
def test_intents_that_move_are_said(reference: tuple[Book, Calibration, pl.DataFrame], what: str) -> None:
    book, calibration, pairs = reference
    intent = np.where(book.intent < 0, -1, np.minimum(book.intent + 150_000, 1_000_000)) if what == "higher" else np.full(book.persons, -1)
    found = drift(newcomers(book, intent), pairs, calibration, LIMIT)
    assert found.intents is not None
    assert found.intents.psi > 0.25
    assert [words.split(" (")[0] for words in found.moved] == ["fraud intents"]
    assert "fraud intents (PSI" in str(found.sentence("abcd"))
    assert "calibrate --dry-run" in str(found.sentence("abcd"))


def test_kinds_of_ties_that_move_are_said(reference: tuple[Book, Calibration, pl.DataFrame]) -> None:
    """A channel that lost its devices: what was shared is shared no more, and something else is."""
    book, calibration, pairs = reference
    shift = FIELD["signature"].shift
    rest = pl.col("link_code") & ((1 << shift) - 1)
    other = pairs.with_columns(link_code=pl.when(pl.int_range(pl.len()) % 2 == 0).then(rest + (1 << (shift + 20))).otherwise("link_code"))
    found = drift(newcomers(book), other, calibration, LIMIT)
    assert [words.split(" (")[0] for words in found.moved] == ["kinds of ties"]


def test_one_large_gang_is_no_drift(reference: tuple[Book, Calibration, pl.DataFrame]) -> None:
    """Sixty people of one community move the shares, and are one observation sixty times."""
    book, calibration, pairs = reference
    few = newcomers(book).head(100)
    high = few.with_columns(intent=pl.when(pl.int_range(pl.len()) < 60).then(pl.lit(800_000)).otherwise("intent"))
    together = high.with_columns(cluster=pl.when(pl.int_range(pl.len()) < 60).then(pl.lit("C-1")).otherwise(pl.lit(None, pl.String)))
    apart, one = (drift(frame, pairs.clear(), calibration, LIMIT) for frame in (high, together))
    assert [words.split(" (")[0] for words in apart.moved] == ["fraud intents"]
    assert one.moved == []
    assert one.classes is None


def test_too_few_say_nothing(reference: tuple[Book, Calibration, pl.DataFrame]) -> None:
    book, calibration, pairs = reference
    found = drift(newcomers(book).head(4), pairs, calibration, LIMIT)
    assert (found.intents, found.moved) == (None, [])
    assert found.to_json()["intents"] is None
    nobody = drift(newcomers(book).clear(), pairs, calibration, LIMIT)
    assert (nobody.intents, nobody.classes) == (None, None)


def test_a_calibration_that_learned_nothing_is_no_reference(reference: tuple[Book, Calibration, pl.DataFrame]) -> None:
    book, calibration, pairs = reference
    found = drift(newcomers(book), pairs, replace(calibration, people=0), LIMIT)
    assert (found.intents, found.classes) == (None, None)
    assert len(calibration.tables.levels) > COARSE


class Notes(Progress):
    def __init__(self) -> None:
        self.said: list[str] = []

    def note(self, message: str) -> None:
        self.said.append(message)


def test_a_night_says_it_and_learns_nothing(tmp_path: Path) -> None:
    """Nights of a few look at those before them, back to the run that learned; a night whose scores are lost is found out."""
    from fraudgraph import nightly

    book = random_book(1, people=1500, applications=640, gangs=20, share=0.15)
    told = Told(tmp_path / "book.duckdb", tmp_path, rules(calibrate__drift_applications=150))
    told.run(book[:400])
    first = told.night(book[400:500])
    assert first.summary["drift"]["drifts"] is False
    second = told.night(book[500:560])
    effective = [night.summary["drift"]["intents"]["effective"] for night in (first, second)]
    assert effective[1] > effective[0]
    lost = tmp_path / "lost.csv"
    book[560:].with_columns(fraud_intent=pl.lit("")).write_csv(lost)
    notes = Notes()
    last = nightly.nightly([lost], store=told.url, settings=told.settings, progress=notes)
    assert last.summary["drift"]["drifts"] is True
    assert any("fraud intents (PSI" in note for note in last.summary["notes"])
    assert [note for note in notes.said if "differ from those that calibration" in note] == last.summary["notes"][-1:]
    version = last.summary["versions"]["calibration"]
    assert version == first.summary["versions"]["calibration"]
    assert Calibration.from_json(_document(told), "it").version == version


def _document(told: Told) -> dict[str, object]:
    import json

    found: dict[str, object] = json.loads(calibration_of(told.url, told.folder / "c.json").read_text())
    return found
