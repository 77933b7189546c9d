"""An answer to an analyst's question: what it says in words, a few facts, and tables. How it is printed is the command line's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl


@dataclass(frozen=True)
class Part:
    """One table of an answer."""

    name: str
    """As JSON and CSV call it."""
    title: str
    table: pl.DataFrame


@dataclass(frozen=True)
class Answer:
    """What is answered. Values are masked; ids are not."""

    facts: Mapping[str, Any] = field(default_factory=dict)
    said: tuple[str, ...] = ()
    """Sentences, the most important first."""
    parts: tuple[Part, ...] = ()

    def table(self, name: str) -> pl.DataFrame:
        """Return the table of the part called ``name``."""
        return next(part.table for part in self.parts if part.name == name)
