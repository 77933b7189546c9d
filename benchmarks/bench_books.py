"""Books for the benchmarks of speed: made once, in a process of their own, and kept in a folder."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks import children

CACHE = Path(tempfile.gettempdir()) / "fraudgraph-benchmarks"


def add_cache_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cache", type=Path, default=CACHE, help="folder in which books and outputs are kept (default: %(default)s)")


def book(applications: int, cache: Path, kind: str = "csv", seed: int = 1, more: Sequence[str] = ()) -> Path:
    """Return a Chinese book of so many applications, plain, with the default share of gangs and ``more`` options of its family; make it
    where it is not there yet."""
    folder = cache.resolve() / "_".join(["chinese", str(applications), str(seed), kind, *(word.strip("-") for word in more)])
    path = folder / f"book.{kind}"
    if not path.exists():
        draft = folder.with_name(folder.name + ".part")
        command = children.python("-m", "benchmarks.books", "chinese", "--applications", str(applications))
        children.run([*command, "--seed", str(seed), "--format", kind, "--out", draft, *more])
        draft.rename(folder)
    return path
