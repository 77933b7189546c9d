"""Groups of applications that are known to be one person's, as they grow from rule to rule."""

from __future__ import annotations

import numpy as np

from fraudgraph.model import BoolArray, Int32Array, IntArray

AnyInt = IntArray | Int32Array


def components(size: int, left: AnyInt, right: AnyInt) -> Int32Array:
    """Return the number of the connected component of each of ``size`` nodes."""
    if not len(left):
        return np.arange(size, dtype=np.int32)
    from scipy.sparse import coo_matrix  # late: scipy takes longer to import than most questions to be answered
    from scipy.sparse.csgraph import connected_components

    edges = coo_matrix((np.ones(len(left), dtype=np.int8), (left, right)), shape=(size, size))
    found: Int32Array = connected_components(edges, directed=False)[1].astype(np.int32)
    return found


class Groups:
    """Which applications are together. A group's label is the row of its first application.

    ``id_code``, ``birth`` and ``name_row`` are per row and hold for the group at its label.
    """

    def __init__(self, id_code: Int32Array, birth: IntArray, named: BoolArray) -> None:
        rows = len(id_code)
        self.label: Int32Array = np.arange(rows, dtype=np.int32)
        self.id_code = id_code.copy()
        """The valid ID number's code; -1 where no application has one. Never two different ones."""
        self.birth = birth.copy()
        """Days since 1970: the first one given; `births.UNKNOWN` where none is."""
        self.name_row: Int32Array = np.where(named, np.arange(rows), -1).astype(np.int32)
        """The first row that has a usable name; -1 where none has."""

    def merge(self, groups: IntArray, component: Int32Array, unknown_birth: int) -> Int32Array:
        """Make one group of those ``groups`` (distinct labels) that have equal ``component``; return the rows that moved.

        A row moves when its group gets an earlier first application.
        """
        order = np.lexsort((groups, component))
        groups, component = groups[order], component[order]
        starts = np.flatnonzero(np.r_[True, component[1:] != component[:-1]])
        first = np.repeat(groups[starts], np.diff(np.r_[starts, len(groups)]))
        self.id_code[groups[starts]] = np.maximum.reduceat(self.id_code[groups], starts)
        for values, unknown in ((self.birth, unknown_birth), (self.name_row, -1)):
            known = np.flatnonzero(values[groups] != unknown)[::-1]
            values[first[known]] = values[groups[known]]  # reversed: the last one written is the first one given
        target = np.arange(len(self.label), dtype=np.int32)
        target[groups] = first
        before = self.label
        self.label = target[before]
        return np.flatnonzero(self.label != before).astype(np.int32)
