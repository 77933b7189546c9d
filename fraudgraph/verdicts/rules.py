"""The rule layer: the only place that says "gang". Gates are data, in the order in which they are asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fraudgraph.errors import ConfigurationError
from fraudgraph.model import MICRO, BoolArray, FloatArray, Int32Array, IntArray
from fraudgraph.settings import Settings
from fraudgraph.verdicts.grades import lower_bound
from fraudgraph.verdicts.significance import Tail, bins


@dataclass(frozen=True)
class Groups:
    """Communities of two people or more, sorted by their smallest person."""

    first: IntArray
    """The smallest person: the community's name."""
    members: IntArray
    voters: IntArray
    """Members whose intent is known."""
    total: IntArray
    """Sum of the voters' intents, millionths."""
    binned: IntArray
    """Sum of the voters' bins."""
    above: IntArray
    """Voters over the cut of the share rule."""

    @property
    def mean(self) -> FloatArray:
        """Mean intent over the voters, nan where nobody votes."""
        return np.where(self.voters > 0, self.total / np.maximum(self.voters, 1) / MICRO, np.nan)


def gather(community: Int32Array, intent: IntArray, settings: Settings) -> Groups:
    """Count the members and add up the intents of each community (a person's smallest fellow member)."""
    size = len(community)
    population = np.bincount(community, minlength=size)
    first = np.flatnonzero(population >= 2)
    place = np.full(size, -1, np.int64)
    place[first] = np.arange(len(first))
    where = place[community]
    known = (where >= 0) & (intent >= 0)
    at, values = where[known], intent[known]

    def add(numbers: IntArray) -> IntArray:
        total = np.zeros(len(first), np.int64)
        np.add.at(total, at, numbers)
        return total

    high = (values > settings.number("verdicts.share_above") * MICRO).astype(np.int64)
    return Groups(
        first, population[first].astype(np.int64), add(np.ones(len(at), np.int64)), add(values), add(bins(values)), add(high)
    )


@dataclass(frozen=True)
class Line:
    """What communities are judged against, frozen."""

    threshold: float
    p_cut: float
    sd: float
    tail: Tail


@dataclass(frozen=True)
class Gate:
    """One condition of the verdict. ``passes`` gets the groups, their p-values, the line and the settings."""

    code: str
    reason: str
    passes: Callable[[Groups, FloatArray, Line, Settings], BoolArray]


def _enough_members(groups: Groups, p: FloatArray, line: Line, settings: Settings) -> BoolArray:
    return np.greater_equal(groups.members, settings.integer("verdicts.min_members"))


def _enough_known(groups: Groups, p: FloatArray, line: Line, settings: Settings) -> BoolArray:
    result: BoolArray = groups.voters >= np.maximum(2, groups.members * settings.number("verdicts.min_known"))
    return result


def _rare(groups: Groups, p: FloatArray, line: Line, settings: Settings) -> BoolArray:
    if not settings.flag("verdicts.significance"):
        return np.ones(len(p), bool)
    result: BoolArray = np.less_equal(p, line.p_cut)
    return result


GATES = (
    Gate("TOO_FEW_MEMBERS", "fewer members than verdicts.min_members", _enough_members),
    Gate("TOO_FEW_KNOWN", "the intent of too few members is known", _enough_known),
    Gate("NOT_SIGNIFICANT", "as many random people would reach such a mean too often", _rare),
)


@dataclass(frozen=True)
class Judged:
    """Per group: is it over the line, is it a gang, and which gate stopped one that is over the line."""

    p_value: FloatArray
    over: BoolArray
    flagged: BoolArray
    stopped_by: list[str]


def judge(groups: Groups, line: Line, settings: Settings) -> Judged:
    """Return the verdict on each group: over the threshold by the rule in force, and through every gate."""
    p_value = line.tail.probability(groups.voters, groups.binned)
    over = _over(groups, line, settings)
    flagged = over.copy()
    stopped = np.full(len(p_value), "", dtype=object)
    for gate in GATES:
        passes = gate.passes(groups, p_value, line, settings)
        stopped[flagged & ~passes] = gate.code
        flagged &= passes
    return Judged(p_value, over, flagged, stopped.tolist())


def _over(groups: Groups, line: Line, settings: Settings) -> BoolArray:
    rule = settings.text("verdicts.rule")
    if line.threshold > 1:
        return np.zeros(len(groups.first), bool)
    mean = np.nan_to_num(groups.mean, nan=-1.0)
    if rule == "mean":
        return mean > line.threshold
    if rule == "share":
        return groups.above > settings.number("verdicts.share") * np.maximum(groups.voters, 1)
    if rule == "lower_bound":
        return lower_bound(mean, groups.voters, line.sd, settings.number("verdicts.bound_errors")) > line.threshold
    raise ConfigurationError(f"verdicts.rule must be mean, share or lower_bound, not {rule!r}")
