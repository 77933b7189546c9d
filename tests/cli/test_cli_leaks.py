"""No ID number, phone, card, e-mail or name of the sample book is in anything that any command prints, logs or writes, but for --reveal."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from worlds import COMMANDS, SAMPLES, World, names

INPUTS = ("applications_cn.csv", "applications_west.csv")
PRIVATE = ("姓名", "身份证号", "手机号", "银行卡号", "联系人1电话", "联系人2电话", "name", "id_number", "mobile", "email", "card_no",
           "contact1_name", "contact1_phone")  # fmt: skip
SHORTEST = {"姓名": 2}
NOBODYS = {"unknown", "123456789", "1234567890"}
"""Placeholders, which a page's own scripts may say; with them goes what is made of one or two characters."""


@pytest.fixture(scope="module")
def secrets() -> pl.Series:
    """What nobody may see: as given, and numbers without what sets them apart."""
    found: set[str] = set()
    for name in INPUTS:
        book = pl.read_csv(SAMPLES / name, infer_schema=False, truncate_ragged_lines=True)
        for column in set(PRIVATE) & set(book.columns):
            values = book[column].drop_nulls().str.strip_chars().unique()
            found |= set(values.filter(values.str.len_chars() >= SHORTEST.get(column, 7)))
    found |= {re.sub(r"[ .-]", "", value) for value in found if re.fullmatch(r"\+?[\d .-]{7,}", value)}
    assert len(found) > 8000
    return pl.Series(sorted(value for value in found - NOBODYS if len(value) < 7 or len(set(value)) > 2), dtype=pl.String)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, secrets: pl.Series, learned: World) -> Iterator[World]:
    """Part of the sample, judged by what the whole of it taught."""
    folder = tmp_path_factory.mktemp("book")
    inputs = []
    for name, first, last in zip(INPUTS, (700, 0), (1300, 150), strict=True):
        inputs.append(str(tmp_path_factory.mktemp("inputs") / name))
        pl.read_csv(SAMPLES / name, infer_schema=False, truncate_ragged_lines=True)[first:last].write_csv(inputs[-1])
    before = os.environ.get("FRAUDGRAPH_KEY_FILE")
    os.environ["FRAUDGRAPH_KEY_FILE"] = str(folder / "book.key")
    try:
        made = World(folder, inputs)
        more = ("--relations", str(SAMPLES / "relations.csv"), "--calibration", learned.calibration)
        code, said = made.run("run", *made.inputs, *more, "--store", made.store, "--out", str(folder / "first"), "-v")
        assert code == 0, said
        assert leaked(said, secrets) == []
        made.ids()
        book = pl.read_csv(SAMPLES / INPUTS[0], infer_schema=False).filter(pl.col("申请编号") == made.application)
        made.value = book["手机号"][0]
        yield made
    finally:
        os.environ.pop("FRAUDGRAPH_KEY_FILE")
        if before is not None:
            os.environ["FRAUDGRAPH_KEY_FILE"] = before


def leaked(text: str, secrets: pl.Series) -> list[str]:
    """Return which of the secrets stand in a text, also as pages write them for scripts."""
    text += re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text).encode("utf-8", "replace").decode()
    return pl.Series([text]).str.extract_many(secrets.implode()).explode().drop_nulls().unique().sort().to_list()


def test_every_command_is_in_the_table() -> None:
    assert names() == sorted(COMMANDS)


def test_the_scan_would_find_something(secrets: pl.Series) -> None:
    text = (SAMPLES / INPUTS[0]).read_text(encoding="utf-8")
    assert len(leaked(text, secrets)) > 4000


def test_a_calibration_that_is_learned_says_nothing_of_anybody(learned: World, secrets: pl.Series) -> None:
    code, said = learned.run("calibrate", "--dry-run", "--store", learned.store, "--format", "json", "-v")
    assert (code, leaked(said, secrets)) == (0, []), said


@pytest.mark.parametrize("name", [name for name, calls in COMMANDS.items() if not isinstance(calls, str)])
def test_nothing_personal_is_said(world: World, secrets: pl.Series, name: str) -> None:
    calls = COMMANDS[name]
    assert not isinstance(calls, str)
    for args in calls(world):
        code, said = world.run(*args)
        assert (code, "Traceback" in said) == (0, False), (args, said)
        typed = {world.value} if args[0] == "find" else set()  # what was typed is known to who typed it
        assert set(leaked(said, secrets)) <= typed, args
        assert not set(re.findall(r"\d{7,}", said)) & {world.value}, args


def test_nothing_personal_is_written(world: World, secrets: pl.Series) -> None:
    """After all others: whatever lies about by now."""
    texts = list(world.written())
    assert len(texts) >= 6
    assert {name: found for name, text in texts if (found := leaked(text, secrets))} == {}


REVEALING = ("gang", "show", "neighbours", "path", "why", "find", "report case", "show-graph", "export graph")


@pytest.mark.parametrize("name", REVEALING)
def test_plain_values_are_shown_for_a_purpose_and_written_down_first(world: World, secrets: pl.Series, name: str, tmp_path: Path) -> None:
    calls = COMMANDS[name]
    assert not isinstance(calls, str)
    args = calls(world)[0]
    entries = world.run("audit", "--store", world.store, "--format", "csv")[1].count("--reveal")
    for wrong in (["--reveal"], ["--purpose", "x"], ["--reveal", "--purpose", " "]):
        code, said = world.run(*args, *wrong)
        assert code == 2, (wrong, said)
        assert leaked(said, secrets) == []
    code, said = world.run(*args, "--reveal", "--purpose", "case 7")
    assert code == 0, said
    if name != "path":
        shown = said + "".join(Path(place).read_text(encoding="utf-8") for place in args if Path(place).is_file() and place != world.store)
        assert leaked(shown, secrets) != []
    for place in args:
        if str(world.folder / "out-") in place:
            Path(place).unlink(missing_ok=True)
    log = world.run("audit", "--store", world.store, "--format", "csv")[1]
    assert log.count("--reveal") == entries + 1
    assert f"{name} --reveal" in log
    assert leaked(log, secrets) == []
    assert world.run("audit", "--verify", "--store", world.store)[0] == 0
    code, said = world.run(*args)
    assert leaked(said, secrets) in ([], [world.value] if name == "find" else [])


def test_a_store_of_masked_values_has_nothing_to_reveal(world: World, secrets: pl.Series) -> None:
    store = str(world.new("masked.duckdb"))
    assert world.run("run", world.inputs[0], "--store", store, "--store-values", "masked", "--out", str(world.new()), "-q")[0] == 0
    code, said = world.run("gangs", "--store", store, "--reveal", "--purpose", "case 7")
    assert (code, "nothing to reveal" in said) == (2, True)
    assert world.run("audit", "--store", store)[1].startswith("Nobody has")


def test_an_unwritable_log_shows_nothing(world: World, secrets: pl.Series) -> None:
    code, said = world.run("gang", world.gang, "--store", world.store, "--reveal", "--purpose", "x" * 2001)
    assert code == 2
    assert leaked(said, secrets) == []
