"""JSON lines (and a JSON array of objects): every value as text, bad lines named, keys gathered over the whole file."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import polars as pl

from fraudgraph.errors import InputError
from fraudgraph.model import IntArray
from fraudgraph.records.batches import ROWS, Batch
from fraudgraph.records.encodings import blocks
from fraudgraph.records.sources import Source

NO_OBJECT = "is not a JSON object"
_BY_HAND = 32
"""Lines at which the search for a bad one stops halving and reads line by line."""


class JsonLines:
    """A JSON file in one encoding; raises `encodings.WrongEncoding` from either method."""

    def __init__(self, source: Source, encoding: str) -> None:
        self._source = source
        self._encoding = encoding
        self._array = _array(source, encoding)
        if self._array is not None:
            keys = dict.fromkeys(key for entry in self._array if isinstance(entry, dict) for key in entry)
        else:
            keys = dict.fromkeys(key for lines, _ in self._lines() for key in _keys(lines))
        self.headers = list(keys)
        if not self.headers:
            raise InputError(f"{source.name} holds no JSON objects, one a line")

    @property
    def notes(self) -> tuple[str, ...]:
        return ()

    def batches(self, wanted: Sequence[int]) -> Iterator[Batch]:
        names = {self.headers[position]: str(position) for position in wanted}
        if self._array is not None:
            for start in range(0, len(self._array), ROWS):
                entries = self._array[start : start + ROWS]
                place = np.arange(start + 1, start + 1 + len(entries), dtype=np.int64)
                yield _batch([_objects(entries, list(names))], [place], names)
            return
        for lines, place in self._lines():
            frames: list[tuple[pl.DataFrame, list[bool]]] = []
            _parse(lines, list(names), frames)
            sizes = np.cumsum([len(good) for _, good in frames])[:-1]
            yield _batch(frames, np.split(place, sizes), names)

    def _lines(self) -> Iterator[tuple[list[bytes], IntArray]]:
        """Yield lines that are not blank, with their numbers from 1."""
        rest, number = b"", 1
        for block in blocks(self._source, self._encoding):
            found = (rest + block).split(b"\n")
            rest = found.pop()
            if found:
                yield _not_blank(found, number)
                number += len(found)
        if rest.strip():
            yield _not_blank([rest], number)


def _not_blank(lines: list[bytes], number: int) -> tuple[list[bytes], IntArray]:
    kept = [at for at, line in enumerate(lines) if line and not line.isspace()]
    return [lines[at] for at in kept], np.asarray(kept, dtype=np.int64) + number


def _array(source: Source, encoding: str) -> list[Any] | None:
    """Return the entries of a file that is one JSON array; None where it is not."""
    if source.head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] != b"[":
        return None
    try:
        entries = json.loads(b"".join(blocks(source, encoding)), parse_float=str, parse_int=str)
    except (ValueError, RecursionError) as problem:
        raise InputError(f"{source.name} starts like a JSON array and is none: write it again, or as one object a line") from problem
    return entries if isinstance(entries, list) else None


def _keys(lines: list[bytes]) -> list[str]:
    try:
        return list(pl.read_ndjson(io.BytesIO(b"\n".join(lines)), infer_schema_length=None).columns) if lines else []
    except pl.exceptions.PolarsError:
        return list(dict.fromkeys(key for line in lines for key in _object(line) or ()))


def _parse(lines: list[bytes], keys: list[str], out: list[tuple[pl.DataFrame, list[bool]]]) -> None:
    """Append frames that together hold the good lines, each with what is good among its lines; halve until the bad ones are found."""
    if len(lines) > _BY_HAND:
        try:
            frame = pl.read_ndjson(io.BytesIO(b"\n".join(lines)), schema=dict.fromkeys(keys, pl.String))
            if frame.height == len(lines):
                out.append((frame, [True] * len(lines)))
                return
        except pl.exceptions.PolarsError:
            pass  # one of the lines is no object: it is found below and rejected
        half = len(lines) // 2
        _parse(lines[:half], keys, out)
        _parse(lines[half:], keys, out)
        return
    out.append(_objects([_object(line) for line in lines], keys))


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line, parse_float=str, parse_int=str)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _objects(entries: Sequence[Any], keys: list[str]) -> tuple[pl.DataFrame, list[bool]]:
    good = [isinstance(entry, dict) for entry in entries]
    rows = [entry for entry in entries if isinstance(entry, dict)]
    columns = {key: pl.Series(key, [_text(row.get(key)) for row in rows], dtype=pl.String) for key in keys}
    return pl.DataFrame(columns), good


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool | list | dict):
        value = json.dumps(value, ensure_ascii=False)
    return str(value).encode("utf-8", "replace").decode("utf-8")


def _batch(frames: list[tuple[pl.DataFrame, list[bool]]], places: list[IntArray], names: dict[str, str]) -> Batch:
    place = np.concatenate(places) if places else np.empty(0, dtype=np.int64)
    good = np.asarray([flag for _, flags in frames for flag in flags], dtype=np.bool_)
    whole = pl.concat([frame for frame, _ in frames]) if frames else pl.DataFrame(schema=dict.fromkeys(names, pl.String))
    broken = place[~good]
    return Batch(whole.rename(names), place[good], broken, (NO_OBJECT,) * len(broken))
