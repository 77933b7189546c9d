"""What is believed of a pair before the book is asked: the usual order of strength, which carries small books and new classes."""

from __future__ import annotations

import numpy as np

from fraudgraph.graph.codes import DAY
from fraudgraph.graph.facts import BIT, NO_GAP, Facts
from fraudgraph.model import FloatArray


def log_odds(facts: Facts, bursts: bool = True) -> FloatArray:
    """Return the prior log-odds that each pair is a gang pair: its strongest shared value, then what speaks for and against.

    Without ``bursts`` crowds say nothing: in a book of a few weeks everything comes in one.
    """
    signature = facts.signature
    home = ((signature & BIT["address"]) != 0) & ((signature & BIT["wifi"]) != 0)
    odds = facts.prior.copy()
    odds += np.where(home, -2.0, np.where(facts.address_differs, 0.7, 0.0))
    odds += 1.0 * (facts.closure > 0) + 1.0 * (facts.phones >= 2) + 0.5 * facts.channel
    if bursts:
        odds += np.select([facts.burst >= 80, facts.burst >= 50, facts.burst >= 30], [2.0, 1.0, 0.5], 0.0)
    known = facts.gap < NO_GAP
    odds += np.select([facts.gap <= 3 * DAY, facts.gap <= 14 * DAY, known & (facts.gap > 30 * DAY)], [1.5, 0.8, -1.5], 0.0)
    return odds


def probability(odds: FloatArray) -> FloatArray:
    return 1.0 / (1.0 + np.exp(-odds))
