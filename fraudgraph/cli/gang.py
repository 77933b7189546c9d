"""``fraudgraph gang`` and ``fraudgraph history``: one gang, and its life."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fraudgraph.cli import answers, options, show
from fraudgraph.cli.fitting import Column, table
from fraudgraph.cli.voice import Voice, printable

if TYPE_CHECKING:
    import polars as pl
    from rich.console import RenderableType

    from fraudgraph.investigation.answer import Answer
    from fraudgraph.reports.dossier import Dossier
    from fraudgraph.stores.port import Reader

MOST, MOST_TIES = 30, 10
"""Rows of each table on the terminal; JSON and CSV have them all."""

SAID = "GANG_MEAN_OVER_T"
"""A reason that every member has; the terminal says it once, above."""

PEOPLE = (
    Column("person", least=10),
    Column("name"),
    Column("intent", numeric=True),
    Column("applications", 3, numeric=True),
    Column("amount", 2, numeric=True),
    Column("first applied", 1),
    Column("last applied", 4),
    Column("reasons", 5, least=30),
)
SHARED = (
    Column("what they share"),
    Column("value", least=12),
    Column("people", numeric=True),
    Column("as a contact", 1, numeric=True),
    Column("others", 2, numeric=True),
)
TIES = (
    Column("person", least=10),
    Column("person", least=10),
    Column("probability", numeric=True),
    Column("measured on", 2, numeric=True),
    Column("class", 1, least=36),
)
LIFE = (
    Column("night", numeric=True),
    Column("when", 1),
    Column("gang", 3, least=10),
    Column("event"),
    Column("people", 2, numeric=True),
    Column("grade", 4),
    Column("mean", 5, numeric=True),
    Column("by", 2, least=10),
    Column("from, or reason", least=14),
)

ABOUT = ("gang", "person", "shared", "tie", "event")
"""Values of the first column of the CSV: which of the others a row has."""


@click.command(short_help="Show one gang.")
@click.argument("gang_id", metavar="ID")
@click.option("--what-if", is_flag=True, help="Say what holds it together, instead: what becomes of it without each person and value.")
@options.reading
@click.pass_obj
def gang(voice: Voice, gang_id: str, what_if: bool, store: str, config: Path | None, as_of: date | None, shown_as: str) -> int:
    """Show one gang: why it is called one, its people, what they share, what ties them, what was decided and what happened to it. A former
    id of a gang that was merged into another shows that other one. Values are masked.

    With --what-if each of its people and shared values is taken out of the book in turn and the judgement made again, and it is judged
    under other thresholds and at other resolutions.

    \b
    Examples:
      fraudgraph gang G-A000001487
      fraudgraph gang G-A000001487 --what-if
    """
    from fraudgraph import labels
    from fraudgraph.reports.dossier import dossier
    from fraudgraph.reports.tables import zone_of

    with options.book(store, config, as_of) as reader:
        zone = zone_of(reader)
        found = labels.find(reader, gang_id)
        if what_if:
            tried = _what_if(voice, reader, found.gang_id, config)
            answers.answered(tried, zone, shown_as)
            return 0
        shown = dossier(reader, found)
    if shown_as == "table":
        show.as_text(_text(shown, found.became, zone))
    elif shown_as == "json":
        show.as_json(_object(shown, zone))
    else:
        listed = _listed(shown, zone)
        columns = list(dict.fromkeys(name for row in listed for name in row))
        show.as_csv([{name: row.get(name) for name in columns} for row in listed], columns)
    return 0


@click.command(short_help="Show a gang's life, night by night.")
@click.argument("gang_id", metavar="ID")
@options.reading
def history(gang_id: str, store: str, config: Path | None, as_of: date | None, shown_as: str) -> int:
    """Show what each night did to a gang and to those that it absorbed, with the application that caused it, and what was decided about
    them.

    \b
    Example: fraudgraph history G-A000001487
    """
    from fraudgraph import labels
    from fraudgraph.cli.frames import rows
    from fraudgraph.reports.history import history as life_of
    from fraudgraph.reports.tables import zone_of

    with options.book(store, config, as_of) as reader:
        zone = zone_of(reader)
        found = labels.find(reader, gang_id)
        life = life_of(reader, found)
    if shown_as == "table":
        told = _life(life, zone, f"What happened to {found.gang_id}", life.height)
        show.as_text([*([f"{printable(found.became)}\n"] if found.became else []), *told])
    elif shown_as == "json":
        show.as_json(rows(life, zone))
    else:
        show.as_csv(rows(life, zone), life.columns)
    return 0


def _what_if(voice: Voice, reader: Reader, gang_id: str, config: Path | None) -> Answer:
    from fraudgraph.investigation import frozen
    from fraudgraph.investigation.whatif import what_if
    from fraudgraph.settings import load

    settings, calibration = frozen.rules(reader, load(config)), frozen.calibration(reader)
    with voice.progress() as progress:
        return what_if(reader, gang_id, calibration, settings, progress)


def _object(shown: Dossier, zone: str) -> dict[str, Any]:
    from fraudgraph.cli.frames import row, rows

    return {
        **row(shown.gang, zone),
        "aliases": list(shown.aliases),
        "title": shown.title,
        "why": list(shown.why),
        **shown.versions,
        "people": rows(shown.members, zone),
        "shared": rows(shown.shared, zone),
        "ties": rows(shown.ties, zone),
        "history": rows(shown.life, zone),
    }


def _listed(shown: Dossier, zone: str) -> list[dict[str, Any]]:
    from fraudgraph.cli.frames import row, rows

    whole = {**row(shown.gang, zone), "aliases": list(shown.aliases), **shown.versions}
    parts = [[whole], rows(shown.members, zone), rows(shown.shared, zone), rows(shown.ties, zone), rows(shown.life, zone)]
    return [{"about": about, **one} for about, part in zip(ABOUT, parts, strict=True) for one in part]


def _text(shown: Dossier, became: str, zone: str) -> Iterator[RenderableType]:
    from fraudgraph.reports import words

    gang = shown.gang
    if became:
        yield f"{printable(became)}\n"
    ended = not gang["community_id"]
    yield printable(f"{gang['gang_id']}: {shown.title}")
    yield "It is not over the line any more; this is what it was when it last was." if ended else " ".join(shown.why)
    yield ""
    since = gang["since_label"]
    yield show.pairs(
        (name, value)
        for name, value in (
            ("grade", gang["grade"]),
            ("decision", gang["decision"] + (f" ({words.plural(since, 'person', 'people')} came or went since)" if since else "")),
            ("status", gang["status"] + (f", alert: {gang['alert']}" if gang["alert"] else "")),
            ("former ids", ", ".join(shown.aliases)),
            ("community", gang["community_id"]),
            ("judged by", f"calibration {shown.versions['calibration']}, rules {shown.versions['ruleset']}"),
        )
        if value
    )
    yield ""
    yield from _people(shown.members, zone)
    yield from _shared(shown.shared)
    yield from _ties(shown.ties)
    yield from _life(shown.life, zone, "What happened", MOST)


def _people(members: pl.DataFrame, zone: str) -> Iterator[RenderableType]:
    from fraudgraph.cli.frames import day
    from fraudgraph.reports import words

    rows = (
        (
            row["person_id"],
            row["name"],
            words.intent(row["intent"]),
            row["applications"],
            words.amount(row["amount"]),
            day(row["first_applied_at"], zone),
            day(row["last_applied_at"], zone),
            " ".join(code for code in row["reasons"].split(";") if code != SAID),
        )
        for row in members.head(MOST).iter_rows(named=True)
    )
    yield from _part("People", PEOPLE, rows, members.height)


def _shared(shared: pl.DataFrame) -> Iterator[RenderableType]:
    from fraudgraph.reports import kinds

    rows = (
        (kinds.kind_of(row["kind"]).word, row["value"], row["members"], row["contacts"] or None, row["others"])
        for row in shared.head(MOST).iter_rows(named=True)
    )
    yield from _part("What they share, the strongest first", SHARED, rows, shared.height)


def _ties(ties: pl.DataFrame) -> Iterator[RenderableType]:
    rows = (
        (row["person_a"], row["person_b"], f"{row['probability']:.2f}", round(row["evidence"]), row["link_class"])
        for row in ties.head(MOST_TIES).iter_rows(named=True)
    )
    yield from _part("Ties, the strongest first", TIES, rows, ties.height)


def _life(life: pl.DataFrame, zone: str, title: str, most: int) -> Iterator[RenderableType]:
    from fraudgraph.cli.frames import minute
    from fraudgraph.reports import words

    rows = (
        (
            row["night"],
            minute(row["at"], zone),
            row["gang_id"],
            row["event"],
            row["members"],
            row["grade"],
            words.intent(row["mean_intent"]) if row["kind"] == "night" else "",
            row["who"] if row["kind"] == "label" else row["cause_application"],
            row["reason"] if row["kind"] == "label" else (row["from_ids"] or "").replace(";", " "),
        )
        for row in life.tail(most).iter_rows(named=True)
    )
    yield from _part(title, LIFE, rows, life.height, "earlier")


def _part(
    title: str, columns: tuple[Column, ...], rows: Iterable[tuple[Any, ...]], total: int, more: str = "more"
) -> Iterator[RenderableType]:
    listed = list(rows)
    if not listed:
        return
    yield from table(title, columns, listed, show.width())
    if total > len(listed):
        yield f"and {total - len(listed):,} {more}: --format json or csv has them all"
    yield ""
