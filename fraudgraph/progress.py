"""How long work says where it is, without knowing whether a person or a log is listening.

Stages take a `Progress` and call it; only the command line (`fraudgraph.cli`) decides what it looks like.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class Progress:
    """Says nothing. The command line's own kinds (bars, log lines) derive from it."""

    @contextmanager
    def stage(self, name: str, total: int | None = None) -> Iterator[None]:
        """Mark one stage of the work; ``total`` is the number of steps where it is known."""
        yield

    def advance(self, steps: int = 1) -> None:
        """Say that ``steps`` more of the current stage are done."""

    def note(self, message: str) -> None:
        """Say one sentence that a person should read (never personal data)."""


SILENT = Progress()
