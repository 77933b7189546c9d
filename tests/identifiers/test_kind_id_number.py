"""ID numbers: resident IDs by checksum, other countries by form; checks agree with python-stdnum."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from stdnum.br import cpf
from stdnum.cn import ric
from stdnum.es import dni, nie
from stdnum.fr import nir
from stdnum.it import codicefiscale

from fraudgraph.identifiers import checks, key_of
from fraudgraph.model import Status
from fraudgraph.settings import defaults

SETTINGS = defaults()
GOOD = "370202198009235978"


def state(value: str) -> tuple[str | None, Status]:
    return key_of("id_number", value, SETTINGS)


@pytest.mark.parametrize(
    "value", [GOOD, f" {GOOD} ", "３７０２０２１９８００９２３５９７８", "370202 19800923 5978", "370202-19800923-5978", f"{GOOD}\u200b"]
)
def test_spellings_of_a_resident_id(value: str) -> None:
    assert state(value) == (GOOD, Status.VALID)


def test_a_small_x_is_a_large_one() -> None:
    assert state("35058219940709900x") == state("35058219940709900X") == ("35058219940709900X", Status.VALID)


def test_fifteen_digits_become_eighteen() -> None:
    body = "370202800923597"
    long = "37020219800923597"
    assert state(body) == (long + ric.calc_check_digit(long + "0"), Status.VALID)


@pytest.mark.parametrize("province", ["81", "82", "83", "71"])
def test_hong_kong_macau_and_taiwan_count(province: str) -> None:
    body = province + "000019900101001"
    number = body + ric.calc_check_digit(body + "0")
    assert state(number) == (number, Status.VALID)


@pytest.mark.parametrize("body", ["99020219800923597", "37020219801323597", "37020219800230597", "37020217800923597"])
def test_no_such_province_or_day(body: str) -> None:
    assert state(body + ric.calc_check_digit(body + "0")) == (None, Status.MALFORMED)


@hypothesis_settings(max_examples=100, deadline=None)
@given(st.text("0123456789", min_size=17, max_size=17), st.sampled_from("0123456789X"))
def test_check_character_agrees_with_the_library(body: str, last: str) -> None:
    assert checks.resident_check(checks.matrix(pl.Series([body + last]), 18))[0] == (ric.calc_check_digit(body + "0") == last)


@hypothesis_settings(max_examples=40, deadline=None)
@given(st.integers(0, 17), st.sampled_from("0123456789"))
def test_every_substitution_is_caught(place: int, digit: str) -> None:
    changed = GOOD[:place] + digit + GOOD[place + 1 :]
    assert (state(changed)[1] == Status.VALID) == (changed == GOOD)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("QY 22 15 36 C", "QY221536C"),
        ("qy509532d", "QY509532D"),
        ("967679810", "967679810"),
        ("992-52-7192", "992527192"),
        ("81069365T", "81069365T"),
        ("90941449a", None),
        ("9579360570423", "9579360570423"),
        ("03386975632", "03386975632"),
        ("X1234567A", None),
        ("529.982.247-25", "52998224725"),
        ("529.982.247-26", None),
        ("RSSMRA80A01F205X", "RSSMRA80A01F205X"),
        ("RSSMRA80A01F205Y", None),
        ("12345678-K", None),
    ],
)
def test_numbers_of_other_countries(value: str, expected: str | None) -> None:
    found, status = state(value)
    assert found == expected
    assert status == (Status.VALID if expected else Status.BAD_CHECKSUM)


@pytest.mark.parametrize(
    ("value", "status"),
    [
        ("", Status.MISSING),
        ("   ", Status.MISSING),
        ("N/A", Status.PLACEHOLDER),
        ("unknown", Status.PLACEHOLDER),
        ("999-99-9999", Status.PLACEHOLDER),
        ("000000000", Status.PLACEHOLDER),
        ("123456789", Status.PLACEHOLDER),
        ("078-05-1120", Status.PLACEHOLDER),
        ("3702021980****5978", Status.MASKED),
        ("XXX-XX-1234", Status.MASKED),
        ("•••••1234", Status.MASKED),
        ("ABCDE", Status.MALFORMED),
        ("12", Status.MALFORMED),
        ("370202198009235979", Status.BAD_CHECKSUM),
    ],
)
def test_what_is_no_number(value: str, status: Status) -> None:
    assert state(value) == (None, status)


@hypothesis_settings(max_examples=100, deadline=None)
@given(st.text("0123456789", min_size=8, max_size=8), st.sampled_from("TRWAGMYFPDXBNJZSQVHLCKE"))
def test_dni_and_nie_agree_with_the_library(digits: str, letter: str) -> None:
    for number, library in ((digits + letter, dni), ("X" + digits[1:] + letter, nie)):
        assert checks.dni(checks.matrix(pl.Series([number]), 9))[0] == library.is_valid(number)


@hypothesis_settings(max_examples=100, deadline=None)
@given(st.text("0123456789", min_size=9, max_size=9), st.text("0123456789", min_size=2, max_size=2))
def test_cpf_agrees_with_the_library(body: str, check: str) -> None:
    for number in (body + check, body + cpf._calc_check_digits(body)):
        assert checks.cpf(checks.matrix(pl.Series([number]), 11))[0] == cpf.is_valid(number) or len(set(number)) == 1 or body == "000000000"


@hypothesis_settings(max_examples=100, deadline=None)
@given(st.from_regex(r"\A[A-Z]{6}[0-9]{2}[ABCDEHLMPRST][0-9]{2}[A-Z][0-9]{3}\Z"))
def test_codice_fiscale_agrees_with_the_library(body: str) -> None:
    letter = codicefiscale.calc_check_digit(body)
    assert checks.codice_fiscale(checks.matrix(pl.Series([body + letter]), 16))[0]
    assert not checks.codice_fiscale(checks.matrix(pl.Series([body + ("A" if letter != "A" else "B")]), 16))[0]


def test_a_french_number_is_its_first_thirteen_digits() -> None:
    assert nir.is_valid("295109912611193")
    assert state("2 95 10 99 126 111 93") == state("2951099126111") == ("2951099126111", Status.VALID)


def test_a_birth_after_the_application_is_no_birth(book) -> None:  # type: ignore[no-untyped-def]
    times = [datetime(year, 5, 1, tzinfo=UTC) for year in (1979, 2020)]
    found = book(id_number=[GOOD, GOOD], applied_at=times)
    assert found.keys["id_number.own"].to_list() == [None, GOOD]
    assert found.status["id_number.own"].to_list() == [Status.MALFORMED, Status.VALID]


def test_the_birth_date_of_a_resident_id(book) -> None:  # type: ignore[no-untyped-def]
    found = book(id_number=[GOOD, "QY221536C", GOOD], date_of_birth=[None, None, date(1980, 1, 2)])
    assert found.birth.to_list() == [date(1980, 9, 23), None, date(1980, 1, 2)]
