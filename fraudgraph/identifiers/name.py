"""Names of people: one canonical spelling, and the surname.

A Western name becomes lower-case words without accents, titles and degrees, given names first, a generation last ("Day Jr., Mr Michael L." -> "michael
l day jr"). A Chinese name becomes simplified characters without blanks and titles. Whether two *different* canonical names may be one
person is `fraudgraph.identifiers.name_agreement`'s question.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

import numpy as np
import polars as pl

from fraudgraph.identifiers import placeholders
from fraudgraph.identifiers.text import clean, distinct_codes, fold_marks, has_cjk, patch

TITLES = (
    "mr mrs ms miss mx master dr drs prof professor sir dame lady lord rev reverend fr hon capt herr frau fraulein monsieur madame mademoiselle mme mlle "
    "senor senora senorita sr sra srta don dona sig signor signora dott dottssa dhr mevr mw mevrouw ing dipl"
).split()
DEGREES = "phd md dds dvm esq cpa obe mbe cbe msc bsc mba".split()
GENERATIONS = ("jr", "sr", "ii", "iii", "iv")
"""What tells a father from a son of the same name: stays at the end of the canonical name."""
CHINESE_TITLES = "先生|女士|小姐|太太|夫人|博士|教授|老师|医生|同志|经理|总经理|阿姨|师傅"
COMPOUND_SURNAMES = (
    "欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 濮阳 公冶 太叔 申屠 公孙 慕容 仲孙 钟离 长孙 宇文 司徒 鲜于 司空 闾丘 子车 "
    "亓官 司寇 巫马 公西 颛孙 壤驷 公良 漆雕 乐正 宰父 谷梁 拓跋 夹谷 轩辕 令狐 段干 百里 呼延 东郭 南门 羊舌 微生 公户 公玉 梁丘 左丘 东门 西门 第五 贺兰 纳兰 完颜 叶赫 欧阳"
).split()
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
    words = placeholders.words("name")
    spaced = cleaned.str.to_lowercase()
    usable = ~spaced.is_in(words) & ~table["name_key"].is_in(words)
    return table.select(pl.when(usable.fill_null(False)).then(pl.all()))


def _western(values: pl.Series) -> pl.DataFrame:
    lower = fold_marks(values).str.replace_all(r"['’`´]", "")
    lower = lower.str.replace_all(r"\bjunior\b", "jr").str.replace_all(r"\bsenior$", "sr").str.replace(rf"[, ]+(?:{'|'.join(DEGREES)})\.?\s*$", "")
    lower = lower.str.replace(rf", *({'|'.join(GENERATIONS)})\.?\s*$", " $1")
    ordered = patch(lower, lower.str.contains(","), lambda part: part.str.replace(r"^([^,]*),(.*)$", "$2 $1"))
    words = ordered.str.replace_all(rf"[^{_LETTER}]+", " ").str.strip_chars()
    for _ in range(2):
        words = words.str.replace(rf"^(?:{'|'.join(TITLES)}) (.+)$", "$1")
    frame = pl.DataFrame({"w": words})
    fits = pl.col("w").str.len_chars() >= 2
    return frame.select(
        pl.when(fits).then(pl.col("w")).alias("name_key"),
        pl.when(fits).then(pl.col("w").str.extract(rf"([^ ]+)(?: (?:{'|'.join(GENERATIONS)}))?$")).alias("surname"),
    )


def _chinese(values: pl.Series) -> pl.DataFrame:
    dotted = values.str.replace_all(r"[•・‧∙⋅.．]", "·")
    bare = dotted.str.replace_all(r"[^\p{Han}·]", "").str.strip_chars("·")
    simple = simplify(bare)
    untitled = simple.str.replace(rf"^(.{{2,}}?)(?:{CHINESE_TITLES})$", "$1")
    frame = pl.DataFrame({"w": untitled})
    fits = pl.col("w").str.len_chars() >= 2
    compound = pl.col("w").str.extract(rf"^({'|'.join(dict.fromkeys(COMPOUND_SURNAMES))}).").fill_null(pl.col("w").str.head(1))
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
