"""Short forms of given names (`words.toml`): Bob is Robert."""

from __future__ import annotations

from functools import cache

from fraudgraph.identifiers import words


def same_given_name(a: str, b: str) -> bool:
    """Return whether one of two different given names is a short form of the other; two short forms of one name do not count."""
    return b in _forms().get(a, ()) or a in _forms().get(b, ())


@cache
def _forms() -> dict[str, frozenset[str]]:
    return {name: frozenset(forms) for name, forms in words.groups("short_forms").items()}
