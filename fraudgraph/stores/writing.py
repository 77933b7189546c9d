"""Changing an embedded store: one change, one transaction, whole or not at all.

The first change, and one that replaces, is written to a new file in a private folder beside the store, which then takes the
store's place in one step. Any other change is one transaction on the store's own file.
"""

from __future__ import annotations

import os
import secrets
import shutil
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from fraudgraph.errors import FraudgraphError, StoreBusy, StoreError
from fraudgraph.stores import schema
from fraudgraph.stores.changes import checked, write_change
from fraudgraph.stores.connection import Options, Session, translated
from fraudgraph.stores.port import Batch, Change
from fraudgraph.stores.reading import EmbeddedReader, head


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

    def apply(self, change: Change) -> Batch:
        if not self._held:
            raise StoreError(f"the lock on the store {self._path} was given back already: take it again before writing")
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
        if _log(fresh).exists():
            raise StoreError(f"the store {self._path} could not be finished: make room on the disk and run again")
        os.chmod(fresh, 0o600)
        _to_disk(fresh)
        if self._path.exists():
            self._settle(work)
        os.replace(fresh, self._path)
        _to_disk(self._path.parent)

    def _settle(self, work: Path) -> None:
        """Fold a left-over log into the old file: it must not meet the new one. Also a last look at what is about to go."""
        if self._path.stat().st_size == 0:
            return
        with Session(self._options, work / "spill") as session, session.writing(self._path) as duck:
            head(duck, self._path)
            duck.execute(f"CHECKPOINT {duck.sql('SELECT current_database()').fetchall()[0][0]}")
        if _log(self._path).exists():
            raise StoreError(f"the log beside the store {self._path} cannot be folded in: restore the store from a backup")

    def _add(self, change: Change, batch: Batch, work: Path) -> None:
        with Session(self._options, work / "spill") as session, session.writing(self._path) as duck:
            last, _ = head(duck, self._path)
            if last != change.base_night:
                raise StoreBusy(f"the store {self._path} is at night {last}, this was computed from night {change.base_night}: run again")
            duck.execute("BEGIN")
            try:
                write_change(duck, change, batch, afresh=False)
                duck.execute("COMMIT")
            except BaseException:
                with suppress(duckdb.Error):  # nothing to roll back after a commit that failed
                    duck.execute("ROLLBACK")
                raise

    def _landed(self, batch: Batch) -> bool:
        """Did the change arrive in spite of it all?"""
        try:
            with Session(self._options) as session:
                with session.reading(self._path) as duck:
                    last, generation = head(duck, self._path)
                return last >= batch.night and batch in EmbeddedReader(session, self._path, last, generation).batches()
        except FraudgraphError:
            return False


def _log(path: Path) -> Path:
    return path.with_name(path.name + ".wal")


def _to_disk(path: Path) -> None:
    """Wait until a file, or a folder's list of names, is on the disk."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
