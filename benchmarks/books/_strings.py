"""Columns of text from columns of numbers, without a Python object a row.

A text of fixed width is a matrix of ASCII bytes (rows x width); a matrix becomes a polars String column through its Arrow buffers.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]

_HEX = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)
_ID_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2], dtype=np.int64)
_ID_CHECK = np.frombuffer(b"10X98765432", dtype=np.uint8)


def text(matrix: Bytes) -> pl.Series:
    """The rows of an ASCII matrix as a String column."""
    rows, width = matrix.shape
    offsets = np.arange(0, (rows + 1) * width, max(width, 1), dtype=np.int64)[: rows + 1]
    data = np.ascontiguousarray(matrix)
    array = pa.Array.from_buffers(pa.large_string(), rows, [None, pa.py_buffer(offsets), pa.py_buffer(data)])
    series = pl.from_arrow(array)
    assert isinstance(series, pl.Series)
    return series


def digits(numbers: Ints, width: int) -> Bytes:
    """Decimal digits, padded with zeros on the left; digits beyond ``width`` are dropped."""
    out = np.empty((len(numbers), width), dtype=np.uint8)
    rest = numbers.astype(np.int64, copy=True)
    for column in range(width - 1, -1, -1):
        rest, digit = np.divmod(rest, 10)
        out[:, column] = digit
    return out + np.uint8(48)


def hexadecimal(numbers: npt.NDArray[np.uint64], width: int) -> Bytes:
    """The lowest ``width`` hexadecimal digits."""
    out = np.empty((len(numbers), width), dtype=np.uint8)
    for column in range(width):
        shift = np.uint64(4 * (width - 1 - column))
        out[:, column] = _HEX[((numbers >> shift) & np.uint64(15)).astype(np.int64)]
    return out


def scramble(indices: npt.NDArray[np.int64], salt: int) -> npt.NDArray[np.uint64]:
    """A 64-bit number that looks random, different for every index (an invertible mixing of bits)."""
    x = indices.astype(np.uint64) + np.uint64((salt * 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def with_luhn(numbers: Ints, width: int) -> Bytes:
    """``width`` digits and the check digit that makes a payment card's number valid."""
    body = digits(numbers, width)
    values = (body - np.uint8(48)).astype(np.int64)
    doubled = values[:, ::-1][:, ::2] * 2
    total = np.where(doubled > 9, doubled - 9, doubled).sum(axis=1) + values[:, ::-1][:, 1::2].sum(axis=1)
    check = ((-total) % 10 + 48).astype(np.uint8)
    return np.column_stack([body, check])


def with_id_check(body: Bytes) -> Bytes:
    """17 digits and the check character of a Chinese resident's number."""
    total = ((body - np.uint8(48)).astype(np.int64) * _ID_WEIGHTS).sum(axis=1)
    return np.column_stack([body, _ID_CHECK[total % 11]])


def mac(numbers: npt.NDArray[np.uint64]) -> Bytes:
    """Six pairs of hexadecimal digits with colons."""
    plain = hexadecimal(numbers, 12)
    out = np.full((len(numbers), 17), ord(":"), dtype=np.uint8)
    for pair in range(6):
        out[:, 3 * pair : 3 * pair + 2] = plain[:, 2 * pair : 2 * pair + 2]
    return out
