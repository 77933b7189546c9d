"""The ladder: weaker pairs, rung by rung, for gangs that the ties alone do not hold.

At each rung the pairs over narrow values with a probability down to the rung's are added. A component without a gang in it is judged
whole by the same threshold and a tail cut of the rung's own; a neighbour of a gang joins it if above T; gangs that meet become one.
Communities that stay under the line are left as they were.

*Guard.* Gangs make high intents meet; kinship makes low ones meet as well. Where people of a rung's pairs who are both below T are
alike too, the rung says nothing of gangs: it is taken away, with those below it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fraudgraph.graph.components import components
from fraudgraph.graph.kinship import alike_below
from fraudgraph.model import MICRO, BoolArray, FloatArray, Int32Array, IntArray
from fraudgraph.settings import Settings
from fraudgraph.verdicts.rules import Line, gather, judge
from fraudgraph.verdicts.significance import cut


def rungs(settings: Settings) -> list[float]:
    return sorted((float(rung) for rung in settings["verdicts.rungs"]), reverse=True)


def climb(
    community: Int32Array,
    a: Int32Array,
    b: Int32Array,
    probability: FloatArray,
    intent: IntArray,
    line: Line,
    cuts: dict[float, float],
    settings: Settings,
) -> Int32Array:
    """Return the communities after all rungs. ``a``, ``b``: pairs over narrow values that are no ties; ``cuts``: the rungs' tail cuts."""
    people, community_of, a, b = _compact(community, a, b)
    intents = intent[people]
    for rung in sorted(cuts, reverse=True):
        at = probability >= rung
        community_of = _step(community_of, a[at], b[at], intents, _stricter(line, cuts[rung]), line, settings)[0]
    result = community.copy()
    result[people] = people[community_of]
    return result


def _compact(community: Int32Array, a: Int32Array, b: Int32Array) -> tuple[Int32Array, Int32Array, Int32Array, Int32Array]:
    """Return the people who matter (in pairs or communities), and communities and pairs in their numbers; the order of people is kept."""
    together = np.bincount(community, minlength=len(community))[community] >= 2
    people = np.union1d(np.flatnonzero(together), np.union1d(a, b)).astype(np.int32)
    number = np.zeros(len(community), np.int32)
    number[people] = np.arange(len(people), dtype=np.int32)
    return people, number[community[people]], number[a], number[b]


def learn(
    community: Int32Array, a: Int32Array, b: Int32Array, probability: FloatArray, intent: IntArray, line: Line, settings: Settings
) -> dict[float, float]:
    """Return the tail cut of every rung that the guard lets stand, from a reference book."""
    people, community, a, b = _compact(community, a, b)
    intent = intent[people]
    cuts: dict[float, float] = {}
    before = 1.0
    for rung in rungs(settings):
        band = (probability >= rung) & (probability < before)
        if alike_below(a[band], b[band], intent, line.threshold, settings):
            break
        at = probability >= rung
        _, p_values = _step(community, a[at], b[at], intent, replace(line, p_cut=0.0), line, settings)
        cuts[rung] = cut(p_values, settings.number("verdicts.false_discovery"))
        community, _ = _step(community, a[at], b[at], intent, _stricter(line, cuts[rung]), line, settings)
        before = rung
    return cuts


def _stricter(line: Line, p_cut: float) -> Line:
    """What a rung lets through must stand before the common line as well."""
    return replace(line, p_cut=min(line.p_cut, p_cut))


def _step(
    community: Int32Array, a: Int32Array, b: Int32Array, intent: IntArray, rung: Line, line: Line, settings: Settings
) -> tuple[Int32Array, FloatArray]:
    """One rung: return the communities after it, and the p-values of the components that were judged whole."""
    size = len(community)
    people = np.arange(size, dtype=np.int32)
    flagged = _flagged(community, intent, line, settings)
    whole = components(size, np.concatenate([a, people]), np.concatenate([b, community]))
    touched = np.zeros(size, bool)
    touched[whole[flagged]] = True
    free = ~touched[whole]
    # Components without a gang are judged whole, if the rung made them.
    made = np.zeros(size, bool)
    new = community[a] != community[b]
    made[whole[a[new]]] = True
    proposal = np.where(free & made[whole], whole, community).astype(np.int32)
    groups = gather(proposal, intent, settings)
    judged = judge(groups, rung, settings)
    fresh = made[groups.first] & free[groups.first]
    p_values = judged.p_value[fresh & (groups.members >= settings.integer("verdicts.min_members")) & (groups.voters >= 2)]
    won = np.zeros(size, bool)
    won[groups.first[judged.flagged & fresh]] = True
    result = np.where(won[proposal], proposal, community).astype(np.int32)
    return _join(result, a, b, flagged, intent, rung, size), p_values


def _join(
    community: Int32Array, a: Int32Array, b: Int32Array, flagged: BoolArray, intent: IntArray, rung: Line, size: int
) -> Int32Array:
    """Gangs that meet become one; a person in no gang who is above T joins the gang of their neighbours (all of these, if several)."""
    loud = intent > rung.threshold * MICRO
    ends = np.stack([np.concatenate([a, b]), np.concatenate([b, a])])
    gang, other = flagged[ends[0]], flagged[ends[1]]
    meets = gang & (other | loud[ends[1]])
    left, right = ends[0][meets], ends[1][meets]
    # Who joins a gang leaves the rest of their community behind: only the person is relabelled.
    alone = community.copy()
    mover = np.unique(right[~flagged[right]])
    alone[mover] = mover
    ends_a = np.concatenate([left, np.flatnonzero(flagged)]).astype(np.int32)
    ends_b = np.concatenate([right, alone[flagged]]).astype(np.int32)
    names = components(size, ends_a, ends_b)
    inside = flagged.copy()
    inside[mover] = True
    # Who stays behind keeps a name of their own, even if they were named by somebody who left.
    result = community.astype(np.int64) + size
    result[inside] = names[inside]
    return _rename(result)


def _rename(label: IntArray) -> Int32Array:
    """Name every community by its smallest person again."""
    _, first, place = np.unique(label, return_index=True, return_inverse=True)
    return first[place].astype(np.int32)


def _flagged(community: Int32Array, intent: IntArray, line: Line, settings: Settings) -> BoolArray:
    groups = gather(community, intent, settings)
    judged = judge(groups, line, settings)
    mark = np.zeros(len(community), bool)
    mark[groups.first[judged.flagged]] = True
    return mark[community]
