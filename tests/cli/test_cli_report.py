"""``fraudgraph report monthly`` and ``report channels`` on the sample book, as somebody types them."""

from __future__ import annotations

import csv as csv_format
import json
from io import StringIO
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from rich.cells import cell_len

from benchmarks import samples
from fraudgraph import pipeline
from fraudgraph.cli import main
from fraudgraph.reports import channels, monthly_rows
from fraudgraph.settings import defaults

FILES = [samples.FOLDER / name for name in ("applications_cn.csv", "applications_west.csv")]
PLANTED = samples.FOLDER / "truth.csv"


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample book in a store, and its results beside it."""
    place = tmp_path_factory.mktemp("sample")
    pipeline.run(FILES, store=place / "book.duckdb", settings=defaults(), relations=samples.FOLDER / "relations.csv", out=place / "out")
    return place


class Told:
    """What a command printed and ended with."""

    def __init__(self, capsys: pytest.CaptureFixture[str], *args: str | Path) -> None:
        self.code = main([str(arg) for arg in args])
        said = capsys.readouterr()
        self.out, self.err = said.out, said.err

    @property
    def objects(self) -> list[dict[str, Any]]:
        assert self.code == 0, self.err
        found: list[dict[str, Any]] = json.loads(self.out)
        return found

    @property
    def records(self) -> list[dict[str, str]]:
        assert self.code == 0, self.err
        return list(csv_format.DictReader(StringIO(self.out)))


@pytest.fixture
def ask(book: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("COLUMNS", "120")
    return lambda *args: Told(capsys, "report", *args, "--store", book / "book.duckdb")


def test_all_that_are_flagged_are_planted_and_nearly_all_that_are_planted_flagged(book: Path) -> None:
    truth = pl.read_csv(PLANTED, infer_schema=False)
    flagged = pl.read_csv(book / "out/flags.csv", infer_schema=False).filter(pl.col("gang_id").is_not_null())
    gang = truth.filter(pl.col("gang").is_not_null())["application_id"]
    assert set(flagged["application_id"]) <= set(gang)
    assert flagged.height > 0.75 * len(gang)


def test_the_break_of_the_sample_book(ask: Any) -> None:
    rows = ask("monthly", "--break", samples.BREAK, "--format", "json").objects
    periods = {row["period"]: row for row in rows if row["about"] == "period"}
    assert list(periods) == [
        "2019-10", "2019-11", "2019-12", "2020-01-01..2020-01-21", "2020-01-22..2020-01-31", "2020-02", "2020-03", "2020-04",
    ]  # fmt: skip
    after = periods.pop("2020-01-22..2020-01-31")
    assert after["high_share_low"] > max(row["high_share_high"] for row in periods.values())
    assert after["hit_rate_low"] > max(row["hit_rate_high"] for row in periods.values())
    compared = {(row["scope"], row["measure"]): row for row in rows if row["about"] == "comparison"}
    within = compared["month", "high_share"]
    assert within["difference"] > 0.1
    assert within["difference_low"] > 0.05
    assert within["p_value"] < 1e-6
    assert within["p_by_gang"] < 0.01
    assert within["difference_low_by_gang"] > 0
    assert compared["book", "high_share"]["p_value"] < 1e-4
    assert compared["book", "hit_rate"]["p_value"] < 1e-4


def test_counts_add_up_to_the_files(ask: Any, book: Path) -> None:
    rows = [row for row in ask("monthly", "--format", "json").objects if row["about"] == "period"]
    flags = pl.read_csv(book / "out/flags.csv", infer_schema=False)
    assert sum(row["applications"] for row in rows) == flags.height
    assert sum(row["hits"] for row in rows) == flags["gang_id"].count()
    for grade in "ABCD":
        assert sum(row[f"grade_{grade}"] for row in rows) == (flags["grade"] == grade).sum()
    (whole, *each) = ask("channels", "--format", "json").objects
    assert (whole["about"], whole["applications"], whole["hits"]) == ("book", flags.height, flags["gang_id"].count())
    assert sum(row["applications"] for row in each) == flags.height
    assert sum(row["hits"] for row in each) == flags["gang_id"].count()


@pytest.mark.parametrize(
    ("args", "columns"),
    [(("monthly", "--break", "2020-01-22"), monthly_rows.COLUMNS), (("channels",), channels.COLUMNS)],
    ids=["monthly", "channels"],
)
def test_json_and_csv_say_the_same(ask: Any, args: tuple[str, ...], columns: tuple[str, ...]) -> None:
    told, written = ask(*args, "--format", "json").objects, ask(*args, "--format", "csv").records
    assert [list(row) for row in written] == [list(columns)] * len(told)
    for cells, row in zip(written, told, strict=True):
        for name, cell in cells.items():
            value = row.get(name)
            assert cell == ("" if value is None else str(value).lower() if isinstance(value, bool) else str(value))


@pytest.mark.parametrize("columns", [60, 80, 120, 200])
@pytest.mark.parametrize("args", [("monthly", "--break", "2020-01-22"), ("channels",)], ids=["monthly", "channels"])
def test_tables_fit_the_terminal(ask: Any, monkeypatch: pytest.MonkeyPatch, args: tuple[str, ...], columns: int) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    text = ask(*args).out
    assert max(cell_len(line) for line in text.splitlines()) <= columns
    for part in {"monthly": ("22.", "p ", "by gang"), "channels": ("dsp", "small", "compared with the rest")}[args[0]]:
        assert part in text


def test_nothing_personal_is_said(ask: Any, tmp_path: Path) -> None:
    columns = (["身份证号", "手机号", "银行卡号", "姓名", "家庭住址"], ["id_number", "mobile", "email", "card_no", "name"])
    secrets: set[str] = set()
    for file, names in zip(FILES, columns, strict=True):
        frame = pl.read_csv(file, infer_schema=False, truncate_ragged_lines=True)
        secrets |= {value for name in names for value in frame[name].drop_nulls() if len(value) > (2 if "名" in name else 5)}
    assert len(secrets) > 5000
    ask("monthly", "--break", "2020-01-22", "--out", tmp_path / "both")
    ask("channels", "--out", tmp_path / "both")
    texts = [path.read_text("utf-8") for path in sorted((tmp_path / "both").iterdir())]
    assert len(texts) == 6
    assert [secret for secret in secrets if any(secret in text for text in texts)] == []


def test_out_writes_a_page_or_a_folder_and_says_so(ask: Any, tmp_path: Path) -> None:
    ended = ask("monthly", "--break", "2020-01-22", "--out", tmp_path / "page.html", "--quiet")
    assert (tmp_path / "page.html").read_text("utf-8").startswith("<!doctype html>")
    assert f"Written: {tmp_path / 'page.html'}".replace(" ", "") in ended.out.replace("\n", "").replace(" ", "")
    assert ended.err == ""
    ask("channels", "--out", tmp_path / "folder")
    assert sorted(path.name for path in (tmp_path / "folder").iterdir()) == ["channels.csv", "channels.html", "channels.json"]


def test_the_same_book_gives_the_same_bytes(ask: Any, tmp_path: Path) -> None:
    for name in ("one", "two"):
        ask("monthly", "--break", "2020-01-22", "--out", tmp_path / name)
        ask("channels", "--out", tmp_path / name)
    for path in sorted((tmp_path / "one").iterdir()):
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_days_of_channels_can_be_chosen(ask: Any) -> None:
    (whole, *_) = ask("channels", "--from", "2020-01-22", "--to", "2020-01-31", "--format", "json").objects
    rows = ask("monthly", "--break", "2020-01-22", "--format", "json").objects
    period = next(row for row in rows if row.get("period") == "2020-01-22..2020-01-31")
    for name in ("applications", "hits", "high", "hit_rate", "hit_rate_low", "high_share_high"):
        assert whole[name] == period[name]


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (("monthly", "--break", "2021-01-22"), "does not part the book, which runs from 2019-10-01 to 2020-04-30"),
        (("monthly", "--break", "22.1.2020"), "is not a day"),
        (("monthly", "--compare-year", "2018"), "the book has no days of 2018"),
        (("channels", "--from", "2020-02-01", "--to", "2020-01-01"), "is after"),
        (("weekly",), "No such command 'weekly'"),
    ],
)
def test_wrong_usage_is_one_sentence_and_exit_2(ask: Any, args: tuple[str, ...], sentence: str) -> None:
    ended = ask(*args)
    assert ended.code == 2
    assert sentence in ended.err
    assert "Traceback" not in ended.err
    assert ended.out == ""


def test_a_place_that_cannot_be_written_is_exit_1(ask: Any, tmp_path: Path) -> None:
    ended = ask("monthly", "--out", tmp_path / "nowhere" / "page.html", "--quiet")
    assert ended.code == 1
    assert "cannot be written" in ended.err
    assert ended.out == ""


def test_settings_of_reports_change_no_result_of_a_run(book: Path) -> None:
    own = defaults().override({"reports.confidence": 0.9})
    again = pipeline.run(FILES, store=book / "book.duckdb", settings=own, relations=samples.FOLDER / "relations.csv")
    assert again.repeated_batch


@pytest.mark.parametrize("args", [[], ["monthly"], ["channels"]])
def test_help_has_an_example(capsys: pytest.CaptureFixture[str], args: list[str]) -> None:
    assert main(["report", *args, "--help"]) == 0
    text = capsys.readouterr().out
    assert "fraudgraph report" in text.split("Example")[1]
    if not args:
        assert {"monthly", "channels"} <= set(text.split())
