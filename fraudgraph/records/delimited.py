"""CSV, TSV and their like: blocks of text to batches of string columns, at full speed, with the line of every record."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import polars as pl

from fraudgraph.errors import InputError
from fraudgraph.model import BoolArray, IntArray
from fraudgraph.records.batches import Batch
from fraudgraph.records.encodings import REPLACING, blocks
from fraudgraph.records.sources import HEAD, Source
from fraudgraph.records.structure import Fields, Structure, mend, structure

SEPARATORS = b",\t;|"
_EXCEL_HINT = re.compile(rb"sep=(.)\r?\n", re.IGNORECASE)


class Delimited:
    """A delimited text file in one encoding; raises `encodings.WrongEncoding` from either method."""

    def __init__(self, source: Source, encoding: str) -> None:
        self._source = source
        self._encoding = encoding
        self._replaced = 0
        self._blocks = _lines_end_in_newlines(blocks(source, encoding))
        first = self._until(b"", lambda data: b"\n" in data.lstrip())
        self._line = 1
        hint = _EXCEL_HINT.match(first)
        if hint:
            first, self._line = first[hint.end() :], 2
        while (end := first.find(b"\n")) >= 0 and not first[:end].strip():
            first, self._line = first[end + 1 :], self._line + 1
        self._separator = hint.group(1)[0] if hint else _separator(first, source.path.suffixes)
        first = self._until(first, self._has_record)
        fields, end = Fields(self._separator).record(first, 0)
        self.headers = [value.decode("utf-8", "replace").strip().lstrip("\ufeff") for value, _ in fields]
        self._line += first.count(b"\n", 0, end)
        self._first = first[end:]
        if not any(self.headers):
            raise InputError(f"{source.name} has no header line")

    @property
    def notes(self) -> tuple[str, ...]:
        if self._encoding != REPLACING or not self._replaced:
            return ()
        return (
            f"{self._source.name} is neither whole UTF-8 nor GB18030: {self._replaced} unreadable characters were read as \ufffd; "
            "save it as UTF-8 to keep them",
        )

    def batches(self, wanted: Sequence[int]) -> Iterator[Batch]:
        for data, found in self._pieces():
            if self._encoding == REPLACING:
                self._replaced += data.count("\ufffd".encode())
            yield self._batch(data, found, wanted)
            self._line += found.newlines

    def _has_record(self, data: bytes) -> bool:
        found = structure(data, self._separator, False)
        return found.newlines > 0 or found.misplaced is not None

    def _until(self, data: bytes, enough: Callable[[bytes], bool]) -> bytes:
        """Add blocks until there is enough to go on, or no more."""
        while not enough(data) and (block := next(self._blocks, None)) is not None:
            data += block
        return data

    def _pieces(self) -> Iterator[tuple[bytes, Structure]]:
        """Yield blocks that are cut behind their last whole record."""
        rest, block = b"", self._first
        following = next(self._blocks, None)
        while True:
            last = following is None
            data = rest + block if rest else block
            if last and data and not data.endswith(b"\n"):
                data += b"\n"
            found = structure(data, self._separator, last)
            rest = b""
            if found.misplaced is not None:
                data, rest = mend(data, found.misplaced, self._separator, last)
                found = structure(data, self._separator, True)
                if found.misplaced is not None:
                    raise InputError(f"{self._source.name}: the quotation marks near line {self._line} make no sense; save the file again")
            end = int(found.ends[-1]) if len(found.ends) else 0
            rest = data[end:] + rest
            if end:
                yield data[:end], found
            if following is None:
                return
            block, following = following, next(self._blocks, None)

    def _batch(self, data: bytes, found: Structure, wanted: Sequence[int]) -> Batch:
        width = len(self.headers)
        places = self._line + found.lines
        right = found.fields == width
        blank = _blank(data, found) if width > 1 and not right.all() else np.zeros(len(right), dtype=np.bool_)
        frame = self._parse(data, wanted)
        if frame.height != len(right):
            raise InputError(f"{self._source.name}: the text from line {self._line} on cannot be cut into records; save the file again")
        if right.all():
            return Batch(frame, places)
        wrong = ~right & ~blank
        faults = tuple(f"has {count} {_fields(count)}, the header has {width}" for count in found.fields[wrong].tolist())
        return Batch(frame.filter(pl.Series(right)), places[right], places[wrong], faults)

    def _parse(self, data: bytes, wanted: Sequence[int]) -> pl.DataFrame:
        names = [str(position) for position in range(len(self.headers))]
        return pl.read_csv(
            ",".join(names).replace(",", chr(self._separator)).encode() + b"\n" + data,
            separator=chr(self._separator),
            columns=[names[position] for position in wanted],
            infer_schema=False,
            truncate_ragged_lines=True,
            raise_if_empty=False,
        )


def _fields(count: int) -> str:
    return "field" if count == 1 else "fields"


def _blank(data: bytes, found: Structure) -> BoolArray:
    """Tell which records are blank lines."""
    blank = np.zeros(len(found.ends), dtype=np.bool_)
    single: IntArray = np.flatnonzero(found.fields == 1)
    starts = np.concatenate(([0], found.ends[:-1]))
    for record in single.tolist():
        blank[record] = not data[starts[record] : found.ends[record]].strip()
    return blank


def _lines_end_in_newlines(found: Iterator[bytes]) -> Iterator[bytes]:
    """Turn the lone carriage returns of an old text file into line breaks, where it has no other ones."""
    first = b""
    while b"\n" not in first and len(first) < HEAD and (block := next(found, None)) is not None:
        first += block
    if b"\n" in first or b"\r" not in first:
        yield first
        yield from found
        return
    yield first.replace(b"\r", b"\n")
    for block in found:
        yield block.replace(b"\r", b"\n")


def _separator(data: bytes, suffixes: Sequence[str]) -> int:
    """Find the separator of the header: the one that cuts it into most headers; a tab where the name says so."""
    end = data.find(b"\n")
    line = re.sub(rb'"[^"]*"', b"", data if end < 0 else data[:end])
    counts = {code: line.count(code) for code in SEPARATORS}
    if counts[9] and any(suffix.lower() in (".tsv", ".tab") for suffix in suffixes):
        return 9
    best = max(SEPARATORS, key=lambda code: counts[code])
    return best if counts[best] else SEPARATORS[0]
