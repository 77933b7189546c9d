"""Whatever people write into a form: every command works on it, nothing of it runs, and nothing steers the terminal or breaks a page.

The texts are our own: one or more of each sort that breaks programs (formulas, markup, templates, SQL, Cypher, shell, paths, formats,
control and direction characters, surrogates of other planes, very long ones, words that mean nothing or a type).
"""

from __future__ import annotations

import csv
import io
import os
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from worlds import COMMANDS, SAMPLES, World

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

RUNS = ("<script>alert", "<img src=x", "<svg/onload", "</title></style>")
"""Markup that a page must not have, but escaped."""

WITHOUT = ("calibrate", "check", "completion", "resolve", "undo")
"""Commands that show nothing of the book."""
CALLED = [name for name, calls in COMMANDS.items() if not isinstance(calls, str) and name not in WITHOUT]
TYPED = ("中", "姓名", "设备号", "银行卡号", "家庭住址", "单位名称", "单位电话", "联系人1电话", "IP地址", "WiFiMAC地址", "渠道", "申请编号")
"""Columns that are filled with them, where they are there; more are added."""
MORE = ("name2", "email", "product", "term", "scene", "referrer", "decision", "contact1_name", "contact1_relation",
        "contact2_name", "imei", "oaid")  # fmt: skip


def hostile_book() -> pl.DataFrame:
    """Return a part of the sample that has gangs, in which two rows of three have hostile texts in some columns, each column its own."""
    book = pl.read_csv(SAMPLES / "applications_cn.csv", infer_schema=False)[850:1150]
    row = pl.int_range(pl.len())
    filled = [
        pl.when((row + place) % 3 > 0)
        .then(((row * 7 + place * 5) % len(HOSTILE)).replace_strict(dict(enumerate(HOSTILE)), return_dtype=pl.String))
        .otherwise(pl.col(name) if name in book.columns else pl.lit(None, pl.String))
        .alias(name)
        for place, name in enumerate((*TYPED, *MORE))
        if name in book.columns or name in MORE
    ]
    ids = pl.concat_str(pl.col("申请编号").str.slice(0, 200), pl.lit("#"), row).alias("申请编号")
    return book.with_columns(filled).with_columns(ids)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, learned: World) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("hostile")
    before = os.environ.get("FRAUDGRAPH_KEY_FILE")
    os.environ["FRAUDGRAPH_KEY_FILE"] = str(folder / "book.key")
    try:
        path = folder / "=cmd <b>book.parquet"
        hostile_book().write_parquet(path)
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


def test_a_night_of_the_same_forms_and_a_purge(world: World) -> None:
    """Rows in = accepted + repeated + rejected, also for rows of which nothing can be used."""
    store, out = world.copy(), world.new()
    more = hostile_book()[:60].with_columns(pl.concat_str(pl.lit("N"), pl.col("申请编号")).alias("申请编号"))
    more.write_parquet(out / "more.parquet")
    code, said = world.run("nightly", str(out / "more.parquet"), "--store", store, "--out", str(out / "night"), "--format", "json", "-q")
    assert code == 0, said
    summary = pl.read_json(io.StringIO(said))
    assert summary["rows"][0] == summary["accepted"][0] + summary["repeated"][0] + summary["rejected_rows"][0] == 60
    assert world.run("store", "check", "--store", store)[0] == 0
