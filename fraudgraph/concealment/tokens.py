"""Keyed tokens: HMAC-SHA256 of a value under the key of its kind, cut to 128 bits, as text.

Equal values of one kind have equal tokens; from a token without the key nothing can be told of the value, not even by trying all
telephone numbers. The text is ``~`` and 26 letters and digits (base32), a form that no normalised value has.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from fraudgraph.concealment.key import Key
from fraudgraph.masking import TOKEN

_ALPHABET = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", dtype=np.uint8)
_BYTES = 16
_LETTERS = 26
_BLOCK = 64
"""Bytes of a block of SHA-256."""
_AT_ONCE = 1 << 17
"""Values whose tokens are written together: bounds the memory of their bits."""


def tokens(values: pl.Series, key: Key, kind: str) -> pl.Series:
    """Return the token of each of ``values`` (String; normalised, of one ``kind``), null where there is none."""
    distinct = values.drop_nulls().unique()
    found = pl.DataFrame({"value": distinct, "token": _spelled(_digests(distinct, key.of(kind)))}, schema_overrides={"token": pl.String})
    return values.rename("value").to_frame().join(found, on="value", how="left", maintain_order="left")["token"].rename(values.name)


def token(value: str, key: Key, kind: str) -> str:
    """Return the token of one value."""
    return str(tokens(pl.Series([value], dtype=pl.String), key, kind).item())


def are_tokens(values: pl.Series) -> pl.Series:
    """Return which values have a token's form (Boolean; null where there is no value)."""
    return values.str.contains(f"^{TOKEN.pattern}$")


def _digests(values: pl.Series, key: bytes) -> Sequence[bytes]:
    """Return HMAC-SHA256 of each value.

    The two halves of the key are hashed once; copying their states is three times as quick as an HMAC a value from the start.
    """
    padded = np.frombuffer(key.ljust(_BLOCK, b"\0"), dtype=np.uint8)
    inner, outer = hashlib.sha256((padded ^ 0x36).tobytes()).copy, hashlib.sha256((padded ^ 0x5C).tobytes()).copy

    def digest(value: bytes) -> bytes:
        first, second = inner(), outer()
        first.update(value)
        second.update(first.digest())
        return second.digest()

    return [digest(value) for value in values.cast(pl.Binary)]


def _spelled(digests: Sequence[bytes]) -> pl.Series:
    """Return the tokens that digests are written as."""
    pieces = [_texts(digests[start : start + _AT_ONCE]) for start in range(0, len(digests), _AT_ONCE)]
    return pl.concat(pieces) if pieces else pl.Series(dtype=pl.String)


def _texts(digests: Sequence[bytes]) -> pl.Series:
    rows = len(digests)
    cut = np.frombuffer(b"".join(digest[:_BYTES] for digest in digests), dtype=np.uint8).reshape(rows, _BYTES)
    bits: npt.NDArray[np.uint8] = np.zeros((rows, _LETTERS * 5), dtype=np.uint8)
    bits[:, : _BYTES * 8] = np.unpackbits(cut, axis=1)
    five = bits.reshape(rows, _LETTERS, 5) @ np.array([16, 8, 4, 2, 1], dtype=np.uint8)
    letters = np.full((rows, _LETTERS + 1), ord("~"), dtype=np.uint8)
    letters[:, 1:] = _ALPHABET[five]
    ends = np.arange(0, (rows + 1) * letters.shape[1], letters.shape[1], dtype=np.int64)
    texts = pa.LargeStringArray.from_buffers(rows, pa.py_buffer(ends), pa.py_buffer(letters))
    found = pl.from_arrow(texts)
    assert isinstance(found, pl.Series)
    return found
