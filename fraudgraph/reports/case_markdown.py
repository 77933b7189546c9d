"""A case as Markdown: for a ticket, a wiki, a mail. Every value is escaped, so that none can make markup, a link or a table cell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from fraudgraph.reports import case_rows, words
from fraudgraph.reports import case_words as say
from fraudgraph.reports.case import Case

MOST = 100
"""Rows of a table, and sources of a value; the JSON has them all."""

MOST_SOURCES = 12

LONGEST = 2000
"""Characters of a sentence or cell."""

_SPECIAL = re.compile(r"[\\`*_{}\[\]<>|~#&$@]|(?<=:)/|(?<=www)\.|^(?=[-+=]|\d+[.)](?:\s|$))", re.IGNORECASE)


def text(case: Case) -> str:
    """Return the whole case as a Markdown file."""
    return "\n".join(_lines(case, case_rows.digest(case))) + "\n"


def escaped(value: object) -> str:
    """Return ``value`` as one line of Markdown that is nothing but text: no markup, no link, no reference, no formula."""
    line = words.show(value, LONGEST)
    return _SPECIAL.sub(lambda found: f"\\{found.group()}" if found.group() else "\u200b", line)


def _lines(case: Case, digest: str) -> Iterator[str]:
    gang = case.dossier.gang
    yield f"# {escaped(words.show(gang['gang_id'], 60))}: {escaped(case.dossier.title)}"
    yield from _paragraphs(say.paragraphs(case))
    yield from _table("Verdict", ("what", "figure"), say.verdict(case))
    yield from _paragraphs([say.learned(case), say.NOTE])
    yield from _table("People", ("person", "name", "intent", "applications", "first", "last", "amount", "reasons"), _people(case))
    yield from _table("Applications", ("when", "application", "person", "joined by", "channel", "amount", "intent"), _applications(case))
    yield from _table("What they share, and where it says so", ("what", "value", "people", "others", "named in"), _shared(case))
    yield from _table("Given by a relations file", ("relation", "people"), case.dossier.group.given)
    aside = ("what", "value", "people of the gang", "people of the book")
    yield from _table("Shared, and too common to tie anybody", aside, _set_aside(case))
    yield from _table("Kinds of ties", ("ties", "probability", "measured on", "kind"), _classes(case))
    yield from _table("Decisions", ("when", "who", "decision", "reason"), _labels(case), "Nobody has decided on it yet.")
    yield from _table("What happened to it", ("night", "gang", "event", "people", "grade", "by"), _life(case))
    yield from ("", "## What is not known", "", *(f"- {escaped(gap.sentence)}" for gap in case.gaps))
    yield from _table("Made with", ("what", "which"), [*case.versions.items(), ("time zone", case.zone), ("digest of this case", digest)])


def _paragraphs(sentences: Iterable[str]) -> Iterator[str]:
    for sentence in sentences:
        if sentence:
            yield ""
            yield escaped(sentence)


def _table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], otherwise: str = "") -> Iterator[str]:
    listed = list(rows)
    if not listed and not otherwise:
        return
    yield from ("", f"## {title}", "")
    if not listed:
        yield otherwise
        return
    yield f"| {' | '.join(columns)} |"
    yield f"|{' --- |' * len(columns)}"
    for row in listed[:MOST]:
        yield f"| {' | '.join(escaped('' if cell is None else cell) for cell in row)} |"
    if len(listed) > MOST:
        yield from ("", f"and {len(listed) - MOST:,} more: the JSON has them all.")


def _people(case: Case) -> Iterator[tuple[Any, ...]]:
    for row in case.dossier.members.iter_rows(named=True):
        days = (words.day(case.local(row[name])) for name in ("first_applied_at", "last_applied_at"))
        reasons = row["reasons"].replace(";", " ")
        yield row["person_id"], row["name"], words.intent(row["intent"]), row["applications"], *days, words.amount(row["amount"]), reasons


def _applications(case: Case) -> Iterator[tuple[Any, ...]]:
    for row in case.applications.iter_rows(named=True):
        when = f"{case.local(row['applied_at']):%Y-%m-%d %H:%M}"
        channel = words.show(row["channel"] or "–")
        yield when, row["application_id"], row["person_id"], row["how"], channel, words.amount(row["amount"]), words.intent(row["intent"])


def _shared(case: Case) -> Iterator[tuple[Any, ...]]:
    for evidence in case.evidence:
        shared = evidence.shared
        sources = "; ".join(say.source(case, one) for one in evidence.sources[:MOST_SOURCES])
        more = len(evidence.sources) - MOST_SOURCES
        yield shared.word, shared.value, len(shared.members), shared.others, sources + (f"; and {more:,} more" if more > 0 else "")


def _set_aside(case: Case) -> Iterator[tuple[Any, ...]]:
    for row in case.set_aside.iter_rows(named=True):
        yield say.given(row["kind"]), row["value"], row["members"], row["people"]


def _classes(case: Case) -> Iterator[tuple[Any, ...]]:
    for row in case.classes.iter_rows(named=True):
        yield row["ties"], say.between(row["weakest"], row["strongest"]), say.pairs(row["evidence"]), row["link_class"]


def _labels(case: Case) -> Iterator[tuple[Any, ...]]:
    for row in case.labels.iter_rows(named=True):
        yield f"{case.local(row['at']):%Y-%m-%d %H:%M}", words.show(row["who"], 100), row["event"], row["reason"]


def _life(case: Case) -> Iterator[tuple[Any, ...]]:
    for row in case.dossier.life.iter_rows(named=True):
        if row["kind"] == "night":
            yield row["night"], row["gang_id"], say.event(row), row["members"], row["grade"], row["cause_application"]
