"""Write everything that ``--out`` holds, from the committed store: file by file, ``summary.json`` last.

The files are made in a folder of their own inside the output folder, forced to disk and then renamed, so that nobody ever reads half
a file. An older ``summary.json`` goes first and the new one comes last: while it is there, all files are of one night. The files are
functions of the store and the night alone; only ``summary.json`` carries the timings of the run that made it.
"""

from __future__ import annotations

import errno
import fcntl
import json
import math
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from fraudgraph.errors import OutputError
from fraudgraph.reports import csvfile, report, tables
from fraudgraph.stores.port import Reader

WORKSHOP = ".fraudgraph-rendering"
"""The folder, inside the output folder, in which files are made; locked while a run is at work in it."""

LAST = "summary.json"

CHANGES = "changes.csv"
"""The one file that only some runs write; another run takes it away, since it would speak of another night."""

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def writable(out: Path) -> None:
    """Make sure, before the work starts, that files can be written into ``out``; create it if missing. Raises `OutputError`."""
    with _workshop(out) as workshop, _sentence(out):
        probe = workshop / "probe"
        probe.write_bytes(b"fraudgraph\n")
        csvfile.sync(probe)


def render(reader: Reader, night: int, out: Path, *, timings: Mapping[str, Any], changes: bool = False) -> list[Path]:
    """Write the outputs of ``night`` into ``out`` and return their paths, ``summary.json`` last.

    ``reader`` is a snapshot of the book at the end of that night; ``timings`` (seconds by stage, peak memory) are added to the
    batch's summary; with ``changes`` there is a file more, of what the night did to older gangs. Raises `OutputError` with one sentence
    where ``out`` cannot be written; the store is not touched.
    """
    gangs = cache(lambda: tables.gangs(reader))
    makers: list[tuple[str, Callable[[Path], None]]] = [
        ("flags.csv", lambda path: _csv("flags", tables.flags(reader, night), path)),
        ("gangs.csv", lambda path: _csv("gangs", tables.gangs_file(gangs(), tables.zone_of(reader)), path)),
        ("rejects.csv", lambda path: _csv("rejects", tables.rejects(reader, night), path)),
        ("communities.csv", lambda path: _csv("communities", tables.communities(reader), path)),
        *([(CHANGES, lambda path: _csv("changes", tables.changes(reader, night), path))] if changes else []),
        ("report.html", lambda path: _text(report.page(reader, night, gangs()), path)),
        (LAST, lambda path: _text(_json({**summary(reader, night), **timings}), path)),
    ]
    with _workshop(out) as workshop, _sentence(out):
        for name, make in makers:
            make(workshop / name)
        for old in (LAST, CHANGES):
            (out / old).unlink(missing_ok=True)
        for name, _ in makers:
            os.replace(workshop / name, out / name)
        csvfile.sync(out)
    return [out / name for name, _ in makers]


def summary(reader: Reader, night: int) -> dict[str, Any]:
    """Return what the store remembers of that night's batch; empty where it remembers none."""
    return next((dict(batch.summary) for batch in reader.batches() if batch.night == night), {})


def _csv(name: str, table: pl.DataFrame, path: Path) -> None:
    csvfile.write(table, path, tables.FREE_TEXT[name])


def _text(text: str, path: Path) -> None:
    path.write_bytes(text.encode("utf-8", "replace"))
    csvfile.sync(path)


def _json(document: Mapping[str, Any]) -> str:
    return json.dumps(_plain(document), ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _plain(value: Any) -> Any:
    """Return ``value`` as JSON can hold it: a number that is none is null, any other object its text."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, bool | int | str) else str(value)


@contextmanager
def _workshop(out: Path) -> Iterator[Path]:
    """Give an empty folder inside ``out`` that no other process uses, and take it away afterwards."""
    workshop = out / WORKSHOP
    with _sentence(out):
        workshop.mkdir(parents=True, exist_ok=True)
        handle = os.open(workshop, os.O_RDONLY | os.O_DIRECTORY)
    try:
        _lock(handle, out)
        try:
            with _sentence(out):
                _empty(workshop)
            yield workshop
        finally:
            with suppress(OSError):  # what stands in the way of cleaning up was already said, or will be next time
                _empty(workshop)
                workshop.rmdir()
    finally:
        os.close(handle)


def _lock(handle: int, out: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise OutputError(f"Another run is writing into {out}; wait for it, or choose another folder with --out.") from None
    except OSError:
        return  # a file system that knows no locks: go on without


def _empty(folder: Path) -> None:
    """Remove what a killed run left in ``folder``: it holds personal data."""
    for entry in sorted(folder.iterdir()):
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


@contextmanager
def _sentence(out: Path) -> Iterator[None]:
    """Turn what the operating system says about ``out`` into a sentence for a person."""
    try:
        yield
    except OSError as problem:
        number = _number(problem)
        if number in _NO_ROOM:
            raise OutputError(f"There is no room left to write into {out}; make room, or choose another folder with --out.") from problem
        why = os.strerror(number) if number else str(problem)
        raise OutputError(f"The output folder {out} cannot be written ({why}); choose another with --out.") from problem


def _number(problem: OSError) -> int:
    """Return the system's error number; polars has it in the text only."""
    found = re.search(r"\(os error (\d+)\)", str(problem))
    return problem.errno or (int(found[1]) if found else 0)
