"""Device identifiers: fingerprints, IMEI, OAID, IDFA, Android id.

Case, dashes and braces of hexadecimal ids are spelling; so is the case of any other id. An IMEI is its first fourteen digits (the
fifteenth is a check digit, a sixteenth a software version). All-zero ids mean "tracking limited" on every platform.
"""

from __future__ import annotations

import polars as pl

from fraudgraph.identifiers import checks, placeholders
from fraudgraph.identifiers.registry import BAD_CHECKSUM, MALFORMED, PLACEHOLDER, STATUS, VALID, Context, Keyed, Kind, Normalise
from fraudgraph.identifiers.text import clean, in_two, is_repeated, is_sequence, judged

SHORTEST = 6
"""Characters; a shorter device id is no id."""
FORMS = {
    "device": rf"^[^\s]{{{SHORTEST},}}$",
    "oaid": r"^(?:[0-9a-f]{16}|[0-9a-f]{32}|[0-9a-f]{36}|[0-9a-f]{40}|[0-9a-f]{64})$",
    "idfa": r"^[0-9a-f]{32}$",
    "android_id": r"^[0-9a-f]{13,16}$",
}
_HEX = r"^[0-9a-f]{12,}$"


def _normaliser(kind: str) -> Normalise:
    form = FORMS[kind]

    def normalise(values: pl.Series, context: Context) -> Keyed:
        lower = values.str.to_lowercase()
        fast = lower.str.contains(_HEX) & lower.str.contains(form) & lower.str.contains("[a-f]") & ~is_repeated(lower)
        if kind == "android_id":
            fast = fast & (lower.str.len_bytes() == 16)
        return in_two(lower, fast, lower.filter(fast), slow)

    def slow(values: pl.Series) -> Keyed:
        cleaned = clean(values).str.to_lowercase()
        bare = cleaned.str.replace_all(r"[{}\-:.\s]", "")
        is_hex = bare.str.contains(_HEX)
        key = bare.zip_with(is_hex, cleaned.str.replace_all(r"\s+", ""))
        if kind == "android_id":
            key = key.zip_with(~key.str.contains(r"^[0-9a-f]{13,15}$"), key.str.zfill(16))
        digits = key.str.replace_all(r"[^0-9a-z]", "")
        invented = (is_repeated(digits) & (digits.str.len_bytes() > 0)) | is_sequence(digits) & (digits.str.len_bytes() >= SHORTEST)
        invented = invented | key.str.contains(r"^0{12,}")
        keyed = judged(kind, cleaned, key.set(~key.str.contains(form) | (digits.str.len_bytes() < SHORTEST), None))
        invented = invented & keyed.status.is_in([VALID, MALFORMED])
        return Keyed(keyed.key.set(invented, None), keyed.status.set(invented, PLACEHOLDER))

    return normalise


def imei(values: pl.Series, context: Context) -> Keyed:
    """Return the first fourteen digits of IMEIs (or fourteen hexadecimal digits of a MEID); fifteen must pass Luhn."""
    return in_two(values, pl.Series([False]).new_from_index(0, len(values)), pl.Series([], dtype=pl.String), _imei)


def _imei(values: pl.Series) -> Keyed:
    cleaned = clean(values).str.to_lowercase()
    bare = cleaned.str.replace_all(r"[^0-9a-z]", "")
    fifteen = bare.str.contains(r"^[0-9]{15}$")
    state = pl.Series("s", [None], dtype=STATUS).new_from_index(0, len(values))
    wrong = fifteen.to_numpy().copy()
    wrong[wrong] = ~checks.luhn(checks.matrix(bare.filter(fifteen), 15))
    body = bare.str.head(14)
    fits = bare.str.contains(r"^(?:[0-9]{14,16}|[0-9a-f]{14})$")
    keyed = judged("imei", cleaned, body.set(~fits | pl.Series(wrong), None), state.set(pl.Series(wrong), BAD_CHECKSUM))
    invented = (
        (is_repeated(body) | is_sequence(body) | body.is_in(placeholders.values("imei")))
        & (body.str.len_bytes() >= SHORTEST)
        & keyed.status.is_in([VALID, MALFORMED, BAD_CHECKSUM])
    )
    return Keyed(keyed.key.set(invented, None), keyed.status.set(invented, PLACEHOLDER))


KINDS = (
    *(Kind(kind, _normaliser(kind), personal=True, digests=False) for kind in FORMS),
    Kind("imei", imei, personal=True),
)
