"""Personal data as they may be shown: enough to recognise, not enough to misuse.

Every output, page and log goes through here. The forms are conventions of the trade: a mainland mobile shows its first three and
last four digits, an ID number its first three and last two, a card its last four, a name its first character.

It is also the one place that knows of `revealed`, inside which values are shown as they are. What is written down for good in a store
(`raw`) is masked even then.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_EMAIL = re.compile(r"^[^@]+@[^@]+$")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_NUMBER = re.compile(r"(?P<day>(?<!\d)\d{4}-\d\d-\d\d(?!\d))|\+?\d(?:[ .-]?\d){6,}[Xx]?")
"""A day, or seven digits and more, however they are set apart."""
WORD = re.compile(r"[^\s,;:!?，。；：！？、()（）\[\]]+")
"""What may be an id in somebody's own words."""
TOKEN = re.compile(r"~[A-Z2-7]{26}")
"""A keyed token, which a store of masked values has in the place of a value."""


_REVEALED: ContextVar[bool] = ContextVar("revealed", default=False)


@contextmanager
def revealed() -> Iterator[None]:
    """Let values be shown plain inside; only for whom the store's log says who asked and why (`fraudgraph.reveal`)."""
    before = _REVEALED.set(True)
    try:
        yield
    finally:
        _REVEALED.reset(before)


def is_revealed() -> bool:
    """Return whether values are shown plain here and now."""
    return _REVEALED.get()


def mask(kind: str, key: str) -> str:
    """Return ``key``, an identifier of ``kind``, with its middle hidden; of a token its first letters, enough to tell two apart."""
    if not key:
        return ""
    if TOKEN.fullmatch(key):
        return f"#{key[1:5]}"
    if _REVEALED.get():
        return key
    if kind == "phone" or kind == "employer_phone":
        digits = key.removeprefix("+86")
        return f"{digits[:3]}****{digits[-4:]}" if len(digits) > 8 else _stars(digits, 1, 1)
    if kind in ("id_number", "id_run"):
        return f"{key[:3]}{'*' * max(len(key) - 5, 3)}{key[-2:]}" if len(key) > 7 else _stars(key, 1, 1)
    if kind == "bank_card":
        return f"**** {key[-4:]}" if len(key) > 8 else _stars(key, 0, 2)
    if kind == "email" and _EMAIL.match(key):
        local, domain = key.split("@", 1)
        return f"{local[:1]}***@{domain}"
    if kind in ("ip", "ip24", "ip16"):
        parts = key.split(".")  # a range has the parts that its addresses have in common
        least = 4 if kind == "ip" else 2
        return ".".join([*parts[:2], "*", "*"]) if least <= len(parts) <= 4 else _stars(key, 4, 0)
    if kind in ("address", "building", "employer_address"):
        return f"{key[:6]}***" if len(key) > 8 else _stars(key, 2, 0)
    if kind == "name":
        return name(key)
    if kind == "birth_surname":
        return f"{key[:4]}-**-**" if len(key) > 8 else _stars(key, 0, 0)
    if kind in ("employer", "postcode"):
        return _stars(key, 2, 0)
    if kind in ("given", "relation"):
        return key
    return f"{key[:4]}***{key[-2:]}" if len(key) > 8 else _stars(key, 1, 1)


def name(value: str) -> str:
    """Return a person's name with everything but the first character of each part hidden."""
    if _REVEALED.get():
        return value
    return " ".join(part[:1] + "*" * min(max(len(part) - 1, 1), 3) for part in value.split()) if value else ""


def free_text(value: str, ids: Collection[str] = ()) -> str:
    """Return what somebody wrote in their own words, with the e-mail addresses and long numbers in it hidden. Names cannot be told.

    ``ids``: words that stay as they are (of gangs, of applications).
    """
    if _REVEALED.get():
        return value
    parts, end = [], 0
    for word in WORD.finditer(value):
        if word.group() in ids:
            parts += [_hidden(value[end : word.start()]), word.group()]
            end = word.end()
    return "".join([*parts, _hidden(value[end:])])


def _hidden(text: str) -> str:
    text = _ADDRESS.sub(lambda found: mask("email", found.group()), text)
    return _NUMBER.sub(lambda found: found["day"] or f"***{found.group()[-2:]}", text)


def raw(column: str, value: str) -> str:
    """Return a raw, perhaps unusable, value of an input column as a rejects file may show it."""
    shown = value if len(value) <= 24 else value[:24]
    return _stars(shown, 2, 2) if column not in PLAIN_COLUMNS else value[:64]


PLAIN_COLUMNS = frozenset(
    {
        "applied_at", "amount", "term", "fraud_intent", "channel", "product", "scene", "decision", "fraud_label",
        "max_dpd", "label_time", "kind", "weight", "gps_lat", "gps_lon", "application_id", "",
    }
)  # fmt: skip
"""Columns that say nothing about a person by themselves; shown as they are, cut to 64 characters."""


def _stars(value: str, head: int, tail: int) -> str:
    hidden = max(len(value) - head - tail, 0)
    if hidden == 0:
        return "*" * len(value)
    return value[:head] + "*" * min(hidden, 8) + (value[-tail:] if tail else "")
