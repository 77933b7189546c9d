"""Bank cards, IBANs and account numbers.

A card of a known network must pass Luhn, an IBAN of a known country must have its length and pass modulo 97: their issuers give out no
others (on books of both kinds about one typing error in a hundred fails). The country-specific check inside an IBAN is *not* a rule:
banks keep account numbers older than it. Any other number of eight digits or more is an account, taken as it is.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from fraudgraph.identifiers import checks
from fraudgraph.identifiers.registry import BAD_CHECKSUM, MALFORMED, PLACEHOLDER, STATUS, VALID, Context, Keyed, Kind
from fraudgraph.identifiers.text import clean, in_two, is_masked, is_repeated, is_sequence, judged

NETWORKS = (
    r"^(?:4(?:[0-9]{12}|[0-9]{15}|[0-9]{18})"  # Visa
    r"|5[1-5][0-9]{14}|2(?:22[1-9]|2[3-9][0-9]|[3-6][0-9]{2}|7[01][0-9]|720)[0-9]{12}"  # Mastercard
    r"|3[47][0-9]{13}|3(?:0[0-5]|[68][0-9])[0-9]{11}|35(?:2[89]|[3-8][0-9])[0-9]{12}"  # American Express, Diners, JCB
    r"|6(?:011|4[4-9][0-9]|5[0-9]{2})[0-9]{12}"  # Discover
    r"|62[0-9]{14,17}|9558[0-9]{15})$"  # UnionPay
)
IBAN = r"^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$"


def normalise(values: pl.Series, context: Context) -> Keyed:
    """Return the keys of cards (digits), IBANs and accounts (capital letters and digits)."""
    plain = values.str.replace_all("[ -]", "")
    card = plain.str.contains(NETWORKS)
    digits = plain.filter(card)
    right = card.fill_null(False).to_numpy().copy()
    right[right] = checks.by_width(digits, checks.luhn) & ~is_repeated(digits.str.slice(4)).to_numpy()
    fast = pl.Series(right)
    return in_two(values, fast, plain.filter(fast), _slow)


def _slow(values: pl.Series) -> Keyed:
    cleaned = clean(values).str.to_uppercase()
    bare = cleaned.str.replace_all(r"[^0-9A-Z]", "").str.replace(r"^IBAN", "")
    state = np.zeros(len(values), dtype=np.uint8)
    card = bare.str.contains(NETWORKS)
    state[card.to_numpy()] = np.where(checks.by_width(bare.filter(card), checks.luhn), VALID, BAD_CHECKSUM)
    lengths = checks.iban_lengths()
    expected = bare.str.head(2).replace_strict(list(lengths), list(lengths.values()), default=0, return_dtype=pl.UInt32)
    iban = bare.str.contains(IBAN) & (expected > 0)
    full = iban & (bare.str.len_bytes() == expected)
    state[iban.to_numpy()] = BAD_CHECKSUM
    state[full.to_numpy()] = np.where(checks.by_width(bare.filter(full), checks.mod97), VALID, BAD_CHECKSUM)
    hidden = is_masked(cleaned).to_numpy()
    account = bare.str.contains(r"[0-9].*[0-9].*[0-9].*[0-9]") & bare.str.len_bytes().is_between(8, 34)
    invented = ((is_repeated(bare) | is_sequence(bare)) & (bare.str.len_bytes() >= 4)) | bare.str.contains(
        r"^[0-9]{4}(?:0{8,}|1{8,}|8{8,}|9{8,})$"
    )
    fits = (pl.Series(state == 0) & account & pl.Series(~hidden)) | pl.Series(state == VALID)
    key = bare.set(~fits, None)
    known = pl.Series("s", state, dtype=STATUS).set(pl.Series((state == 0) | hidden), None)
    keyed = judged("bank_card", cleaned, key, known)
    invented = invented & keyed.status.is_in([VALID, MALFORMED, BAD_CHECKSUM])
    return Keyed(keyed.key.set(invented, None), keyed.status.set(invented, PLACEHOLDER))


KINDS = (Kind("bank_card", normalise, personal=True),)
