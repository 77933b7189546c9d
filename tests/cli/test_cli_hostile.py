"""Whatever people write into a form: every command works on it, nothing of it runs, and nothing steers the terminal or breaks a page.

The texts are our own: one or more of each sort that breaks programs (formulas, markup, templates, SQL, Cypher, shell, paths, formats,
control and direction characters, surrogates of other planes, very long ones, words that mean nothing or a type). And those of a public
list, the Big List of Naughty Strings (`tests/data/naughty`), each of them in every column.
"""

from __future__ import annotations

import base64
import csv
import io
import json
import os
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from explore_books import Pages
from worlds import COMMANDS, SAMPLES, World

from fraudgraph.errors import UsageError
from fraudgraph.investigation.finding import Wanted, find
from fraudgraph.settings import defaults
from fraudgraph.stores import open_store

HOSTILE = (
    "=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1+1)", "\t=1", "\r=1",
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "</title></style><svg/onload=alert(1)>", "javascript:alert(1)",
    "{{7*7}}", "${7*7}", "{0.__class__}", "%s%n%x", "$(touch here)", "`id`", "; rm -rf *", "| cat", "&& true",
    "../../../etc/passwd", "C:\\con",
    "'; DROP TABLE book; --", "\" OR 1=1", "') RETURN 1 //", "`}) DETACH DELETE n //", "\\", "\\u0000", "'", "\"\"", ",,;;",
    "null", "None", "NaN", "inf", "true", "undefined", "-", "0", "1e400", "1/0", "２０２６", "½",
    "a\nb", "a\r\nb", "\x1b[2J\x1b]0;title\x07", "\x08\x7f", "\u202egnp.exe", "\u2066\u2069\u200b\ufeff",
    "é" * 3 + "e\u0301" * 40, "\U0001f469\u200d\U0001f692",
    "ﷺ", "王" * 200, "x" * 10_000, "<" * 2_000, "مرحبا שלום", "~AAAAAAAAAAAAAAAAAAAAAAAAAA", "G-A000000955", "P-", "…long:00",
)  # fmt: skip

NAUGHTY = Path(__file__).resolve().parents[1] / "data" / "naughty" / "blns.base64.json"
PUBLIC = tuple(base64.b64decode(text).decode("utf-8", "surrogatepass") for text in json.loads(NAUGHTY.read_text(encoding="utf-8")))
LISTS = {"ours": HOSTILE, "public": PUBLIC}

RUNS = ("<script>alert", "<img src=x", "<svg/onload", "</title></style>")
"""Markup that a page must not have, but escaped."""

WITHOUT = ("calibrate", "check", "completion", "resolve", "undo")
"""Commands that show nothing of the book."""
CALLED = [name for name, calls in COMMANDS.items() if not isinstance(calls, str) and name not in WITHOUT]
TYPED = ("中", "姓名", "设备号", "银行卡号", "家庭住址", "单位名称", "单位电话", "联系人1电话", "IP地址", "WiFiMAC地址", "渠道", "申请编号")
"""Columns that are filled with them, where they are there; more are added."""
MORE = ("name2", "email", "product", "term", "scene", "referrer", "decision", "contact1_name", "contact1_relation",
        "contact2_name", "imei", "oaid")  # fmt: skip


NUMBERS = ("手机号", "身份证号", "联系人2电话")
"""Columns that are filled in the rows of which nothing is left as it was."""
READ = ("申请时间", "申请金额", "欺诈意图", "max_dpd", "date_of_birth", "gps_lat", "gps_lon", "label_time")
"""Columns that are no text."""


def hostile_book(texts: tuple[str, ...] = HOSTILE) -> pl.DataFrame:
    """Return a part of the sample that has gangs, in which two rows of three have hostile texts in some columns, each column its own."""
    book = pl.read_csv(SAMPLES / "applications_cn.csv", infer_schema=False)[850:1150]
    row = pl.int_range(pl.len())
    filled = [
        pl.when((row + place) % 3 > 0)
        .then(((row * 7 + place * 5) % len(texts)).replace_strict(dict(enumerate(texts)), return_dtype=pl.String))
        .otherwise(pl.col(name) if name in book.columns else pl.lit(None, pl.String))
        .alias(name)
        for place, name in enumerate((*TYPED, *MORE))
        if name in book.columns or name in MORE
    ]
    ids = pl.concat_str(pl.col("申请编号").str.slice(0, 200), pl.lit("#"), row).alias("申请编号")
    return book.with_columns(filled).with_columns(ids)


def every_text(texts: tuple[str, ...], columns: tuple[str, ...]) -> pl.DataFrame:
    """Return applications in which each text stands in every one of the columns: as many as there are texts, in each column one further."""
    book = pl.read_csv(SAMPLES / "applications_cn.csv", infer_schema=False)[: len(texts)]
    turned = [pl.Series(name, texts[place * 19 % len(texts) :] + texts[: place * 19 % len(texts)]) for place, name in enumerate(columns)]
    ids = pl.concat_str(pl.lit("E"), pl.int_range(pl.len())).alias("申请编号")
    return book.with_columns(ids).with_columns(turned)


@pytest.fixture(scope="module", params=LISTS)
def texts(request: pytest.FixtureRequest) -> tuple[str, ...]:
    return LISTS[request.param]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, learned: World, texts: tuple[str, ...]) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("hostile")
    before = os.environ.get("FRAUDGRAPH_KEY_FILE")
    os.environ["FRAUDGRAPH_KEY_FILE"] = str(folder / "book.key")
    try:
        path = folder / "=cmd <b>book.parquet"
        every = every_text(texts, tuple(dict.fromkeys((*TYPED[:-1], *MORE, *NUMBERS))))
        pl.concat([hostile_book(texts), every], how="diagonal").write_parquet(path)
        made = World(folder, [str(path)])
        frozen = ("--calibration", learned.calibration)
        code, said = made.run("run", *made.inputs, *frozen, "--store", made.store, "--out", str(made.new()), "-v")
        assert (code, harm(said)) == (0, []), said
        made.ids()
        made.value = "<script>alert(1)</script>"
        yield made
    finally:
        os.environ.pop("FRAUDGRAPH_KEY_FILE")
        if before is not None:
            os.environ["FRAUDGRAPH_KEY_FILE"] = before


def harm(said: str) -> list[str]:
    """Return characters that steer a terminal."""
    turning = "\u202a\u202b\u202d\u202e\u2066\u2067\u2069"
    return sorted({hex(ord(c)) for c in said if (unicodedata.category(c) == "Cc" and c != "\n") or c in turning})


@pytest.mark.parametrize("name", CALLED)
def test_every_command_works_and_steers_nothing(world: World, name: str) -> None:
    calls = COMMANDS[name]
    assert not isinstance(calls, str)
    for args in calls(world):
        code, said = world.run(*args)
        assert (code, "Traceback" in said) == (0, False), (args, said)
        assert args[-1] == "csv" or harm(said) == [], args  # CSV is for programs, and holds what was given


def test_each_is_looked_for(world: World, texts: tuple[str, ...]) -> None:
    """Sixty of a long list; all of them with FRAUDGRAPH_SOUGHT=1000."""
    settings, refused = defaults(), []
    step = max(1, len(texts) // int(os.environ.get("FRAUDGRAPH_SOUGHT", "40")))
    with open_store(world.store, create=False, settings=settings).snapshot() as reader:
        for text in texts[::step]:
            if text.strip():
                try:
                    find(reader, Wanted(text), settings)
                except UsageError as problem:
                    refused.append(str(problem))
    assert harm(" ".join(refused)) == []


def test_pages_show_them_and_nothing_runs(world: World, texts: tuple[str, ...]) -> None:
    marked = [text for text in texts if re.search(r"<[a-zA-Z/!]", text)]
    pages = Pages(world.store)
    addresses = ["/", f"/gang?id={world.gang}", f"/case?id={world.gang}"]
    addresses += [f"/show?id=E{row}" for row in range(0, len(texts), 25)]
    for address in addresses:
        found = pages.ask(address)
        assert found.status in (200, 404), address
        assert [text for text in (*marked, *RUNS) if text in found.text] == [], address
        assert harm(found.text.replace("\t", "")) == [], address
    assert pages.told == []


def test_what_is_no_text_is_rejected_or_taken(world: World, texts: tuple[str, ...]) -> None:
    """Also ids, times and numbers: rows in = accepted + repeated + rejected."""
    out = world.new()
    every_text(texts, ("申请编号", *READ)).write_parquet(out / "typed.parquet")
    one_by_one = [every_text(texts, (name,)).with_columns(pl.concat_str(pl.lit(f"{name}#"), "申请编号").alias("申请编号")) for name in READ]
    pl.concat(one_by_one, how="diagonal").write_parquet(out / "each.parquet")
    for name in ("typed", "each"):
        frozen = ("--calibration", world.calibration) if Path(world.calibration).exists() else ()
        arguments = (str(out / f"{name}.parquet"), *frozen, "--store", str(out / f"{name}.duckdb"), "--out", str(out / name))
        code, said = world.run("run", *arguments, "--format", "json", "-q")
        assert "Traceback" not in said
        assert code == 0, said
        summary = json.loads(said)
        assert summary["rows"] == summary["accepted"] + summary["repeated"] + summary["rejected_rows"], name


def test_nothing_that_was_written_runs(world: World) -> None:
    """After all others: whatever lies about by now."""
    files = dict(world.written())
    assert len(files) > 5
    for name, text in files.items():
        if name.endswith(".html"):
            assert [mark for mark in RUNS if mark in text] == [], name
            assert not re.search(r"<[^>]*\son(?:error|load)\s*=\s*alert", text), name
        if name.endswith(".csv") and not name.startswith(("=", "copy")):
            cells = (cell for row in csv.reader(io.StringIO(text)) for cell in row)
            ran = [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\t", "\r") and not re.fullmatch(r"-?[\d.e-]+", cell)]
            assert ran == [], name
    assert not (Path.cwd() / "here").exists()


def test_a_night_of_the_same_forms_and_a_purge(world: World, texts: tuple[str, ...]) -> None:
    """Rows in = accepted + repeated + rejected, also for rows of which nothing can be used."""
    store, out = world.copy(), world.new()
    more = hostile_book(texts)[:60].with_columns(pl.concat_str(pl.lit("N"), pl.col("申请编号")).alias("申请编号"))
    more.write_parquet(out / "more.parquet")
    code, said = world.run("nightly", str(out / "more.parquet"), "--store", store, "--out", str(out / "night"), "--format", "json", "-q")
    assert code == 0, said
    summary = pl.read_json(io.StringIO(said))
    assert summary["rows"][0] == summary["accepted"][0] + summary["repeated"][0] + summary["rejected_rows"][0] == 60
    assert world.run("store", "check", "--store", store)[0] == 0
