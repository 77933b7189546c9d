"""Cohesion: which link classes hold one gang together, and which only join one gang to another.

That both people of a pair are gang people does not make them of the same gang: members of different gangs invent the same employer, live in
the same city, sit behind the same carrier. The book itself tells. Take a class away, group people by the ties that remain, and look where the
class's pairs fall: inside a group or between a group and somebody who has nothing else (it holds), or between two groups (it joins strangers).
"""

from __future__ import annotations

import numpy as np

from fraudgraph.graph.classes import band
from fraudgraph.graph.codes import DAY
from fraudgraph.graph.components import components
from fraudgraph.graph.facts import Facts
from fraudgraph.model import BoolArray, IntArray

_LATE = 1 << 62


def pack(facts: Facts) -> IntArray:
    """Return the class of each pair: its signature, and whether its gap is over 30 days."""
    return facts.signature | np.where(band(facts.gap, [30 * DAY]) > 0, _LATE, 0)


def joiners(facts: Facts, code: IntArray, size: int, limit: float, most_rounds: int = 8) -> IntArray:
    """Return the classes, sorted, that join groups instead of holding one: their share of holding pairs is under ``limit``.

    ``facts`` are the ties of a reference book and ``code`` their classes. The worst class goes first, and the groups are looked at again without it,
    since one joiner hides another.
    """
    out: list[int] = []
    for _ in range(most_rounds):
        left = ~np.isin(code, out)
        shares = [(_holding(facts, left & (code == c), left & (code != c), size), int(c)) for c in np.unique(code[left])]
        bad = sorted(pair for pair in shares if pair[0] < limit)
        if not bad:
            break
        # All that are as bad as the worst go together; the others may have been judged by the worst one's groups.
        out.extend(c for share, c in bad if share <= bad[0][0] + 0.1)
    return np.array(sorted(out), np.int64)


def _holding(facts: Facts, mine: BoolArray, others: BoolArray, size: int) -> float:
    group = components(size, facts.a[others], facts.b[others])
    population = np.bincount(group, minlength=size)[group]
    a, b = facts.a[mine], facts.b[mine]
    between = int(np.sum((population[a] >= 2) & (population[b] >= 2) & (group[a] != group[b])))
    alone = int(np.sum((population[a] < 2) & (population[b] < 2)))
    holding = len(a) - between - alone
    # Half a pair of doubt on each side: a class is not condemned by one pair.
    return (holding + 1.0) / (holding + between + 1.5)
