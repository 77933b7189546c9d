"""Write one page to where the user asked for it: whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from fraudgraph.errors import OutputError
from fraudgraph.reports import csvfile


def write(text: str, path: Path) -> None:
    """Write ``text`` to ``path`` as UTF-8, in the place of a file that may be there.

    The file takes its name only when all of it is on disk. Raises `OutputError` where it cannot be written: what was there before is
    there still.
    """
    unfinished = path.with_name(f".{path.name[:200]}.{os.getpid()}.unfinished")
    try:
        unfinished.write_bytes(text.encode("utf-8", "replace"))
        csvfile.sync(unfinished)
        os.replace(unfinished, path)
    except OSError as problem:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        why = os.strerror(problem.errno) if problem.errno else str(problem)
        raise OutputError(f"{path} cannot be written ({why}): choose another file with --out") from problem
