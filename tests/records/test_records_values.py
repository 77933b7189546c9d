"""What a cell can look like, column by column."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import polars as pl
import pytest

from fraudgraph.errors import ConfigurationError
from fraudgraph.model import Records
from fraudgraph.records import births, cells, intents, numbers, times

UTC = dt.UTC


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("2020-01-02 03:04:05", dt.datetime(2020, 1, 2, 3, 4, 5)),
        ("2020-01-02T03:04:05", dt.datetime(2020, 1, 2, 3, 4, 5)),
        ("2020-01-02T03:04:05Z", dt.datetime(2020, 1, 2, 3, 4, 5)),
        ("2020-01-02T03:04:05.25Z", dt.datetime(2020, 1, 2, 3, 4, 5, 250000)),
        ("2020-01-02T03:04:05.1234567+01:00", dt.datetime(2020, 1, 2, 2, 4, 5, 123456)),
        ("2020-01-02T03:04:05+0100", dt.datetime(2020, 1, 2, 2, 4, 5)),
        ("2020-01-02 03:04:05 -04", dt.datetime(2020, 1, 2, 7, 4, 5)),
        ("2020-01-02", dt.datetime(2020, 1, 2)),
        ("2020/1/2 3:04", dt.datetime(2020, 1, 2, 3, 4)),
        ("2020.01.02 03:04", dt.datetime(2020, 1, 2, 3, 4)),
        ("20200102", dt.datetime(2020, 1, 2)),
        ("20200102030405", dt.datetime(2020, 1, 2, 3, 4, 5)),
        ("20200102T030405Z", dt.datetime(2020, 1, 2, 3, 4, 5)),
        ("2020年1月2日 3时4分5秒", dt.datetime(2020, 1, 2, 3, 4, 5)),
        ("2020年1月2日", dt.datetime(2020, 1, 2)),
        ("２０２０-０１-０２　０３:０４:０５", dt.datetime(2020, 1, 2, 3, 4, 5)),
        ("43832.5", dt.datetime(2020, 1, 2, 12)),
        ("2020-02-29", dt.datetime(2020, 2, 29)),
        ("2020-13-45", None),
        ("2021-02-29", None),
        ("2020-01-02 24:00:00", None),
        ("2020-01-02 10:60", None),
        ("2020112", None),
        ("01/02/2020", None),
        ("2020-01-02T03:04:05+25:00", None),
        ("0020-01-02 00:00:00", None),
        ("soon", None),
    ],
)
def test_times(given: str, expected: dt.datetime | None) -> None:
    for column in ([given], ["2020-01-01 00:00:00", given, None]):
        found, reasons = times.parse(pl.Series("t", column), "UTC")
        at = column.index(given)
        assert found[at] == (expected and expected.replace(tzinfo=UTC))
        assert reasons[at] == (None if expected else times.NOT_A_TIME)


def test_local_times_of_a_zone_with_summer_time() -> None:
    given = ["2021-03-28 01:30:00", "2021-10-31 01:30:00", "2021-07-01 12:00", "2021-07-01T12:00:00Z"]
    found, reasons = times.parse(pl.Series(given), "Europe/London")
    assert found.to_list() == [
        None,
        dt.datetime(2021, 10, 31, 0, 30, tzinfo=UTC),
        dt.datetime(2021, 7, 1, 11, tzinfo=UTC),
        dt.datetime(2021, 7, 1, 12, tzinfo=UTC),
    ]
    assert reasons.to_list() == ["this local hour does not exist in Europe/London", None, None, None]


def test_native_times() -> None:
    shanghai = pl.Series([dt.datetime(2020, 1, 1, 8)]).dt.replace_time_zone("Asia/Shanghai")
    midnight = [dt.datetime(2020, 1, 1, tzinfo=UTC)]
    for raw in (pl.Series([dt.date(2020, 1, 1)]), pl.Series([dt.datetime(2020, 1, 1)], dtype=pl.Datetime("ns")), shanghai):
        assert times.parse(raw, "UTC")[0].to_list() == midnight
    for number in (43831, 43831.0, 20200101, 20200101000000, 1577836800, 1577836800000):
        assert times.parse(pl.Series([number]), "UTC")[0].to_list() == midnight, number
    assert times.parse(pl.Series([3.0, float("nan")]), "UTC")[1].to_list() == [times.NOT_A_TIME, None]


def test_a_zone_that_there_is_not(book: Callable[..., Records]) -> None:
    with pytest.raises(ConfigurationError, match="Mars/Olympus"):
        book("application_id,applied_at,phone\n1,2020-01-01,1\n", records__time_zone="Mars/Olympus")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("5,000.00", 5000.0), ("¥5000", 5000.0), ("50000元", 50000.0), ("￥5，000", 5000.0), ("５０００", 5000.0), ("USD 12.5", 12.5),
        ("12.5 EUR", 12.5), ("5万", 50000.0), ("1.234,50", 1234.5), ("12,5", 12.5), ("-3", -3.0), ("1e3", 1000.0),
        ("人民币5000元", 5000.0), (" 7 ", 7.0), ("1 000", 1000.0),
    ],
)  # fmt: skip
def test_numbers(given: str, expected: float) -> None:
    found, bad = numbers.parse(pl.Series(["1", given]))
    assert found.to_list() == [1.0, expected]
    assert not bad.any()


@pytest.mark.parametrize("given", ["五万", "abc", "1,2,3", "inf", "1e999", "5000,00,0", "--5", "0x10", "1.2.3"])
def test_what_is_no_number(given: str) -> None:
    found, bad = numbers.parse(pl.Series(["1", given]))
    assert found.to_list() == [1.0, None]
    assert bad.to_list() == [False, True]


@pytest.mark.parametrize("given", ["", "null", "NULL", "None", "NaN", "N/A", "-", "\\N", "无", None])
def test_nothing_is_not_rejected(given: str | None) -> None:
    raw = pl.Series([given, "1"], dtype=pl.String)
    assert numbers.parse(raw)[1].to_list() == [False, False]
    assert times.parse(pl.Series([given, "2020-01-01"], dtype=pl.String), "UTC")[1].to_list() == [None, None]
    assert births.parse(raw.replace("1", "1990-01-01"))[1].to_list() == [False, False]


def test_texts_lose_blanks_and_words_for_nothing_only() -> None:
    names = [" 张 ", "Null", "NULL", "N/A", "-", "无", "\u3000", "\\N"]
    raw = pl.DataFrame({"name": names, "phone": [13900000000.0, 1.5, None, float("nan"), 0, 0, 0, 0]})
    done = cells.texts(raw)
    assert done["name"].to_list() == ["张", "Null", None, "N/A", "-", "无", None, None]
    assert done["phone"].to_list()[:4] == ["13900000000", "1.5", None, None]


def test_day_first_where_the_column_says_so() -> None:
    found, bad, ambiguous = births.parse(pl.Series(["03/04/1990", "25/12/1991", "1990-05-06", "1.2.1990", "19900607", "31/02/1990"]))
    assert found.to_list()[:5] == [dt.date(1990, 4, 3), dt.date(1991, 12, 25), dt.date(1990, 5, 6), None, dt.date(1990, 6, 7)]
    assert ambiguous == 1
    assert bad.to_list() == [False] * 5 + [True]


def test_month_first_where_the_column_says_so() -> None:
    found, _, ambiguous = births.parse(pl.Series(["03/04/1990", "12/25/1991"]))
    assert found.to_list() == [dt.date(1990, 3, 4), dt.date(1991, 12, 25)]
    assert ambiguous == 0


def test_a_column_with_both_orders_leaves_only_what_is_clear() -> None:
    found, bad, ambiguous = births.parse(pl.Series(["03/04/1990", "12/25/1991", "25/12/1991", "05/05/1990"]))
    assert found.to_list() == [None, dt.date(1991, 12, 25), dt.date(1991, 12, 25), dt.date(1990, 5, 5)]
    assert ambiguous == 1
    assert not bad.any()


def test_one_slip_does_not_make_an_order_doubtful() -> None:
    found, _, ambiguous = births.parse(pl.Series(["03/04/1990", "12/25/1991", *["25/12/1991"] * 60]))
    assert found.to_list()[:2] == [dt.date(1990, 4, 3), dt.date(1991, 12, 25)]
    assert ambiguous == 0


@pytest.mark.parametrize("given", ["1990-02-30", "1790-01-01", "01/02/90", "yesterday", "00/00/0000", "13/13/1990"])
def test_impossible_dates_of_birth_are_rejected(given: str) -> None:
    found, bad, _ = births.parse(pl.Series(["1990-01-01", given]))
    assert found[1] is None
    assert bad.to_list() == [False, True]


def test_ambiguous_dates_are_noted(book: Callable[..., Records]) -> None:
    records = book("app_id,apply_time,dob,mobile\n1,2020-01-01,03/04/1990,1\n")
    assert records.rejected_values == 0
    assert records.applications["date_of_birth"].to_list() == [None]
    assert "could be day/month or month/day" in records.notes[0]


def test_intent_rounding_and_range(book: Callable[..., Records]) -> None:
    given = ["0.12345678", "1", "0", "1.01", "nan", "inf"]
    records = book("app_id,apply_time,mobile,score\n" + "".join(f"{n},2020-01-01,1,{v}\n" for n, v in enumerate(given)))
    assert records.applications["fraud_intent"].to_list() == [0.123457, 1.0, 0.0, None, None, None]
    assert records.rejects.select("line", "column", "value", "reason").rows() == [
        (5, "fraud_intent", "1.01", "outside 0-1"),
        (7, "fraud_intent", "inf", "not a number"),
    ]
    assert records.intent_column == "score"


SCORES = "app_id,apply_time,mobile,score\n" + "".join(f"{n},2020-01-01,1,{v}\n" for n, v in enumerate([300, 575, 850, 851]))


def test_an_intent_on_another_scale_is_asked_about(book: Callable[..., Records]) -> None:
    with pytest.raises(ConfigurationError, match=r"from 300 to 851.*--intent-scale 0-100\|MIN-MAX\[:safer\]"):
        book(SCORES)


@pytest.mark.parametrize(("scale", "expected"), [("300-850", [0.0, 0.5, 1.0, None]), ("300-850:safer", [1.0, 0.5, 0.0, None])])
def test_an_intent_scale_is_applied(book: Callable[..., Records], scale: str, expected: list[float | None]) -> None:
    records = book(SCORES, records__intent_scale=scale)
    assert records.applications["fraud_intent"].to_list() == expected
    assert records.rejects["reason"].to_list() == [f"outside the scale {scale}"]


@pytest.mark.parametrize("scale", ["100-0", "x", "1-1", "0-100:riskier", "-"])
def test_a_scale_that_cannot_be(scale: str) -> None:
    with pytest.raises(ConfigurationError, match="intent scale"):
        intents.scale(scale)


def test_places_off_the_globe(book: Callable[..., Records]) -> None:
    records = book("app_id,apply_time,mobile,lat,lng\n1,2020-01-01,1,91,10\n2,2020-01-01,1,30.5,-180\n")
    assert records.applications.select("gps_lat", "gps_lon").rows() == [(None, 10.0), (30.5, -180.0)]
    assert records.rejects.select("column", "reason").rows() == [("gps_lat", "outside -90 to 90")]


def test_values_too_long(book: Callable[..., Records]) -> None:
    long = [("9" * 257, "a"), ("8" * 256, "张" * 10001), ("3", "张" * 10000)]
    records = book("app_id,apply_time,mobile,name\n" + "".join(f"{n},2020-01-01,1,{name}\n" for n, name in long))
    assert records.rejects.select("level", "line", "column", "reason").rows() == [
        ("row", 2, "application_id", "longer than 256 characters"),
        ("value", 3, "name", "longer than 10000 characters"),
    ]
    assert records.applications["name"].str.len_chars().to_list() == [10000, None]


def test_rejected_values_are_masked(book: Callable[..., Records]) -> None:
    records = book(f"app_id,apply_time,mobile,name,dob\n1,2020-01-01,1,{'secret' * 3000},19900231\n")
    shown = " ".join(records.rejects["value"])
    assert "secret" not in shown
    assert "1990023" not in shown
