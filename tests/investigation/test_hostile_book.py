"""A book full of hostile values, and hostile arguments: every command works, and nothing of it steers the terminal."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest
from asked_books import rules, stored
from night_books import random_book

if TYPE_CHECKING:
    from conftest import Ask

HOSTILE = (
    "\x1b[31m\x07红", "\u202eevil\u2066", "=cmd|' /C calc'!A0", "<script>alert(1)</script>", "') MATCH (n) DETACH DELETE n //",
    "'; DROP TABLE book; --", "x" * 9_000, "\u0000nul", "Ω≈ç√∫˜µ", "👩‍👩‍👧‍👦🏳️‍🌈", "{{7*7}} ${jndi:ldap://x}",
    "..\\..//etc",
    "%s%n%d", "NaN", "\ufeff", "ﷺ" * 50,
)  # fmt: skip
COLUMNS = ("name", "device_id", "home_address", "employer", "email", "channel", "product", "contact1_name", "wifi_mac")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    book = random_book(6, people=20, applications=40, gangs=2)
    texts = [text.replace("\u0000", "") for text in HOSTILE]
    columns = [pl.Series(name, [texts[(row + place) % len(texts)] for row in range(len(book))]) for place, name in enumerate(COLUMNS)]
    return stored(tmp_path_factory.mktemp("hostile"), book.with_columns(columns), rules())


def harmless(text: str) -> bool:
    """Is there nothing that steers a terminal?"""
    directions = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    return not any((unicodedata.category(c) == "Cc" and c != "\n") or c in directions for c in text)


def test_every_command_on_a_book_of_hostile_values(ask: Ask, hostile: Path) -> None:
    people = ask("find", "张", store=hostile, form="json")
    assert people.code == 0
    rows = pl.read_csv(hostile.parent / "book.csv")["application_id"]
    one, other = rows[0], rows[1]
    for command in (
        ("show", one), ("show", f"P-{one}"), ("why", one), ("why", one, other), ("neighbours", one, "--hops", "2"),
        ("neighbours", one, "--all"), ("path", one, other), ("hubs",),
    ):  # fmt: skip
        for form in ("table", "json", "csv"):
            ended = ask(*command, store=hostile, form=form)
            assert ended.code == 0, (command, ended.err)
            assert harmless(ended.out), command
            assert not re.search(r"(?m)(^|,)[=@]", ended.out) or form != "csv", command


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_arguments(ask: Ask, hostile: Path, value: str) -> None:
    assert ask("find", value, store=hostile, form="table").code in (0, 2)
    for command in (("show", value), ("why", value), ("neighbours", value), ("path", value, "A0000"), ("show", f"phone@{value}")):
        ended = ask(*command, store=hostile, form="table")
        assert ended.code == 2, (command, ended.err)
        assert harmless(ended.err)
        assert "unexpected" not in ended.err
