"""Do two names, written differently, belong to one person? A table of cases, each a way in which one name comes to be written in two ways.

Agreement alone never merges anybody: it is asked of two applications that share a telephone, a card, an ID number. So the cases lean towards
yes for spelling and towards no for what tells members of a family apart: two Chinese names of two characters must sound alike, a word of less
than four letters must be right, and a wrong *first* letter counts only in long words (Mary is not Gary).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl
from rapidfuzz.distance import OSA

from fraudgraph.identifiers import pinyin
from fraudgraph.identifiers.name import canonical
from fraudgraph.model import BoolArray

SHORTEST_TYPO = 4
"""Letters; a shorter word must be right."""
SHORTEST_FIRST_LETTER = 6
"""Letters; in a shorter word the first letter must be right."""


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
    """Return the name of the first case that makes two canonical names agree, None where none does."""
    for case in CASES:
        if case.agree(a, b):
            return case.name
    return None


def _equal(a: str, b: str) -> bool:
    return a == b


def _umlauts(a: str, b: str) -> bool:
    return _plain(a) == _plain(b)


def _joined(a: str, b: str) -> bool:
    return _latin(a) and _latin(b) and a.replace(" ", "") == b.replace(" ", "")


def _order(a: str, b: str) -> bool:
    if _latin(a) and _latin(b):
        return " " in a and sorted(_plain(a).split()) == sorted(_plain(b).split())
    return not _latin(a) and not _latin(b) and 2 <= len(a) <= 4 and len(a) == len(b) and a in (b[1:] + b[:1], b[-1:] + b[:-1])


def _parts_missing(a: str, b: str) -> bool:
    return _latin(a) and _latin(b) and _align(_plain(a).split(), _plain(b).split(), typos=0)


def _typo(a: str, b: str) -> bool:
    return _latin(a) and _latin(b) and _align(_plain(a).split(), _plain(b).split(), typos=1)


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


def _align(a: list[str], b: list[str], typos: int) -> bool:
    """Match every word of the shorter name with its own word of the longer: equal, an initial, or (``typos`` times) one typing error apart.

    Two words at least must match, one of them in full, letter for letter.
    """
    short, long = (a, b) if len(a) <= len(b) else (b, a)
    if len(short) < 2:
        return False
    left = list(long)
    unmatched = []
    full = 0
    for word in short:
        if word in left and len(word) > 1:
            left.remove(word)
            full += 1
        else:
            unmatched.append(word)
    for word in unmatched:
        found = next((other for other in left if _initial(word, other)), None)
        if found is None and typos:
            found = next((other for other in left if _one_error(word, other)), None)
            typos -= found is not None
        if found is None:
            return False
        left.remove(found)
    return full >= 1


def _initial(a: str, b: str) -> bool:
    return (len(a) == 1 or len(b) == 1) and a[0] == b[0]


def _one_error(a: str, b: str) -> bool:
    shortest = min(len(a), len(b))
    if shortest < SHORTEST_TYPO or abs(len(a) - len(b)) > 1 or OSA.distance(a, b, score_cutoff=1) > 1:
        return False
    return a[0] == b[0] or shortest >= SHORTEST_FIRST_LETTER or (a[0] == b[1] and a[1] == b[0])


def _latin(name: str) -> bool:
    return not any("\u3400" <= character <= "\u9fff" or character >= "\U00020000" for character in name)


def _plain(name: str) -> str:
    return name.replace("ae", "a").replace("oe", "o").replace("ue", "u")


CASES: tuple[Case, ...] = (
    Case("equal", ("Michelle Day", "MICHELLE  DAY"), _equal),
    Case("umlauts written out", ("Jürgen Groß", "Juergen Gross"), _umlauts),
    Case("words joined", ("Karl-Heinz Otto", "Karlheinz Otto"), _joined),
    Case("order of parts", ("Wei Zhang", "Zhang Wei"), _order),
    Case("initials and missing middle names", ("M L Day", "Michelle Laura Day"), _parts_missing),
    Case("one typing error", ("Michelle Day", "Michlele Day"), _typo),
    Case("pinyin and characters", ("张伟", "Wei Zhang"), _pinyin),
    Case("a character of the same sound", ("李小明", "李晓明"), _same_sound),
)
"""In this order; the first that agrees is the reason. Case, titles, accents, a comma and traditional characters are gone in the canonical name."""
