"""Shares, differences and chances as tables of a report have them, in percent and percentage points without their signs."""

from __future__ import annotations

from fraudgraph.reports.statistics import Interval


def percent(value: float) -> str:
    """Return a share in percent; small ones keep a digit more."""
    return f"{100 * value:.{2 if 0 < value < 0.01 else 1}f}"


def between(interval: Interval) -> str:
    """Return an interval in percent, ``8.1–17.9``."""
    return f"{percent(interval[0])}–{percent(interval[1])}"


def points(value: float) -> str:
    """Return a difference of shares in percentage points with its sign, ``+23.1``."""
    return f"{100 * value:+.1f}".replace("-", "−")


def points_between(interval: Interval) -> str:
    """Return ``+16.5 to +31.2``."""
    return f"{points(interval[0])} to {points(interval[1])}"


def p_value(value: float) -> str:
    """Return a p value: four decimals, two where it is no news, an exponent where it is tiny."""
    if value < 0.0001:
        return f"{value:.1e}" if value >= 1e-15 else "under 1e-15"
    return f"{value:.4f}" if value < 0.1 else f"{value:.2f}"
