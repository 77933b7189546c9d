"""A gang's case: what is gathered, what is said not to be known, and the three forms of it, which say the same."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from case_books import gang_of, ring, spread
from fake_reader import Book, FakeReader, lenders_book
from hypothesis import given
from hypothesis import strategies as st
from test_page import HOSTILE, Page, hostile_book

from fraudgraph import model
from fraudgraph.errors import UsageError
from fraudgraph.reports import case, case_map, case_markdown, case_page, case_rows, case_timeline, picture
from fraudgraph.reports.case import Case


def gap(found: Case, what: str) -> str:
    return next((one.sentence for one in found.gaps if one.what == what), "")


@pytest.fixture(scope="module")
def reader() -> FakeReader:
    return ring()


@pytest.fixture(scope="module")
def found(reader: FakeReader) -> Case:
    return case.case(reader, gang_of(reader))


def test_every_shared_value_names_the_applications_that_say_so(found: Case) -> None:
    assert {evidence.shared.kind for evidence in found.evidence} == {"device", "phone"}
    for evidence in found.evidence:
        people = [found.dossier.group.members[number].person_id for number in evidence.shared.members]
        assert {source.person_id for source in evidence.sources} == set(people)
        assert [source.used_at for source in evidence.sources] == sorted(source.used_at for source in evidence.sources)
    phone = next(evidence for evidence in found.evidence if evidence.shared.kind == "phone")
    assert {source.role for source in phone.sources} == {"contact1"}


def test_applications_of_all_its_people_and_of_nobody_else(reader: FakeReader, found: Case) -> None:
    people = set(reader.tables["gang_members"]["person_id"])
    mine = reader.tables["membership"].filter(pl.col("person_id").is_in(people))["application_id"]
    assert set(found.applications["application_id"]) == set(mine)
    assert found.applications["applied_at"].is_sorted()


def test_ties_are_summed_up_by_their_kind(found: Case) -> None:
    assert found.classes.rows() == [("device; within 7 days", 2, 0.55, 0.9, 40.0), ("phone contact-contact", 1, 0.3, 0.3, 4.0)]
    assert sorted(found.strengths.values()) == [0.3, 0.55, 0.9]


def test_lines_are_as_strong_as_the_strongest_tie_along_them(found: Case) -> None:
    drawn = str(picture.draw(found.dossier.group, found.strengths).image)
    assert {"s1", "s3"} <= set(re.findall(r'<line [^>]*class="\w+ (s\d)"', drawn))
    assert {f"m{number}" for number in range(4)} == set(re.findall(r'<g class="i\w" data-of="(m\d)">', drawn))
    assert [picture.weight(one) for one in (None, 0.2, 0.5, 0.79, 0.8, 1.0)] == ["s0", "s1", "s2", "s2", "s3", "s3"]
    assert "data-of" not in str(picture.draw(found.dossier.group).image), "the report's own pictures stay as they are"


def test_what_is_not_known_is_said(found: Case) -> None:
    assert gap(found, "INTENT") == "The fraud intent of 1 of 4 people: without one there is no vote in the mean."
    assert "the kind of 1 of 3 ties was measured on fewer than 10 pairs" in gap(found, "MEASURED")
    assert "nobody gave: e-mail" not in gap(found, "NOT_GIVEN"), "the book has no such column"
    assert "WiFi (3 of 4 without)" in gap(found, "NOT_GIVEN")
    assert gap(found, "UNUSABLE").startswith("What these values would tie: phone of 1 person (given, but masked")
    assert "1 pair of applications looks like one person's" in gap(found, "SAME_PERSON")
    assert "2 given relations wait for applications" in gap(found, "RELATIONS")
    assert "1 shared value is also had by others, the most common by 7 people" in gap(found, "OUTSIDERS")
    assert gap(found, "OUTCOME") == "How it ended: the book has no outcome of all 5 applications."
    assert gap(found, "VERIFIED_OUTSIDE")
    assert gap(found, "PLAIN_VALUES") == ""


def test_what_is_known_is_no_gap(reader: FakeReader) -> None:
    known = {**reader.tables, "relations": reader.tables["relations"].clear(), "conflicts": reader.tables["conflicts"].clear()}
    known["applications"] = known["applications"].with_columns(max_dpd=pl.lit(30.0), phone=pl.lit(None, pl.String))
    known["persons"] = known["persons"].with_columns(pl.col("intent").fill_null(0.9))
    found = case.case(replace(reader, tables=known), gang_of(reader))
    assert {one.what for one in found.gaps} == {"MEASURED", "NOT_GIVEN", "OUTSIDERS", "VERIFIED_OUTSIDE"}


def test_a_small_book_and_a_book_of_tokens_say_so(reader: FakeReader) -> None:
    summary = {**reader.summary, "calibration": {"case": "prior"}}
    found = case.case(replace(reader, summary=summary, remembered={**reader.remembered, "store.values": "masked"}), gang_of(reader))
    assert "shipped starting values stood in" in gap(found, "MEASURED")
    assert "keyed tokens" in gap(found, "PLAIN_VALUES")


def test_values_that_everybody_has_are_set_aside(reader: FakeReader) -> None:
    hub = pl.DataFrame([("device", "d" * 12, 900, 200)], schema=model.HUBS.schema, orient="row")
    found = case.case(replace(reader, tables={**reader.tables, "hubs": hub}), gang_of(reader))
    assert found.set_aside.rows() == [("device", "dddd***dd", 3, 900)]
    assert {evidence.shared.kind for evidence in found.evidence} == {"phone"}


def test_a_gang_is_found_under_its_former_name_and_an_unknown_one_is_not(reader: FakeReader) -> None:
    gang = gang_of(reader)
    told = [*reader.told, (1, gang, "merged", "G-former", "APP000001")]
    found = case.case(replace(reader, told=told), "G-former")
    assert found.gang.gang_id == gang
    assert f"G-former is part of {gang} now." in Page(case_page.page(found)).text
    with pytest.raises(UsageError, match="there is no gang"):
        case.case(reader, "G-nobody")


def test_labels_are_told_with_who_when_and_why(reader: FakeReader) -> None:
    gang, at = gang_of(reader), datetime(2026, 3, 2, 20, 30, tzinfo=UTC)
    later = (gang, "confirmed", "two | confessed", "bo", at + timedelta(1), 1)
    given_ = [(gang, "suspicious", "call 13800138000 first", "anna", at, 1), later]
    found = case.case(replace(reader, given=given_, earlier={1: reader}), gang)
    assert [row["event"] for row in found.labels.iter_rows(named=True)] == ["suspicious", "confirmed"]
    text, page = case_markdown.text(found), Page(case_page.page(found)).text
    assert "bo called it confirmed on 4 March 2026." in page, "the day is the book's, not UTC's"
    assert "2026-03-03 04:30" in page
    assert "two \\| confessed" in text
    for told in (text, page, case_rows.text(found)):
        assert "13800138000" not in told
        assert "anna" in told


def test_a_dissolved_gang_is_told_as_it_was(reader: FakeReader) -> None:
    gone = {**reader.tables, "gangs": reader.tables["gangs"].with_columns(community_id=pl.lit(""), status=pl.lit("dissolved"))}
    found = case.case(replace(reader, tables=gone), gang_of(reader))
    assert found.ended
    assert "It is not over the line any more" in Page(case_page.page(found)).text
    assert "It is not over the line any more" in case_markdown.text(found)


def test_all_three_forms_have_one_digest_that_names_the_content(reader: FakeReader, found: Case) -> None:
    content = case_rows.content(found)
    assert content["digest"] == case_rows.digest(found)
    assert content["digest"] in case_markdown.text(found)
    assert content["digest"] in Page(case_page.page(found)).text
    assert json.loads(case_rows.text(found)) == content
    given_ = [(gang_of(reader), "dismissed", "family", "cy", datetime(2026, 3, 2, tzinfo=UTC), 1)]
    again = case.case(replace(reader, given=given_), gang_of(reader))
    assert case_rows.digest(again) != content["digest"]


def test_rows_of_the_store_in_another_order_change_nothing(reader: FakeReader, found: Case) -> None:
    tables = {name: table.sample(fraction=1, shuffle=True, seed=3) for name, table in reader.tables.items()}
    again = case.case(replace(reader, tables=tables), gang_of(reader))
    assert case_rows.text(again) == case_rows.text(found)
    assert case_page.page(again) == case_page.page(found)


def test_the_page_has_everything_at_hand_and_loads_nothing(found: Case) -> None:
    text = case_page.page(found)
    page = Page(text)
    assert not re.search(r"https?:|url\(|@import|@font-face|unsafe", text)
    ids = [given_["id"] for _, given_ in page.tags if "id" in given_]
    assert len(ids) == len(set(ids))
    for tag, given_ in page.tags:
        assert tag not in ("link", "img", "iframe", "object", "embed", "form", "base")
        assert not any(key == "style" or key.startswith("on") or key == "src" for key in given_), (tag, given_)
        if "href" in given_:
            assert str(given_["href"])[1:] in ids
    for said in ("4 people tied by device and phone", "What is not known", "cal-3f2a91c0", "rules-77aa01b2", "fraudgraph 0.1.0"):
        assert said in page.text, said


def test_plain_values_are_in_none_of_the_forms(reader: FakeReader, found: Case) -> None:
    keys = reader.tables["keys"]
    used = {str(key) for column in keys.columns[1:] for key in keys[column].drop_nulls() if len(str(key)) > 8}
    names = {name for name in reader.tables["applications"]["name"] if len(name) > 2}
    for told in (case_rows.text(found), case_markdown.text(found), case_page.page(found)):
        assert [value for value in used | names if value in told] == []


@pytest.fixture(scope="module")
def hostile() -> Case:
    reader = hostile_book().reader()
    reason = " ".join(value[:80] for value in HOSTILE)
    label = (gang_of(reader), "suspicious", reason, HOSTILE[0][:100], datetime(2026, 1, 2, tzinfo=UTC), 1)
    return case.case(replace(reader, given=[label]), gang_of(reader))


def test_hostile_values_are_only_ever_text(hostile: Case) -> None:
    page = case_page.page(hostile)
    assert Page(page).count("script") == 1
    assert "<script>document" not in page
    assert "\u202e" not in page
    assert "{{ 7" in Page(page).text, "no value is a template"
    json.loads(case_rows.text(hostile))
    markdown = case_markdown.text(hostile)
    for mark in ("<", "\u202e", "\x00", "](", "{{"):
        assert mark not in re.sub(r"\\.", "", markdown), mark


@given(st.text(max_size=60))
def test_markdown_has_no_mark_that_is_not_escaped(value: str) -> None:
    line = case_markdown.escaped(value)
    assert "\n" not in line
    bare = re.sub(r"\\.", "", line)
    assert not re.search(r"[\\`*_{}\[\]<>|~#&$@]", bare)
    assert "://" not in bare
    assert not re.match(r"[-+=]|\d+[.)]\s", line)


def test_a_link_in_a_value_is_no_link() -> None:
    assert case_markdown.escaped("https://evil.example") == r"https:\//evil.example"
    assert case_markdown.escaped("WWW.evil.example") == r"WWW\.evil.example"


def test_a_big_gang_stays_readable() -> None:
    reader = spread(300)
    found = case.case(reader, gang_of(reader))
    page = case_page.page(found)
    drawn = str(picture.draw(found.dossier.group, found.strengths).image)
    circles = re.findall(r'data-of="(m\d[m\d ]*)"><title>', drawn)
    assert len(circles) <= picture.MOST_PEOPLE
    assert sum(len(circle.split()) for circle in circles) == 300, "everybody is in the picture"
    shown = case_map.of(found.dossier.group)
    assert len(shown.rows) <= case_map.MOST_ROWS
    assert len(shown.columns) <= case_map.MOST_COLUMNS
    assert sum(len(row.members) for row in shown.rows) + shown.hidden_people == 300
    assert len(page) < 1_000_000
    assert "300 people, the highest intent first" in Page(page).text


@pytest.mark.parametrize(("days", "unit"), [(0, "hour"), (2, "hour"), (20, "day"), (200, "week"), (900, "month")])
def test_the_timeline_counts_by_what_its_length_asks_for(days: int, unit: str) -> None:
    book = Book()
    people = [book.person(day, 0.8, **{"device.own": "d" * 12}) for day in (0, days / 2, days)]
    book.group(people, "A")
    reader = book.reader()
    found = case.case(reader, gang_of(reader))
    made = case_timeline.timeline(found)
    assert made.unit == unit
    bars = [int(count) for count in re.findall(r'<rect[^>]*class="volume"[^>]*><title>[^<]*: (\d+) application', str(made.image))]
    assert sum(bars) == 3
    places = [float(x) for x in re.findall(r'<circle cx="([\d.]+)"', str(made.image))]
    assert len(places) == 3
    assert all(90 <= x <= case_timeline.WIDTH for x in places)
    assert places == sorted(places)


@given(st.lists(st.integers(0, 500), min_size=1, max_size=30))
def test_a_burst_is_the_most_within_so_many_hours(hours: list[int]) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    moments = sorted(start + timedelta(hours=one) for one in hours)
    stand_in: Any = type("Few", (), {"applications": pl.DataFrame({"applied_at": moments})})()
    slow = max(sum(one <= other <= one + timedelta(hours=72) for other in moments) for one in moments)
    assert case_timeline.burst(stand_in, 72) == slow


def test_every_gang_of_a_lenders_book_has_a_case() -> None:
    reader = lenders_book(plain=60).reader()
    for gang in reader.tables["gangs"].sort("members")["gang_id"].gather_every(3):
        found = case.case(reader, gang)
        assert Page(case_page.page(found)).count("svg", class_="net") == 1
        assert case_markdown.text(found).startswith(f"# {gang}")
