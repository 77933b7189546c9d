"""Readings of Chinese characters without tones, with the readings that characters have as surnames (仇 is Qiu, 单 Shan, 曾 Zeng, 解 Xie)."""

from __future__ import annotations

import unicodedata
from functools import cache

from fraudgraph.identifiers.name import COMPOUND_SURNAMES

SURNAME_READINGS = {
    "单": "shan", "仇": "qiu", "曾": "zeng", "解": "xie", "任": "ren", "区": "ou", "查": "zha", "盖": "ge gai", "朴": "piao park pu", "乐": "yue le", "缪": "miao", "翟": "zhai di",
    "冼": "xian", "洗": "xian", "逄": "pang", "员": "yun", "黑": "he hei", "繁": "po", "覃": "qin tan", "宓": "mi fu", "那": "na", "秘": "bi", "折": "she", "种": "chong", "重": "chong",
    "祭": "zhai", "句": "gou", "尉": "wei yu", "牟": "mou mu", "柏": "bai bo", "谌": "chen shen", "隗": "wei kui", "召": "shao", "燕": "yan", "华": "hua", "宁": "ning", "纪": "ji",
    "万俟": "moqi", "尉迟": "yuchi", "令狐": "linghu", "长孙": "zhangsun", "澹台": "tantai", "夏侯": "xiahou", "呼延": "huyan", "宇文": "yuwen", "乐正": "yuezheng", "鲜于": "xianyu", "子车": "ziju",
    "吕": "lu lv lyu", "郦": "li", "秦": "qin", "盛": "sheng", "沈": "shen", "石": "shi", "贾": "jia", "哈": "ha", "车": "che", "褚": "chu", "藏": "zang", "臧": "zang", "晟": "cheng",
}  # fmt: skip


def letters(text: str) -> str:
    """Fold spellings of one sound: lv, lyu and lü are lu; nv and nyu are nu."""
    for old, new in (("lyu", "lu"), ("nyu", "nu"), ("lv", "lu"), ("nv", "nu")):
        text = text.replace(old, new)
    return text


@cache
def readings(character: str) -> frozenset[str]:
    """Return the toneless readings of one character; none where it has none."""
    from pypinyin.constants import PINYIN_DICT

    marked = PINYIN_DICT.get(ord(character), "")
    return frozenset(letters(_toneless(reading)) for reading in marked.split(",") if reading)


@cache
def surname_readings(surname: str) -> frozenset[str]:
    """Return the readings of a surname of one or two characters."""
    if surname in SURNAME_READINGS:
        return frozenset(letters(reading) for reading in SURNAME_READINGS[surname].split())
    if len(surname) == 1:
        return readings(surname)
    return frozenset(first + second for first in readings(surname[0]) for second in readings(surname[1]))


def split(name: str) -> tuple[str, str]:
    """Return (surname, given name) of a Chinese name."""
    length = 2 if len(name) > 2 and name[:2] in _COMPOUND else 1
    return name[:length], name[length:]


_COMPOUND = frozenset(COMPOUND_SURNAMES)


def sounds_like(given: str, word: str) -> bool:
    """Return whether Latin letters (without blanks) can be read off the characters ``given`` one after another."""
    if not given:
        return word == ""
    return any(word.startswith(reading) and sounds_like(given[1:], word[len(reading) :]) for reading in readings(given[0]))


def same_sound(first: str, second: str) -> bool:
    """Return whether two characters share a reading."""
    return not readings(first).isdisjoint(readings(second))


def _toneless(reading: str) -> str:
    decomposed = unicodedata.normalize("NFD", reading.replace("ü", "v").replace("ǖ", "v").replace("ǘ", "v").replace("ǚ", "v").replace("ǜ", "v"))
    return "".join(letter for letter in decomposed if letter.isascii() and letter.isalpha())
