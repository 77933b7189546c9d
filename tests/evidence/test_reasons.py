"""The closed table of reason codes."""

from __future__ import annotations

import itertools

import pytest

from fraudgraph import model
from fraudgraph.evidence.reasons import REASON_CODES, Group, join, kind_role_code, markdown


def test_every_slot_has_a_code_in_every_pair_of_roles() -> None:
    for kind, slots in itertools.groupby(sorted(model.SLOTS, key=lambda slot: slot.kind), key=lambda slot: slot.kind):
        for one, two in itertools.product([slot.role for slot in slots], repeat=2):
            code = kind_role_code(kind, one, two)
            assert REASON_CODES[code].group is Group.TIE
            assert code == kind_role_code(kind, two, one), "the order of the two people says nothing"


@pytest.mark.parametrize(
    ("kind", "roles", "code"),
    [
        ("phone", ("own", "own"), "SHARED_PHONE"),
        ("phone", ("own", "contact2"), "PHONE_IS_CONTACT_OF"),
        ("phone", ("contact1", "contact2"), "COMMON_CONTACT"),
        ("imei", ("own", "own"), "SHARED_DEVICE"),
        ("id_number", ("own", "own"), "ID_OTHER_NAME"),
        ("ip16", ("own", "own"), "IP_RANGE"),
        ("id_run", ("a", "a"), "NUMBER_RUN"),
        ("relation:transfer", ("", ""), "GIVEN_RELATION"),
    ],
)
def test_codes(kind: str, roles: tuple[str, str], code: str) -> None:
    assert kind_role_code(kind, *roles) == code


def test_an_unknown_kind_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="horoscope"):
        kind_role_code("horoscope", "own", "own")


def test_table_is_whole_and_its_codes_stand_in_a_joined_column() -> None:
    for code, reason in REASON_CODES.items():
        assert code == reason.code
        assert code.isupper()
        assert ";" not in code
        assert reason.sentence.endswith(".")
        assert len(reason.short) <= 40


def test_join_is_in_the_order_of_the_table() -> None:
    assert join({"OWN_INTENT_HIGH", "GANG_MEAN_OVER_T", "SHARED_DEVICE"}) == "SHARED_DEVICE;GANG_MEAN_OVER_T;OWN_INTENT_HIGH"
    assert join(set()) == ""


def test_readme_table_has_a_row_a_code() -> None:
    rows = markdown().splitlines()[2:]
    assert [row.split("`")[1] for row in rows] == list(REASON_CODES)
