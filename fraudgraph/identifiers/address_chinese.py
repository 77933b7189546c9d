"""Chinese addresses: one canonical form ``district road no. estate N栋|M单元ROOM``.

Province and city are left out where the district's name is its alone in the country, and stand before it, short, where several cities
have a district of that name. 幢, 座, 号楼 and # are 栋; 9-1-1002 is 9栋1单元1002; 一单元 is 1单元; 室, 房, 户 and 小区 say nothing.
What comes after the ``|`` is the flat, what comes before it the building.
"""

from __future__ import annotations

from functools import cache

import polars as pl

from fraudgraph.identifiers.divisions import town
from fraudgraph.identifiers.text import distinct_codes, patch

_HEAD = r"^(\p{Han}{0,18})"
"""Characters that hold province, city and district of any address: few are distinct, so only these are taken apart."""
_NOISE = r"[^\p{Han}0-9a-z#\-]"
_UNITS = ("单元", "栋", "幢", "座", "号楼", "楼", "层", "室", "号", "门", "期", "区", "弄", "组", "队")


def canonical(values: pl.Series) -> pl.Series:
    """Return the canonical form of cleaned Chinese addresses, null where nothing is left but a town."""
    text = patch(values, values.str.contains("[A-Z]"), lambda part: part.str.to_lowercase())
    text = patch(text, text.str.contains(_NOISE), lambda part: part.str.replace_all(_NOISE, ""))
    heads, code = distinct_codes(text.str.extract(_HEAD))
    place = _administrative(heads)[code]
    body = pl.DataFrame({"v": text, "n": place["skip"]}).select(pl.col("v").str.slice(pl.col("n")).alias("b"))["b"]
    body = patch(body, body.str.contains_any(_TRADITIONAL), lambda part: part.str.replace_many(_TRADITIONAL, list("楼号栋门")))
    numerals = body.str.contains(r"[一二三四五六七八九十]+(?:单元|栋|幢|座|号|楼|层|室|门|期|弄|组|队)")
    body = patch(body, numerals, _numbers)
    unusual = body.str.contains(r"小区|[0-9a-z](?:号楼|幢|座|#|-|号院)|第[0-9]")
    body = patch(body, unusual, _spelling)
    block = body.str.contains("栋", literal=True)
    body = patch(body, block, lambda part: part.str.replace(r"([0-9a-z])(?:室|房间|房|户)$", "$1").str.replace(r"栋([0-9a-z])", "栋|$1"))
    body = patch(
        body,
        ~block & body.str.contains(r"[0-9a-z](?:室|房间|房|户)$"),
        lambda part: part.str.replace(r"([0-9a-z]+)(?:室|房间|房|户)$", "|$1"),
    )
    body = patch(body, ~block & body.str.contains(r"[层楼][0-9a-z]+$"), lambda part: part.str.replace(r"([0-9a-z]+)$", "|$1"))
    whole = pl.DataFrame({"a": place["name"], "b": body}).select(
        pl.when(pl.col("b").str.len_chars() >= 2).then(pl.col("a") + pl.col("b")).alias("k")
    )
    return whole["k"]


_TRADITIONAL = ["樓", "號", "棟", "門"]


def _spelling(values: pl.Series) -> pl.Series:
    return (
        values.str.replace_all(r"小区(第?[0-9a-z])", "$1")
        .str.replace_all(r"第([0-9])", "$1")
        .str.replace(r"(?:室|房间|房|户)$", "")
        .str.replace_all(r"([0-9a-z])(?:号楼|幢|座|#楼|#)", "${1}栋")
        .str.replace(r"([0-9a-z]+)-([0-9]+)-([0-9a-z]+)$", "${1}栋${2}单元${3}")
        .str.replace(r"([0-9a-z]+)-([0-9a-z]+)$", "${1}栋${2}")
        .str.replace_all("-", "", literal=True)
    )


def _numbers(values: pl.Series) -> pl.Series:
    words = _numerals()
    return values.str.replace_many(list(words), list(words.values()), leftmost=True)


@cache
def _numerals() -> dict[str, str]:
    """Return "十二单元" -> "12单元" for 1 to 99 and every word that a number stands before, the longest first."""
    digits = "一二三四五六七八九"
    spelled: dict[str, int] = {}
    for number in range(1, 100):
        tens, ones = divmod(number, 10)
        one = digits[ones - 1] if ones else ""
        text = one if tens == 0 else ("" if tens == 1 else digits[tens - 1]) + "十" + one
        spelled[text] = number
    table = {text + unit: f"{number}{unit}" for text, number in spelled.items() for unit in _UNITS}
    return dict(sorted(table.items(), key=lambda entry: (-len(entry[0]), entry[0])))


def _administrative(heads: pl.Series) -> pl.DataFrame:
    """Return for each head how many characters name the town (``skip``), and its canonical name (``name``)."""
    found = [town(head or "") for head in heads]
    return pl.DataFrame(
        {"name": [name for name, _ in found], "skip": [skip for _, skip in found]}, schema={"name": pl.String, "skip": pl.Int64}
    )
