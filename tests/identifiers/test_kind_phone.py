"""Telephone numbers: agreement with the phonenumbers library, spellings, countries of national numbers."""

from __future__ import annotations

import random

import phonenumbers
import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from fraudgraph.errors import ConfigurationError
from fraudgraph.identifiers import key_of, keys_of
from fraudgraph.identifiers.kinds import phone
from fraudgraph.identifiers.registry import Context
from fraudgraph.model import Status
from fraudgraph.settings import defaults

SETTINGS = defaults()
EXAMPLES = sorted(
    phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    for region in phonenumbers.SUPPORTED_REGIONS
    for kind in (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE)
    if (number := phonenumbers.example_number_for_type(region, kind)) is not None
)
FORMATS = (phonenumbers.PhoneNumberFormat.E164, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def keys(values: list[str]) -> list[str | None]:
    return phone.normalise(pl.Series("phone", values), Context(SETTINGS)).key.to_list()


@pytest.mark.parametrize(
    "value",
    [
        "13912345670",
        "139-1234-5670",
        "139 1234 5670",
        "+86 13912345670",
        "+86- 139-12345670",
        "8613912345670",
        "008613912345670",
        "１３９１２３４５６７０",
        "+８６ １３９１２３４５６７０",
        " 13912345670 ",
        "(+86)13912345670",
        "13912345670\u200b",
        "86-139-1234-5670",
    ],
)
def test_spellings_of_a_mainland_mobile(value: str) -> None:
    assert key_of("phone", value, SETTINGS) == ("+8613912345670", Status.VALID)


@pytest.mark.parametrize(
    "value",
    ["010-62345678", "010 62345678", "01062345678", "+86 10 6234 5678", "010-62345678转8001", "010-62345678 ext. 12", "+86-010-62345678"],
)
def test_spellings_of_a_landline(value: str) -> None:
    assert key_of("employer_phone", value, SETTINGS) == ("+861062345678", Status.VALID)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("+44(0)7510991186", "+447510991186"),
        ("+44 751 0991186", "+447510991186"),
        ("00447510991186", "+447510991186"),
        ("07510 991 186", "+447510991186"),
        ("1-305-987-0405", "+13059870405"),
        ("(213) 839-0578", "+12138390578"),
        ("213.839.0578", "+12138390578"),
        ("+1 213 839 0578 x123", "+12138390578"),
        ("0034618279361", "+34618279361"),
        ("6182 793 61", "+34618279361"),
        ("+49(0)15142470366", "+4915142470366"),
        ("+39 06 6982", "+39066982"),
    ],
)
def test_spellings_of_western_numbers(value: str, expected: str, book) -> None:  # type: ignore[no-untyped-def]
    assert book(name=["Ann Lee"], phone=[value]).keys["phone.own"].to_list() == [expected]


@pytest.mark.parametrize(
    ("value", "status"),
    [
        ("", Status.MISSING),
        ("无", Status.PLACEHOLDER),
        ("N/A", Status.PLACEHOLDER),
        ("13800138000", Status.PLACEHOLDER),
        ("+86 138 0013 8000", Status.PLACEHOLDER),
        ("00000000000", Status.PLACEHOLDER),
        ("11111111111", Status.PLACEHOLDER),
        ("1234567890", Status.PLACEHOLDER),
        ("+1 555 555 5555", Status.PLACEHOLDER),
        ("+1 555 000 0000", Status.PLACEHOLDER),
        ("+44 7000 000000", Status.PLACEHOLDER),
        ("138****8000", Status.MASKED),
        ("12", Status.MALFORMED),
        ("张三", Status.MALFORMED),
        ("+999123456789", Status.MALFORMED),
        ("1" * 20 + "2", Status.MALFORMED),
    ],
)
def test_what_is_no_number(value: str, status: Status) -> None:
    assert key_of("phone", value, SETTINGS) == (None, status)


@hypothesis_settings(max_examples=24, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(EXAMPLES), st.integers(0, 99), st.sampled_from(FORMATS)), min_size=20, max_size=60))
def test_international_numbers_are_read_as_the_library_reads_them(drawn: list[tuple[str, int, int]]) -> None:
    written, expected = [], []
    for example, tail, form in drawn:
        number = phonenumbers.parse(example[:-2] + f"{tail:02d}")
        if phonenumbers.is_valid_number(number):
            written.append(phonenumbers.format_number(number, form))
            expected.append(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    for value, want, got in zip(written, expected, keys(written), strict=True):
        assert got == want or key_of("phone", value, SETTINGS)[1] == Status.PLACEHOLDER


@pytest.mark.parametrize("region", ["CN", "US", "GB", "DE", "FR", "ES", "IT", "IN", "BR", "NL", "AU", "PL"])
@hypothesis_settings(max_examples=2, deadline=None)
@given(st.integers(0, 2**32))
def test_numbers_of_the_default_region_are_read_as_the_library_reads_them(region: str, seed: int) -> None:
    draw = random.Random(seed)
    written = ["".join(draw.choices("0123456789", k=draw.randint(7, 11))) for _ in range(300)]
    written += [example[len(code) + 1 : -3] + f"{draw.randrange(1000):03d}" for code, example in of_region(region) for _ in range(50)]
    found = phone.normalise(pl.Series("phone", written), Context(SETTINGS.with_values(records__default_region=region)))
    compared = 0
    for value, got, status in zip(written, found.key, found.status, strict=True):
        if value.startswith("00"):
            continue
        try:
            number = phonenumbers.parse(value, region)
        except phonenumbers.NumberParseException:  # "1120600" is a Chinese prefix for calls abroad and nothing after it
            continue
        ambiguous = value.startswith(str(number.country_code)) or status == Status.PLACEHOLDER or (region == "BR" and value.startswith("0"))
        if phonenumbers.is_valid_number_for_region(number, region) and not ambiguous:
            compared += 1
            assert got == phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    assert compared >= 20


def of_region(region: str) -> list[tuple[str, str]]:
    """Return (calling code, example number) of a region's mobiles and landlines."""
    kinds = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE)
    numbers = [number for kind in kinds if (number := phonenumbers.example_number_for_type(region, kind)) is not None]
    return [(str(number.country_code), phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)) for number in numbers]


def test_the_application_says_which_country_a_national_number_is_of(book) -> None:  # type: ignore[no-untyped-def]
    found = book(
        name=["Ann Lee", "Jo Gray", "Max Otto", "Luc Roy", "张伟", "Ann Lee"],
        phone=["13059870405", "02057762864", "0305-3085028", "0716343026", "02057762864", "13059870405"],
        id_number=["952-52-7192", "QH308046A", None, None, None, None],
        home_address=[None, None, "Bergstraße 3, Goslar", "28 rue Lecoq, Petitjean", None, None],
        contact1_phone=[None, None, None, None, None, "+1 213 839 0578"],
    )
    assert found.keys["phone.own"].to_list() == [
        "+13059870405",
        "+442057762864",
        "+493053085028",
        "+33716343026",
        "+862057762864",
        "+13059870405",
    ]


def test_a_key_does_not_hang_on_the_rest_of_the_book(book) -> None:  # type: ignore[no-untyped-def]
    alone = book(name=["Ann Lee"], phone=["0206-1699676"]).keys["phone.own"][0]
    among = book(name=["张伟"] * 50 + ["Ann Lee"], phone=["13912345670"] * 50 + ["0206-1699676"]).keys["phone.own"][-1]
    assert alone == among


def test_finding_a_number_tries_every_country() -> None:
    assert set(keys_of("phone", "02057762864", SETTINGS)) >= {"+862057762864", "+442057762864"}


def test_digests_are_opaque() -> None:
    digest = "5F4DCC3B5AA765D61D8327DEB882CF99"
    assert key_of("phone", digest, SETTINGS) == ("opaque:" + digest.lower(), Status.VALID)


def test_no_such_country() -> None:
    with pytest.raises(ConfigurationError, match="'UK'"):
        key_of("phone", "07510991186", SETTINGS.with_values(records__default_region="UK"))


@pytest.mark.parametrize("value", ["13800002231", "138 0000 2231", "02083661177", "07911 234568", "212-555-0142", "+442083661177", "no"])
@pytest.mark.parametrize("region", ["CN", "GB", "US"])
def test_a_number_alone_has_the_keys_of_every_application_that_it_may_stand_in(value: str, region: str) -> None:
    chosen = SETTINGS.with_values(records__default_region=region)
    names = ["张伟", "John Smith"]
    others = {"CN": "+8613900007788", "GB": "+442083661178", "US": "+12125550123", "DE": "+4930123456", "ES": "+34612345678"}
    rows = [{"name": name, "phone": value, "contact1_phone": other} for name in [None, *names] for other in [None, *others.values()]]
    frame = pl.DataFrame(rows, schema={"name": pl.String, "phone": pl.String, "contact1_phone": pl.String})
    found = set(phone.normalise(frame["phone"], Context(chosen, frame)).key.drop_nulls())
    assert found <= set(keys_of("phone", value, chosen))
    assert keys_of("employer_phone", value, chosen) == keys_of("phone", value, chosen)
    alone, _ = key_of("phone", value, chosen)
    assert keys_of("phone", value, chosen)[:1] == ([] if alone is None else [alone])
