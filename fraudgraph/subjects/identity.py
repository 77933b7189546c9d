"""What may depend on what: applications connected, however indirectly, through the keys that rules match on."""

from __future__ import annotations

import numpy as np

from fraudgraph.model import Identified, Int32Array
from fraudgraph.subjects.groups import components
from fraudgraph.subjects.keys import Keys
from fraudgraph.subjects.rules import identity_keys


def identity_components(identified: Identified) -> Int32Array:
    """Return a number per application: equal where two are connected through shared identity keys, names aside.

    The people of a union of whole components are the same whether it is resolved alone or with the rest of the book. Numbers
    are 0, 1, ... in the order of each component's first row.
    """
    rows = len(identified.birth)
    keys = Keys(identified, frozenset())
    component = np.arange(rows, dtype=np.int32)
    for key in identity_keys():
        found = keys.shared(key)
        if found is None:
            continue
        sharing, codes = found
        # The first row of each key stands for it: a star of edges from it to the others.
        first = np.full(int(codes.max(initial=-1)) + 1, rows, dtype=np.int64)
        np.minimum.at(first, codes, sharing)
        component = components(rows, component[first[codes]], component[sharing])[component]
    _, first, number = np.unique(component, return_index=True, return_inverse=True)
    order = np.empty(len(first), dtype=np.int32)
    order[np.argsort(first)] = np.arange(len(first), dtype=np.int32)
    return order[number]
