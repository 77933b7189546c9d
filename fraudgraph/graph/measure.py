"""From keys to pairs with their facts: the part of the graph that knows no intents."""

from __future__ import annotations

from dataclasses import replace

from fraudgraph.graph.closure import close
from fraudgraph.graph.facts import Facts, View, read
from fraudgraph.graph.pairs import Given, candidates
from fraudgraph.settings import Settings


def measure(view: View, given: Given, persons: int, settings: Settings) -> Facts:
    """Return the candidate pairs of a whole book with all their facts."""
    a, b = candidates(
        view.codes, view.person, view.applied_at, given, settings.integer("graph.reach"), settings.integer("graph.pair_days")
    )
    facts = read(view, a, b, given, settings.table("graph.prior"))
    return replace(facts, closure=close(facts, persons))
