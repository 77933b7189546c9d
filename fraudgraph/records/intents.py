"""The fraud intent: on 0-1 as it comes, or linearly from the scale that the setting records.intent_scale names.

A column that is plainly on another scale is asked about, never rejected value by value.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import polars as pl

from fraudgraph.errors import ConfigurationError
from fraudgraph.model import MICRO
from fraudgraph.records.headers import shown

_SCALE = re.compile(r"^(?P<low>-?\d+(?:\.\d+)?)-(?P<high>-?\d+(?:\.\d+)?)(?P<safer>:safer)?$")


@dataclass(frozen=True)
class Scale:
    """From which numbers an intent is read. ``safer``: a higher number means less fraud."""

    low: float = 0.0
    high: float = 1.0
    safer: bool = False
    given: str = ""
    """As the setting says it; empty where it says nothing."""

    @property
    def reason(self) -> str:
        return f"outside the scale {self.given}" if self.given else "outside 0-1"


def scale(setting: str) -> Scale:
    """Read "", "0-100" or "300-850:safer"; raise ConfigurationError for anything else."""
    if not setting.strip():
        return Scale()
    match = _SCALE.match(setting.replace(" ", ""))
    if match is None or not float(match["low"]) < float(match["high"]):
        raise ConfigurationError(f"an intent scale is MIN-MAX or MIN-MAX:safer (0-100, 300-850:safer), not {setting!r}")
    return Scale(float(match["low"]), float(match["high"]), match["safer"] is not None, setting.strip())


def check_scale(numbers: pl.Series, wanted: Scale, header: str, file: str) -> None:
    """Raise ConfigurationError where no scale is set and more than half of a file's intents (Float64) lie outside 0-1."""
    known = numbers.len() - numbers.null_count()
    outside = int((~numbers.is_between(0.0, 1.0)).sum())
    if wanted.given or outside * 2 <= known:
        return
    low, high = _float(numbers.min()), _float(numbers.max())
    example = f"{math.floor(min(low, 0.0)):g}-{_round_up(high):g}"
    raise ConfigurationError(
        f"{file}: {outside:,} of {known:,} numbers under {shown(header)}, taken as the fraud intent, lie outside 0-1 "
        f"(they run from {low:g} to {high:g}); say their scale with --intent-scale 0-100|MIN-MAX[:safer], "
        f"for instance --intent-scale {example}, "
        "with :safer where a higher number means less fraud"
    )


def _float(value: object) -> float:
    assert isinstance(value, float)  # there is at least one number outside 0-1
    return value


def _round_up(high: float) -> float:
    """Return the next of 1, 10, 100, 1000 ... (a guess at where a scale ends)."""
    return float(10 ** max(math.ceil(math.log10(high)), 0)) if high > 1 else 1.0


def apply(numbers: pl.Series, wanted: Scale) -> tuple[pl.Series, pl.Series]:
    """Return (Float64, Boolean): the intents in millionths of 0-1, and where a number is off the scale."""
    bad = ~numbers.is_between(wanted.low, wanted.high).fill_null(True)
    values = numbers.set(bad, None) if bad.any() else numbers
    if wanted.given:
        values = (values - wanted.low) / (wanted.high - wanted.low)
        values = 1.0 - values if wanted.safer else values
    return ((values * MICRO).round(0) / MICRO + 0.0).alias(numbers.name), bad  # + 0.0: no minus zero
