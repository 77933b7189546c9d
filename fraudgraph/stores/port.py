"""Port 1: what every store can do. No SQL or Cypher crosses it; tables are those of `fraudgraph.model`.

A store holds the *facts* (applications, their keys, relations, one batch each) and, night by night, what was *derived* from
them. A derived row holds from the night that opened it until the night that closed it, so a reader can be asked for any night.
A writer computes on a reader, then applies one `Change` at once: seen through the port it happened whole or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

import polars as pl

from fraudgraph import model

FACTS = (model.APPLICATIONS, model.RELATIONS)
"""Tables of facts; `keys` (application_id and one column per slot) is the third, its columns are the book's slots."""

DERIVED = (
    model.MEMBERSHIP,
    model.PERSONS,
    model.CONFLICTS,
    model.HUBS,
    model.TIES,
    model.COMMUNITIES,
    model.VERDICTS,
    model.GANGS,
    model.GANG_MEMBERS,
    model.REASONS,
    model.EVIDENCE,
    model.PLACEHOLDERS,
)
"""Tables whose rows hold from a night to a night. `gang_events` is only ever added to; `input_order` and `rejects` belong to a batch."""


@dataclass(frozen=True)
class Version:
    """A frozen, named document: a calibration or a ruleset."""

    name: str
    """A function of the content."""
    document: Mapping[str, Any]
    """JSON."""


@dataclass(frozen=True)
class Batch:
    """One applied change, as it is remembered."""

    night: int
    """1, 2, ...: the number of the change."""
    digest: str
    """Of what came in: the same files under the same settings give the same digest."""
    command: str
    known_at: str
    """ISO 8601 UTC, wall clock: when it was applied. No part of any output."""
    summary: Mapping[str, Any]
    """What `summary.json` says of it (without timings)."""


@dataclass(frozen=True)
class Change:
    """Everything that one run adds to a store."""

    base_night: int
    """The night that was read to compute it (0: the empty store); the writer refuses if another came in between."""
    digest: str
    command: str
    applications: pl.DataFrame
    """APPLICATIONS that are new, or that correct a stored one."""
    keys: pl.DataFrame
    """application_id and one String column per slot, for the same rows."""
    relations: pl.DataFrame
    """RELATIONS that are new."""
    input_order: pl.DataFrame
    rejects: pl.DataFrame
    derived: Mapping[str, pl.DataFrame]
    """Table name -> rows. With ``whole`` the complete state after this night (the store closes what is gone and opens what is new);
    otherwise the rows to open, and ``closed`` holds those to close."""
    whole: bool = True
    closed: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    gang_events: pl.DataFrame = field(default_factory=model.GANG_EVENTS.empty)
    calibration: Version | None = None
    """A new one; None keeps the current."""
    ruleset: Version | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    """What the store remembers for later runs (time zone, intent scale, seed)."""
    summary: Mapping[str, Any] = field(default_factory=dict)
    replace: bool = False
    """Start the store afresh with this change."""


class Reader(Protocol):
    """The book as it was at the end of one night. Reading does not disturb a writer that is still computing."""

    @property
    def night(self) -> int:
        """0 for an empty store."""

    def table(
        self, name: str, columns: Iterable[str] | None = None, where: Mapping[str, Iterable[str]] | None = None
    ) -> pl.DataFrame:
        """Return a fact or derived table (its `model.Table` name, or ``keys``), sorted by its columns, applications by
        (applied_at, application_id). ``where`` keeps the rows whose column has one of the given values."""

    def batch_table(self, name: str, night: int) -> pl.DataFrame:
        """Return ``input_order`` or ``rejects`` of the batch of that night."""

    def events(self, gang_id: str | None = None) -> pl.DataFrame:
        """Return GANG_EVENTS with a ``night`` column, up to this night."""

    def batches(self) -> list[Batch]:
        """Return the batches up to this night, oldest first."""

    def calibration(self) -> Version | None:
        """Return the calibration in force."""

    def ruleset(self) -> Version | None:
        """Return the ruleset in force."""

    def settings(self) -> Mapping[str, Any]:
        """Return what the store remembers for later runs."""


class Store(Protocol):
    """A place that keeps a book."""

    def snapshot(self, night: int | None = None) -> AbstractContextManager[Reader]:
        """Open a reader of ``night`` (the last one if None)."""

    def lock(self) -> AbstractContextManager[Writer]:
        """Become the one writer; raise StoreBusy with the owner's name where there is one already."""

    def check(self) -> list[str]:
        """Return what is wrong with the store, one sentence each; empty where all is well."""


class Writer(Protocol):
    """The one who may change a store."""

    def apply(self, change: Change) -> Batch:
        """Apply it whole; raise StoreBusy if the store's night is not the change's ``base_night`` any more."""
