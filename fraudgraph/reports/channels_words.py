"""The channel report's sentences, for the terminal and the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from fraudgraph.reports import words
from fraudgraph.reports.channels import HIGHER, LOWER, Channels

NAMED = 4
"""Channels that a sentence names."""

NONE_GIVEN = "no channel given"


def name(row: Mapping[str, Any]) -> str:
    """Return a row's channel as one short, harmless line. What somebody typed must not pass for the rows that are ours."""
    if row["about"] == "book":
        return "the whole book"
    return NONE_GIVEN if row["channel"] is None else words.show(row["channel"], 40) or "(nothing visible)"


def headline(report: Channels) -> str:
    """Return the first sentence: which channels stand out."""
    if report.span is None:
        return "There are no applications to look at."
    table = report.table.filter(pl.col("about") == "channel")
    worse = table.filter(pl.col("stands_out") == HIGHER)
    if worse.is_empty():
        channels = words.plural(table["channel"].count(), "channel")
        return f"None of {channels} brings more gang applications than gangs that come and go explain."
    return f"{_listed(worse)} {'brings' if worse.height == 1 else 'bring'} more gang applications than the rest of the book."


def below(report: Channels) -> list[str]:
    """Return the sentences under it."""
    if report.span is None:
        return []
    table = report.table.filter(pl.col("about") == "channel")
    said = [f"Applications of {words.days(*report.span)}, through {words.plural(table['channel'].count(), 'channel')}."]
    better = table.filter(pl.col("stands_out") == LOWER)
    if better.height:
        said.append(f"{_listed(better)} {'brings' if better.height == 1 else 'bring'} fewer.")
    small = table.filter(pl.col("small")).height
    if small:
        has = "channel has" if small == 1 else "channels have"
        said.append(f"{small:,} {has} fewer than {words.plural(report.options.small, 'application')}, too few to be compared.")
    return said


def _listed(table: pl.DataFrame) -> str:
    rows = list(table.head(NAMED).iter_rows(named=True))
    more = table.height - len(rows)
    return words.listed([name(row) for row in rows] + ([f"{more:,} more"] if more else []))


def confidence(report: Channels) -> str:
    """Return ``95 %``."""
    return f"{100 * report.options.confidence:g} %"


def busy(report: Channels) -> str:
    """Return who counts as busy: ``over 8 in 90 days``."""
    return f"over {report.options.many} in {words.plural(report.options.days, 'day')}"


def note(report: Channels) -> str:
    """Return how it was compared, in short."""
    compared = report.table["p_value"].count()
    return (
        f"{words.plural(compared, 'channel was', 'channels were')} compared with the rest of the book; a channel stands out at a false "
        f"discovery rate of {100 * report.options.rate:g} % (Benjamini-Hochberg), counted by gang."
    )


def method(report: Channels) -> list[str]:
    """Return how it was counted, a sentence each."""
    earlier = f"more than {words.plural(report.options.many, 'application')} in the {words.plural(report.options.days, 'day')} before"
    return [
        "A hit is an application of somebody in a suspected gang, as the book knows it this night; its grade is the gang’s, A the worst.",
        f"Applicants with many recent applications are those who had made {earlier}, through any channel and without the current one, "
        "at one at least of their applications through this one.",
        f"High grades are {words.listed(list(report.options.high))}. Intervals of shares are Wilson’s (1927), of gangs per 1,000 "
        f"applications Garwood’s exact ones (1936), of means Student’s, all at {confidence(report)}. A gang counts in all its channels.",
        "Hit rates are compared with the rest of the book. Gangs apply in clumps, so the test divides by the design effect (after Rao and "
        "Scott, 1992), a clump being a gang in a channel: a gang of ten in one channel is about one event.",
        note(report) + " Adjusted p values are for all of them together: with many channels some have a small p by chance alone.",
        f"A channel with fewer than {words.plural(report.options.small, 'application')} is marked small and not compared.",
    ]
