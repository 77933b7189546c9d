"""Who may write, and who may look while it is written: two locks that the operating system frees when their owner dies.

The *writer's lock* is a file beside the store. It is held from before the book is read until the change is applied, and says
whose it is. The *gate* is on the store's own file, shared by readers and exclusive for a commit; each holds it only for as long
as it has the file open. DuckDB has a lock on the file too, but a POSIX one, which a process loses on all its handles when it
closes any one of them: two readers in one process would leave one of them without.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from pathlib import Path

from fraudgraph.errors import StoreBusy, StoreError

FIRST_PAUSE = 0.005
LONGEST_PAUSE = 0.1
"""Seconds between two attempts: doubled from the first to the longest."""


class Patience:
    """Attempts with growing pauses until a deadline."""

    def __init__(self, seconds: float) -> None:
        self._deadline = time.monotonic() + seconds
        self._pause = FIRST_PAUSE

    def wait(self) -> bool:
        """Pause, and say whether another attempt is worth making."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            return False
        time.sleep(min(self._pause, left))
        self._pause = min(self._pause * 2, LONGEST_PAUSE)
        return True


@contextmanager
def writers_lock(store: Path) -> Iterator[None]:
    """Hold the one writer's lock; raise StoreBusy with its owner where somebody holds it, StoreError where it cannot be made."""
    path = store.with_name(store.name + ".lock")
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as problem:
        raise StoreError(
            f"the store {store} cannot be written ({problem.strerror} for {path.name}): "
            "choose another place with --store, or mend the folder's permissions"
        ) from problem
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as problem:
            raise StoreBusy(f"{_owner(handle)} is writing to the store {store}: wait until it is done and run again") from problem
        with suppress(OSError):  # on a full disk the lock is as good without a name
            _sign(handle)
        yield
        with suppress(OSError):
            os.ftruncate(handle, 0)
    finally:
        os.close(handle)


def _sign(handle: int) -> None:
    owner = {"pid": os.getpid(), "host": socket.gethostname(), "since": datetime.now(UTC).isoformat(timespec="seconds")}
    os.ftruncate(handle, 0)
    os.pwrite(handle, json.dumps(owner).encode(), 0)


def _owner(handle: int) -> str:
    try:
        owner = json.loads(os.pread(handle, 4096, 0))
        return f"process {int(owner['pid'])} on {owner['host']} (since {owner['since']})"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"


@contextmanager
def gate(store: Path, *, exclusive: bool, seconds: float) -> Iterator[None]:
    """Keep the store's file for reading with others, or alone; raise StoreBusy if it is not to be had in ``seconds``.

    Raise OSError where there is no such file. A file that was replaced between opening and locking is let go again. Who wants
    the file alone keeps new readers back with a turnstile, or many of them in turn would keep it out for ever.
    """
    patience = Patience(seconds)
    turnstile = store.with_name(store.name + ".gate")
    with _closed(turnstile, patience) if exclusive else nullcontext():
        handle = None
        while handle is None:
            if exclusive or _passes(turnstile):
                handle = _taken(store, exclusive)
            if handle is None and not patience.wait():
                reason = "others are still reading" if exclusive else "a change is being written to"
                raise StoreBusy(f"{reason} the store {store}: run again in a moment")
        try:
            yield
        finally:
            os.close(handle)


def _taken(store: Path, exclusive: bool) -> int | None:
    """Return the open and locked file, or None where it is not to be had just now."""
    handle = os.open(store, (os.O_RDWR if exclusive else os.O_RDONLY) | os.O_CLOEXEC)
    if _locked(handle, exclusive) and os.fstat(handle).st_ino == os.stat(store).st_ino:
        return handle
    os.close(handle)
    return None


def _locked(handle: int, exclusive: bool) -> bool:
    try:
        fcntl.flock(handle, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _closed(turnstile: Path, patience: Patience) -> Iterator[None]:
    """Let no new reader through. The file is there only so long; one that a killed writer left is not locked and stops nobody."""
    handle = os.open(turnstile, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        while not _locked(handle, True) and patience.wait():
            pass  # a reader is just going through
        yield
    finally:
        turnstile.unlink(missing_ok=True)
        os.close(handle)


def _passes(turnstile: Path) -> bool:
    try:
        handle = os.open(turnstile, os.O_RDONLY | os.O_CLOEXEC)
    except (FileNotFoundError, PermissionError):
        return True
    try:
        return _locked(handle, False)
    finally:
        os.close(handle)
