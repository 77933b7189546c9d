"""What a kind of identifier is, and the list of all kinds: every module of `fraudgraph.identifiers.kinds` that has a ``KINDS`` tuple.

Adding a kind is adding a file there (and its slot to `fraudgraph.model.SLOTS`).
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

import polars as pl

from fraudgraph.errors import ConfigurationError
from fraudgraph.model import Status
from fraudgraph.settings import Settings

STATUS = pl.UInt8
VALID = int(Status.VALID)
MISSING = int(Status.MISSING)
BAD_CHECKSUM = int(Status.BAD_CHECKSUM)
MASKED = int(Status.MASKED)
PLACEHOLDER = int(Status.PLACEHOLDER)
MALFORMED = int(Status.MALFORMED)

OPAQUE = "opaque:"
"""Prefix of keys that were recognised as digests by their shape, so that they never meet plain keys."""


@dataclass(frozen=True)
class Keyed:
    """Normalised values, aligned with the values that were given."""

    key: pl.Series
    """String; null unless the status is VALID."""
    status: pl.Series
    """UInt8: `fraudgraph.model.Status`."""


@dataclass(frozen=True)
class Context:
    """What a value may be judged by besides itself: the settings, and the other columns of the *same* application."""

    settings: Settings
    frame: pl.DataFrame | None = None
    """APPLICATIONS rows aligned with the values; None where a value stands alone (`key_of`)."""
    memo: dict[str, pl.Series] = field(default_factory=dict, compare=False)
    """What several columns of one kind need to know of the applications, computed once."""

    def once(self, name: str, compute: Callable[[], pl.Series]) -> pl.Series:
        """Return what is remembered under ``name``, computing it the first time."""
        if name not in self.memo:
            self.memo[name] = compute()
        return self.memo[name]

    def column(self, name: str) -> pl.Series | None:
        """Return another column of the applications, None where there is none or it is empty."""
        if self.frame is None or name not in self.frame.columns:
            return None
        values = self.frame[name]
        return None if values.null_count() == len(values) else values


Normalise = Callable[[pl.Series, Context], Keyed]
Imagine = Callable[[str, Settings], tuple[pl.Series, Context]]
"""A value to itself in every application that gives it another key, and to what these say besides."""
Derive = Callable[[pl.Series], pl.Series]


@dataclass(frozen=True)
class Kind:
    """One kind of key."""

    name: str
    normalise: Normalise
    """Values (String) and their context to keys. Must be a function of each value and its own application alone."""
    personal: bool = False
    """One person owns it, so that a value with far too many people is a placeholder (judged by the book)."""
    digests: bool = True
    """Values that look like hexadecimal digests are opaque keys of their own."""
    imagined: Imagine | None = None
    """Where a key hangs on more of an application than the value."""


@dataclass(frozen=True)
class Derivation:
    """A derived slot: made from the keys of another slot."""

    slot: str
    source: str
    """Name of the slot that it is made from."""
    derive: Derive


@cache
def kinds() -> dict[str, Kind]:
    """Return every kind by its name."""
    return {kind.name: kind for module in _modules() for kind in getattr(module, "KINDS", ())}


@cache
def derivations() -> dict[str, Derivation]:
    """Return every derivation by the name of its slot."""
    return {entry.slot: entry for module in _modules() for entry in getattr(module, "DERIVATIONS", ())}


def kind_named(name: str) -> Kind:
    """Return the kind called ``name``; raise ConfigurationError, naming the known ones, where there is none."""
    try:
        return kinds()[name]
    except KeyError:
        known = ", ".join(sorted(kinds()))
        raise ConfigurationError(f"there is no kind of identifier {name!r}; the kinds are {known}") from None


def _modules() -> list[object]:
    package = importlib.import_module("fraudgraph.identifiers.kinds")
    names = sorted(entry.name for entry in pkgutil.iter_modules(package.__path__))
    return [importlib.import_module(f"{package.__name__}.{name}") for name in names]
