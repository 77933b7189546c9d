"""`calibrate`: what a window teaches, what it changes, and a book that is judged again under it."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from night_books import Told, calibration_of, random_book, rules

from fraudgraph import pipeline, recalibration
from fraudgraph.errors import OutputError, StoreBusy, UsageError
from fraudgraph.recalibration import Recalibration
from fraudgraph.settings import Settings
from fraudgraph.stores import open_store

RULES = rules(calibrate__months=8, calibrate__effect_days=60)


@pytest.fixture(scope="module")
def book() -> pl.DataFrame:
    return random_book(1, people=300, applications=600, gangs=20)


@pytest.fixture(scope="module")
def made(book: pl.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that learned from the first 400 applications and then had a night of 200."""
    folder = tmp_path_factory.mktemp("made")
    told = Told(folder / "book.duckdb", folder, RULES)
    told.run(book[:400])
    told.night(book[400:])
    return folder / "book.duckdb"


@pytest.fixture
def told(made: Path, tmp_path: Path) -> Told:
    shutil.copy(made, tmp_path / "book.duckdb")
    return Told(tmp_path / "book.duckdb", tmp_path, RULES)


def calibrate(told: Told, settings: Settings = RULES, **how: object) -> Recalibration:
    return recalibration.calibrate(store=told.url, settings=settings, **how)  # type: ignore[arg-type]


def flagged(told: Told) -> dict[str, str]:
    """Application -> grade."""
    with told.reader() as reader:
        verdicts = reader.table("verdicts").filter("flagged")
        found = reader.table("membership").join(reader.table("communities"), on="person_id").join(verdicts, on="community_id")
    return dict(found.select("application_id", "grade").iter_rows())


def test_it_learns_what_a_run_over_the_window_learns(told: Told, book: pl.DataFrame) -> None:
    found = calibrate(told, first=date(2020, 11, 1), last=date(2021, 7, 31), dry_run=True)
    window = book.filter(pl.col("applied_at").is_between(pl.lit("2020-11-01"), pl.lit("2021-08-01")))
    assert 300 < found.window.applications == len(window) < len(book)
    other = Told(told.folder / "other.duckdb", told.folder, RULES)
    other.run(window)
    learned = json.loads(calibration_of(other.url, told.folder / "learned.json").read_text())
    assert found.after.to_json() == learned
    assert found.night is None


def test_the_window_is_the_last_months_if_not_said(told: Told) -> None:
    found = calibrate(told, dry_run=True)
    assert found.window.last == date(2021, 10, 17)
    assert found.window.first == date(2021, 2, 18)


def test_a_dry_run_says_what_freezing_does_and_does_nothing(told: Told) -> None:
    before = flagged(told)
    dry = calibrate(told, dry_run=True)
    with told.reader() as reader:
        assert reader.night == 2
    assert flagged(told) == before
    done = calibrate(told, out=told.folder / "out")
    after = flagged(told)
    assert done.night == 3
    assert done.after.version == dry.after.version != done.before.version
    assert dry.effect.equals(done.effect)
    assert dry.moved.equals(done.moved)
    for column, flags in (("before", before), ("after", after)):
        assert dry.effect[column].to_list() == [flags.get(one, "") for one in dry.effect["application_id"]]
    assert sum(grade != "" for grade in dry.effect["after"]) > 0
    summary = json.loads((told.folder / "out/summary.json").read_text())
    assert summary["versions"]["calibration"] == done.after.version
    assert summary["calibrated"] == {"from": "2021-02-18", "to": "2021-10-17", "before": done.before.version}
    assert {row[0] for row in done.flags()} == {"flagged", "flagged_under_both", "grade_A", "grade_B", "grade_C", "grade_D"}


def test_the_effect_is_of_the_last_days(told: Told, book: pl.DataFrame) -> None:
    found = calibrate(told, dry_run=True)
    newest = book["applied_at"].str.to_datetime()
    late = book.filter((newest.max() - newest).dt.total_seconds() < 60 * 86_400)  # type: ignore[operator]
    assert sorted(found.effect["application_id"]) == sorted(late["application_id"])
    figures = {name: (before, after) for name, before, after in found.flags()}
    assert figures["flagged"][0] == sum(figures[f"grade_{grade}"][0] for grade in "ABCD")
    assert figures["flagged_under_both"][0] == len(found.effect.filter((pl.col("before") != "") & (pl.col("after") != "")))


def test_nights_go_on_under_the_new_one(told: Told) -> None:
    found = calibrate(told)
    told.check()
    assert told.night(random_book(2, people=300, applications=20)).summary["versions"]["calibration"] == found.after.version
    told.check()
    with told.reader() as reader:
        current = reader.calibration()
        assert current is not None
        assert current.name == found.after.version
        assert [batch.command for batch in reader.batches()] == ["run", "nightly", "calibrate", "nightly"]
    with open_store(told.url, create=False).lock() as writer:
        writer.undo(4)
        writer.undo(3)
    with told.reader() as reader:
        restored = reader.calibration()
        assert restored is not None
        assert restored.name == found.before.version


def test_what_is_in_force_already_changes_nothing(told: Told) -> None:
    first = calibrate(told)
    again = calibrate(told)
    assert (again.same, again.night) == (True, None)
    assert again.moved["moved"].abs().max() == 0
    assert again.after.version == first.after.version
    with told.reader() as reader:
        assert reader.night == 3


def test_classes_that_moved_most_come_first(told: Told) -> None:
    moved = calibrate(told, dry_run=True).moved
    sizes = moved["moved"].abs().round(9).to_list()
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > 0
    row = moved.row(0, named=True)
    change = (row["probability_after"] or 0) - (row["probability_before"] or 0)
    assert row["moved"] == pytest.approx(change * max(row["pairs_before"], row["pairs_after"]))
    assert moved["probability_after"].drop_nulls().is_between(0, 1).all()
    with told.reader() as reader:
        assert moved["pairs_before"].sum() == reader.table("pairs").height


def test_what_teaches_nothing_is_not_frozen(told: Told) -> None:
    with pytest.raises(UsageError, match=r"too few to learn from \(30 pairs"):
        calibrate(told, first=date(2021, 10, 10))
    found = calibrate(told, first=date(2021, 10, 10), dry_run=True)
    assert found.after.case == "prior"
    for window, said in (
        ({"first": date(2030, 1, 1), "last": date(2031, 1, 1)}, "the book goes from 2020-09-1"),
        ({"first": date(2021, 2, 1), "last": date(2021, 1, 1)}, "ends before it"),
    ):
        with pytest.raises(UsageError, match=said):
            calibrate(told, **window)
    with told.reader() as reader:
        assert reader.night == 2


def test_masked_values(book: pl.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRAUDGRAPH_KEY_FILE", str(tmp_path / "key"))
    told = Told(tmp_path / "book.duckdb", tmp_path, RULES.override({"store.values": "masked"}))
    told.run(book[:400])
    found = calibrate(told, told.settings)
    assert found.night == 2
    told.night(book[400:450])
    told.check(again=True)


def test_without_a_book(tmp_path: Path) -> None:
    for call in (
        lambda: recalibration.calibrate(store=tmp_path / "no.duckdb", settings=RULES),
        lambda: recalibration.export(tmp_path / "no.duckdb", RULES, tmp_path / "to.json"),
    ):
        with pytest.raises(UsageError, match="no book in"):
            call()
    assert list(tmp_path.iterdir()) == []


def test_a_dry_run_needs_no_lock(told: Told) -> None:
    with open_store(told.url, create=False).lock():
        assert calibrate(told, dry_run=True).night is None
        with pytest.raises(StoreBusy, match="is writing to the store"):
            calibrate(told)


def test_an_exported_calibration_is_taken_by_a_run(told: Told, book: pl.DataFrame) -> None:
    to = told.folder / "out of the store.json"
    version = recalibration.export(told.url, RULES, to)
    assert to.stat().st_mode & 0o777 == 0o600
    assert pipeline.load_calibration(to).version == version
    to.write_text("an older one")
    assert recalibration.export(told.url, RULES, to) == version
    other = Told(told.folder / "other.duckdb", told.folder, RULES, to)
    assert other.run(book[:50]).summary["versions"]["calibration"] == version
    with pytest.raises(OutputError, match="cannot be written to"):
        recalibration.export(told.url, RULES, told.folder / "nowhere" / "file.json")
    assert [path.name for path in told.folder.iterdir() if path.name.startswith(".")] == []
