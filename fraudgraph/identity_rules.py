"""The rules by which values compare and people are one. What a store holds - keys, people - was made under them, and it remembers them.

They are the settings of `SECTIONS` and the country of phone numbers; of the list of allowed values the contents count and not its place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fraudgraph.errors import ConfigurationError
from fraudgraph.settings import Settings

SECTIONS = ("identifiers", "subjects")
REGION = "records.default_region"
ALLOW = "identifiers.allow"
LISTS = (ALLOW, "identifiers.deny")
"""Settings that name files. Denied values tie like any others, and are no rule."""


def identity_rules(settings: Settings) -> dict[str, Any]:
    """Return the rules as a store remembers them; raise ConfigurationError where a list cannot be read."""
    plain = {key: value for key, value in settings.part(*SECTIONS).items() if key not in LISTS}
    return {**plain, REGION: settings[REGION], ALLOW: _contents(settings.strings(ALLOW))}


def same_rules(remembered: Mapping[str, Any], settings: Settings) -> bool:
    """Say whether a store that remembers this was made under these settings."""
    return all(remembered.get(key) == value for key, value in identity_rules(settings).items())


def under_rules(remembered: Mapping[str, Any], settings: Settings) -> Settings:
    """Return the settings with the rules that the store remembers; raise ConfigurationError where others were asked for."""
    mine = identity_rules(settings)
    known = {key: value for key, value in remembered.items() if key in mine}
    other = sorted(key for key, value in known.items() if mine[key] != value and (key in settings.given or key == ALLOW))
    if other:
        raise ConfigurationError(
            f"the book's values and people were compared by other rules than these ({', '.join(other)}): give the same ones, "
            "or judge the whole book by these with `fraudgraph run`"
        )
    return settings.override({key: value for key, value in known.items() if key != ALLOW}, source="the store's rules")


def _contents(paths: list[str]) -> str:
    """Return what names the contents of files in any order; empty for none."""
    if not paths:
        return ""
    found = []
    for path in paths:
        try:
            found.append(hashlib.blake2b(Path(path).read_bytes(), digest_size=16).hexdigest())
        except OSError as problem:
            raise ConfigurationError(f"the list {path} cannot be read ({problem.strerror}): check its name in {ALLOW}") from problem
    return hashlib.blake2b(" ".join(sorted(found)).encode(), digest_size=8).hexdigest()
