"""DuckDB's ways, kept in one place: opening and closing the file, waiting for others, what its errors mean.

A `Session` is a DuckDB of its own in memory. The store's file is attached to it only for as long as a request takes (1.5 ms),
so that a reader who thinks for an hour disturbs nobody.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import duckdb

from fraudgraph.errors import ConfigurationError, FraudgraphError, StoreBusy, StoreError
from fraudgraph.settings import Settings
from fraudgraph.stores.lock import Patience, gate

NAME = "fraudgraph_store"
"""What the file is called while it is attached."""

COMPRESSION = {"fast": "dict_fsst", "small": ""}
"""Setting -> the compression methods that are not to be tried."""


LONGEST_HELD = 3.0
"""Seconds after which a file that is held lets writers in between two requests: far less than they wait (``store.wait_seconds``)."""

LET_IN = 0.3
"""Seconds for which it does so before it is held again."""


@dataclass(frozen=True)
class Options:
    """The settings of section [store]."""

    memory_limit: str
    threads: int
    wait_seconds: float
    compression: str

    @classmethod
    def of(cls, settings: Settings) -> Options:
        options = cls(
            settings.text("store.memory_limit"),
            settings.integer("store.threads"),
            settings.number("store.wait_seconds"),
            settings.text("store.compression"),
        )
        if not re.fullmatch(r"\d+(\.\d+)? ?[KMGT]i?B", options.memory_limit):
            raise ConfigurationError(f"store.memory_limit must be like '2GB', not {options.memory_limit!r}")
        if options.compression not in COMPRESSION:
            raise ConfigurationError(f"store.compression must be one of {', '.join(COMPRESSION)}, not {options.compression!r}")
        if options.threads < 0 or options.wait_seconds < 0:
            raise ConfigurationError("store.threads and store.wait_seconds must not be negative")
        return options


class Session:
    """A DuckDB in memory, with a private folder for what does not fit there; for one thread at a time."""

    def __init__(self, options: Options, spill: Path | None = None) -> None:
        self._options = options
        folder = spill or Path(tempfile.mkdtemp(prefix="fraudgraph-"))
        self._clear = weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": options.memory_limit,
            "temp_directory": str(folder),
            "produce_arrow_string_view": True,  # polars' own layout: no copy of the texts
            "arrow_output_version": "1.5",
            "wal_autocheckpoint": "0KB",  # with the next line: a commit is one flip of the file's header, and no
            "auto_checkpoint_skip_wal_threshold": 0,  # second file beside it ever holds personal data
            "dynamic_or_filter_threshold": 5000,  # so many ids at most are sought while a column is read
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        if options.threads:
            config["threads"] = options.threads
        self.duckdb = duckdb.connect(":memory:", config=config)
        self._hold: Path | None = None
        """The file that is to be held, while `holding`."""
        self._held: Path | None = None
        self._until = 0.0
        self._again = 0.0
        self._opened = ExitStack()
        # not heeded when it is given with the others (DuckDB 2.0)
        self.duckdb.execute(f"SET disabled_compression_methods = '{COMPRESSION[options.compression]}'")

    def close(self) -> None:
        self.duckdb.close()
        self._clear()

    def __enter__(self) -> Session:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    @contextmanager
    def reading(self, path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open the file to read; raise StoreBusy if it cannot be had in time, StoreError if it is not a sound DuckDB file."""
        if path == self._held and time.monotonic() >= self._until:
            self._let_go()
        if path == self._hold and self._held is None and time.monotonic() >= self._again:
            self._take()
        if path == self._held:
            with translated(path):
                yield self.duckdb
            return
        self._let_go()
        with translated(path), gate(path, exclusive=False, seconds=self._options.wait_seconds), self._attached(path, True) as duck:
            yield duck

    @contextmanager
    def holding(self, path: Path) -> Iterator[None]:
        """Keep the file open to read until the end of the block, `LONGEST_HELD` at a time: to open it takes as long as a small question."""
        if self._hold is not None:
            yield
            return
        self._hold = path
        try:
            self._take()
            yield
        finally:
            self._hold = None
            self._let_go()  # without what went wrong in the block: that is nothing of the store's

    def _take(self) -> None:
        hold, self._hold = self._hold, None  # opened as one that is not held
        opened = ExitStack()
        try:
            if hold is not None:
                opened.enter_context(self.reading(hold))
        finally:
            self._hold = hold
        self._held, self._until, self._opened = hold, time.monotonic() + LONGEST_HELD, opened

    def _let_go(self) -> None:
        if self._held is not None:
            self._held = None
            self._again = time.monotonic() + LET_IN
            self._opened.close()

    @contextmanager
    def writing(self, path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open the existing file to write, alone."""
        with translated(path), gate(path, exclusive=True, seconds=self._options.wait_seconds), self._attached(path, False) as duck:
            yield duck

    @contextmanager
    def creating(self, path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
        """Make a new file that nobody else knows of yet."""
        with translated(path), self._attached(path, False) as duck:
            yield duck

    @contextmanager
    def _attached(self, path: Path, read_only: bool) -> Iterator[duckdb.DuckDBPyConnection]:
        with nullcontext() if read_only else private_files():
            yield from self._attach(path, read_only)

    def _attach(self, path: Path, read_only: bool) -> Iterator[duckdb.DuckDBPyConnection]:
        patience = Patience(self._options.wait_seconds)
        while True:
            try:
                self.duckdb.execute(f"ATTACH ? AS {NAME} (TYPE duckdb, {'READ_ONLY' if read_only else 'READ_WRITE'})", [str(path)])
                break
            except duckdb.Error as problem:
                if not _held(problem):
                    raise
                if not patience.wait():
                    raise StoreBusy(f"another program has the store {path} open: close it there and run again") from problem
        try:
            self.duckdb.execute(f"USE {NAME}")
            yield self.duckdb
        finally:
            with suppress(duckdb.Error):  # after a failed write the file is let go in whatever way is left
                self.duckdb.execute("USE memory")
            with suppress(duckdb.Error):
                self.duckdb.execute(f"DETACH {NAME}")


_umask = threading.Lock()
_writers = 0
_former = 0


@contextmanager
def private_files() -> Iterator[None]:
    """Let this process make no file that others may open: DuckDB now and then writes a log beside the store in spite of the settings
    above (seen once in hundreds of runs, on a busy machine), and asks nobody for its mode."""
    global _writers, _former
    with _umask:
        _writers += 1
        if _writers == 1:
            _former = os.umask(0o077)
    try:
        yield
    finally:
        with _umask:
            _writers -= 1
            if not _writers:
                os.umask(_former)


@contextmanager
def transaction(duck: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Do everything inside whole, or nothing of it."""
    duck.execute("BEGIN")
    try:
        yield
        duck.execute("COMMIT")
    except BaseException:
        with suppress(duckdb.Error):  # nothing to roll back after a commit that failed
            duck.execute("ROLLBACK")
        raise


def _held(problem: duckdb.Error) -> bool:
    return "Could not set lock" in str(problem) or "Unique file handle conflict" in str(problem)


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn what DuckDB or the system says of ``path`` into one sentence of ours."""
    try:
        yield
    except FraudgraphError:
        raise
    except duckdb.Error as problem:
        raise StoreError(_sentence(path, str(problem))) from problem
    except RuntimeError as problem:
        if str(problem) == "Query interrupted":  # DuckDB's word for Ctrl-C
            raise KeyboardInterrupt from problem
        raise
    except OSError as problem:
        raise StoreError(_sentence(path, f"{problem.strerror}: errno {problem.errno}")) from problem


SENTENCES = (
    ("not a valid DuckDB", "{path} is not a fraudgraph store (not a DuckDB file at all): name another file with --store"),
    ("version number", "the store {path} was written by a newer DuckDB than this one: upgrade the package duckdb"),
    ("No space left", "the disk is full and the store {path} is as before: make room and run again"),
    ("File too large", "the store {path} may not grow (a limit on file size) and is as before: raise the limit and run again"),
    ("Disk quota", "the disk quota is used up and the store {path} is as before: make room and run again"),
    ("Is a directory", "{path} is a folder, not a store: name a file in it with --store"),
    ("Permission denied", "the store {path} may not be opened (permission denied): mend its permissions or use another"),
    ("Read-only file system", "the store {path} is on a read-only file system: use another with --store"),
    ("No such file", "there is no store {path}: make one with `fraudgraph run`, or name another with --store"),
    ("orrupt", "the store {path} is damaged (a checksum does not match): restore it from a backup"),
    ("Could not read enough bytes", "the store {path} is damaged (its end is missing): restore it from a backup"),
    ("Out of Memory", "the store {path} needs more memory than it was given: raise store.memory_limit in the configuration"),
)
"""What a message of DuckDB or the system contains -> what we say. The first that fits counts."""


def _sentence(path: Path, message: str) -> str:
    for pattern, sentence in SENTENCES:
        if pattern in message:
            return sentence.format(path=path)
    kind = message.split(":", 1)[0][:60]  # the rest may quote values
    return f"the store {path} cannot be used (DuckDB says: {kind}): restore it from a backup, or start another with --store"
