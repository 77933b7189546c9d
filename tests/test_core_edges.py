"""Corners of the core that were once wrong, each held by a test."""

from __future__ import annotations

import numpy as np
import pytest
from core_books import SETTINGS, SMALL, Use, book, raw_book, view_of

from fraudgraph import communities
from fraudgraph.calibration import Calibration, prior
from fraudgraph.errors import ConfigurationError
from fraudgraph.graph.facts import GIVEN_KINDS
from fraudgraph.graph.measure import measure
from fraudgraph.graph.pairs import Given
from fraudgraph.model import PLACEHOLDERS
from fraudgraph.solving import relations, solve
from fraudgraph.verdicts import ladder
from fraudgraph.verdicts.rules import Line
from fraudgraph.verdicts.significance import Tail


def test_who_joins_a_gang_leaves_the_rest_behind() -> None:
    line = Line(0.5, 1.0, 0.1, Tail(np.r_[np.full(100, 10), np.zeros(100, int)]))
    community = np.array([0, 1, 2, 2, 2, 5, 5, 5], np.int32)
    intent = np.array([1, 1, 8, 1, 1, 8, 8, 8]) * 100_000
    a, b, probability = np.array([2], np.int32), np.array([5], np.int32), np.array([0.2])
    found = ladder.climb(community, a, b, probability, intent, line, {0.15: 1.0}, SETTINGS)
    assert found.tolist() == [0, 1, 2, 3, 3, 2, 2, 2]


def test_relations_under_a_calibration_that_knew_none() -> None:
    given = relations(book([Use("A1", "x", 0), Use("A2", "y", 1)], {}, [("A1", "A2", "call", 1.0)]), ())
    assert len(given.kind) == 1
    assert all(0 <= kind < GIVEN_KINDS for kind in given.kind.tolist())


def test_one_number_named_twice_is_one_phone() -> None:
    keys = {"phone.contact1": "1", "phone.contact2": "1"}
    rows = [Use("A1", "x", 0, keys), Use("A2", "y", 1, keys)]
    assert measure(view_of(rows), Given.none(), SETTINGS).phones.tolist() == [1]


@pytest.mark.parametrize("rule", ["mean", "share", "lower_bound"])
def test_nobody_is_flagged_where_nothing_transmits_whatever_the_rule(rule: str) -> None:
    raw = raw_book(0)
    _, calibration = solve(raw.book(), None, PLACEHOLDERS.empty(), SMALL)
    settings = SMALL.override({"verdicts.rule": rule})
    solution, _ = solve(raw.book(), calibration.with_case("no transmission"), PLACEHOLDERS.empty(), settings)
    assert not solution.found.judged.flagged.any()


@pytest.mark.parametrize("resolution", SETTINGS["communities.resolutions"])
def test_a_dense_gang_never_falls_into_single_people(resolution: float) -> None:
    size = 60
    a, b = (ends.astype(np.int32) for ends in np.triu_indices(size, 1))
    names = [f"A{i}" for i in range(size)]
    found = communities.find(a, b, np.ones(len(a)), size, names, resolution, SETTINGS)
    assert found.tolist() == [0] * size


def test_damaged_placeholders_in_a_calibration_are_told() -> None:
    document = prior(SETTINGS, (), (), PLACEHOLDERS.empty(), "prior").to_json()
    assert Calibration.from_json(document).version
    with pytest.raises(ConfigurationError, match="damaged"):
        Calibration.from_json({**document, "placeholders": "none"})
