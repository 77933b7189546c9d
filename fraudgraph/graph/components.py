"""Connected components of people, named so that nothing depends on the order of the pairs."""

from __future__ import annotations

import numpy as np

from fraudgraph.model import Int32Array


def components(size: int, a: Int32Array, b: Int32Array) -> Int32Array:
    """Return per person the smallest person of the component that the pairs (a, b) put them in."""
    label = np.arange(size, dtype=np.int32)
    while len(a):
        np.minimum.at(label, np.maximum(a, b), np.minimum(a, b))
        while not np.array_equal(further := label[label], label):
            label = further
        a, b = label[a], label[b]
        apart = a != b
        a, b = a[apart], b[apart]
    return label


def mean_degree(a: Int32Array, b: Int32Array) -> float:
    """Return the mean number of pairs of the people who have any."""
    return 2 * len(a) / len(np.unique(np.concatenate([a, b]))) if len(a) else 0.0
