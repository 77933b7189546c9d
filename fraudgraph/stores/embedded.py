"""The embedded store: one DuckDB file beside its user, no server."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from fraudgraph import model
from fraudgraph.errors import StoreError
from fraudgraph.stores import schema
from fraudgraph.stores.backup import copy_store
from fraudgraph.stores.changes import upgrade, write_labels
from fraudgraph.stores.checks import problems
from fraudgraph.stores.connection import Options, Session, transaction
from fraudgraph.stores.lock import writers_lock
from fraudgraph.stores.outside import rows_of, write_entry
from fraudgraph.stores.port import Change, Next, Reader, Writer
from fraudgraph.stores.reading import EmbeddedReader, EmptyReader, head, known_at, refuse
from fraudgraph.stores.writing import EmbeddedWriter, clear_leftovers


class EmbeddedStore:
    """A store in the file ``path``. The file need not be there yet: the first change makes it."""

    def __init__(self, path: Path, options: Options) -> None:
        self._path = path
        self._options = options
        self._idle: list[Session] = []

    @contextmanager
    def snapshot(self, night: int | None = None, made_by: Change | None = None) -> Iterator[Reader]:
        if self._empty():
            refuse(self._path, night or 0, 0)
            yield EmptyReader(self._path)
            return
        with self._session() as session:
            with session.reading(self._path) as duck:
                found = head(duck, self._path)
                chosen = found.night if night is None else night
                refuse(self._path, chosen, found.night)
                known = known_at(duck, chosen)
            yield EmbeddedReader(session, self._path, chosen, found.generation, known)

    @contextmanager
    def lock(self) -> Iterator[Writer]:
        with writers_lock(self._path):
            clear_leftovers(self._path)
            writer = EmbeddedWriter(self._path, self._options)
            try:
                yield writer
            finally:
                writer.release()

    def check(self) -> list[str]:
        if self._empty():
            return []
        with self._session() as session:
            return problems(session, self._path)

    def label(self, labels: pl.DataFrame) -> None:
        model.LABELS.check(labels)
        if self._empty():
            raise StoreError(f"there is no book in the store {self._path} yet, and nothing to label: make one with `fraudgraph run`")
        with self._session() as session, session.writing(self._path) as duck, transaction(duck):
            upgrade(duck, head(duck, self._path))
            write_labels(duck, labels)

    def audit(self, following: Next) -> pl.DataFrame:
        if self._empty():
            raise StoreError(f"there is no book in the store {self._path} yet, and no log: make one with `fraudgraph run`")
        with self._session() as session, session.writing(self._path) as duck, transaction(duck):
            upgrade(duck, head(duck, self._path))
            return write_entry(duck, following)

    def audited(self) -> pl.DataFrame:
        return self._outside("audit")

    def purged(self) -> pl.DataFrame:
        return self._outside("purged")

    def _outside(self, name: str) -> pl.DataFrame:
        if self._empty():
            return schema.OUTSIDE[name].empty()
        with self._session() as session, session.reading(self._path) as duck:
            former = head(duck, self._path).format < schema.OUTSIDE_SINCE
            return schema.OUTSIDE[name].empty() if former else rows_of(duck, name)

    def backup(self, to: Path) -> None:
        if self._empty():
            raise StoreError(f"there is no book in the store {self._path} yet, and nothing to copy: make one with `fraudgraph run`")
        with self._session() as session:
            copy_store(session, self._path, to)

    @contextmanager
    def _session(self) -> Iterator[Session]:
        """Lend a session that nobody uses: to make one takes 30 ms, more than most questions."""
        try:
            session = self._idle.pop()
        except IndexError:
            session = Session(self._options)
        yield session  # after a failure it is not lent again, and closed when it is forgotten
        self._idle.append(session)

    def _empty(self) -> bool:
        return not self._path.exists() or (self._path.is_file() and self._path.stat().st_size == 0)


def open_embedded(path: Path, options: Options, *, create: bool) -> EmbeddedStore:
    """Return the store in ``path``; raise StoreError where there is none (or, with ``create``, where none can be made)."""
    path = Path(os.path.realpath(path.expanduser()))
    if not path.parent.is_dir():
        raise StoreError(f"there is no folder {path.parent} for the store: make it, or name another place with --store")
    if not path.exists() and not create:
        raise StoreError(f"there is no store {path}: make one with `fraudgraph run`, or name another with --store")
    if not path.exists() and not os.access(path.parent, os.W_OK | os.X_OK):
        raise StoreError(f"no store can be made in {path.parent} (permission denied): name another place with --store")
    store = EmbeddedStore(path, options)
    with store.snapshot():  # says at once what is wrong with the file
        return store
