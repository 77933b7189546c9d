"""What every store must do with what belongs to no night: the log of who saw and did what."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import polars as pl
import pytest
from books import grown, rows
from contract_history import Place, put
from polars.testing import assert_frame_equal

from fraudgraph import audit, model
from fraudgraph.errors import StoreError
from fraudgraph.stores import port

AT = datetime(2026, 1, 22, 3, 4, 5, 678901, tzinfo=UTC)


def an_entry(last: pl.DataFrame, command: str) -> pl.DataFrame:
    deed = audit.Deed("王 ann", command, "G-1 '; x \n", "")
    return audit.following(deed, 1, None, AT)(last)


class OutsideContract:
    def test_the_log_is_added_to_in_order_and_comes_back_as_it_went_in(self, place: Place) -> None:
        put(place(), grown(1, 5))
        assert place().audited().equals(port.AUDIT.empty())
        assert place().purged().equals(port.PURGED.empty())
        written = [place().audit(lambda last, name=name: an_entry(last, name)) for name in ("gang", "label", "undo")]
        assert_frame_equal(place().audited(), pl.concat(written))
        assert place().audited()["number"].to_list() == [1, 2, 3]
        assert audit.verify(place().audited()) == []
        assert place().check() == []

    def test_missing_words_come_back_as_missing(self, place: Place) -> None:
        put(place(), grown(1, 5))
        gone = dict.fromkeys(("about", "why", "salt"))
        place().audit(lambda last: an_entry(last, "gang").with_columns(pl.lit(None, pl.String).alias(name) for name in gone))
        assert place().audited().select(*gone).row(0, named=True) == gone

    def test_the_log_stays_when_a_night_is_undone_and_when_a_change_replaces(self, place: Place) -> None:
        put(place(), grown(1, 5))
        put(place(), grown(2, 5))
        place().audit(lambda last: an_entry(last, "gang"))
        with place().lock() as writer:
            writer.undo(2)
        place().audit(lambda last: an_entry(last, "undo"))
        before = place().audited()
        put(place(), replace(grown(1, 3), replace=True))
        assert_frame_equal(place().audited(), before)
        put(place(), grown(2, 3))
        assert_frame_equal(place().audited(), before)

    def test_an_entry_disturbs_no_writer_and_no_reader(self, place: Place) -> None:
        put(place(), grown(1, 5))
        with place().lock() as writer, place().snapshot() as reader:
            place().audit(lambda last: an_entry(last, "gang"))
            writer.apply(grown(2, 5))
            assert reader.night == 1
        assert place().audited().height == 1

    def test_several_who_write_at_once_each_see_the_others_entry(self, place: Place) -> None:
        put(place(), grown(1, 5))
        with ThreadPoolExecutor(4) as pool:
            for done in [pool.submit(place().audit, lambda last, n=n: an_entry(last, str(n))) for n in range(8)]:
                done.result()
        log = place().audited()
        assert sorted(log["command"]) == sorted(map(str, range(8)))
        assert audit.verify(log) == []

    def test_a_store_without_a_book_has_no_log_to_write_to(self, place: Place) -> None:
        with pytest.raises(StoreError, match="no log: make one with `fraudgraph run`"):
            place().audit(lambda last: an_entry(last, "gang"))
        assert place().audited().equals(port.AUDIT.empty())
        assert place().purged().equals(port.PURGED.empty())

    def test_an_entry_of_another_shape_is_a_mistake(self, place: Place) -> None:
        put(place(), grown(1, 5))
        with pytest.raises(TypeError, match="audit"):
            place().audit(lambda last: rows(model.LABELS))
        assert place().audited().is_empty()
