"""Employers: the name without city and legal form, so that 北京鑫达科技有限公司 and 鑫达科技(北京) are one, as are "Wright, Davey &
Foster Ltd." and "Wright Davey and Foster".

A Western name of which only one word would remain keeps its legal form: "Walker PLC" and "Walker Ltd" are two companies of namesakes.
"""

from __future__ import annotations

import polars as pl

from fraudgraph.identifiers import placeholders, words
from fraudgraph.identifiers.divisions import divisions
from fraudgraph.identifiers.registry import PLACEHOLDER, VALID, Context, Keyed, Kind
from fraudgraph.identifiers.text import clean, fold_marks, has_cjk, in_two, judged

CHINESE_FORMS = r"(?:股份)?(?:有限)?(?:责任)?(?:集团)?(?:总)?公司$|\(?(?:集团|有限合伙|普通合伙|个体工商户)\)?$"
WESTERN_FORMS = words.stand_in("legal_forms")
_FORM = rf" (?:{words.alternatives(list(WESTERN_FORMS))})(?: co| kg)?$"


def normalise(values: pl.Series, context: Context) -> Keyed:
    """Return the keys of employers' names."""
    return in_two(values, pl.Series([False]).new_from_index(0, len(values)), pl.Series([], dtype=pl.String), _slow)


def _slow(values: pl.Series) -> Keyed:
    cleaned = clean(values)
    chinese = has_cjk(cleaned)
    keys = pl.concat([_chinese(cleaned.filter(chinese)).rename("k"), _western(cleaned.filter(~chinese)).rename("k")])
    order = pl.concat([chinese.arg_true(), (~chinese).arg_true()]).arg_sort()
    key = keys.gather(order)
    keyed = judged("employer", cleaned, key)
    generic = key.is_in(placeholders.words("employer")).fill_null(False) & (keyed.status == VALID)
    return Keyed(keyed.key.set(generic, None), keyed.status.set(generic, PLACEHOLDER))


def _chinese(values: pl.Series) -> pl.Series:
    table = divisions()
    places = "|".join([*table.provinces, *table.cities])
    bare = values.str.to_lowercase().str.replace_all(r"[^\p{Han}0-9a-z()]", "")
    core = bare.str.replace_all(rf"\((?:{places})(?:省|市)?\)", "").str.replace_all(r"[()]", "")
    core = core.str.replace(CHINESE_FORMS, "").str.replace(CHINESE_FORMS, "")
    stripped = core.str.replace(rf"^(?:(?:{places})(?:省|市|自治区)?){{1,2}}", "")
    core = stripped.zip_with(stripped.str.len_chars() >= 2, core)
    return core.set(core.str.len_chars() < 2, None)


def _western(values: pl.Series) -> pl.Series:
    text = (
        fold_marks(values)
        .str.replace_all(r"['’`´.]", "")
        .str.replace_all("&|\\+", " and ")
        .str.replace_all(r"[^\p{L}\p{N}]+", " ")
        .str.strip_chars()
    )
    text = text.str.replace(r" (gmbh|ag|ug|mbh)(?: and)? co (?:kg|ohg|kgaa)$", " $1")
    core = text.str.replace(_FORM, "").str.replace(r" and$", "")
    form = text.str.extract(r" (\S+)$").replace_strict(
        list(WESTERN_FORMS), list(WESTERN_FORMS.values()), default=None, return_dtype=pl.String
    )
    frame = pl.DataFrame({"t": text, "c": core, "f": form})
    single = ~pl.col("c").str.contains(" ") & pl.col("f").is_not_null()
    return frame.select(
        pl.when(pl.col("c").str.len_chars() < 2)
        .then(None)
        .when(single)
        .then(pl.col("c") + pl.lit(" ") + pl.col("f"))
        .otherwise(pl.col("c"))
        .alias("k")
    )["k"]


KINDS = (Kind("employer", normalise),)
