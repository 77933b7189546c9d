"""E-mail addresses."""

from __future__ import annotations

import pytest

from fraudgraph.identifiers import key_of
from fraudgraph.model import Status
from fraudgraph.settings import defaults

SETTINGS = defaults()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Oernst6@gmx.de", "oernst6@gmx.de"),
        (" a.b+loan@gmail.com", "ab@gmail.com"),
        ("A.B@googlemail.com", "ab@gmail.com"),
        ("first.last@yahoo.com", "first.last@yahoo.com"),
        ("first+x@yahoo.com", "first@yahoo.com"),
        ("ｊｏ@ｇｍａｉｌ.ｃｏｍ", "jo@gmail.com"),
        ("Ann Lee <ann.lee@web.de>", "ann.lee@web.de"),
        ("mailto:ann@web.de", "ann@web.de"),
        ("o'neill@aol.com", "o'neill@aol.com"),
    ],
)
def test_spellings(value: str, expected: str) -> None:
    assert key_of("email", value, SETTINGS) == (expected, Status.VALID)


@pytest.mark.parametrize(
    "value",
    [
        "test@test.com",
        "a@a.com",
        "noemail@example.com",
        "none@none.com",
        "N/A",
        "anything@example.com",
        "no-reply@bank.de",
        "test+1@gmail.com",
    ],
)
def test_addresses_of_nobody(value: str) -> None:
    assert key_of("email", value, SETTINGS) == (None, Status.PLACEHOLDER)


@pytest.mark.parametrize(
    ("value", "status"),
    [
        ("", Status.MISSING),
        ("ann@", Status.MALFORMED),
        ("ann.lee.web.de", Status.MALFORMED),
        ("a b@web.de", Status.MALFORMED),
        ("a****@web.de", Status.MALFORMED),
    ],
)
def test_what_is_no_address(value: str, status: Status) -> None:
    found = key_of("email", value, SETTINGS)
    assert found == (None, Status.MASKED if "*" in value else status)
