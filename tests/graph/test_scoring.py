"""From facts to probabilities and ties under frozen tables, and what learning them may and may not look at."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from functools import cache
from hashlib import blake2b

import numpy as np
import polars as pl
import pytest
from core_books import SETTINGS, SMALL, make_facts, raw_book

from fraudgraph.calibration import prior as shipped
from fraudgraph.graph import classes, prior, scoring
from fraudgraph.graph.codes import encode
from fraudgraph.graph.components import components
from fraudgraph.graph.facts import BIT, Facts, View
from fraudgraph.graph.measure import measure
from fraudgraph.graph.pairs import Given
from fraudgraph.graph.scoring import Scored, Tables
from fraudgraph.model import PLACEHOLDERS, IntArray
from fraudgraph.solving import Book

NO_TABLES = replace(shipped(SETTINGS, (), (), PLACEHOLDERS.empty(), "prior").tables, sd=0.13, lift=0.25)


@cache
def measured(seed: int = 1) -> tuple[Book, Facts, IntArray, View]:
    book = raw_book(seed).book()
    codes = encode(book.keys, book.person, book.applied_at, SMALL)
    view = View(codes, book.person, book.applied_at, np.full(len(book.person), -1, np.int32))
    facts = measure(view, Given.none(), book.persons, SMALL)
    return book, facts, scoring.folds(book.application_id, book.first, facts.a), view


def learned(book: Book, facts: Facts, fold: IntArray, view: View, intent: IntArray | None = None) -> Tables:
    return scoring.learn(facts, book.intent if intent is None else intent, 250_000, 0.2, fold, view, book.persons, SMALL)[0]


def by_pair(scored: Scored) -> dict[tuple[int, int], float]:
    ends = zip(scored.facts.a.tolist(), scored.facts.b.tolist(), strict=True)
    return dict(zip(ends, scored.probability.tolist(), strict=True))


def test_the_fold_of_a_pair_is_that_of_its_earlier_person_in_every_book() -> None:
    names = pl.Series([f"A{i}" for i in range(40)])
    a = np.repeat(np.arange(40, dtype=np.int32), 3)
    found = scoring.folds(names, np.arange(40), a)
    # The very hash: frozen tables are kept by fold.
    assert found[::3].tolist() == [int.from_bytes(blake2b(f"A{i}".encode(), digest_size=4).digest(), "big") % 3 for i in range(40)]
    assert (found.reshape(-1, 3) == found.reshape(-1, 3)[:, :1]).all()
    # The same people in another book, with other numbers and other applications around them.
    other = pl.concat([pl.Series(["Z"]), names.reverse()])
    assert scoring.folds(other, np.arange(1, 41), np.arange(40, dtype=np.int32)).tolist() == found[::3][::-1].tolist()
    assert scoring.folds(names, np.arange(40), np.zeros(0, np.int32)).tolist() == []


def test_without_tables_the_prior_speaks() -> None:
    facts = make_facts([(0, 1), (1, 2), (3, 4)], prior=[-0.5, -4.5, -1.0], gap=[0, 0, 10**15])
    found = scoring.score(facts, NO_TABLES, np.zeros(3, np.int64), 5, SETTINGS)
    believed = prior.probability(prior.log_odds(facts)) * (1.7 * 0.13 / 0.25) ** 2
    assert believed[1] < SETTINGS.number("graph.drop") < believed[0]
    assert found.probability.tolist() == pytest.approx(believed[[0, 2]].tolist())
    assert found.measured.tolist() == [0, 0]
    assert found.unit.tolist() == [0, 0, 2, 3, 3]


@pytest.mark.parametrize("seed", [1, 2])
def test_what_is_kept_is_over_the_drop_cut_before_the_second_look(seed: int) -> None:
    book, facts, fold, view = measured(seed)
    tables = learned(book, facts, fold, view)
    plain = scoring.score(facts, replace(tables, second=()), fold, book.persons, SMALL)
    found = scoring.score(facts, tables, fold, book.persons, SMALL)
    for name in ("a", "b"):
        assert np.array_equal(getattr(plain.facts, name), getattr(found.facts, name))
    assert (plain.probability >= SMALL.number("graph.drop")).all()
    assert ((found.probability >= 0) & (found.probability <= 1)).all()
    assert not np.array_equal(plain.probability, found.probability)
    assert np.array_equal(found.unit, components(book.persons, found.facts.a, found.facts.b))
    assert np.array_equal(found.code, classes.pack(found.facts))
    assert len(tables.second) == SMALL.integer("graph.second_looks")
    first = scoring.score(facts, replace(tables, second=tables.second[:1]), fold, book.persons, SMALL)
    assert not np.array_equal(first.probability, found.probability), "every look counts"


def test_a_pair_is_scored_without_the_other_pairs_looking_on() -> None:
    """Under tables without a second look, a pair's probability is the same whichever pairs stand beside it."""
    book, facts, fold, view = measured()
    tables = replace(learned(book, facts, fold, view), second=())
    whole = scoring.score(facts, tables, fold, book.persons, SMALL)
    half = np.arange(len(facts)) % 2 == 0
    part = scoring.score(facts.take(half), tables, fold[half], book.persons, SMALL)
    assert len(part.facts) > 20
    assert by_pair(part).items() <= by_pair(whole).items()


@pytest.mark.parametrize("fold_of", [0, 1, 2])
def test_intents_of_a_folds_people_do_not_reach_its_own_first_look(fold_of: int) -> None:
    """With the lift held, pairs of a fold are scored without regard to the people who are in pairs of that fold only."""
    book, facts, fold, view = measured()
    mine = np.zeros(book.persons, bool)
    mine[facts.a[fold == fold_of]] = mine[facts.b[fold == fold_of]] = True
    mine[facts.a[fold != fold_of]] = mine[facts.b[fold != fold_of]] = False
    assert mine.sum() > 3
    changed = np.where(mine & (book.intent >= 0), (book.intent + 400_000) % 1_000_000, book.intent)
    tables = [learned(book, facts, fold, view, intent) for intent in (book.intent, changed)]
    assert tables[0].levels[0].total.tolist() != tables[1].levels[0].total.tolist()
    own = fold == fold_of
    one, other = (
        by_pair(scoring.score(facts.take(own), replace(t, second=(), lift=0.4), fold[own], book.persons, SMALL)) for t in tables
    )
    assert one
    assert one == other


def test_learning_says_which_pairs_are_above_the_drop_cut() -> None:
    book, facts, fold, view = measured()
    tables, kept = scoring.learn(facts, book.intent, 250_000, 0.2, fold, view, book.persons, SMALL)
    whole = scoring.score(facts, tables, fold, book.persons, SMALL)
    part = scoring.score(facts.take(kept), tables, fold[kept], book.persons, SMALL)
    assert len(part.facts) == len(kept) < len(facts)
    assert by_pair(part) == by_pair(whole)


def test_the_second_look_is_learned_from_the_known_pairs_above_the_drop_cut() -> None:
    book, facts, fold, view = measured()
    tables, kept = scoring.learn(facts, book.intent, 250_000, 0.2, fold, view, book.persons, SMALL)
    known = [k for k in kept.tolist() if book.intent[facts.a[k]] >= 0 and book.intent[facts.b[k]] >= 0]
    assert 0 < len(known) < len(kept)
    z = [(int(book.intent[facts.a[k]]) - 250_000) * (int(book.intent[facts.b[k]]) - 250_000) // 1000 for k in known]
    for look in tables.second:
        for level in look:
            for number in range(3):
                assert level.count[:, number].sum() == sum(fold[k] == number for k in known)
                assert level.total[:, number].sum() == sum(value for value, k in zip(z, known, strict=True) if fold[k] == number)


def test_tables_survive_json() -> None:
    tables = learned(*measured())
    back = Tables.from_json(json.loads(json.dumps(tables.to_json())))
    assert back.to_json() == tables.to_json()
    assert (back.mean, back.sd, back.lift) == (tables.mean, tables.sd, tables.lift)
    assert back.joiners.dtype == np.int64


def test_learning_twice_gives_the_same_tables() -> None:
    assert learned(*measured()).to_json() == learned(*measured()).to_json()


def test_joiners_and_weak_probabilities_tie_nobody() -> None:
    book, facts, fold, view = measured()
    tables = learned(book, facts, fold, view)
    scored = scoring.score(facts, tables, fold, book.persons, SMALL)
    tied = scoring.tie(scored, tables, view, book.persons, SMALL)
    assert tied.any()
    assert (scored.probability[tied] >= SMALL.number("graph.tie")).all()
    signatures = np.unique(scored.facts.signature[tied])
    condemned = replace(tables, joiners=signatures[:1])
    still = scoring.tie(scored, condemned, view, book.persons, SMALL)
    assert not (still & (scored.facts.signature == signatures[0])).any()
    weak = scoring.weak(scored, tied, condemned, SMALL)
    assert not (weak & tied).any()
    assert (scored.facts.degree[weak] <= SMALL.integer("graph.small_value")).all()
    assert not np.isin(scored.facts.signature[weak], condemned.joiners).any()
    assert weak.any()


def test_learnable_counts_pairs_whose_intents_are_both_known() -> None:
    facts = make_facts([(0, 1), (0, 2), (1, 3), (2, 3)])
    assert scoring.learnable(facts, np.array([5, 0, -1, 9], np.int64)) == 2


def test_transmits_asks_for_a_class_beyond_three_errors_and_a_lift_inside_its_bounds() -> None:
    tables = learned(*measured())
    assert scoring.transmits(tables, 0.2, SMALL)
    assert not scoring.transmits(replace(tables, lift=1 - tables.mean / 1e6), 0.2, SMALL)
    assert not scoring.transmits(replace(tables, lift=0.2), 0.2, SMALL)
    assert not scoring.transmits(replace(tables, levels=()), 0.2, SMALL)
    level = tables.levels[0]
    quiet = replace(level, total=-abs(level.total))
    assert not scoring.transmits(replace(tables, levels=(quiet,)), 0.2, SMALL)


def test_facts_keep_their_columns_when_some_are_taken() -> None:
    facts = make_facts([(0, 1), (1, 2), (3, 4)], signature=[BIT["device"], 2, 3])
    some = facts.take(np.array([True, False, True]))
    for f in fields(Facts):
        assert getattr(some, f.name).tolist() == getattr(facts, f.name)[[0, 2]].tolist()
        assert getattr(some, f.name).dtype == getattr(facts, f.name).dtype
