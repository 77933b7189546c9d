"""Port 1: what every store can do. No SQL or Cypher crosses it; tables are those of `fraudgraph.model`.

A store holds the *facts* (applications, their keys, relations, one batch each) and, night by night, what was *derived* from
them. A row holds from the night that opened it until the night that closed it, so a reader can be asked for any night.
A writer computes on a reader, then applies one `Change` at once: seen through the port it happened whole or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from fraudgraph import model
from fraudgraph.stores.numbers import BookNumbers

FACTS = (model.APPLICATIONS, model.RELATIONS)
"""Tables of facts; `keys` (application_id and one column per slot) is the third, its columns are the book's slots."""

DERIVED = (
    model.MEMBERSHIP,
    model.PERSONS,
    model.CONFLICTS,
    model.HUBS,
    model.HUB_WINDOWS,
    model.PAIRS,
    model.PAIR_VALUES,
    model.TIES,
    model.COMMUNITIES,
    model.VERDICTS,
    model.GANGS,
    model.GANG_MEMBERS,
    model.REASONS,
    model.EVIDENCE,
    model.PLACEHOLDERS,
)
"""Tables whose rows hold from a night to a night. Each is a set: no two rows of a night agree on what names them."""

BATCH_TABLES = (model.INPUT_ORDER, model.REJECTS, model.GANG_EVENTS)
"""Tables whose rows belong to one batch and never change."""

USES = model.Table(
    "uses",
    {
        "application_id": (pl.String, ""),
        "kind": (pl.String, "kind of identifier"),
        "key": (pl.String, "the normalised value"),
        "role": (pl.String, "own, contact1, ..."),
        "used_at": (model.TIME, "applied_at of the application"),
    },
)
"""The keys, one row each; computed when asked for, like `model.LINKS`."""

_STORED = frozenset(slot.name for slot in model.STORED_SLOTS)


def unfolded(keys: pl.DataFrame) -> pl.DataFrame:
    """Return kind, key, role and the other columns of ``keys`` (slots, and whatever else), a row a value that is given.

    What is only kept to match people by is no such value."""
    slots = [name for name in keys.columns if name in model.SLOT]
    others = [name for name in keys.columns if name not in _STORED]
    kind = {name: model.SLOT[name].kind for name in slots}
    role = {name: model.SLOT[name].role for name in slots}
    if not slots:
        return keys.clear().select(pl.lit("").alias("kind"), pl.lit("").alias("key"), pl.lit("").alias("role"), *others)
    long = keys.unpivot(on=slots, index=others, variable_name="slot", value_name="key").drop_nulls("key")
    return long.select(
        pl.col("slot").replace_strict(kind, return_dtype=pl.String).alias("kind"),
        "key",
        pl.col("slot").replace_strict(role, return_dtype=pl.String).alias("role"),
        *others,
    )



USERS = model.Table(
    "users",
    {
        "value": (pl.UInt32, "which of the values that were asked for: its row"),
        "application_id": (pl.String, ""),
        "person_id": (pl.String, ""),
        "role": (pl.String, "own, contact1, ..."),
        "used_at": (model.TIME, "applied_at of the application"),
    },
)
"""The answer of `Reader.users`."""


AUDIT = model.Table(
    "audit",
    {
        "number": (pl.Int64, "1, 2, ..."),
        "at": (model.TIME, "wall clock"),
        "who": (pl.String, ""),
        "command": (pl.String, "what was done"),
        "night": (pl.Int64, "the last night when it was done"),
        "about": (pl.String, "what it was done to: ids, values only masked; null where a purge took it away"),
        "why": (pl.String, "in their own words; null where a purge took it away"),
        "salt": (pl.String, "random, of `content`; null where a purge took the words away"),
        "content": (pl.String, "digest of salt, about and why: stays when they go"),
        "emptied": (pl.String, "of a purge: the numbers of earlier entries whose words it took away, joined by ;"),
        "key": (pl.String, "name of the key that `chain` was made with; empty: a digest without a key"),
        "chain": (pl.String, "digest of the entry before and of everything here but salt, about and why"),
    },
)
"""Who saw and did what: only ever added to, of no night, and not taken back with one."""

PURGED = model.Table(
    "purged",
    {
        "token": (pl.String, "keyed token of an application id that was purged and may not come back"),
        "key": (pl.String, "name of the key that it was made with"),
    },
)
"""Of no night either. Sorted by key and token, each once."""


Next = Callable[[pl.DataFrame], pl.DataFrame]
"""From the last entry of the log (AUDIT of one row, or of none) to the next. May be called more than once."""


def texts(names: Iterable[str]) -> list[model.Slot]:
    """Return the slots of these names; raise ValueError for one that is none, is derived, or comes from a column that is no text."""
    wanted = set(names)
    plain = [slot for slot in model.SLOTS if not slot.derived and model.APPLICATIONS.schema[slot.column] == pl.String]
    found = [slot for slot in plain if slot.name in wanted]
    unknown = wanted - {slot.name for slot in found}
    if unknown:
        raise ValueError(f"a value's ending cannot be looked for in {', '.join(sorted(unknown))}")
    return found


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
    """APPLICATIONS that are new, or that take the place of a stored one (a correction, an outcome filled in)."""
    keys: pl.DataFrame
    """application_id and one String column per slot, for exactly the same applications."""
    relations: pl.DataFrame
    """RELATIONS that are new; one that is stored already (but for its weight) adds its weight to it."""
    input_order: pl.DataFrame
    rejects: pl.DataFrame
    derived: Mapping[str, pl.DataFrame]
    """Table name -> rows. With ``whole`` every table of DERIVED, complete, as it is after this night: the store closes what is
    gone and opens what is new. Otherwise the rows to open: a row takes the place of the open one of the same name. Either way a
    row that is open already and did not change stays as it is, with the night that opened it."""
    whole: bool = True
    closed: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    """Only without ``whole``: rows to close, by the columns that name them (more columns are ignored)."""
    gang_events: pl.DataFrame = field(default_factory=model.GANG_EVENTS.empty)
    calibration: Version | None = None
    """A new one; None keeps the current."""
    ruleset: Version | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    """What the store remembers for later runs (time zone, intent scale, seed); a key that is not given keeps its value."""
    summary: Mapping[str, Any] = field(default_factory=dict)
    replace: bool = False
    """Start the store afresh with this change, as night 1; ``base_night`` does not matter then."""


PURGE = "purge"
"""The command of a batch that erased people: it cannot be taken back."""

PREFIXES = ("P-", "C-", "G-")
"""Before an application id, where a person, a community or a gang is named by it."""


@dataclass(frozen=True)
class Erasure:
    """What is to be left of some applications: nothing but tokens."""

    applications: pl.DataFrame
    """application_id, token: each once. The token takes the id's place where a person (of former nights), a community or a gang is called
    by it."""
    key: str
    """Name of the key that the tokens were made with."""
    log: Callable[[pl.DataFrame], tuple[pl.DataFrame, tuple[int, ...]]]
    """From AUDIT to AUDIT with one entry more and without words that speak of them, and the numbers of the entries whose words went."""
    labels: Callable[[pl.DataFrame], pl.DataFrame]
    """From LABELS to LABELS, row by row."""
    events: Callable[[pl.DataFrame], pl.DataFrame]
    """From GANG_EVENTS to GANG_EVENTS, row by row. (There may be other columns beside them; they stay.)"""


class Reader(Protocol):
    """The book as it was at the end of one night. Reading does not disturb a writer, not even one that applies a later night
    meanwhile: this reader still sees its own. One reader serves one thread.

    Where the store was started afresh, or the reader's own night taken back, while it was being read, every method raises StoreBusy."""

    @property
    def night(self) -> int:
        """0 for an empty store."""

    def at(self, night: int) -> Reader:
        """Return a reader of an earlier night (or of this one) of the same book, as long as this one is open; raise UsageError for a later
        one, or one that has not been."""

    def held(self) -> AbstractContextManager[None]:
        """Keep the store open to read until the end of the block, for questions that follow at once: a writer may have to wait meanwhile,
        this process too. Inside, nothing is written to this store."""

    def table(
        self, name: str, columns: Iterable[str] | None = None, where: Mapping[str, Iterable[str]] | None = None
    ) -> pl.DataFrame:
        """Return a fact or derived table (its `model.Table` name), ``keys``, ``uses`` or ``links``.

        Rows come sorted by what names them, applications and keys by (applied_at, application_id), so that the two agree row by
        row. ``columns`` chooses some and their order; ``where`` keeps the rows whose column (a String one) has one of the given
        values. Raise ValueError for an unknown table or column."""

    def users(self, values: pl.DataFrame) -> pl.DataFrame:
        """Return who uses the given values, and when: USERS, in any order.

        ``values``: kind, key (String), low, high (TIME): uses from ``low`` to ``high``, both included, are asked for."""

    def ending(self, slots: Iterable[str], ending: str) -> pl.DataFrame:
        """Return USES, in any order, of the given slots (those of them that the book has, derived ones apart) whose key ends like this.

        Where a key is a token, the caption that the application has in its place is what is compared. Raise ValueError for an unknown or
        derived slot."""

    def numbers(self) -> BookNumbers:
        """Return the book as numbers."""

    def batch_table(self, name: str, night: int) -> pl.DataFrame:
        """Return ``input_order`` or ``rejects`` of the batch of that night, in the order in which it was given."""

    def events(self, gang_id: str | None = None) -> pl.DataFrame:
        """Return GANG_EVENTS after a ``night`` column (Int64), up to this night, oldest first."""

    def batches(self) -> list[Batch]:
        """Return the batches up to this night, oldest first."""

    def calibration(self) -> Version | None:
        """Return the calibration in force."""

    def ruleset(self) -> Version | None:
        """Return the ruleset in force."""

    def settings(self) -> Mapping[str, Any]:
        """Return what the store remembers for later runs."""

    def labels(self, gang_id: str | None = None) -> pl.DataFrame:
        """Return LABELS that were given up to this night (`night` at most this one), in the order in which they were given."""


class Store(Protocol):
    """A place that keeps a book."""

    def snapshot(self, night: int | None = None, made_by: Change | None = None) -> AbstractContextManager[Reader]:
        """Open a reader of ``night`` (the last one if None); raise UsageError for a night that has not been. ``made_by``: the change that
        this process has just applied as that night, from which a store that is far away may answer."""

    def lock(self) -> AbstractContextManager[Writer]:
        """Become the one writer; raise StoreBusy with the owner's name where there is one already."""

    def check(self) -> list[str]:
        """Return what is wrong with the store, one sentence each; empty where all is well."""

    def label(self, labels: pl.DataFrame) -> None:
        """Add LABELS. Needs no lock and disturbs no writer: a night that is being computed meanwhile can still be applied.

        They stay when a night is undone, and go with a change that replaces."""

    def audit(self, following: Next) -> pl.DataFrame:
        """Add the entry that ``following`` makes to the log, at once and alone, and return it. Needs no lock and disturbs no writer; of
        several who write at once each sees the other's entry. Raise StoreError where there is no book or it cannot be written."""

    def audited(self) -> pl.DataFrame:
        """Return AUDIT, oldest first. It stays when a night is undone, and when a change replaces."""

    def purged(self) -> pl.DataFrame:
        """Return PURGED: what may not come back. It stays like the log."""

    def backup(self, to: Path) -> None:
        """Write a consistent copy of the store, as it is now, into the new file ``to``, while readers and a writer go on; raise StoreError
        where it cannot be written, UsageError where there is a file already or this kind of store is copied by its own tools."""


class Writer(Protocol):
    """The one who may change a store."""

    def ahead(self, applications: pl.DataFrame, keys: pl.DataFrame) -> None:
        """Be told what the next change brings (APPLICATIONS, KEYS) while it is still made: a store may begin with it. Nobody sees anything
        of it before `apply`; where that gets others, or never comes, what was begun is cleared."""

    def apply(self, change: Change) -> Batch:
        """Apply it whole; raise StoreBusy if the store's night is not the change's ``base_night`` any more, StoreError if it
        cannot be written: the store is as before then. A change that is no change of the vocabulary raises TypeError."""

    def undo(self, night: int) -> Batch:
        """Take the last night back and return its batch: the store is as it was before it, and the next night has its number again.

        Raise UsageError for a night that is not the last one, or has not been, or is a purge."""

    def purge(self, erasure: Erasure, change: Change) -> tuple[Batch, tuple[int, ...]]:
        """Erase applications from every night and everything that only they gave, and apply ``change``, which is made of the book without
        them; return the batch, and the numbers of the entries of the log whose words went. The tokens are `Store.purged` from then on.

        Raises as `apply` does."""
