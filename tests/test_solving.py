"""The whole core on small books: one answer however a book is told, and under a frozen calibration each unit judged by itself."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
import pytest
from core_books import SETTINGS, SMALL, Raw, Use, book, raw_book, uses
from hypothesis import given, settings
from hypothesis import strategies as st

from fraudgraph import derived
from fraudgraph.calibration import Calibration, prior
from fraudgraph.graph.facts import GIVEN_KINDS, Facts
from fraudgraph.model import PLACEHOLDERS, RELATIONS
from fraudgraph.settings import Settings
from fraudgraph.solving import Book, Solution, number_channels, relations, solve

NONE = PLACEHOLDERS.empty()
SEEDS = (0, 1, 2)
Answer = dict[str, Any]


@cache
def learned(seed: int) -> tuple[Raw, Book, Solution, Calibration]:
    raw = raw_book(seed)
    told = raw.book()
    solution, calibration = solve(told, None, NONE, SMALL)
    assert calibration.case == "learned"
    return raw, told, solution, calibration


def answer(told: Book, solution: Solution, calibration: Calibration, chosen: Settings = SMALL) -> Answer:
    """All that a solve says, in a form that can be compared to the last bit."""
    found, named = solution.found, derived.Named.of(told)
    return {
        "ties": derived.ties(found, named, calibration).rows(),
        "communities": derived.communities(found, named).rows(),
        "verdicts": derived.verdicts(found, named, calibration, chosen).rows(),
        "reasons": derived.reasons(found, named, calibration, chosen).rows(),
        "hubs": solution.codes.hubs.rows(),
        "candidates": solution.candidates,
    }


def solved(told: Book, calibration: Calibration | None, chosen: Settings = SMALL) -> Answer:
    solution, used = solve(told, calibration, NONE, chosen)
    return answer(told, solution, used, chosen)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_book_with_gangs_flags_gang_people_and_few_others(seed: int) -> None:
    """Not a benchmark: only that the parts of this file have something to compare."""
    raw, told, solution, _ = learned(seed)
    names = list(dict.fromkeys(use.who for use in raw.uses))
    flagged = np.zeros(told.persons, bool)
    judged = solution.found
    flagged[judged.groups.first[judged.judged.flagged]] = True
    found = {name for name, is_flagged in zip(names, flagged[judged.community], strict=True) if is_flagged}
    truth = set().union(*(gang for gang in raw.gangs if len(gang) > 2))
    assert len(found & truth) > 0.6 * len(truth)
    assert len(found - set().union(*raw.gangs)) <= 0.1 * len(found)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_book_gives_the_same_answer_twice(seed: int) -> None:
    raw, _, _, calibration = learned(seed)
    again, other = solve(raw.book(), None, NONE, SMALL)
    assert other.to_json() == calibration.to_json()
    assert answer(raw.book(), again, other) == answer(*learned(seed)[1:])


@pytest.mark.parametrize("seed", SEEDS)
def test_the_order_of_the_rows_changes_nothing(seed: int) -> None:
    raw, told, solution, calibration = learned(seed)
    shuffled = [raw.uses[i] for i in np.random.default_rng(seed).permutation(len(raw.uses))]
    other = book(shuffled, raw.intents)
    found, learned_again = solve(other, None, NONE, SMALL)
    assert learned_again.version == calibration.version
    assert answer(other, found, learned_again) == answer(told, solution, calibration)


def with_relations(raw: Raw) -> list[tuple[str, str, str, float]]:
    """Some calls between applications of gangs, and of others."""
    first = {use.who: use.app for use in reversed(raw.uses)}
    rows = []
    for number, gang in enumerate(raw.gangs):
        members = sorted(gang)
        rows += [(first[a], first[b], ("call", "transfer")[number % 2], 1.0) for a, b in pairwise(members)]
    return rows


@settings(max_examples=6, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_the_relations_changes_nothing(dice: Any) -> None:
    raw = learned(0)[0]
    rows = with_relations(raw)
    shuffled = list(rows)
    dice.shuffle(shuffled)
    assert solved(book(raw.uses, raw.intents, shuffled), None) == solved(book(raw.uses, raw.intents, rows), None)


@pytest.mark.parametrize("seed", SEEDS)
def test_other_words_for_the_keys_in_the_same_order_change_nothing(seed: int) -> None:
    """Keys are compared for equality, and two of one kind for which comes first."""
    raw, told, solution, calibration = learned(seed)
    spelt = [replace(use, keys={slot: f"k {key}" for slot, key in use.keys.items()}) for use in raw.uses]
    assert solved(book(spelt, raw.intents), None) == answer(told, solution, calibration)


@settings(max_examples=30, deadline=None)
@given(uses(most=16))
def test_other_words_for_the_keys_change_only_what_a_pair_of_several_values_is_called(rows: list[Use]) -> None:
    """And with that who counts as a third person; who is near, and by which facts, stays."""
    calibration = learned(0)[3]
    spelt = [replace(use, keys={slot: f"{hash_of(key)}" for slot, key in use.keys.items()}) for use in rows]
    one, other = (solve(book(told, {}), calibration, NONE, SMALL)[0] for told in (rows, spelt))
    assert one.candidates == other.candidates
    for f in fields(Facts):
        if f.name not in ("label", "closure"):
            assert np.array_equal(getattr(one.near.facts, f.name), getattr(other.near.facts, f.name)), f.name


def hash_of(key: str) -> int:
    """Another name for a key, in no order that the old names had."""
    return int.from_bytes(key.encode(), "big") * 0x9E3779B97F4A7C15 % (1 << 128)


@pytest.mark.parametrize("chosen", [SETTINGS, SETTINGS.override({"verdicts.plain_threshold": 0.3, "verdicts.plain_p_cut": 0.2})])
@pytest.mark.parametrize("seed", SEEDS)
def test_other_names_for_the_applications_change_no_group_under_the_prior(seed: int, chosen: Settings) -> None:
    """The names decide the folds of learned tables; where there are none they decide nothing but the names of the groups."""
    raw = learned(seed)[0]
    order = {use.app: f"N{i:06d}" for i, use in enumerate(raw.uses)}
    told, other = raw.book(), book([replace(use, app=order[use.app]) for use in raw.uses], raw.intents)
    solution, calibration = solve(told, None, NONE, chosen)
    again, _ = solve(other, None, NONE, chosen)
    assert calibration.case == "prior"
    assert np.array_equal(again.found.community, solution.found.community)
    assert np.array_equal(again.found.tie, solution.found.tie)
    assert np.array_equal(again.found.scored.probability, solution.found.scored.probability)
    assert np.array_equal(again.found.judged.flagged, solution.found.judged.flagged)
    assert solution.found.tie.any()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_frozen_calibration_applied_to_its_own_book_gives_the_identical_answer(seed: int) -> None:
    _, told, solution, calibration = learned(seed)
    again, kept = solve(told, calibration, NONE, SMALL)
    assert kept is calibration
    assert answer(told, again, kept) == answer(told, solution, calibration)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_calibration_from_its_file_judges_as_the_one_in_memory(seed: int) -> None:
    _, _, _, calibration = learned(seed)
    back = Calibration.from_json(json.loads(json.dumps(calibration.to_json())))
    for told in (learned(seed)[1], raw_book(seed + 50).book()):
        assert solved(told, back) == solved(told, calibration)


def union(one: Answer, other: Answer) -> Answer:
    """Each table's rows of both, however they lie."""
    return {key: one[key] + other[key] if key == "candidates" else sorted(one[key] + other[key]) for key in one}


def in_rows(found: Answer) -> Answer:
    return {key: value if key == "candidates" else sorted(value) for key, value in found.items()}


@pytest.mark.parametrize("seed", SEEDS)
def test_units_are_judged_each_by_itself(seed: int) -> None:
    """Two books that share no value, under one frozen calibration: solved together as each alone."""
    calibration = learned(seed)[3]
    books = [raw_book(seed + 70, tag="x"), raw_book(seed + 80, gangs=9, tag="y")]
    together = book([use for raw in books for use in raw.uses], {**books[0].intents, **books[1].intents})
    alone = [solved(raw.book(), calibration) for raw in books]
    assert alone[0]["ties"]
    assert alone[1]["ties"]
    assert in_rows(solved(together, calibration)) == union(*alone)


@settings(max_examples=15, deadline=None)
@given(uses(most=14), uses(most=14), st.lists(st.floats(0, 1), min_size=12, max_size=12))
def test_units_of_random_books_are_judged_each_by_itself(left: list[Use], right: list[Use], intents: list[float]) -> None:
    calibration = learned(0)[3]
    right = [replace(use, app=f"B{use.app}", who=f"v{use.who}", keys={s: f"{k}~" for s, k in use.keys.items()}) for use in right]
    known: dict[str, float | None] = {f"{v}w{i}": intents[2 * i + (v == "v")] for i in range(6) for v in ("", "v")}
    alone = [solved(book(part, known), calibration) for part in (left, right)]
    assert in_rows(solved(book(left + right, known), calibration)) == union(*alone)


def tied(solution: Solution) -> list[tuple[int, int, float]]:
    return list(zip(*(column.tolist() for column in solution.found.ties), strict=True))


@pytest.mark.parametrize("seed", SEEDS)
def test_linking_never_looks_at_intents_under_a_frozen_calibration(seed: int) -> None:
    """Whoever's intents change, and be it everybody's, every pair keeps its probability and every tie but the ladder's stays."""
    _, told, _, calibration = learned(seed)
    frozen = replace(calibration, rungs=())
    before, _ = solve(told, frozen, NONE, SMALL)
    draw = np.random.default_rng(seed)
    one = told.intent.copy()
    one[before.found.ties[0][0]] = 0
    for intent in (one, draw.permutation(told.intent), np.full(told.persons, -1), np.full(told.persons, 1_000_000)):
        after, _ = solve(replace(told, intent=intent), frozen, NONE, SMALL)
        assert tied(after) == tied(before)
        assert np.array_equal(after.found.scored.probability, before.found.scored.probability)
        assert np.array_equal(after.found.community, before.found.community)
        laddered, _ = solve(replace(told, intent=intent), calibration, NONE, SMALL)
        assert np.array_equal(laddered.found.scored.probability, before.found.scored.probability)
        assert set(tied(before)) <= set(tied(laddered))


@settings(max_examples=40, deadline=None)
@given(uses(most=16), st.lists(st.one_of(st.none(), st.floats(0, 1)), min_size=6, max_size=6))
def test_no_book_is_too_odd_to_solve(rows: list[Use], intents: list[float | None]) -> None:
    """Tiny, empty, without intents, with all at once: every case is said, and the tables agree with each other."""
    chosen = SETTINGS.override({"graph.learn_pairs": 1})
    told = book(rows, {f"w{i}": value for i, value in enumerate(intents)})
    solution, calibration = solve(told, None, NONE, chosen)
    named = derived.Named.of(told)
    verdicts = derived.verdicts(solution.found, named, calibration, chosen)
    communities = derived.communities(solution.found, named)
    assert verdicts["members"].sum() == len(communities)
    assert set(verdicts["community_id"].to_list()) == set(communities["community_id"].to_list())
    if not calibration.flags:
        assert not verdicts["flagged"].any()
    assert calibration.case == "no intents" or any(value is not None for value in intents)


def test_a_book_without_intents_flags_nobody_and_still_ties() -> None:
    raw = learned(0)[0]
    told = book(raw.uses, {})
    solution, calibration = solve(told, None, NONE, SMALL)
    assert calibration.case == "no intents"
    assert solution.found.tie.any()
    assert not solution.found.judged.flagged.any()


def test_a_book_with_too_little_to_learn_from_is_judged_by_the_prior() -> None:
    told = learned(0)[1]
    solution, calibration = solve(told, None, NONE, SETTINGS)
    assert (calibration.case, calibration.threshold) == ("prior", SETTINGS.number("verdicts.plain_threshold"))
    assert solution.found.judged.flagged.any()


@pytest.mark.parametrize("seed", range(3))
def test_intents_dealt_over_the_people_at_random_flag_almost_nobody(seed: int) -> None:
    raw, told, _, _ = learned(0)
    dealt = np.random.default_rng(seed).permutation(told.intent)
    solution, _ = solve(replace(told, intent=dealt), None, NONE, SMALL)
    assert solution.found.groups.members[solution.found.judged.flagged].sum() <= 5
    assert raw.gangs


def couples(seed: int, kin: bool) -> Book:
    """Couples of one device. Kin are alike by nature, anywhere between 0 and 1; of the others half are high and half are low."""
    draw = np.random.default_rng(seed)
    rows, intents = [], {}
    for i in range(400):
        nature = draw.uniform(0.05, 0.95) if kin else draw.choice([0.2, 0.8])
        for who in (f"{i}a", f"{i}b"):
            rows.append(Use(f"A{who}", who, i / 4 + draw.uniform(0, 5), {"device.own": f"d{i}"}))
            intents[who] = float(np.clip(nature + draw.normal(0, 0.05), 0, 1))
    return book(rows, intents)


@pytest.mark.parametrize("seed", [1, 2])
def test_kin_who_are_alike_by_nature_are_no_transmission_and_two_kinds_of_people_are(seed: int) -> None:
    """In both the intents of couples agree, and the mean of tied people says nothing of gangs."""
    assert solve(couples(seed, kin=True), None, NONE, SMALL)[1].case == "no transmission"
    calibration = solve(couples(seed, kin=False), None, NONE, SMALL)[1]
    assert calibration.case == "learned"
    assert calibration.tables.lift == pytest.approx(0.3, abs=0.03)


def call_graph(seed: int) -> tuple[Book, set[str]]:
    """Three hundred people who call each other at random, and six gangs of twelve within who call each other much more."""
    draw = np.random.default_rng(seed)
    gang = np.full(300, -1)
    gang[draw.permutation(300)[:72]] = np.repeat(np.arange(6), 12)
    rows = [Use(f"A{i:03d}", f"w{i:03d}", i / 4) for i in range(300)]
    intents: dict[str, float | None] = {f"w{i:03d}": float(draw.normal(0.75 if gang[i] >= 0 else 0.2, 0.05)) for i in range(300)}
    rates = np.where((gang[:, None] == gang) & (gang >= 0), 0.9, 0.09)
    a, b = np.nonzero(np.triu(draw.random((300, 300)) < rates, 1))
    calls = [(f"A{i:03d}", f"A{j:03d}", "call", 1.0) for i, j in zip(a.tolist(), b.tolist(), strict=True)]
    return book(rows, intents, calls), {f"P-A{i:03d}" for i in np.flatnonzero(gang >= 0).tolist()}


@pytest.mark.parametrize("seed", [2, 3])
def test_gangs_in_a_dense_graph_of_calls_are_found_at_a_resolution_of_the_books(seed: int) -> None:
    told, truth = call_graph(seed)
    solution, calibration = solve(told, None, NONE, SMALL)
    found, named = solution.found, derived.Named.of(told)
    table = derived.verdicts(found, named, calibration, SMALL).filter("flagged")
    flagged = set(derived.communities(found, named).join(table, on="community_id", how="semi")["person_id"].to_list())
    assert len(flagged & truth) > 0.8 * len(truth)
    assert len(flagged - truth) < 0.5 * len(truth)
    assert calibration.resolution > 1
    assert calibration.resolution in SMALL["communities.resolutions"]
    again, _ = solve(told, Calibration.from_json(json.loads(json.dumps(calibration.to_json()))), NONE, SMALL)
    assert answer(told, again, calibration) == answer(told, solution, calibration)


def test_narrow_channels_are_those_of_the_calibration() -> None:
    channel = pl.Series(["b", None, "a", "z", "b"])
    assert number_channels(channel, ("a", "b")).tolist() == [1, -1, 0, -1, 1]
    assert number_channels(channel, ()).tolist() == [-1] * 5
    assert number_channels(pl.Series([None, None], dtype=pl.String), ("a",)).tolist() == [-1, -1]


ROWS = [Use("A1", "x", 0), Use("A2", "y", 1), Use("A3", "x", 2), Use("A4", "z", 3)]


def test_relations_between_applications_become_those_of_people() -> None:
    given_ = relations(
        book(
            ROWS,
            {},
            [
                ("A1", "A2", "call", 2.0),
                ("A2", "A3", "call", 0.5),  # the same two people again
                ("A1", "A3", "call", 9.0),  # one person
                ("A3", "A4", "kin", 1.0),
                ("A1", "B9", "kin", 1.0),  # not in the book
            ],
        ),
        None,
    )
    assert given_.names == ("call", "kin")
    columns = (given_.a, given_.b, given_.kind, given_.weight)
    assert list(zip(*(column.tolist() for column in columns), strict=True)) == [(0, 1, 0, 2.5), (0, 2, 1, 1.0)]


def test_kinds_of_relations_that_the_calibration_does_not_know_share_its_last_bit() -> None:
    told = book(ROWS, {}, [("A1", "A2", "call", 1.0), ("A3", "A4", "new", 1.0)])
    assert relations(told, ("call", "guarantor", "kin")).kind.tolist() == [0, 2]
    none = relations(replace(told, relations=RELATIONS.empty()), ("call",))
    assert (len(none.a), none.names) == (0, ("call",))


def test_more_kinds_of_relations_than_bits() -> None:
    people = [Use(f"A{i:02d}", f"w{i:02d}", i) for i in range(12)]
    told = book(people, {}, [("A00", f"A{i:02d}", f"kind{i:02d}", 1.0) for i in range(1, 12)])
    given_ = relations(told, None)
    assert given_.names == (*[f"kind{i:02d}" for i in range(1, GIVEN_KINDS)], "other")
    assert given_.kind.tolist() == [min(i, GIVEN_KINDS - 1) for i in range(11)]
    again = relations(told, given_.names)
    assert again.kind.tolist() == given_.kind.tolist()


def test_a_given_relation_ties_without_a_shared_value() -> None:
    raw = learned(0)[0]
    bare = [replace(use, keys={}) for use in raw.uses]
    told = book(bare, raw.intents, with_relations(raw))
    solution, calibration = solve(told, None, NONE, SMALL)
    assert calibration.case == "learned"
    assert calibration.given == ("call", "transfer")
    assert solution.found.judged.flagged.sum() >= 5


def test_the_prior_can_be_frozen_too() -> None:
    told = learned(0)[1]
    frozen = prior(SETTINGS, (), (), NONE, "prior")
    first = solved(told, frozen, SETTINGS)
    assert first == solved(told, frozen, SETTINGS)
