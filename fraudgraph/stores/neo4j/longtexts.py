"""Values that no index can hold (more than about eight thousand bytes): kept once, and a token stands for them everywhere else."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable

import polars as pl

PREFIX = "\u2026long:"
"""How a token begins. A value that begins so itself is given a token too, so that the two can be told apart."""

LONGEST = 1_000
"""Bytes of a value that is kept as it is: even an index on three of them holds its entry."""


def token(value: str) -> str:
    """Return what stands for a long value."""
    return PREFIX + hashlib.blake2b(value.encode(), digest_size=16).hexdigest()


def short(value: str) -> str:
    """Return a value as the graph has it."""
    return token(value) if value.startswith(PREFIX) or len(value.encode()) > LONGEST else value


def shortened(frame: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, str]]:
    """Return the frame as the graph has it, and the long values by their tokens."""
    texts: dict[str, str] = {}
    changed = []
    for column in _with_any(frame, lambda name: (pl.col(name).str.len_bytes() > LONGEST) | pl.col(name).str.starts_with(PREFIX)):
        values = frame.get_column(column)
        long = values.filter((values.str.len_bytes() > LONGEST) | values.str.starts_with(PREFIX)).unique()
        tokens = {value: token(value) for value in long}
        texts |= {name: value for value, name in tokens.items()}
        changed.append(values.replace(tokens))
    return frame.with_columns(changed), texts


def lengthened(frame: pl.DataFrame, look_up: Callable[[list[str]], dict[str, str]]) -> pl.DataFrame:
    """Return a frame of the graph with the long values in their places."""
    columns = _with_any(frame, lambda name: pl.col(name).str.starts_with(PREFIX))
    if not columns:
        return frame
    tokens = pl.concat([frame.get_column(column).alias("token") for column in columns]).unique()
    texts = look_up(tokens.filter(tokens.str.starts_with(PREFIX)).sort().to_list())
    return frame.with_columns(frame.get_column(column).replace(texts) for column in columns)


def _with_any(frame: pl.DataFrame, condition: Callable[[str], pl.Expr]) -> list[str]:
    names: Iterable[str] = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    if frame.is_empty():
        return []
    found = frame.select(condition(name).any().alias(name) for name in names)
    return [name for name in found.columns if found.get_column(name)[0]]
