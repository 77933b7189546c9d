"""Digits of telephone numbers to E.164, on whole columns: with a country code, and without one.

Each step sees only what the steps before it left open, because the patterns of a numbering plan are long.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from fraudgraph.errors import ConfigurationError
from fraudgraph.identifiers import phone_plans
from fraudgraph.identifiers.text import patch
from fraudgraph.model import IntArray
from fraudgraph.settings import Settings

MOBILE = r"^1[3-9][0-9]{9}$"
GROUPED_MOBILE = r"^(?:\+?86[- ]*)?1[3-9][0-9][- ]?[0-9]{4}[- ]?[0-9]{4}$"
LANDLINE = r"^0[1-9][0-9]{1,2}[- ]?[2-9][0-9]{6,7}$"
NORTH_AMERICAN = r"^1[-. ]\(?[2-9][0-9]{2}\)?[-. ][0-9]{3}[-. ][0-9]{4}$"
SHORTEST, LONGEST = 7, 15


def international(digits: pl.Series) -> pl.Series:
    """Return the keys of digits that begin with a country code and have a possible length; null for others."""
    first = digits.str.slice(0, 3).cast(pl.Int64, strict=False).fill_null(0).to_numpy()
    lengths, masks, trunks = _by_first_digits(first)
    if trunks:
        left = rf"^({'|'.join(trunks)})0"
        digits = patch(digits, digits.str.contains("^[1-9][0-9]{0,2}0"), lambda part: part.str.replace(left, "$1"))
    rest = digits.str.len_bytes().fill_null(0).to_numpy().astype(np.int64) - lengths[first]
    possible = pl.Series((masks[first] >> np.clip(rest, 0, 62)) & 1 == 1)
    return pl.DataFrame({"d": digits, "p": possible}).select(pl.when(pl.col("p")).then(pl.lit("+") + pl.col("d")).alias("k"))["k"]


def _by_first_digits(first: IntArray) -> tuple[IntArray, IntArray, list[str]]:
    """Return, by the first three digits as a number, the length of the country code and a mask of the possible lengths of the rest; and the
    codes after which no 0 can stand. Of the digits that occur only: to read the plans of all countries takes longer than a question."""
    lengths, masks = np.zeros(1000, dtype=np.int64), np.zeros(1000, dtype=np.int64)
    found = set()
    for digits in np.flatnonzero(np.bincount(first, minlength=1000)[100:]) + 100:
        if code := phone_plans.code_of(int(digits)):
            lengths[digits], masks[digits] = len(code), phone_plans.possible_lengths(code)
            found.add(code)
    return lengths, masks, sorted(code for code in found if phone_plans.without_trunk(code))


def regions(settings: Settings) -> tuple[str, list[str]]:
    """Return the default region and the others; raise ConfigurationError for one that is no ISO country with telephones."""
    default, others = settings.text("records.default_region"), settings.strings("identifiers.phone_regions")
    for key, region in (("records.default_region", default), *(("identifiers.phone_regions", region) for region in others)):
        if phone_plans.plan(region) is None:
            raise ConfigurationError(f"{key}: there is no country {region!r}; use an ISO code in capitals, such as CN, GB or US")
    return default, [region for region in others if region != default]


class National:
    """Numbers written without a country code. ``frame``: text ``v``, digits ``d``, hinted region ``h``, Chinese ``c``, Western ``w``."""

    def __init__(self, frame: pl.DataFrame, settings: Settings) -> None:
        self.open = frame.with_row_index("row")
        self.found: list[pl.DataFrame] = []
        self.height = frame.height
        self.default, self.others = regions(settings)

    def keys(self) -> pl.Series:
        """Return the keys in the order that `fraudgraph.identifiers.kinds.phone` explains; null where nothing fits."""
        hinted = [region for region in self.open["h"].unique().sort() if region is not None]
        mainland = pl.col("c") | (pl.col("h") == "CN").fill_null(self.default == "CN")
        grouped = pl.col("v").str.contains(GROUPED_MOBILE)
        mobile = pl.lit("+86") + pl.col("d").str.tail(11)
        self._settle(mainland & grouped, mobile)
        self._settle(
            (pl.col("c") | (pl.col("h") == "CN").fill_null(False)) & pl.col("v").str.contains(LANDLINE),
            pl.lit("+86") + pl.col("d").str.slice(1),
        )
        self._settle(pl.col("v").str.contains(NORTH_AMERICAN), pl.lit("+") + pl.col("d"))
        for region in hinted:
            self._settle(pl.col("h") == region, _valid(region, strict=False))
        if self.default == "CN":
            self._settle(grouped & ~pl.col("w"), mobile)
        for region in hinted:
            self._settle(pl.col("h") == region, _possible(region))
        self._home(~pl.col("w"))
        for region in self.others:
            self._settle(pl.lit(True), _valid(region, strict=True))
        self._home(pl.lit(True))
        coded = self.open.filter(~pl.col("d").str.starts_with("0"))
        self.found.append(coded.select("row", international(coded["d"]).alias("k")).drop_nulls())
        settled = pl.concat(self.found)
        nothing = pl.Series("k", [None], dtype=pl.String).new_from_index(0, self.height)
        return nothing.scatter(settled["row"], settled["k"]) if settled.height else nothing

    def _home(self, where: pl.Expr) -> None:
        self._settle(where, _valid(self.default, strict=False))
        self._settle(where, _possible(self.default))

    def _settle(self, where: pl.Expr, key: pl.Expr) -> None:
        candidates = self.open.filter(where)
        if candidates.is_empty():
            return
        done = candidates.select("row", key.alias("k")).drop_nulls()
        if done.height:
            self.found.append(done)
            self.open = self.open.join(done.select("row"), on="row", how="anti", maintain_order="left")


def _valid(region: str, strict: bool) -> pl.Expr:
    """Return the key where the digits are a number given out in ``region``; with ``strict`` only with its trunk prefix."""
    plan = _plan(region)
    number, prefixed = _without_trunk(plan)
    fits = number.str.contains(plan.valid)
    if strict and plan.trunk_required:
        fits = fits & prefixed
    return pl.when(fits).then(pl.lit(f"+{plan.code}") + number)


def _possible(region: str) -> pl.Expr:
    """Return the key where the digits have a usual length in ``region`` and, where it has one, its trunk prefix."""
    plan = _plan(region)
    number, prefixed = _without_trunk(plan)
    written = prefixed if plan.trunk_required else ~pl.col("d").str.starts_with("0")
    return pl.when(number.str.len_bytes().is_in(sorted(plan.usual)) & written).then(pl.lit(f"+{plan.code}") + number)


def _without_trunk(plan: phone_plans.Plan) -> tuple[pl.Expr, pl.Expr]:
    digits = pl.col("d")
    if not plan.trunk:
        return digits, pl.lit(True)
    prefixed = digits.str.starts_with(plan.trunk)
    return pl.when(prefixed).then(digits.str.slice(len(plan.trunk))).otherwise(digits), prefixed


_NOWHERE = phone_plans.Plan("", "", "", False, "^$", frozenset(), frozenset())
"""Of a region that the fields of an application name, but that has no telephones (a mistyped IBAN)."""


def _plan(region: str) -> phone_plans.Plan:
    return phone_plans.plan(region) or _NOWHERE
