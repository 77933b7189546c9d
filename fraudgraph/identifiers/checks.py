"""Check digits, computed on whole columns: a column of texts of one width becomes a matrix of bytes.

Each agrees with python-stdnum (tested); that library itself takes microseconds a value, this takes nanoseconds.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import resources

import numpy as np
import numpy.typing as npt
import polars as pl

from fraudgraph.model import BoolArray

Bytes = npt.NDArray[np.uint8]

_RIC_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_RIC_CHECK = np.frombuffer(b"10X98765432", dtype=np.uint8)
_PROVINCES = (
    11,
    12,
    13,
    14,
    15,
    21,
    22,
    23,
    31,
    32,
    33,
    34,
    35,
    36,
    37,
    41,
    42,
    43,
    44,
    45,
    46,
    50,
    51,
    52,
    53,
    54,
    61,
    62,
    63,
    64,
    65,
    71,
    81,
    82,
    83,
    91,
)
"""First two digits of a resident ID; 71 Taiwan, 81 Hong Kong, 82 Macau, 83 Taiwan (residence permits), 91 foreigners."""
_DNI_LETTERS = np.frombuffer(b"TRWAGMYFPDXBNJZSQVHLCKE", dtype=np.uint8)
_FIRST_YEAR, _LAST_YEAR = 1880, 2100
_CF_ODD = "BAKPLCQDREVOSFTGUHMINJWZYX"


def matrix(values: pl.Series, width: int) -> Bytes:
    """Return the bytes of ``values``, ASCII texts of exactly ``width`` characters without nulls: shape (n, width)."""
    if len(values) == 0:
        return np.empty((0, width), dtype=np.uint8)
    joined: str = values.str.join("").item()
    return np.frombuffer(joined.encode("ascii"), dtype=np.uint8).reshape(-1, width)


def by_width(values: pl.Series, check: Callable[[Bytes], BoolArray]) -> BoolArray:
    """Apply ``check`` to the values of each width; values must be ASCII without nulls."""
    result = np.zeros(len(values), dtype=np.bool_)
    widths = values.str.len_bytes().to_numpy()
    for width in np.unique(widths):
        chosen = widths == width
        result[chosen] = check(matrix(values.filter(pl.Series(chosen)), int(width)))
    return result


def luhn(digits: Bytes) -> BoolArray:
    """Return which rows of digits have a right Luhn check digit at the end."""
    total = np.zeros(len(digits), dtype=np.int64)
    for step, column in enumerate(range(digits.shape[1] - 1, -1, -1)):
        value = digits[:, column].astype(np.int64) - 48
        if step % 2:
            value = value * 2
            value -= 9 * (value > 9)
        total += value
    return np.asarray(total % 10 == 0)


def mod97(letters: Bytes) -> BoolArray:
    """Return which rows (IBANs: capital letters and digits) leave 1 when divided by 97 as ISO 7064 says."""
    rest = np.zeros(len(letters), dtype=np.int64)
    width = letters.shape[1]
    for column in (*range(4, width), *range(4)):
        value = letters[:, column].astype(np.int64)
        is_letter = value >= 65
        rest = np.where(is_letter, (rest * 100 + value - 55) % 97, (rest * 10 + value - 48) % 97)
    return np.asarray(rest == 1)


@cache
def iban_lengths() -> dict[str, int]:
    """Return the length of an IBAN by country, from python-stdnum's table."""
    text = resources.files("stdnum").joinpath("iban.dat").read_text(encoding="utf-8")
    lengths: dict[str, int] = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            country, _, rest = line.partition(" ")
            bban = rest.split('bban="')[1].split('"')[0]
            lengths[country] = 4 + sum(
                int("".join(filter(str.isdigit, part))) for part in bban.replace("!", "! ").split() if any(map(str.isdigit, part))
            )
    return lengths


def resident_check(letters: Bytes) -> BoolArray:
    """Return which rows (17 digits and a digit or X) have the right check character of a mainland resident ID."""
    total = np.zeros(len(letters), dtype=np.int64)
    for column, weight in enumerate(_RIC_WEIGHTS):
        total += (letters[:, column].astype(np.int64) - 48) * weight
    return np.asarray(_RIC_CHECK[total % 11] == letters[:, 17])


def resident_check_character(digits: Bytes) -> Bytes:
    """Return the check character for rows of 17 digits."""
    total = np.zeros(len(digits), dtype=np.int64)
    for column, weight in enumerate(_RIC_WEIGHTS):
        total += (digits[:, column].astype(np.int64) - 48) * weight
    return np.asarray(_RIC_CHECK[total % 11])


def resident_form(letters: Bytes) -> BoolArray:
    """Return which rows (18 wide) name a province and a day of the calendar."""
    provinces = np.zeros(100, dtype=np.bool_)
    provinces[list(_PROVINCES)] = True
    return np.asarray(
        provinces[_number(letters, 0, 2)] & is_date(_number(letters, 6, 10), _number(letters, 10, 12), _number(letters, 12, 14))
    )


def is_date(year: npt.NDArray[np.int64], month: npt.NDArray[np.int64], day: npt.NDArray[np.int64]) -> BoolArray:
    """Return which (year, month, day) are days of the calendar in years in which a living person may be born."""
    leap = ((year % 4 == 0) & (year % 100 != 0)) | (year % 400 == 0)
    lengths = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], dtype=np.int64)
    fits = (month >= 1) & (month <= 12) & (year >= _FIRST_YEAR) & (year < _LAST_YEAR)
    longest = lengths[np.where(fits, month, 0)] + (leap & (month == 2))
    return np.asarray(fits & (day >= 1) & (day <= longest))


def dni(letters: Bytes) -> BoolArray:
    """Return which rows (eight digits, or X/Y/Z and seven digits, then a letter) have the right letter of a Spanish DNI or NIE."""
    first = letters[:, 0].astype(np.int64)
    number = np.where(first >= 88, first - 88, first - 48) * 10_000_000 + _number(letters, 1, 8)
    return np.asarray(_DNI_LETTERS[number % 23] == letters[:, 8])


def rut(letters: Bytes) -> BoolArray:
    """Return which rows (seven or eight digits, then a digit or K) have the right check character of a Chilean RUT."""
    width = letters.shape[1]
    total = np.zeros(len(letters), dtype=np.int64)
    for step, column in enumerate(range(width - 2, -1, -1)):
        total += (letters[:, column].astype(np.int64) - 48) * (2 + step % 6)
    return np.asarray(np.frombuffer(b"0K987654321", dtype=np.uint8)[total % 11] == letters[:, width - 1])


def nir(digits: Bytes) -> BoolArray:
    """Return which rows of 15 digits have the right key (97 - n mod 97) of a French NIR."""
    return np.asarray(97 - _number(digits, 0, 13) % 97 == _number(digits, 13, 15))


def codice_fiscale(letters: Bytes) -> BoolArray:
    """Return which rows (16 wide) have the right last letter of an Italian codice fiscale."""
    odd = np.zeros(128, dtype=np.int64)
    even = np.zeros(128, dtype=np.int64)
    for value in range(26):
        odd[65 + value] = _CF_ODD.index(chr(65 + value))
        even[65 + value] = value
    odd[48:58] = odd[65:75]
    even[48:58] = np.arange(10)
    total = odd[letters[:, 0:15:2]].sum(axis=1) + even[letters[:, 1:15:2]].sum(axis=1)
    return np.asarray(total % 26 + 65 == letters[:, 15])


def cpf(digits: Bytes) -> BoolArray:
    """Return which rows of 11 digits have the right two check digits of a Brazilian CPF."""
    value = digits.astype(np.int64) - 48
    right = np.ones(len(digits), dtype=np.bool_)
    for length in (9, 10):
        total = (value[:, :length] * np.arange(length + 1, 1, -1)).sum(axis=1)
        right &= (total * 10 % 11) % 10 == value[:, length]
    return right


def _number(letters: Bytes, start: int, stop: int) -> npt.NDArray[np.int64]:
    result = np.zeros(len(letters), dtype=np.int64)
    for column in range(start, stop):
        result = result * 10 + (letters[:, column].astype(np.int64) - 48)
    return result
