"""Why people are tied and what a gang shares, against looking each application up."""

from __future__ import annotations

import numpy as np
import pytest
from core_books import SETTINGS, Use, codes_of, make_facts, number, persons_of, uses, view_of
from hypothesis import given, settings
from hypothesis import strategies as st

from fraudgraph.evidence.reasons import REASON_CODES, kind_role_code
from fraudgraph.evidence.shared import CODE_OF, MOST_EVIDENCE, bit, gang_evidence, spell, tie_masks
from fraudgraph.graph.codes import DAY
from fraudgraph.graph.facts import BIT, FAR_DAYS, GIVEN_BIT, GIVEN_KINDS
from fraudgraph.graph.measure import measure
from fraudgraph.graph.pairs import Given
from fraudgraph.model import EVIDENCE, SLOTS

CODES = list(REASON_CODES)


def test_every_code_has_a_bit_of_its_own_in_63() -> None:
    bits = [bit(code) for code in CODES]
    assert len(set(bits)) == len(bits)
    assert all(value == 1 << i and i < 63 for i, value in enumerate(bits))


@given(st.lists(st.sets(st.sampled_from(CODES)), max_size=8))
def test_spell_lists_the_codes_of_each_mask_in_the_tables_order(wanted: list[set[str]]) -> None:
    masks = np.array([sum(bit(code) for code in codes) for codes in wanted], np.int64)
    found = spell(masks)
    assert found.to_list() == [";".join(code for code in CODES if code in codes) for codes in wanted]
    assert found.name == "reasons"


def reasons_between(one: Use, two: Use) -> set[str]:
    found: set[str] = set()
    if abs(one.time - two.time) > FAR_DAYS * DAY:
        return found
    for s in SLOTS:
        for t in SLOTS:
            if s.kind != t.kind or (s is not t and s.kind != "phone") or s.name not in one.keys:
                continue
            phone = one.keys.get("phone.own")
            if s.kind == "phone_run" and phone is not None and phone == two.keys.get("phone.own"):
                continue
            if one.keys[s.name] == two.keys.get(t.name):
                found.add(kind_role_code(s.kind, s.role, t.role))
    return found


@settings(max_examples=60, deadline=None)
@given(uses(most=16, people=5), st.data())
def test_a_persons_codes_are_those_of_their_ties(rows: list[Use], data: st.DataObject) -> None:
    view, people = view_of(rows), number(rows)
    facts = measure(view, Given.none(), SETTINGS)
    chosen = np.array([data.draw(st.booleans()) for _ in range(len(facts))], np.bool_)
    facts = facts.take(chosen)
    expected: list[set[str]] = [set() for _ in people]
    for a, b in zip(facts.a.tolist(), facts.b.tolist(), strict=True):
        for one in rows:
            for two in rows:
                if (people[one.who], people[two.who]) == (a, b):
                    found = reasons_between(one, two)
                    expected[a] |= found
                    expected[b] |= found
    masks = tie_masks(facts, len(people))
    assert masks.tolist() == [sum(bit(code) for code in codes) for codes in expected]


def test_given_relations_are_a_reason() -> None:
    facts = make_facts([(0, 1), (2, 3)], signature=[1 << (GIVEN_BIT + GIVEN_KINDS - 1), 1 << GIVEN_BIT | BIT["email"]])
    given_, both = "GIVEN_RELATION", {"GIVEN_RELATION", "SHARED_EMAIL"}
    assert [set(codes.split(";")) for codes in spell(tie_masks(facts, 5))] == [{given_}, {given_}, both, both, {""}]


def test_every_bit_of_a_signature_has_a_reason() -> None:
    told = 0
    for shares, code in CODE_OF.items():
        assert not told & shares, "one bit, one reason"
        assert code in REASON_CODES
        told |= shares
    assert told == sum(BIT.values()) | ((1 << GIVEN_KINDS) - 1) << GIVEN_BIT


def looked_up(rows: list[Use], gang: list[int], names: list[str]) -> list[tuple[str, str, str, int, int]]:
    """(gang, kind, key, members, others) of every value that two members share, the best known first; no more than MOST_EVIDENCE a gang."""
    people = number(rows)
    holders: dict[tuple[str, str], set[int]] = {}
    for use in rows:
        for slot in SLOTS:
            if slot.name in use.keys:
                holders.setdefault((slot.kind, use.keys[slot.name]), set()).add(people[use.who])
    result = []
    for place, name in enumerate(names):
        found = []
        for (kind, key), who in holders.items():
            members = sum(gang[person] == place for person in who)
            if members >= 2:
                found.append((-members, len(who) - members, kind, key))
        result += [(name, kind, key, -members, others) for members, others, kind, key in sorted(found)[:MOST_EVIDENCE]]
    return result


@settings(max_examples=60, deadline=None)
@given(uses(most=20, people=7), st.lists(st.integers(-1, 2), min_size=7, max_size=7))
def test_the_values_of_a_gang_are_those_that_two_members_have(rows: list[Use], gang: list[int]) -> None:
    codes, names = codes_of(rows), ["G-a", "G-b", "G-c"]
    mine = np.array(gang[: len(number(rows))], np.int32)
    found = gang_evidence(codes, persons_of(rows), mine, names)
    assert found.schema == EVIDENCE.schema
    assert found.rows() == looked_up(rows, gang, names)


def test_only_the_best_values_of_a_gang_are_kept() -> None:
    slots = [slot.name for slot in SLOTS if slot.role == "own"]
    everything = {name: name for name in slots}
    rows = [Use("A0", "x", 0, everything), Use("A1", "y", 1, everything), Use("A2", "z", 2, {"gps.own": "gps.own"})]
    found = gang_evidence(codes_of(rows), persons_of(rows), np.zeros(3, np.int32), ["G-1"])
    assert len(slots) > MOST_EVIDENCE == len(found)
    assert found.row(0) == ("G-1", "gps", "gps.own", 3, 0)
    assert found.rows() == looked_up(rows, [0, 0, 0], ["G-1"])


def test_a_hub_is_evidence_of_those_only_who_came_before_it_was_one() -> None:
    rows = [Use(f"A{i}", f"w{i}", i, {"ip.own": "nat"}) for i in range(5)]
    codes = codes_of(rows, SETTINGS.override({"graph.cap": 3}))
    found = gang_evidence(codes, persons_of(rows), np.zeros(5, np.int32), ["G-1"])
    assert found.rows() == [("G-1", "ip", "nat", 3, 0)]
    codes = codes_of(rows, SETTINGS.override({"graph.cap": 1}))
    assert gang_evidence(codes, persons_of(rows), np.zeros(5, np.int32), ["G-1"]).equals(EVIDENCE.empty())


@pytest.mark.parametrize("gang", [[-1, -1, -1], [0, 1, 2]])
def test_nobody_shares_a_gang(gang: list[int]) -> None:
    rows = [Use(f"A{i}", f"w{i}", i, {"device.own": "d"}) for i in range(3)]
    found = gang_evidence(codes_of(rows), persons_of(rows), np.array(gang, np.int32), ["G-1", "G-2", "G-3"])
    assert found.equals(EVIDENCE.empty())
