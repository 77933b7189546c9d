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

import numpy as np
import polars as pl

from fraudgraph.identifiers import country, phone_plans
from fraudgraph.identifiers.registry import MALFORMED, MISSING, PLACEHOLDER, STATUS, VALID, Context, Derivation, Keyed, Kind
from fraudgraph.identifiers.runs import phone_runs
from fraudgraph.identifiers.text import clean, distinct_codes, is_masked, is_repeated, is_sequence, judged

MOBILE = r"^1[3-9][0-9]{9}$"
GROUPED_MOBILE = r"^(?:\+?86[- ]*)?(1[3-9][0-9])[- ]?([0-9]{4})[- ]?([0-9]{4})$"
LANDLINE = r"^(?:0[0-9]{2,3})[- ]?[0-9]{7,8}$"
EXTENSION = r"(?i)\s*(?:转|分机|;?\s*ext(?:ension|n)?\.?\s*=?|;|[x#])\s*[0-9]{1,6}\s*$"
NORTH_AMERICAN = r"^1[-. ]\(?[2-9][0-9]{2}\)?[-. ][0-9]{3}[-. ][0-9]{4}$"
PLAIN_LANDLINE = r"^0[1-9][0-9]{1,2}-?[2-9][0-9]{6,7}$"
REPEATED = r"(?:0{8}|1{8}|2{8}|3{8}|4{8}|5{8}|6{8}|7{8}|8{8}|9{8})$"
SHORTEST, LONGEST = 7, 15


def normalise(values: pl.Series, context: Context) -> Keyed:
    """Return the E.164 keys of telephone numbers."""
    chinese = _chinese_rows(values, context)
    mobile = values.str.contains(MOBILE)
    landline = values.str.contains(PLAIN_LANDLINE)
    fast = ((mobile | landline) & chinese).fill_null(False)
    plain = pl.DataFrame({"v": values, "l": landline}).filter(fast)
    bare = pl.when(pl.col("l")).then(pl.col("v").str.slice(1).str.replace("-", "", literal=True)).otherwise(pl.col("v"))
    key = plain.select((pl.lit("+86") + bare).alias("k"))["k"]
    key = key.set(key.str.contains(REPEATED), None) if key.str.contains(REPEATED).any() else key
    rest = ~fast & (values != "").fill_null(False)
    tagged = pl.DataFrame({"v": values, "c": chinese, "w": _western_rows(values, context)}).filter(rest)
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
    quick = key.is_null().to_frame("s").select(pl.when("s").then(PLACEHOLDER).otherwise(VALID).cast(STATUS))["literal"].rename("s")
    status = pl.concat([quick, found.status.rename("s")]).gather(where).fill_null(MISSING)
    return Keyed(pl.concat([key, found.key.rename("k")]).gather(where), status)


def _region_hints(tagged: pl.DataFrame, rest: pl.Series, context: Context) -> pl.Series:
    """Return the region that each application's other fields name: asked only for numbers without country code that are not Chinese."""
    nothing = pl.Series("h", [None], dtype=pl.String).new_from_index(0, tagged.height)
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
    """Judge distinct (value, region hint ``h``, Chinese ``c``, Western ``w``)."""
    cleaned = (
        clean(distinct["v"])
        .str.replace(EXTENSION, "")
        .str.replace_all(r"[‐‑‒–—―−]", "-")
        .str.replace(r"\(0\)", "")
        .str.replace(r"^\((\+|00)", "$1")
    )
    cleaned = cleaned.str.replace(r"^(.*?[0-9].{6,}?)[/,;、|].*$", "$1").str.strip_chars()
    international = cleaned.str.contains(r"^(?:\+|00[1-9])")
    digits = cleaned.str.replace(r"^(?:\+|00)", "", literal=False).str.replace_all(r"[^0-9]", "")
    foreign = cleaned.str.contains(r"[^0-9()+\-. /~\s\x{00A0}]")
    frame = pl.DataFrame(
        {
            "v": cleaned,
            "d": digits,
            "i": international,
            "h": distinct["h"],
            "c": distinct["c"],
            "w": distinct["w"],
            "bad": foreign | is_masked(cleaned),
        }
    )
    usable = (frame["d"].str.len_bytes().is_between(SHORTEST, LONGEST) & ~frame["bad"]).fill_null(False)
    key = pl.select(pl.when(usable).then(pl.coalesce(_international(frame), _national(frame, context), _digits_alone(frame))).alias("k"))[
        "k"
    ]
    keyed = judged("phone", cleaned, key)
    significant = digits.str.strip_chars_start("0")
    invented = (is_repeated(digits) | is_sequence(digits) | significant.str.contains(REPEATED)) & (digits.str.len_bytes() >= 3)
    invented = invented & keyed.status.is_in([VALID, MALFORMED])
    return Keyed(keyed.key.set(invented, None), keyed.status.set(invented, PLACEHOLDER))


def _international(frame: pl.DataFrame) -> pl.Series:
    """Return the keys of numbers that say their country."""
    return _with_code(frame["d"].set(~frame["i"].fill_null(False), None))


def _with_code(digits: pl.Series) -> pl.Series:
    """Return the keys of digits that begin with a country code and have a possible length; null for others."""
    digits = digits.str.replace(phone_plans.trunk_after_code(), "$1")
    masks = phone_plans.possible_lengths()
    code = digits.str.extract(phone_plans.code_pattern())
    mask = code.replace_strict(list(masks), list(masks.values()), default=0, return_dtype=pl.Int64).fill_null(0).to_numpy()
    rest = (digits.str.len_bytes().cast(pl.Int64) - code.str.len_bytes().cast(pl.Int64)).fill_null(0).to_numpy()
    possible = pl.Series((mask >> np.clip(rest, 0, 62)) & 1 == 1)
    return pl.DataFrame({"d": digits, "p": possible}).select(pl.when(pl.col("p")).then(pl.lit("+") + pl.col("d")).alias("k"))["k"]


def _national(frame: pl.DataFrame, context: Context) -> pl.Series:
    """Return the keys of numbers written without a country code."""
    default = context.settings.text("records.default_region")
    others = [region for region in context.settings.strings("identifiers.phone_regions") if region != default]
    hinted = [region for region in frame["h"].unique().sort() if region is not None]
    local = ~pl.col("i").fill_null(False)
    chinese = pl.col("v").str.contains(LANDLINE) & (pl.col("c") | (pl.col("h") == "CN").fill_null(False))
    grouped = pl.col("v").str.extract_groups(GROUPED_MOBILE)
    mainland = pl.col("c") | (pl.col("h") == "CN").fill_null(pl.lit(default == "CN"))
    steps: list[pl.Expr] = [
        pl.when(mainland).then(pl.lit("+86") + grouped.struct[0] + grouped.struct[1] + grouped.struct[2]),
        pl.when(chinese).then(pl.lit("+86") + pl.col("d").str.slice(1)),
        pl.when(pl.col("v").str.contains(NORTH_AMERICAN)).then(pl.lit("+") + pl.col("d")),
    ]
    steps += [pl.when(pl.col("h") == region).then(_valid(region, strict=False)) for region in hinted]
    if default == "CN":
        steps.append(pl.when(~pl.col("w")).then(pl.lit("+86") + grouped.struct[0] + grouped.struct[1] + grouped.struct[2]))
    steps += [pl.when(pl.col("h") == region).then(_possible(region)) for region in hinted]
    home = pl.coalesce(_valid(default, strict=False), _possible(default))
    steps += [pl.when(~pl.col("w")).then(home), *(_valid(region, strict=True) for region in others), home]
    done = frame.select(pl.when(local).then(pl.coalesce(steps)).alias("k"), pl.when(local).then(pl.col("d")).alias("d"))
    return done["k"].zip_with(done["k"].is_not_null(), _with_code(done["d"].set(done["d"].str.starts_with("0"), None)))


def _valid(region: str, strict: bool) -> pl.Expr:
    """Return the key where the digits are a number given out in ``region``; with ``strict`` only with its trunk prefix."""
    plan = phone_plans.plan(region)
    if plan is None:
        return pl.lit(None, dtype=pl.String)
    number, prefixed = _without_trunk(plan)
    fits = number.str.contains(plan.valid)
    if strict and plan.trunk_required:
        fits = fits & prefixed
    return pl.when(fits).then(pl.lit(f"+{plan.code}") + number)


def _possible(region: str) -> pl.Expr:
    """Return the key where the digits have a usual length in ``region`` and, where it has one, its trunk prefix."""
    plan = phone_plans.plan(region)
    if plan is None:
        return pl.lit(None, dtype=pl.String)
    number, prefixed = _without_trunk(plan)
    fits = number.str.len_bytes().is_in(sorted(plan.usual)) & (prefixed if plan.trunk_required else ~pl.col("d").str.starts_with("0"))
    return pl.when(fits).then(pl.lit(f"+{plan.code}") + number)


def _without_trunk(plan: phone_plans.Plan) -> tuple[pl.Expr, pl.Expr]:
    digits = pl.col("d")
    if not plan.trunk:
        return digits, pl.lit(True)
    prefixed = digits.str.starts_with(plan.trunk)
    return pl.when(prefixed).then(digits.str.slice(len(plan.trunk))).otherwise(digits), prefixed


def _digits_alone(frame: pl.DataFrame) -> pl.Series:
    """Return the digits themselves, without leading zeros, of whatever has enough of them."""
    bare = frame["d"].str.strip_chars_start("0")
    return bare.set((bare.str.len_bytes() < SHORTEST) | frame["i"], None)


KINDS = (
    Kind("phone", normalise, personal=True),
    Kind("employer_phone", normalise),
)
DERIVATIONS = (
    Derivation("phone_run.a", "phone.own", lambda keys: phone_runs(keys, "a")),
    Derivation("phone_run.b", "phone.own", lambda keys: phone_runs(keys, "b")),
)
