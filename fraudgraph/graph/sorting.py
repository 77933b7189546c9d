"""Orders of integers, several times as fast as an argsort: the place goes into the low bits, and the packed numbers are sorted in place."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from fraudgraph.model import Int32Array, IntArray


def order(key: IntArray | Int32Array) -> IntArray:
    """Return the stable order of ``key`` (0 or more)."""
    if not len(key):
        return np.zeros(0, np.int64)
    bits = len(key).bit_length()
    if int(key.max()).bit_length() + bits > 63:
        return np.argsort(key, kind="stable")
    packed = key.astype(np.int64) << bits
    packed |= np.arange(len(key))
    packed.sort()
    packed &= (1 << bits) - 1
    return packed


def order_by(major: IntArray | Int32Array, minor: IntArray | Int32Array) -> IntArray:
    """Return the stable order by ``major``, then ``minor`` (both 0 or more)."""
    if not len(major):
        return np.zeros(0, np.int64)
    width = int(minor.max()).bit_length()
    if int(major.max()).bit_length() + width + len(major).bit_length() <= 63:
        return order((major.astype(np.int64) << width) | minor)
    first = order(minor)
    return first[order(major[first])]


def group(digest: npt.NDArray[np.uint64]) -> IntArray:
    """Return an order in which equal digests stand together, one group after the other in any order."""
    count = len(digest)
    bits = count.bit_length()
    low = np.uint64((1 << bits) - 1)
    packed = digest & ~low
    packed |= np.arange(count, dtype=np.uint64)
    packed.sort()
    top = packed & ~low
    packed &= low
    order = packed.view(np.int64)
    # Digests that differ in their low bits only stand mixed: a handful, sorted whole.
    run = np.flatnonzero(np.r_[True, top[1:] != top[:-1]]) if count else np.zeros(0, np.int64)
    mixed = np.flatnonzero((top[1:] == top[:-1]) & (digest[order[1:]] != digest[order[:-1]]))
    for first in np.unique(np.searchsorted(run, mixed, side="right") - 1).tolist():
        low_, high = run[first], run[first + 1] if first + 1 < len(run) else count
        part = order[low_:high]
        order[low_:high] = part[np.argsort(digest[part], kind="stable")]
    return order
