"""The prior: every step of it, and that what is not known counts for nothing."""

from __future__ import annotations

import numpy as np
import pytest
from core_books import make_facts

from fraudgraph.graph.codes import DAY
from fraudgraph.graph.facts import BIT, NO_GAP
from fraudgraph.graph.prior import log_odds, probability

BOTH = BIT["address"] | BIT["wifi"]
STEPS = [
    ({}, 0.0),
    ({"gap": 0}, 1.5),
    ({"gap": 3 * DAY}, 1.5),
    ({"gap": 3 * DAY + 1}, 0.8),
    ({"gap": 14 * DAY}, 0.8),
    ({"gap": 14 * DAY + 1}, 0.0),
    ({"gap": 30 * DAY}, 0.0),
    ({"gap": 30 * DAY + 1}, -1.5),
    ({"gap": NO_GAP}, 0.0),
    ({"closure": 1}, 1.0),
    ({"closure": 2}, 1.0),
    ({"phones": 1}, 0.0),
    ({"phones": 2}, 1.0),
    ({"phones": 3}, 1.0),
    ({"channel": True}, 0.5),
    ({"burst": 29}, 0.0),
    ({"burst": 30}, 0.5),
    ({"burst": 50}, 1.0),
    ({"burst": 80}, 2.0),
    ({"signature": BOTH}, -2.0),
    ({"signature": BIT["address"]}, 0.0),
    ({"signature": BIT["wifi"], "address_differs": True}, 0.7),
    ({"signature": BOTH, "address_differs": True}, -2.0),
    ({"ip_differs": True}, 0.0),
    ({"prior": -3.0, "closure": 1, "gap": 0}, -0.5 + 1.0),
]


@pytest.mark.parametrize(("facts", "more"), STEPS)
def test_each_step(facts: dict[str, float], more: float) -> None:
    base = -1.0
    found = log_odds(make_facts([(0, 1)], **{name: [value] for name, value in facts.items()}))
    assert found.tolist() == pytest.approx([base + more])


def test_crowds_can_be_left_out() -> None:
    found = log_odds(make_facts([(0, 1)] * 3, burst=[30, 80, 0]), bursts=False)
    assert found.tolist() == [-1.0, -1.0, -1.0]


def test_the_facts_are_left_as_they_were() -> None:
    facts = make_facts([(0, 1)], closure=[1])
    log_odds(facts)
    assert facts.prior.tolist() == [-1.0]


def test_odds_to_probabilities() -> None:
    assert probability(np.array([0.0, np.log(3), -np.log(3)])).tolist() == pytest.approx([0.5, 0.75, 0.25])
    assert probability(np.array([-700.0, 700.0])).tolist() == pytest.approx([0, 1])
