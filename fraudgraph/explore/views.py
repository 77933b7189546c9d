"""What each page shows: from a reader and what was asked, the template and what it is filled with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from fraudgraph.errors import UsageError
from fraudgraph.explore import drawing, telling
from fraudgraph.explore.net import net
from fraudgraph.explore.places import MOST_OPEN, Place, id_of
from fraudgraph.investigation import looking
from fraudgraph.investigation.finding import Wanted as WantedValue
from fraudgraph.investigation.finding import find
from fraudgraph.investigation.flag import why as why_flagged
from fraudgraph.investigation.frozen import calibration, rules
from fraudgraph.investigation.pair import why as why_tied
from fraudgraph.investigation.paths import path as ways
from fraudgraph.investigation.showing import show
from fraudgraph.investigation.things import What, known, named, person_of
from fraudgraph.reports import case as cases
from fraudgraph.reports import case_page, picture, queue, tables, words
from fraudgraph.reports import case_words as say
from fraudgraph.settings import Settings
from fraudgraph.stores.port import Reader

GANGS = 200
"""Of the queue on one page."""

FOUND = 50
"""Values that a search for a part of one answers with."""

WAYS, STEPS = 3, 6
"""Strongest ways between two people, and their longest."""


@dataclass(frozen=True)
class Asked:
    """What a request asks for."""

    place: Place
    query: Mapping[str, Sequence[str]]
    settings: Settings

    def one(self, name: str) -> str:
        """Return what was given under ``name``, empty where nothing was."""
        given = self.query.get(name) or [""]
        return given[-1].strip()

    def all(self, name: str) -> list[str]:
        """Return everything that was given under ``name``, each once."""
        return list(dict.fromkeys(one for one in self.query.get(name) or [] if one.strip()))


@dataclass(frozen=True)
class Shown:
    """A page to be made: its template and what it is filled with, or with ``page`` the whole of it."""

    template: str
    context: Mapping[str, Any]
    page: str = ""


View = Callable[[Reader, Asked], Shown]


def gangs(reader: Reader, asked: Asked) -> Shown:
    """The queue, what deserves the first look first."""
    grade, decision, channel = asked.one("grade"), asked.one("decision"), asked.one("channel")
    if grade not in ("", *queue.GRADES) or decision not in ("", *queue.DECISIONS):
        raise UsageError("there is no such grade or decision: choose them above the queue")
    wanted = queue.Wanted(grades=(grade,) if grade else (), decision=decision or None, channel=channel or None)
    found = queue.queue(reader, wanted)
    return Shown(
        "queue.html",
        {
            "title": "Queue",
            "gangs": found.head(GANGS).rows(named=True),
            "total": found.height,
            "waiting": int(found["waits"].sum()),
            "chosen": {"grade": grade, "decision": decision, "channel": channel},
            "grades": queue.GRADES,
            "decisions": queue.DECISIONS,
            "zone": tables.zone_of(reader),
        },
    )


def found(reader: Reader, asked: Asked) -> Shown:
    """What a search finds. What was typed is shown to nobody again."""
    text = asked.one("value")
    answer = find(reader, WantedValue(text, FOUND), rules(reader, asked.settings))
    return _told(reader, asked, "Found", answer, exact=[text] if known(reader, text) else [])


def thing(reader: Reader, asked: Asked) -> Shown:
    """What there is of one id; a gang has a page of its own."""
    name = id_of(asked.one("id"))
    meant = named(reader, name)
    if meant.what is What.GANG:
        return gang(reader, asked)
    answer = show(reader, meant)
    title = f"{str(meant.what).capitalize()} {words.show(name, 60)}"
    person = meant.what in (What.PERSON, What.APPLICATION)
    return _told(reader, asked, title, answer, graph=name, why=name if person else "")


def gang(reader: Reader, asked: Asked) -> Shown:
    """One gang: its case, with links into the book."""
    found = cases.case(reader, id_of(asked.one("id")))
    group = found.dossier.group
    return Shown(
        "gang.html",
        {
            "title": f"Gang {words.show(found.gang.gang_id, 60)}",
            "case": found,
            "gang": found.dossier.gang,
            "figures": say.figures(found),
            "headline": say.headline(found),
            "paragraphs": say.paragraphs(found),
            "drawing": picture.draw(group, found.strengths),
            "strengths": case_page.STRENGTHS,
            "people": telling.sheet("The people", found.dossier.members.drop("reasons"), asked.place, found.zone),
            "shared": _shared(reader, found, asked.place),
            "classes": telling.sheet("Kinds of ties between them", found.classes, asked.place, found.zone),
            "life": telling.sheet("What happened to it", found.dossier.life.drop("kind"), asked.place, found.zone),
        },
    )


def case(reader: Reader, asked: Asked) -> Shown:
    """The case file, as ``fraudgraph report case`` writes it."""
    return Shown("", {}, case_page.page(cases.case(reader, id_of(asked.one("id")))))


def graph(reader: Reader, asked: Asked) -> Shown:
    """The graph, as far as it is open."""
    opened = [id_of(one) for one in asked.all("open")][:MOST_OPEN]
    chosen = asked.one("at")
    seen = net(reader, opened)

    def leads(name: str) -> str:
        return f"{asked.place.to('/graph', open=list(dict.fromkeys([*opened, name])), at=name)}#graph"

    people = {person.id: person for person in seen.people}
    values = {value.id: value for value in seen.values}
    return Shown(
        "graph.html",
        {
            "title": "Graph",
            "net": seen,
            "image": drawing.draw(seen, leads, chosen),
            "strengths": case_page.STRENGTHS,
            "person": people.get(chosen),
            "value": values.get(chosen),
            "chosen": chosen,
            "opened": opened,
            "folded": f"{asked.place.to('/graph', open=[one for one in opened if one != chosen])}#graph" if chosen in opened else "",
            "drop": [(words.show(one, 40), asked.place.to("/graph", open=[other for other in opened if other != one])) for one in opened],
            "ties": [
                (people[other].name, words.show(other, 40), leads(other), probability)
                for a, b, probability in sorted(seen.ties, key=lambda tie: -tie[2])
                if chosen in (a, b) and (other := b if chosen == a else a) in people
            ],
        },
    )


def path(reader: Reader, asked: Asked) -> Shown:
    """The ways between two people."""
    one, other = asked.one("from"), asked.one("to")
    context: dict[str, Any] = {"title": "Path", "ends": (one, other), "image": None, "said": (), "sheets": []}
    if one and other:
        settings, frozen = rules(reader, asked.settings), calibration(reader)
        ends = person_of(reader, id_of(one)), person_of(reader, id_of(other))
        answer = ways(reader, *ends, WAYS, STEPS, frozen, settings)
        rows = answer.table("paths")
        people = pl.concat([rows["person_a"], rows["person_b"]]).unique(maintain_order=True)
        context |= {
            "said": answer.said,
            "sheets": telling.sheets(answer, asked.place, tables.zone_of(reader)),
            "graph": asked.place.to("/graph", open=people.to_list()[:MOST_OPEN]) if len(people) else "",
            "why": asked.place.to("/why", a=ends[0], b=ends[1]),
        }
    return Shown("path.html", context)


def why(reader: Reader, asked: Asked) -> Shown:
    """Why two people are tied, or why one was flagged, or not."""
    one, other = id_of(asked.one("a")), asked.one("b")
    settings, frozen = rules(reader, asked.settings), calibration(reader)
    if other:
        answer = why_tied(reader, person_of(reader, one), person_of(reader, id_of(other)), frozen, settings)
        return _told(reader, asked, "Why two people are tied, or not", answer)
    answer = why_flagged(reader, named(reader, one), frozen, settings)
    return _told(reader, asked, f"Why {words.show(one, 60)} was flagged, or not", answer, graph=one)


def _told(reader: Reader, asked: Asked, title: str, answer: Any, graph: str = "", why: str = "", exact: Sequence[str] = ()) -> Shown:
    zone = tables.zone_of(reader)
    return Shown(
        "answer.html",
        {
            "title": title,
            "said": [words.show(sentence, 600) for sentence in answer.said],
            "facts": telling.facts(answer, asked.place, zone),
            "sheets": telling.sheets(answer, asked.place, zone),
            "graph": asked.place.to("/graph", open=graph, at=graph) if graph else "",
            "why": asked.place.to("/why", a=why) if why else "",
            "path": asked.place.to("/path", **{"from": why}) if why else "",
            "exact": [(words.show(one, 60), asked.place.to("/show", id=one)) for one in exact],
        },
    )


def _shared(reader: Reader, found: cases.Case, place: Place) -> telling.Sheet:
    """Return what the people share, each value by its reference."""
    shared = found.dossier.group.shared[: telling.MOST]
    keys = pl.DataFrame(
        [(one.kind, one.key, len(one.members), one.others) for one in shared],
        schema={"kind": pl.String, "key": pl.String, "members": pl.Int64, "others": pl.Int64},
        orient="row",
    )
    counted = looking.counted(reader, keys).select(*looking.VALUE, "value", "reference", "people")
    table = keys.join(counted, on=looking.VALUE, how="left", maintain_order="left")
    return telling.sheet("What they share", table.select("kind", "value", "members", "others", "reference"), place, found.zone)
