"""The channel report as a page that can be sent about: a chart with its table, in one file that asks no network for anything."""

from __future__ import annotations

from typing import Any

import polars as pl
from markupsafe import Markup

from fraudgraph.reports import channels_words, figures, row_chart, words
from fraudgraph.reports.channels import HIGHER, LOWER, Channels
from fraudgraph.reports.chart import nice, percent
from fraudgraph.reports.page import fill
from fraudgraph.reports.row_chart import Column, Mark, Row
from fraudgraph.stores.port import Reader

DRAWN, LISTED = 40, 1000
"""Channels in the chart (the largest) and in the page's table; the CSV and JSON have them all."""

SIGNS = {HIGHER: "▲ ", LOWER: "▼ "}
"""Before the name of a channel that stands out: colour alone does not tell everybody."""

NAMES = 190.0
"""Pixels for the names of channels."""


def page(report: Channels, reader: Reader) -> str:
    """Return the whole page as HTML text; equal reports of equal books give equal pages."""
    rows = list(report.table.filter(pl.col("about") == "channel").iter_rows(named=True))
    book = report.table.filter(pl.col("about") == "book").row(0, named=True) if rows else {}
    return fill(
        {
            "title": "Channels",
            "eyebrow": "Organised application fraud · channels",
            "night": report.night,
            "headline": channels_words.headline(report),
            "below": channels_words.below(report),
            "figures": _figures(book, report.table["channel"].count()) if rows else [],
            "parts": [("chart", "Chart"), ("figures", "Figures"), ("method", "Method")] if rows else [("method", "Method")],
            "words": words,
            "say": channels_words,
            "figure": figures,
            "confidence": channels_words.confidence(report),
            "book": book,
            "rows": rows[:LISTED],
            "unlisted": max(len(rows) - LISTED, 0),
            "drawn": DRAWN,
            "undrawn": max(len(rows) - DRAWN, 0),
            "chart": _chart(rows, book) if rows else "",
            "small": words.count(report.options.small),
            "many": words.count(report.options.many),
            "days": words.count(report.options.days),
            "method": channels_words.method(report),
            "made_with": _made_with(report, reader),
        },
        "channels.html",
    )


def _figures(book: dict[str, Any], channels: int) -> list[tuple[str, str, str]]:
    """Return the key figures: (figure, what it counts, a remark)."""
    return [
        (words.count(book["applications"]), "applications", f"through {words.plural(channels, 'channel')}"),
        (words.share(book["hit_rate"]), "hit rate", f"{words.plural(book['hits'], 'hit')} of {words.plural(book['gangs'], 'gang')}"),
        (words.share(book["high_share"]), "of a high grade", words.plural(book["high"], "application")),
        (f"{book['gangs_per_1000']:.1f}", "gangs per 1,000 applications", "each counted once"),
        (words.share(book["busy_share"]), "with many recent applications", words.plural(book["busy"], "applicant")),
    ]


def _chart(rows: list[dict[str, Any]], book: dict[str, Any]) -> Markup:
    """Return the chart of the largest channels, in the order of the table."""
    largest = sorted(rows, key=lambda row: (-row["applications"], row["channel"] is None, row["channel"] or ""))[:DRAWN]
    shown = {row["channel"] for row in largest}
    drawn = [row for row in rows if row["channel"] in shown]
    volume = nice(max(row["applications"] for row in drawn))
    columns = [
        Column("Applications", 150.0, 0.0, volume[-1] * 1.25, (0.0, volume[-1]), words.count, bars=True),
        _share_column("Hit rate", "hit_rate", drawn, book),
        _share_column("Share of high grades", "high_share", drawn, book),
    ]
    found = []
    for row in drawn:
        said = f"{channels_words.name(row)}: {words.plural(row['applications'], 'application')}"
        marks = (Mark(row["applications"], None, said), _mark(row, "hit_rate", "hits"), _mark(row, "high_share", "high"))
        name = f"{SIGNS.get(row['stands_out'] or '', '')}{channels_words.name(row)}"
        found.append(Row(name, tuple((mark,) for mark in marks), row["small"]))
    return row_chart.chart(found, columns, "Channels by volume, hit rate and share of high grades; the table has the figures", NAMES)


def _share_column(title: str, name: str, drawn: list[dict[str, Any]], book: dict[str, Any]) -> Column:
    """A column wide enough for the intervals of channels that are not small; those of small ones may be cut."""
    ends = [row[f"{name}_high"] for row in drawn if not row["small"]] + [row[name] for row in drawn] + [2 * book[name], 0.001]
    ticks = tuple(tick for tick in nice(max(ends)) if tick <= 1)
    return Column(
        title, 260.0, 0.0, min(max(ends) * 1.02, 1.0), tuple(tick for tick in ticks if tick <= max(ends)), percent, line=book[name]
    )


def _mark(row: dict[str, Any], name: str, count: str) -> Mark:
    said = f"{channels_words.name(row)}: {words.share(row[name])}, {row[count]:,} of {words.plural(row['applications'], 'application')}"
    out = name == "hit_rate" and row["stands_out"]
    return Mark(row[name], (row[f"{name}_low"], row[f"{name}_high"]), said, "out" if out else "dot")


def _made_with(report: Channels, reader: Reader) -> list[tuple[str, str]]:
    calibration, ruleset = reader.calibration(), reader.ruleset()
    days = "none" if report.span is None else words.days(*report.span)
    return [
        ("night of the book", str(report.night)),
        ("applications of", days),
        ("time zone", report.zone),
        ("calibration", calibration.name if calibration else "none"),
        ("rules", ruleset.name if ruleset else "none"),
    ]
