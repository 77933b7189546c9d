"""Names of people: one canonical spelling, and the surname.

A Western name becomes lower-case words without accents, titles and degrees, given names first, a generation last ("Day Jr., Mr Michael
L." -> "michael l day jr"). A Chinese name becomes simplified characters without blanks and titles. Whether two *different* canonical
names may be one person is `fraudgraph.identifiers.name_agreement`'s question.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

import numpy as np
import polars as pl

from fraudgraph.identifiers import placeholders, words
from fraudgraph.identifiers.text import clean, distinct_codes, fold_marks, has_cjk, patch

GENERATIONS = ("jr", "sr", "ii", "iii", "iv")
"""What tells a father from a son of the same name: stays at the end of the canonical name."""
_LETTER = r"\p{L}"


def names(values: pl.Series) -> pl.DataFrame:
    """Return ``name_key`` and ``surname`` of each name as given: both null where it is empty, a stand-in (N/A, 测试) or no name."""
    distinct, code = distinct_codes(values)
    return _distinct(distinct)[code]


def canonical(values: pl.Series) -> pl.Series:
    """Return ``name_key`` alone."""
    return names(values)["name_key"]


def _distinct(values: pl.Series) -> pl.DataFrame:
    cleaned = clean(values)
    chinese = has_cjk(cleaned).fill_null(False)
    east, west = _chinese(cleaned.filter(chinese)), _western(cleaned.filter(~chinese))
    order = np.argsort(np.concatenate([np.flatnonzero(chinese.to_numpy()), np.flatnonzero(~chinese.to_numpy())]), kind="stable")
    table = pl.concat([east, west])[order]
    stand_ins = placeholders.words("name")
    usable = ~cleaned.str.to_lowercase().is_in(stand_ins) & ~table["name_key"].is_in(stand_ins)
    return table.select(pl.when(usable.fill_null(False)).then(pl.all()))


def _western(values: pl.Series) -> pl.DataFrame:
    titled = words.alternatives(words.listed("names", "titles"))
    degrees = words.alternatives(words.listed("names", "degrees"))
    ends = "|".join(GENERATIONS)
    lower = fold_marks(values).str.replace_all(r"['’`´]", "").str.replace(r"\bjunior\b", "jr").str.replace(r"\bsenior$", "sr")
    lower = lower.str.strip_chars(" .,").str.replace(rf"[, ]+(?:{degrees})$", "")
    generation = lower.str.extract(rf"[, ]({ends})$").fill_null("")
    lower = lower.str.replace(rf"[, ]+(?:{ends})$", "").str.replace(rf"^(?:(?:{titled})[. ]+)+(.+)$", "$1")
    lower = patch(lower, lower.str.contains(","), lambda part: part.str.replace(r"^([^,]*),(.*)$", "$2 $1"))
    lower = lower.str.replace_all(rf"[^{_LETTER}]+", " ").str.strip_chars().str.replace(rf"^(?:(?:{titled}) )+(.+)$", "$1")
    turned = pl.when(pl.col("g") == "").then(pl.col("w")).otherwise(pl.col("w") + pl.lit(" ") + pl.col("g"))
    frame = pl.DataFrame({"w": lower, "g": generation}).select(turned.alias("w"))
    fits = pl.col("w").str.len_chars() >= 2
    return frame.select(
        pl.when(fits).then(pl.col("w")).alias("name_key"),
        pl.when(fits).then(pl.col("w").str.extract(rf"([^ ]+)(?: (?:{'|'.join(GENERATIONS)}))?$")).alias("surname"),
    )


def _chinese(values: pl.Series) -> pl.DataFrame:
    dotted = values.str.replace_all(r"[•・‧∙⋅.．]", "·")
    bare = dotted.str.replace_all(r"[^\p{Han}·]", "").str.strip_chars("·")
    simple = simplify(bare)
    untitled = simple.str.replace(rf"^(.{{2,}}?)(?:{words.alternatives(words.listed('names', 'chinese_titles'))})$", "$1")
    frame = pl.DataFrame({"w": untitled})
    fits = pl.col("w").str.len_chars() >= 2
    compound = (
        pl.col("w").str.extract(rf"^({words.alternatives(words.listed('names', 'compound_surnames'))}).").fill_null(pl.col("w").str.head(1))
    )
    surname = pl.coalesce(pl.col("w").str.extract(r"·([^·]+)$"), compound)
    return frame.select(pl.when(fits).then(pl.col("w")).alias("name_key"), pl.when(fits).then(surname).alias("surname"))


def simplify(values: pl.Series) -> pl.Series:
    """Return the text in simplified characters (OpenCC's own table of characters)."""
    table = traditional()
    return values.str.replace_many(list(table), list(table.values()))


@cache
def traditional() -> dict[str, str]:
    """Return traditional character -> simplified, as OpenCC has it."""
    text = resources.files("opencc").joinpath("dictionary", "TSCharacters.txt").read_text(encoding="utf-8")
    pairs = (line.split("\t") for line in text.splitlines() if "\t" in line)
    return {old: new.split(" ")[0] for old, new in pairs if old != new.split(" ")[0]}
