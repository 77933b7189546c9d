"""Connected components, against networkx."""

from __future__ import annotations

import networkx as nx
import numpy as np
from core_books import ends
from hypothesis import given, settings
from hypothesis import strategies as st

from fraudgraph.graph.components import components, mean_degree

PAIRS = st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19)), max_size=30)


@settings(max_examples=60, deadline=None)
@given(PAIRS, st.integers(20, 25))
def test_everybody_is_named_by_the_smallest_of_the_component(pairs: list[tuple[int, int]], size: int) -> None:
    graph = nx.Graph(pairs)
    graph.add_nodes_from(range(size))
    expected = {person: min(part) for part in nx.connected_components(graph) for person in part}
    found = components(size, *ends(pairs))
    assert found.tolist() == [expected[person] for person in range(size)]
    assert found.dtype == np.int32


def test_pairs_named_more_than_256_times_are_still_one_component() -> None:
    """Repeated pairs are added up inside; their count must not run over."""
    assert components(3, np.zeros(256, np.int32), np.ones(256, np.int32)).tolist() == [0, 0, 2]


@given(PAIRS.filter(bool))
def test_the_mean_degree_is_that_of_the_people_who_have_pairs(pairs: list[tuple[int, int]]) -> None:
    people = {person for pair in pairs for person in pair}
    degrees = [sum((person == a) + (person == b) for a, b in pairs) for person in people]
    assert mean_degree(*ends(pairs)) == sum(degrees) / len(degrees)
    assert mean_degree(*ends([])) == 0.0


def test_nobody() -> None:
    none = np.zeros(0, np.int32)
    assert components(0, none, none).tolist() == []
