"""A path on disk: what kind of file it is, how its bytes are had, and the sentence for one that cannot be read at all."""

from __future__ import annotations

import io
import stat
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import IO

from fraudgraph.errors import InputError

HEAD = 1 << 16
"""Bytes of a file that are looked at to tell what it is."""

_FOREIGN = {
    b"%PDF": "a PDF document",
    b"\x7fELF": "a program",
    b"MZ\x90": "a program",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"SQLite format 3": "an SQLite database",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook (.xls): save it as .xlsx",
    b"Rar!": "a RAR archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"BZh": "compressed with bzip2: unpack it first",
    b"\xfd7zXZ": "compressed with xz: unpack it first",
}
_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"
_BINARY_SHARE = 0.02
"""Share of control characters in the first bytes above which a file is no text (a text with a few stray ones still is)."""


class Format(Enum):
    """What a file holds."""

    DELIMITED = "delimited text"
    JSON = "JSON"
    PARQUET = "Parquet"
    WORKBOOK = "XLSX"


@dataclass(frozen=True)
class Source:
    """One input file. ``content`` holds the bytes where they can be had only once (a pipe)."""

    path: Path
    content: bytes | None
    head: bytes
    """The first bytes, unpacked."""

    @property
    def name(self) -> str:
        """The base name, as rejects and messages show it."""
        return self.path.name or str(self.path)

    def raw(self) -> IO[bytes]:
        """Open the bytes as they are stored."""
        return io.BytesIO(self.content) if self.content is not None else self.path.open("rb")

    def open(self) -> IO[bytes]:
        """Open the bytes, unpacked where they are compressed."""
        return _unpacked(self.raw())

    @property
    def format(self) -> Format:
        """Tell the format by content, then by the name's ending."""
        if self.head.startswith(b"PAR1"):
            return Format.PARQUET
        if self.head.startswith(b"PK\x03\x04"):
            return Format.WORKBOOK
        endings = [ending.lower() for ending in self.path.suffixes]
        text = self.head.removeprefix(b"\xef\xbb\xbf").lstrip()
        if text[:1] == b"{" or (text[:1] == b"[" and text[1:].lstrip()[:1] in (b"{", b"]")):
            return Format.JSON
        if ".parquet" in endings:
            raise InputError(f"{self.name} is not a Parquet file (or it is cut off): write it again")
        if ".xlsx" in endings:
            raise InputError(f"{self.name} is not an XLSX workbook: save it again")
        if any(ending in (".jsonl", ".ndjson", ".json") for ending in endings):
            return Format.JSON
        return Format.DELIMITED


def source(path: Path) -> Source:
    """Look at a file; raise InputError where there is nothing that could be read."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise InputError(f"{path} is a folder: name the files in it")
        content = None if stat.S_ISREG(mode) else path.read_bytes()
        found = Source(path, content, b"")
        with found.open() as stream:
            head = stream.read(HEAD)
    except FileNotFoundError as problem:
        raise InputError(f"there is no file {path}") from problem
    except PermissionError as problem:
        raise InputError(f"{path} may not be read: ask for read permission") from problem
    except (OSError, EOFError, ValueError) as problem:
        raise InputError(f"{path} cannot be read: {problem}") from problem
    if not head.strip(b" \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise InputError(f"{found.name} is empty")
    found = Source(path, content, head)
    _refuse_binary(found)
    return found


def _unpacked(stream: IO[bytes]) -> IO[bytes]:
    magic = stream.read(4)
    stream.seek(0)
    if magic.startswith(_GZIP):
        import gzip

        return gzip.GzipFile(fileobj=stream)  # type: ignore[return-value]
    if magic == _ZSTD:
        import pyarrow as pa

        return pa.CompressedInputStream(stream, "zstd")  # type: ignore[no-any-return]
    return stream


def _refuse_binary(found: Source) -> None:
    head = found.head
    for magic, what in _FOREIGN.items():
        if head.startswith(magic):
            raise InputError(f"{found.name} is {what}; CSV, TSV, JSON lines, Parquet and XLSX can be read")
    if head.startswith((b"PAR1", b"PK\x03\x04", b"\xff\xfe", b"\xfe\xff")) or utf16_guess(head):
        return
    control = sum(head.count(bytes([code])) for code in (*range(9), *range(14, 27), *range(28, 32), 127))
    if control > max(8, _BINARY_SHARE * len(head)):
        raise InputError(f"{found.name} is not text but binary; CSV, TSV, JSON lines, Parquet and XLSX can be read")


def utf16_guess(head: bytes) -> str | None:
    """Name the UTF-16 of a text without a byte order mark: every other byte of a Western header is zero."""
    sample = head[:512]
    half = max(len(sample) // 2, 1)
    odd, even = sample[1::2].count(0), sample[0::2].count(0)
    if odd > 0.4 * half and even < 0.1 * half:
        return "utf-16-le"
    if even > 0.4 * half and odd < 0.1 * half:
        return "utf-16-be"
    return None
