"""Transmission, against dictionaries and fractions: sums by class and fold, and no pair ever votes on itself."""

from __future__ import annotations

import json
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fraudgraph.graph.transmission import FOLDS, UNIT, Level, learn, lift, products, score

INTENTS = st.lists(st.one_of(st.just(-1), st.integers(0, 1_000_000)), min_size=2, max_size=9)
PAIR = st.tuples(st.integers(0, 63), st.integers(-(10**8), 10**9), st.booleans(), st.integers(0, FOLDS - 1))
PAIRS = st.lists(PAIR, min_size=1, max_size=40)
MASKS = [0b110000, 0b111100, 0b111111]
Pairs = list[tuple[int, int, bool, int]]


def columns(pairs: Pairs) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    code, z, known, fold = zip(*pairs, strict=True)
    return np.array(code, np.int64), np.array(z, np.int64), np.array(known, np.bool_), np.array(fold, np.int64)


def learned_alone(pairs: Pairs, mask: int) -> Level:
    (level,) = learn([mask], *columns(pairs))
    return level


def literal(pairs: Pairs, mask: int, code: int, fold: int) -> tuple[int, int, int]:
    """(known pairs of the class, those outside the fold, the sum of z outside the fold)."""
    mine = [(z, f) for c, z, known, f in pairs if known and c & mask == code & mask]
    others = [z for z, f in mine if f != fold]
    return len(mine), len(others), sum(others)


@given(INTENTS, st.integers(0, 1_000_000))
def test_products_are_those_of_two_deviations(intents: list[int], mean: int) -> None:
    size = len(intents)
    a, b = np.triu_indices(size, 1)
    z, known = products(np.array(intents, np.int64), mean, a.astype(np.int32), b.astype(np.int32))
    for i, j, value, is_known in zip(a, b, z.tolist(), known.tolist(), strict=True):
        assert is_known == (intents[i] >= 0 and intents[j] >= 0)
        exact = (intents[i] - mean) * (intents[j] - mean) / 1e12 if is_known else 0.0
        assert value * UNIT == pytest.approx(exact, abs=UNIT)


@settings(max_examples=60, deadline=None)
@given(PAIRS, st.sampled_from(MASKS))
def test_a_level_holds_the_sums_of_its_classes(pairs: Pairs, mask: int) -> None:
    level = learned_alone(pairs, mask)
    expected: dict[int, list[list[int]]] = {}
    for code, z, known, fold in pairs:
        if known:
            cells = expected.setdefault(code & mask, [[0, 0] for _ in range(FOLDS)])
            cells[fold][0] += z
            cells[fold][1] += 1
    assert level.keys.tolist() == sorted(expected)
    for key, total, count in zip(level.keys.tolist(), level.total.tolist(), level.count.tolist(), strict=True):
        assert [list(cell) for cell in zip(total, count, strict=True)] == expected[key]


@settings(max_examples=60, deadline=None)
@given(PAIRS, PAIRS, st.sampled_from([1.0, 30.0]), st.floats(0, 0.2))
def test_scores_shrink_towards_the_coarser_class_without_the_own_fold(learned: Pairs, asked: Pairs, k: float, prior: float) -> None:
    levels = learn(MASKS, *columns(learned))
    code, _, _, fold = columns(asked)
    found = score(levels, np.full(len(asked), prior), code, fold, k)
    for (c, _, _, f), value in zip(asked, found.tolist(), strict=True):
        exact = Fraction(prior)
        for mask in MASKS:
            _, count, total = literal(learned, mask, c, f)
            exact = (Fraction(total) / 10**9 + Fraction(k) * exact) / (count + Fraction(k))
        assert value == pytest.approx(float(exact), rel=1e-9, abs=1e-12)
    for mask, level in zip(MASKS, levels, strict=True):
        assert level.pairs(code).tolist() == [literal(learned, mask, c, f)[0] for c, _, _, f in asked]


@settings(max_examples=60, deadline=None)
@given(PAIRS, st.data())
def test_no_pair_votes_on_its_own_fold(pairs: Pairs, data: st.DataObject) -> None:
    """Whatever the intents in one fold are, the scores in that fold stay."""
    fold = data.draw(st.integers(0, FOLDS - 1))
    other = [(c, data.draw(st.integers(-(10**8), 10**9)) if f == fold else z, known, f) for c, z, known, f in pairs]
    code = np.array([c for c, *_ in pairs], np.int64)
    folds = np.full(len(code), fold, np.int64)
    one, two = (score(learn(MASKS, *columns(book)), np.full(len(code), 0.01), code, folds, 30.0) for book in (pairs, other))
    assert np.array_equal(one, two)


@given(PAIRS, st.randoms())
def test_neither_learning_nor_scoring_depends_on_the_order_of_pairs(pairs: Pairs, random: object) -> None:
    shuffled = list(pairs)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = (learned_alone(book, 0b111100) for book in (pairs, shuffled))
    assert one.to_json() == other.to_json()


@given(PAIRS)
def test_a_level_survives_json(pairs: Pairs) -> None:
    level = learned_alone(pairs, 0b111100)
    back = Level.from_json(json.loads(json.dumps(level.to_json())))
    assert back.mask == level.mask
    for name in ("keys", "total", "count"):
        assert np.array_equal(getattr(back, name), getattr(level, name))
        assert getattr(back, name).shape == getattr(level, name).shape


def test_where_nothing_is_known_the_prior_stays() -> None:
    levels = learn(MASKS, *columns([(5, 100, False, 0)]))
    start, code, fold = np.array([0.03, 0.2]), np.array([5, 9], np.int64), np.array([0, 2], np.int64)
    assert score(levels, start, code, fold, 30.0).tolist() == start.tolist()
    assert levels[0].pairs(code).tolist() == [0, 0]
    assert Level.from_json(levels[0].to_json()).total.shape == (0, FOLDS)


def test_lift_finds_how_far_gang_people_lie_above_the_others() -> None:
    """A class in which three pairs of ten are gang pairs whose people all lie .4 above the mean, the others at it."""
    z = np.array([160_000_000] * 3 + [0] * 7, np.int64)
    middle = np.array([0.4] * 3 + [0.0] * 7)
    known = np.ones(10, bool)
    assert lift(np.full(10, 0.05), z, known, middle, 0.1, 0.9) == pytest.approx(0.4)
    # Pairs that pass nothing on have no weight, nor have those of unknown intents.
    more = np.r_[z, 900_000_000, 900_000_000], np.r_[known, True, False], np.r_[middle, 0.01, 0.01]
    assert lift(np.r_[np.full(10, 0.05), -0.2, 0.9], *more, 0.1, 0.9) == pytest.approx(0.4)


def test_lift_is_held_within_its_bounds() -> None:
    known, one = np.ones(1, bool), np.array([1.0])
    assert lift(one, np.array([1_000_000], np.int64), known, np.array([0.5]), 0.13, 0.8) == 0.13
    assert lift(one, np.array([900_000_000], np.int64), known, np.array([0.1]), 0.13, 0.8) == 0.8
    for z, middle in ((-5, 0.5), (5, -0.5), (0, 0.0)):
        assert lift(one, np.array([z], np.int64), known, np.array([middle]), 0.13, 0.8) == 0.8
    assert lift(np.zeros(0), np.zeros(0, np.int64), np.zeros(0, bool), np.zeros(0), 0.13, 0.8) == 0.8
