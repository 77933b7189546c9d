"""Cohesion: which link classes hold one gang together, and which only join one gang to another.

That both people of a pair are gang people does not make them of the same gang: members of different gangs invent the same employer, live in
the same city, sit behind the same carrier. The book itself tells. Take a class away, group people by the ties that remain, and look where
the class's pairs fall: inside a group, or between a group and somebody who has nothing else (it holds), or between two groups (it joins
strangers). Two joiners hide each other, so a broad class (by the table of priors) is looked at without any class that is as broad or broader.
"""

from __future__ import annotations

import numpy as np

from fraudgraph.graph.components import components
from fraudgraph.graph.facts import BIT, GIVEN_BIT, GIVEN_KINDS, Facts
from fraudgraph.model import BoolArray, FloatArray, IntArray


def strength(signature: IntArray, priors: dict[str, float]) -> FloatArray:
    """Return the prior of the strongest kind in each signature."""
    best = np.full(len(signature), -np.inf)
    for name, bit in BIT.items():
        best = np.where(signature & bit != 0, np.maximum(best, priors[name]), best)
    given = ((1 << GIVEN_KINDS) - 1) << GIVEN_BIT
    return np.where(signature & given != 0, np.maximum(best, priors["given"]), best)


def joiners(facts: Facts, size: int, priors: dict[str, float], broad: float, limit: float, most_rounds: int = 8) -> IntArray:
    """Return the signatures, sorted, that join groups instead of holding one: their share of holding pairs is under ``limit``.

    ``facts`` are the ties of a reference book; a signature is broad if its strongest kind's prior is at most ``broad``. The worst goes first, and
    the groups are looked at again without it.
    """
    code, power = facts.signature, strength(facts.signature, priors)
    out: list[int] = []
    for _ in range(most_rounds):
        left = ~np.isin(code, out)
        shares = []
        for c in np.unique(code[left]):
            mine = left & (code == c)
            own = power[mine][0]
            others = left & (power > own) if own <= broad else left & (code != c)
            shares.append((_holding(facts, mine, others, size), int(c)))
        bad = sorted(pair for pair in shares if pair[0] < limit)
        if not bad:
            break
        # All that are about as bad as the worst go together; the others may have been judged by the worst one's groups.
        out.extend(c for share, c in bad if share <= bad[0][0] + 0.1)
    return np.array(sorted(out), np.int64)


def _holding(facts: Facts, mine: BoolArray, others: BoolArray, size: int) -> float:
    group = components(size, facts.a[others], facts.b[others])
    population = np.bincount(group, minlength=size)[group]
    a, b = facts.a[mine], facts.b[mine]
    between = int(np.sum((population[a] >= 2) & (population[b] >= 2) & (group[a] != group[b])))
    alone = int(np.sum((population[a] < 2) & (population[b] < 2)))
    holding = len(a) - between - alone
    # Half a pair more on the holding side: a class is not condemned by one pair.
    return (holding + 1.0) / (holding + between + 1.5)
