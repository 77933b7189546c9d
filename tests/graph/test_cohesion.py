"""Cohesion on hand-made graphs: who holds a gang together and who only joins it to the next."""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pytest
from core_books import SETTINGS, make_facts

from fraudgraph.graph.cohesion import joiners, strength
from fraudgraph.graph.facts import BIT, GIVEN_BIT, SIGNATURE, Facts

PRIORS = SETTINGS.table("graph.prior")
DEVICE, PHONE, EMPLOYER, WIFI, NET, IP = (BIT[name] for name in ("device", "phone own-own", "employer", "wifi", "ip16", "ip"))
Ties = dict[tuple[int, int], tuple[int, int]]
"""Pair -> (signature, label)."""


def cliques(count: int, members: int, bit: int, label: int = 0) -> Ties:
    """``count`` gangs of ``members`` people, each whole over one value of its own."""
    return {
        pair: (bit, label + gang)
        for gang in range(count)
        for pair in combinations(range(gang * members, (gang + 1) * members), 2)
    }


def found(ties: Ties, **changes: float) -> list[int]:
    pairs = sorted(ties)
    facts = make_facts(pairs, signature=[ties[pair][0] for pair in pairs], label=[ties[pair][1] for pair in pairs])
    return condemned(facts, **changes)


def condemned(facts: Facts, **changes: float) -> list[int]:
    values: dict[str, Any] = {"broad": -3.5, "limit": 0.5, "cover": 0.5, **changes}
    return [int(code) for code in joiners(facts, PRIORS, **values)]


def joined(gangs: int, members: int, bit: int, label: int, each: int = 2) -> Ties:
    """Every gang's first people share a value with those of the next gang."""
    return {(g * members + i, (g + 1) * members + i): (bit, label) for g in range(gangs - 1) for i in range(each)}


def test_gangs_alone_condemn_nobody() -> None:
    assert found(cliques(5, 4, DEVICE)) == []
    assert found({}) == []


@pytest.mark.parametrize("joiner", [EMPLOYER, NET, WIFI, EMPLOYER | NET])
def test_what_joins_gang_after_gang_is_condemned(joiner: int) -> None:
    assert found(cliques(6, 6, DEVICE) | joined(6, 6, joiner, 99)) == [joiner]


def test_pairs_between_two_gangs_condemn_too() -> None:
    ties = cliques(2, 4, DEVICE)
    assert found(ties | {(i, 4 + i): (EMPLOYER, 99 + i) for i in range(4)}) == [EMPLOYER]


def test_two_joiners_that_hide_each_other_are_both_found() -> None:
    """Each would hold the other's groups together, were it not looked at without all that are as broad."""
    ties = cliques(6, 6, DEVICE) | joined(6, 6, EMPLOYER, 99)
    ties |= {(g * 6 + 3, (g + 1) * 6 + 3): (NET, 98) for g in range(5)} | {(g * 6 + 4, (g + 1) * 6 + 4): (NET, 98) for g in range(5)}
    assert found(ties) == sorted([EMPLOYER, NET])


def test_a_joiner_that_hid_behind_a_worse_one_is_found_in_the_next_round() -> None:
    """The card joins gangs that the phone joins as well; only without the phone does it show."""
    card = BIT["bank_card"]
    phones = joined(10, 6, PHONE, 90)
    cards = {(g * 6 + 2 + i, g * 6 + 8 + i): (card, 80) for g in range(2) for i in range(2)}
    assert found(cliques(10, 6, DEVICE) | cards | phones) == sorted([PHONE, card])


def den(pieces: int, members: int) -> Ties:
    """A den: pieces that hold by devices, everybody in it on one WiFi (each meets the next three)."""
    size = pieces * members
    ties = {(i, j): (WIFI, 77) for i in range(size) for j in range(i + 1, min(i + 4, size))}
    return ties | cliques(pieces, members, DEVICE)


def test_a_wifi_that_covers_the_pieces_of_a_den_is_kept() -> None:
    assert found(den(5, 3)) == []


def test_a_value_that_covers_its_pieces_is_condemned_all_the_same_where_cover_asks_for_more() -> None:
    assert found(den(5, 3), cover=1.01) == [WIFI]


def test_what_holds_lone_people_to_a_gang_or_each_other_is_kept() -> None:
    lone = {(0, 8 + i): (EMPLOYER, 50 + i) for i in range(6)}
    assert found(cliques(2, 4, DEVICE) | lone) == []
    assert found(dict.fromkeys(pairwise(range(10)), (EMPLOYER, 5))) == []


def test_a_class_within_the_groups_of_others_holds() -> None:
    inside = {(g * 4, g * 4 + 3): (EMPLOYER, 60 + g) for g in range(5)}
    assert found({**cliques(5, 4, DEVICE), **inside}) == []


def test_the_limit_is_what_is_said() -> None:
    """Three pairs between gangs against three inside: (3 + 1.5) / (3 + 3 + 2)."""
    ties: Ties = {pair: (DEVICE, g) for g in range(4) for pair in pairwise(range(g * 10, g * 10 + 10))}
    ties |= {(g * 10, g * 10 + 9): (EMPLOYER, 60 + g) for g in range(3)} | {(g * 10, g * 10 + 10): (EMPLOYER, 70 + g) for g in range(3)}
    share = 4.5 / 8
    assert found(ties, limit=share) == []
    assert found(ties, limit=share + 1e-9) == [EMPLOYER]


def test_strength_is_that_of_the_strongest_kind() -> None:
    codes = [BIT[name] for name in SIGNATURE]
    assert strength(np.array(codes), PRIORS).tolist() == [PRIORS[name] for name in SIGNATURE]
    mixed = np.array([EMPLOYER | DEVICE, IP | NET | WIFI, EMPLOYER | 4 << GIVEN_BIT, 1 << GIVEN_BIT])
    assert strength(mixed, PRIORS).tolist() == [PRIORS["device"], PRIORS["wifi"], PRIORS["given"], PRIORS["given"]]
