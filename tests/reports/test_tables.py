"""The rows and columns of the CSV files."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
from fake_reader import Book, FakeReader, empty_tables, lenders_book

from fraudgraph import model
from fraudgraph.reports import tables


@pytest.fixture(scope="module")
def reader() -> FakeReader:
    return lenders_book(plain=200).reader()


def test_flags_have_a_row_an_application_in_the_order_of_the_input(reader: FakeReader) -> None:
    shuffled = reader.tables["input_order"].sample(fraction=1.0, shuffle=True, seed=3).with_columns(
        pl.int_range(pl.len()).cast(pl.Int64).alias("position")
    )  # fmt: skip
    mixed = replace(reader, tables={**reader.tables, "input_order": shuffled})
    flags = tables.flags(mixed, 1)
    assert flags.columns == [
        "application_id", "person_id", "community_id", "gang_id", "grade", "intent", "mean_intent", "members", "reasons",
        "alert",
    ]  # fmt: skip
    assert flags["application_id"].to_list() == shuffled["application_id"].to_list()
    assert flags.sort("application_id").equals(tables.flags(reader, 1).sort("application_id"))


def test_flags_say_what_the_store_says(reader: FakeReader) -> None:
    flags = tables.flags(reader, 1)
    gangs = reader.tables["gangs"]
    flagged = flags.drop_nulls("gang_id")
    assert len(flagged) == gangs["applications"].sum()
    assert set(flagged["gang_id"]) == set(gangs["gang_id"])
    checked = flagged.join(gangs, on="gang_id", suffix="_gang")
    assert (checked["grade"] == checked["grade_gang"]).all()
    assert (checked["community_id"] == checked["community_id_gang"]).all()
    assert (checked["members"] == checked["members_gang"]).all()
    assert checked["reasons"].str.contains("GANG_MEAN_OVER_T").all()
    tied = flags.filter(pl.col("community_id").is_not_null() & pl.col("gang_id").is_null())
    assert len(tied) == 6
    assert tied["mean_intent"].is_not_null().all()
    assert tied["grade"].is_null().all()
    alone = flags.filter(pl.col("community_id").is_null())
    assert len(alone) == 200
    assert alone["mean_intent"].is_null().all()
    assert alone["members"].is_null().all()


def test_the_narrow_and_the_whole_way_of_asking_agree(reader: FakeReader, monkeypatch: pytest.MonkeyPatch) -> None:
    narrow = tables.flags(reader, 1)
    monkeypatch.setattr(tables, "NARROW", 0)
    assert tables.flags(reader, 1).equals(narrow)


def test_another_night_had_no_input(reader: FakeReader) -> None:
    assert tables.flags(reader, 9).is_empty()
    assert tables.rejects(reader, 9).is_empty()


def test_a_person_alone_is_no_community() -> None:
    book = Book()
    one = book.person(1, 0.5)
    book.group([one], None)
    reader = book.reader()
    assert tables.communities(reader).is_empty()
    assert tables.flags(reader, 1)["community_id"].to_list() == [None]


def test_a_dissolved_gang_flags_nobody_and_comes_last(reader: FakeReader) -> None:
    first = tables.gangs(reader)["gang_id"][0]
    ended = pl.when(pl.col("gang_id") == first)
    gangs = reader.tables["gangs"].with_columns(
        ended.then(pl.lit("")).otherwise("community_id").alias("community_id"),
        ended.then(pl.lit("dissolved")).otherwise("status").alias("status"),
    )
    later = replace(reader, tables={**reader.tables, "gangs": gangs})
    assert first not in tables.flags(later, 1)["gang_id"].to_list()
    assert tables.gangs(later)["gang_id"][-1] == first


def test_gangs_are_sorted_and_formatted(reader: FakeReader) -> None:
    table = tables.gangs_file(tables.gangs(reader), "Asia/Shanghai")
    assert table.columns == [
        "gang_id", "status", "decision", "grade", "members", "applications", "mean_intent", "threshold", "p_value", "p_cut",
        "first_applied_at", "last_applied_at", "amount", "evidence", "alert",
    ]  # fmt: skip
    assert table["grade"].to_list() == sorted(table["grade"])
    for _, same in table.group_by("grade"):
        assert same["mean_intent"].is_sorted(descending=True)
    assert table["first_applied_at"].str.ends_with("+08:00").all()
    assert set(table["decision"]) == {"open"}
    assert table["amount"].str.contains(r"^\d+\.00$").all()


def test_evidence_is_masked_and_says_what_explains_most(reader: FakeReader) -> None:
    texts = dict(tables.gangs(reader).select("members", "evidence").iter_rows())
    assert texts[9] == "phone 139****5678 (9 people); WiFi a4c1***19 (5)"
    whole = " ".join(text or "" for text in texts.values())
    for table_key in reader.tables["evidence"]["key"]:
        assert table_key not in whole


def test_a_range_that_an_address_implies_is_not_repeated() -> None:
    rows = [("G-1", "ip", "117.1.4.8", 5, 0), ("G-1", "ip24", "117.1.4", 5, 0), ("G-1", "ip16", "117.1", 8, 90)]
    tables_of = {**empty_tables(), "evidence": pl.DataFrame(rows, schema=model.EVIDENCE.schema, orient="row")}
    (text,) = tables._evidence_texts(tables._evidence(FakeReader(tables_of)))["evidence"]
    assert text.startswith("IP address 117.1.*.* (5 people); IP range /16 ")
    assert "/24" not in text


def test_an_empty_store_gives_headers() -> None:
    empty = FakeReader(empty_tables())
    assert tables.zone_of(empty) == "UTC"
    gangs = tables.gangs_file(tables.gangs(empty), "UTC")
    for table in (tables.flags(empty, 1), gangs, tables.communities(empty), tables.rejects(empty, 1)):
        assert table.is_empty()
        assert table.columns
