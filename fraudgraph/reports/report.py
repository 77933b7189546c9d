"""What the page says, gathered from a store; the page itself is in `fraudgraph.reports.page`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from fraudgraph.reports import chart, explain, groups, kinds, months, picture, tables, words
from fraudgraph.reports.groups import Group
from fraudgraph.reports.page import fill
from fraudgraph.stores.port import Reader

PICTURES = 12
"""Groups shown as pictures."""

LISTED = 500
"""Gangs in the page's table; `gangs.csv` has them all."""

NEAREST = 8
"""Groups listed as the nearest to a verdict where there is none."""

NAMED = 6
"""Shared identifiers named beside a picture."""


@dataclass(frozen=True)
class Card:
    """One group with its picture."""

    group: Group
    title: str
    drawing: picture.Drawing
    dots: Any
    why: list[str]
    reasons: list[tuple[str, str, str]]
    flagged: bool

    @property
    def named(self) -> tuple[groups.Shared, ...]:
        return self.group.shared[:NAMED]


def page(reader: Reader, night: int, gangs: pl.DataFrame | None = None) -> str:
    """Return the whole page as HTML text; equal stores give equal pages. ``gangs``: `tables.gangs`, where they are at hand."""
    zone = tables.zone_of(reader)
    summary: dict[str, Any] = next((dict(batch.summary) for batch in reader.batches() if batch.night == night), {})
    case = explain.case_of(summary)
    gangs = tables.gangs(reader) if gangs is None else gangs
    live = gangs.filter(tables.LIVE)
    verdicts = reader.table("verdicts").filter(pl.col("members") >= 2)
    times = reader.table("applications", columns=["applied_at"])
    flagged = months.flagged_applications(reader)
    trend = months.trend(reader, flagged, times, zone)
    queue = _queue(verdicts, case) if live.is_empty() else verdicts.clear()
    worst = groups.gangs(reader, live.filter(~tables.RESTED).head(PICTURES), zone) or groups.communities(reader, queue.head(PICTURES), zone)
    span = _span(times, zone)
    people = int(summary.get("persons") or reader.table("persons", columns=["person_id"]).height)
    head, below = explain.headline(times.height, span, flagged.height, live.height, case, verdicts.height)
    return fill(
        {
            "words": words,
            "night": night,
            "headline": head,
            "subline": below,
            "span": span,
            "figures": _figures(times.height, people, flagged.height, live, verdicts.height, int(verdicts["members"].sum() or 0)),
            "batch": _batch(reader, night, flagged, times.height),
            "case": case,
            "case_words": explain.case_words(case),
            "numbers": _numbers(reader, summary, live, verdicts),
            "stopped": "" if case in explain.QUIET else explain.stopped(_stopped(verdicts)),
            "months": trend,
            "trend": chart.trend(trend) if trend else "",
            "grades": months.GRADES,
            "cards": [_card(group, not live.is_empty()) for group in worst],
            "flagging": not live.is_empty(),
            "gangs": _listed(gangs.head(LISTED), zone),
            "more_gangs": max(gangs.height - LISTED, 0),
            "nearest": list(verdicts.pipe(_nearest).iter_rows(named=True)) if live.is_empty() and queue.is_empty() else [],
            "queue": list(queue.head(LISTED).iter_rows(named=True)),
            "notes": _notes(summary),
            "unread": _unread(summary, reader.batch_table("rejects", night)),
            "hubs": _hubs(reader.table("hubs")),
            "made_with": _made_with(reader, summary, zone, night),
        }
    )


def _queue(verdicts: pl.DataFrame, case: str) -> pl.DataFrame:
    """Return the communities that a person should look at first, in a book where nobody can be flagged for want of intents."""
    if case != explain.NO_INTENTS:
        return verdicts.clear()
    return verdicts.sort("score", "members", "community_id", descending=[True, True, False], nulls_last=True)


def _nearest(verdicts: pl.DataFrame) -> pl.DataFrame:
    known = verdicts.drop_nulls("mean_intent").filter(pl.col("members") >= 3)
    return known.sort("p_value", "mean_intent", "community_id", descending=[False, True, False], nulls_last=True).head(NEAREST)


def _span(times: pl.DataFrame, zone: str) -> str:
    if times.is_empty():
        return ""
    ends = times.select(first=pl.col("applied_at").min(), last=pl.col("applied_at").max()).row(0)
    first, last = (moment.astimezone(ZoneInfo(zone)) for moment in ends)
    return words.day(first) if first.date() == last.date() else f"{words.day(first)} to {words.day(last)}"


def _figures(
    applications: int, people: int, flagged: int, live: pl.DataFrame, tied: int, in_groups: int
) -> list[tuple[str, str, str]]:
    """Return the key figures: (figure, what it counts, a remark)."""
    share = words.share(flagged / applications) if applications else "–"
    in_gangs = int(live["members"].sum() or 0)
    worst = live.filter(pl.col("grade") == "A").height
    asked = live["amount"].drop_nulls()
    found = [
        (words.count(applications), "applications", f"by {words.plural(people, 'person', 'people')}"),
        (words.count(live.height), "suspected gangs", f"{worst:,} of grade A" if live.height else f"among {words.plural(tied, 'group')}"),
    ]
    if live.is_empty():
        return [*found, (words.count(tied), "groups of tied people", f"{words.plural(in_groups, 'person', 'people')} in them")]
    found += [
        (words.count(in_gangs), "people in them", f"{words.share(in_gangs / people)} of all people" if people else "–"),
        (words.count(flagged), "flagged applications", f"{share} of all applications"),
    ]
    if len(asked) and asked.sum() > 0:
        found.append((words.amount(float(asked.sum())), "asked by gangs", "in the book’s currency"))
    return found


def _batch(reader: Reader, night: int, flagged: pl.DataFrame, book: int) -> str:
    """Return the sentence on this run's own input where that is not the whole book."""
    order = reader.batch_table("input_order", night)
    if order.height in (0, book):
        return ""
    hits = order.join(flagged, on="application_id", how="semi").height
    return f"This run brought {words.plural(order.height, 'application')}; {hits:,} of them {'is' if hits == 1 else 'are'} flagged."


def _numbers(reader: Reader, summary: Mapping[str, Any], live: pl.DataFrame, verdicts: pl.DataFrame) -> dict[str, str]:
    """Return this run's own numbers for the explanation; empty texts where the store does not say."""
    levels = live if not live.is_empty() else verdicts.filter(pl.col("threshold").is_not_null())
    if explain.case_of(summary) in explain.QUIET:
        levels = levels.clear()
    said = summary.get("calibration")
    mean = said.get("mean_intent") if isinstance(said, Mapping) else None
    threshold = levels["threshold"].drop_nulls().max()
    limit = levels["p_cut"].drop_nulls().max()
    ties = reader.table("ties", columns=["person_a"]).height
    hubs = reader.table("hubs", columns=["kind"]).height
    ruleset = reader.ruleset()
    least = (ruleset.document if ruleset else {}).get("verdicts.min_members", reader.settings().get("verdicts.min_members", 3))
    return {
        "threshold": f"{threshold:.3f}" if isinstance(threshold, float) else "",
        "limit": words.chance(limit) if isinstance(limit, float) and limit < 1 else "",
        "mean": f"{mean:.3f}" if isinstance(mean, float) else "",
        "least": str(least),
        "ties": words.plural(ties, "tie"),
        "hold": "holds" if ties == 1 else "hold",
        "tied": words.plural(int(verdicts["members"].sum() or 0), "person", "people"),
        "groups": words.plural(verdicts.height, "group"),
        "identifiers": words.count(summary["identifiers"]) if isinstance(summary.get("identifiers"), int) else "",
        "hubs": f"{words.plural(hubs, 'identifier')} {'is' if hubs == 1 else 'are'}",
    }


def _stopped(verdicts: pl.DataFrame) -> dict[str, int]:
    over = verdicts.filter((pl.col("stopped_by") != "") & (pl.col("mean_intent") > pl.col("threshold")))
    return dict(over.group_by("stopped_by").len().sort("stopped_by").iter_rows())


def _card(group: Group, flagged: bool) -> Card:
    dots = chart.intents(group) if group.known else ""
    return Card(group, explain.title(group), picture.draw(group), dots, explain.why(group, flagged), explain.reasons(group), flagged)


def _listed(gangs: pl.DataFrame, zone: str) -> list[dict[str, Any]]:
    local = (pl.col(name).dt.convert_time_zone(zone).dt.strftime("%Y-%m-%d") for name in ("first_applied_at", "last_applied_at"))
    rows = gangs.with_columns(*local).iter_rows(named=True)
    return [{**row, "gang_id": words.show(row["gang_id"], 40), "evidence": words.show(row["evidence"] or "", 160)} for row in rows]


def _unread(summary: Mapping[str, Any], rejects: pl.DataFrame) -> dict[str, Any]:
    """Return what the input had that could not be used: counts, and the commonest reasons."""
    by = ["level", "column", "reason"]
    counted = rejects.group_by(by).len("count").sort("count", *by, descending=[True, False, False, False])
    commonest = counted.head(8).iter_rows()
    reasons = [(level, words.show(column or ""), words.show(reason or "", 90), times) for level, column, reason, times in commonest]
    found: dict[str, Any] = {"reasons": reasons, "more": counted.height - len(reasons)}
    keys = ("rows", "accepted", "repeated", "rejected_rows", "rejected_values")
    if all(isinstance(summary.get(key), int) for key in keys):
        found["rows"] = {key: summary[key] for key in keys}
    return found


def _notes(summary: Mapping[str, Any]) -> list[str]:
    """Return the sentences that the run wanted a person to read."""
    notes = [words.show(note, 300) for note in summary.get("notes") or ()]
    if isinstance(conflicts := summary.get("conflicts"), int) and conflicts:
        pairs = words.plural(conflicts, "pair")
        notes.append(f"{pairs} of applications looked like one person and contradict each other; they stay apart.")
    if isinstance(pending := summary.get("pending"), int) and pending:
        waiting = f"{words.plural(pending, 'given relation')} {'waits' if pending == 1 else 'wait'}"
        notes.append(f"{waiting} for an application that is not in the book yet.")
    return notes


def _hubs(hubs: pl.DataFrame) -> list[tuple[str, str, int, int]]:
    """Return (word, icon, generic identifiers, most people on one) by kind."""
    table = hubs.group_by("kind").agg(pl.len().alias("count"), pl.col("people").max()).sort("count", "kind", descending=[True, False])
    return [(kinds.kind_of(kind).word, kinds.kind_of(kind).icon, count, people) for kind, count, people in table.iter_rows()]


def _made_with(reader: Reader, summary: Mapping[str, Any], zone: str, night: int) -> list[tuple[str, str]]:
    """Return what it takes to make this page again: (what, which)."""
    calibration, ruleset = reader.calibration(), reader.ruleset()
    found: dict[str, object] = {"night of the book": night, "time zone": zone}
    found["calibration"] = calibration.name if calibration else "none"
    found["rules"] = ruleset.name if ruleset else "none"
    for key in ("seed", "intent_column"):
        if summary.get(key) is not None:
            found[key.replace("_", " ")] = summary[key]
    versions = summary.get("versions")
    if isinstance(versions, Mapping):
        found.update({str(key).replace("_", " "): value for key, value in sorted(versions.items()) if str(key) not in found})
    return [(words.show(key), words.show(value, 60)) for key, value in found.items() if not isinstance(value, Mapping | list)]
