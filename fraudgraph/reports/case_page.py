"""A case as one page that can be sent about, printed and signed: it asks no network for anything."""

from __future__ import annotations

from markupsafe import Markup

from fraudgraph.evidence.reasons import REASON_CODES
from fraudgraph.reports import case_map, case_rows, chart, kinds, picture, words
from fraudgraph.reports import case_words as say
from fraudgraph.reports.case import Case
from fraudgraph.reports.case_map import Map
from fraudgraph.reports.case_timeline import timeline
from fraudgraph.reports.page import fill

PEOPLE, APPLICATIONS = 1000, 2000
"""Rows of the page's tables; the JSON has them all."""

FOLDED = 60
"""A table of more people than this is folded away until it is asked for."""

EVIDENCE, SOURCES, CLASSES = 60, 60, 24
"""Shared values of the list, applications named under one, and kinds of ties."""

STRENGTHS = (
    ("s3", f"tie of {picture.STRONG[1]:g} and more"),
    ("s2", f"{picture.STRONG[0]:g} to {picture.STRONG[1]:g}"),
    ("s1", f"under {picture.STRONG[0]:g}"),
    ("s0", "shared, tying nobody"),
)
"""Class of a line -> the probability of the strongest tie along it."""

PARTS = (
    ("picture", "Picture"),
    ("timeline", "Timeline"),
    ("shared", "Shared"),
    ("people", "People"),
    ("evidence", "Evidence"),
    ("verdict", "Verdict"),
    ("decisions", "Decisions"),
    ("unknown", "Not known"),
)


def page(case: Case) -> str:
    """Return the whole page as HTML text; equal cases give equal pages."""
    group = case.dossier.group
    drawn = case_map.of(group)
    gang_id = words.show(case.dossier.gang["gang_id"], 60)
    return fill(
        {
            "title": f"{gang_id}: {case.dossier.title}",
            "eyebrow": "",
            "night": case.night,
            "headline": say.headline(case),
            "below": say.paragraphs(case),
            "figures": say.figures(case),
            "parts": [part for part in PARTS if part[0] != "shared" or drawn.columns],
            "words": words,
            "say": say,
            "kinds": kinds,
            "codes": REASON_CODES,
            "case": case,
            "gang": case.dossier.gang,
            "gang_id": gang_id,
            "members": group.members,
            "strengths": STRENGTHS,
            "drawing": picture.draw(group, case.strengths),
            "timeline": timeline(case),
            "applications": case.applications.head(APPLICATIONS).rows(named=True),
            "map": drawn,
            "map_left_out": _left_out(drawn),
            "people": case.dossier.members.head(PEOPLE).rows(named=True),
            "folded": FOLDED,
            "evidence_shown": case.evidence[:EVIDENCE],
            "sources_shown": SOURCES,
            "aside": case.set_aside.head(EVIDENCE).rows(named=True),
            "classes": case.classes.head(CLASSES).rows(named=True),
            "dots": chart.intents(group) if group.known else Markup(),
            "labels": case.labels.rows(named=True),
            "life": [row for row in case.dossier.life.iter_rows(named=True) if row["kind"] == "night"],
            "made_with": [*case.versions.items(), ("time zone", case.zone), ("digest of this case", case_rows.digest(case))],
        },
        "case.html",
        styles=("case.css",),
        scripts=("case.js",),
    )


def _left_out(drawn: Map) -> list[str]:
    parts = []
    if drawn.hidden_people:
        parts.append(words.plural(drawn.hidden_people, "person who shares less", "people who share less"))
    if drawn.hidden_columns:
        parts.append(words.plural(drawn.hidden_columns, "value that explains less", "values that explain less"))
    return parts
