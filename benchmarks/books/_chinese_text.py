"""A Chinese book written out: numbers become text, and the text gets dirty as typing and export make it."""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt
import polars as pl

from benchmarks.books import _chinese_words as words
from benchmarks.books._chinese_gangs import GANG_EMPLOYER
from benchmarks.books._chinese_people import ADDRESS_RADIX, BIRTH_DAYS, DORMITORY
from benchmarks.books._strings import Bytes, digits, hexadecimal, mac, text, with_id_check, with_luhn

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_FIRST_BIRTHDAY = np.datetime64(dt.date(1962, 1, 1))


def _pick(texts: list[str] | tuple[str, ...], index: Ints) -> pl.Series:
    return pl.Series(list(texts), dtype=pl.String).gather(pl.Series(index))


def _join(template: str, *parts: pl.Series) -> pl.Series:
    return pl.select(pl.format(template, *[pl.lit(part) for part in parts])).to_series()


def _number(values: Ints, width: int | None = None) -> pl.Series:
    return text(digits(values, width)) if width else pl.Series(values).cast(pl.String)


def _where(mask: Mask, then: pl.Series | str, otherwise: pl.Series) -> pl.Series:
    return pl.select(pl.when(pl.lit(pl.Series(mask))).then(pl.lit(then)).otherwise(pl.lit(otherwise))).to_series()


def _blank(rng: np.random.Generator, share: float, placeholders: tuple[str, ...], values: pl.Series) -> pl.Series:
    """``share`` of the values replaced by what people and systems write when they have nothing."""
    gone = rng.random(len(values)) < share
    return _where(gone, _pick(placeholders, rng.integers(0, len(placeholders), len(values))), values)


def _edit(rng: np.random.Generator, share: float, values: pl.Series, edit: pl.Expr) -> pl.Series:
    """``share`` of the values rewritten by ``edit``, an expression over column ``v``."""
    touched = np.flatnonzero(rng.random(len(values)) < share)
    frame = values.alias("v").to_frame()
    rewritten = frame[touched].with_columns(edit.alias("v"))
    return frame.with_row_index("i").update(rewritten.with_columns(pl.Series("i", touched, dtype=pl.UInt32)), on="i")["v"]


def _names(people: pl.DataFrame, rng: np.random.Generator) -> pl.Series:
    second = people["given2"].to_numpy()
    plain = _join(
        "{}{}",
        _pick((*words.GIVEN,), people["given1"].to_numpy()),
        _pick((*words.GIVEN, ""), np.where(second < 0, len(words.GIVEN), second)),
    )
    gap = _where(rng.random(people.height) < 0.02, " ", pl.repeat("", people.height, eager=True))
    return _join("{}{}{}", _pick((*words.SURNAMES,), people["surname"].to_numpy()), gap, plain)


def id_numbers(codes: Ints) -> pl.Series:
    """The resident's numbers of codes of `Numbers.id_code`."""
    regions = np.array([int(code) for code, _, _ in words.REGIONS], dtype=np.int64)
    rest, region = np.divmod(codes, len(words.REGIONS))
    sequence, day = np.divmod(rest, BIRTH_DAYS)
    born = _FIRST_BIRTHDAY + day.astype("timedelta64[D]")
    year = born.astype("datetime64[Y]")
    month = born.astype("datetime64[M]")
    yyyymmdd = (
        (year.astype(np.int64) + 1970) * 10_000
        + ((month - year.astype("datetime64[M]")).astype(np.int64) + 1) * 100
        + (born - month.astype("datetime64[D]")).astype(np.int64)
        + 1
    )
    body = np.column_stack([digits(regions[region], 6), digits(yyyymmdd, 8), digits(sequence + 1, 3)])
    return text(with_id_check(body))


def _ids(people: pl.DataFrame, rng: np.random.Generator) -> pl.Series:
    values = id_numbers(people["id_code"].to_numpy())
    values = _edit(rng, 0.015, values, pl.col("v").str.to_lowercase())
    return _edit(rng, 0.01, values, pl.format(" {} ", pl.col("v")))


def _phones(numbers: Ints, rng: np.random.Generator) -> pl.Series:
    values = _blank(rng, 0.004, words.NO_PHONE, _number(numbers, 11))
    values = _edit(rng, 0.03, values, pl.format("{}-{}-{}", *[pl.col("v").str.slice(at, 3 if at == 0 else 4) for at in (0, 3, 7)]))
    values = _edit(rng, 0.04, values, pl.format("+86 {}", pl.col("v")))
    return _edit(rng, 0.0095, values, pl.col("v").str.replace_many(list("0123456789"), list("０１２３４５６７８９")))


def _contacts(numbers: Ints, rng: np.random.Generator, blank: float, prefixed: float) -> pl.Series:
    values = _blank(rng, blank, words.NO_CONTACT, _number(np.maximum(numbers, 0), 11))
    values = _edit(rng, prefixed, values, pl.when(pl.col("v").str.len_chars() == 11).then(pl.format("86{}", pl.col("v"))).otherwise("v"))
    return _where(numbers < 0, "", values)


def _cards(index: Ints, seed: int, rng: np.random.Generator) -> pl.Series:
    serial = (index * 1_047_291_091 + seed * 977) % 1_000_000_000_000
    values = text(with_luhn(words.CARD_BINS[index % len(words.CARD_BINS)] * 1_000_000_000_000 + serial, 18))
    values = _edit(rng, 0.05, values, pl.concat_str([pl.col("v").str.slice(at, 4) for at in (0, 4, 8, 12, 16)], separator=" "))
    return _blank(rng, 0.0105, words.NO_CARD, values)


def _addresses(codes: Ints, forms: npt.NDArray[np.int8], rng: np.random.Generator) -> pl.Series:
    rest = np.maximum(codes, 0)
    parts: list[Ints] = []
    for radix in reversed(ADDRESS_RADIX):
        rest, part = np.divmod(rest, radix)
        parts.append(part)
    region, road, number, estate, building, unit, floor, flat = reversed(parts)
    city = _pick([name for _, name, _ in words.REGIONS], region)
    district = _pick([name for _, _, name in words.REGIONS], region)
    street, at, block = _pick(words.ROADS, road), _number(number + 1), _pick(words.ESTATES, estate)
    house, stair, room = _number(building + 1), _number(unit + 1), _number((floor + 1) * 100 + flat + 1)
    values = _join("{}{}{}{}号{}{}栋{}单元{}室", city, district, street, at, block, house, stair, room)
    if forms.any():
        chinese = _pick(list("一二三四"), unit)
        others = (
            _join("{}{}{}{}号{}小区{}幢{}单元{}", city, district, street, at, block, house, chinese, room),
            _join("{}{}{}号 {} {}号楼{}单元{}", district, street, at, block, house, stair, room),
            _join("{} {} {} {} 号 {}{}-{}-{}", city, district, street, at, block, house, stair, room),
        )
        for form, other in enumerate(others, start=1):
            values = _where(forms == form, other, values)
    if (codes < 0).any():
        k = DORMITORY - np.minimum(codes, DORMITORY)
        at_works = _join(
            "{}{}工业大道{}号员工宿舍",
            _pick([name for _, name, _ in words.REGIONS], (k * 5 + 12) % len(words.REGIONS)),
            _pick([name for _, _, name in words.REGIONS], (k * 5 + 12) % len(words.REGIONS)),
            _number(k + 1),
        )
        values = _where(codes < 0, at_works, values)
    return _blank(rng, 0.02, words.NO_ADDRESS, values)


def _employers(codes: Ints, rng: np.random.Generator) -> tuple[pl.Series, pl.Series]:
    gang = codes >= GANG_EMPLOYER
    k = np.where(gang, codes - GANG_EMPLOYER, codes)
    first, second = words.COMPANY_FIRST, words.COMPANY_SECOND
    stem = _join("{}{}", _pick(first, (7 * k) % 15), _pick(second, (k // 3 + 4 * k) % 15))
    industry = _pick(words.INDUSTRIES, k % 8)
    of_town = _join("{}{}{}{}有限公司", _pick(words.CITIES, (k * 3) % 13), stem, _pick(words.COMPANY_THIRD, (k // 15) % 6), industry)
    names = _where(gang, _join("{}{}有限公司", stem, industry), of_town)
    area = _number(np.where(gang, 20 + k % 60, 10 + k % 80), 3)
    phones = _join("{}-{}", area, _number(np.where(gang, 81_000_000 + 17 * k % 9_000_000, 20_000_000 + 37 * k % 60_000_000), 8))
    return _blank(rng, 0.05, words.NO_EMPLOYER, names), phones


def _ips(codes: Ints, rng: np.random.Generator) -> pl.Series:
    parts = [_number((codes >> shift) & 255) for shift in (24, 16, 8, 0)]
    return _blank(rng, 0.0195, words.NO_IP, _join("{}.{}.{}.{}", *parts))


def _hex(matrix: Bytes, rng: np.random.Generator, upper: pl.Expr, blank: float, placeholders: tuple[str, ...]) -> pl.Series:
    return _blank(rng, blank, placeholders, _edit(rng, 0.049, text(matrix), upper))


def write_out(people: pl.DataFrame, rows: pl.DataFrame, seed: int, start: dt.datetime, rng: np.random.Generator) -> pl.DataFrame:
    """The canonical columns of the rows (frame: number, person, second, phone, device, amount, intent) of a population."""
    of = people[rows["person"]]
    employer, employer_phone = _employers(of["employer"].to_numpy(), rng)
    return pl.DataFrame(
        {
            "application_id": _join("A{}", _number(rows["number"].to_numpy(), 9)),
            "applied_at": rows.select(pl.lit(start).cast(pl.Datetime("ms")) + pl.duration(seconds=pl.col("second"))).to_series(),
            "name": _names(of, rng),
            "id_number": _ids(of, rng),
            "phone": _phones(rows["phone"].to_numpy(), rng),
            "device_id": _hex(hexadecimal(rows["device"].to_numpy(), 16), rng, pl.col("v").str.to_uppercase(), 0.0195, words.NO_DEVICE),
            "bank_card": _cards(of["card"].to_numpy(), seed, rng),
            "home_address": _addresses(of["address"].to_numpy(), of["form"].to_numpy(), rng),
            "employer": employer,
            "employer_phone": employer_phone,
            "contact1_phone": _contacts(of["contact1"].to_numpy(), rng, 0.021, 0.038),
            "contact2_phone": _contacts(of["contact2"].to_numpy(), rng, 0.0, 0.0),
            "ip": _ips(of["ip"].to_numpy(), rng),
            "wifi_mac": _hex(
                mac(of["wifi"].to_numpy()), rng, pl.col("v").str.to_uppercase().str.replace_all(":", "-"), 0.0485, words.NO_WIFI
            ),
            "channel": _pick(words.CHANNELS, of["channel"].to_numpy()),
            "amount": rows["amount"],
            "fraud_intent": rows["intent"],
        }
    )
