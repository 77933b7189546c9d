"""Connected components of people, named so that nothing depends on the order of the pairs."""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from fraudgraph.model import Int32Array


def components(size: int, a: Int32Array, b: Int32Array) -> Int32Array:
    """Return per person the smallest person of the component that the pairs (a, b) put them in."""
    if not len(a):
        return np.arange(size, dtype=np.int32)
    people, local = np.unique(np.concatenate([a, b]), return_inverse=True)
    count = len(people)
    graph = coo_array((np.ones(len(a), np.int8), (local[: len(a)], local[len(a) :])), shape=(count, count))
    _, label = connected_components(graph, directed=False)
    first = np.full(int(label.max()) + 1, size, np.int64)
    np.minimum.at(first, label, people)
    result = np.arange(size, dtype=np.int32)
    result[people] = first[label]
    return result


def mean_degree(a: Int32Array, b: Int32Array) -> float:
    """Return the mean number of pairs of the people who have any."""
    return 2 * len(a) / len(np.unique(np.concatenate([a, b]))) if len(a) else 0.0
