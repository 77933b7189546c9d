"""Allow and deny lists: CSV files of kind, value, reason.

An *allowed* value (an own store's device, a large employer's switchboard) never ties anybody: it is treated as a placeholder, so it has
no key and the status PLACEHOLDER, and nothing is derived from it. A *denied* value is a fact about an application (`denied`); it ties
like any other. Values may be written in any spelling; kinds are those of `fraudgraph.model.SLOTS`, derived ones (ip24, building)
included.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from pathlib import Path

import polars as pl

from fraudgraph.errors import ConfigurationError
from fraudgraph.model import SLOT, SLOTS

COLUMNS = ("kind", "value", "reason")
LISTABLE = frozenset(slot.kind for slot in SLOTS) - {"phone_run", "id_run", "birth_surname"}
SCHEMA = {"kind": pl.String, "key": pl.String, "reason": pl.String}

ToKeys = Callable[[str, str], Iterable[str]]


def read_lists(paths: Iterable[str], to_keys: ToKeys) -> pl.DataFrame:
    """Return (kind, key, reason) of list files, each key once, sorted; raise ConfigurationError for a file that is not such a list."""
    rows: dict[tuple[str, str], str] = {}
    for path in paths:
        for line, kind, value, reason in _lines(path):
            keys = sorted(set(to_keys(kind, value)))
            if not keys:
                raise ConfigurationError(f"{path}, line {line}: this is no usable value of kind {kind}; correct it or take the line out")
            for key in keys:
                rows.setdefault((kind, key), reason)
    return pl.DataFrame([(kind, key, reason) for (kind, key), reason in sorted(rows.items())], schema=SCHEMA, orient="row")


def _lines(path: str) -> Iterable[tuple[int, str, str, str]]:
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise ConfigurationError(f"the list {path} cannot be read as UTF-8 text: {problem}") from problem
    reader = csv.reader(text.splitlines())
    try:
        header = [cell.strip().lower() for cell in next(reader, [])]
        if header[:2] != list(COLUMNS[:2]) or header[2:] not in ([], ["reason"]):
            raise ConfigurationError(f"the list {path} must begin with the line kind,value,reason")
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) not in (2, 3):
                raise ConfigurationError(f"{path}, line {reader.line_num}: expected kind,value,reason, found {len(cells)} fields")
            kind = cells[0].strip()
            if kind not in LISTABLE:
                raise ConfigurationError(
                    f"{path}, line {reader.line_num}: there is no kind {kind!r}; the kinds are {', '.join(sorted(LISTABLE))}"
                )
            yield reader.line_num, kind, cells[1], cells[2].strip() if len(cells) == 3 else ""
    except csv.Error as problem:
        raise ConfigurationError(f"the list {path} is not a CSV file: {problem}") from problem


def on_list(keys: pl.DataFrame, listed: pl.DataFrame) -> pl.Series:
    """Return, row by row, whether any key of the application (in any role) is on the list."""
    result = pl.Series("listed", [False]).new_from_index(0, keys.height)
    by_kind = {kind: listed.filter(pl.col("kind") == kind)["key"] for kind in listed["kind"].unique().sort()}
    for name in keys.columns:
        slot = SLOT.get(name)
        if slot is not None and slot.kind in by_kind:
            result = result | keys[name].is_in(by_kind[slot.kind].to_list()).fill_null(False)
    return result
