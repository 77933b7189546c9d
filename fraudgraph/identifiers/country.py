"""Which country an application speaks from, as far as its own fields say: needed to read a telephone number written without a country code.

A key must be a function of its own application, so nothing here looks at the rest of the book. The first field that says anything wins,
in the order of how seldom it is wrong: the country code of the own phone, the form of the ID number, the IBAN, the postcode, the
country codes of the other phones, Chinese characters, the language of the address, the e-mail's country, the length of the ID number.
"""

from __future__ import annotations

from functools import cache

import polars as pl

from fraudgraph.identifiers import phone_plans, words

PHONES = ("phone", "contact1_phone", "contact2_phone", "employer_phone")

ID_FORMS: tuple[tuple[str, str], ...] = (
    (r"^[0-9]{17}[0-9Xx]$", "CN"),
    (r"^(?i)[A-Z]{2} ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]$", "GB"),
    (r"^[0-9]{3}-[0-9]{2}-[0-9]{4}$", "US"),
    (r"^(?i)[0-9XYZ][0-9]{7}-?[A-Z]$", "ES"),
    (r"^(?i)[A-Z]{6}[0-9]{2}[A-Z][0-9]{2}[A-Z][0-9]{3}[A-Z]$", "IT"),
    (r"^[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}$", "BR"),
    (r"^[12] ?[0-9]{2} ?[01][0-9] ?[0-9]{2} ?[0-9]{3} ?[0-9]{3}( ?[0-9]{2})?$", "FR"),
)
WEAK_ID_FORMS: tuple[tuple[str, str], ...] = ((r"^[0-9]{9}$", "US"), (r"^[0-9]{13}$", "FR"), (r"^[0-9]{11}$", "DE"))
"""Forms that other countries share: better than nothing, so asked last."""
POSTCODE_FORMS: tuple[tuple[str, str], ...] = (
    (r"^(?i)[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}$", "GB"),
    (r"^[0-9]{5}-[0-9]{4}$", "US"),
    (r"^(?i)[A-Z][0-9][A-Z] ?[0-9][A-Z][0-9]$", "CA"),
    (r"^[0-9]{4} ?[A-Z]{2}$", "NL"),
)
ADDRESS_WORDS: tuple[tuple[str, str], ...] = (
    (r"(?i)(stra(ss|ß)e|str\.|gasse|allee|platz|-weg|-ring)\b", "DE"),
    (
        r"(?i)\b(calle|avenida|plaza|paseo|piso|glorieta|pasadizo|cuesta|vial|ronda|camino|callej[oó]n|urbanizaci[oó]n|c\.|avda?\.?|rambla|pasaje|acceso|alameda|ca[ñn]ada|via)\b",
        "ES",
    ),
    (r"(?i)\b(rue|boulevard|chemin|quai|impasse|avenue de|all[ée]e|place de)\b", "FR"),
    (r"(?i)^flat [0-9]", "GB"),
    (r"(?i)\b(apt|suite)\b", "US"),
)


def hints(frame: pl.DataFrame, default: str) -> pl.Series:
    """Return the region (ISO code, null where nothing says) of each row of ``frame``, APPLICATIONS rows with some or all columns."""
    have = set(frame.columns)
    order: list[pl.Expr] = []
    if "phone" in have:
        order.append(explicit_region("phone"))
    order += _forms("id_number", ID_FORMS, have)
    if "bank_card" in have:
        country = pl.col("bank_card").str.strip_chars().str.extract(r"^([A-Za-z]{2})[0-9]{2}[ 0-9A-Za-z]{11,}$").str.to_uppercase()
        order.append(country)
    order += _forms("postcode", POSTCODE_FORMS, have)
    order += [explicit_region(column) for column in PHONES[1:] if column in have]
    order += [
        pl.when(_chinese(column)).then(pl.lit(default if default in CHINESE_REGIONS else "CN"))
        for column in ("name", "home_address", "employer")
        if column in have
    ]
    order += _forms("home_address", ADDRESS_WORDS, have)
    if "email" in have:
        domain = pl.col("email").str.strip_chars().str.to_lowercase().str.extract(r"\.([a-z]{2})$")
        countries = words.pairs("email_countries")
        order.append(domain.replace_strict(list(countries), list(countries.values()), default=None, return_dtype=pl.String))
    order += _forms("id_number", WEAK_ID_FORMS, have)
    if not order:
        return pl.Series("hint", [None], dtype=pl.String).new_from_index(0, frame.height)
    return frame.select(pl.coalesce(order).alias("hint"))["hint"]


CHINESE_REGIONS = frozenset({"CN", "HK", "MO", "TW", "SG"})


def explicit_region(column: str) -> pl.Expr:
    """Return the region of the country code that a phone column is written with (+44..., 0044...), null where it has none."""
    digits = pl.col(column).str.extract(r"^\s*(?:\+|00)\s*([0-9][0-9 \-]{0,4})").str.replace_all(r"[^0-9]", "")
    code = digits.str.extract(phone_plans.code_pattern())
    regions = _regions()
    return code.replace_strict(list(regions), list(regions.values()), default=None, return_dtype=pl.String)


@cache
def _regions() -> dict[str, str]:
    return phone_plans.region_of()


def _forms(column: str, forms: tuple[tuple[str, str], ...], have: set[str]) -> list[pl.Expr]:
    if column not in have:
        return []
    value = pl.col(column).str.strip_chars()
    return [pl.when(value.str.contains(pattern)).then(pl.lit(region)) for pattern, region in forms]


def _chinese(column: str) -> pl.Expr:
    return pl.col(column).str.contains(r"[\x{4E00}-\x{9FFF}]")
