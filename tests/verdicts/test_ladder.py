"""The ladder: who joins, what meets, what is judged whole, and when a rung is taken away."""

from __future__ import annotations

import numpy as np
import pytest
from core_books import SETTINGS, ends
from hypothesis import given, settings
from hypothesis import strategies as st

from fraudgraph.verdicts.ladder import climb, learn, rungs
from fraudgraph.verdicts.rules import Line, gather, judge
from fraudgraph.verdicts.significance import BINS, Tail

TAIL = Tail(np.r_[np.full(60, 10), np.full(BINS - 60, 1)].astype(np.int64))
LINE = Line(threshold=0.5, p_cut=0.05, sd=0.15, tail=TAIL)
Pair = tuple[int, int]


def climbed(
    community: list[int], pairs: list[Pair], tenths: list[int], line: Line = LINE, cuts: dict[float, float] | None = None, pi: float = 0.2
) -> list[int]:
    """``tenths`` are intents: 9 is .9, -1 unknown."""
    intent = np.array([value * 100_000 if value >= 0 else -1 for value in tenths], np.int64)
    probability = np.full(len(pairs), pi)
    found = climb(np.array(community, np.int32), *ends(pairs), probability, intent, line, cuts or {0.15: 1.0}, SETTINGS)
    return [int(name) for name in found]


GANG = [0, 0, 0, 0]
"""Four people of .9 in the tests below: persons 0 to 3."""


@pytest.mark.parametrize(("tenths", "joins"), [(6, True), (5, False), (2, False), (-1, False)])
def test_a_neighbour_of_a_gang_joins_only_above_t(tenths: int, joins: bool) -> None:
    assert climbed([*GANG, 4], [(2, 4)], [9, 9, 9, 9, tenths]) == [*GANG, 0 if joins else 4]


def test_gangs_that_meet_become_one_and_others_that_meet_do_not() -> None:
    two = [*GANG, 4, 4, 4, 4]
    assert climbed(two, [(3, 4)], [9] * 8) == [0] * 8
    assert climbed(two, [(3, 4)], [9] * 4 + [2] * 4) == two


def test_gangs_meet_over_their_quiet_members_too() -> None:
    assert climbed([0, 0, 0, 0, 4, 4, 4, 4], [(3, 4)], [9, 9, 9, 3, 3, 9, 9, 9]) == [0] * 8


def test_a_neighbour_of_two_gangs_joins_them() -> None:
    assert climbed([*GANG, 4, 5, 5, 5], [(3, 4), (4, 5)], [9] * 8) == [0] * 8


def test_a_neighbour_that_names_a_lower_number_gives_the_gang_its_name() -> None:
    assert climbed([0, 1, 1, 1], [(0, 1)], [6, 9, 9, 9]) == [0] * 4


def test_only_the_neighbour_joins_and_not_the_neighbours_neighbour() -> None:
    assert climbed([*GANG, 4, 5], [(3, 4), (4, 5)], [9, 9, 9, 9, 7, 7]) == [*GANG, 0, 5]


def test_but_the_next_rung_brings_the_next_neighbour() -> None:
    assert climbed([*GANG, 4, 5], [(3, 4), (4, 5)], [9, 9, 9, 9, 7, 7], cuts={0.15: 1.0, 0.1: 1.0}) == [0] * 6


def test_what_no_gang_is_near_is_judged_whole() -> None:
    chain = [(0, 1), (1, 2), (2, 3)]
    assert climbed([0, 1, 2, 3], chain, [8, 8, 8, 8]) == [0] * 4
    assert climbed([0, 0, 2, 2], chain[1:2], [8, 8, 8, 8]) == [0] * 4
    assert climbed([0, 1, 2, 3], chain, [8, 4, 4, 3]) == [0, 1, 2, 3], "not over T as a whole"
    assert climbed([0, 1], [(0, 1)], [9, 9]) == [0, 1], "a couple is no gang"


def test_a_whole_must_stand_before_the_rungs_own_cut_and_the_common_one() -> None:
    chain, tenths = [(0, 1), (1, 2)], [6, 6, 5]
    p = float(TAIL.probability(np.array([3]), np.array([120 + 120 + 100]))[0])
    assert 0.0005 < p < 0.05
    assert climbed([0, 1, 2], chain, tenths, LINE, {0.15: p}) == [0, 0, 0]
    assert climbed([0, 1, 2], chain, tenths, LINE, {0.15: p * 0.99}) == [0, 1, 2]
    strict = Line(0.5, p * 0.99, 0.15, TAIL)
    assert climbed([0, 1, 2], chain, tenths, strict, {0.15: 1.0}) == [0, 1, 2]


def test_pairs_under_the_rung_do_not_count() -> None:
    for pi, joined in ((0.15, True), (0.149, False)):
        assert (climbed([*GANG, 4], [(3, 4)], [9] * 5, pi=pi) == [0] * 5) == joined


def test_without_rungs_nothing_moves() -> None:
    community = np.array([0, 0, 0, 3], np.int32)
    found = climb(community, *ends([(2, 3)]), np.ones(1), np.full(4, 900_000), LINE, {}, SETTINGS)
    assert found.tolist() == [0, 0, 0, 3]


def test_under_a_line_that_flags_nobody_nothing_moves() -> None:
    nobody = Line(2.0, 1.0, 0.15, TAIL)
    assert climbed([*GANG, 4, 4], [(3, 4)], [9] * 6, nobody) == [*GANG, 4, 4]


COMMUNITIES = st.lists(st.integers(0, 5), min_size=2, max_size=14)
WEAK = st.lists(st.tuples(st.integers(0, 13), st.integers(0, 13)), max_size=12)


@settings(max_examples=60, deadline=None)
@given(COMMUNITIES, WEAK, st.lists(st.integers(-1, 10), min_size=14, max_size=14))
def test_gangs_only_grow_and_names_are_smallest_members(parts: list[int], weak: list[Pair], tenths: list[int]) -> None:
    """Whoever was in a gang still is, together with the same people; a person who moved is above T; every name is a smallest member."""
    size = len(parts)
    community = [parts.index(part) for part in parts]
    pairs = [(a, b) for a, b in weak if a < b < size]
    found = climbed(community, pairs, tenths[:size])
    assert all(found[name] == name and name <= person for person, name in enumerate(found))
    intent = np.array([value * 100_000 if value >= 0 else -1 for value in tenths[:size]], np.int64)
    groups = gather(np.array(community, np.int32), intent, SETTINGS)
    gangs = {int(first) for first, flagged in zip(groups.first, judge(groups, LINE, SETTINGS).flagged, strict=True) if flagged}
    for gang in gangs:
        assert len({found[person] for person in range(size) if community[person] == gang}) == 1
    if not pairs:
        assert found == community


def test_rungs_go_down() -> None:
    assert rungs(SETTINGS.override({"verdicts.rungs": [0.05, 0.2, 0.1]})) == [0.2, 0.1, 0.05]


def learned(kin: bool, rung: float = 0.12, seed: int = 3) -> dict[float, float]:
    """A book of gangs whose pieces meet at weak pairs, and of couples on a rung who are alike by nature, or not."""
    draw = np.random.default_rng(seed)
    pairs: list[Pair] = []
    probability: list[float] = []
    intent: list[float] = []
    for _ in range(10):
        start = len(intent)
        intent += draw.normal(0.75, 0.05, 4).tolist()
        pairs += [(start, start + 1), (start + 1, start + 2), (start + 2, start + 3)]
        probability += [0.17, 0.17, 0.12]
    for _ in range(150):
        start = len(intent)
        nature = draw.uniform(0.1, 0.4)
        intent += (nature + draw.normal(0, 0.02, 2)).tolist() if kin else draw.uniform(0.1, 0.4, 2).tolist()
        pairs.append((start, start + 1))
        probability.append(rung)
    community = np.arange(len(intent), dtype=np.int32)
    return learn(community, *ends(pairs), np.array(probability), np.array([round(x * 1e6) for x in intent]), LINE, SETTINGS)


def test_a_rung_where_low_intents_are_alike_is_taken_away_with_those_below() -> None:
    assert list(learned(kin=False)) == [0.15, 0.1, 0.05]
    assert list(learned(kin=True)) == [0.15], "the couples lie on the rung of .1"
    assert list(learned(kin=True, rung=0.16)) == []
    assert list(learned(kin=True, rung=0.06)) == [0.15, 0.1]


def test_communities_that_a_rung_does_not_touch_are_not_counted_for_its_cut() -> None:
    """One new whole with a small chance passes by itself; among twenty, or twenty couples that are new as well, it would not."""
    quiet = [name for name in range(0, 60, 3) for _ in range(3)]
    intent = np.array([100_000] * 60 + [500_000, 500_000, 550_000], np.int64)
    p = float(TAIL.probability(np.array([3]), np.array([310]))[0])
    assert 0.05 / 21 < p < 0.05
    community = np.array([*quiet, *range(60, 103)], np.int32)
    intent = np.r_[intent, np.tile([100_000, 300_000], 20)]
    couples = [(i, i + 1) for i in range(63, 103, 2)]
    cuts = learn(community, *ends([(60, 61), (61, 62), *couples]), np.full(22, 0.2), intent, LINE, SETTINGS)
    assert cuts[0.15] == pytest.approx(p)


def test_a_rungs_cut_is_that_of_the_wholes_it_makes() -> None:
    cuts = learned(kin=False)
    assert all(0 < value <= 0.05 for value in cuts.values())
    assert cuts[0.15] > 1e-6, "ten wholes of three are rare, and pass"
