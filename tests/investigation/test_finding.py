"""Which kinds a typed text is read as: a look from afar leaves out no kind that has a key for it."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from fraudgraph.identifiers import keys_of
from fraudgraph.investigation.finding import readable
from fraudgraph.model import SLOTS
from fraudgraph.settings import defaults

SETTINGS = defaults()
KINDS = list(dict.fromkeys(slot.kind for slot in SLOTS if not slot.derived))
WRITTEN = (
    "13800002231", "+86 138-0000-2231", "(021) 6543 2109", "0044 20 8366 1177", "１３８００００２２３１", "138 0000 2231 转 12",
    "370202198009235978", "3702 0219 8009 2359 78", "QQ 12 34 56 C", "6222021234567890123", "GB82 WEST 1234 5698 7654 32",
    "490154203237518", "49-015420-323751-8", "a.b+c@example.com", "A.B＠Example.COM", "mailto:ann@example.org", "8.8.8.8",
    "[2001:4860:4860::8888]:443", "::ffff:8.8.4.4", "31.2304,121.4737", "31.2304; 121.4737", "8C-AB-8E-01-02-03", "8cab8e010203",
    "8:ab:8e:1:2:3", "8cab.8e01.0203",
    "SW1A 1AA", "100020", "94105-1234", "D-10115", "5d41402abc4b2a76b9719d911017c592", "00000000-0000-0000-0000-000000000001",
    "北京市朝阳区建国路88号1号楼2单元301室", "12 High Street, London", "上海某某科技有限公司",
)  # fmt: skip


@pytest.mark.parametrize("text", WRITTEN)
def test_a_kind_that_has_a_key_is_read(text: str) -> None:
    with_a_key = {kind for kind in KINDS if keys_of(kind, text, SETTINGS)}
    assert with_a_key <= set(readable(text, KINDS, SETTINGS))


def test_few_kinds_are_read_for_a_number() -> None:
    assert {"email", "ip", "gps", "phone"}.isdisjoint(readable("370202198009235978", KINDS, SETTINGS))
    assert {"phone", "employer_phone"} <= set(readable("13800002231", KINDS, SETTINGS))


def test_a_kind_that_arrives_hashed_is_read_whatever_it_looks_like() -> None:
    assert "email" in readable("abc", KINDS, SETTINGS.with_values(identifiers__opaque=["email"]))


@example("0000000000000A")  # a MEID: fourteen hexadecimal digits
@hypothesis_settings(max_examples=25, deadline=None)
@given(st.text(st.sampled_from("0123456789abcfAX@.:,;+-() ()/_１８\u200b张"), min_size=1, max_size=24))
def test_any_text_that_has_a_key_is_read(text: str) -> None:
    with_a_key = {kind for kind in KINDS if keys_of(kind, text, SETTINGS)}
    assert with_a_key <= set(readable(text.strip(), KINDS, SETTINGS)), pl.Series([text])
