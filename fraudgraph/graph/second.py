"""The second look: a pair whose people have other ties is another pair than one that stands alone."""

from __future__ import annotations

import numpy as np

from fraudgraph.graph.classes import SIGNATURE_BITS, band
from fraudgraph.graph.codes import DAY
from fraudgraph.graph.facts import Facts
from fraudgraph.model import BoolArray, FloatArray, IntArray

BANDS = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
_GAP_SHIFT = SIGNATURE_BITS
_CROWD_SHIFT = SIGNATURE_BITS + 2
_CROWD = 0b111111 << _CROWD_SHIFT
_GAP = 0b11 << _GAP_SHIFT
_SIGNATURE = (1 << SIGNATURE_BITS) - 1
MASKS = [_CROWD, _CROWD | _GAP, _CROWD | _GAP | _SIGNATURE]


def pack(facts: Facts, pi: FloatArray, loud: BoolArray, size: int) -> IntArray:
    """Return the class: signature, band of pi x how many of the two have another strong pair (``loud``), gap."""
    least = np.full(size, np.iinfo(np.int64).max)
    most = np.full(size, -1, np.int64)
    for end in (facts.a[loud], facts.b[loud]):
        np.minimum.at(least, end, facts.label[loud])
        np.maximum.at(most, end, facts.label[loud])
    backed = np.zeros(len(facts), np.int64)
    for end in (facts.a, facts.b):
        # Another pair over the same value is no other tie: a stranger behind a gang's carrier meets three of its members there.
        backed += ((least[end] != facts.label) | (most[end] != facts.label)) & (most[end] >= 0)
    code = facts.signature & _SIGNATURE
    code |= (band(pi, BANDS) << 2 | backed) << _CROWD_SHIFT
    code |= band(facts.gap, [3 * DAY, 14 * DAY]) << _GAP_SHIFT
    return code
