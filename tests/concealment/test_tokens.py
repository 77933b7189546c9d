from __future__ import annotations

import base64
import hmac

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from fraudgraph.concealment import Key, token, tokens
from fraudgraph.concealment.tokens import are_tokens
from fraudgraph.masking import TOKEN, mask

KEY = Key(b"a key of thirty-two bytes, fixed")

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
VALUES = st.lists(st.none() | TEXT | st.sampled_from(["", "+8613800138000", "张伟"]), max_size=60)


def slowly(value: str, key: Key, kind: str) -> str:
    digest = hmac.new(key.of(kind), value.encode(), "sha256").digest()
    return "~" + base64.b32encode(digest[:16]).decode().rstrip("=")


@settings(max_examples=60, deadline=None)
@given(VALUES, st.sampled_from(["phone", "name"]))
def test_they_are_hmac_sha256_cut_to_128_bits(values: list[str | None], kind: str) -> None:
    found = tokens(pl.Series("given", values, dtype=pl.String), KEY, kind)
    assert found.name == "given"
    assert found.to_list() == [None if value is None else slowly(value, KEY, kind) for value in values]


def test_many_equal_and_many_different_ones() -> None:
    for different in (7, 5000):
        values = [None if n % 11 == 0 else f"v{n % different}" for n in range(5000)]
        found = tokens(pl.Series(values), KEY, "device").to_list()
        assert found == [None if value is None else slowly(value, KEY, "device") for value in values]


def test_long_values_span_blocks_of_the_hash() -> None:
    for size in (55, 56, 63, 64, 65, 10_000):
        assert token("x" * size, KEY, "email") == slowly("x" * size, KEY, "email")


def test_kinds_and_keys_have_nothing_in_common() -> None:
    other = Key(b"another key of thirty-two bytes.")
    found = {token("13800138000", key, kind) for key in (KEY, other) for kind in ("phone", "id_number", "name")}
    assert len(found) == 6


def test_they_are_known_by_their_form() -> None:
    values = pl.Series([token("x", KEY, "phone"), "+8613800138000", "~ABC", "~" + "A" * 27, "x~" + "A" * 26, None])
    assert are_tokens(values).to_list() == [True, False, False, False, False, None]
    assert TOKEN.fullmatch(values[0])


def test_a_token_is_shown_by_its_first_letters() -> None:
    one = token("+8613800138000", KEY, "phone")
    assert mask("phone", one) == mask("address", one) == "#" + one[1:5]
