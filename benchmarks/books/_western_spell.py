"""How Western applicants and forms spell things: formats, habits, typing errors, placeholders, gaps."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from benchmarks.books._western_people import Bools, Ints
from benchmarks.books._western_words import DE, ES, FR, UK, US

Change = Callable[[pl.Series], pl.Series]
Hashes = npt.NDArray[np.uint64]
CALLING = (1, 44, 49, 33, 34)


def hashed(values: Ints, salt: int) -> Hashes:
    """A well mixed 64-bit number for every value (splitmix64)."""
    x = values.astype(np.uint64) + np.uint64((salt * 0x9E3779B97F4A7C15) % 2**64)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def pick(words: Sequence[str], index: Ints) -> pl.Series:
    return pl.Series(list(words), dtype=pl.String).gather(pl.Series(index))


def digits(values: Ints | Hashes, width: int) -> pl.Series:
    """The last ``width`` digits, with leading zeros."""
    whole = values.astype(np.uint64) % np.uint64(10**width)
    return pl.Series(whole).cast(pl.String).str.zfill(width)


def by_choice(series: pl.Series, choice: Ints, changes: dict[int, Change]) -> pl.Series:
    """``series`` with each row changed by the function that its choice names; a choice that names none leaves the row."""
    at = [np.flatnonzero(choice == key) for key in changes]
    left = np.ones(len(series), bool)
    for rows in at:
        left[rows] = False
    rest = np.flatnonzero(left)
    parts = [series.gather(rest)]
    parts += [change(series.gather(rows)).cast(pl.String) for rows, change in zip(at, changes.values(), strict=True) if len(rows)]
    order = np.argsort(np.concatenate([rest, *[rows for rows in at if len(rows)]]), kind="stable")
    return pl.concat([part.rename("") for part in parts], rechunk=True).gather(order)


def sometimes(rng: np.random.Generator, series: pl.Series, share: float | Bools, change: Change) -> pl.Series:
    mask = (rng.random(len(series)) < share) if isinstance(share, float) else share
    return by_choice(series, mask.astype(np.int64), {1: change})


def swapped(rng: np.random.Generator) -> Change:
    """Two neighbouring characters change places, as fingers do."""

    def change(series: pl.Series) -> pl.Series:
        at = pl.Series((rng.random(len(series)) * (series.str.len_chars().fill_null(2).to_numpy() - 2)).astype(np.int64).clip(0) + 1)
        frame = pl.DataFrame({"s": series, "at": at})
        s, i = pl.col("s"), pl.col("at")
        return frame.select(pl.concat_str(s.str.slice(0, i), s.str.slice(i + 1, 1), s.str.slice(i, 1), s.str.slice(i + 2)))["s"]

    return change


def one_of(rng: np.random.Generator, words: Sequence[str]) -> Change:
    return lambda series: pick(words, rng.integers(0, len(words), len(series)))


def replaced(what: str, by: str) -> Change:
    return lambda series: series.str.replace(what, by, literal=True)


def gaps(rng: np.random.Generator, series: pl.Series, share: float) -> pl.Series:
    return series.set(pl.Series(rng.random(len(series)) < share), None)


def cased(rng: np.random.Generator, series: pl.Series, upper: float = 0.055, lower: float = 0.055) -> pl.Series:
    choice = np.searchsorted([upper, upper + lower], rng.random(len(series)), side="right")
    return by_choice(series, choice, {0: lambda s: s.str.to_uppercase(), 1: lambda s: s.str.to_lowercase()})


def spaced(rng: np.random.Generator, series: pl.Series, wide: float, trailing: float) -> pl.Series:
    series = sometimes(rng, series, wide, lambda s: s.str.replace_all(" ", "  "))
    return sometimes(rng, series, trailing, lambda s: s + " ")


def _cut(at: tuple[int, ...], glue: str) -> Change:
    def change(series: pl.Series) -> pl.Series:
        frame = pl.DataFrame({"s": series})
        ends = (*at, None)
        parts = [pl.col("s").str.slice(a, None if b is None else b - a) for a, b in zip((0, *at), ends, strict=True)]
        return frame.select(pl.concat_str(parts, separator=glue))["s"]

    return change


def _american_ways() -> list[Change]:
    dashed, dotted, blanks = _cut((3, 6), "-"), _cut((3, 6), "."), _cut((3, 6), " ")

    def international(s: pl.Series) -> pl.Series:
        return "+1" + s

    def brackets(s: pl.Series) -> pl.Series:
        return "(" + s.str.slice(0, 3) + ") " + s.str.slice(3, 3) + "-" + s.str.slice(6)

    return [international, lambda s: s, dashed, brackets, lambda s: "1-" + dashed(s), dotted, lambda s: "+1 " + blanks(s), international]


def _european_ways(calling: int, zero: str) -> list[Change]:
    """``zero`` is what stands before the number at home: "0", or nothing in Spain."""
    first, dash, blanks = _cut((3,), " "), _cut((4 if zero else 3,), "-"), _cut((5, 8) if zero else (4, 7), " ")

    def international(s: pl.Series) -> pl.Series:
        return f"+{calling}" + s

    return [
        international,
        lambda s: f"00{calling}" + s,
        lambda s: zero + s,
        lambda s: f"+{calling} " + first(s),
        lambda s: f"+{calling}(0)" + s,
        lambda s: dash(zero + s),
        lambda s: blanks(zero + s),
        international,
    ]


def phones(rng: np.random.Generator, number: Ints, country: Ints) -> pl.Series:
    """National significant numbers in one of the seven ways in which people of the country write them; about half international."""
    style = np.where(rng.random(len(number)) < 0.56, 0, rng.integers(1, 8, len(number)))
    changes: dict[int, Change] = {}
    for c in (US, UK, DE, FR, ES):
        ways = _american_ways() if c == US else _european_ways(CALLING[c], "" if c == ES else "0")
        changes |= {c * 8 + k: way for k, way in enumerate(ways)}
    out = by_choice(pl.Series(np.char.mod("%d", number)), country * 8 + style, changes)
    out = sometimes(rng, out, 0.008, swapped(rng))
    junk = ("0000000000", "0000000000", "1234567890", "+1 555 000 0000", "+1 555 555 5555", "+44 7000 000000", "N/A", "none")
    return sometimes(rng, out, 0.0105, one_of(rng, junk))


def id_numbers(rng: np.random.Generator, national: Ints, country: Ints) -> pl.Series:
    """ID numbers in ranges that no authority gives out, with the blanks and dashes of their countries."""
    h = hashed(national, 11)
    body = digits(h, 12)
    second = pick("ABCEGHJKLMNPRSTVWXYZ", (h % np.uint64(20)).astype(np.int64))
    suffix = pick("ABCD", (h >> np.uint64(40) & np.uint64(3)).astype(np.int64))
    spanish = (h % np.uint64(20_000_000)).astype(np.int64) + 80_000_000
    check = pick("TRWAGMYFPDXBNJZSQVHLCKE", spanish % 23)
    kinds = (
        "9" + body.str.slice(0, 8),
        "Q" + second + body.str.slice(2, 6) + suffix,
        "0" + body.str.slice(0, 10),
        "9" + body,
        digits(spanish, 8) + check,
    )
    out = pick_columns(kinds, country)
    style = rng.random(len(country))
    us, uk, es = country == US, country == UK, country == ES
    out = sometimes(rng, out, us & (style < 0.44), _cut((3, 5), "-"))
    out = sometimes(rng, out, uk & (style < 0.3), _cut((2, 4, 6, 8), " "))
    out = sometimes(rng, out, es & (style < 0.24), _cut((3, 5), "-"))
    out = sometimes(rng, out, (uk | es) & (style > 0.955), lambda s: s.str.to_lowercase())
    out = sometimes(rng, out, 0.007, swapped(rng))
    junk = ("999999999", "000000000", "111111111", "123456789", "N/A", "unknown")
    return gaps(rng, sometimes(rng, out, 0.011, one_of(rng, junk)), 0.061)


def pick_columns(columns: Sequence[pl.Series], which: Ints) -> pl.Series:
    """Row by row the value of the column number ``which``."""
    parts = [column.filter(pl.Series(which == k)).rename("") for k, column in enumerate(columns)]
    order = np.argsort(np.concatenate([np.flatnonzero(which == k) for k in range(len(columns))]), kind="stable")
    return pl.concat(parts, rechunk=True).gather(order)


def hexes(words: Hashes) -> pl.Series:
    """(n, k) 64-bit words as 16 k hexadecimal digits."""
    table = np.frombuffer("".join(f"{i:02x}" for i in range(256)).encode(), "S2")
    raw = np.ascontiguousarray(words, ">u8").view(np.uint8).reshape(len(words), -1)
    return pl.Series(np.ascontiguousarray(table[raw]).view(f"S{raw.shape[1] * 2}").ravel().astype(str))


def devices(rng: np.random.Generator, device: Ints) -> pl.Series:
    """Fingerprints: 32 hexadecimal digits, 16, or a GUID; some in capitals, as their makers write them."""
    h = hashed(device, 23)
    full = hexes(np.stack([h, hashed(device, 24)], axis=1))
    kind = (h % np.uint64(8)).astype(np.int64)
    guid = _cut((8, 12, 16, 20), "-")
    short: Change = lambda s: s.str.slice(0, 16)  # noqa: E731
    upper: Change = lambda s: guid(s).str.to_uppercase()  # noqa: E731
    out = by_choice(full, kind, {0: guid, 1: guid, 2: upper, 3: upper, 4: short, 5: short})
    out = sometimes(rng, out, 0.03, lambda s: s.str.to_uppercase())
    junk = ("unknown", "null", "00000000-0000-0000-0000-000000000000", "02:00:00:00:00:00")
    return gaps(rng, sometimes(rng, out, 0.0128, one_of(rng, junk)), 0.077)


def _luhn(numbers: Ints) -> Ints:
    """15-digit numbers with their check digit."""
    total = np.zeros(len(numbers), np.int64)
    left = numbers.copy()
    for place in range(15):
        digit = left % 10
        left //= 10
        doubled = digit * 2
        total += (doubled // 10 + doubled % 10) if place % 2 == 0 else digit
    return numbers * 10 + (10 - total % 10) % 10


def cards(rng: np.random.Generator, card: Ints, owner_country: Ints) -> pl.Series:
    """Test-range card numbers with a valid check digit, or IBANs of banks that do not exist with a valid one."""
    h = hashed(card, 31)
    bins = np.array([424242, 400000, 510510, 555555, 222300])
    number = bins[(h % np.uint64(5)).astype(np.int64)] * 10**9 + (h >> np.uint64(8)).astype(np.int64) % 10**9
    plain = pl.Series(np.char.mod("%d", _luhn(number)))
    low, high = (h >> np.uint64(3)).astype(np.int64) % 10**14, (h >> np.uint64(33)).astype(np.int64) % 10**5
    kinds = (
        plain,
        _iban("GB", 1611, "XABC", 33101112, low, 14),
        _iban("DE", 1314, "99", 99, low * 100 + high % 100, 16),
        _iban("FR", 1527, "99999", 99999, low * 10**4 + high % 10**4, 18),
        _iban("ES", 1428, "9999", 9999, low * 100 + high % 100, 16),
    )
    account = (hashed(card, 32) % np.uint64(100)).astype(np.int64) < 55
    out = pick_columns(kinds, np.where(account, owner_country, US))
    style = rng.random(len(card))
    is_card = out.str.len_chars().to_numpy() == 16
    fours = lambda s: s.str.replace_all(r"(.{4})", "$1 ").str.strip_chars_end(" ")  # noqa: E731
    out = sometimes(rng, out, style < 0.25, fours)
    out = sometimes(rng, out, (style > 0.925) & is_card, _cut((4, 8, 12), "-"))
    out = sometimes(rng, out, (style > 0.96) & ~is_card, lambda s: s.str.to_lowercase())
    out = sometimes(rng, out, 0.004, swapped(rng))
    return gaps(rng, sometimes(rng, out, 0.0116, one_of(rng, ("4111111111111111", "0000000000000000", "N/A"))), 0.119)


def _iban(country: str, country_number: int, bank: str, bank_number: int, body: Ints, width: int) -> pl.Series:
    rest = (bank_number % 97 * pow(10, width, 97) + body % 97) % 97
    rest = (rest * pow(10, 6, 97) + country_number * 100) % 97
    return country + digits(98 - rest, 2) + bank + digits(body, width)


def addresses(rng: np.random.Generator, plain: pl.Series, town: pl.Series, unit: pl.Series) -> pl.Series:
    """``plain`` is house and unit, ``town`` what follows the comma; ``unit`` how the unit is also written (null: as in plain)."""
    plain = plain.zip_with(pl.Series(rng.random(len(plain)) < 0.86) | unit.is_null(), unit)
    out = pl.select(pl.concat_str([plain, town], separator=", ")).to_series()
    out = sometimes(rng, out, 0.035, lambda s: s.str.replace_all(", ", " "))
    out = sometimes(rng, out, 0.02, lambda s: s.str.replace_all(", ", ","))
    abbreviations = (("Street", "St"), ("Avenue", "Ave"), ("Road", "Rd"), ("straße", "str."), ("boulevard", "bd"), ("Calle ", "C. "))
    for long, brief in abbreviations:
        out = sometimes(rng, out, 0.12, replaced(long, brief))
    out = cased(rng, out)
    out = sometimes(rng, out, 0.016, lambda s: " " + s.str.replace_all(" ", "  "))
    out = sometimes(rng, out, 0.01, swapped(rng))
    return gaps(rng, sometimes(rng, out, 0.012, one_of(rng, ("same as above", "N/A", "unknown", "General Delivery"))), 0.039)


def postcodes(rng: np.random.Generator, country: Ints, town: Ints, area: Ints) -> pl.Series:
    h = hashed(country * 100_000 + town, 41)
    five = digits((h % np.uint64(88_000)).astype(np.int64) + 10_000 + area, 5)
    letters = "ABCDEFGHJKLNPQRSTUWXY"
    place = h // np.uint64(21 * 21)
    british = (
        pick(letters, (h % np.uint64(21)).astype(np.int64))
        + pick(letters, (h // np.uint64(21) % np.uint64(21)).astype(np.int64))
        + pl.Series((place % np.uint64(20) + np.uint64(1)).astype(np.int64)).cast(pl.String)
        + " "
        + pl.Series(area % 10).cast(pl.String)
        + pick(letters, (h // np.uint64(7) + (area // 10).astype(np.uint64)).astype(np.int64) % 21)
        + pick(letters, (h // np.uint64(11) % np.uint64(21)).astype(np.int64))
    )
    out = pick_columns((british, five), (country != UK).astype(np.int64))
    style = rng.random(len(country))
    uk = country == UK
    out = sometimes(rng, out, uk & (style < 0.12), lambda s: s.str.replace(" ", ""))
    out = sometimes(rng, out, uk & (style > 0.93), lambda s: s.str.to_lowercase())
    out = sometimes(rng, out, (country == US) & (style < 0.09), lambda s: s + "-" + digits(rng.integers(1000, 1250, len(s)), 4))
    return gaps(rng, sometimes(rng, out, 0.0112, one_of(rng, ("N/A", "XXX XXX", "99999", "00000"))), 0.059)


def birthdays(rng: np.random.Generator, born: Ints, country: Ints) -> pl.Series:
    days = pl.Series(born.astype(np.int32)).cast(pl.Date)
    own = country * 2 + (rng.random(len(born)) < 0.27)
    forms = {US: "%m/%d/%Y", UK: "%d/%m/%Y", DE: "%d.%m.%Y", FR: "%d/%m/%Y", ES: "%d/%m/%Y"}
    texts = [days.dt.to_string(form) for form in (*forms.values(), "%Y-%m-%d")]
    out = pick_columns(texts, np.where(own % 2 == 1, own // 2, len(forms)))
    return gaps(rng, sometimes(rng, out, 0.006, one_of(rng, ("1900-01-01", "01/01/1900"))), 0.028)


def names(rng: np.random.Generator, first: pl.Series, last: pl.Series, nick: pl.Series, middle: pl.Series | None) -> pl.Series:
    """``First [M] Last``, now and then a title, a short form, the family name first, other letters."""
    count = len(first)
    frame = pl.DataFrame({"first": first.zip_with(pl.Series(rng.random(count) > 0.02), nick), "last": last})
    if middle is None:
        out = frame.select(pl.concat_str("first", "last", separator=" ")).to_series()
    else:
        out = (
            frame.with_columns(middle.rename("m"))
            .select(pl.concat_str(["first", "m", "last"], separator=" ", ignore_nulls=True))
            .to_series()
        )
    turned = frame.select(pl.concat_str("last", "first", separator=", ")).to_series()
    out = out.zip_with(pl.Series(rng.random(count) > 0.022), turned)
    out = sometimes(rng, out, 0.015, lambda s: one_of(rng, ("Mr ", "Ms ", "Mrs "))(s) + s)
    out = sometimes(rng, out, 0.012, swapped(rng))
    out = cased(rng, out, 0.063, 0.042)
    out = spaced(rng, out, 0.014, 0.02)
    return out
