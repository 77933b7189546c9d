"""The page as text: what it says in each case, that every value is escaped, and that it can ask no network for anything."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import polars as pl
import pytest
from fake_reader import Book, FakeReader, empty_tables, lenders_book

from fraudgraph.reports import report
from fraudgraph.reports.page import _part

HOSTILE = (
    "<script>document.title='run'</script>", "\"><img src=x onerror=document.title='run'>", "\u202eabc\u2066", "x" * 10_000, "a b " * 2_000,
    "{{ 7 * 7 }}", "</style><svg onload=document.title='run'>", "=cmd|' /C calc'!A0", "\x00\x07", "u\u0335\u0336\u0337\u0338" * 30,
)  # fmt: skip


class Page(HTMLParser):
    """Elements, attributes and text of a page, and whether its elements close."""

    VOID = frozenset({"meta", "br", "img", "input", "link", "hr"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == [], "every element closes"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("style", "script"):
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def count(self, tag: str, class_: str | None = None) -> int:
        return sum(name == tag and class_ in (None, given.get("class")) for name, given in self.tags)


def hostile_book() -> Book:
    """Return a book whose every free text is hostile."""
    book = Book()
    people = [
        book.person(place, 0.8, name=value, **{"device.own": f"{value}{place % 2}", "address.own": value, "phone.contact1": HOSTILE[0]})
        for place, value in enumerate(HOSTILE)
    ]
    for place, row in enumerate(book.rows):
        row.channel = HOSTILE[place % 2]
    book.group(people, "A")
    return book


@pytest.fixture(scope="module")
def reader() -> FakeReader:
    return lenders_book(plain=400).reader()


@pytest.fixture(scope="module")
def text(reader: FakeReader) -> str:
    return report.page(reader, 1)


@pytest.fixture(scope="module")
def page(text: str) -> Page:
    return Page(text)


def case(reader: FakeReader, name: str, **changes: Any) -> str:
    summary = {**reader.summary, "calibration": {"case": name}}
    return Page(report.page(replace(reader, summary=summary, **changes), 1)).text


def without_gangs(reader: FakeReader) -> dict[str, pl.DataFrame]:
    empty = {name: reader.tables[name].clear() for name in ("gangs", "gang_members", "evidence")}
    verdicts = reader.tables["verdicts"].with_columns(pl.lit(False).alias("flagged"), pl.lit("").alias("grade"))
    return {**reader.tables, **empty, "verdicts": verdicts}


def test_it_says_what_was_found_and_why(page: Page) -> None:
    assert "Of 666 applications from 3 November 2025 to 26 June 2026, 260 belong to 12 suspected gangs." in page.text
    assert page.count("article", class_="card") == 12
    assert page.count("svg", class_="net") == 12
    assert page.count("svg", class_="dots") == 12
    for said in ("How a group is called a gang", "Learned from this book", "T = 0.412", "at least 3", "given relation"):
        assert said in page.text, said
    assert "1 more group had a mean above T but had too few members." in page.text
    assert "The intents of 7 of them are known." in page.text


def test_a_grade_and_a_total_a_month(page: Page) -> None:
    assert page.count("svg", class_="trend") == 1
    assert "Mar 2026" in page.text
    assert "95 % interval" in page.text


def test_it_is_one_file_that_can_load_nothing(text: str) -> None:
    whole = Page(text)
    assert not re.search(r"https?:|//[a-z]|url\(|@import|@font-face", text)
    for tag, given in whole.tags:
        assert tag not in ("link", "img", "iframe", "object", "embed", "form", "base")
        assert not any(key == "style" or key.startswith("on") or key in ("src", "srcset", "xlink:href") for key in given), (tag, given)
        assert (given.get("href") or "#").startswith("#")
    policy = next(given["content"] for tag, given in whole.tags if given.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy


def test_every_link_and_every_symbol_has_its_target(page: Page) -> None:
    ids = [given["id"] for _, given in page.tags if "id" in given]
    assert len(ids) == len(set(ids))
    for _, given in page.tags:
        if "href" in given:
            assert str(given["href"])[1:] in ids
        for target in str(given.get("aria-labelledby") or "").split():
            assert target in ids


def test_headings_go_down_one_step_at_a_time(page: Page) -> None:
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_no_personal_value_is_whole_anywhere(reader: FakeReader, text: str) -> None:
    for name in reader.tables["applications"]["name"].unique():
        assert name not in text
    for slot in ("phone.own", "phone.contact1", "device.own", "bank_card.own", "address.own"):
        for key in reader.tables["keys"][slot].drop_nulls().unique():
            assert key not in text
            assert key.removeprefix("+86") not in text


def test_hostile_values_are_text_and_short(page: Page) -> None:
    text = report.page(hostile_book().reader(intent_column=HOSTILE[1], notes=[HOSTILE[0], HOSTILE[3]]), 1)
    hostile = Page(text)
    assert {tag for tag, _ in hostile.tags} <= {tag for tag, _ in page.tags}
    assert hostile.count("script") == 1
    assert not any(key.startswith("on") for _, given in hostile.tags for key in given)
    assert "\u202e" not in text
    assert "\x00" not in text
    assert max(len(word) for word in hostile.words) < 400


def test_no_intents_gives_a_queue_and_flags_nobody(reader: FakeReader) -> None:
    text = case(reader, "no intents", tables=without_gangs(reader))
    assert "14 groups of tied applicants wait for a look; nobody is flagged." in text
    assert "The strongest groups in the queue" in text
    assert "The whole queue, strongest ties first" in text
    assert "Their ties add up to" in text
    assert "T =" not in text
    assert "had a mean above T" not in text
    assert "called a gang: " not in text
    assert "Why this is called a gang" not in text


def test_no_transmission_says_why_nobody_is_flagged(reader: FakeReader) -> None:
    text = case(reader, "no transmission", tables=without_gangs(reader))
    assert "No suspected gang among 666 applications" in text
    assert "no kind of tie passes on fraud intent" in text
    assert "The groups that came nearest" in text


def test_the_prior_says_so(reader: FakeReader) -> None:
    assert "Shipped starting values." in case(reader, "prior")


def test_a_case_of_tomorrow_is_shown_by_its_name(reader: FakeReader) -> None:
    assert "borrowed from a peer" in case(reader, "borrowed_from a peer")


def test_an_empty_book_has_a_page_too() -> None:
    page = Page(report.page(FakeReader(empty_tables()), 1))
    assert "The book is still empty." in page.text
    assert "Nothing was rejected." in page.text


def test_amounts_may_be_missing_or_nought() -> None:
    book = Book()
    book.group([book.person(day, 0.9, **{"device.own": "aa11bb22cc33"}) for day in range(3)], "A")
    for row in book.rows:
        row.amount = 0.0
    assert "asked by gangs" not in Page(report.page(book.reader(), 1)).text


def test_a_night_on_an_older_book_says_what_it_brought(reader: FakeReader) -> None:
    tonight = reader.tables["input_order"].tail(10)
    text = Page(report.page(replace(reader, tables={**reader.tables, "input_order": tonight}), 1)).text
    assert "This run brought 10 applications; 4 of them are flagged." in text


def test_three_hundred_gangs_stay_under_two_megabytes() -> None:
    book = Book()
    for gang in range(300):
        keys = {"device.own": f"{gang:04x}aabbccdd", "wifi.own": f"{gang:04x}00112233"}
        people = [book.person(gang / 2 + i, 0.8, **keys) for i in range(4)]
        book.group(people, "ABCD"[gang % 4])
    text = report.page(book.reader(), 1)
    assert len(text.encode()) < 2_000_000
    assert text.count('class="card"') == report.PICTURES


def _contrast(one: str, two: str) -> float:
    def light(colour: str) -> float:
        full = "".join(mark * 2 for mark in colour[1:]) if len(colour) == 4 else colour[1:]
        parts = [int(full[place : place + 2], 16) / 255 for place in (0, 2, 4)]
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((light(one), light(two)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_contrasts_as_wcag_aa_asks(theme: str) -> None:
    style = _part("style.css").split(":root[data-theme=dark]")[0] if theme == "light" else _part("dark.css")
    colour = dict(re.findall(r"--([\w]+(?:-[\w]+)?):(#[0-9a-f]{3,6})\b", style))
    pairs = [(text, ground) for text in ("ink", "soft") for ground in ("paper", "card", "wash")]
    pairs += [("accent", "paper"), ("accent", "card"), ("pill-ink", "pill"), ("i8", "card"), ("i8", "over"), ("i8", "wash")]
    pairs += [("ink", "over")]
    pairs += [(f"g{letter}t", f"g{letter}") for letter in "ABCD"]
    pairs += [("lowtext", f"i{step}") for step in range(4)] + [("midtext", "i4"), ("midtext", "i5")]
    pairs += [("hightext", f"i{step}") for step in range(6, 10)]
    for text, ground in pairs:
        assert _contrast(colour[text], colour[ground]) >= 4.5, (theme, text, ground)
