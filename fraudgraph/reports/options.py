"""What the settings say about every report: how sure an interval is, and which grades count as high."""

from __future__ import annotations

from fraudgraph.errors import ConfigurationError
from fraudgraph.reports.hits import GRADES
from fraudgraph.settings import Settings


def confidence_of(settings: Settings) -> float:
    """Return the confidence of every interval, 0-1; raise ConfigurationError where it cannot be one."""
    confidence = settings.number("reports.confidence")
    if not 0 < confidence < 1:
        raise ConfigurationError(f"reports.confidence must lie between 0 and 1, not be {confidence:g}")
    return confidence


def high_grades_of(settings: Settings) -> tuple[str, ...]:
    """Return the grades that count as high, worst first; raise ConfigurationError where there are none, or others than there are."""
    named = settings.strings("reports.high_grades")
    high = tuple(grade for grade in GRADES if grade in named)
    if not high or set(named) - set(GRADES):
        raise ConfigurationError(f"reports.high_grades must name some of the grades {', '.join(GRADES)}")
    return high
