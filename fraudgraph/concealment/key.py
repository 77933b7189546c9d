"""The key of a book whose values are kept masked: one file of its own, that only its owner can read.

The file is named by FRAUDGRAPH_KEY_FILE; without it, it is ``fraudgraph/key`` in the user's folder of configuration. It is made when a
masked store is made and there is none. Every kind of value has a key of its own, derived from the one in the file, so that the tokens
of a telephone and of a name say nothing of each other. A store remembers the key's *name*, which is derived one-way.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from fraudgraph.errors import ConfigurationError

VARIABLE = "FRAUDGRAPH_KEY_FILE"
_VERSION = 1
_TEXT = re.compile(rb"fraudgraph-key-1 ([0-9a-f]{64})\n?")
_LONGEST = 4096
"""Bytes that are read of a file that should hold one line."""


@dataclass(frozen=True, repr=False)
class Key:
    """A master key. It has no text form, so that no message can hold it by accident."""

    _master: bytes

    @property
    def name(self) -> str:
        """Twelve hexadecimal digits by which a store knows the key again; the key cannot be told from them."""
        return self._derived("name").hex()[:12]

    def of(self, kind: str) -> bytes:
        """Return the key (32 bytes) of the values of one kind."""
        return self._derived(f"tokens of {kind}")

    def _derived(self, what: str) -> bytes:
        return hmac.digest(self._master, f"fraudgraph {_VERSION}: {what}".encode(), "sha256")


def path() -> Path:
    """Return where the key is kept."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named)
    folder = os.environ.get("XDG_CONFIG_HOME") or ""
    return (Path(folder) if os.path.isabs(folder) else Path.home() / ".config") / "fraudgraph" / "key"


def load(name: str | None = None) -> Key:
    """Return the key in the file; raise ConfigurationError where there is none, or where it is not the one called ``name``.

    Also where others than its owner may read the file, or where it holds no key.
    """
    place = path()
    try:
        handle = os.open(place, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError as problem:
        raise ConfigurationError(
            f"there is no key at {place}: put the key {name or 'of the store'} back there, or name its file in {VARIABLE}; "
            "without it the store's tokens cannot be compared with anything"
        ) from problem
    except OSError as problem:
        raise ConfigurationError(f"the key {place} cannot be read ({problem.strerror}): mend its permissions") from problem
    try:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise ConfigurationError(f"the key {place} is not a file: name the file of the key in {VARIABLE}")
        if found.st_mode & 0o077:
            raise ConfigurationError(f"the key {place} is open to others than its owner: run chmod 600 {place}")
        text = os.read(handle, _LONGEST)
    finally:
        os.close(handle)
    match = _TEXT.fullmatch(text)
    if match is None:
        raise ConfigurationError(f"{place} holds no key of fraudgraph: put the key {name or 'of the store'} back from its copy")
    key = Key(bytes.fromhex(match[1].decode()))
    if name is not None and not hmac.compare_digest(key.name, name):
        raise ConfigurationError(
            f"the store was made with the key {name}, and {place} holds the key {key.name}: name the file of the right one in {VARIABLE}"
        )
    return key


def load_or_make() -> Key:
    """Return the key in the file, made now where there is none; raise ConfigurationError where it cannot be made, and as `load`.

    Of several who make it at once one succeeds, and all get that one's.
    """
    place = path()
    if not os.path.lexists(place):
        try:
            _make(place)
        except OSError as problem:
            raise ConfigurationError(
                f"the key cannot be made at {place} ({problem.strerror}): name a file that can be made in {VARIABLE}"
            ) from problem
    return load()


def _make(place: Path) -> None:
    """Write a new key in full beside its place, then give it its name, unless somebody else was quicker."""
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = place.with_name(f".{place.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        try:
            os.write(handle, f"fraudgraph-key-1 {secrets.token_bytes(hashlib.sha256().digest_size).hex()}\n".encode())
            os.fsync(handle)
        finally:
            os.close(handle)
        with suppress(FileExistsError):
            os.link(draft, place)
    finally:
        os.unlink(draft)
    folder = os.open(place.parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
