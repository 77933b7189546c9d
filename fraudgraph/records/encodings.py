"""Bytes of a text file as blocks of UTF-8, whatever they were: UTF-16 by its mark, strict UTF-8, then GB18030.

A file that is neither is read as UTF-8 with its unreadable bytes shown as U+FFFD: one bad byte must not cost a book.
"""

from __future__ import annotations

import codecs
import zlib
from collections.abc import Iterator
from itertools import chain

import numpy as np

from fraudgraph.errors import InputError
from fraudgraph.records.sources import Source, utf16_guess

BLOCK = 1 << 23
"""Bytes that are read at a time: large enough for column operations, small beside a book and kind to the allocator."""


class WrongEncoding(Exception):
    """The file turned out not to be in the encoding that was tried; read it again with the next one."""


REPLACING = "utf-8 with replacement"


def candidates(source: Source) -> tuple[str, ...]:
    """Name the encodings to try, in order; the last one never raises WrongEncoding."""
    head = source.head
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16", REPLACING)
    guess = utf16_guess(head)
    return (guess, REPLACING) if guess else ("utf-8", "gb18030", REPLACING)


def blocks(source: Source, encoding: str) -> Iterator[bytes]:
    """Yield the text as UTF-8 without a mark, block by block; raise WrongEncoding at the first byte that does not fit."""
    found = _as_they_are(source) if encoding == "utf-8" else _decoded(source, encoding)
    first = True
    for block in found:
        yield block.removeprefix(codecs.BOM_UTF8) if first else block
        first = False


def _as_they_are(source: Source) -> Iterator[bytes]:
    rest = b""
    for block in _stored(source):
        data = rest + block if rest else block
        cut = _whole_characters(data)
        rest = data[cut:]
        data = data[:cut] if rest else data
        if not valid_utf8(data):
            raise WrongEncoding("utf-8")
        yield data
    if rest:
        raise WrongEncoding("utf-8")


def _decoded(source: Source, encoding: str) -> Iterator[bytes]:
    replacing = encoding == REPLACING
    decoder = codecs.getincrementaldecoder("utf-8" if replacing else encoding)("replace" if replacing else "strict")
    for block in chain(_stored(source), (b"",)):
        try:
            text = decoder.decode(block, final=not block)
        except UnicodeDecodeError as problem:
            raise WrongEncoding(encoding) from problem
        if text:
            yield text.encode("utf-8", "replace")


def _stored(source: Source) -> Iterator[bytes]:
    """Yield the file's bytes, unpacked; raise InputError where they end before their time."""
    try:
        with source.open() as stream:
            while block := stream.read(BLOCK):
                yield block
    except (OSError, EOFError, zlib.error) as problem:
        raise InputError(f"{source.name} cannot be read to its end: {problem}") from problem


def _whole_characters(data: bytes) -> int:
    """Return how many of the bytes end with a whole UTF-8 character."""
    for back in range(1, min(4, len(data)) + 1):
        byte = data[-back]
        if byte < 0x80:
            return len(data)
        if byte >= 0xC0:
            length = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return len(data) - back if length > back else len(data)
    return len(data)


def valid_utf8(data: bytes) -> bool:
    """Check without making a Python string of it."""
    if data.isascii():
        return True
    import pyarrow as pa

    offsets = pa.py_buffer(np.array([0, len(data)], dtype=np.int64).tobytes())
    try:
        pa.LargeStringArray.from_buffers(1, offsets, pa.py_buffer(data)).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True
