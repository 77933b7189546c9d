"""What every format gives to the rest of the room: the headers, then batches of raw columns with the place of each row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import polars as pl

from fraudgraph.model import IntArray

ROWS = 250_000
"""Rows in a batch of a format that is read whole."""


@dataclass(frozen=True)
class Batch:
    """Some rows of a file, in order."""

    frame: pl.DataFrame
    """Raw values, one column per wanted header, named by its position ("0", "1", ...); any type."""
    place: IntArray
    """Per row: the line where the record starts (header = 1), or the row number from 1."""
    broken: IntArray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    """Places of records that are no rows."""
    faults: tuple[str, ...] = ()
    """Why, one phrase per broken record."""


class Sheet(Protocol):
    """One opened file."""

    headers: list[str]

    def batches(self, wanted: Sequence[int]) -> Iterator[Batch]:
        """Yield the rows with the columns at the ``wanted`` positions; blank rows are left out."""

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences about the file as a whole, complete after the last batch."""
