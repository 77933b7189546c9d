"""Addresses of pages: where a link leads, in the night that is being looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from fraudgraph.errors import UsageError

LONGEST_ID = 300
"""Characters of an id in an address."""

MOST_OPEN = 40
"""Nodes of the graph that are open at one time."""


@dataclass(frozen=True)
class Place:
    """A page in a night, as its address says."""

    path: str
    night: int | None
    """None: the last one."""

    def to(self, path: str, **given: str | int | Sequence[str] | None) -> str:
        """Return the address of another page in the same night; None leaves a part out, a list repeats it."""
        parts: list[tuple[str, str]] = []
        for name, value in {**given, "night": self.night}.items():
            if isinstance(value, str | int):
                parts.append((name.rstrip("_"), str(value)))
            elif value is not None:
                parts += [(name.rstrip("_"), one) for one in value]
        return f"{path}?{urlencode(parts, errors='replace')}" if parts else path


def night_of(text: str) -> int | None:
    """Return the night that an address names; raise UsageError where it is no number."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and 0 < int(text[:10]) < 10**9):
        raise UsageError("a night is a number: 1, 2, ...")
    return int(text)


def id_of(text: str) -> str:
    """Return an id that an address names; raise UsageError where there is none, or what cannot be one."""
    if not text.strip():
        raise UsageError("the address names nothing to show: begin with the queue, or search")
    if len(text) > LONGEST_ID:
        raise UsageError(f"an id has at most {LONGEST_ID} characters: search for the value instead")
    return text
