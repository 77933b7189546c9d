"""Hit grades by month, against counting by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from fake_reader import FakeReader, empty_tables
from hypothesis import given, settings
from hypothesis import strategies as st
from report_books import Gang, Made, a_year, books, crowd, labelled, on, reader

from fraudgraph.errors import ConfigurationError, UsageError
from fraudgraph.reports import monthly, monthly_rows, monthly_words, statistics
from fraudgraph.reports.monthly import BOOK, HIGH_SHARE, HIT_RATE, MONTH, OTHER_YEAR, YEARS
from fraudgraph.settings import defaults

SHANGHAI = "Asia/Shanghai"


@settings(deadline=None, max_examples=60)
@given(books(), st.sampled_from(["UTC", SHANGHAI, "America/New_York"]), st.integers(1, 79))
def test_every_application_and_every_hit_is_in_one_period(drawn: tuple[list[Made], dict[str, Gang]], zone: str, cut_after: int) -> None:
    made, gangs = drawn
    days = sorted(one.at.astimezone(ZoneInfo(zone)).date() for one in made)
    cut = days[0] + timedelta(days=cut_after)
    found = monthly.monthly(reader(made, gangs, zone), defaults(), cut if cut <= days[-1] else None)
    grade = {person: gang.grade for gang in gangs.values() if gang.over for person in gang.people}
    assert sum(tally.applications for tally in found.tallies) == len(made)
    for tally in found.tallies:
        mine = [one for one in made if tally.period.first <= one.at.astimezone(ZoneInfo(zone)).date() <= tally.period.last]
        assert tally.applications == len(mine)
        assert tally.hits == sum(one.person in grade for one in mine)
        for letter in "ABCD":
            assert tally.of_grades((letter,)) == sum(grade.get(one.person) == letter for one in mine)
        assert tally.side(("A", "B")).hits == tally.of_grades(("A",)) + tally.of_grades(("B",))
        assert sum(trials for _, trials in tally.side(("A",)).clumps) == tally.hits


def test_the_break_cuts_its_month_and_compares_its_parts() -> None:
    found = monthly.monthly(a_year(), defaults(), date(2020, 1, 22))
    assert [tally.period.short for tally in found.tallies][-4:] == ["1–21 Jan 2020", "22–31 Jan 2020", "Feb 2020", "Mar 2020"]
    compared = {(row.scope, row.measure): row for row in found.comparisons}
    within = compared[MONTH, HIGH_SHARE]
    assert (within.first.hits, within.first.trials, within.second.hits, within.second.trials) == (0, 78, 16, 44)
    rates = compared[MONTH, HIT_RATE]
    assert (rates.first.hits, rates.first.trials, rates.second.hits, rates.second.trials) == (3, 78, 19, 44)
    book = compared[BOOK, HIGH_SHARE]
    assert (book.first.hits, book.second.hits) == (0, 16)
    assert book.first.trials + book.second.trials == sum(tally.applications for tally in found.tallies)
    assert rates.difference == statistics.compare(rates.first, rates.second)
    assert rates.second.clumps == ((16, 16), (3, 3))
    assert within.second.clumps == ((16, 16), (0, 3))


def test_the_year_before_is_matched_by_the_lunar_new_year() -> None:
    found = monthly.monthly(a_year(), defaults(), date(2020, 1, 22))
    matched = {period.short: tally for period, tally in found.matched}
    assert matched["22–31 Jan 2020"].period.short == "2–11 Feb 2019"
    assert (matched["22–31 Jan 2020"].applications, matched["22–31 Jan 2020"].hits) == (28, 3)
    assert list(matched) == ["Dec 2019", "1–21 Jan 2020", "22–31 Jan 2020", "Feb 2020", "Mar 2020"]
    compared = {(row.scope, row.measure): row for row in found.comparisons}
    placebo, years = compared[OTHER_YEAR, HIT_RATE], compared[YEARS, HIT_RATE]
    assert (placebo.first.hits, placebo.first.trials, placebo.second.hits, placebo.second.trials) == (3, 78, 3, 28)
    assert (years.first, years.second) == (placebo.second, compared[MONTH, HIT_RATE].second)
    assert "2020 with 2019" in monthly_words.alignment(found)


def test_by_the_calendar_where_the_settings_say_so() -> None:
    found = monthly.monthly(a_year(), defaults().override({"reports.align": "calendar"}), date(2020, 1, 22))
    assert {period.short: tally.period.short for period, tally in found.matched}["22–31 Jan 2020"] == "22–31 Jan 2019"


def test_a_book_without_the_year_before_has_nothing_to_match() -> None:
    found = monthly.monthly(reader([*crowd("2020-01-03", 3), *crowd("2020-02-03", 3)], {}), defaults(), date(2020, 1, 22))
    assert found.matched == ()
    assert found.alignment is None
    assert {row.scope for row in found.comparisons} == {MONTH, BOOK}


def test_a_break_on_the_first_of_a_month_parts_two_months() -> None:
    found = monthly.monthly(a_year(), defaults(), date(2020, 2, 1))
    assert all(tally.period.is_month for tally in found.tallies)
    assert [(row.before.short, row.after.short) for row in found.comparisons if row.scope == MONTH] == [("Jan 2020", "Feb 2020")] * 2


@pytest.mark.parametrize(("cut", "other"), [(date(2018, 12, 1), None), (date(2020, 3, 28), None), (date(2020, 1, 22), 2015), (None, 2015)])
def test_days_that_the_book_does_not_have(cut: date | None, other: int | None) -> None:
    with pytest.raises(UsageError, match="runs from 2018-12-01 to 2020-03-27"):
        monthly.monthly(a_year(), defaults(), cut, other)


def test_a_year_is_not_compared_with_itself() -> None:
    with pytest.raises(UsageError, match="2020 cannot be compared with itself"):
        monthly.monthly(a_year(), defaults(), date(2020, 1, 22), 2020)


def test_an_empty_book() -> None:
    empty = FakeReader(empty_tables())
    found = monthly.monthly(empty, defaults())
    assert found.tallies == ()
    assert monthly_words.headline(found) == "The book is still empty."
    assert monthly_rows.rows(found) == []
    with pytest.raises(UsageError, match="empty"):
        monthly.monthly(empty, defaults(), date(2020, 1, 22))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("reports.high_grades", ["A", "E"]), ("reports.high_grades", []), ("reports.confidence", 1.0), ("reports.align", "moon"),
        ("reports.daily_capacity", 0), ("reports.precision_months", 0),
    ],
)  # fmt: skip
def test_settings_that_cannot_be(key: str, value: object) -> None:
    with pytest.raises(ConfigurationError, match=key):
        monthly.monthly(a_year(), defaults().override({key: value}))


def test_high_grades_and_confidence_are_the_settings() -> None:
    chosen = defaults().override({"reports.high_grades": ["C"], "reports.confidence": 0.8})
    found = monthly.monthly(a_year(), chosen, date(2020, 1, 22))
    row = next(row for row in monthly_rows.rows(found) if row["period"] == "2020-01-22..2020-01-31")
    assert row["high"] == 3
    assert (row["high_share_low"], row["high_share_high"]) == pytest.approx(statistics.wilson(3, 44, 0.8), abs=1e-6)


def test_precision_counts_the_latest_label_of_each_gang() -> None:
    given = [("W", "dismissed"), ("W", "confirmed"), ("X", "dismissed"), ("Y", "suspicious"), ("Z", "dismissed")]
    found = monthly.monthly(labelled(given), defaults())
    january, february = (reviewed.all for reviewed in found.reviewed)
    assert (january.gangs, january.reviewed, january.confirmed, january.suspicious, january.dismissed) == (4, 4, 1, 1, 2)
    assert (january.precision.hits, january.precision.trials) == (1, 3)
    assert (february.gangs, february.reviewed, february.precision.hits, february.precision.trials) == (1, 1, 0, 1)
    by_grade = {reviewed.grade: reviewed.all for reviewed in found.by_grade}
    assert {grade: (row.gangs, row.reviewed) for grade, row in by_grade.items()} == {
        "A": (2, 2), "B": (1, 1), "C": (0, 0), "D": (1, 1), "": (4, 4),
    }  # fmt: skip


def test_at_capacity_only_the_worst_of_a_day_count() -> None:
    given = [("W", "confirmed"), ("X", "confirmed"), ("Y", "dismissed"), ("Z", "dismissed")]
    found = monthly.monthly(labelled(given), defaults().override({"reports.daily_capacity": 2}))
    january, february = (reviewed.at_capacity for reviewed in found.reviewed)
    assert (january.gangs, january.confirmed, january.dismissed) == (2, 2, 0)
    assert (february.gangs, february.dismissed) == (1, 1)
    assert next(reviewed.at_capacity.gangs for reviewed in found.by_grade if reviewed.grade == "") == 3


def test_recent_months_are_the_settings() -> None:
    found = monthly.monthly(labelled([]), defaults().override({"reports.precision_months": 1}))
    assert {reviewed.period.short for reviewed in found.by_grade} == {"Feb 2020"}
    assert sum(reviewed.all.gangs for reviewed in found.by_grade if reviewed.grade) == 1


def test_rows_say_what_they_are_about_and_nothing_else() -> None:
    rows = monthly_rows.rows(monthly.monthly(a_year(), defaults(), date(2020, 1, 22)))
    assert {row["about"] for row in rows} == {"period", "matched", "grade", "comparison"}
    assert {name for row in rows for name in row} <= set(monthly_rows.COLUMNS)
    assert set(monthly_rows.COLUMNS) == {name for row in rows for name in row}
    periods = [row for row in rows if row["about"] == "period"]
    assert [row["applications"] for row in periods] == [
        tally.applications for tally in monthly.monthly(a_year(), defaults(), date(2020, 1, 22)).tallies
    ]
    after = next(row for row in rows if row["about"] == "comparison" and (row["scope"], row["measure"]) == ("month", "high_share"))
    assert (after["before"], after["after"]) == ("2020-01-01..2020-01-21", "2020-01-22..2020-01-31")
    assert (after["after_hits"], after["after_applications"], after["after_share"]) == (16, 44, round(16 / 44, 6))
    assert after["p_value"] < after["p_by_gang"]


def test_words_speak_of_a_change_only_where_gangs_do_not_explain_it() -> None:
    one = monthly.monthly(a_year(), defaults(), date(2020, 1, 22))
    assert "did not change by more than gangs that come and go explain" in monthly_words.headline(one)
    made = [one for day in ("2020-01-05", "2020-01-25", "2020-02-10") for one in crowd(day, 200)]
    gangs = {f"G{number}": Gang("A", tuple(f"G{number}-{place}" for place in range(4))) for number in range(12)}
    made += [one for gang in gangs.values() for person in gang.people for one in on("2020-01-24", person)]
    many = monthly.monthly(reader(made, gangs), defaults(), date(2020, 1, 22))
    assert monthly_words.headline(many) == "From 22 January 2020 on, the high-grade share rose from 0.0 % to 19.4 %."
    assert "higher than in any of the other 2 periods" in monthly_words.highest(many)
    assert "0 of 200 applications of a high grade; 22–31 January 2020: 48 of 248 applications" in monthly_words.difference(many)


def test_a_period_that_is_not_the_highest_is_said_to_be_lower() -> None:
    made = (
        [one for day in ("2020-01-05", "2020-01-25", "2020-02-10") for one in crowd(day, 20)]
        + on("2020-02-11", "A1") * 9
        + on("2020-01-25", "A1")
    )
    found = monthly.monthly(reader(made, {"G": Gang("A", ("A1",))}), defaults(), date(2020, 1, 22))
    assert monthly_words.highest(found) == "It is not the highest: that of February 2020 is 31.0 %."


def test_without_hits_there_is_still_a_report() -> None:
    found = monthly.monthly(reader(crowd("2020-01-05", 5) + crowd("2020-01-25", 5), {}), defaults(), date(2020, 1, 22))
    assert all(row.difference is not None and row.difference.p_by_clump == 1.0 for row in found.comparisons)
    assert monthly_words.highest(found) == ""


def test_months_are_those_of_the_books_zone() -> None:
    late = [Made("P", datetime(2020, 1, 31, 20, tzinfo=UTC))]
    assert [tally.period.name for tally in monthly.monthly(reader(late, {}, SHANGHAI), defaults()).tallies] == ["2020-02"]
    assert [tally.period.name for tally in monthly.monthly(reader(late, {}), defaults()).tallies] == ["2020-01"]
