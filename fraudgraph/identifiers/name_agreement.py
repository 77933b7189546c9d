"""Do two names, written differently, belong to one person? A table of cases, each a way in which one name comes to be written in two ways.

Agreement alone never merges anybody: it is asked of two applications that share a telephone, a card, an ID number. So the cases lean
towards yes for spelling and towards no for what tells members of a family apart: two Chinese names of two characters must sound alike,
a word of less than four letters must be right, a given name's first letter may be wrong only in long words, and an initial stands for a
name in its own place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl
from rapidfuzz.distance import OSA

from fraudgraph.identifiers import pinyin
from fraudgraph.identifiers.given_names import same_given_name
from fraudgraph.identifiers.name import GENERATIONS, canonical
from fraudgraph.model import BoolArray

SHORTEST_TYPO = 4
"""Letters of the longer of two words; a shorter word must be right."""
SHORTEST_FIRST_LETTER = 6
"""Letters; in a shorter given name the first letter must be right (Mary is not Gary)."""
SHORTEST_WHOLE = 8
"""Letters and blanks; from this length on a letter typed in place of a blank is a typing error."""

Match = Callable[[str, str], bool]


@dataclass(frozen=True)
class Case:
    """One way in which the same name comes to be written differently."""

    name: str
    example: tuple[str, str]
    agree: Callable[[str, str], bool]
    """Of two canonical names."""


def name_agreement(a: pl.Series, b: pl.Series) -> BoolArray:
    """Return, pair by pair, whether the names agree; a name that is missing or unusable agrees with none. Names may be raw or canonical."""
    pairs = pl.DataFrame({"a": canonical(a), "b": canonical(b)})
    same = pairs.select((pl.col("a") == pl.col("b")).fill_null(False).alias("s"))["s"].to_numpy()
    open_ = pairs.with_row_index("i").filter(~pl.Series(same) & pairs["a"].is_not_null() & pairs["b"].is_not_null())
    result = same.copy()
    if open_.is_empty():
        return np.asarray(result)
    ordered = open_.select("i", pl.min_horizontal("a", "b").alias("a"), pl.max_horizontal("a", "b").alias("b"))
    distinct = ordered.select("a", "b").unique()
    verdict = [agree(first, second) is not None for first, second in distinct.iter_rows()]
    known = distinct.with_columns(pl.Series("y", verdict, dtype=pl.Boolean))
    found = ordered.join(known, on=["a", "b"], how="left")
    result[found["i"].to_numpy()] = found["y"].to_numpy()
    return np.asarray(result)


def agree(a: str, b: str) -> str | None:
    """Return the name of the first case that makes two canonical names agree, None where none does.

    A father and a son of one name (Sr and Jr) never agree; a generation that only one of the two names gives says nothing.
    """
    first, second = _generation(a), _generation(b)
    if first and second and first != second:
        return None
    for case in CASES:
        if case.agree(a, b):
            return case.name
    return None


def _equal(a: str, b: str) -> bool:
    return a == b


def _umlauts(a: str, b: str) -> bool:
    return _latin(a) and _latin(b) and (_plain(a) == _plain(b) or _aligned(_plain(a), _plain(b), _initial))


def _joined(a: str, b: str) -> bool:
    return _latin(a) and _latin(b) and a.replace(" ", "") == b.replace(" ", "")


def _order(a: str, b: str) -> bool:
    if _latin(a) and _latin(b):
        return " " in a and sorted(a.split()) == sorted(b.split())
    return not _latin(a) and not _latin(b) and 2 <= len(a) <= 4 and len(a) == len(b) and a in (b[1:] + b[:1], b[-1:] + b[:-1])


def _parts_missing(a: str, b: str) -> bool:
    return _latin(a) and _latin(b) and _aligned(a, b, _initial)


def _short_form(a: str, b: str) -> bool:
    return _latin(a) and _latin(b) and _aligned(a, b, lambda one, other: _initial(one, other) or same_given_name(one, other))


def _typo(a: str, b: str) -> bool:
    if not (_latin(a) and _latin(b)):
        return False
    first, second = _words(a), _words(b)
    if abs(len(first) - len(second)) == 1 and min(len(a), len(b)) >= SHORTEST_WHOLE and OSA.distance(a, b, score_cutoff=1) <= 1:
        return True
    shorter, longer = sorted((first, second), key=len)
    for index, word in enumerate(shorter):
        for other in longer:
            if word != other and _one_error(word, other, is_last=index == len(shorter) - 1):
                mended = [*shorter[:index], other, *shorter[index + 1 :]]
                if _aligned_words(mended, longer, _initial) and _full_words(shorter, longer):
                    return True
    return False


def _pinyin(a: str, b: str) -> bool:
    if _latin(a) == _latin(b):
        return False
    chinese, latin = (b, a) if _latin(a) else (a, b)
    surname, given = pinyin.split(chinese.replace("·", ""))
    words = [pinyin.letters(word) for word in latin.split()]
    if not given or len(words) > 4:
        return False
    sounds = pinyin.surname_readings(surname)
    whole = "".join(words)
    if len(words) == 1:
        return any(whole.startswith(sound) and pinyin.sounds_like(given, whole[len(sound) :]) for sound in sounds)
    first = words[0] in sounds and pinyin.sounds_like(given, "".join(words[1:]))
    last = words[-1] in sounds and pinyin.sounds_like(given, "".join(words[:-1]))
    return first or last


def _same_sound(a: str, b: str) -> bool:
    if _latin(a) or _latin(b) or len(a) != len(b) or len(a) < 2:
        return False
    different = [(one, other) for one, other in zip(a, b, strict=True) if one != other]
    same_surname = a[0] == b[0]
    if len(different) > 1 and not (same_surname and len(different) < len(a)):
        return False
    return all(pinyin.same_sound(one, other) for one, other in different)


def _aligned(a: str, b: str, match: Match) -> bool:
    return _aligned_words(_words(a), _words(b), match)


def _aligned_words(a: list[str], b: list[str], match: Match) -> bool:
    """Return whether one name is the other with given names shortened or left out, in either order of surname and given names."""
    short, long = (a, b) if len(a) <= len(b) else (b, a)
    if len(short) < 2 or not _full_words(short, long):
        return False
    turned = [*long[1:], long[0]]
    if any(_given_match(short, form, match) for form in (long, turned)):
        return True
    return len(long) > len(short) and short == long[: len(short)] and all(len(word) > 1 for word in short)


def _given_match(short: list[str], long: list[str], match: Match) -> bool:
    """Surnames (last words) equal, first given names matching, the other given names of the shorter found in order in the longer."""
    if short[-1] != long[-1] or not (short[0] == long[0] or match(short[0], long[0])):
        return False
    rest = iter(long[1:-1])
    return all(any(word == other or match(word, other) for other in rest) for word in short[1:-1])


def _full_words(a: list[str], b: list[str]) -> bool:
    return any(len(word) > 1 and word in b for word in a)


def _initial(a: str, b: str) -> bool:
    return (len(a) == 1 or len(b) == 1) and a[0] == b[0]


def _one_error(a: str, b: str, is_last: bool) -> bool:
    short, long = sorted((len(a), len(b)))
    if short < SHORTEST_TYPO - 1 or long < SHORTEST_TYPO or OSA.distance(a, b, score_cutoff=1) > 1:
        return False
    if a[0] == b[0] or is_last or short != long:
        return True
    return short >= SHORTEST_FIRST_LETTER or (a[0] == b[1] and a[1] == b[0])


def _latin(name: str) -> bool:
    return not any("\u3400" <= character <= "\u9fff" or character >= "\U00020000" for character in name)


def _words(name: str) -> list[str]:
    words = name.split()
    return words[:-1] if len(words) > 2 and words[-1] in GENERATIONS else words


def _generation(name: str) -> str:
    last = name.rpartition(" ")[2]
    return last if last in GENERATIONS else ""


def _plain(name: str) -> str:
    return name.replace("ae", "a").replace("oe", "o").replace("ue", "u")


CASES: tuple[Case, ...] = (
    Case("equal", ("Michelle Day", "MICHELLE  DAY"), _equal),
    Case("words joined", ("Karl-Heinz Otto", "Karlheinz Otto"), _joined),
    Case("order of parts", ("Wei Zhang", "Zhang Wei"), _order),
    Case("initials and missing middle names", ("M L Day", "Michelle Laura Day"), _parts_missing),
    Case("umlauts written out", ("Jürgen Groß", "Juergen Gross"), _umlauts),
    Case("a generation left out", ("Henry Boyd", "Henry Boyd Jr"), lambda a, b: _words(a) == _words(b)),
    Case("short form of a given name", ("Dave Foster", "David Foster"), _short_form),
    Case("one typing error", ("Michelle Day", "Michlele Day"), _typo),
    Case("pinyin and characters", ("张伟", "Wei Zhang"), _pinyin),
    Case("a character of the same sound", ("李小明", "李晓明"), _same_sound),
)
"""In this order; the first that agrees is the reason. Case, titles, accents, a comma and traditional characters are gone in the
canonical name."""
