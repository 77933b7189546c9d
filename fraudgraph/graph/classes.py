"""Link classes: the facts of a pair packed into one integer, coarse facts first, so that a class and its parents are masks of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fraudgraph.graph.codes import BURSTS, DAY
from fraudgraph.graph.facts import BIT, GIVEN_BIT, GIVEN_KINDS, NO_GAP, SIGNATURE, Facts
from fraudgraph.model import FloatArray, Int32Array, IntArray

SIGNATURE_BITS = GIVEN_BIT + GIVEN_KINDS


@dataclass(frozen=True)
class Field:
    """Some bits of a class."""

    shift: int
    bits: int

    @property
    def mask(self) -> int:
        return ((1 << self.bits) - 1) << self.shift


_LAYOUT = (
    ("gap", 2),
    ("differs", 2),
    ("channel", 1),
    ("degree", 3),
    ("weight", 3),
    ("closed", 1),
    ("closure", 1),
    ("gap_fine", 3),
    ("phones", 2),
    ("burst", 2),
)
_PLACED: dict[str, Field] = {}
_shift = 0
for _name, _bits in (*reversed(_LAYOUT), ("signature", SIGNATURE_BITS)):
    _PLACED[_name] = Field(_shift, _bits)
    _shift += _bits
FIELD = dict(reversed(_PLACED.items()))
"""Coarse facts in the high bits: classes that are sorted are sorted at every level."""

LEVELS: tuple[tuple[str, ...], ...] = (
    ("signature",),
    ("gap",),
    ("differs", "channel"),
    ("degree", "weight"),
    ("closed",),
    ("closure", "gap_fine"),
    ("phones",),
    ("burst",),
)
"""What each level adds to the class of the level before. Burst comes last: early it costs points on books with few gangs."""
COARSE = 4
"""Levels that look at the pair alone; the others at third people too."""

GAP_DAYS = (7, 30)
GAP_FINE_DAYS = (1, 3, 7, 14, 30, 60)
DEGREES = (2, 5, 10, 20, 68)


def masks() -> list[int]:
    """Return the mask of each level, coarsest first."""
    result, mask = [], 0
    for level in LEVELS:
        for name in level:
            mask |= FIELD[name].mask
        result.append(mask)
    return result


def pack(facts: Facts) -> IntArray:
    """Return the finest class of each pair."""
    no_gap = facts.gap >= NO_GAP
    values = {
        "signature": facts.signature,
        "gap": np.where(no_gap, 3, band(facts.gap, [d * DAY for d in GAP_DAYS])),
        "differs": facts.address_differs + 2 * facts.ip_differs,
        "channel": facts.channel,
        "degree": band(facts.degree, DEGREES),
        "weight": np.minimum(np.log2(np.maximum(facts.weight, 1)), 7).astype(np.int64),
        "closed": facts.closure >= 1,
        "closure": facts.closure >= 2,
        "gap_fine": np.where(no_gap, 7, band(facts.gap, [d * DAY for d in GAP_FINE_DAYS])),
        "phones": facts.phones,
        "burst": band(facts.burst, [b - 1 for b in BURSTS]),
    }
    code = np.zeros(len(facts), np.int64)
    for name, value in values.items():
        code |= value.astype(np.int64) << FIELD[name].shift
    return code


def unpack(code: IntArray) -> dict[str, IntArray]:
    """Return each field of packed classes."""
    return {name: (code >> field.shift) & ((1 << field.bits) - 1) for name, field in FIELD.items()}


def band(values: IntArray | Int32Array | FloatArray, edges: Sequence[float]) -> IntArray:
    """Return 0 for values up to the first edge, 1 up to the second, ..."""
    return np.searchsorted(np.asarray(edges), values, side="left").astype(np.int64)


def describe(code: int, given: tuple[str, ...] = ()) -> str:
    """Return the class in words: ``device + phone own-contact; within 7 days; 3-5 people``."""
    words = [shares(int(code) >> FIELD["signature"].shift, given)]
    words.append(("within 7 days", "within 30 days", "over 30 days", "")[_get(code, "gap")])
    people = ("2 people", "3-5 people", "6-10 people", "11-20 people", "21-68 people", "over 68 people")
    words.append(people[min(_get(code, "degree"), 5)])
    differs = _get(code, "differs")
    words.extend(text for bit, text in ((1, "addresses differ"), (2, "IPs differ")) if differs & bit)
    words.extend(text for name, text in (("channel", "same narrow channel"), ("closed", "also near through others")) if _get(code, name))
    if _get(code, "burst"):
        words.append("in a burst")
    return "; ".join(word for word in words if word)


def shares(signature: int, given: tuple[str, ...] = ()) -> str:
    """Return in words what pairs of a signature share: ``device + phone own-contact``."""
    found = [name for name in SIGNATURE if signature & BIT[name]]
    found += [f"relation:{name}" for i, name in enumerate(given) if signature >> (GIVEN_BIT + i) & 1]
    return " + ".join(found)


def _get(code: int, name: str) -> int:
    field = FIELD[name]
    return (int(code) >> field.shift) & ((1 << field.bits) - 1)
