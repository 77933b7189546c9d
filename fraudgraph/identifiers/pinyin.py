"""Readings of Chinese characters without tones, with the readings that characters have as surnames (仇 is Qiu, 单 Shan, 曾 Zeng, 解
Xie)."""

from __future__ import annotations

import unicodedata
from functools import cache

from fraudgraph.identifiers import words


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
    listed = words.groups("surname_readings").get(surname)
    if listed is not None:
        return frozenset(letters(reading) for reading in listed)
    if len(surname) == 1:
        return readings(surname)
    return frozenset(first + second for first in readings(surname[0]) for second in readings(surname[1]))


def split(name: str) -> tuple[str, str]:
    """Return (surname, given name) of a Chinese name."""
    length = 2 if len(name) > 2 and name[:2] in _compound() else 1
    return name[:length], name[length:]


@cache
def _compound() -> frozenset[str]:
    return frozenset(words.listed("names", "compound_surnames"))


def sounds_like(given: str, word: str) -> bool:
    """Return whether Latin letters (without blanks) can be read off the characters ``given`` one after another."""
    if not given:
        return word == ""
    return any(word.startswith(reading) and sounds_like(given[1:], word[len(reading) :]) for reading in readings(given[0]))


def same_sound(first: str, second: str) -> bool:
    """Return whether two characters share a reading."""
    return not readings(first).isdisjoint(readings(second))


def _toneless(reading: str) -> str:
    decomposed = unicodedata.normalize("NFD", reading).replace("u\u0308", "v")
    return "".join(letter for letter in decomposed if letter.isascii() and letter.isalpha())
