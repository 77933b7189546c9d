"""From facts to probabilities and ties under frozen tables, and what learning them may and may not look at."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from functools import cache
from hashlib import blake2b

import networkx as nx
import numpy as np
import polars as pl
import pytest
from core_books import SETTINGS, SMALL, Use, make_facts, raw_book, uses, view_of
from hypothesis import given, settings
from hypothesis import strategies as st

from fraudgraph.calibration import prior as shipped
from fraudgraph.graph import classes, prior, scoring, transmission
from fraudgraph.graph.codes import encode
from fraudgraph.graph.components import components
from fraudgraph.graph.facts import BIT, Applications, Facts, View
from fraudgraph.graph.measure import measure
from fraudgraph.graph.pairs import Given
from fraudgraph.graph.scoring import Near, Scored, Tables
from fraudgraph.graph.standing import BINDS, KEPT, LOUD
from fraudgraph.graph.ties import values
from fraudgraph.model import PLACEHOLDERS, IntArray
from fraudgraph.settings import Settings
from fraudgraph.solving import Book

ALL_NEAR = SMALL.override({"graph.near": -1000.0})
"""Every pair is near: what is above the drop cut is a matter of the finer classes alone."""
NO_TABLES = replace(shipped(SETTINGS, (), (), PLACEHOLDERS.empty(), "prior").tables, sd=0.13, lift=0.25)


@cache
def measured(seed: int = 1) -> tuple[Book, Facts, IntArray, View]:
    """A book, its candidate pairs with their folds, and what the facts were read from."""
    book = raw_book(seed).book()
    codes = encode(book.keys, book.person, book.applied_at, SMALL)
    view = View(codes, book.person, book.applied_at, np.full(len(book.person), -1, np.int32))
    facts = measure(view, Given.none(), SMALL)
    return book, facts, scoring.folds(book.application_id, book.first, facts.a), view


MEAN, SD = 250_000, 0.2


def learned(seed: int = 1, intent: IntArray | None = None, chosen: Settings = SMALL) -> tuple[Tables, Near]:
    book, facts, fold, view = measured(seed)
    return scoring.learn(facts, book.intent if intent is None else intent, MEAN, SD, fold, view, book.persons, chosen)


def scored(tables: Tables, pairs: Near, persons: int) -> Scored:
    return scoring.score(pairs.facts, tables, pairs.fold, persons, SMALL)


def near_at(facts: Facts, tables: Tables, fold: IntArray, chosen: Settings = SMALL) -> list[int]:
    return [int(place) for place in scoring.near(facts, tables.levels, tables.sd, fold, chosen)]


def ends_of(facts: Facts) -> list[tuple[int, int]]:
    return list(zip(facts.a.tolist(), facts.b.tolist(), strict=True))


def by_pair(found: Scored) -> dict[tuple[int, int], float]:
    return dict(zip(ends_of(found.facts), found.probability.tolist(), strict=True))


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


def literal_near(facts: Facts, tables: Tables, fold: IntArray, least: float) -> list[int]:
    """The places of the pairs whose transmission, class by class from the prior, the own fold and third people apart, reaches ``least``."""
    begin = prior.probability(prior.log_odds(facts)) * (1.7 * tables.sd) ** 2
    code, found = classes.pack(facts), []
    for place in range(len(facts)):
        e = float(begin[place])
        for level in tables.levels[:4]:
            here = np.flatnonzero(level.keys == code[place] & level.mask)
            others = [number for number in range(3) if number != fold[place]]
            if len(here):
                total, count = (int(sums[here[0]][others].sum()) for sums in (level.total, level.count))
                e = (total * 1e-9 + 30 * e) / (count + 30)
        if e >= least:
            found.append(place)
    return found


@pytest.mark.parametrize("seed", [1, 2])
def test_near_are_the_pairs_that_transmit_something_by_what_the_two_share(seed: int) -> None:
    _, facts, fold, _ = measured(seed)
    tables, pairs = learned(seed)
    place = near_at(facts, tables, fold)
    assert place == literal_near(facts, tables, fold, SMALL.number("graph.near") * SD**2)
    assert 50 < len(place) < len(facts), "some are, some are not"
    assert ends_of(pairs.facts) == ends_of(facts.take(np.array(place)))
    assert pairs.fold.tolist() == fold[place].tolist()
    assert len(near_at(facts, tables, fold, ALL_NEAR)) == len(facts)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_whether_a_pair_is_near_is_a_matter_of_the_pair_alone(data: st.DataObject) -> None:
    """Whatever other pairs are asked of, and whoever is a third of theirs."""
    _, facts, fold, _ = measured()
    tables, _ = learned()
    near = set(near_at(facts, tables, fold))
    chosen = np.array(data.draw(st.lists(st.integers(0, len(facts) - 1), unique=True, max_size=30)), np.int64)
    assert [int(chosen[place]) for place in near_at(facts.take(chosen), tables, fold[chosen])] == [p for p in chosen.tolist() if p in near]


def test_under_the_prior_near_are_those_that_it_expects_to_transmit() -> None:
    """Crowds apart: in a book that is too small to learn from everything comes in one."""
    facts = make_facts([(0, 1), (1, 2), (3, 4)], prior=[-0.5, -9.0, -2.0], burst=[0, 80, 80])
    expected = scoring.start(facts, NO_TABLES.sd, learned=False) / NO_TABLES.sd**2
    for least, places in ((expected[2] * 0.999, [0, 2]), (expected[2] * 1.001, [0]), (expected[1] * 0.999, [0, 1, 2])):
        assert near_at(facts, NO_TABLES, np.zeros(3, np.int64), SETTINGS.override({"graph.near": float(least)})) == places


def triangles(facts: Facts) -> list[int]:
    """Per pair the third people who have a pair with both, all three called by other values, at most 2."""
    label: dict[tuple[int, int], int] = dict(zip(ends_of(facts), facts.label.tolist(), strict=True))
    graph = nx.Graph(list(label))

    def of(a: int, b: int) -> int:
        return label[min(a, b), max(a, b)]

    thirds = [sum(len({of(a, b), of(a, c), of(b, c)}) == 3 for c in nx.common_neighbors(graph, a, b)) for a, b in label]
    return [min(count, 2) for count in thirds]


@settings(max_examples=60, deadline=None)
@given(uses(most=18, people=6), st.data())
def test_near_pairs_are_collected_with_their_closure_among_near_pairs_and_what_they_share(rows: list[Use], data: st.DataObject) -> None:
    view = view_of(rows)
    facts = measure(view, Given.none(), SETTINGS)
    assert not facts.closure.any(), "candidates know no third people"
    place = np.flatnonzero([data.draw(st.booleans()) for _ in range(len(facts))])
    fold = np.arange(len(facts)) % 3
    pairs = scoring.collect(facts, place, fold, view, len({use.who for use in rows}))
    assert ends_of(pairs.facts) == ends_of(facts.take(place))
    assert pairs.facts.closure.tolist() == triangles(facts.take(place))
    assert pairs.fold.tolist() == fold[place].tolist()
    shared = values(view, Applications(view.person), facts.a[place], facts.b[place])
    for name in ("pair", "value", "people"):
        assert getattr(pairs.values, name).tolist() == getattr(shared, name).tolist()


@pytest.mark.parametrize(("least", "closure"), [(0.05, [0, 0]), (-1000.0, [1, 1, 1])])
def test_who_shares_only_what_transmits_nothing_is_nobodys_third(least: float, closure: list[int]) -> None:
    """Three in a ring, over a device, a WiFi and, a month apart, an employer."""
    shares = [{"device.own": "d", "employer.own": "e"}, {"device.own": "d", "wifi.own": "w"}, {"wifi.own": "w", "employer.own": "e"}]
    rows = [Use(f"A{i}", f"w{i}", 20 * i, keys) for i, keys in enumerate(shares)]
    view, fold = view_of(rows), np.zeros(3, np.int64)
    facts = measure(view, Given.none(), SETTINGS)
    assert ends_of(facts) == [(0, 1), (0, 2), (1, 2)]
    place = near_at(facts, NO_TABLES, fold, SETTINGS.override({"graph.near": least}))
    assert scoring.collect(facts, np.array(place), fold, view, 3).facts.closure.tolist() == closure


@pytest.mark.parametrize("seed", [1, 2])
def test_what_is_kept_is_over_the_drop_cut_before_the_second_look(seed: int) -> None:
    book = measured(seed)[0]
    tables, pairs = learned(seed)
    plain = scored(replace(tables, second=()), pairs, book.persons)
    found = scored(tables, pairs, book.persons)
    assert ends_of(plain.facts) == ends_of(found.facts) == ends_of(pairs.facts.take(found.place))
    assert 0 < len(found.place) < len(pairs.facts)
    assert (np.diff(found.place) > 0).all()
    assert (plain.probability >= SMALL.number("graph.drop")).all()
    assert ((found.probability >= 0) & (found.probability <= 1)).all()
    assert not np.array_equal(plain.probability, found.probability)
    binds = found.standing[found.place] & BINDS != 0
    assert 0 < binds.sum() < len(binds)
    assert np.array_equal(found.unit, components(book.persons, found.facts.a[binds], found.facts.b[binds]))
    assert found.units == len({int(unit) for unit in found.unit[found.facts.a[binds]]})
    assert np.array_equal(found.code, classes.pack(found.facts))
    assert len(tables.second) == SMALL.integer("graph.second_looks")
    first = scored(replace(tables, second=tables.second[:1]), pairs, book.persons)
    assert not np.array_equal(first.probability, found.probability), "every look counts"


@pytest.mark.parametrize("seed", [1, 2])
def test_a_pair_stands_by_whether_it_is_kept_may_tie_or_climb_and_is_strong_at_each_look(seed: int) -> None:
    book = measured(seed)[0]
    tables, pairs = learned(seed)
    found = scored(tables, pairs, book.persons)
    kept = np.flatnonzero(found.standing & KEPT)
    assert kept.tolist() == found.place.tolist()
    assert (found.standing[np.setdiff1d(np.arange(len(pairs.facts)), kept)] == 0).all()
    for number in range(2):
        look = scored(replace(tables, second=tables.second[:number]), pairs, book.persons)
        strong = look.probability >= SMALL.number("graph.strong")
        assert ((found.standing[kept] & LOUD << number) != 0).tolist() == strong.tolist()
    tied = scoring.tie(found, pairs.values, tables, book.persons, SMALL)
    climbing = scoring.weak(found, tied, tables, SMALL) & (found.probability >= min(SMALL["verdicts.rungs"]))
    assert (found.standing[kept][tied | climbing] & BINDS != 0).all()


@pytest.mark.parametrize("seed", [1, 2])
def test_settled_pairs_speak_for_those_beside_them_and_are_not_returned(seed: int) -> None:
    """Whatever part is settled as it stands, the others come out as in the whole."""
    book = measured(seed)[0]
    tables, pairs = learned(seed)
    whole = scored(tables, pairs, book.persons)
    for known in (np.arange(len(pairs.facts)) % 3 == 0, pairs.facts.a < book.persons // 2, np.ones(len(pairs.facts), bool)):
        settled = np.where(known, whole.standing, -1)
        part = scoring.score(pairs.facts, tables, pairs.fold, book.persons, SMALL, settled)
        mine = ~known[whole.place]
        assert part.place.tolist() == whole.place[mine].tolist()
        assert part.probability.tolist() == whole.probability[mine].tolist()
        assert part.standing.tolist() == whole.standing.tolist()
        assert part.code.tolist() == whole.code[mine].tolist()
        assert part.measured.tolist() == whole.measured[mine].tolist()
    odd = np.arange(len(pairs.facts)) % 2 == 1
    otherwise = np.where(whole.standing & KEPT != 0, whole.standing ^ LOUD, 0)
    other = scoring.score(pairs.facts, tables, pairs.fold, book.persons, SMALL, np.where(odd, otherwise, -1))
    assert other.probability.tolist() != whole.probability[~odd[whole.place]].tolist(), "what they say counts"


def test_a_pair_is_scored_without_the_other_pairs_looking_on() -> None:
    """Under tables without a second look, a pair's probability is the same whichever pairs stand beside it."""
    book = measured()[0]
    tables, pairs = learned()
    tables = replace(tables, second=())
    whole = scored(tables, pairs, book.persons)
    half = np.arange(len(pairs.facts)) % 2 == 0
    part = scoring.score(pairs.facts.take(half), tables, pairs.fold[half], book.persons, SMALL)
    assert len(part.facts) > 20
    assert by_pair(part).items() <= by_pair(whole).items()


@pytest.mark.parametrize("fold_of", [0, 1, 2])
def test_intents_of_a_folds_people_do_not_reach_its_own_first_look(fold_of: int) -> None:
    """Whether pairs of a fold are near, and how they are scored among the near (with the lift held), is said without regard to the people
    who are in pairs of that fold only."""
    book, facts, fold, _ = measured()
    mine = np.zeros(book.persons, bool)
    mine[facts.a[fold == fold_of]] = mine[facts.b[fold == fold_of]] = True
    mine[facts.a[fold != fold_of]] = mine[facts.b[fold != fold_of]] = False
    assert mine.sum() > 3
    changed = np.where(mine & (book.intent >= 0), (book.intent + 400_000) % 1_000_000, book.intent)
    own = fold == fold_of
    one, other = (learned(1, intent, ALL_NEAR) for intent in (book.intent, changed))
    assert one[0].levels[0].total.tolist() != other[0].levels[0].total.tolist()
    assert 0 < len(near_at(facts.take(own), one[0], fold[own])) < own.sum()
    assert near_at(facts.take(own), one[0], fold[own]) == near_at(facts.take(own), other[0], fold[own])
    looks = [
        by_pair(scoring.score(pairs.facts.take(own), replace(tables, second=(), lift=0.4), fold[own], book.persons, SMALL))
        for tables, pairs in (one, other)
    ]
    assert looks[0]
    assert looks[0] == looks[1]


@pytest.mark.parametrize("seed", [1, 2])
def test_frozen_tables_find_the_near_pairs_that_they_were_learned_with(seed: int) -> None:
    book, facts, fold, view = measured(seed)
    tables, pairs = learned(seed)
    frozen = Tables.from_json(json.loads(json.dumps(tables.to_json())))
    again = scoring.collect(facts, np.array(near_at(facts, frozen, fold)), fold, view, book.persons)
    for f in fields(Facts):
        assert np.array_equal(getattr(again.facts, f.name), getattr(pairs.facts, f.name)), f.name
    assert by_pair(scored(frozen, again, book.persons)) == by_pair(scored(tables, pairs, book.persons))


def z_of(book: Book, facts: Facts) -> tuple[IntArray, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    return transmission.products(book.intent, MEAN, facts.a, facts.b)


def test_coarse_classes_are_learned_from_all_pairs_and_finer_ones_from_near_pairs() -> None:
    book, facts, fold, _ = measured()
    tables, pairs = learned()
    assert [level.mask for level in tables.levels] == classes.masks()
    assert len(pairs.facts) < len(facts)
    for number, level in enumerate(tables.levels):
        told, folds = (facts, fold) if number < classes.COARSE else (pairs.facts, pairs.fold)
        z, known = z_of(book, told)
        for place in range(3):
            mine = known & (folds == place)
            assert level.count[:, place].sum() == mine.sum()
            assert level.total[:, place].sum() == z[mine].sum()


def test_no_coarse_class_looks_at_third_people() -> None:
    with_thirds, without = (classes.pack(make_facts([(0, 1)], closure=[count]))[0] for count in (2, 0))
    agree = [(with_thirds & mask) == (without & mask) for mask in classes.masks()]
    assert agree == [True] * classes.COARSE + [False] * (len(agree) - classes.COARSE)


def test_the_second_look_is_learned_from_the_known_pairs_above_the_drop_cut() -> None:
    book = measured()[0]
    tables, pairs = learned()
    found = scored(tables, pairs, book.persons)
    z, known = z_of(book, found.facts)
    assert 0 < known.sum() < len(known)
    for look in tables.second:
        for level in look:
            for number in range(3):
                mine = known & (pairs.fold[found.place] == number)
                assert level.count[:, number].sum() == mine.sum()
                assert level.total[:, number].sum() == z[mine].sum()


def test_tables_survive_json() -> None:
    tables, _ = learned()
    back = Tables.from_json(json.loads(json.dumps(tables.to_json())))
    assert back.to_json() == tables.to_json()
    assert (back.mean, back.sd, back.lift) == (tables.mean, tables.sd, tables.lift)
    assert back.joiners.dtype == np.int64


def test_learning_twice_gives_the_same_tables() -> None:
    assert learned()[0].to_json() == learned()[0].to_json()


def test_joiners_and_weak_probabilities_tie_nobody() -> None:
    persons = measured()[0].persons
    tables, pairs = learned()
    found = scored(tables, pairs, persons)
    tied = scoring.tie(found, pairs.values, tables, persons, SMALL)
    assert tied.any()
    assert (found.probability[tied] >= SMALL.number("graph.tie")).all()
    signatures = np.unique(found.facts.signature[tied])
    condemned = replace(tables, joiners=signatures[:1])
    still = scoring.tie(found, pairs.values, condemned, persons, SMALL)
    assert not (still & (found.facts.signature == signatures[0])).any()
    weak = scoring.weak(found, tied, condemned, SMALL)
    assert not (weak & tied).any()
    assert (found.facts.degree[weak] <= SMALL.integer("graph.small_value")).all()
    assert not np.isin(found.facts.signature[weak], condemned.joiners).any()
    assert weak.any()


def test_learnable_counts_pairs_whose_intents_are_both_known() -> None:
    facts = make_facts([(0, 1), (0, 2), (1, 3), (2, 3)])
    assert scoring.learnable(facts, np.array([5, 0, -1, 9], np.int64)) == 2


def test_transmits_asks_for_a_class_beyond_three_errors_and_a_lift_inside_its_bounds() -> None:
    tables, _ = learned()
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
