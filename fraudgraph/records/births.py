"""Dates of birth: is 03/04/1990 in March or in April? Decided per column of a file and per separator, by the dates that leave no choice."""

from __future__ import annotations

import numpy as np
import polars as pl

from fraudgraph.model import BoolArray, IntArray
from fraudgraph.records import cells
from fraudgraph.records.times import days_since_1970

FIRST_YEAR, LAST_YEAR = 1880, 2100
_YEAR_FIRST = r"^(?P<y>\d{4})(?:[-/.年]\s*(?P<mo>\d{1,2})[-/.月]\s*(?P<d>\d{1,2})日?|(?P<mo2>\d{2})(?P<d2>\d{2}))(?:[T\s].*)?$"
_YEAR_LAST = r"^(?P<a>\d{1,2})(?P<by>[-/. ])(?P<b>\d{1,2})[-/. ](?P<y>\d{4})(?:[T\s].*)?$"
_STRAY = 50
"""One date against the order for so many that fit it is a slip of the pen and does not make the order doubtful."""

NOT_A_DATE = "not a date of birth"


def parse(raw: pl.Series) -> tuple[pl.Series, pl.Series, int]:
    """Return (Date, Boolean, count): the dates, where something is given that is none, and how many were left out as ambiguous.

    ``raw`` must be the whole column of a file.
    """
    if raw.dtype == pl.Date or isinstance(raw.dtype, pl.Datetime):
        dates = raw.cast(pl.Date)
        bad = dates.is_not_null() & ~dates.dt.year().is_between(FIRST_YEAR, LAST_YEAR)
        return dates.set(bad, None), bad, 0
    words = cells.text(raw, cells.NOTHING)
    dates = words.str.to_date("%Y-%m-%d", strict=False, cache=True)
    early = (dates.dt.year() < FIRST_YEAR).fill_null(False) | (dates.dt.year() > LAST_YEAR).fill_null(False)
    dates = dates.set(early, None) if early.any() else dates
    left = words.is_not_null() & dates.is_null() & ~early
    ambiguous = 0
    unclear = pl.repeat(False, len(words), eager=True)
    if left.any():
        where = left.arg_true()
        more, doubtful = _rest(words.gather(where).str.normalize("NFKC"))
        dates = dates.scatter(where, more)
        unclear = unclear.scatter(where, pl.Series(doubtful))
        ambiguous = int(doubtful.sum())
    return dates.alias(raw.name), words.is_not_null() & dates.is_null() & ~unclear, ambiguous


def _rest(words: pl.Series) -> tuple[pl.Series, BoolArray]:
    first = words.str.extract_groups(_YEAR_FIRST).struct.unnest()
    last = words.str.extract_groups(_YEAR_LAST).struct.unnest()
    year = _numbers(first["y"].fill_null(last["y"]))
    month = _numbers(first["mo"].fill_null(first["mo2"]))
    day = _numbers(first["d"].fill_null(first["d2"]))
    a, b = _numbers(last["a"]), _numbers(last["b"])
    doubtful = np.zeros(len(words), dtype=np.bool_)
    for separator in ("/", "-", ".", " "):
        these = (last["by"] == separator).fill_null(False).to_numpy()
        if not these.any():
            continue
        day_first = these & (a > 12) & (b <= 12)
        month_first = these & (b > 12) & (a <= 12)
        either = these & (a <= 12) & (b <= 12)
        order = _order(int(day_first.sum()), int(month_first.sum()))
        day_leads = day_first | (either & (order == "day"))
        month_leads = these & ~day_leads
        day[day_leads], month[day_leads] = a[day_leads], b[day_leads]
        day[month_leads], month[month_leads] = b[month_leads], a[month_leads]
        if order is None:
            doubtful |= either & (a != b) & (a > 0) & (b > 0)
    days, fits = days_since_1970(year, month, day)
    fits &= (year >= FIRST_YEAR) & (year <= LAST_YEAR)
    dates = pl.Series(np.where(fits, days, 0)).cast(pl.Int32).cast(pl.Date)
    return dates.set(pl.Series(~fits | doubtful), None), doubtful & fits


def _order(day_first: int, month_first: int) -> str | None:
    """Decide by the dates that can be read in one way only; None where they do not decide."""
    if day_first > month_first * _STRAY:
        return "day"
    if month_first > day_first * _STRAY:
        return "month"
    return None


def _numbers(words: pl.Series) -> IntArray:
    return words.cast(pl.Int64).fill_null(0).to_numpy().copy()
