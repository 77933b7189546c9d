"""The name of what came in: the same files under the same settings give the same digest, in whatever order they are named."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from fraudgraph.errors import InputError
from fraudgraph.settings import Settings

BLOCK = 1 << 20
"""Bytes that are read at a time."""

UNRELATED = frozenset({"store", "reports", "calibrate"})
"""Sections that say how fast, where, when to learn again, and what is told of it, and nothing of the result."""


def digest_files(
    paths: Iterable[Path | str], settings: Settings, relations: Iterable[Path | str] = (), *, corrections: bool = False
) -> str:
    """Return 32 hexadecimal digits for the bytes of input and relation files (neither names nor order) and the settings.

    ``corrections``: contradictions were asked to count as corrections, so that the same files bring something else.

    Raise InputError where a file cannot be read.
    """
    sections = {key.split(".")[0] for key in settings} - UNRELATED
    whole = hashlib.blake2b(settings.version(*sorted(sections)).encode(), digest_size=16)
    for label, files in (("input", paths), ("relations", relations)):
        for digest in sorted(_digest(Path(path)) for path in files):
            whole.update(f"\n{label} {digest}".encode())
    if corrections:
        whole.update(b"\ncorrections")
    return whole.hexdigest()


def _digest(path: Path) -> str:
    digest = hashlib.blake2b(digest_size=32)
    try:
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                digest.update(block)
    except OSError as problem:
        raise InputError(f"{path} cannot be read ({problem.strerror}): check the name and its permissions") from problem
    return digest.hexdigest()
