"""``fraudgraph report monthly``: hit grades by month, before and after a break."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fraudgraph.cli import options, show
from fraudgraph.cli.voice import Voice

if TYPE_CHECKING:
    from rich.console import RenderableType

    from fraudgraph.reports.monthly import Monthly, Reviewed
    from fraudgraph.reports.statistics import Side

WIDE = 108
"""Characters of a line from which hits and grades stand in one table."""


@click.command(short_help="Hit grades by month, before and after a break.")
@click.option("--break", "cut", type=options.Day(), metavar="DATE", help="Day from which things changed: its month is cut in two.")
@click.option("--compare-year", type=int, metavar="YEAR", help="Compare with the same days, counted from the lunar new year, of YEAR.")
@click.option("--out", type=click.Path(path_type=Path), help="Page to write (FILE.html), or a folder for page, CSV and JSON.")
@options.counting
@click.pass_obj
def monthly(
    voice: Voice,
    /,
    cut: date | None,
    compare_year: int | None,
    out: Path | None,
    store: str,
    config: Path | None,
    as_of: date | None,
    shown_as: str,
) -> int:
    """Applications, hits and grades by month, every share with its count and its interval; with --break the month in two, and what
    changed: differences, their intervals and tests. With labels also how many of the gangs were confirmed.

    Without --compare-year the year before that of the break is compared where the book has it.

    \b
    Examples:
      fraudgraph report monthly
      fraudgraph report monthly --break 2020-01-22 --out monthly.html
      fraudgraph report monthly --break 2020-01-22 --format csv > monthly.csv
    """
    with voice.progress() as progress:
        from fraudgraph.reports import keeping, monthly_page, monthly_rows
        from fraudgraph.reports import monthly as reports
        from fraudgraph.settings import load

        with options.book(store, config, as_of) as reader, progress.stage("counting by month"):
            found = reports.monthly(reader, load(config), cut, compare_year)
            page = monthly_page.page(found, reader) if out else ""
        rows = monthly_rows.rows(found)
        written = keeping.keep(out, "monthly", page, rows, monthly_rows.COLUMNS) if out else []
    if shown_as == "json":
        show.as_json([{key: value for key, value in row.items() if value is not None} for row in rows])
    elif shown_as == "csv":
        show.as_csv([{column: row.get(column) for column in monthly_rows.COLUMNS} for row in rows], monthly_rows.COLUMNS)
    else:
        show.as_text(_text(found, written))
    return 0


def _text(report: Monthly, written: list[Path]) -> Iterator[RenderableType]:
    from fraudgraph.reports import monthly_words as say

    yield " ".join(part for part in (say.headline(report), say.difference(report), say.highest(report)) if part)
    if report.tallies:
        yield "\nBy period"
        yield from _periods(report)
    if report.matched:
        yield f"\n{say.alignment(report)} The high-grade share, %:\n"
        yield show.pairs(_matched(report))
    if report.comparisons:
        yield "\nBefore and after\n"
        yield show.pairs(_comparisons(report))
    if any(reviewed.all.reviewed for reviewed in report.reviewed):
        yield f"\nWhat analysts made of the gangs, and of the {report.options.capacity} worst of each day\n"
        yield show.pairs(_reviewed(report))
    yield f"\n{say.NOTE}"
    if written:
        yield f"\nWritten: {', '.join(str(path) for path in written)}"


def _periods(report: Monthly) -> Iterator[RenderableType]:
    """One table where the terminal is wide, hits and grades in two where it is not."""
    from fraudgraph.reports import monthly_words as say
    from fraudgraph.reports.hits import GRADES

    wide = show.width() >= WIDE
    high = report.options.high
    first = [("period", False), ("applications", True), ("hits", True), ("hit rate, %", True)]
    second = [*((grade, True) for grade in GRADES), ("high", True), (f"{say.grades(high)}, %", True)]
    hits, grades = [], []
    for tally in report.tallies:
        name = tally.period.words if wide else tally.period.short
        hits.append((name, tally.applications, tally.hits, _share(report, tally.side())))
        counts = (tally.of_grades((grade,)) for grade in GRADES)
        grades.append((name, *counts, tally.of_grades(high), _share(report, tally.side(high))))
    if wide:
        yield show.table("", first + second, [(*one, *other[1:]) for one, other in zip(hits, grades, strict=True)])
    else:
        yield show.table("", first, hits)
        yield show.table("", [("period", False), *second], grades)


def _matched(report: Monthly) -> Iterator[tuple[str, str]]:
    now = {tally.period: tally for tally in report.tallies}
    for period, then in report.matched:
        mine, theirs = (tally.side(report.options.high) for tally in (now[period], then))
        yield period.short, f"{_share(report, mine)}; {then.period.short}: {_share(report, theirs)}"


def _comparisons(report: Monthly) -> Iterator[tuple[str, str]]:
    from fraudgraph.reports import figures
    from fraudgraph.reports import monthly_words as say

    for found in report.comparisons:
        yield say.MEASURES[found.measure], say.scope(found, report)
        yield "", f"{_of(found.first)}, then {_of(found.second)}"
        if (difference := found.difference) is not None:
            points = f"{figures.points(difference.value)} points ({figures.points_between(difference.interval)})"
            yield "", f"{points}, p {figures.p_value(difference.p_value)} ({difference.test})"
            by_gang = f"{figures.points_between(difference.interval_by_clump)}, p {figures.p_value(difference.p_by_clump)}"
            yield "", f"by gang: {by_gang}"


def _reviewed(report: Monthly) -> Iterator[tuple[str, str]]:
    from fraudgraph.reports import monthly_words as say

    for reviewed in (one for one in report.reviewed if one.all.reviewed):
        yield reviewed.period.short, _review(report, reviewed)
    for graded in report.by_grade:
        yield f"{say.of_grade(graded.grade)}, {graded.period.short}", _review(report, graded)


def _review(report: Monthly, reviewed: Reviewed) -> str:
    all_, looked = reviewed.all, reviewed.at_capacity
    counts = f"{all_.reviewed:,} of {all_.gangs:,} reviewed: {all_.confirmed:,} confirmed, {all_.suspicious:,} suspicious, "
    counts += f"{all_.dismissed:,} dismissed"
    if not all_.precision.trials:
        return counts
    return f"{counts}; precision {_share(report, all_.precision)} %, of the worst a day {_share(report, looked.precision)} %"


def _share(report: Monthly, side: Side) -> str:
    from fraudgraph.reports import figures
    from fraudgraph.reports import monthly_words as say

    interval = report.interval(side)
    return f"{say.share_of(side)} ({figures.between(interval)})" if interval else say.share_of(side)


def _of(side: Side) -> str:
    from fraudgraph.reports import monthly_words as say

    return f"{say.share_of(side)} % ({side.hits:,} of {side.trials:,})"
