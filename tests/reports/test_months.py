"""The trend by month."""

from __future__ import annotations

import polars as pl
import pytest
from fake_reader import Book, lenders_book
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from fraudgraph.reports import chart, months


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 5000).flatmap(lambda trials: st.tuples(st.integers(0, trials), st.just(trials))))
def test_wilson_is_the_score_interval(drawn: tuple[int, int]) -> None:
    hits, trials = drawn
    expected = binomtest(hits, trials).proportion_ci(0.95, method="wilson")
    assert months.wilson(hits, trials) == pytest.approx((expected.low, expected.high), abs=1e-6)


def test_no_trials_no_interval() -> None:
    assert months.wilson(0, 0) is None


def test_every_application_and_every_hit_is_in_one_month() -> None:
    reader = lenders_book(plain=300).reader()
    times = reader.table("applications", columns=["applied_at"])
    flagged = months.flagged_applications(reader)
    found = months.trend(reader, flagged, times, "Asia/Shanghai")
    assert sum(month.applications for month in found) == times.height
    assert sum(month.flagged for month in found) == reader.tables["gangs"]["applications"].sum()
    local = times["applied_at"].dt.convert_time_zone("Asia/Shanghai")
    assert [(month.year, month.number) for month in found] == sorted(set(zip(local.dt.year(), local.dt.month(), strict=True)))


def test_a_month_without_applications_is_there() -> None:
    book = Book()
    book.person(0, 0.2)
    book.person(95, 0.2)
    reader = book.reader()
    found = months.trend(reader, months.flagged_applications(reader), reader.table("applications"), "UTC")
    assert [month.applications for month in found] == [1, 0, 0, 1]
    assert found[1].share is None
    assert "svg" in chart.trend(found)


def test_the_month_is_that_of_the_zone() -> None:
    book = Book()
    book.person(0, 0.2)
    reader = book.reader()
    at_night = pl.DataFrame({"applied_at": ["2026-01-31T20:00:00Z"]}).select(pl.col("applied_at").str.to_datetime(time_zone="UTC"))
    none = months.flagged_applications(reader)
    assert months.trend(reader, none, at_night, "Asia/Shanghai")[0].number == 2
    assert months.trend(reader, none, at_night, "UTC")[0].number == 1


@settings(deadline=None, max_examples=60)
@given(st.floats(1e-4, 1e7))
def test_steps_are_few_and_reach_the_top(top: float) -> None:
    steps = chart.nice(top)
    assert steps[0] == 0
    assert 2 <= len(steps) <= 6
    assert steps[-2] < top <= steps[-1] * (1 + 1e-6)
