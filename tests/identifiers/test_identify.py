"""The whole table: slots, statuses, derived keys, placeholders, lists, opaque kinds, one value alone."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from fraudgraph import model
from fraudgraph.errors import ConfigurationError
from fraudgraph.identifiers import denied, identify, key_of, keying
from fraudgraph.identifiers.registry import derivations, kinds
from fraudgraph.model import SLOTS, Status
from fraudgraph.settings import defaults

SETTINGS = defaults()
GOOD = "370202198009235978"


def test_every_slot_has_its_kind_or_derivation() -> None:
    for slot in SLOTS:
        assert slot.name == "birth_surname.own" or (slot.name in derivations() if slot.derived else slot.kind in kinds())


def test_columns_are_the_slots_that_the_book_has(book) -> None:  # type: ignore[no-untyped-def]
    found = book(phone=["13912345670", None], email=[None, None], id_number=[GOOD, "x"])
    assert found.keys.columns == ["id_number.own", "phone.own", "phone_run.a", "phone_run.b", "id_run.a", "id_run.b"]
    assert found.status.columns == ["id_number.own", "phone.own"]
    assert found.status.dtypes == [pl.UInt8, pl.UInt8]
    assert set(found.keys.dtypes) == {pl.String}
    assert found.names.columns == ["name_key", "surname"]
    assert found.names.height == found.keys.height == 2
    assert found.birth.dtype == pl.Date


def test_an_empty_book(settings) -> None:  # type: ignore[no-untyped-def]
    found = identify(model.APPLICATIONS.empty(), settings)
    assert found.keys.columns == found.status.columns == []
    assert found.names.height == len(found.birth) == found.placeholders.height == 0


VALUES = st.one_of(
    st.text(max_size=30),
    st.text("0123456789-+() *xX", max_size=22),
    st.sampled_from(
        [
            "13912345670",
            GOOD,
            "6214830003297916984",
            "8.8.8.8",
            "12:da:d9:72:47:9e",
            "浙江省杭州市余杭区光明街212号9栋1单元1002室",
            "a@web.de",
            "Walker PLC",
            "\x00",
            "🙂",
            "ß" * 5,
        ]
    ),
)


@hypothesis_settings(max_examples=3, deadline=None)
@given(st.lists(VALUES, min_size=3, max_size=8))
def test_one_value_alone_has_the_key_that_it_has_in_a_book(values: list[str]) -> None:
    for slot in SLOTS:
        if slot.derived or slot.role != "own" or slot.column == "gps_lat":
            continue
        found = identify(pl.DataFrame({slot.column: pl.Series(values, dtype=pl.String)}), SETTINGS)
        for value, got, status in zip(values, found.keys[slot.name], found.status[slot.name], strict=True):
            assert key_of(slot.kind, value, SETTINGS) == (got, status)
            assert (got is None) == (status != Status.VALID)


@hypothesis_settings(max_examples=6, deadline=None)
@given(st.permutations(list(range(8))), st.integers(1, 5))
def test_order_and_slicing_do_not_matter(order: list[int], at_once: int) -> None:
    frame = pl.DataFrame(
        {
            "name": ["张伟", "Ann Lee", "李四", None, "Max Otto", "张伟", "Jo Gray", "N/A"],
            "phone": [
                "13912345670",
                "02057762864",
                "010-62345678",
                "1-305-987-0405",
                "+49 151 42470366",
                "139-1234-5670",
                "07510991186",
                "x",
            ],
            "home_address": [
                "余杭区光明街212号9栋1单元1002室",
                "1 High St, Ely",
                None,
                "无",
                "Bergstr. 3, Goslar",
                "浙江省杭州市余杭区光明街212号9栋1单元1002",
                "Flat 2, 1 High Street, Ely",
                "",
            ],
        }
    )
    whole = identify(frame, SETTINGS)
    before = keying.ROWS_AT_ONCE
    keying.ROWS_AT_ONCE = at_once
    try:
        sliced = identify(frame[order], SETTINGS)
    finally:
        keying.ROWS_AT_ONCE = before
    assert sliced.keys.equals(whole.keys[order])
    assert sliced.status.equals(whole.status[order])
    assert sliced.names.equals(whole.names[order])


def test_number_runs(book) -> None:  # type: ignore[no-untyped-def]
    found = book(
        phone=[f"139123451{n:02d}" for n in range(70, 90)],
        id_number=["967679810", "967679812", "QY221536C", "QY221537A", GOOD] + [None] * 15,
    )
    first, second = found.keys["phone_run.a"], found.keys["phone_run.b"]
    for one in range(20):
        for other in range(20):
            meet = first[one] == first[other] or second[one] == second[other]
            assert meet or abs(one - other) > 4
            assert not meet or abs(one - other) < 8
    runs = found.keys.select("id_run.a", "id_run.b")
    assert any(one == other for one, other in zip(runs.row(0), runs.row(1), strict=True))
    assert any(one == other for one, other in zip(runs.row(2), runs.row(3), strict=True))
    assert runs.row(4)[0].startswith("a:")
    assert runs.row(4)[1].startswith("b:")


def test_birth_and_surname(book) -> None:  # type: ignore[no-untyped-def]
    found = book(
        name=["Day, Michelle", "Michelle Day", "张伟", "Ann Lee"],
        date_of_birth=[date(1987, 7, 17), date(1987, 7, 17), date(1990, 1, 1), date(1900, 1, 1)],
    )
    assert found.keys["birth_surname.own"].to_list() == ["1987-07-17 day", "1987-07-17 day", "1990-01-01 张", None]
    assert found.birth[3] is None


def crowd(people: int) -> dict[str, list[object]]:
    return {
        "name": [f"Person{chr(97 + n // 26 % 26)}{chr(97 + n % 26)} Lee" for n in range(people)] + ["Ann Lee"] * people,
        "phone": ["13912345670"] * people + ["13912345671"] * people,
        "contact1_phone": ["13912345670"] * (2 * people),
        "employer_phone": ["010-62345678"] * (2 * people),
    }


def test_placeholders_by_the_book_count_people_not_applications(book) -> None:  # type: ignore[no-untyped-def]
    found = book(**crowd(301))
    assert found.placeholders.rows() == [("phone", "+8613912345670", 301)]
    assert found.keys["phone.own"].drop_nulls().unique().to_list() == ["+8613912345671"]
    assert found.keys["phone.contact1"].null_count() == 602
    assert found.keys["employer_phone.own"].null_count() == 0
    assert found.status["phone.own"].value_counts().sort("phone.own").rows() == [(Status.VALID, 301), (Status.PLACEHOLDER, 301)]
    assert found.keys["phone_run.a"].null_count() == 301
    assert book(**crowd(300)).placeholders.is_empty()


def test_a_share_of_the_book_is_needed_too(book) -> None:  # type: ignore[no-untyped-def]
    strict = SETTINGS.override({"identifiers.book_placeholder_people": 5, "identifiers.book_placeholder_share": 0.5})
    columns = {
        "name": [f"Ann {chr(97 + n % 26)}{chr(97 + n // 26)}x" for n in range(100)],
        "device_id": ["5583b45926c967e7"] * 40 + [f"{n:016x}" for n in range(10**12, 10**12 + 60)],
    }
    assert book(strict, **columns).placeholders.is_empty()
    loose = strict.override({"identifiers.book_placeholder_share": 0.3})
    assert book(loose, **columns).placeholders.rows() == [("device", "5583b45926c967e7", 40)]


def test_frozen_placeholders_count_instead_of_the_book() -> None:
    frozen = pl.DataFrame([("phone", "+8613912345671", 9)], schema=model.PLACEHOLDERS.schema, orient="row")
    frame = pl.DataFrame({name: pl.Series(values) for name, values in crowd(301).items()})
    found = identify(frame, SETTINGS, frozen_placeholders=frozen)
    assert found.placeholders.equals(frozen)
    assert found.keys["phone.own"].drop_nulls().unique().to_list() == ["+8613912345670"]


def write(folder: Path, text: str) -> str:
    path = folder / "list.csv"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_allowed_values_tie_nobody(tmp_path: Path, book) -> None:  # type: ignore[no-untyped-def]
    path = write(tmp_path, "kind,value,reason\nphone,139-1234-5670,shop\nip24,8.8.8.8,office\nemployer,Walker P.L.C.,large\n")
    found = book(
        SETTINGS.override({"identifiers.allow": [path]}),
        phone=["+86 13912345670", "13912345671"],
        ip=["8.8.8.9", "8.8.4.4"],
        employer=["walker plc", "Lee Ltd"],
    )
    assert found.keys.row(0, named=True) == {
        "phone.own": None,
        "employer.own": None,
        "ip.own": "8.8.8.9",
        "ip24.own": None,
        "ip16.own": "8.8",
        "phone_run.a": None,
        "phone_run.b": None,
    }
    assert found.status.row(0) == (Status.PLACEHOLDER, Status.PLACEHOLDER, Status.VALID)
    assert None not in found.keys.row(1)
    assert found.placeholders.is_empty()


def test_denied_values_are_a_fact(tmp_path: Path, book) -> None:  # type: ignore[no-untyped-def]
    path = write(tmp_path, "kind,value\nphone,139-1234-5670\n")
    found = book(phone=["13912345670", "13912345671", None], contact1_phone=[None, "13912345670", None])
    assert denied(found.keys, SETTINGS.override({"identifiers.deny": [path]})).to_list() == [True, True, False]
    assert denied(found.keys, SETTINGS).to_list() == [False, False, False]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("a,b\n", "kind,value,reason"),
        ("", "kind,value,reason"),
        ("kind,value,reason\nfone,1,x\n", "fone"),
        ("kind,value,reason\nphone,12,x\n", "line 2"),
        ("kind,value,reason\nphone\n", "line 2"),
    ],
)
def test_a_bad_list_is_a_configuration_error(tmp_path: Path, text: str, word: str, book) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ConfigurationError, match=word):
        book(SETTINGS.override({"identifiers.allow": [write(tmp_path, text)]}), phone=["13912345670"])


def test_a_missing_list_and_an_unknown_kind(tmp_path: Path, book) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ConfigurationError, match=r"nothing\.csv"):
        book(SETTINGS.override({"identifiers.allow": [str(tmp_path / "nothing.csv")]}), phone=["1"])
    with pytest.raises(ConfigurationError, match="fone"):
        book(SETTINGS.override({"identifiers.opaque": ["fone"]}), phone=["1"])
    for kind in ("fone", "birth_surname"):
        with pytest.raises(ConfigurationError, match=kind):
            key_of(kind, "1", SETTINGS)


def test_opaque_kinds_are_compared_as_they_are(book) -> None:  # type: ignore[no-untyped-def]
    found = book(
        SETTINGS.override({"identifiers.opaque": ["phone"]}),
        phone=[" Ab1 ", "ab1", "", "null", "13912345670"],
        contact1_phone=["Ab1", None, None, None, None],
    )
    assert found.keys["phone.own"].to_list() == ["Ab1", "ab1", None, None, "13912345670"]
    assert found.keys["phone.contact1"][0] == "Ab1"
    assert found.keys["phone_run.a"].null_count() == 5
