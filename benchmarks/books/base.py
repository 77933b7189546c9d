"""What every family of the generator hands out: a book as a lender exports it, and the truth about it."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class Book:
    """One synthetic book. Everybody in it is invented."""

    applications: pl.DataFrame
    """Under the lender's own headers, dirty as books are: all String, or with typed times, amounts and intents (identifiers are text)."""
    truth: pl.DataFrame
    """application_id, person, gang (null where there is none), gang_kind."""
    relations: pl.DataFrame | None
    """source, target, kind, weight, applied_at; None where the lender gives none."""
