"""Text tools that every kind shares. All take and return polars Series; nothing here loops over values."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl

from fraudgraph.identifiers import placeholders
from fraudgraph.identifiers.registry import MALFORMED, MASKED, MISSING, OPAQUE, PLACEHOLDER, STATUS, VALID, Keyed
from fraudgraph.model import IntArray

_ODD = r"[^ -~\x{4E00}-\x{9FFF}]"
_INVISIBLE = r"[\p{Cc}\p{Cf}]"
_MASK = r"[*\x{2022}\x{25CF}\x{00D7}\x{25A0}\x{2588}]|[Xx]{3,}"
_DIGEST = r"^(?:[0-9A-Fa-f]{32}|[0-9A-Fa-f]{40}|[0-9A-Fa-f]{64})$"
_RUN = "0123456789" * 3

Slow = Callable[[pl.Series], Keyed]


def clean(values: pl.Series) -> pl.Series:
    """NFKC, without invisible characters and surrounding blanks; rows that are plain already are only stripped."""
    return patch(values, _odd(values), lambda part: part.str.normalize("NFKC").str.replace_all(_INVISIBLE, "")).str.strip_chars()


def _odd(values: pl.Series) -> pl.Series:
    """Return which values NFKC or the removal of invisible characters could change."""
    if (values.str.len_bytes() == values.str.len_chars()).all() is not False:
        return values.str.contains(r"[\x00-\x1F\x7F]")
    return values.str.contains(_ODD)


def patch(values: pl.Series, mask: pl.Series, change: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """Return ``values`` with ``change`` applied where ``mask`` is true; costs nothing where it never is."""
    where = mask.fill_null(False)
    if not where.any():
        return values
    chosen = where.to_numpy()
    changed = change(values.filter(where))
    place = np.arange(len(values), dtype=np.int64)
    place[chosen] = len(values) + np.arange(len(changed), dtype=np.int64)
    return pl.concat([values, changed.rename(values.name)], rechunk=False).gather(place)


def fold_marks(values: pl.Series) -> pl.Series:
    """Lower case without diacritics: é -> e, ß -> ss, ø -> o, ł -> l."""
    lower = values.str.to_lowercase()
    return patch(lower, lower.str.len_bytes() != lower.str.len_chars(), _fold)


def _fold(values: pl.Series) -> pl.Series:
    letters = {"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
    return values.str.normalize("NFKD").str.replace_all(r"\p{M}", "").str.replace_many(letters)


def is_masked(values: pl.Series) -> pl.Series:
    """Return which values hide characters behind stars, dots or a run of X."""
    return values.str.contains(_MASK)


def is_digest(values: pl.Series) -> pl.Series:
    """Return which values look like MD5, SHA-1 or SHA-256 in hexadecimal: 32, 40 or 64 digits, letters among them."""
    return values.str.contains(_DIGEST) & values.str.contains("[A-Fa-f]") & ~is_repeated(values)


def is_repeated(values: pl.Series) -> pl.Series:
    """Return which values are one character over and over."""
    return values.to_frame("v").select((pl.col("v").str.strip_chars(pl.col("v").str.head(1)).str.len_bytes() == 0).alias("v"))["v"]


def is_sequence(values: pl.Series) -> pl.Series:
    """Return which values are digits counting up or down (123456789, 987654321, 0123456789)."""
    up = pl.lit(_RUN).str.contains(pl.col("v"), literal=True)
    down = pl.lit(_RUN[::-1]).str.contains(pl.col("v"), literal=True)
    return values.to_frame("v").select((up | down).alias("v"))["v"]


def has_cjk(values: pl.Series) -> pl.Series:
    """Return which values have Chinese characters."""
    return values.str.contains(r"[\x{3400}-\x{9FFF}\x{20000}-\x{2FA1F}]")


def distinct_codes(values: pl.Series) -> tuple[pl.Series, IntArray]:
    """Return (distinct values, the place of each value among them)."""
    _, first, code = np.unique(values.hash().to_numpy(), return_index=True, return_inverse=True)
    distinct = values.gather(first)
    if (distinct.gather(code).eq_missing(values)).all():
        return distinct, code
    distinct = values.unique()  # two values of one hash: once in a million books
    places = pl.DataFrame({"v": distinct, "i": np.arange(len(distinct), dtype=np.int64)})
    found = values.rename("v").to_frame().join(places, on="v", how="left", nulls_equal=True, maintain_order="left")["i"]
    return distinct, found.to_numpy()


def in_two(values: pl.Series, fast: pl.Series, fast_key: pl.Series, slow: Slow) -> Keyed:
    """Put together the keys of the plain values and those of the rest.

    ``fast`` marks the rows whose key is in ``fast_key`` (one entry a marked row, all VALID); ``slow`` sees every *distinct* value
    of the rest once. Nulls are MISSING.
    """
    chosen = fast.fill_null(False)
    rest_mask = (~chosen & values.is_not_null()).to_numpy()
    place = np.full(len(values), -1, dtype=np.int64)
    place[chosen.to_numpy()] = np.arange(len(fast_key), dtype=np.int64)
    keys = [fast_key.rename("k")]
    states = [pl.Series("s", [VALID], dtype=STATUS).new_from_index(0, len(fast_key))]
    if rest_mask.any():
        distinct, code = distinct_codes(values.filter(pl.Series(rest_mask)))
        keyed = slow(distinct)
        place[rest_mask] = len(fast_key) + code
        keys.append(keyed.key.rename("k"))
        states.append(keyed.status.rename("s"))
    where = pl.Series(place).set(pl.Series(place < 0), None)
    key = pl.concat(keys).gather(where)
    status = pl.concat(states).gather(where).fill_null(MISSING)
    return Keyed(key, status)


def judged(kind: str, cleaned: pl.Series, key: pl.Series, status: pl.Series | None = None) -> Keyed:
    """Give each value its status: where ``key`` is null the first reason that fits, else VALID.

    ``cleaned`` are the values as people typed them (cleaned), ``key`` the candidate keys, ``status`` statuses that are known already
    (null: to be found out).
    """
    unknown = pl.Series("s", [None], dtype=STATUS).new_from_index(0, len(key))
    frame = pl.DataFrame({"v": cleaned, "k": key, "s": unknown if status is None else status})
    word = pl.col("v").str.to_lowercase().is_in(placeholders.words(kind))
    hidden = pl.col("v").str.contains(_MASK)
    blank = pl.col("v").is_null() | (pl.col("v").str.len_bytes() == 0)
    state = (
        pl.when(blank)
        .then(MISSING)
        .when(word.fill_null(False))
        .then(PLACEHOLDER)
        .when(pl.col("s").is_not_null())
        .then(pl.col("s"))
        .when(pl.col("k").is_null() & hidden)
        .then(MASKED)
        .when(pl.col("k").is_null())
        .then(MALFORMED)
        .otherwise(VALID)
        .cast(STATUS)
        .alias("s")
    )
    done = frame.with_columns(state).with_columns(pl.when(pl.col("s") == VALID).then(pl.col("k")).alias("k"))
    return Keyed(done["k"], done["s"])


def digests(values: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Return (which values are digests, their opaque keys; one entry a digest)."""
    if not (values.str.len_bytes() >= 32).any():
        return pl.Series([False]).new_from_index(0, len(values)), pl.Series("k", [], dtype=pl.String)
    trimmed = values.str.strip_chars()
    mask = trimmed.str.len_bytes().is_in([32, 40, 64]).fill_null(False)
    if not mask.any():
        return mask, pl.Series("k", [], dtype=pl.String)
    found = np.zeros(len(values), dtype=np.bool_)
    part = trimmed.filter(mask)
    hit = is_digest(part)
    found[mask.to_numpy()] = hit.to_numpy()
    keys = part.filter(hit).str.to_lowercase()
    return pl.Series(found), keys.to_frame("k").select(pl.lit(OPAQUE) + pl.col("k")).to_series().rename("k")
