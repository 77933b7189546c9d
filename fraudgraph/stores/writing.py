"""Changing an embedded store: one change, one transaction, whole or not at all.

The first change, and one that replaces, is written to a new file in a private folder beside the store, which then takes the
store's place in one step. Any other change is one transaction on the store's own file.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import polars as pl

from fraudgraph.errors import FraudgraphError, StoreBusy, StoreError, UsageError
from fraudgraph.stores import schema
from fraudgraph.stores.changes import upgrade, write_change
from fraudgraph.stores.checked import checked
from fraudgraph.stores.connection import NAME, Options, Session, transaction, translated
from fraudgraph.stores.erasing import Carried, carried_over, copy_without
from fraudgraph.stores.lock import gate
from fraudgraph.stores.outside import rows_of
from fraudgraph.stores.port import PURGE, Batch, Change, Erasure
from fraudgraph.stores.reading import Head, batches, head
from fraudgraph.stores.undoing import take_back


def work_folder(path: Path) -> Path:
    """Return the folder beside the store for what is not finished; only the holder of the writer's lock may touch it."""
    return path.with_name(path.name + ".work")


def clear_leftovers(path: Path) -> None:
    """Remove what a killed writer left."""
    shutil.rmtree(work_folder(path), ignore_errors=True)


class EmbeddedWriter:
    """The holder of the writer's lock."""

    def __init__(self, path: Path, options: Options) -> None:
        self._path = path
        self._options = options
        self._held = True

    def release(self) -> None:
        """The lock is gone: nothing may be written any more."""
        self._held = False

    def _may_write(self) -> None:
        if not self._held:
            raise StoreError(f"the lock on the store {self._path} was given back already: take it again before writing")

    def ahead(self, applications: pl.DataFrame, keys: pl.DataFrame) -> None:
        """A file is written at once, and is quick to write."""

    def apply(self, change: Change) -> Batch:
        self._may_write()
        checked(change)
        afresh = change.replace or not self._path.exists() or self._path.stat().st_size == 0
        night = 1 if afresh else change.base_night + 1
        if afresh and change.base_night and not change.replace:
            raise StoreBusy(f"the store {self._path} was removed while this was computed from its night {change.base_night}: run again")
        known_at = datetime.now(UTC).isoformat(timespec="microseconds")
        batch = Batch(night, change.digest, change.command, known_at, dict(change.summary))
        work = work_folder(self._path)
        try:
            with translated(self._path):
                work.mkdir(mode=0o700, exist_ok=True)
                if afresh:
                    self._make(change, batch, work)
                else:
                    self._add(change, batch, work)
        except (StoreError, KeyboardInterrupt):
            if not self._landed(batch):  # an error, or Ctrl-C, that came after the commit changes nothing any more
                raise
        finally:
            shutil.rmtree(work, ignore_errors=True)
        return batch

    def undo(self, night: int) -> Batch:
        self._may_write()
        known = [] if not self._path.exists() or self._path.stat().st_size == 0 else self._batches()
        if not known:
            raise UsageError(f"the store {self._path} has no night to take back")
        if night != len(known):
            raise UsageError(f"night {night} is not the last one of the store {self._path}: only night {len(known)} can be taken back now")
        if known[-1].command == PURGE:
            raise UsageError(f"night {night} of the store {self._path} is a purge: what it erased cannot come back")
        work = work_folder(self._path)
        try:
            with translated(self._path):
                work.mkdir(mode=0o700, exist_ok=True)
                with Session(self._options, work / "spill") as session, session.writing(self._path) as duck:
                    found = head(duck, self._path)
                    with transaction(duck):
                        upgrade(duck, found)
                        take_back(duck, night)
        except (StoreError, KeyboardInterrupt):
            if not self._gone(known[-1]):  # as above
                raise
        finally:
            shutil.rmtree(work, ignore_errors=True)
        return known[-1]

    def purge(self, erasure: Erasure, change: Change) -> tuple[Batch, tuple[int, ...]]:
        self._may_write()
        checked(change)
        known_at = datetime.now(UTC).isoformat(timespec="microseconds")
        batch = Batch(change.base_night + 1, change.digest, change.command, known_at, dict(change.summary))
        emptied: list[int] = []

        def carry(duck: duckdb.DuckDBPyConnection) -> Carried:
            carried, numbers = carried_over(duck, erasure)
            emptied[:] = numbers
            return carried

        work = work_folder(self._path)
        try:
            with translated(self._path):
                work.mkdir(mode=0o700, exist_ok=True)
                fresh = work / "store.duckdb"
                with Session(self._options, work / "spill") as session:
                    with session.writing(self._path) as duck, transaction(duck):
                        upgrade(duck, self._base(duck, change))
                    with session.reading(self._path) as duck:
                        self._base(duck, change)
                    with session.creating(fresh) as duck:
                        copy_without(duck, self._path, erasure)
                        with transaction(duck):
                            write_change(duck, change, batch, afresh=False)
                self._finished(fresh)
                self._take_place(fresh, work, carry)
        except (StoreError, KeyboardInterrupt):
            if not self._landed(batch):
                raise
        finally:
            shutil.rmtree(work, ignore_errors=True)
        return batch, tuple(emptied)

    def _base(self, duck: duckdb.DuckDBPyConnection, change: Change) -> Head:
        """Return what the store says of itself; raise StoreBusy where it is not at the night that the change was computed from."""
        found = head(duck, self._path)
        if found.night != change.base_night:
            raise StoreBusy(
                f"the store {self._path} is at night {found.night}, this was computed from night {change.base_night}: run again"
            )
        return found

    def _make(self, change: Change, batch: Batch, work: Path) -> None:
        fresh = work / "store.duckdb"
        with Session(self._options, work / "spill") as session, session.creating(fresh) as duck:
            duck.execute("BEGIN")
            for statement in schema.table_statements() + schema.view_statements():
                duck.execute(statement)
            meta = {"format": str(schema.FORMAT), "layout": schema.layout(), "generation": secrets.token_hex(8)}
            duck.executemany("INSERT INTO meta VALUES (?, ?)", list(meta.items()))
            write_change(duck, change, batch, afresh=True)
            duck.execute("COMMIT")
        self._finished(fresh)
        self._take_place(fresh, work, lambda duck: Carried(rows_of(duck, "audit"), rows_of(duck, "purged")))

    def _take_place(self, fresh: Path, work: Path, carry: Callable[[duckdb.DuckDBPyConnection], Carried]) -> None:
        """Let ``fresh`` take the store's place, with what it has to carry over from it. Nobody else can write to the old file from the
        moment at which that is read: no entry of the log is lost."""
        os.chmod(fresh, 0o600)
        old = self._path.exists() and self._path.stat().st_size > 0
        with gate(self._path, exclusive=True, seconds=self._options.wait_seconds) if old else nullcontext():
            if old:
                with Session(self._options, work / "spill") as session:
                    self._carry(session, fresh, carry)
            _to_disk(fresh)
            os.replace(fresh, self._path)
        _to_disk(self._path.parent)

    def _carry(self, session: Session, fresh: Path, carry: Callable[[duckdb.DuckDBPyConnection], Carried]) -> None:
        """Also folds a left-over log into the old file, which must not meet the new one, and has a last look at what is about to go."""
        with session.creating(self._path) as duck:
            carried = None if head(duck, self._path).format < schema.OUTSIDE_SINCE else carry(duck)
            duck.execute(f"CHECKPOINT {NAME}")
        if _log(self._path).exists():
            raise StoreError(f"the log beside the store {self._path} cannot be folded in: restore the store from a backup")
        if carried is not None and carried.height:
            with session.creating(fresh) as duck, transaction(duck):
                carried.write(duck)
            self._finished(fresh)

    def _finished(self, fresh: Path) -> None:
        if _log(fresh).exists():
            raise StoreError(f"the store {self._path} could not be finished: make room on the disk and run again")

    def _add(self, change: Change, batch: Batch, work: Path) -> None:
        with Session(self._options, work / "spill") as session, session.writing(self._path) as duck:
            found = self._base(duck, change)
            with transaction(duck):
                upgrade(duck, found)
                write_change(duck, change, batch, afresh=not found.night)  # all nights taken back: there are no rows

    def _landed(self, batch: Batch) -> bool:
        """Did the change arrive in spite of it all?"""
        try:
            return batch in self._batches()
        except FraudgraphError:
            return False

    def _gone(self, batch: Batch) -> bool:
        """Was the night taken back in spite of it all?"""
        try:
            return batch not in self._batches()
        except FraudgraphError:
            return False

    def _batches(self) -> list[Batch]:
        with Session(self._options) as session, session.reading(self._path) as duck:
            return batches(duck, head(duck, self._path).night)


def _log(path: Path) -> Path:
    return path.with_name(path.name + ".wal")


def _to_disk(path: Path) -> None:
    """Wait until a file, or a folder's list of names, is on the disk."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
