"""Communities: small shapes stay whole, bridges are cut, dense blocks are found, and the caller's dice are left alone."""

from __future__ import annotations

import random
from itertools import combinations, pairwise
from math import comb

import igraph
import networkx as nx
import numpy as np
import pytest
from core_books import SETTINGS, ends
from hypothesis import given, settings
from hypothesis import strategies as st

from fraudgraph.communities import find
from fraudgraph.model import Int32Array
from fraudgraph.settings import Settings

Pair = tuple[int, int]


def solve(pairs: list[Pair], size: int, settings: Settings = SETTINGS, resolution: float = 1.0) -> Int32Array:
    weight = np.full(len(pairs), 0.8)
    return find(*ends(sorted(pairs)), weight, size, [f"A{i:05d}" for i in range(size)], resolution, settings)


def groups(label: Int32Array) -> list[set[int]]:
    found: dict[int, set[int]] = {}
    for person, name in enumerate(label.tolist()):
        found.setdefault(name, set()).add(person)
    assert all(name == min(group) for name, group in found.items()), "named by the smallest person"
    return sorted((group for group in found.values() if len(group) > 1), key=min)


def clique(start: int, size: int) -> list[Pair]:
    return list(combinations(range(start, start + size), 2))


def band(size: int, reach: int, ring: bool = False) -> list[Pair]:
    pairs = {(i, j % size) for i in range(size) for j in range(i + 1, i + 1 + reach) if ring or j < size}
    return sorted({(min(pair), max(pair)) for pair in pairs})


SHAPES = {
    "couple": [(0, 1)],
    "chain": list(pairwise(range(40))),
    "ring": band(40, 1, ring=True),
    "star": [(0, i) for i in range(1, 60)],
    "band": band(120, 3),
    "ring band": band(120, 3, ring=True),
    "small clique": clique(0, 6),
    "clique of a sparse degree": clique(0, 20),
    "dense clique": clique(0, 39),
    "large clique": clique(0, 60),
    "two stars that meet": [(0, i) for i in range(1, 12)] + [(0, 12)] + [(12, i) for i in range(13, 25)],
    "chain of triangles": [p for i in range(0, 20, 2) for p in combinations((i, i + 1, i + 2), 2)],
    "bicycle": band(9, 1, ring=True) + [(a + 9, b + 9) for a, b in band(9, 1, ring=True)] + [(0, 9)],
}


@pytest.mark.parametrize("shape", SHAPES)
def test_the_shapes_of_gangs_stay_whole(shape: str) -> None:
    pairs = SHAPES[shape]
    people = set(range(max(max(pairs)) + 1))
    assert groups(solve(pairs, len(people) + 3)) == [people]


def test_two_bodies_over_a_bridge_are_cut_and_three_too() -> None:
    two = clique(0, 5) + clique(5, 6) + [(4, 5)]
    assert groups(solve(two, 11)) == [set(range(5)), set(range(5, 11))]
    three = [*two, *clique(11, 5), (10, 11)]
    assert groups(solve(three, 16)) == [set(range(5)), set(range(5, 11)), set(range(11, 16))]


@pytest.mark.parametrize(
    "more",
    [
        [(4, 5), (3, 6)],  # two ties are no bridge
        [(4, 11), (11, 12), (12, 5)],  # a longer bridge, of which each tie has a body on both sides
    ],
)
def test_what_is_and_is_no_bridge(more: list[Pair]) -> None:
    size = 1 + max(max(pair) for pair in more) if len(more) == 3 else 11
    label = solve(clique(0, 5) + clique(5, 6) + [(min(p), max(p)) for p in more], size)
    assert (label[0] == label[5]) == (len(more) == 2)


def test_a_body_must_have_more_ties_than_people_and_enough_of_them() -> None:
    square = [*band(4, 1, ring=True), (0, 2)]
    square_and_clique = [*square, (3, 4), *clique(4, 5)]
    assert len(groups(solve(square_and_clique, 9))) == 2, "a square with a diagonal is a body: five ties of four"
    ring_and_clique = [*band(4, 1, ring=True), (3, 4), *clique(4, 5)]
    assert len(groups(solve(ring_and_clique, 9))) == 1, "a ring is none"
    triangle_and_clique = [*clique(0, 3), (2, 3), *clique(3, 6)]
    assert len(groups(solve(triangle_and_clique, 9))) == 1


def literal_bridges(pairs: list[Pair], body: int) -> list[set[int]]:
    """Cut every bridge that joins two bodies, judged on the uncut component."""
    graph = nx.Graph(pairs)
    thin = []
    for bridge in nx.bridges(graph):
        rest = graph.copy()
        rest.remove_edge(*bridge)
        sides = [rest.subgraph(nx.node_connected_component(rest, end)) for end in bridge]
        if all(len(side) >= body and side.number_of_edges() > len(side) for side in sides):
            thin.append(bridge)
    graph.remove_edges_from(thin)
    return sorted((set(part) for part in nx.connected_components(graph) if len(part) > 1), key=min)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**31), st.integers(2, 5), st.integers(0, 3))
def test_sparse_components_are_cut_at_their_bridges_only(seed: int, bodies: int, loose: int) -> None:
    """Random bodies of four to seven people in a random tree, with some loose people and chords."""
    draw = random.Random(seed)
    pairs: set[Pair] = set()
    starts: list[int] = []
    size = 0
    for _ in range(bodies):
        count = draw.randint(4, 7)
        pairs |= {p for p in combinations(range(size, size + count), 2) if draw.random() < 0.8}
        if starts:
            pairs.add((draw.randrange(size), draw.randrange(size, size + count)))
        starts.append(size)
        size += count
    for _ in range(loose):
        pairs.add((draw.randrange(size), size))
        size += 1
    assert groups(solve(list(pairs), size)) == literal_bridges(list(pairs), SETTINGS.integer("communities.body_members"))


def adjusted_rand(one: list[int], two: list[int]) -> float:
    """Hubert and Arabie's index, by counting pairs."""
    cells: dict[Pair, int] = {}
    for cell in zip(one, two, strict=True):
        cells[cell] = cells.get(cell, 0) + 1
    both = sum(comb(n, 2) for n in cells.values())
    rows, columns = (sum(comb(side.count(value), 2) for value in set(side)) for side in (one, two))
    chance = rows * columns / comb(len(one), 2)
    return (both - chance) / ((rows + columns) / 2 - chance)


def planted(sizes: list[int], inside: float, outside: float, seed: int) -> tuple[list[Pair], list[int]]:
    """A stochastic block model: its ties, and the block of each person."""
    label = np.repeat(np.arange(len(sizes)), sizes)
    a, b = np.triu_indices(len(label), 1)
    tied = np.random.default_rng(seed).random(len(a)) < np.where(label[a] == label[b], inside, outside)
    return list(zip(a[tied].tolist(), b[tied].tolist(), strict=True)), label.tolist()


def same(label: Int32Array, truth: list[int]) -> float:
    return adjusted_rand(label.tolist(), truth)


@pytest.mark.parametrize(
    ("sizes", "inside", "outside"),
    [([60] * 8, 0.6, 0.02), ([60] * 8, 0.6, 0.05), ([40, 60, 80, 100, 120], 0.5, 0.02), ([100] * 12, 0.3, 0.01)],
)
def test_planted_dense_blocks_are_found(sizes: list[int], inside: float, outside: float) -> None:
    pairs, truth = planted(sizes, inside, outside, 5)
    assert 2 * len(pairs) > SETTINGS.number("communities.sparse_degree") * sum(sizes)
    assert same(solve(pairs, sum(sizes)), truth) > 0.8


def test_an_oversized_sparse_component_is_cut() -> None:
    pairs, truth = planted([30] * 40, 0.4, 0.0004, 3)
    assert 2 * len(pairs) <= SETTINGS.number("communities.sparse_degree") * len(truth)
    assert same(solve(pairs, len(truth)), truth) > 0.8
    whole = SETTINGS.override({"communities.oversized": 5000})
    assert len(groups(solve(pairs, len(truth), whole))) < 5


def test_the_same_component_is_cut_the_same_way_in_every_company() -> None:
    """A dense component's answer is a function of its own people, ties, first application and the seed."""
    pairs, truth = planted([50] * 6, 0.35, 0.06, 9)
    alone = solve(pairs, len(truth))
    again = solve(pairs, len(truth))
    more, other = planted([50] * 6, 0.35, 0.06, 10)
    beside = solve(pairs + [(a + 300, b + 300) for a, b in more], 600)
    assert np.array_equal(alone, again)
    assert np.array_equal(beside[:300], alone)
    # Behind the other: the same names under other numbers.
    names = [f"B{i:05d}" for i in range(300)] + [f"A{i:05d}" for i in range(300)]
    moved = sorted(more + [(a + 300, b + 300) for a, b in pairs])
    behind = find(*ends(moved), np.full(len(moved), 0.8), 600, names, 1.0, SETTINGS)
    assert np.array_equal(behind[300:] - 300, alone)
    assert len(other) == 300


def test_another_seed_may_cut_another_way_but_finds_the_same_blocks() -> None:
    pairs, truth = planted([60] * 5, 0.5, 0.02, 4)
    for seed in (1, 2, 3):
        assert same(solve(pairs, 300, SETTINGS.override({"graph.seed": seed})), truth) > 0.8


def test_a_components_dice_are_those_of_its_first_application() -> None:
    """Without blocks to find, the dice show: the same name gives the same answer under any number, other names give others."""
    pairs, _ = planted([80], 0.45, 0.0, 6)
    weight = np.full(len(pairs), 0.8)

    def cut(first: str, shift: int) -> list[int]:
        names = ["-"] * shift + [first] + ["-"] * 79
        a, b = ends(pairs)
        found = find(a + np.int32(shift), b + np.int32(shift), weight, 80 + shift, names, 1.0, SETTINGS)
        return [int(name) - shift for name in found[shift:]]

    assert cut("A1", 0) == cut("A1", 7)
    assert len({tuple(cut(f"A{i}", 0)) for i in range(5)}) > 1


def test_the_callers_igraph_still_listens_to_the_callers_seed() -> None:
    def draw() -> list[Pair]:
        random.seed(3)
        found: list[Pair] = igraph.Graph.Erdos_Renyi(n=30, p=0.2).get_edgelist()
        return found

    before = draw()
    solve(planted([60] * 2, 0.6, 0.1, 4)[0], 120)
    assert draw() == before


def test_the_callers_random_numbers_are_left_alone() -> None:
    pairs, truth = planted([60] * 5, 0.5, 0.02, 4)
    random.seed(11)
    state = random.getstate()
    first = solve(pairs, len(truth))
    assert random.getstate() == state
    random.seed(99)
    random.random()
    assert np.array_equal(solve(pairs, len(truth)), first)
    np.random.seed(5)
    assert np.array_equal(solve(pairs, len(truth)), first)


SMALL_GRAPHS = st.lists(st.tuples(st.integers(0, 15), st.integers(0, 15)).filter(lambda p: p[0] < p[1]), max_size=40, unique=True)


@settings(max_examples=60, deadline=None)
@given(SMALL_GRAPHS, st.permutations(range(16)))
def test_new_numbers_for_people_change_no_community(pairs: list[Pair], moved: list[int]) -> None:
    other = [(min(moved[a], moved[b]), max(moved[a], moved[b])) for a, b in pairs]
    expected = sorted((({moved[p] for p in group}) for group in groups(solve(pairs, 16))), key=min)
    assert groups(solve(other, 16)) == expected


@settings(max_examples=60, deadline=None)
@given(SMALL_GRAPHS, st.randoms(use_true_random=False))
def test_the_order_of_the_ties_changes_no_community(pairs: list[Pair], dice: random.Random) -> None:
    shuffled = list(pairs)
    dice.shuffle(shuffled)
    names = [f"A{i}" for i in range(16)]
    found = find(*ends(shuffled), np.full(len(pairs), 0.5), 16, names, 1.0, SETTINGS)
    assert np.array_equal(found, solve(pairs, 16))


@settings(max_examples=60, deadline=None)
@given(SMALL_GRAPHS)
def test_a_community_never_reaches_over_two_components_and_is_connected(pairs: list[Pair]) -> None:
    graph = nx.Graph(pairs)
    for group in groups(solve(pairs, 16)):
        assert nx.is_connected(graph.subgraph(group))


def test_no_ties() -> None:
    assert solve([], 3).tolist() == [0, 1, 2]
    assert solve([], 0).tolist() == []
