"""From near pairs to verdicts: ties -> communities -> ladder -> judgement, under a frozen calibration; and the cuts that it freezes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from fraudgraph import communities
from fraudgraph.calibration import Calibration
from fraudgraph.communities import Names
from fraudgraph.graph import scoring
from fraudgraph.graph.components import mean_degree
from fraudgraph.graph.scoring import Near, Scored
from fraudgraph.model import MICRO, BoolArray, FloatArray, Int32Array, IntArray
from fraudgraph.settings import Settings
from fraudgraph.verdicts import ladder
from fraudgraph.verdicts.rules import Groups, Judged, Line, gather, judge
from fraudgraph.verdicts.significance import Tail, cut


@dataclass(frozen=True)
class People:
    """Those who are judged, in the order of their first applications."""

    names: Names
    """Person -> the id of their first application."""
    intent: IntArray
    """Millionths, -1 unknown."""

    def __len__(self) -> int:
        return len(self.intent)


@dataclass(frozen=True)
class Found:
    """What near pairs come to."""

    scored: Scored
    tie: BoolArray
    """Which of the scored pairs are ties."""
    community: Int32Array
    """Per person: the smallest person of the community."""
    groups: Groups
    judged: Judged

    @property
    def ties(self) -> tuple[Int32Array, Int32Array, FloatArray]:
        return _pairs(self.scored, self.tie)


def judge_pairs(near: Near, people: People, calibration: Calibration, settings: Settings) -> Found:
    """From near pairs to verdicts under a calibration."""
    scored, tie = _tied(near, people, calibration, settings)
    community = _communities(people, scored, tie, calibration.resolution, settings)
    weak = scoring.weak(scored, tie, calibration.tables, settings)
    limit = line(calibration, settings)
    if calibration.flags and calibration.rungs:
        community = ladder.climb(community, *_pairs(scored, weak), people.intent, limit, dict(calibration.rungs), settings)
        tie |= weak & (community[scored.facts.a] == community[scored.facts.b])
    groups = gather(community, people.intent, settings)
    return Found(scored, tie, community, groups, judge(groups, limit, settings))


def _tied(near: Near, people: People, calibration: Calibration, settings: Settings) -> tuple[Scored, BoolArray]:
    scored = scoring.score(near.facts, calibration.tables, near.fold, len(people), settings, near.settled)
    return scored, scoring.tie(scored, near.values, calibration.tables, len(people), settings)


def _pairs(scored: Scored, chosen: BoolArray) -> tuple[Int32Array, Int32Array, FloatArray]:
    return scored.facts.a[chosen], scored.facts.b[chosen], scored.probability[chosen]


def _communities(people: People, scored: Scored, tie: BoolArray, resolution: float, settings: Settings) -> Int32Array:
    return communities.find(*_pairs(scored, tie), len(people), people.names, resolution, settings)


def line(calibration: Calibration, settings: Settings) -> Line:
    """Return what communities are judged against; a threshold of the user's replaces T only."""
    given = settings.number("verdicts.threshold")
    return Line(
        threshold=(given if given >= 0 else calibration.threshold) if calibration.flags else 2.0,
        p_cut=calibration.p_cut,
        sd=calibration.tables.sd,
        tail=Tail(calibration.histogram),
    )


def with_cuts(near: Near, people: People, calibration: Calibration, settings: Settings) -> Calibration:
    """Set the resolution and the tail cuts on the communities that are large and known enough to be judged at all."""
    scored, tie = _tied(near, people, calibration, settings)
    calibration, community = _resolved(people, scored, tie, calibration, settings)
    weak = scoring.weak(scored, tie, calibration.tables, settings)
    limit = replace(line(calibration, settings), threshold=calibration.threshold)
    cuts = ladder.learn(community, *_pairs(scored, weak), people.intent, limit, settings)
    return replace(calibration, rungs=tuple(sorted(cuts.items(), reverse=True)))


def _resolved(
    people: People, scored: Scored, tie: BoolArray, calibration: Calibration, settings: Settings
) -> tuple[Calibration, Int32Array]:
    """Set the resolution of Leiden and the tail cut; return the communities too.

    Of the resolutions that are tried the one counts whose flagged communities gather most intent over half of the lift: the sum of
    members times (mean - mu - D / 2). Too coarse a cut dilutes gangs, too fine a one loses those that chance cannot be told from; where
    nothing is dense all give the same, and the first stays.
    """
    a, b, _ = _pairs(scored, tie)
    dense = bool(calibration.tables.dense) or mean_degree(a, b) > settings.number("communities.sparse_degree")
    tried = sorted(float(resolution) for resolution in settings["communities.resolutions"])
    half = calibration.tables.mean / MICRO + 0.5 * calibration.tables.lift
    tail = Tail(calibration.histogram)
    best: tuple[float, Calibration, Int32Array] | None = None
    for resolution in tried if dense else tried[:1]:
        community = _communities(people, scored, tie, resolution, settings)
        groups = gather(community, people.intent, settings)
        judged = (groups.members >= settings.integer("verdicts.min_members")) & (
            groups.voters >= np.maximum(2, groups.members * settings.number("verdicts.min_known"))
        )
        p_value = tail.probability(groups.voters, groups.binned)
        p_cut = cut(p_value[judged], settings.number("verdicts.false_discovery"))
        flagged = judged & (groups.total > calibration.threshold * MICRO * groups.voters) & (p_value <= p_cut)
        gain = float(np.sum((groups.members * (groups.mean - half))[flagged]))
        if best is None or gain > best[0] + 1e-9:
            best = gain, replace(calibration, resolution=resolution, p_cut=p_cut), community
    assert best is not None
    return best[1], best[2]
