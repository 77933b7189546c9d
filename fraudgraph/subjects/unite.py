"""Which of the groups that match become one, where not all of them can.

A component of matches is *sound* when it has at most one valid ID number, one date of birth (dates a typing slip apart count
as one) and, for a rule that needs no name, one named group. A sound component becomes one group. In any other one a group joins only
where its one compatible group is unique:

1. matches between incompatible groups (two ID numbers, two births, two names) are dropped; components that are sound now merge;
2. a group that matches, directly, groups that are incompatible with each other fits several people: its matches are dropped;
   components that are sound now merge;
3. of what remains (chains of undecided groups between two people) only matches with a decided group count: one that has the
   ID number, birth or name that the component is at odds about.

Whatever was dropped and did not come together in another way is a conflict. Every step looks at sets only, so the order of
rows does not matter.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fraudgraph.model import BoolArray, Int32Array, IntArray
from fraudgraph.subjects.births import UNKNOWN, contradict
from fraudgraph.subjects.groups import Groups, components
from fraudgraph.subjects.keys import all_pairs
from fraudgraph.subjects.matches import Matches

DIFFERENT_ID = "different ID numbers"
DIFFERENT_BIRTH = "different dates of birth"
SEVERAL_FIT = "more than one person fits"
TOO_MANY = "too many people fit"
REASONS = (DIFFERENT_ID, DIFFERENT_BIRTH, SEVERAL_FIT, TOO_MANY)


@dataclass(frozen=True)
class United:
    """What became of the groups that match by one rule."""

    groups: IntArray
    """Labels, ascending."""
    component: Int32Array
    """Per group: those of equal number become one."""
    left: IntArray
    """Per conflict: a group's label."""
    right: IntArray
    """Per conflict: the other group's label."""
    reason: IntArray
    """Per conflict: position in REASONS."""


def unite(matches: Matches, groups: Groups, named: bool, most: int) -> United:
    """Decide which groups of ``matches`` become one; components of more than ``most`` groups that are not sound stay apart."""
    labels, member = np.unique(matches.group, return_inverse=True)
    size = len(labels)
    bipartite = components(size + matches.blocks, np.r_[member, size + matches.left], np.r_[size + matches.block, size + matches.right])
    component = np.unique(bipartite[:size], return_inverse=True)[1].astype(np.int32)
    facts = (
        groups.id_code[labels].astype(np.int64),
        _birth_classes(component, groups.birth[labels], most),
        np.full(size, -1, dtype=np.int64) if named else np.where(groups.name_row[labels] >= 0, labels, -1),
    )
    unsound = ~_sound(component, facts)[component]
    if not unsound.any():
        nothing = np.empty(0, dtype=np.int64)
        return United(labels, component, nothing, nothing, nothing)
    crowded = unsound & (np.bincount(component)[component] > most)
    left, right = _pairs(matches, member, unsound & ~crowded)
    together = _sift(size, left, right, component, facts)
    settled = np.where(unsound, size + together, component).astype(np.int32)
    at_odds = [(fact[left] >= 0) & (fact[right] >= 0) & (fact[left] != fact[right]) for fact in facts[:2]]
    reason = np.select(at_odds, [0, 1], 2)
    first, other = _stars(component, crowded)
    left, right = np.r_[left, first], np.r_[right, other]
    reason = np.r_[reason, np.full(len(first), 3)].astype(np.int64)
    apart = settled[left] != settled[right]
    if not named:  # two named groups were never asked whether they match
        apart &= (facts[2][left] < 0) | (facts[2][right] < 0)
    return United(labels, settled, labels[left[apart]], labels[right[apart]], reason[apart])


Facts = tuple[IntArray, IntArray, IntArray]
"""Per group: codes of the ID number, the birth and (rules that need no name) the named group; -1 where it has none."""


def _spread(size: int, where: IntArray | Int32Array, values: IntArray) -> BoolArray:
    """Return for each of ``size`` places whether more than one known value (0 or more) is there."""
    known = values >= 0
    least = np.full(size, np.iinfo(np.int64).max)
    most = np.full(size, -1, dtype=np.int64)
    np.minimum.at(least, where[known], values[known])
    np.maximum.at(most, where[known], values[known])
    return least < most


def _sound(component: Int32Array, facts: Facts) -> BoolArray:
    """Return for each component whether it can be one person."""
    size = int(component.max()) + 1
    result = np.ones(size, dtype=np.bool_)
    for fact in facts:
        result &= ~_spread(size, component, fact)
    return result


def _birth_classes(component: Int32Array, birth: IntArray, most: int) -> IntArray:
    """Return a class per group: equal inside a component where births do not contradict each other, by way of others if need be.

    Where a component has more than ``most`` different births, only equal ones are of one class.
    """
    known = np.flatnonzero(birth != UNKNOWN)
    result = np.full(len(birth), -1, dtype=np.int64)
    if not len(known):
        return result
    least = int(birth[known].min())
    width = int(birth[known].max()) - least + 1
    distinct, place = np.unique(component[known].astype(np.int64) * width + birth[known] - least, return_inverse=True)
    home, days = distinct // width, distinct % width + least
    starts = np.flatnonzero(np.r_[True, home[1:] != home[:-1]])
    sizes = np.diff(np.r_[starts, len(home)])
    chosen = (sizes > 1) & (sizes <= most)
    left, right = all_pairs(starts[chosen], sizes[chosen])
    near = ~contradict(days[left], days[right])
    result[known] = components(len(distinct), left[near], right[near])[place]
    return result


def _pairs(matches: Matches, member: IntArray, wanted: BoolArray) -> tuple[IntArray, IntArray]:
    """Return the distinct pairs of groups that match directly, for groups that are ``wanted``."""
    keep = wanted[member]
    order = np.lexsort((member[keep], matches.block[keep]))
    group, block = member[keep][order], matches.block[keep][order]
    sizes = np.bincount(block, minlength=matches.blocks)
    starts = np.cumsum(sizes) - sizes
    inner = all_pairs(starts, sizes)
    # Every group of one block with every group of the other.
    size_left, size_right = sizes[matches.left], sizes[matches.right]
    count = size_left * size_right
    step = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
    across = np.repeat(size_right, count)
    left = group[np.r_[inner[0], np.repeat(starts[matches.left], count) + step // np.maximum(across, 1)]]
    right = group[np.r_[inner[1], np.repeat(starts[matches.right], count) + step % np.maximum(across, 1)]]
    width = len(wanted)
    distinct = np.unique((np.minimum(left, right) * width + np.maximum(left, right))[left != right])
    return distinct // width, distinct % width


def _sift(size: int, left: IntArray, right: IntArray, component: Int32Array, facts: Facts) -> Int32Array:
    """Return a number per group: equal where groups of unsound components come together all the same."""
    compatible = np.ones(len(left), dtype=np.bool_)
    for fact in facts:
        compatible &= (fact[left] < 0) | (fact[right] < 0) | (fact[left] == fact[right])
    left, right = left[compatible], right[compatible]
    kept: list[tuple[IntArray, IntArray]] = []

    def take(left: IntArray, right: IntArray) -> tuple[IntArray, IntArray]:
        """Keep the pairs of sound components; return the others."""
        now = components(size, left, right)
        sound = _sound(now, facts)[now[left]]
        kept.append((left[sound], right[sound]))
        return left[~sound], right[~sound]

    left, right = take(left, right)
    torn = np.zeros(size, dtype=np.bool_)
    both = np.r_[left, right, left, right]
    seen = np.r_[right, left, left, right]
    for fact in facts:
        torn |= _spread(size, both, fact[seen])
    clear = ~torn[left] & ~torn[right]
    left, right = take(left[clear], right[clear])
    decided = np.ones(size, dtype=np.bool_)
    for fact in facts:
        decided &= (fact >= 0) | ~_spread(int(component.max()) + 1, component, fact)[component]
    either = decided[left] | decided[right]
    take(left[either], right[either])
    return components(size, np.concatenate([pair[0] for pair in kept]), np.concatenate([pair[1] for pair in kept]))


def _stars(component: Int32Array, crowded: BoolArray) -> tuple[IntArray, IntArray]:
    """Return each crowded component's first group against each other one (all pairs would be too many)."""
    index = np.flatnonzero(crowded)
    homes, first = np.unique(component[index], return_index=True)
    if not len(homes):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    lead = index[first][np.searchsorted(homes, component[index])]
    other = index != lead
    return lead[other], index[other]
