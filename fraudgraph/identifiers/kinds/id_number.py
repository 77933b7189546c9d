"""ID numbers: mainland resident IDs by check character and birth date; other countries' as capital letters and digits.

A failing check makes BAD_CHECKSUM only where the form says without doubt whose number it is: eighteen digits (the last may be X),
a Spanish DNI or NIE, an Italian codice fiscale, a CPF in its punctuation. A US or British number has no check digit; a French
one carries its key only when all fifteen digits are given. Everything else counts when it is plausible: five characters or
more, a digit among them, not one character repeated, not a count.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl

from fraudgraph.identifiers import checks
from fraudgraph.identifiers.registry import BAD_CHECKSUM, MALFORMED, PLACEHOLDER, STATUS, VALID, Context, Derivation, Keyed, Kind
from fraudgraph.identifiers.runs import id_runs
from fraudgraph.identifiers.text import clean, in_two, is_masked, is_repeated, is_sequence, judged
from fraudgraph.model import BoolArray

RESIDENT = r"^[0-9]{17}[0-9X]$"
CHECKED: tuple[tuple[str, str, Callable[[checks.Bytes], BoolArray]], ...] = (
    ("Spanish DNI", r"^[0-9]{8}[A-HJ-NP-TV-Z]$", lambda rows: checks.dni(rows) | checks.rut(rows)),
    ("Spanish NIE", r"^[XYZ][0-9]{7}[A-HJ-NP-TV-Z]$", checks.dni),
    ("Italian codice fiscale", r"^[A-Z]{6}[0-9]{2}[A-EHLMPR-T][0-9]{2}[A-Z][0-9]{3}[A-Z]$", checks.codice_fiscale),
)
"""Forms that belong to one country, with the check that they must pass (a Chilean RUT with K looks like a DNI)."""


def normalise(values: pl.Series, context: Context) -> Keyed:
    """Return the keys of ID numbers; a resident ID is eighteen characters, whatever it was written like."""
    plain = values.str.strip_chars().str.to_uppercase()
    fast = plain.str.contains(RESIDENT)
    given = plain.filter(fast)
    state = resident_status(given)
    right = fast.to_frame("f").select(pl.col("f").fill_null(False))["f"].to_numpy().copy()
    right[right] = state == VALID
    keyed = in_two(plain, pl.Series(right), plain.filter(pl.Series(right)), _slow)
    return _not_from_the_future(keyed, context)


def resident_status(values: pl.Series) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    """Return the status of resident IDs in their final form: BAD_CHECKSUM before MALFORMED (no such province or day)."""
    rows = checks.matrix(values, 18)
    state = np.full(len(values), VALID, dtype=np.uint8)
    state[~checks.resident_form(rows)] = MALFORMED
    state[~checks.resident_check(rows)] = BAD_CHECKSUM
    return state


def _slow(values: pl.Series) -> Keyed:
    """Judge distinct values that are not well-formed resident IDs."""
    cleaned = clean(values).str.to_uppercase()
    hidden = is_masked(cleaned)
    digits = _eighteen(cleaned.str.replace_all(r"[^0-9A-Z]", ""))
    state = np.zeros(len(values), dtype=np.uint8)
    resident = digits.str.contains(RESIDENT)
    state[resident.to_numpy()] = resident_status(digits.filter(resident))
    punctuated = cleaned.str.contains(r"^[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}$")
    _check(digits, punctuated, checks.cpf, state)
    for _, pattern, check in CHECKED:
        _check(digits, digits.str.contains(pattern) & ~punctuated, check, state)
    rest = pl.Series(state == 0)
    plausible = (digits.str.len_bytes() >= 5) & digits.str.contains("[0-9]") & ~is_repeated(digits) & ~is_sequence(digits)
    fits = (rest & plausible & ~hidden) | pl.Series(state == VALID)
    key = digits.zip_with(fits, pl.Series([None], dtype=pl.String).new_from_index(0, len(digits)))
    known = pl.Series("s", state, dtype=STATUS).set(pl.Series((state == 0) | hidden.to_numpy()), None)
    keyed = judged("id_number", cleaned, key, known)
    invented = (is_repeated(digits) | is_sequence(digits)) & (digits.str.len_bytes() >= 3) & (keyed.status == MALFORMED)
    return Keyed(keyed.key, keyed.status.set(invented, PLACEHOLDER))


def _check(
    digits: pl.Series, chosen: pl.Series, check: Callable[[checks.Bytes], BoolArray], state: np.ndarray[tuple[int], np.dtype[np.uint8]]
) -> None:
    mask = chosen.to_numpy()
    state[mask] = np.where(checks.by_width(digits.filter(chosen), check), VALID, BAD_CHECKSUM)


def _eighteen(digits: pl.Series) -> pl.Series:
    """Give old fifteen-digit resident IDs their century and check character; a French NIR loses its two-digit key."""
    chosen = digits.str.contains(r"^[0-9]{15}$").to_numpy()
    if not chosen.any():
        return digits
    part = digits.filter(pl.Series(chosen))
    long = part.to_frame("v").select(pl.col("v").str.head(6) + pl.lit("19") + pl.col("v").str.tail(9))["v"]
    rows = checks.matrix(long, 17)
    old = checks.resident_form(np.hstack([rows, np.full((len(rows), 1), 48, dtype=np.uint8)]))
    french = checks.nir(checks.matrix(part, 15)) & part.str.contains("^[12]").to_numpy()
    check = pl.Series("c", [chr(code) for code in checks.resident_check_character(rows)], dtype=pl.String)
    frame = pl.DataFrame({"v": part, "long": long, "c": check, "old": old, "french": french})
    changed = frame.select(
        pl.when("french").then(pl.col("v").str.head(13)).when("old").then(pl.col("long") + pl.col("c")).otherwise(pl.col("v")).alias("v")
    )["v"]
    place = np.arange(len(digits), dtype=np.int64)
    place[chosen] = len(digits) + np.arange(len(changed), dtype=np.int64)
    return pl.concat([digits, changed.rename(digits.name)]).gather(place)


def _not_from_the_future(keyed: Keyed, context: Context) -> Keyed:
    """A resident ID whose birth date lies after its application is MALFORMED."""
    applied = context.column("applied_at")
    if applied is None:
        return keyed
    frame = pl.DataFrame({"k": keyed.key, "t": applied})
    latest = frame.select(pl.col("k").filter(pl.col("k").str.len_bytes() == 18).str.slice(6, 4).max()).item()
    if latest is None or latest < frame.select(pl.col("t").min().dt.strftime("%Y")).item():
        return keyed
    born = pl.when(pl.col("k").str.len_bytes() == 18).then(pl.col("k").str.slice(6, 8).cast(pl.Int32, strict=False))
    day = pl.col("t").dt.year().cast(pl.Int32) * 10000 + pl.col("t").dt.month().cast(pl.Int32) * 100 + pl.col("t").dt.day().cast(pl.Int32)
    wrong = frame.select((born > day).fill_null(False).alias("w"))["w"]
    if not wrong.any():
        return keyed
    nothing = pl.Series([None], dtype=pl.String).new_from_index(0, len(wrong))
    return Keyed(nothing.zip_with(wrong, keyed.key), keyed.status.set(wrong, MALFORMED))


KINDS = (Kind("id_number", normalise, personal=True),)
DERIVATIONS = (
    Derivation("id_run.a", "id_number.own", lambda keys: id_runs(keys, "a")),
    Derivation("id_run.b", "id_number.own", lambda keys: id_runs(keys, "b")),
)
