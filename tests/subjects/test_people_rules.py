"""Each rule by a case that joins and a case that does not, and what conflicts say."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest
from subject_books import Row, agree, book

from fraudgraph.model import CONFLICTS, SLOT, Identified
from fraudgraph.progress import Progress
from fraudgraph.settings import defaults
from fraudgraph.subjects import identity_components, resolve
from fraudgraph.subjects.rules import FIRST, RULES, Rule, identity_keys
from fraudgraph.subjects.slips import is_slip

MAY, LATER, FAR = date(1980, 5, 17), date(1980, 5, 18), date(1993, 11, 2)


def outcome(*rows: Row) -> tuple[list[int], list[str], list[tuple[str, ...]]]:
    """Return person and how per row, and the conflicts."""
    found = resolve(*book(list(rows)), defaults(), agree=agree)
    return found.person.tolist(), found.how.to_list(), found.conflicts.rows()


ANNA, A, BOB = "Anna Smith", "A Smith", "Bob Hill"

CASES: dict[str, tuple[Row, Row, str | None]] = {
    "one ID, one name": ({"name": ANNA, "id": "I"}, {"name": ANNA, "id": "I"}, "id+name"),
    "one ID, names that agree": ({"name": ANNA, "id": "I"}, {"name": A, "id": "I"}, "id+name"),
    "one ID, two names": ({"name": ANNA, "id": "I", "phone": "P"}, {"name": BOB, "id": "I", "phone": "P"}, None),
    "one ID, one name, births far apart": ({"name": ANNA, "id": "I", "birth": MAY}, {"name": ANNA, "id": "I", "birth": FAR}, None),
    "one ID, one name, births a slip apart": (
        {"name": ANNA, "id": "I", "birth": MAY}, {"name": ANNA, "id": "I", "birth": LATER}, "id+name"),
    "one ID, married": (
        {"name": ANNA, "id": "I", "birth": MAY}, {"name": "Anna Jones", "id": "I", "birth": MAY}, "id+birth+given name"),
    "one ID and phone, married": (
        {"name": ANNA, "id": "I", "phone": "P"}, {"name": "Anna Jones", "id": "I", "phone": "P"}, "id+phone+given name"),
    "one ID and phone, the surname alone": (
        {"name": "Robert Smith", "id": "I", "phone": "P"}, {"name": "Bob Smith", "id": "I", "phone": "P"}, None),
    "one ID, two surnames of which one went": (
        {"name": "Anna Hill Smith", "id": "I", "birth": MAY}, {"name": "Anna Jones", "id": "I", "birth": MAY}, "id+birth+given name"),
    "one ID, married, birth unknown": ({"name": ANNA, "id": "I"}, {"name": "Anna Jones", "id": "I", "birth": MAY}, None),
    "one ID, nickname": (
        {"name": "Robert Smith", "id": "I", "birth": MAY}, {"name": "Bob Smith", "id": "I", "birth": MAY}, "id+birth+surname"),
    "one ID, a short part of the name": (
        {"name": "Wu Smith", "id": "I", "birth": MAY}, {"name": "Wu Jones", "id": "I", "birth": MAY}, None),
    "one ID, a name missing": ({"name": ANNA, "id": "I"}, {"id": "I"}, "id"),
    "one ID, both names missing": ({"id": "I"}, {"id": "I"}, "id"),
    "one ID, a name missing, births far apart": ({"name": ANNA, "id": "I", "birth": MAY}, {"id": "I", "birth": FAR}, None),
    "a phone and a name": ({"name": ANNA, "phone": "P", "id": "I"}, {"name": ANNA, "phone": "P"}, "phone+name"),
    "a family's phone": ({"name": ANNA, "phone": "P"}, {"name": BOB, "phone": "P"}, None),
    "a phone and a name, two IDs": ({"name": ANNA, "phone": "P", "id": "I"}, {"name": ANNA, "phone": "P", "id": "J"}, None),
    "a phone and a name, births far apart": (
        {"name": ANNA, "phone": "P", "birth": MAY}, {"name": ANNA, "phone": "P", "birth": FAR}, None),
    "a phone, a name missing": ({"name": ANNA, "phone": "P"}, {"phone": "P"}, None),
    "a phone and a birth, a name missing": ({"name": ANNA, "phone": "P", "birth": MAY}, {"phone": "P", "birth": MAY}, "phone+birth"),
    "a phone and a card, a name missing": ({"name": ANNA, "phone": "P", "card": "C"}, {"phone": "P", "card": "C"}, "phone+card"),
    "a phone and an e-mail, a name missing": ({"phone": "P", "email": "E"}, {"phone": "P", "email": "E"}, "phone+email"),
    "a phone and a card, two names": ({"name": ANNA, "phone": "P", "card": "C"}, {"name": BOB, "phone": "P", "card": "C"}, None),
    "a phone and a birth, married": (
        {"name": ANNA, "phone": "P", "birth": MAY}, {"name": "Anna Jones", "phone": "P", "birth": MAY}, "phone+birth+given name"),
    "twins": ({"name": "Anna Smith", "phone": "P", "birth": MAY}, {"name": "Eva Smith", "phone": "P", "birth": MAY}, None),
    "twins of one first name": (
        {"name": "Anna Ida Smith", "phone": "P", "birth": MAY}, {"name": "Anna Eva Smith", "phone": "P", "birth": MAY}, None),
    "a card and a name": ({"name": ANNA, "card": "C"}, {"name": A, "card": "C"}, "card+name"),
    "a family's card": ({"name": ANNA, "card": "C"}, {"name": BOB, "card": "C"}, None),
    "an e-mail and a name": ({"name": ANNA, "email": "E"}, {"name": ANNA, "email": "E"}, "email+name"),
    "an e-mail and another name": ({"name": ANNA, "email": "E"}, {"name": BOB, "email": "E"}, None),
    "birth, name and address": (
        {"name": ANNA, "birth": MAY, "address": "X"}, {"name": A, "birth": MAY, "address": "X"}, "birth+name+address"),
    "birth, name and postcode": (
        {"name": ANNA, "birth": MAY, "postcode": "X"}, {"name": A, "birth": MAY, "postcode": "X"}, "birth+name+postcode"),
    "birth, name and device": (
        {"name": ANNA, "birth": MAY, "device": "D"}, {"name": A, "birth": MAY, "device": "D"}, "birth+name+device"),
    "name and address": ({"name": ANNA, "address": "X"}, {"name": ANNA, "address": "X", "birth": MAY}, None),
    "birth and address": ({"name": ANNA, "birth": MAY, "address": "X"}, {"birth": MAY, "address": "X"}, None),
    "birth and name": ({"name": ANNA, "birth": MAY}, {"name": ANNA, "birth": MAY}, None),
    "the name alone": ({"name": ANNA}, {"name": ANNA}, None),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("turned", [False, True])
def test_case(case: str, turned: bool) -> None:
    first, second, how = CASES[case]
    person, why, _ = outcome(*((second, first) if turned else (first, second)))
    assert person == ([0, 0] if how else [0, 1])
    assert why == [FIRST, how or FIRST]


def test_every_rule_but_the_rare_devices_has_a_case() -> None:
    tested = {how for _, _, how in CASES.values() if how}
    rest = {
        "id+card+given name",
        "id+email+given name",
        "card+birth",
        "email+birth",
        "card+email",
        "card+birth+given name",
        "email+birth+given name",
    }
    assert {rule.how for rule in RULES} - tested == rest


def test_a_mistyped_id_has_no_key_and_the_phone_joins() -> None:
    person, how, _ = outcome({"name": ANNA, "id": "I", "phone": "P"}, {"name": ANNA, "id": None, "phone": "P"})
    assert (person, how) == ([0, 0], [FIRST, "phone+name"])


def test_one_id_under_many_names_is_many_people_and_listed() -> None:
    person, _, conflicts = outcome(*({"name": name, "id": "I"} for name in (ANNA, BOB, "Eva Jones", A)))
    assert person == [0, 1, 2, 0]
    reason = "one ID number under different names"
    assert conflicts == [("A000", "A001", "id+name", reason), ("A000", "A002", "id+name", reason)]


def test_a_nameless_application_on_an_id_of_two_names_joins_neither() -> None:
    person, _, conflicts = outcome({"name": ANNA, "id": "I"}, {"name": BOB, "id": "I"}, {"id": "I"})
    assert person == [0, 1, 2]
    assert [row[:2] for row in conflicts] == [("A000", "A001"), ("A000", "A002"), ("A001", "A002")]
    assert {row[3] for row in conflicts} == {"one ID number under different names", "more than one person fits"}


def test_two_ids_and_one_that_fits_both_stay_three_people() -> None:
    free = {"name": ANNA, "phone": "P"}
    person, _, conflicts = outcome({**free, "id": "I"}, {**free, "id": "J"}, free)
    assert person == [0, 1, 2]
    assert conflicts == [
        ("A000", "A001", "phone+name", "different ID numbers"),
        ("A000", "A002", "phone+name", "more than one person fits"),
        ("A001", "A002", "phone+name", "more than one person fits"),
    ]


ONE, TURNED, OTHER = "914465487", "941465487", "914465999"
SURE: Row = {"name": ANNA, "birth": MAY, "phone": "P"}


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [
        ({**SURE, "id": ONE}, {**SURE, "id": TURNED}, True),
        ({**SURE, "id": ONE}, {**SURE, "id": TURNED, "name": A}, True),
        ({**SURE, "id": ONE}, {**SURE, "id": OTHER}, False),
        ({**SURE, "id": ONE}, {**SURE, "id": TURNED, "name": BOB}, False),
        ({**SURE, "id": ONE}, {**SURE, "id": TURNED, "birth": LATER}, False),
        ({**SURE, "id": ONE}, {**SURE, "id": TURNED, "birth": None}, False),
        ({**SURE, "id": ONE}, {**SURE, "id": TURNED, "phone": "Q"}, False),
        ({**SURE, "id": "4711"}, {**SURE, "id": "4712"}, False),
    ],
)
def test_an_unchecked_id_number_mistyped(first: Row, second: Row, joined: bool) -> None:
    person, how, _ = outcome(first, second)
    assert person == [0, 0 if joined else 1]
    assert how[1] == ("phone+name" if joined else FIRST)
    strict = resolve(*book([first, second]), defaults().override({"subjects.id_slips": False}), agree=agree)
    assert strict.person.tolist() == [0, 1]


def test_one_application_that_shows_the_slip_speaks_for_the_numbers() -> None:
    """The other applications of the two numbers, and one without a number, are the same person's then."""
    free = {"name": ANNA, "phone": "P"}
    rows: list[Row] = [{**SURE, "id": ONE}, {**free, "id": ONE}, {**SURE, "id": TURNED}, {**free, "id": TURNED}, free]
    assert outcome(*rows)[0] == [0, 0, 0, 0, 0]


def test_two_people_with_a_slip_each_stay_two() -> None:
    """Births a slip apart do not contradict, so only the numbers keep these two apart."""
    other: Row = {**SURE, "birth": LATER, "phone": "Q", "email": "E"}
    rows: list[Row] = [
        {**SURE, "id": ONE, "email": "E"},
        {**SURE, "id": TURNED},
        {**other, "id": "770011223"},
        {**other, "id": "770011224"},
    ]
    assert outcome(*rows)[0] == [0, 0, 1, 1]


@pytest.mark.parametrize(
    ("a", "b", "slip"),
    [
        ("914465487", "914465487", False),
        ("914465487", "914465488", True),
        ("914465487", "941465487", True),
        ("914465487", "941465478", False),
        ("914465487", "944165487", False),
        ("914465487", "91446548", False),
        ("QJ974846A", "QJ974846B", True),
        ("4711", "4712", False),
    ],
)
def test_slips(a: str, b: str, slip: bool) -> None:
    assert is_slip(a, b) == slip
    assert is_slip(b, a) == slip


def test_no_slip_leaves_a_resident_id_valid() -> None:
    weights = [2 ** (17 - place) % 11 for place in range(17)]

    def valid(number: str) -> bool:
        total = sum(int(digit) * weight for digit, weight in zip(number[:17], weights, strict=True))
        return bool((total + "0123456789X".index(number[17])) % 11 == 1)

    number = "11010519491231002X"
    assert valid(number)
    others = {number[:place] + digit + number[place + 1 :] for place in range(17) for digit in "0123456789"}
    others |= {number[:17] + check for check in "0123456789"}
    others |= {number[:place] + number[place + 1] + number[place] + number[place + 2 :] for place in range(16)}
    assert all(is_slip(number, other) and not valid(other) for other in others - {number})


def test_a_later_rule_settles_what_an_earlier_one_could_not() -> None:
    free = {"name": ANNA, "phone": "P"}
    person, how, conflicts = outcome({**free, "id": "I"}, {**free, "id": "J", "card": "C"}, {**free, "card": "C"})
    assert (person, how[2]) == ([0, 1, 1], "card+name")
    assert conflicts == [("A000", "A001", "phone+name", "different ID numbers")]


def test_the_one_that_fits_only_one_joins_it() -> None:
    """Both Anna and Amy can be A, who joins neither; Anna's other application can only be Anna's."""
    anna, amy = {"name": ANNA, "phone": "P", "id": "I"}, {"name": "Amy Smith", "phone": "P", "id": "J"}
    person, _, conflicts = outcome(anna, amy, {"name": A, "phone": "P"}, {"name": ANNA, "phone": "P"})
    assert person == [0, 1, 2, 0]
    assert [row[:2] for row in conflicts] == [("A000", "A002"), ("A001", "A002")]
    assert {row[3] for row in conflicts} == {"more than one person fits"}


def test_a_chain_between_two_people_is_cut_in_its_undecided_middle() -> None:
    """Two people without a number, each beside one with a number and beside each other."""
    person, _, conflicts = outcome(
        {"name": ANNA, "id": "I", "card": "C1"},
        {"name": ANNA, "phone": "P", "card": "C1"},
        {"name": ANNA, "phone": "P", "card": "C2"},
        {"name": ANNA, "phone": "Q", "card": "C2"},
        {"name": ANNA, "phone": "Q", "card": "C3"},
        {"name": ANNA, "id": "J", "card": "C3"},
    )
    assert person == [0, 0, 0, 1, 1, 1]
    assert conflicts == [("A001", "A003", "card+name", "more than one person fits")]


def test_the_first_birth_given_is_the_groups() -> None:
    rows: list[Row] = [
        {"name": ANNA, "id": "I", "birth": MAY},
        {"name": ANNA, "id": "I", "birth": LATER, "phone": "P"},
        {"name": ANNA, "birth": date(1980, 5, 27), "phone": "P"},  # one digit from the first, two from the second
    ]
    assert outcome(*rows)[0] == [0, 0, 0]
    assert outcome(rows[1], rows[0], rows[2])[0] == [0, 0, 1]


def test_a_name_given_once_holds_for_the_whole_group() -> None:
    person, how, _ = outcome({"name": ANNA, "id": "I"}, {"id": "I", "phone": "P"}, {"name": A, "phone": "P"})
    assert (person, how) == ([0, 0, 0], [FIRST, "id", "phone+name"])


def test_a_shops_phone_compares_equal_names_only() -> None:
    crowd = [{"name": f"N{number} Hill", "phone": "P"} for number in range(19)]
    person, _, _ = outcome({"name": ANNA, "phone": "P"}, {"name": A, "phone": "P"}, *crowd)
    assert person[:2] == [0, 1]
    person, _, _ = outcome({"name": ANNA, "phone": "P"}, {"name": ANNA, "phone": "P"}, *crowd)
    assert person[:2] == [0, 0]
    person, _, _ = outcome({"name": ANNA, "phone": "P"}, {"name": A, "phone": "P"}, *crowd[:18])
    assert person[:2] == [0, 0]


def test_a_tangle_stays_apart_and_is_listed_from_its_first() -> None:
    rows: list[Row] = [{"name": ANNA, "phone": "P", "id": f"I{number}"} for number in range(60)]
    person, _, conflicts = outcome(*rows, {"name": ANNA, "phone": "P"})
    assert person == list(range(61))
    assert [row[0] for row in conflicts] == ["A000"] * 60
    assert {row[3] for row in conflicts} == {"too many people fit"}


def test_a_tangle_of_the_nameless() -> None:
    rows: list[Row] = [{"name": f"N{number} Hill", "id": "I"} for number in range(60)]
    person, _, conflicts = outcome(*rows, {"id": "I"})
    assert person == list(range(61))
    assert len(conflicts) == 60


@pytest.mark.parametrize("rows", [[], [{"name": ANNA, "id": "I"}], [{}, {}]])
def test_small_books(rows: list[Row]) -> None:
    applications, identified = book(rows)
    found = resolve(applications, identified, defaults(), agree=agree)
    assert found.person.tolist() == list(range(len(rows)))
    assert found.person.dtype == np.int32
    assert found.how.to_list() == [FIRST] * len(rows)
    assert found.conflicts.schema == CONFLICTS.schema
    assert identity_components(identified).tolist() == list(range(len(rows)))


def test_a_book_without_most_columns() -> None:
    applications, identified = book([{"name": ANNA, "phone": "P"}, {"name": ANNA, "phone": "P"}])
    bare = Identified(identified.keys.select("phone.own"), identified.status, identified.names, identified.birth, identified.placeholders)
    assert resolve(applications, bare, defaults(), agree=agree).person.tolist() == [0, 0]
    assert identity_components(bare).tolist() == [0, 0]


def test_names_are_compared_once_for_each_two_spellings() -> None:
    asked: list[tuple[str, str]] = []

    def counting(a: pl.Series, b: pl.Series) -> np.ndarray:
        asked.extend(zip(a, b, strict=True))
        return agree(a, b)

    rows: list[Row] = [{"name": name, "phone": f"P{number % 50}"} for number in range(100) for name in (ANNA, A)]
    resolve(*book(rows), defaults(), agree=counting)
    assert asked == [(A, ANNA)]


def test_identity_components_join_by_any_key_whatever_the_name() -> None:
    _, identified = book([{"phone": "P"}, {"card": "C"}, {"phone": "P", "card": "C"}, {"address": "X"}, {"address": "X", "birth": MAY}])
    assert identity_components(identified).tolist() == [0, 0, 0, 1, 2]


def test_identity_keys_are_the_narrowest() -> None:
    keys = identity_keys()
    assert ("id_number.own",) in keys
    assert ("address.own", "birth") in keys
    assert all(any(set(key) <= set(rule.key) for key in keys) for rule in RULES)
    assert not any(set(one) < set(other) for one in keys for other in keys)


def test_a_rule_of_unknown_slots_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="no such slots"):
        Rule("phone+shoe size", ("phone.own", "shoe"))
    assert all(slot in SLOT for rule in RULES for slot in rule.slots)


def test_progress_counts_the_rules() -> None:
    class Counting(Progress):
        steps = 0

        def advance(self, steps: int = 1) -> None:
            self.steps += steps

    progress = Counting()
    resolve(*book([{"name": ANNA}]), defaults(), agree=agree, progress=progress)
    assert progress.steps == len(RULES)
