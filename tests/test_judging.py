"""From near pairs to verdicts: the cuts that a calibration freezes, the line that it draws, and what a judgement may look at."""

from __future__ import annotations

from dataclasses import fields, replace
from functools import cache

import numpy as np
import pytest
from core_books import SMALL, Raw, raw_book
from hypothesis import given, settings
from hypothesis import strategies as st

from fraudgraph.calibration import Calibration, prior
from fraudgraph.graph import scoring
from fraudgraph.graph.components import components
from fraudgraph.graph.facts import Facts
from fraudgraph.graph.scoring import Near
from fraudgraph.judging import Found, People, judge_pairs, line, with_cuts
from fraudgraph.model import PLACEHOLDERS, BoolArray, IntArray
from fraudgraph.solving import Book, Solution, solve

NONE = PLACEHOLDERS.empty()
SEEDS = (0, 1, 2)


@cache
def learned(seed: int) -> tuple[Raw, Book, Solution, Calibration]:
    raw = raw_book(seed)
    told = raw.book()
    solution, calibration = solve(told, None, NONE, SMALL)
    assert calibration.case == "learned"
    return raw, told, solution, calibration


def people(told: Book) -> People:
    """The people by nothing but a list of names and their intents."""
    return People([told.application_id[int(row)] for row in told.first], told.intent)


def answer(found: Found) -> dict[str, object]:
    """All that a judgement says, in a form that can be compared to the last bit; what has no mean has none on both sides."""
    scored, groups, judged = found.scored, found.groups, found.judged
    arrays = {f"facts.{f.name}": getattr(scored.facts, f.name) for f in fields(Facts)}
    arrays |= {"probability": scored.probability, "code": scored.code, "measured": scored.measured, "unit": scored.unit}
    arrays |= {"tie": found.tie, "community": found.community, "first": groups.first, "members": groups.members}
    arrays |= {"voters": groups.voters, "total": groups.total, "flagged": judged.flagged, "over": judged.over, "p": judged.p_value}
    return {name: values.tolist() for name, values in arrays.items()} | {"stopped_by": list(judged.stopped_by)}


@pytest.mark.parametrize("seed", SEEDS)
def test_near_pairs_names_and_intents_are_enough(seed: int) -> None:
    """A judgement knows no applications, no values and no pairs that are not near: what a solve finds is found from these alone."""
    _, told, solution, calibration = learned(seed)
    assert answer(judge_pairs(solution.near, people(told), calibration, SMALL)) == answer(solution.found)
    assert len(solution.near.facts) < solution.candidates


@pytest.mark.parametrize("seed", SEEDS)
def test_the_cuts_are_found_from_near_pairs_too(seed: int) -> None:
    _, told, solution, calibration = learned(seed)
    bare = replace(calibration, p_cut=1.0, resolution=1.0, rungs=())
    assert with_cuts(solution.near, people(told), bare, SMALL).to_json() == calibration.to_json()


def part(pairs: Near, of: People, kept: BoolArray) -> tuple[Near, People, IntArray]:
    """The near pairs among some people, these people with new numbers, and their old numbers."""
    old = np.flatnonzero(kept)
    new = np.cumsum(kept).astype(np.int32) - np.int32(1)
    place = np.flatnonzero(kept[pairs.facts.a] & kept[pairs.facts.b])
    facts = pairs.facts.take(place)
    facts = replace(facts, a=new[facts.a], b=new[facts.b])
    return Near(facts, pairs.fold[place], pairs.values.of(place)), People([of.names[int(p)] for p in old], of.intent[old]), old


def told_of(found: Found, old: IntArray, names: list[str]) -> tuple[set[object], set[object]]:
    """(ties with their probabilities, communities with their verdicts) in the names of the people."""

    def name(person: int) -> str:
        return names[int(old[person])]

    a, b, probability = found.ties
    ties: set[object] = {(name(x), name(y), p) for x, y, p in zip(a.tolist(), b.tolist(), probability.tolist(), strict=True)}
    verdicts: set[object] = set()
    for i, first in enumerate(found.groups.first.tolist()):
        members = frozenset(name(person) for person in np.flatnonzero(found.community == first).tolist())
        verdicts.add((name(first), members, bool(found.judged.flagged[i]), found.judged.stopped_by[i], float(found.judged.p_value[i])))
    return ties, verdicts


@settings(max_examples=12, deadline=None)
@given(st.sampled_from(SEEDS), st.integers(0, 10**6))
def test_components_of_near_pairs_are_judged_without_the_others(seed: int, dice: int) -> None:
    """Under a frozen calibration: what a night does not touch need not be looked at."""
    _, told, solution, calibration = learned(seed)
    everybody = people(told)
    component = components(told.persons, solution.near.facts.a, solution.near.facts.b)
    chosen = np.random.default_rng(dice).random(told.persons)[component] < 0.5
    names = [everybody.names[person] for person in range(len(everybody))]
    whole = told_of(solution.found, np.arange(told.persons), names)
    ties: set[object] = set()
    verdicts: set[object] = set()
    for kept in (chosen, ~chosen):
        pairs, some, old = part(solution.near, everybody, kept)
        found = told_of(judge_pairs(pairs, some, calibration, SMALL), old, names)
        ties |= found[0]
        verdicts |= found[1]
    assert (ties, verdicts) == whole
    assert ties


def test_the_prior_judges_near_pairs_as_well() -> None:
    _, told, solution, _ = learned(0)
    plain = prior(SMALL, (), (), NONE, "prior")
    found = judge_pairs(solution.near, people(told), plain, SMALL)
    assert found.judged.flagged.any()
    assert found.scored.measured.tolist() == [0] * len(found.scored.facts)
    assert not judge_pairs(solution.near, people(told), plain.with_case("no intents"), SMALL).judged.flagged.any()


@pytest.mark.parametrize("seed", [0, 2, 10])
def test_what_is_learned_of_people_and_communities(seed: int) -> None:
    """The histogram is that of the known intents; the cut that of the communities that are large and known enough, the ladder apart."""
    raw, told, _, calibration = learned(seed)
    known = [value for value in raw.intents.values() if value is not None]
    assert calibration.people == len(known)
    places = [min(int(round(value * 1e6) // 5000), 199) for value in known]
    assert calibration.histogram.tolist() == [places.count(place) for place in range(200)]
    assert calibration.tables.mean / 1e6 == pytest.approx(np.mean(known), abs=1e-5)
    assert calibration.tables.sd == pytest.approx(np.std(known), abs=1e-5)
    before, _ = solve(told, replace(calibration, rungs=()), NONE, SMALL)
    groups = before.found.groups
    fit = (groups.members >= 3) & (groups.voters >= np.maximum(2, groups.members / 2))
    p_values = sorted(before.found.judged.p_value[fit].tolist())
    assert len(p_values) < len(groups.members), "couples are among them"
    passed = [p for rank, p in enumerate(p_values, 1) if p <= 0.05 * rank / len(p_values)]
    assert calibration.p_cut == max(passed)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_ladder_adds_the_weak_pairs_within_its_gangs_as_ties(seed: int) -> None:
    _, told, solution, calibration = learned(seed)
    before, _ = solve(told, replace(calibration, rungs=()), NONE, SMALL)
    facts, added = solution.found.scored.facts, solution.found.tie & ~before.found.tie
    weak = scoring.weak(before.found.scored, before.found.tie, calibration.tables, SMALL)
    assert np.array_equal(added, weak & (solution.found.community[facts.a] == solution.found.community[facts.b]))


def test_a_threshold_of_the_users_replaces_t_only() -> None:
    _, told, _, calibration = learned(0)
    mine = SMALL.override({"verdicts.threshold": 0.01})
    assert line(calibration, mine).threshold == 0.01
    assert line(calibration, mine).p_cut == calibration.p_cut
    assert line(calibration, SMALL).threshold == calibration.threshold
    assert line(calibration.with_case("no transmission"), mine).threshold > 1
    solution, learned_under = solve(told, None, NONE, mine)
    assert learned_under.to_json() == calibration.to_json(), "what is learned does not depend on the user's T"
    assert solution.found.judged.over.sum() > learned(0)[2].found.judged.over.sum()
