"""Tables of words that normalising takes as one or takes away: `words.toml`, read once."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(resources.files("fraudgraph.identifiers").joinpath("words.toml").read_text(encoding="utf-8"))


def listed(section: str, key: str) -> list[str]:
    """Return one list of words."""
    return [str(word) for word in _table()[section][key]]


def groups(section: str) -> dict[str, list[str]]:
    """Return a section of lists: the word that stands for them -> the words."""
    return {str(word): [str(other) for other in others] for word, others in _table()[section].items()}


def pairs(section: str) -> dict[str, str]:
    """Return a section of single words."""
    return {str(word): str(other) for word, other in _table()[section].items()}


@cache
def stand_in(section: str) -> dict[str, str]:
    """Return the other way round: each word of a section of lists -> the word that stands for it."""
    return {other: word for word, others in groups(section).items() for other in others}


def alternatives(entries: list[str]) -> str:
    """Return a pattern's alternatives, the longest first."""
    return "|".join(sorted(entries, key=lambda entry: (-len(entry), entry)))
