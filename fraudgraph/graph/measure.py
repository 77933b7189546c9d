"""From keys to pairs with their facts: the part of the graph that knows no intents."""

from __future__ import annotations

from fraudgraph.graph.facts import Facts, View, read
from fraudgraph.graph.pairs import Given, candidates
from fraudgraph.settings import Settings


def measure(view: View, given: Given, settings: Settings) -> Facts:
    """Return the candidate pairs of a whole book with their facts, closure apart (it is counted among pairs that are near: `scoring`)."""
    a, b = candidates(
        view.codes, view.person, view.applied_at, given, settings.integer("graph.reach"), settings.integer("graph.pair_days")
    )
    return read(view, a, b, given, settings.table("graph.prior"))
