"""Cohesion: which link classes hold one gang together, and which only join one gang to another.

That both people of a pair are gang people does not make them of the same gang: members of different gangs invent the same employer,
live in the same city, sit behind the same carrier. The book itself tells. Take a class away, group people by the ties that remain, and
look where the class's pairs fall: inside a group, or between a group and somebody who has nothing else (it holds), or between two
groups (it joins strangers). Two joiners hide each other, so a broad class (by the table of priors) is looked at without any class that
is as broad or broader.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fraudgraph.graph.components import components
from fraudgraph.graph.facts import BIT, GIVEN_BIT, GIVEN_KINDS, Facts
from fraudgraph.model import BoolArray, FloatArray, Int32Array, IntArray


def strength(signature: IntArray, priors: dict[str, float]) -> FloatArray:
    """Return the prior of the strongest kind in each signature."""
    best = np.full(len(signature), -np.inf)
    for name, bit in BIT.items():
        best = np.where(signature & bit != 0, np.maximum(best, priors[name]), best)
    given = ((1 << GIVEN_KINDS) - 1) << GIVEN_BIT
    return np.where(signature & given != 0, np.maximum(best, priors["given"]), best)


def joiners(
    facts: Facts, priors: dict[str, float], broad: float, limit: float, cover: float, most_rounds: int = 8
) -> IntArray:
    """Return the signatures, sorted, that join groups instead of holding one: their share of holding pairs is under ``limit``.

    ``facts`` are the ties of a reference book; a signature is broad if its strongest kind's prior is at most ``broad``; ``cover`` as in
    `_holding`. The worst goes first, and the groups are looked at again without it.
    """
    code, power = facts.signature, strength(facts.signature, priors)
    people, local = np.unique(np.concatenate([facts.a, facts.b]), return_inverse=True)
    size, ends = len(people), local.astype(np.int32)
    facts = replace(facts, a=ends[: len(facts)], b=ends[len(facts) :])
    out: list[int] = []
    for _ in range(most_rounds):
        left = ~np.isin(code, out)
        whole = components(size, facts.a[left], facts.b[left])[facts.a]
        shares = []
        for c in np.unique(code[left]):
            mine = left & (code == c)
            # A class says nothing of components that it is not in.
            here = np.zeros(size, bool)
            here[whole[mine]] = True
            near = np.flatnonzero(left & here[whole])
            own = power[mine][0]
            others = power[near] > own if own <= broad else code[near] != c
            shares.append((_holding(facts.take(near), code[near] == c, others, cover), int(c)))
        bad = sorted(pair for pair in shares if pair[0] < limit)
        if not bad:
            break
        # All that are about as bad as the worst go together; the others may have been judged by the worst one's groups.
        out.extend(c for share, c in bad if share <= bad[0][0] + 0.1)
    return np.array(sorted(out), np.int64)


def _holding(facts: Facts, mine: BoolArray, others: BoolArray, cover: float) -> float:
    """Return the share of the class's pairs that hold, of those that say anything.

    A pair between two groups still holds where its value covers them: a WiFi that everybody in a den uses joins the pieces of one gang.
    """
    people, local = np.unique(np.concatenate([facts.a, facts.b]), return_inverse=True)
    size, ends = len(people), local.astype(np.int32)
    facts = replace(facts, a=ends[: len(facts)], b=ends[len(facts) :])
    group = components(size, facts.a[others], facts.b[others])
    population = np.bincount(group, minlength=size)
    a, b = facts.a[mine], facts.b[mine]
    grown = population[group] >= 2
    apart = grown[a] & grown[b] & (group[a] != group[b])
    between = int(np.sum(apart & (_coverage(facts.label[mine], a, b, group, population) < cover)))
    alone = int(np.sum(~grown[a] & ~grown[b]))
    holding = len(a) - between - alone
    # A pair and a half of belief in the class: it is not condemned by one pair.
    return (holding + 1.5) / (holding + between + 2.0)


def _coverage(label: IntArray, a: Int32Array, b: Int32Array, group: Int32Array, population: IntArray) -> FloatArray:
    """Return per pair which part of all members of the groups that its value touches are themselves on the value."""
    _, value = np.unique(label, return_inverse=True)
    size = np.int64(len(group))
    on = np.unique(np.concatenate([value * size + a, value * size + b]))
    touched = np.unique((on // size) * size + group[on % size])
    count = np.bincount(on // size)
    joined = np.bincount(touched // size, weights=population[touched % size])
    result: FloatArray = (count / joined)[value]
    return result
