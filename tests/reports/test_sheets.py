"""The pages of the reports by month and by channel as text: figures, escaping, and that they can ask no network for anything."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from report_books import Gang, Made, a_bad_channel, a_year, labelled, reader, through
from test_page import HOSTILE, Page

from fraudgraph.errors import OutputError
from fraudgraph.reports import channels, channels_page, keeping, monthly, monthly_page, monthly_rows, period_chart, row_chart
from fraudgraph.reports.page import _part
from fraudgraph.settings import defaults
from fraudgraph.stores.port import Reader

BREAK = date(2020, 1, 22)


def month_page(book: Reader, cut: date | None = None) -> str:
    return monthly_page.page(monthly.monthly(book, defaults(), cut), book)


def channel_page(book: Reader) -> str:
    return channels_page.page(channels.channels(book, defaults()), book)


def hostile() -> Reader:
    """A book whose channels are hostile."""
    made = [one for place, value in enumerate(HOSTILE) for one in through(value, *(f"P{place}-{turn}" for turn in range(40)), intent=0.5)]
    return reader(made, {"G": Gang("A", ("P0-1", "P1-1", "P2-1"))})


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return {
        "months": month_page(a_year()),
        "break": month_page(a_year(), BREAK),
        "labels": month_page(labelled([("W", "confirmed"), ("X", "dismissed")])),
        "empty months": month_page(reader([], {})),
        "channels": channel_page(reader(*a_bad_channel())),
        "hostile": channel_page(hostile()),
        "empty channels": channel_page(reader([], {})),
    }


def test_they_are_one_file_each_that_can_load_nothing(pages: dict[str, str]) -> None:
    for text in pages.values():
        page = Page(text)
        (policy,) = [given["content"] or "" for _, given in page.tags if given.get("http-equiv") == "Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        for tag, given in page.tags:
            assert tag not in ("img", "link", "iframe", "object", "embed", "form", "base")
            assert not any(name.startswith("on") or name == "style" for name in given)
            assert (given.get("src"), given.get("xlink:href")) == (None, None)
            assert (given.get("href") or "#").startswith("#")
        targets = {given["id"] for _, given in page.tags if "id" in given}
        assert {given["href"].removeprefix("#") for tag, given in page.tags if tag == "a" and given["href"]} <= targets


def test_headings_go_down_one_step_at_a_time(pages: dict[str, str]) -> None:
    for text in pages.values():
        steps = [int(tag[1]) for tag, _ in Page(text).tags if tag in ("h1", "h2", "h3", "h4")]
        assert steps[0] == 1
        assert steps.count(1) == 1
        assert all(other - one <= 1 for one, other in pairwise(steps))


def test_every_chart_is_named_and_has_a_table_beside_it(pages: dict[str, str]) -> None:
    for name, charts in (("months", 1), ("break", 3), ("labels", 2), ("channels", 1), ("empty months", 0), ("empty channels", 0)):
        page = Page(pages[name])
        drawn = [given for tag, given in page.tags if tag == "svg"]
        assert len(drawn) == charts, name
        assert all(given["role"] == "img" and "table" in (given["aria-label"] or "") for given in drawn)
        assert page.count("table") >= charts


def test_the_break_is_told_in_words_figures_and_a_line(pages: dict[str, str]) -> None:
    page = Page(pages["break"])
    assert "From 22 January 2020 on, the high-grade share" in page.text
    assert "22–31 January 2020" in page.text
    assert "16 of 44" in page.text
    assert "the same days of 2019: 12 January – 1 February 2019, then 2–11 February 2019" in page.text
    assert page.count("line", "break") == 1
    assert Page(pages["months"]).count("line", "break") == 0
    assert "No gang has been labelled yet" in page.text


def test_precision_is_shown_where_there_are_labels(pages: dict[str, str]) -> None:
    text = Page(pages["labels"]).text
    assert "No gang has been labelled yet" not in text
    assert "Among the 20 worst a day" in text
    table = text[text.index("Among the 20 worst a day") :]
    assert "January 2020 4 2 1 0 1" in table
    assert table.count("February 2020") == 5, "only the rows by grade: a period without a reviewed gang is left out"
    assert "all grades, January – February 2020 4 2 1 0 1" in table
    assert "50.0 %" in text


def test_channels_that_stand_out_are_told_by_more_than_colour(pages: dict[str, str]) -> None:
    text = Page(pages["channels"]).text
    assert "▲ dsp" in text
    assert "higher than the rest" in text
    assert "▼ shop" in text
    assert "the whole book" in text
    assert "no channel given" in text


def test_hostile_channels_are_text_and_short(pages: dict[str, str]) -> None:
    text = pages["hostile"]
    page = Page(text)
    assert [tag for tag, _ in page.tags if tag == "script"] == ["script"]
    assert {"img", "onload"} & {tag for tag, _ in page.tags} == set()
    assert "{{ 7 * 7 }}" in text
    assert "x" * 60 not in text
    assert "\u202e" not in text
    assert "\x00" not in text


def test_equal_books_give_equal_pages(pages: dict[str, str]) -> None:
    assert month_page(a_year(), BREAK) == pages["break"]
    assert channel_page(reader(*a_bad_channel())) == pages["channels"]


def test_no_class_is_used_that_the_style_does_not_know(pages: dict[str, str]) -> None:
    style = _part("style.css")
    used = {one for text in pages.values() for _, given in Page(text).tags for one in (given.get("class") or "").split()}
    unknown = {one for one in used if f".{one}" not in style}
    assert unknown <= {"wrap", "lead", "top", "made"}


def test_a_long_book_draws_its_last_periods_and_names_them_sparsely() -> None:
    made = [one for month in range(96) for one in through("app", f"P{month}")]
    shifted = [
        Made(one.person, one.at.replace(year=2012 + place // 12, month=place % 12 + 1), one.channel) for place, one in enumerate(made)
    ]
    found = monthly.monthly(reader(shifted, {}), defaults())
    assert len(found.tallies) == 96
    drawn = Page(str(period_chart.by_period(found)))
    assert drawn.count("rect", "volume") == 60
    assert 5 <= drawn.count("text", "mid") <= 40


@pytest.mark.parametrize(
    "name", ["short", "a name that is much longer than there is room for it", "很长很长很长很长很长很长很长的渠道名称", "x" * 10_000]
)
def test_names_are_cut_to_their_room(name: str) -> None:
    cut = row_chart.cut(name, 120.0)
    assert row_chart.text_width(cut, row_chart.SIZE) <= 120.0
    assert cut == name or cut.endswith("…")


def rows_and_columns() -> tuple[list[dict[str, object]], tuple[str, ...]]:
    found = channels.channels(hostile(), defaults())
    return found.table.rows(named=True), channels.COLUMNS


def test_a_folder_gets_the_page_and_both_tables(tmp_path: Path) -> None:
    rows, columns = rows_and_columns()
    written = keeping.keep(tmp_path / "new" / "folder", "channels", "<p>page</p>", rows, columns)
    assert [path.name for path in written] == ["channels.html", "channels.csv", "channels.json"]
    read = list(csv.DictReader(io.StringIO(written[1].read_text("utf-8"), newline="")))
    assert list(read[0]) == list(columns)
    assert len(read) == len(rows)
    told = json.loads(written[2].read_text("utf-8"))
    assert [row.get("channel") for row in told] == [row["channel"] for row in rows]
    for cells, row in zip(read, told, strict=True):
        assert {name for name, cell in cells.items() if cell} >= set(row) - {"stands_out", "channel"}
        assert float(cells["hit_rate"]) == row["hit_rate"]
        assert cells["small"] == str(row["small"]).lower()


def test_no_cell_runs_in_a_spreadsheet(tmp_path: Path) -> None:
    (path,) = keeping.keep(tmp_path / "c.csv", "channels", "", *rows_and_columns())
    read = list(csv.DictReader(io.StringIO(path.read_text("utf-8"), newline="")))
    assert any(row["channel"].startswith("'=cmd") for row in read)
    assert not any(row["channel"].startswith(("=", "+", "-", "@")) for row in read)


@pytest.mark.parametrize("name", ["r.html", "r.CSV", "r.json"])
def test_a_file_is_of_the_kind_that_its_name_says(tmp_path: Path, name: str) -> None:
    rows = monthly_rows.rows(monthly.monthly(a_year(), defaults(), BREAK))
    assert keeping.keep(tmp_path / name, "monthly", "<p>page</p>", rows, monthly_rows.COLUMNS) == [tmp_path / name]
    start = {"r.html": "<p>", "r.CSV": "about,period", "r.json": "["}[name]
    assert (tmp_path / name).read_text("utf-8").startswith(start)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here", encoding="utf-8")
    with pytest.raises(OutputError, match="cannot be made"):
        keeping.keep(tmp_path / "file" / "folder", "monthly", "", [], ())
    with pytest.raises(OutputError, match="cannot be written"):
        keeping.keep(tmp_path / "nowhere" / "r.html", "monthly", "", [], ())
