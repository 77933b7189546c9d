"""Who saw and did what: a log in the store that is only ever added to, and whose chain can be verified.

Each entry is sealed with a digest of itself and of the entry before: HMAC-SHA256 where the book has a key and the key is at hand, else
SHA-256. Without the key nobody can change, leave out or put in anything before an entry that was sealed with it; cutting off the newest
entries shows only to who wrote down the last seal elsewhere.

What an entry is about, and why, enters the seal through a salted digest of its own. So a purge can take words away that speak of a
person, the chain still holds, and the purge's own entry says whose words it took.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import polars as pl

from fraudgraph import concealment, masking
from fraudgraph.concealment import Key
from fraudgraph.errors import ConfigurationError, UsageError
from fraudgraph.stores.port import AUDIT, PREFIXES, Next, Reader, Store

LONGEST = 2000
"""Characters of what an entry is about, and of why."""

LONGEST_NAME = 100
STORE_KEY = "store.key"
"""Under which a store of masked values remembers the name of its key."""

SEALED = ("number", "at", "who", "command", "night", "content", "emptied", "key")
"""Columns that the seal is made of."""


@dataclass(frozen=True)
class Deed:
    """What is to be written down."""

    who: str
    command: str
    about: str
    """Ids; values only masked."""
    why: str = ""

    def checked(self) -> Deed:
        """Return it without what is no text, long numbers in ``why`` masked; raise UsageError without a name, or where why is too long."""
        who, command, about, why = (_text(part) for part in (self.who, self.command, self.about, self.why))
        if not 1 <= len(who) <= LONGEST_NAME:
            raise UsageError(f"the log needs a name of at most {LONGEST_NAME} characters: set FRAUDGRAPH_USER")
        if len(why) > LONGEST:
            raise UsageError(f"what is said of why may have at most {LONGEST:,} characters: say it shorter")
        return Deed(who, command, about[:LONGEST], masking.free_text(why, [word for word in why.split() if word.startswith(PREFIXES)]))


def write(store: Store, deed: Deed) -> pl.DataFrame:
    """Write a deed down before it is done, and return its entry (a row of AUDIT). Raise UsageError for a deed that says too little,
    StoreError where the store cannot be written: then it must not be done."""
    deed = deed.checked()
    with store.snapshot() as reader:
        night, key = reader.night, key_of(reader, store)
    return store.audit(following(deed, night, key, datetime.now(UTC)))


def following(deed: Deed, night: int, key: Key | None, at: datetime, emptied: Sequence[int] = ()) -> Next:
    """Return what makes the next entry from the last one (AUDIT of one row, or of none)."""
    salt = secrets.token_hex(16)

    def entry(last: pl.DataFrame) -> pl.DataFrame:
        row: dict[str, Any] = {
            "number": (last["number"][0] if last.height else 0) + 1,
            "at": at,
            "who": deed.who,
            "command": deed.command,
            "night": night,
            "about": deed.about,
            "why": deed.why,
            "salt": salt,
            "content": content_of(salt, deed.about, deed.why),
            "emptied": ";".join(map(str, emptied)),
            "key": key.name if key else "",
        }
        row["chain"] = seal(row, last["chain"][0] if last.height else "", key)
        return AUDIT.check(pl.DataFrame([row], schema=AUDIT.schema))

    return entry


def key_of(reader: Reader, store: Store) -> Key | None:
    """Return the book's key if it has one and it is at hand."""
    name = key_name(reader, store)
    return at_hand(name) if name else None


def key_name(reader: Reader, store: Store) -> str | None:
    """Return the name of the key that the book's values, or what was purged of it, are told by."""
    names = (reader.settings().get(STORE_KEY), *store.purged()["key"].unique().sort())
    return next((str(name) for name in names if name), None)


def at_hand(name: str) -> Key | None:
    """Return the key of that name where this process may read it."""
    try:
        return concealment.load(name)
    except ConfigurationError:
        return None


def content_of(salt: str, about: str, why: str) -> str:
    """Return the digest of an entry's words."""
    return hashlib.sha256(_canonical([salt, about, why])).hexdigest()


def seal(row: dict[str, Any], before: str, key: Key | None) -> str:
    """Return the seal of an entry behind the one that was sealed with ``before``."""
    said = _canonical([before, *(_plain(row[column]) for column in SEALED)])
    return hmac.digest(key.of("audit"), said, "sha256").hex() if key else hashlib.sha256(said).hexdigest()


class Words:
    """Words that are looked for in texts. There may be a million of them, while a text is short: its pieces are looked up."""

    def __init__(self, words: Collection[str]) -> None:
        self._words = frozenset(words)
        self._lengths = sorted({len(word) for word in self._words}, reverse=True)

    def found(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where (start, end) one of the words stands, the longest first at each place, none over another. What is written in letters
        and digits without blanks (Chinese is not) counts only as a word of its own."""
        start = 0
        while start < len(text):
            end = next((end for end in self._ends(text, start)), start)
            if end > start:
                yield start, end
            start = max(end, start + 1)

    def _ends(self, text: str, start: int) -> Iterator[int]:
        for length in self._lengths:
            end = start + length
            if end <= len(text) and text[start:end] in self._words and not (_joined(text, start) or _joined(text, end)):
                yield end


def _joined(text: str, place: int) -> bool:
    """Do the characters on both sides of a place belong to one word?"""
    return 0 < place < len(text) and all(character.isascii() and character.isalnum() for character in text[place - 1 : place + 1])


def emptied(log: pl.DataFrame, names: Collection[str], words: Words) -> tuple[list[int], pl.DataFrame]:
    """Return the numbers of the entries that speak of an id of ``names`` or hold one of ``words``, and the log without their words."""
    found = [
        row["number"]
        for row in log.select("number", "about", "why").iter_rows(named=True)
        if any(_speaks(text, names, words) for text in (row["about"], row["why"]) if text)
    ]
    stays = ~pl.col("number").is_in(pl.Series(found, dtype=pl.Int64).implode())
    return found, log.with_columns(pl.when(stays).then(pl.col(column)).alias(column) for column in ("about", "why", "salt"))


def _speaks(text: str, names: Collection[str], words: Words) -> bool:
    return any(word in names for word in masking.WORD.findall(text)) or next(words.found(text), None) is not None


def verify(log: pl.DataFrame, keys: Callable[[str], Key | None] = at_hand) -> list[str]:
    """Return what is wrong with the log (AUDIT, in order), one sentence each; empty where the chain holds."""
    found: list[str] = []
    emptied = {number: row["number"] for row in log.iter_rows(named=True) for number in (row["emptied"] or "").split(";")}
    held: dict[str, Key | None] = {name: keys(name) for name in log["key"].unique() if name}
    for name in sorted(name for name, key in held.items() if key is None):
        found.append(f"entries that were sealed with the key {name} cannot be verified: the key is not at hand")
    before = ""
    for place, row in enumerate(log.iter_rows(named=True), 1):
        if row["number"] != place:
            found.append(f"an entry is missing or was put in: number {row['number']} stands in place {place}")
            return found
        if not (row["key"] and held[row["key"]] is None) and row["chain"] != seal(row, before, held.get(row["key"] or "")):
            found.append(f"entry {place} was changed, or one before it was: its seal does not fit")
        if row["salt"] is None:
            if emptied.get(str(place), 0) <= place:
                found.append(f"the words of entry {place} are gone, and no purge says that it took them")
        elif row["content"] != content_of(row["salt"], row["about"] or "", row["why"] or ""):
            found.append(f"the words of entry {place} were changed")
        before = row["chain"]
    return found


def _plain(value: Any) -> Any:
    return value.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(value, datetime) else value


def _canonical(values: list[Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()


def _text(text: str) -> str:
    return text.encode("utf-8", "replace").decode().strip()
