"""Telephone numbers, to E.164 (+8613912345678).

*Which numbers count.* A number counts where its length is possible in its country, not only where its range has been given out: numbering
plans grow faster than any list of them. Lists and patterns only serve to tell countries apart.

*Numbers written without a country code* are read in this order, by the number and its own application alone:

1. eleven digits from 13 to 19, or an area code with 0, in an application with a Chinese name or resident ID: mainland China;
2. 1-305-987-0405, with these separators: North America;
3. valid, else of a usual length (unless it is a mainland mobile and nothing speaks against one), in the country that the application's
   other fields name (`fraudgraph.identifiers.country`);
4. valid, else of a usual length, in ``records.default_region``, then valid in one of ``identifiers.phone_regions``; the other way round
   where the default is a Chinese region and the applicant's name is written in other letters;
5. a country code without + (8613912345678);
6. else the digits themselves (without leading zeros), which still meet the same number written alike.
"""

from __future__ import annotations

from itertools import product

import numpy as np
import polars as pl

from fraudgraph.identifiers import country
from fraudgraph.identifiers.phone_reading import LONGEST, MOBILE, SHORTEST, National, international, regions
from fraudgraph.identifiers.registry import MALFORMED, MISSING, PLACEHOLDER, STATUS, VALID, Context, Derivation, Keyed, Kind
from fraudgraph.identifiers.runs import phone_runs
from fraudgraph.identifiers.text import clean, distinct_codes, is_masked, is_repeated, is_sequence, judged, patch
from fraudgraph.settings import Settings

EXTENSION = r"(?i)\s*(?:转|分机|;?\s*ext(?:ension|n)?\.?\s*=?|;|[x#])\s*[0-9]{1,6}\s*$"
E164 = r"^\+[1-9][0-9]{6,14}$"
PLAIN_LANDLINE = r"^0[1-9][0-9]{1,2}-?[2-9][0-9]{6,7}$"
REPEATED = r"(?:0{8}|1{8}|2{8}|3{8}|4{8}|5{8}|6{8}|7{8}|8{8}|9{8})$"


HINTS = "hints"
"""Of a context: the region of each application, where it is not to be told from its fields."""


def normalise(values: pl.Series, context: Context) -> Keyed:
    """Return the E.164 keys of telephone numbers."""
    chinese = context.once("chinese", lambda: _chinese_rows(values, context))
    mobile = values.str.contains(MOBILE)
    landline = values.str.contains(PLAIN_LANDLINE)
    ready = values.str.contains(E164)
    fast = (((mobile | landline) & chinese) | ready).fill_null(False)
    plain = pl.DataFrame({"v": values, "l": landline, "e": ready}).filter(fast)
    abroad = pl.col("v").str.slice(1)
    mainland = pl.when(pl.col("l")).then(pl.col("v").str.slice(1).str.replace("-", "", literal=True)).otherwise(pl.col("v"))
    key = plain.select(pl.when(pl.col("e")).then(abroad).otherwise(pl.lit("86") + mainland).alias("k"))["k"]
    key = international(key)
    impossible = key.is_null()
    invented = key.str.contains(REPEATED).fill_null(False)
    key = key.set(invented, None) if invented.any() else key
    quick = pl.Series("s", np.where(impossible.to_numpy(), MALFORMED, np.where(invented.to_numpy(), PLACEHOLDER, VALID)), dtype=STATUS)
    rest = ~fast & (values != "").fill_null(False)
    tagged = pl.DataFrame({"v": values, "c": chinese, "w": context.once("western", lambda: _western_rows(values, context))}).filter(rest)
    tagged = tagged.with_columns(_region_hints(tagged, rest, context).alias("h"))
    tags = pl.concat_str(pl.col("h").fill_null(""), pl.col("c", "w").cast(pl.Int8), pl.lit("\x00"), pl.col("v"))
    labels, code = distinct_codes(tagged.select(tags.alias("t"))["t"])
    example = np.empty(len(labels), dtype=np.int64)
    example[code] = np.arange(len(code))
    found = _slow(tagged[example], context)
    place = np.full(len(values), -1, dtype=np.int64)
    place[fast.to_numpy()] = np.arange(len(key))
    place[rest.to_numpy()] = len(key) + code
    where = pl.Series(place).set(pl.Series(place < 0), None)
    status = pl.concat([quick, found.status.rename("s")]).gather(where).fill_null(MISSING)
    return Keyed(pl.concat([key, found.key.rename("k")]).gather(where), status)


def imagined(value: str, settings: Settings) -> tuple[pl.Series, Context]:
    """Return the number once for each application that it may stand in, and what these say besides: of which country they speak, whether
    they are Chinese beyond doubt or have a name in Western letters. The first says nothing."""
    home, others = regions(settings)
    chinese, western = (home == "CN", home != "CN"), (False, True) if home in country.CHINESE_REGIONS else (False,)
    says = list(product((None, home, "CN", *others), chinese, western))
    memo = {
        HINTS: pl.Series("h", [region for region, _, _ in says], dtype=pl.String),
        "chinese": pl.Series("c", [sure for _, sure, _ in says], dtype=pl.Boolean),
        "western": pl.Series("w", [other for _, _, other in says], dtype=pl.Boolean),
    }
    return pl.Series("v", [value] * len(says), dtype=pl.String), Context(settings, memo=memo)


def _region_hints(tagged: pl.DataFrame, rest: pl.Series, context: Context) -> pl.Series:
    """Return the region that each application's other fields name: asked only for numbers without country code that are not Chinese."""
    nothing = pl.Series("h", [None], dtype=pl.String).new_from_index(0, tagged.height)
    if HINTS in context.memo:
        return context.memo[HINTS].filter(rest)
    if context.frame is None:
        return nothing
    needed = ~tagged["c"] & ~tagged["v"].str.contains(r"^\s*(?:\+|00)")
    if not needed.any():
        return nothing
    part = context.frame.filter(rest).filter(needed)
    filled = [name for name in part.columns if part[name].dtype == pl.String and part[name].null_count() < part.height]
    if not filled:
        return nothing
    return nothing.scatter(needed.arg_true(), country.hints(part.select(filled), context.settings.text("records.default_region")))


def _chinese_rows(values: pl.Series, context: Context) -> pl.Series:
    """Return which applications are Chinese beyond doubt: a resident ID's length, or a Chinese name."""
    if context.frame is None:
        return pl.Series([context.settings.text("records.default_region") == "CN"]).new_from_index(0, len(values))
    result = pl.Series([False]).new_from_index(0, len(values))
    name, id_number = context.column("name"), context.column("id_number")
    if name is not None:
        result = result | (name.str.len_bytes() >= name.str.len_chars() * 2).fill_null(False)
    if id_number is not None:
        result = result | id_number.str.strip_chars().str.contains(r"^[0-9]{17}[0-9Xx]$").fill_null(False)
    return result


def _western_rows(values: pl.Series, context: Context) -> pl.Series:
    """Return which applications have a name in other than Chinese characters although the default region is Chinese."""
    name = context.column("name")
    if name is None or context.settings.text("records.default_region") not in country.CHINESE_REGIONS:
        return pl.Series([False]).new_from_index(0, len(values))
    return (name.str.len_bytes() < name.str.len_chars() * 2).fill_null(False)


def _slow(distinct: pl.DataFrame, context: Context) -> Keyed:
    """Judge distinct (value ``v``, region hint ``h``, Chinese ``c``, Western ``w``)."""
    cleaned = clean(distinct["v"])
    plain = cleaned.str.contains(r"^\+?[0-9 \-]+$")
    cleaned = patch(cleaned, ~plain, _tidy)
    abroad = cleaned.str.contains(r"^(?:\+|00[1-9])").fill_null(False)
    digits = cleaned.str.replace(r"^(?:\+|00)", "").str.replace_all(r"[^0-9]", "")
    bad = ~plain & (cleaned.str.contains(r"[^0-9()+\-. /~\s\x{00A0}]") | is_masked(cleaned))
    usable = (digits.str.len_bytes().is_between(SHORTEST, LONGEST) & ~bad).fill_null(False)
    frame = distinct.with_columns(cleaned.alias("v"), digits.alias("d"))
    bare = digits.str.strip_chars_start("0")
    local = usable & ~abroad
    alone = bare.filter(local).set(bare.filter(local).str.len_bytes() < SHORTEST, None)
    key = pl.Series("k", [None], dtype=pl.String).new_from_index(0, len(digits))
    key = key.scatter((usable & abroad).arg_true(), international(digits.filter(usable & abroad)))
    key = key.scatter(local.arg_true(), National(frame.filter(local), context.settings).keys().fill_null(alone))
    keyed = judged("phone", cleaned, key)
    invented = (is_repeated(digits) | is_sequence(digits) | bare.str.contains(REPEATED)) & (digits.str.len_bytes() >= 3)
    invented = invented & keyed.status.is_in([VALID, MALFORMED])
    return Keyed(keyed.key.set(invented, None), keyed.status.set(invented, PLACEHOLDER))


def _tidy(values: pl.Series) -> pl.Series:
    """Take off extensions, a trunk zero in brackets, and all but the first of several numbers."""
    return (
        values.str.replace(EXTENSION, "")
        .str.replace_all(r"[‐‑‒–—―−]", "-")
        .str.replace(r"\(0\)", "")
        .str.replace(r"^\((\+|00)", "$1")
        .str.replace(r"^(.*?[0-9].{6,}?)[/,;、|].*$", "$1")
        .str.strip_chars()
    )


KINDS = (
    Kind("phone", normalise, personal=True, imagined=imagined),
    Kind("employer_phone", normalise, imagined=imagined),
)
DERIVATIONS = (
    Derivation("phone_run.a", "phone.own", lambda keys: phone_runs(keys, "a")),
    Derivation("phone_run.b", "phone.own", lambda keys: phone_runs(keys, "b")),
)
