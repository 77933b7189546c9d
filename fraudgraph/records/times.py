"""Raw columns to instants in UTC: ISO 8601 with or without an offset, plain local times, Excel's day numbers, native types.

A time without an offset is local to the book's zone: an hour that does not exist there is rejected, a doubled one is its earlier.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from fraudgraph.errors import ConfigurationError
from fraudgraph.model import TIME, IntArray
from fraudgraph.records import cells

_PLAIN = "%Y-%m-%d %H:%M:%S"
_CLOCK = r"(?:(?:\s*T\s*|\s+)(?P<h>[0-9]{1,2}):(?P<m>[0-9]{2})(?::(?P<s>[0-9]{2})(?:[.,](?P<f>[0-9]+))?)?)?"
_OFFSET = r"\s*(?P<z>[Zz]|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?)?$"
_APART = r"^(?P<y>[0-9]{4})[-/.](?P<mo>[0-9]{1,2})[-/.](?P<d>[0-9]{1,2})" + _CLOCK + _OFFSET
_DIGITS = r"^(?P<y>[0-9]{4})(?P<mo>[0-9]{2})(?P<d>[0-9]{2})"
_TOGETHER = _DIGITS + r"(?:[T ]?(?P<h>[0-9]{2}):?(?P<m>[0-9]{2})(?::?(?P<s>[0-9]{2})(?:[.,](?P<f>[0-9]+))?)?)?" + _OFFSET
_DAY = 86_400_000_000
_FIRST_YEAR, _LAST_YEAR = 1900, 2200
_EXCEL_DAYS = (20_000.0, 80_000.0)
"""Excel's day numbers of the years 1954 to 2119: plain numbers between these are such."""
_EXCEL_EPOCH = -25_569

NOT_A_TIME = "not a time"


def check_zone(zone: str) -> str:
    """Return the name of a time zone; raise ConfigurationError where there is none of that name."""
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as problem:
        raise ConfigurationError(f"records.time_zone: there is no time zone {zone!r}; names are like 'UTC' or 'Asia/Shanghai'") from problem
    return zone


def parse(raw: pl.Series, zone: str) -> tuple[pl.Series, pl.Series]:
    """Return (TIME, String): the instants, and the reason where something is given that is none."""
    given = raw.is_not_null()
    if raw.dtype == pl.Date or isinstance(raw.dtype, pl.Datetime):
        return _native(raw, zone)
    if raw.dtype.is_numeric() and not isinstance(raw.dtype, pl.Decimal):
        local, instant = _numbers(raw)
        if raw.dtype.is_float():
            given &= raw.is_not_nan()
    else:
        words = cells.text(raw, cells.NOTHING)
        given = words.is_not_null()
        local, instant = _words(words)
    found, missing_hour = to_utc(local, zone)
    if instant is not None:
        found = found.zip_with(instant.is_null(), instant)
    return found, _reasons(given & found.is_null(), missing_hour, zone)


def to_utc(local: pl.Series, zone: str) -> tuple[pl.Series, pl.Series]:
    """Return (TIME, Boolean) of naive local times: the instants, and where the local hour does not exist."""
    if zone == "UTC":
        return local.dt.replace_time_zone("UTC"), pl.repeat(False, len(local), eager=True)
    found = local.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null").dt.convert_time_zone("UTC")
    return found, local.is_not_null() & found.is_null()


def _native(raw: pl.Series, zone: str) -> tuple[pl.Series, pl.Series]:
    moments = raw.cast(pl.Datetime("us", getattr(raw.dtype, "time_zone", None)))
    if getattr(raw.dtype, "time_zone", None):
        found, missing_hour = moments.dt.convert_time_zone("UTC"), pl.repeat(False, len(raw), eager=True)
    else:
        found, missing_hour = to_utc(moments, zone)
    sensible = found.dt.year().is_between(_FIRST_YEAR, _LAST_YEAR).fill_null(True)
    found = found if sensible.all() else found.set(~sensible, None)
    return found, _reasons(raw.is_not_null() & found.is_null(), missing_hour, zone)


def _reasons(bad: pl.Series, missing_hour: pl.Series, zone: str) -> pl.Series:
    frame = pl.DataFrame({"bad": bad, "hour": missing_hour})
    phrase = pl.when(pl.col("bad") & pl.col("hour")).then(pl.lit(f"this local hour does not exist in {zone}"))
    return frame.select(phrase.when("bad").then(pl.lit(NOT_A_TIME)).alias("reason")).to_series()


def _numbers(raw: pl.Series) -> tuple[pl.Series, pl.Series | None]:
    """Read Excel's day numbers, 20200131235959 and the like, and seconds or milliseconds since 1970."""
    values = raw.cast(pl.Float64).fill_nan(None)
    local = _excel(values)
    days = local.is_not_null()
    words = cells.as_strings(raw).set(days, None)
    digits = words.str.len_bytes()
    by_digits, _ = _words(words.set(~digits.is_in([8, 12, 14]).fill_null(False), None))
    local = local.zip_with(days, by_digits)
    whole = values.cast(pl.Int64, strict=False)
    since = pl.DataFrame({"n": whole, "digits": digits, "local": local}).select(
        pl.when(pl.col("local").is_not_null())
        .then(None)
        .when(pl.col("digits") == 10)
        .then(pl.col("n") * 1_000_000)
        .when(pl.col("digits") == 13)
        .then(pl.col("n") * 1000)
        .cast(TIME)
        .alias("since")
    )
    return local, since.to_series()


def _excel(values: pl.Series) -> pl.Series:
    """Read day numbers, to the millisecond; null where a number is none."""
    days = values.set(~values.is_between(*_EXCEL_DAYS).fill_null(False), None)
    return (((days + _EXCEL_EPOCH) * (_DAY / 1000)).round(0) * 1000).cast(pl.Int64).cast(pl.Datetime("us"))


def _words(words: pl.Series) -> tuple[pl.Series, pl.Series | None]:
    """Return (local times, instants or None): texts without an offset are local."""
    local = words.str.to_datetime(_PLAIN, time_unit="us", strict=False, cache=False)
    early = (local.dt.year() < _FIRST_YEAR).fill_null(False) | (local.dt.year() > _LAST_YEAR).fill_null(False)
    local = local.set(early, None) if early.any() else local
    left = words.is_not_null() & local.is_null() & ~early
    if not left.any():
        return local, None
    where = left.arg_true()
    some_local, some_instants = _by_parts(words.gather(where))
    empty = pl.Series([None], dtype=TIME).new_from_index(0, len(words))
    return local.scatter(where, some_local), empty.scatter(where, some_instants)


def _by_parts(words: pl.Series) -> tuple[pl.Series, pl.Series]:
    parts = words.str.extract_groups(_APART).struct.unnest()
    missed = parts["y"].is_null()
    if missed.any():
        where = missed.arg_true()
        rest = words.gather(where).str.normalize("NFKC")
        for _ in range(2):  # 3时4分5秒: minutes and seconds get their second digit; neighbours overlap, hence twice
            rest = rest.str.replace_all(r"([时点分])([0-9])([分秒])", "${1}0$2$3")
        rest = rest.str.replace_all(r"[年月]", "-").str.replace_all(r"日\s*", " ")
        rest = rest.str.replace_all(r"[时点分]", ":").str.replace(r"([0-9])秒$", "$1").str.replace(r":$", "").str.strip_chars()
        rest = rest.str.replace(r" ([0-9]{1,2})$", " $1:00")
        for pattern in (_TOGETHER, _APART):
            more = rest.str.extract_groups(pattern).struct.unnest()
            hit = more["y"].is_not_null()
            if hit.any():
                at = where.filter(hit)
                parts = parts.with_columns(parts[name].scatter(at, more[name].filter(hit)) for name in parts.columns)
    local, instants = _instants(parts)
    numbers = words.str.extract(r"^([0-9]{5}(?:\.[0-9]+)?)$")
    if numbers.null_count() < len(numbers):
        excel = _excel(numbers.cast(pl.Float64))
        local = local.zip_with(excel.is_null(), excel)
    return local, instants


def _instants(parts: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    """Return (local times, instants) of texts cut into parts; null where a part is impossible."""
    def number(name: str) -> IntArray:
        return parts[name].cast(pl.Int64).fill_null(0).to_numpy()

    year, month, day = number("y"), number("mo"), number("d")
    hour, minute, second = number("h"), number("m"), number("s")
    fraction = (parts["f"].str.slice(0, 6).str.pad_end(6, "0")).cast(pl.Int64).fill_null(0).to_numpy()
    offset, offset_fits = _offsets(parts["z"])
    days, fits = days_since_1970(year, month, day)
    fits &= (year >= _FIRST_YEAR) & (year <= _LAST_YEAR) & (hour <= 23) & (minute <= 59) & (second <= 59) & offset_fits
    micros = days * _DAY + ((hour * 60 + minute) * 60 + second) * 1_000_000 + fraction
    zoned = parts["z"].is_not_null().to_numpy()
    times = pl.Series(micros).cast(pl.Datetime("us"))
    local = times.set(pl.Series(~fits | zoned), None)
    instants = pl.Series(micros - offset).cast(TIME).set(pl.Series(~(fits & zoned)), None)
    return local, instants


def _offsets(words: pl.Series) -> tuple[IntArray, np.typing.NDArray[np.bool_]]:
    signed = words.str.replace(":", "", literal=True).str.extract(r"^([+-][0-9]+)$")
    sign = np.where(signed.str.starts_with("-").fill_null(False).to_numpy(), -1, 1)
    hours = signed.str.slice(1, 2).cast(pl.Int64).fill_null(0).to_numpy()
    minutes = signed.str.slice(3, 2).cast(pl.Int64, strict=False).fill_null(0).to_numpy()
    return sign * (hours * 60 + minutes) * 60_000_000, (hours <= 18) & (minutes <= 59)


def days_since_1970(year: IntArray, month: IntArray, day: IntArray) -> tuple[IntArray, np.typing.NDArray[np.bool_]]:
    """Return (days, Boolean) of calendar dates: days since 1970-01-01, and whether there is such a date."""
    fits = (month >= 1) & (month <= 12) & (day >= 1) & (year >= 1) & (year <= 9999)
    first = (np.where(fits, year - 1970, 0) * 12 + np.where(fits, month - 1, 0)).astype("datetime64[M]")
    start = first.astype("datetime64[D]").astype(np.int64)
    following = (first + 1).astype("datetime64[D]").astype(np.int64)
    return start + day - 1, fits & (day <= following - start)
