"""The monthly report as rows: one flat table for CSV and JSON, whose column ``about`` says what a row is.

- ``period``: a calendar month, or a part of the one that the break cuts in two;
- ``matched``: the same days of the other year, beside the ``period`` that they are matched with;
- ``grade``: gangs of the last months by grade, for what analysts made of them (``grade`` is empty in the row of all);
- ``comparison``: one measure before and after; ``measure`` is ``high_share`` or ``hit_rate``, ``scope`` says which days.

A column that a row has nothing to say of is empty (CSV) or left out (JSON). Shares have six digits.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fraudgraph.reports.hits import GRADES
from fraudgraph.reports.monthly import Comparison, Monthly, Reviewed
from fraudgraph.reports.periods import Tally
from fraudgraph.reports.statistics import Side, significant, wilson

DIGITS = 6


def _share_columns(name: str) -> tuple[str, str, str]:
    return name, f"{name}_low", f"{name}_high"


COLUMNS = (
    "about", "period", "from", "to", "applications", "hits", *_share_columns("hit_rate"),
    *(column for grade in GRADES for column in (f"grade_{grade}", *_share_columns(f"share_{grade}"))),
    "high", *_share_columns("high_share"), *_share_columns("high_of_hits"),
    "grade", "gangs", "reviewed", "confirmed", "suspicious", "dismissed", *_share_columns("precision"),
    "capacity_gangs", "capacity_reviewed", "capacity_confirmed", "capacity_dismissed", *_share_columns("capacity_precision"),
    "scope", "measure", "before", "before_hits", "before_applications", "before_share", "after", "after_hits", "after_applications",
    "after_share", "difference", "difference_low", "difference_high", "p_value", "test",
    "design_effect", "difference_low_by_gang", "difference_high_by_gang", "p_by_gang",
)  # fmt: skip


def rows(report: Monthly) -> list[dict[str, Any]]:
    """Return all rows, each with those of `COLUMNS` that it has something to say of."""
    reviewed = dict(zip(report.tallies, report.reviewed, strict=True))
    found = [{"about": "period", **_tally(report, tally), **_reviewed(report, reviewed[tally])} for tally in report.tallies]
    found += [{"about": "matched", **_tally(report, tally), "period": period.name} for period, tally in report.matched]
    for graded in report.by_grade:
        days = {"from": graded.period.first.isoformat(), "to": graded.period.last.isoformat()}
        found.append({"about": "grade", **days, "grade": graded.grade, **_reviewed(report, graded)})
    found += [{"about": "comparison", **_comparison(comparison)} for comparison in report.comparisons]
    return found


def _tally(report: Monthly, tally: Tally) -> dict[str, Any]:
    period, high = tally.period, tally.of_grades(report.options.high)
    row: dict[str, Any] = {"period": period.name, "from": period.first.isoformat(), "to": period.last.isoformat()}
    row |= {"applications": tally.applications, "hits": tally.hits, **_share(report, "hit_rate", tally.side())}
    for grade in GRADES:
        row |= {f"grade_{grade}": tally.of_grades((grade,)), **_share(report, f"share_{grade}", tally.side((grade,)))}
    row |= {"high": high, **_share(report, "high_share", tally.side(report.options.high))}
    return row | _share(report, "high_of_hits", Side(high, tally.hits))


def _reviewed(report: Monthly, reviewed: Reviewed) -> dict[str, Any]:
    all_, looked = reviewed.all, reviewed.at_capacity
    return {
        "gangs": all_.gangs,
        "reviewed": all_.reviewed,
        "confirmed": all_.confirmed,
        "suspicious": all_.suspicious,
        "dismissed": all_.dismissed,
        **_share(report, "precision", all_.precision),
        "capacity_gangs": looked.gangs,
        "capacity_reviewed": looked.reviewed,
        "capacity_confirmed": looked.confirmed,
        "capacity_dismissed": looked.dismissed,
        **_share(report, "capacity_precision", looked.precision),
    }


def _share(report: Monthly, name: str, side: Side) -> dict[str, Any]:
    return dict(zip(_share_columns(name), _with_ends(side, report.options.confidence), strict=True))


def _with_ends(side: Side, confidence: float) -> Iterator[float | None]:
    interval = wilson(side.hits, side.trials, confidence)
    for value in (side.share, *(interval or (None, None))):
        yield None if value is None else round(value, DIGITS)


def _comparison(comparison: Comparison) -> dict[str, Any]:
    first, second, found = comparison.first, comparison.second, comparison.difference
    row: dict[str, Any] = {
        "scope": comparison.scope,
        "measure": comparison.measure,
        "before": comparison.before.name,
        "before_hits": first.hits,
        "before_applications": first.trials,
        "before_share": None if first.share is None else round(first.share, DIGITS),
        "after": comparison.after.name,
        "after_hits": second.hits,
        "after_applications": second.trials,
        "after_share": None if second.share is None else round(second.share, DIGITS),
    }
    if found is not None:
        row |= {
            "difference": round(found.value, DIGITS),
            "difference_low": round(found.interval[0], DIGITS),
            "difference_high": round(found.interval[1], DIGITS),
            "p_value": significant(found.p_value),
            "test": found.test,
            "design_effect": round(found.effect, 3),
            "difference_low_by_gang": round(found.interval_by_clump[0], DIGITS),
            "difference_high_by_gang": round(found.interval_by_clump[1], DIGITS),
            "p_by_gang": significant(found.p_by_clump),
        }
    return row
