"""Placeholders by list: `placeholders.toml`, read once."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any

ALIASES = {
    "employer_phone": "phone",
    "employer_address": "address",
    "imei": "device",
    "oaid": "device",
    "idfa": "device",
    "android_id": "device",
}
"""Kinds that share the *words* of another kind; values are a kind's own, but for telephone numbers and addresses."""


@cache
def table() -> dict[str, Any]:
    """Return the whole list."""
    return tomllib.loads(resources.files("fraudgraph.identifiers").joinpath("placeholders.toml").read_text(encoding="utf-8"))


@cache
def words(kind: str) -> list[str]:
    """Return the lower-case texts that mean nothing in a field of this kind."""
    listed: dict[str, list[str]] = table()["words"]
    return [*listed["any"], *listed.get(ALIASES.get(kind, kind), [])]


@cache
def values(kind: str) -> list[str]:
    """Return the normalised keys of this kind that are known inventions."""
    listed: dict[str, list[str]] = table()["values"]
    if kind in listed:
        return listed[kind]
    return listed.get(ALIASES[kind], []) if kind in ("employer_phone",) else []


def section(name: str, key: str) -> list[str]:
    """Return one of the special lists (``email.locals``, ``birth.dates``, ``gps.points``)."""
    return [str(entry) for entry in table()[name][key]]
