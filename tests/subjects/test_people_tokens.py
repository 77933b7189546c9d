"""People of whom only tokens are known: equal or not, and nothing in between."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest

from fraudgraph.model import APPLICATIONS, PLACEHOLDERS, SHORT_PART, Identified, Subjects
from fraudgraph.settings import defaults
from fraudgraph.subjects import identity_components, resolve

SLOTS = ("id_number.own", "phone.own", "email.own", "address.own")
NAMES = ("name_key", "surname", "given_name")


def identified(rows: list[dict[str, str]]) -> Identified:
    def columns(names: tuple[str, ...]) -> pl.DataFrame:
        return pl.DataFrame({name: pl.Series([row.get(name) for row in rows], dtype=pl.String) for name in names})

    birth = columns(("birth",))["birth"]
    return Identified(
        columns(SLOTS), pl.DataFrame(), columns(NAMES), birth, PLACEHOLDERS.empty(), matching=birth.rename("birth.own").to_frame()
    )


def people(*rows: dict[str, str]) -> Subjects:
    def nobody(a: pl.Series, b: pl.Series) -> object:
        pytest.fail("tokens were compared as names")

    applications = pl.DataFrame(
        [{"application_id": f"A{i}", "applied_at": datetime(2024, 1, 1 + i, tzinfo=UTC), "name": "A**"} for i in range(len(rows))],
        schema=APPLICATIONS.schema,
    )
    return resolve(applications, identified(list(rows)), defaults(), agree=nobody)  # type: ignore[arg-type]


ANN = {"name_key": "~ANN SMITH", "surname": "~SMITH", "given_name": "~ANN"}
ANN_JONES = {"name_key": "~ANN JONES", "surname": "~JONES", "given_name": "~ANN"}
SHORT = {"name_key": "~J SMITH", "surname": "~SMITH", "given_name": f"~J{SHORT_PART}"}
SHORT_JONES = {"name_key": "~J JONES", "surname": "~JONES", "given_name": f"~J{SHORT_PART}"}


def test_equal_names_on_one_phone_are_one_person() -> None:
    found = people({**ANN, "phone.own": "~P"}, {**ANN, "phone.own": "~P"}, {**ANN_JONES, "phone.own": "~P"})
    assert found.person.tolist() == [0, 0, 1]
    assert found.how.to_list() == ["first", "phone+name", "first"]


def test_different_births_contradict_each_other_however_near_they_may_be() -> None:
    same = people({**ANN, "phone.own": "~P", "birth": "~1"}, {**ANN, "phone.own": "~P", "birth": "~1"})
    other = people({**ANN, "phone.own": "~P", "birth": "~1"}, {**ANN, "phone.own": "~P", "birth": "~2"})
    assert (same.count, other.count) == (1, 2)
    assert other.conflicts["reason"].to_list() == ["different dates of birth"]


def test_a_given_name_stays_when_a_surname_changes() -> None:
    found = people({**ANN, "id_number.own": "~I", "birth": "~1"}, {**ANN_JONES, "id_number.own": "~I", "birth": "~1"})
    assert found.how.to_list() == ["first", "id+birth+given name"]


def test_a_part_too_short_says_nothing() -> None:
    found = people({**SHORT, "id_number.own": "~I", "birth": "~1"}, {**SHORT_JONES, "id_number.own": "~I", "birth": "~1"})
    assert found.count == 2
    # ... but differs from another one, so that an equal surname stands alone.
    found = people({**ANN, "id_number.own": "~I", "birth": "~1"}, {**SHORT, "id_number.own": "~I", "birth": "~1"})
    assert found.how.to_list() == ["first", "id+birth+surname"]


def test_births_count_as_part_of_a_key() -> None:
    rows = [{**ANN, "address.own": "~H", "birth": birth} for birth in ("~1", "~2", "~1")] + [{**ANN, "address.own": "~H"}]
    found = people(*rows)
    assert found.person.tolist() == [0, 1, 0, 2]
    assert found.how.to_list()[2] == "birth+name+address"
    assert identity_components(identified(rows)).tolist() == [0, 1, 0, 2]


def test_numbers_of_tokens_have_no_slips() -> None:
    rows = [{**ANN, "id_number.own": number, "phone.own": "~P", "birth": "~1"} for number in ("~AAAAAAAAAA", "~AAAAAAAAAB")]
    assert people(*rows).count == 2
