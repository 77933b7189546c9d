"""A consistent copy of an embedded store while others read and write it.

A store is changed by one flip of its header: a change never touches a block that the header before it speaks of. So the blocks may be
copied while nobody is kept waiting, and the copy is that of the header which was there before and is there still; where a change came in
between, it is made again. Only when that happened several times are changes kept waiting for the length of a copy.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from fraudgraph.errors import StoreError, UsageError
from fraudgraph.stores.connection import NAME, Session
from fraudgraph.stores.reading import head

HEADERS = 3 * 4096
"""Bytes at the start of a DuckDB file: its own header and the two that take turns, each with a number that grows with every change."""

ATTEMPTS = 3
"""Copies that are made without keeping a change waiting."""


def copy_store(session: Session, store: Path, to: Path) -> None:
    """Copy ``store`` into the new file ``to``, for its owner alone; raise UsageError where there is one, StoreError where none can be."""
    if to.exists() or to.is_symlink():
        raise UsageError(f"there is already something at {to}: name a new file for the backup")
    with _workshop(to) as folder:
        copy = folder / "store.duckdb"
        for attempt in range(ATTEMPTS + 1):
            if _copied(session, store, copy, waiting=attempt == ATTEMPTS):
                break
        _prove(session, copy)
        _place(copy, to)


def _copied(session: Session, store: Path, copy: Path, *, waiting: bool) -> bool:
    """Copy once and say whether no change came in between; ``waiting``: changes wait until it is done."""
    with session.reading(store) as duck:
        head(duck, store)
        before = _state(store)
        if waiting:
            _copy(store, copy)
    if not waiting:
        _copy(store, copy)
    with session.reading(store):
        return _state(store) == before


def _state(store: Path) -> tuple[bytes, tuple[int, int] | None]:
    """Return what is different after any change; asked only while the file is held, so that no change is under way."""
    with store.open("rb") as file:
        header = file.read(HEADERS)
    try:
        log = _log(store).stat()
    except FileNotFoundError:
        return header, None
    return header, (log.st_size, log.st_mtime_ns)


def _copy(store: Path, copy: Path) -> None:
    shutil.copyfile(store, copy)
    with suppress(FileNotFoundError):  # only another program leaves a log: what it committed counts
        shutil.copyfile(_log(store), _log(copy))


def _prove(session: Session, copy: Path) -> None:
    """Open the copy as any reader would, and make one file of it."""
    with session.creating(copy) as duck:
        head(duck, copy)
        if _log(copy).exists():
            duck.execute(f"CHECKPOINT {NAME}")


def _place(copy: Path, to: Path) -> None:
    """Give the copy its name, unless somebody was quicker."""
    os.chmod(copy, 0o600)
    handle = os.open(copy, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    try:
        os.link(copy, to)
    except FileExistsError as problem:
        raise UsageError(f"there is already something at {to}: name a new file for the backup") from problem
    except OSError:  # a file system without links
        os.rename(copy, to)


@contextmanager
def _workshop(to: Path) -> Iterator[Path]:
    """Give a private folder beside ``to``, and say what is wrong with the place in one sentence."""
    try:
        folder = Path(tempfile.mkdtemp(prefix=f".{to.name}.", dir=to.parent))
    except OSError as problem:
        raise _unwritable(to, problem) from problem
    try:
        yield folder
    except OSError as problem:
        raise _unwritable(to, problem) from problem
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unwritable(to: Path, problem: OSError) -> StoreError:
    return StoreError(f"the backup {to} cannot be written ({problem.strerror}): make room there, or name another place")


def _log(path: Path) -> Path:
    return path.with_name(path.name + ".wal")
