"""The calibration: a document that says everything, and nothing that is damaged is taken for one."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache

import numpy as np
import polars as pl
import pytest
from core_books import SETTINGS, SMALL, raw_book

from fraudgraph.calibration import SENTENCES, Calibration, grade_cuts, prior
from fraudgraph.errors import ConfigurationError
from fraudgraph.model import PLACEHOLDERS
from fraudgraph.solving import solve
from fraudgraph.verdicts.significance import BINS

NONE = PLACEHOLDERS.empty()
SOME = pl.DataFrame({"kind": ["phone"], "key": ["+8613800138000"], "people": [400]}, schema=PLACEHOLDERS.schema)


@cache
def learned() -> Calibration:
    return solve(raw_book(1).book(), None, SOME, SMALL)[1]


def shipped(case: str = "prior") -> Calibration:
    return prior(SETTINGS, ("c1", "c2"), ("call",), SOME, case)


@pytest.mark.parametrize("make", [learned, shipped])
def test_it_survives_json(make: object) -> None:
    calibration = make()  # type: ignore[operator]
    back = Calibration.from_json(json.loads(json.dumps(calibration.to_json())))
    assert back.to_json() == calibration.to_json()
    assert back.version == calibration.version
    assert back.placeholders.equals(calibration.placeholders)
    assert back.rungs == calibration.rungs
    assert isinstance(back.channels, tuple)


def test_the_version_is_a_function_of_the_content() -> None:
    assert solve(raw_book(1).book(), None, SOME, SMALL)[1].version == learned().version
    others = [
        replace(learned(), threshold=learned().threshold + 1e-9),
        replace(learned(), placeholders=NONE),
        learned().with_case("no transmission"),
        replace(learned(), tables=replace(learned().tables, lift=0.5)),
        shipped(),
    ]
    versions = {calibration.version for calibration in [learned(), *others]}
    assert len(versions) == len(others) + 1
    assert all(len(version) == 8 and int(version, 16) >= 0 for version in versions)


def test_every_key_is_needed() -> None:
    document = learned().to_json()
    for key in document.keys() - {"unknown"}:  # which the first calibrations did not have
        damaged = {name: value for name, value in document.items() if name != key}
        with pytest.raises(ConfigurationError, match=r"^book\.json is (damaged|not a calibration)"):
            Calibration.from_json(damaged, "book.json")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("grade_cuts", [1.0, 2.0]),
        ("grade_cuts", "abc"),
        ("threshold", None),
        ("threshold", "high"),
        ("tables", []),
        ("tables", {"mean": 1}),
        ("histogram", ["x"]),
        ("rungs", [[0.1]]),
        ("rungs", 3),
        ("channels", 4),
        ("format", 99),
    ],
)
def test_damage_is_told_and_not_guessed_at(key: str, value: object) -> None:
    with pytest.raises(ConfigurationError, match=r"^the calibration is (damaged|not a calibration of format)"):
        Calibration.from_json({**learned().to_json(), key: value})


def test_what_is_no_calibration_says_how_to_get_one() -> None:
    with pytest.raises(ConfigurationError, match="calibrate --export"):
        Calibration.from_json({"hello": 1})


def test_cases_and_who_can_be_flagged() -> None:
    assert {case: shipped(case).flags for case in SENTENCES} == {
        "learned": True,
        "prior": True,
        "no transmission": False,
        "no intents": False,
    }
    assert all(shipped(case).sentence == sentence for case, sentence in SENTENCES.items())


def test_the_shipped_one_is_what_its_sentence_says() -> None:
    calibration = shipped()
    share = calibration.histogram / calibration.histogram.sum()
    place = (np.arange(BINS) + 0.5) / BINS
    mean = float(share @ place)
    assert mean == pytest.approx(calibration.tables.mean / 1e6, abs=0.01)
    assert float(share @ (place - mean) ** 2) ** 0.5 == pytest.approx(calibration.tables.sd, abs=0.01)
    assert calibration.threshold == SETTINGS.number("verdicts.plain_threshold")
    assert calibration.p_cut == SETTINGS.number("verdicts.plain_p_cut")
    assert (calibration.channels, calibration.given, calibration.people, calibration.pairs) == (("c1", "c2"), ("call",), 0, 0)


def test_grade_cuts_are_shares_of_the_lift() -> None:
    assert grade_cuts(0.5, SETTINGS.override({"verdicts.grade_cuts": [0.6, 0.4, 0.1]})) == pytest.approx((0.3, 0.2, 0.05))
    a, b, c = learned().grade_cuts
    assert a > b > c > 0
