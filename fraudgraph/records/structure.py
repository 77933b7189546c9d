"""Where the records of delimited text end, how many fields each has and on which line it starts, found in columns of bytes.

The rules are those of RFC 4180, kindly read: a quotation mark opens a quoted value only at the start of a field and closes it only before a
separator or the end of the record. Any other one is an ordinary character; `mend` rewrites the few records that hold such.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from fraudgraph.model import IntArray

QUOTE, NEWLINE, RETURN = 34, 10, 13
LONGEST = 200
"""Line breaks in one quoted value; more mean that its quotation mark was never closed."""


@dataclass(frozen=True)
class Structure:
    """The whole records at the start of some bytes."""

    ends: IntArray
    """Offset just behind each record (its line break included)."""
    fields: IntArray
    """Number of fields of each record; 1 for a blank line."""
    lines: IntArray
    """Line breaks before the start of each record."""
    newlines: int
    """Line breaks in all of them."""
    misplaced: int | None
    """Offset at which to start mending: the record with the first quotation mark that is out of place; None where all are in place."""


def structure(data: bytes, separator: int, last: bool) -> Structure:
    """Find the records. ``last``: nothing follows, so the bytes end with a line break and an open quote is out of place."""
    codes = np.frombuffer(data, dtype=np.uint8)
    quoted = QUOTE in data
    chosen = (codes == separator) | (codes == NEWLINE)
    if quoted:
        chosen |= codes == QUOTE
    marks = np.flatnonzero(chosen)
    del chosen
    kinds = codes[marks]
    breaks = np.flatnonzero(kinds == NEWLINE)
    if not quoted:
        ends = marks[breaks] + 1
        fields = np.diff(breaks, prepend=-1)
        return Structure(ends, fields, np.arange(len(ends), dtype=np.int64), len(ends), None)
    is_quote = kinds == QUOTE
    outside = (np.cumsum(is_quote, dtype=np.int64) & 1) == 0
    kept = outside & ~is_quote
    record_ends = np.flatnonzero(kept & (kinds == NEWLINE))
    ends = marks[record_ends] + 1
    fields = np.diff(np.cumsum(kept, dtype=np.int64)[record_ends], prepend=0)
    passed = np.searchsorted(breaks, record_ends, side="right")
    lines = np.concatenate(([0], passed[:-1])) if len(passed) else passed
    newlines = int(passed[-1]) if len(passed) else 0
    trouble = _misplaced(codes, marks[is_quote], separator, last)
    if trouble is None and len(breaks) - newlines > LONGEST:
        trouble = len(data)
    if trouble is not None:
        before = int(np.searchsorted(ends, trouble, side="right"))
        trouble = int(ends[before - 1]) if before else 0
    return Structure(ends, fields, lines, newlines, trouble)


def _misplaced(codes: np.typing.NDArray[np.uint8], quotes: IntArray, separator: int, last: bool) -> int | None:
    opening, closing = quotes[0::2], quotes[1::2]
    before = codes[np.maximum(opening, 1) - 1]
    fits = (before == separator) | (before == NEWLINE) | (opening == 0)
    fits[1:] |= opening[1:] == closing[: len(opening) - 1] + 1
    after = codes[np.minimum(closing + 1, len(codes) - 1)]
    then = codes[np.minimum(closing + 2, len(codes) - 1)]
    shuts = (after == separator) | (after == NEWLINE) | (after == QUOTE) | (closing + 1 == len(codes))
    shuts |= (after == RETURN) & ((then == NEWLINE) | (closing + 2 == len(codes)))
    wrong = [int(where[0]) for where in (opening[~fits], closing[~shuts]) if len(where)]
    if last and len(opening) > len(closing):
        wrong.append(int(opening[-1]))
    return min(wrong) if wrong else None


class Fields:
    """Cuts one record into fields by the same rules; for headers and for records that need mending."""

    def __init__(self, separator: int) -> None:
        cut = re.escape(bytes([separator]))
        self._separator = separator
        self._quoted = re.compile(rb'"([^"]*(?:""[^"]*)*)"(?=' + cut + rb"|\r?\n|\r?\Z)")
        self._plain = re.compile(rb"(?:[^" + cut + rb"\r\n]|\r(?!\n|\Z))*")
        self._end = re.compile(rb"\r?\n|\r?\Z")

    def record(self, data: bytes, at: int) -> tuple[list[tuple[bytes, bool]], int]:
        """Return (value, was it quoted) for each field of the record at ``at``, and the offset behind its line break."""
        fields: list[tuple[bytes, bool]] = []
        while True:
            quoted = self._quoted.match(data, at) if data[at : at + 1] == b'"' else None
            if quoted is not None and quoted.group().count(b"\n") <= LONGEST:
                fields.append((quoted.group(1).replace(b'""', b'"'), True))
                at = quoted.end()
            else:
                plain = self._plain.match(data, at)
                assert plain is not None  # the pattern matches the empty string
                fields.append((plain.group(), False))
                at = plain.end()
            end = self._end.match(data, at)
            if end is not None:
                return fields, end.end()
            at += 1


def mend(data: bytes, start: int, separator: int, last: bool) -> tuple[bytes, bytes]:
    """Rewrite the records from ``start`` on so that every quotation mark is in its place; lines stay lines.

    Return (mended bytes, rest): the rest is the end of ``data`` that has to be seen together with what follows it.
    """
    cutter = Fields(separator)
    pieces = [data[:start]]
    until = len(data)
    if not last:  # the last lines may hold the start of a quoted value that goes on behind the block
        for _ in range(LONGEST + 2):
            until = data.rfind(b"\n", start, until)
            if until < 0:
                return data[:start], data[start:]
    at = copied = start
    while at < until or (last and at < len(data)):
        line_end = data.find(b"\n", at)
        line_end = len(data) if line_end < 0 else line_end + 1
        if data.find(b'"', at, line_end) < 0:
            at = line_end
            continue
        fields, end = cutter.record(data, at)
        if any(b'"' in value and not quoted for value, quoted in fields):
            pieces.append(data[copied:at])
            pieces.append(bytes([separator]).join(_written(value, quoted) for value, quoted in fields))
            pieces.append(b"\r\n" if data.endswith(b"\r\n", at, end) else b"\n")
            copied = end
        at = end
    pieces.append(data[copied:at])
    return b"".join(pieces), data[at:]


def _written(value: bytes, quoted: bool) -> bytes:
    if quoted or b'"' in value:
        return b'"' + value.replace(b'"', b'""') + b'"'
    return value
