"""Keyed tokens: HMAC-SHA256 of a value under the key of its kind, cut to 128 bits, as text.

Equal values of one kind have equal tokens; from a token without the key nothing can be told of the value, not even by trying all
telephone numbers. The text is ``~`` and 26 letters and digits (base32), a form that no normalised value has.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import polars as pl

from fraudgraph.concealment.key import Key
from fraudgraph.masking import TOKEN

_ALPHABET = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", dtype=np.uint8)
_PAIRS = np.stack([np.repeat(_ALPHABET, 32), np.tile(_ALPHABET, 32)], axis=1)
"""The two letters of each ten bits."""
_LENGTH = 27
_BLOCK = 64
"""Bytes of a block of SHA-256."""
_AT_ONCE = 1 << 17
"""Values whose tokens are written together: bounds the memory in between."""
_MOSTLY_DIFFERENT = 0.6
"""Share of different values from which on it is quicker to hash a repeated value again than to look for it."""


def tokens(values: pl.Series, key: Key, kind: str) -> pl.Series:
    """Return the token of each of ``values`` (String; normalised, of one ``kind``), null where there is none."""
    known = values.drop_nulls().rename("value")
    if known.to_frame().select(pl.col("value").approx_n_unique()).item() > _MOSTLY_DIFFERENT * len(known):
        made = _spelled(_digests(known, key.of(kind)))
        place = np.cumsum(values.is_not_null().to_numpy()) - 1
        return made.gather(pl.Series(place, dtype=pl.Int64).set(values.is_null(), None)).rename(values.name)
    distinct = known.unique()
    found = pl.DataFrame([distinct, _spelled(_digests(distinct, key.of(kind))).rename("token")])
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
    """Return ``~`` and base32 of the first 128 bits of each digest, ten bits (two letters) at a time."""
    rows = len(digests)
    words = np.frombuffer(b"".join(digests), dtype=">u8").reshape(rows, -1)
    high, low = words[:, 0].astype(np.uint64), words[:, 1].astype(np.uint64)
    letters = np.full((rows, _LENGTH), ord("~"), dtype=np.uint8)
    for pair in range(13):
        end = 10 * (pair + 1)  # bits up to here; 64 of them in ``high``
        if end <= 64:
            bits = high >> np.uint64(64 - end)
        elif end - 10 < 64:
            bits = high << np.uint64(end - 64) | low >> np.uint64(128 - end)
        else:
            bits = low >> np.uint64(128 - end) if end <= 128 else low << np.uint64(end - 128)
        letters[:, 1 + 2 * pair : 3 + 2 * pair] = _PAIRS[(bits & np.uint64(1023)).astype(np.int64)]
    ends = np.arange(0, (rows + 1) * _LENGTH, _LENGTH, dtype=np.int64)
    import pyarrow as pa  # late: it takes longer to import than most questions to be answered

    texts = pa.LargeStringArray.from_buffers(rows, pa.py_buffer(ends), pa.py_buffer(letters))
    found = pl.from_arrow(texts)
    assert isinstance(found, pl.Series)
    return found
