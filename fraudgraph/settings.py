"""Settings: one shipped defaults file, every number explained in it, overridden key by key by a user's TOML file.

A `Settings` is a frozen mapping from dotted keys ("verdicts.min_members") to values. The type of a value is the type of its
default; an unknown key is an error that names the nearest known one.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import tomllib
from collections.abc import Iterator, Mapping, Set
from importlib import resources
from pathlib import Path
from typing import Any

from fraudgraph.errors import ConfigurationError

OPEN_TABLES = frozenset({"records.map", "graph.caps", "graph.prior"})
"""Tables whose keys are the user's own (column names, kinds)."""


class Settings(Mapping[str, Any]):
    """Dotted keys to values. Equal settings have equal versions."""

    def __init__(self, values: Mapping[str, Any], given: Set[str] = frozenset()) -> None:
        self._values = dict(values)
        self.given = frozenset(given)
        """Keys that somebody set, be it to the very value of the shipped defaults."""

    def __getitem__(self, key: str) -> Any:
        return self._values[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def number(self, key: str) -> float:
        return float(self._values[key])

    def integer(self, key: str) -> int:
        return int(self._values[key])

    def text(self, key: str) -> str:
        return str(self._values[key])

    def flag(self, key: str) -> bool:
        return bool(self._values[key])

    def strings(self, key: str) -> list[str]:
        return [str(value) for value in self._values[key]]

    def table(self, key: str) -> dict[str, Any]:
        """Return an open table (one of OPEN_TABLES) as a plain dictionary."""
        return dict(self._values[key])

    def with_values(self, **overrides: Any) -> Settings:
        """Return a copy; dots in a key are written as two underscores."""
        return self.override({key.replace("__", "."): value for key, value in overrides.items()})

    def override(self, overrides: Mapping[str, Any], source: str = "the settings") -> Settings:
        """Return a copy with some values replaced; raise ConfigurationError for an unknown key or a wrong type."""
        values = dict(self._values)
        for key, value in overrides.items():
            if key not in values:
                near = difflib.get_close_matches(key, values, n=1, cutoff=0.5)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                raise ConfigurationError(f"{source}: there is no setting {key!r}{hint}")
            values[key] = _typed(key, value, values[key], source)
        return Settings(values, self.given | overrides.keys())

    def part(self, *prefixes: str) -> dict[str, Any]:
        """Return the settings whose first part is one of ``prefixes``."""
        return {key: value for key, value in self._values.items() if key.split(".")[0] in prefixes}

    def version(self, *prefixes: str) -> str:
        """Return eight hexadecimal digits that name these settings (all, or those of some sections)."""
        chosen = self.part(*prefixes) if prefixes else self._values
        text = json.dumps(chosen, sort_keys=True, ensure_ascii=False)
        return hashlib.blake2b(text.encode(), digest_size=4).hexdigest()


def _typed(key: str, value: Any, default: Any, source: str) -> Any:
    if isinstance(default, dict) and isinstance(value, dict):
        return {**default, **value}
    if isinstance(default, bool) or isinstance(value, bool):
        fits = isinstance(default, bool) and isinstance(value, bool)
    elif isinstance(default, float):
        fits = isinstance(value, int | float)
        value = float(value) if fits else value
    else:
        fits = isinstance(value, type(default))
    if not fits:
        raise ConfigurationError(f"{source}: {key} must be like {default!r}, not {value!r}")
    return value


def _flatten(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in tree.items():
        dotted = f"{prefix}{key}"
        if isinstance(value, Mapping) and dotted not in OPEN_TABLES:
            yield from _flatten(value, f"{dotted}.")
        else:
            yield dotted, value


def defaults() -> Settings:
    """Return the shipped defaults."""
    text = resources.files("fraudgraph").joinpath("defaults.toml").read_text(encoding="utf-8")
    return Settings(dict(_flatten(tomllib.loads(text))))


def load(path: Path | str | None) -> Settings:
    """Return the defaults overridden by the TOML file at ``path`` (or by nothing)."""
    if path is None:
        return defaults()
    try:
        tree = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise ConfigurationError(f"{path} is not a readable TOML file: {problem}") from problem
    return defaults().override(dict(_flatten(tree)), source=str(path))
