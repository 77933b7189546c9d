"""Numbers, times and values as a person reads them. Everything here returns plain text; the page escapes it."""

from __future__ import annotations

import math
import unicodedata
from datetime import date

from fraudgraph import masking

SHOWN = 28
"""Characters of a value that a page shows; the widest masked forms are shorter, a hostile one may have ten thousand."""

REVEALED = 100
"""Characters of a name or value that is shown plain."""

MARKS = 2
"""Combining marks kept on one character: enough for any script, too few to paint over the lines above."""

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip

_LARGE = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))


def show(value: object, limit: int = SHOWN) -> str:
    """Return ``value`` as one line of at most ``limit`` characters: no control, direction or invisible characters."""
    text = str(value)[: limit * 4]
    plain = text.isascii() and text.isprintable()  # most values are, and there are as many as gangs share
    line = " ".join((text if plain else _harmless(text)).split())
    return line if len(line) <= limit else f"{line[: limit - 1].rstrip()}…"


def _harmless(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for character in unicodedata.normalize("NFC", text):
        category = unicodedata.category(character)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if character.isspace():
            kept.append(" ")
        elif category[0] != "C" and marks <= MARKS:
            kept.append(character)
    return "".join(kept)


def name(given: str | None, limit: int) -> str:
    """Return a person's name as it may be shown, in at most ``limit`` characters; one that is revealed has more room."""
    return show(masking.name((given or "")[:200]), REVEALED if masking.is_revealed() else limit)


def count(number: float | None) -> str:
    """Return a whole number with thousands separated, ``–`` where unknown."""
    return "–" if number is None else f"{round(number):,}"


def amount(number: float | None) -> str:
    """Return an amount of money without its fraction, ``–`` where unknown."""
    return "–" if number is None or not math.isfinite(number) else f"{number:,.0f}"


def intent(number: float | None) -> str:
    """Return an intent or a mean of intents to two digits, ``–`` where unknown."""
    return "–" if number is None or not math.isfinite(number) else f"{number:.2f}"


def share(number: float | None) -> str:
    """Return a share as a percentage; small ones keep a digit more, so that 0.04 % is not 0.0 %."""
    if number is None or not math.isfinite(number):
        return "–"
    percent = 100 * number
    digits = 2 if 0 < percent < 1 else 1
    return f"{percent:.{digits}f} %"


def chance(probability: float | None) -> str:
    """Return a small probability as odds in words: ``1 in 2.4 million``."""
    if probability is None or not math.isfinite(probability):
        return "unknown"
    if probability <= 1e-15:
        return "under 1 in 10¹⁵"
    if probability >= 0.5:
        return f"{100 * probability:.0f} %"
    odds = 1 / probability
    for size, name in _LARGE:
        if odds >= size:
            return f"1 in {odds / size:,.3g} {name}" if odds / size < 1000 else f"1 in {odds / size:,.0f} {name}"
    return f"1 in {odds:,.0f}" if odds >= 10 else f"1 in {odds:.1f}"


def exact(probability: float | None) -> str:
    """Return a probability for a table of figures: six decimals, or three digits and an exponent where that shows nothing."""
    if probability is None or not math.isfinite(probability):
        return ""
    return f"{probability:.6f}" if probability == 0 or probability >= 1e-4 else f"{probability:.3e}"


def plural(number: int, one: str, many: str | None = None) -> str:
    """Return ``1 gang``, ``12 gangs``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def day(moment: date) -> str:
    """Return ``3 January 2026``."""
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"


def days(first: date | None, last: date | None) -> str:
    """Return a span of days without saying anything twice: ``3–19 March 2026``, ``28 May – 2 June 2026``."""
    if first is None or last is None:
        return "unknown days"
    if (first.year, first.month) == (last.year, last.month):
        if first.day == last.day:
            return day(first)
        return f"{first.day}–{day(last)}"
    if first.year == last.year:
        return f"{first.day} {_MONTHS[first.month - 1]} – {day(last)}"
    return f"{day(first)} – {day(last)}"


def month(year: int, number: int) -> str:
    """Return ``Jan 2026``."""
    return f"{_MONTHS[number - 1][:3]} {year}"


def months(first: date, last: date) -> str:
    """Return the months of two days: ``January 2026``, ``March – May 2026``, ``December 2025 – May 2026``."""
    end = f"{_MONTHS[last.month - 1]} {last.year}"
    if (first.year, first.month) == (last.year, last.month):
        return end
    start = _MONTHS[first.month - 1]
    return f"{start} – {end}" if first.year == last.year else f"{start} {first.year} – {end}"


def shortened(text: str) -> str:
    """Return ``text`` with the names of months cut to three letters."""
    for name in _MONTHS:
        text = text.replace(name, name[:3])
    return text


def listed(parts: list[str]) -> str:
    """Return ``a, b and c``."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""
