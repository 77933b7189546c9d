"""What is left of a value once it is masked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraudgraph import masking, model


@pytest.mark.parametrize(
    ("kind", "key", "shown"),
    [
        ("phone", "+8613812342231", "138****2231"),
        ("phone", "+14155550123", "+14****0123"),
        ("id_number", "420111197111193103", "420*************03"),
        ("bank_card", "6214832817213142260", "**** 2260"),
        ("email", "ann@example.org", "a***@example.org"),
        ("ip", "69.160.3.4", "69.160.*.*"),
        ("ip24", "69.160.3", "69.160.*.*"),
        ("ip16", "69.160", "69.160.*.*"),
        ("ip", "secretsecret.secret", "secr********"),
        ("ip", "2001:db8::1", "2001*******"),
        ("birth_surname", "1990-01-31|王", "1990-**-**"),
        ("birth_surname", "1990-01-31|wang", "1990-**-**"),
        ("name", "Ann Smith", "A** S***"),
        ("device", "dbeb9c6477fcc316", "dbeb***16"),
    ],
)
def test_enough_is_left_to_recognise(kind: str, key: str, shown: str) -> None:
    assert masking.mask(kind, key) == shown


KINDS = sorted({slot.kind for slot in model.SLOTS})


@given(kind=st.sampled_from(KINDS), key=st.text(min_size=1, max_size=40))
def test_a_key_is_never_shown_whole(kind: str, key: str) -> None:
    shown = masking.mask(kind, key)
    assert shown != key or "*" in key, "but one that is masked already"
