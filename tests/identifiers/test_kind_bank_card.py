"""Cards, IBANs, accounts: Luhn and modulo 97 agree with python-stdnum."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from stdnum import iban, luhn

from fraudgraph.identifiers import checks, key_of
from fraudgraph.model import Status
from fraudgraph.settings import defaults

SETTINGS = defaults()


def state(value: str) -> tuple[str | None, Status]:
    return key_of("bank_card", value, SETTINGS)


@pytest.mark.parametrize(
    "value", ["6214830003297916984", "6214 8300 0329 7916 984", "6214-8300-0329-7916-984", "６２１４８３０００３２９７９１６９８４"]
)
def test_spellings_of_a_card(value: str) -> None:
    assert state(value) == ("6214830003297916984", Status.VALID)


@pytest.mark.parametrize(
    "value", ["GB87XABC34429171193719", "GB87 XABC 3442 9171 1937 19", "gb87xabc34429171193719", "IBAN GB87 XABC 3442 9171 1937 19"]
)
def test_spellings_of_an_iban(value: str) -> None:
    assert state(value) == ("GB87XABC34429171193719", Status.VALID)


def test_an_iban_passes_whose_account_number_fails_the_rule_of_its_country() -> None:
    number = "ES9299992248079767980554"
    assert not iban.is_valid("ES92 9999 2248 0797 6798 0554") or iban.is_valid(number)
    spanish = next(
        candidate for check in range(98) if iban.is_valid(candidate := f"ES{check:02d}99992248079767980554", check_country=False)
    )
    assert not iban.is_valid(spanish)
    assert state(spanish) == (spanish, Status.VALID)


@pytest.mark.parametrize(
    ("value", "status"),
    [
        ("", Status.MISSING),
        ("-", Status.PLACEHOLDER),
        ("0", Status.PLACEHOLDER),
        ("N/A", Status.PLACEHOLDER),
        ("4111111111111111", Status.PLACEHOLDER),
        ("0000000000000000", Status.PLACEHOLDER),
        ("8888888888888888", Status.PLACEHOLDER),
        ("6222000000000000", Status.PLACEHOLDER),
        ("6214830003297916985", Status.BAD_CHECKSUM),
        ("GB88XABC34429171193719", Status.BAD_CHECKSUM),
        ("GB87XABC3442917119371", Status.BAD_CHECKSUM),
        ("6222 **** **** 1234", Status.MASKED),
        ("123", Status.MALFORMED),
    ],
)
def test_what_is_no_card(value: str, status: Status) -> None:
    assert state(value) == (None, status)


def test_an_account_number_is_taken_as_it_is() -> None:
    assert state("10-4587 2239") == ("1045872239", Status.VALID)


@hypothesis_settings(max_examples=150, deadline=None)
@given(st.text("0123456789", min_size=12, max_size=19))
def test_luhn_agrees_with_the_library(number: str) -> None:
    assert checks.luhn(checks.matrix(pl.Series([number]), len(number)))[0] == luhn.is_valid(number)


@hypothesis_settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(checks.iban_lengths())), st.text("ABCXYZ0123456789", min_size=30, max_size=30), st.integers(2, 98))
def test_modulo_97_agrees_with_the_library(country: str, body: str, check: int) -> None:
    account = body[: checks.iban_lengths()[country] - 4]
    for digits in (f"{check:02d}", iban.calc_check_digits(country + "00" + account)):
        number = country + digits + account
        expected = iban.calc_check_digits(number) == digits
        assert checks.mod97(checks.matrix(pl.Series([number]), len(number)))[0] == expected


def test_iban_lengths_are_those_of_real_ibans() -> None:
    lengths = checks.iban_lengths()
    assert (lengths["GB"], lengths["DE"], lengths["FR"], lengths["ES"], lengths["NO"], lengths["MT"]) == (22, 22, 27, 24, 15, 31)
