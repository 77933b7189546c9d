"""What every store must do about time: labels that are added up, earlier nights, nights taken back, copies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from books import application, applications, change, grown, grown_book, rows
from polars.testing import assert_frame_equal

from fraudgraph import model
from fraudgraph.errors import StoreBusy, StoreError, UsageError
from fraudgraph.stores import Batch, Change, Store, Version
from fraudgraph.stores.port import DERIVED, USES

Place = Callable[[], Store]
"""Returns the store at one and the same place, which is empty when a test starts."""


def put(store: Store, what: Change) -> int:
    with store.lock() as writer:
        return writer.apply(what).night


def read(store: Store, name: str, night: int | None = None, **how: Any) -> pl.DataFrame:
    with store.snapshot(night) as reader:
        return reader.table(name, **how)


def everything(store: Store, nights: range) -> list[object]:
    """All that can be read of a store at some nights, in a form that can be compared."""
    found: list[object] = []
    for night in nights:
        with store.snapshot(night) as reader:
            names = [table.name for table in (model.APPLICATIONS, model.RELATIONS, model.LINKS, USES, *DERIVED)] + ["keys"]
            found += [(night, name, reader.table(name).to_dicts()) for name in names]
            found += [(night, name, reader.batch_table(name, night).to_dicts()) for name in ("input_order", "rejects") if night]
            found += [reader.events().to_dicts(), reader.batches(), reader.calibration(), reader.ruleset(), reader.settings()]
            found.append(reader.labels().to_dicts())
    return found


def a_label(gang: str, night: int, **given: Any) -> pl.DataFrame:
    at = application(7)["applied_at"].replace(microsecond=123456)
    return rows(model.LABELS, {"gang_id": gang, "label": "dismissed", "reason": "", "who": "ann", "at": at, "night": night, **given})


class HistoryContract:
    # --- labels

    def test_labels_are_added_up_and_never_changed(self, place: Place) -> None:
        put(place(), grown(1, 5))
        first = pl.concat([a_label("G-2", 1, reason="'; x \n王", who="王"), a_label("G-1", 1, label="confirmed")])
        place().label(first)
        put(place(), grown(2, 5))
        second = a_label("G-2", 2, label="suspicious", at=application(3)["applied_at"])  # a clock that was put back
        place().label(second)
        place().label(model.LABELS.empty())
        with place().snapshot() as reader:
            assert_frame_equal(reader.labels(), pl.concat([first, second]))
            assert_frame_equal(reader.labels("G-2"), pl.concat([first[:1], second]))
            assert reader.labels("G-?").equals(model.LABELS.empty())
        with place().snapshot(1) as reader:
            assert_frame_equal(reader.labels(), first)
        assert place().check() == []

    def test_a_label_disturbs_no_writer_and_no_reader(self, place: Place) -> None:
        put(place(), grown(1, 5))
        with place().lock() as writer, place().snapshot() as reader:
            place().label(a_label("G-1", 1))
            assert_frame_equal(reader.table("applications"), grown_book(1, 5))
            assert writer.apply(grown(2, 5)).night == 2
        with place().snapshot() as reader:
            assert reader.labels().height == 1
        assert_frame_equal(read(place(), "applications"), grown_book(2, 5))

    def test_labels_go_with_a_change_that_replaces(self, place: Place) -> None:
        put(place(), grown(1, 5))
        place().label(a_label("G-1", 1))
        put(place(), change(0, applications([77]), replace=True))
        with place().snapshot() as reader:
            assert reader.labels().equals(model.LABELS.empty())

    def test_labels_of_another_shape_are_a_mistake(self, place: Place) -> None:
        put(place(), grown(1, 5))
        with pytest.raises(TypeError, match="labels"):
            place().label(a_label("G-1", 1).drop("who"))
        with place().snapshot() as reader:
            assert reader.labels().is_empty()

    # --- earlier nights, and nights taken back

    def test_a_reader_looks_at_earlier_nights(self, place: Place) -> None:
        for night in (1, 2, 3):
            put(place(), grown(night, 5))
        with place().snapshot(2) as reader:
            for night in (0, 1, 2):
                earlier = reader.at(night)
                assert earlier.night == night
                assert_frame_equal(earlier.table("applications"), grown_book(night, 5))
                assert earlier.events().height == night
            assert_frame_equal(reader.table("applications"), grown_book(2, 5))
            for night in (3, -1):
                with pytest.raises(UsageError, match="night"):
                    reader.at(night)

    @pytest.mark.parametrize("whole", [True, False])
    def test_a_night_taken_back_leaves_the_store_as_before(self, place: Place, whole: bool) -> None:
        tie = {"source": "A1", "target": "A2", "kind": "call", "weight": 1.5}
        put(place(), replace(grown(1, 5), relations=rows(model.RELATIONS, tie)))
        put(place(), grown(2, 5))
        place().label(a_label("G-1", 2))
        before = everything(place(), range(3))
        person = {"person_id": "P-A00004", "intent": 0.75}
        third = replace(
            grown(3, 5),
            whole=whole,
            derived=grown(3, 5).derived if whole else {"persons": rows(model.PERSONS, person)},
            closed={} if whole else {"membership": pl.DataFrame({"application_id": ["A00002"]})},
            keys=grown(3, 5).keys.with_columns(pl.lit("a@b.c").alias("email.own")),
            relations=rows(model.RELATIONS, tie, {**tie, "kind": "transfer"}),
            rejects=rows(model.REJECTS, {"level": "row", "file": "f", "line": 1, "reason": "why"}),
            calibration=Version("another", {"T": 1}),
            ruleset=Version("rules", {}),
            settings={"night": 3, "new": True},
        )
        put(place(), third)
        assert everything(place(), range(3)) == before
        after = everything(place(), range(3, 4))
        with place().lock() as writer:
            batch = writer.undo(3)
        assert (batch.night, batch.digest, batch.command, batch.summary) == (3, "digest 3", "run", dict(third.summary))
        with place().snapshot() as reader:
            assert reader.night == 2
        assert everything(place(), range(3)) == before
        with pytest.raises(UsageError, match="night"), place().snapshot(3):
            pass
        if whole:
            assert place().check() == []
        assert put(place(), third) == 3
        again = everything(place(), range(3, 4))
        assert [entry for entry in again if not isinstance(entry, list) or not entry or not isinstance(entry[0], Batch)] == [
            entry for entry in after if not isinstance(entry, list) or not entry or not isinstance(entry[0], Batch)
        ]

    def test_with_its_first_night_taken_back_a_store_is_empty(self, place: Place) -> None:
        empty = everything(place(), range(1))
        for night in (1, 2):
            put(place(), grown(night, 5))
        place().label(a_label("G-1", 1))
        with place().lock() as writer:
            assert writer.undo(2).night == 2
            assert writer.undo(1).night == 1
        assert everything(place(), range(1)) == empty
        assert put(place(), grown(1, 5)) == 1
        with place().snapshot() as reader:
            assert_frame_equal(reader.table("applications"), grown_book(1, 5))
            assert reader.labels().height == 1
        assert place().check() == []

    def test_only_the_last_night_can_be_taken_back(self, place: Place) -> None:
        with place().lock() as writer:
            for night in (0, 1):
                with pytest.raises(UsageError, match="night"):
                    writer.undo(night)
        for night in (1, 2):
            put(place(), grown(night, 5))
        with place().lock() as writer:
            for night in (-1, 0, 1, 3):
                with pytest.raises(UsageError, match="night 2"):
                    writer.undo(night)
        with pytest.raises(StoreError, match="lock"):
            writer.undo(2)
        assert_frame_equal(read(place(), "applications"), grown_book(2, 5))

    def test_a_reader_of_a_night_that_is_taken_back_is_told_so(self, place: Place) -> None:
        for night in (1, 2):
            put(place(), grown(night, 5))
        with place().snapshot(1) as earlier, place().snapshot(2) as reader:
            with place().lock() as writer:
                writer.undo(2)
            with pytest.raises(StoreBusy, match="taken back"):
                reader.table("applications")
            assert_frame_equal(earlier.table("applications"), grown_book(1, 5))
            put(place(), grown(2, 5))  # another night of the same number
            with pytest.raises(StoreBusy, match="taken back"):
                reader.table("applications")

    # --- a copy

    def test_a_copy_takes_nobody_elses_place(self, place: Place, tmp_path: Path) -> None:
        put(place(), grown(1, 5))
        (tmp_path / "mine").write_text("mine")
        with pytest.raises(UsageError):
            place().backup(tmp_path / "mine")
        assert (tmp_path / "mine").read_text() == "mine"
