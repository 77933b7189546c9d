"""Candidate pairs, against walking along every value use by use."""

from __future__ import annotations

import numpy as np
import pytest
from core_books import SETTINGS, Use, codes_of, ends, in_order, number, persons_of, times_of, uses
from hypothesis import given, settings
from hypothesis import strategies as st

from fraudgraph.graph.codes import DAY, HUB
from fraudgraph.graph.pairs import Given, candidates
from fraudgraph.model import SLOTS
from fraudgraph.settings import Settings

Pair = tuple[int, int]


def found_pairs(rows: list[Use], reach: int = 3, span: int = 180, given_: Given | None = None, settings: Settings = SETTINGS) -> list[Pair]:
    codes = codes_of(rows, settings)
    a, b = candidates(codes, persons_of(rows), times_of(rows), given_ or Given.none(), reach, span)
    return list(zip(a.tolist(), b.tolist(), strict=True))


def walked(rows: list[Use], reach: int, span: int, settings: Settings = SETTINGS) -> set[Pair]:
    """Each use of a value meets the next ``reach`` uses of other people; of a person's uses in a row only the first and the last count."""
    codes, numbers = codes_of(rows, settings), number(rows)
    found: set[Pair] = set()
    for kind in codes.kinds:
        names = [slot.name for slot in SLOTS if slot.kind == kind]
        for key in {use.keys[name] for use in rows for name in names if name in use.keys}:
            named = [
                (numbers[use.who], use.time)
                for row, use in enumerate(rows)
                for name in names
                if use.keys.get(name) == key and codes.code[name][row] != HUB
            ]
            met = [
                use
                for i, use in enumerate(named)
                if i in (0, len(named) - 1) or not (named[i - 1][0] == use[0] == named[i + 1][0])
            ]
            for i, (who, time) in enumerate(met):
                others = [(other, then) for other, then in met[i + 1 :] if other != who][:reach]
                found |= {(min(who, other), max(who, other)) for other, then in others if then - time <= span * DAY}
    return found


@settings(max_examples=40, deadline=None)
@given(uses(most=18, people=7), st.integers(1, 3), st.sampled_from([10, 60, 180]))
def test_candidates_are_those_of_the_walk_along_every_value(rows: list[Use], reach: int, span: int) -> None:
    pairs = found_pairs(rows, reach, span)
    assert pairs == sorted(set(pairs))
    assert all(a < b for a, b in pairs)
    assert set(pairs) == walked(rows, reach, span)


@settings(max_examples=40, deadline=None)
@given(uses(most=18, people=7, days=100), st.integers(1, 3))
def test_hubs_pair_nobody(rows: list[Use], cap: int) -> None:
    capped = SETTINGS.override({"graph.cap": cap})
    assert set(found_pairs(rows, settings=capped)) == walked(rows, 3, 180, capped)


def test_up_to_four_people_on_a_value_all_meet_and_a_long_queue_stays_linear() -> None:
    few = [Use(f"A{i}", f"w{i}", i, {"wifi.own": "x"}) for i in range(4)]
    assert found_pairs(few) == [(i, j) for i in range(4) for j in range(i + 1, 4)]
    many = [Use(f"A{i:03d}", f"w{i}", i / 10, {"wifi.own": "x"}) for i in range(100)]
    assert found_pairs(many) == [(i, j) for i in range(100) for j in range(i + 1, min(i + 4, 100))]


def test_any_use_meets_not_only_the_first() -> None:
    """Twenty people pass over a carrier's address; the first and the last come back together long after."""
    rows = [Use(f"A{i:02d}", f"w{i:02d}", i / 4, {"ip.own": "x"}) for i in range(20)]
    again = [Use("B1", "w00", 100, {"ip.own": "x"}), Use("B2", "w19", 100.5, {"ip.own": "x"})]
    assert (0, 19) not in found_pairs(rows)
    assert (0, 19) in found_pairs(in_order(rows + again))


def test_of_a_persons_uses_in_a_row_the_first_meets_those_before_and_the_last_those_after() -> None:
    told = [("x", 0), ("y", 170), ("y", 200), ("y", 300), ("z", 460)]
    rows = [Use(f"A{i}", who, day, {"device.own": "d"}) for i, (who, day) in enumerate(told)]
    assert found_pairs(rows) == [(0, 1), (1, 2)]
    assert found_pairs(rows, span=165) == [(1, 2)]


@pytest.mark.parametrize(("days", "met"), [(180, True), (180.001, False)])
def test_uses_too_far_apart_do_not_meet(days: float, met: bool) -> None:
    rows = [Use("A1", "x", 0, {"device.own": "d"}), Use("A2", "y", days, {"device.own": "d"})]
    assert found_pairs(rows) == ([(0, 1)] if met else [])


def test_roles_of_a_phone_are_one_key_space_and_kinds_are_not() -> None:
    rows = [Use("A1", "x", 0, {"phone.own": "1"}), Use("A2", "y", 1, {"phone.contact2": "1"}), Use("A3", "z", 2, {"device.own": "1"})]
    assert found_pairs(rows) == [(0, 1)]


@settings(max_examples=40, deadline=None)
@given(uses(people=8).filter(lambda rows: len({use.who for use in rows}) >= 3), st.data())
def test_given_relations_are_candidates_beside_the_others(rows: list[Use], data: st.DataObject) -> None:
    people = len({use.who for use in rows})
    person = st.integers(0, people - 1)
    more = data.draw(st.lists(st.tuples(person, person).filter(lambda p: p[0] < p[1]), max_size=4))
    given_ = Given(*ends(more), np.zeros(len(more), np.int32), np.ones(len(more)), ("call",))
    assert found_pairs(rows, given_=given_) == sorted(set(found_pairs(rows)) | set(more))


def test_no_applications_no_pairs() -> None:
    assert found_pairs([]) == []
