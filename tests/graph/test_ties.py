"""Ties, against sets of people: which values are pure, and which of the broad ones cover the groups that they would join."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from core_books import SETTINGS, Use, ends, number, uses, view_of
from hypothesis import given, settings
from hypothesis import strategies as st

from fraudgraph.graph.codes import DAY
from fraudgraph.graph.components import components
from fraudgraph.graph.facts import FAR_DAYS, Applications, rank_of_kind
from fraudgraph.graph.measure import measure
from fraudgraph.graph.pairs import Given, candidates
from fraudgraph.graph.ties import Values, ties, values
from fraudgraph.model import SLOTS, Int32Array

PEOPLE = 12


@settings(max_examples=80, deadline=None)
@given(uses(most=16, people=5))
def test_values_are_those_that_two_near_applications_share(rows: list[Use]) -> None:
    view = view_of(rows)
    a, b = candidates(view.codes, view.person, view.applied_at, Given.none(), 3, 180)
    found = values(view, Applications(view.person), a, b)
    numbers = number(rows)
    expected: dict[tuple[int, int], int] = {}
    for pair, (left, right) in enumerate(zip(a.tolist(), b.tolist(), strict=True)):
        for i, one in enumerate(rows):
            for j, two in enumerate(rows):
                if (numbers[one.who], numbers[two.who]) != (left, right) or abs(one.time - two.time) > FAR_DAYS * DAY:
                    continue
                for s, t in ((s, t) for s in SLOTS for t in SLOTS if s.kind == t.kind and (s.kind == "phone" or s is t)):
                    key = one.keys.get(s.name)
                    if key is None or key != two.keys.get(t.name):
                        continue
                    phone = one.keys.get("phone.own")
                    if s.kind == "phone_run" and phone is not None and phone == two.keys.get("phone.own"):
                        continue
                    value = (rank_of_kind(s.name) << 40) + int(view.codes.code[s.name][i])
                    people = max(int(view.codes.people[s.name][i]), int(view.codes.people[t.name][j]))
                    expected[pair, value] = max(expected.get((pair, value), 0), people)
    rows_found = list(zip(found.pair.tolist(), found.value.tolist(), found.people.tolist(), strict=True))
    assert rows_found == [(*key, people) for key, people in sorted(expected.items())]


@settings(max_examples=60, deadline=None)
@given(uses(most=16, people=5))
def test_a_pair_is_called_by_the_smallest_of_its_values(rows: list[Use]) -> None:
    view = view_of(rows)
    facts = measure(view, Given.none(), SETTINGS)
    found = values(view, Applications(view.person), facts.a, facts.b)
    assert found.pair.tolist() == sorted(found.pair.tolist())
    for pair, label in enumerate(facts.label.tolist()):
        assert label == min(found.value[found.pair == pair].tolist())


@settings(max_examples=80, deadline=None)
@given(st.dictionaries(st.tuples(st.integers(0, 9), st.integers(0, 4)), st.integers(2, 30)), st.sets(st.integers(0, 9)))
def test_values_of_some_pairs_are_theirs_in_the_same_order(shared: dict[tuple[int, int], int], chosen: set[int]) -> None:
    columns = np.array([(*key, people) for key, people in sorted(shared.items())], np.int64).reshape(-1, 3)
    pairs = sorted(chosen)
    found = Values(columns[:, 0], columns[:, 1], columns[:, 2]).of(np.array(pairs, np.int64))
    expected = [(place, value, people) for place, pair in enumerate(pairs) for (p, value), people in sorted(shared.items()) if p == pair]
    assert list(zip(found.pair.tolist(), found.value.tolist(), found.people.tolist(), strict=True)) == expected


Pair = tuple[int, int]
Pairs = dict[Pair, tuple[float, bool]]
PAIRS = st.dictionaries(
    st.tuples(st.integers(0, PEOPLE - 1), st.integers(0, PEOPLE - 1)).filter(lambda p: p[0] < p[1]),
    st.tuples(st.sampled_from([0.26, 0.29, 0.3, 0.6]), st.sampled_from([False, False, False, True])),
    max_size=20,
)
HELD = st.lists(st.sets(st.integers(0, 4), max_size=3), min_size=20, max_size=20)


def literal(pairs: Pairs, held: dict[Pair, set[int]], people: dict[int, int], unit: Int32Array, small: int) -> set[Pair]:
    strong: dict[tuple[int, int], set[int]] = {}
    for (a, b), (pi, _) in pairs.items():
        for value in held[a, b] if pi >= 0.3 else ():
            strong.setdefault((int(unit[a]), value), set()).update((a, b))

    def pure(a: int, value: int) -> bool:
        return len(strong.get((int(unit[a]), value), set())) >= 0.5 * people[value]

    kept = {pair for pair, (_, given_) in pairs.items() if given_}
    kept |= {(a, b) for a, b in pairs if any(pure(a, v) and people[v] <= small for v in held[a, b])}
    group = components(PEOPLE, *ends(sorted(kept)))

    def covers(a: int, value: int) -> bool:
        mine = strong.get((int(unit[a]), value), set())
        joined = {person for person in range(PEOPLE) if group[person] in {group[p] for p in mine}}
        return len(mine) >= 0.25 * len(joined)

    return kept | {(a, b) for a, b in pairs if any(people[v] > small and pure(a, v) and covers(a, v) for v in held[a, b])}


@settings(max_examples=40, deadline=None)
@given(PAIRS, HELD, st.lists(st.integers(2, 14), min_size=5, max_size=5), st.sampled_from([3, 6]))
def test_ties_are_those_of_the_literal_reading(pairs: Pairs, held: list[set[int]], people: list[int], small: int) -> None:
    order = sorted(pairs)
    has = {pair: held[i] for i, pair in enumerate(order)}
    crowd = dict(enumerate(people))
    unit = components(PEOPLE, *ends(order))
    rows = [(i, value, crowd[value]) for i, pair in enumerate(order) for value in sorted(has[pair])]
    found = Values(*(np.array([row[k] for row in rows], np.int64) for k in range(3)))
    a, b = ends(order)
    pi = np.array([pairs[pair][0] for pair in order], np.float64)
    given_ = np.array([pairs[pair][1] for pair in order], np.bool_)
    kept = ties(found, a, b, pi, unit, given_, PEOPLE, SETTINGS.override({"graph.small_value": small}))
    assert {pair for pair, is_tie in zip(order, kept, strict=True) if is_tie} == literal(pairs, has, crowd, unit, small)


def gangs_behind_a_carrier(cliques: int, members: int, on_carrier: int, people: int) -> int:
    """Gangs that hold by their devices; ``on_carrier`` of each also share the carrier's address. Return how many groups the ties leave."""
    pairs: list[Pair] = []
    rows: list[tuple[int, int, int]] = []
    for gang in range(cliques):
        for pair in combinations(range(gang * members, (gang + 1) * members), 2):
            rows.append((len(pairs), 100 + gang, members))
            pairs.append(pair)
    carrier = [gang * members + i for gang in range(cliques) for i in range(on_carrier)]
    place = {pair: i for i, pair in enumerate(pairs)}
    for pair in combinations(carrier, 2):
        if pair not in place:
            place[pair] = len(pairs)
            pairs.append(pair)
        rows.append((place[pair], 500, people))
    rows.sort()
    size = cliques * members
    found = Values(*(np.array([row[k] for row in rows], np.int64) for k in range(3)))
    a, b = ends(pairs)
    kept = ties(found, a, b, np.full(len(pairs), 0.9), np.zeros(size, np.int32), np.zeros(len(pairs), bool), size, SETTINGS)
    return len(np.unique(components(size, a[kept], b[kept])))


@pytest.mark.parametrize(
    ("on_carrier", "people", "groups"),
    [
        (1, 11, 6),  # pure, but its six people are a sixth of the gangs that it would join
        (6, 36, 1),  # the whole of six gangs: pure and covering
        (6, 80, 6),  # under half of the people are gang people
    ],
)
def test_a_carriers_address_does_not_fuse_gangs(on_carrier: int, people: int, groups: int) -> None:
    assert gangs_behind_a_carrier(6, 6, on_carrier, people) == groups
