"""The password of a home: made once, kept in a file that only its owner reads, never on a command line."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from neo4j_server.trouble import Trouble

SHORTEST = 8
"""Characters that Neo4j itself wants at least."""


def password_of(home: Path, wanted: str | None = None) -> str:
    """Return the home's password; a new home gets the wanted one, or a random one, in its file ``password`` of mode 0600.

    Raises Trouble where another one is wanted than the home has, or one that Neo4j or its file could not take.
    """
    kept = home / "password"
    if kept.exists():
        known = kept.read_text(encoding="utf-8").rstrip("\n")
        if wanted not in (None, known):
            raise Trouble(f"{home} has served with another password: leave it out, or take another home.")
        return known
    if wanted is not None and (len(wanted) < SHORTEST or not wanted.isprintable()):
        raise Trouble(f"A password has {SHORTEST} characters at least, all of them printable: give another one.")
    chosen = wanted if wanted is not None else secrets.token_hex(18)  # one that begins with a dash would be an option to Neo4j
    write_private(kept, chosen + "\n")
    return chosen


def write_private(path: Path, text: str) -> None:
    """Write a new file of mode 0600, or replace what an older one holds."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
