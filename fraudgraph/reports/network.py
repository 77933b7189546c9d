"""One gang as a graph that can be moved about: its people, the values that hold them together, and their ties, on one page of its own.

The drawing is done by neo4j-viz, an optional extra; its page carries all that it needs, and a policy in the page forbids it the
network. What is shown is masked, and reaches the page as data or escaped, never as markup.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import polars as pl
from markupsafe import Markup

from fraudgraph import labels
from fraudgraph.errors import UsageError
from fraudgraph.reports import explain, groups, kinds, tables, words
from fraudgraph.reports.groups import Group
from fraudgraph.stores.port import Reader

MOST_PEOPLE = 600
MOST_SHARED = 300
"""People (highest intent first) and shared values (what explains most first) on one page; the heading says what is left out."""

SMALLEST, LARGEST = 18, 38
"""Radius of a person of intent 0 (or unknown) and of intent 1, in pixels."""
VALUE = 26

PERSON = "#0072B2"
TIE = "#0072B2"
USE = "#8A929E"
COLOURS = {
    "phone": "#009E73",
    "device": "#E69F00",
    "id": "#F0E442",
    "card": "#CC79A7",
    "email": "#56B4E9",
    "home": "#8C6D46",
    "building": "#BFA280",
    "place": "#E2D5C3",
    "work": "#4D4D4D",
    "wifi": "#6F7FB5",
    "net": "#A3AFD6",
    "run": "#BFE6D8",
    "date": "#F8F3B0",
}
"""Icon of a kind -> colour: the colours of the Browser's style sheet, which can be told apart by people who are colour-blind."""
OTHER = "#C9CED6"

POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval'; style-src 'unsafe-inline'; img-src data: blob:; "
    "font-src data:; worker-src blob: data:; base-uri 'none'; form-action 'none'"
)
"""The page may run what it brings and fetch nothing at all."""

_HEAD = Markup(
    '<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
    '<meta name="referrer" content="no-referrer">\n<title>{title}</title>\n'
    "<style>html,body{{height:100%;margin:0}}body{{display:flex;flex-direction:column;background:#fff;color:#1f2328}}"
    "header{{padding:14px 20px 12px;border-bottom:1px solid #d8dce2;font:14px/1.45 system-ui,sans-serif}}"
    "header h1{{margin:0 0 4px;font-size:19px}}header p{{margin:0;max-width:110ch;color:#4a5058}}"
    "main{{flex:1;min-height:0;display:flex}}main>div{{flex:1;min-width:0}}</style>"
)
_BODY = Markup("<body>\n<header><h1>{title}</h1>{sentences}</header>\n<main>")
_TITLE = "<title>neo4j-viz</title>"
_NAME = "neo4j-viz-gang"
_CONTAINER = re.compile(r'<div id="(neo4j-viz-[0-9a-f]{12})" style="[^"]*"></div>')


def page(reader: Reader, name: str) -> str:
    """Return the page of the gang that ``name`` is an id of, or was; dissolved or not.

    Raises UsageError where there is no such gang, and where neo4j-viz is not installed.
    """
    gang = labels.find(reader, name)
    table = tables.gangs(reader).filter(pl.col("gang_id") == gang.gang_id)
    return draw(groups.gangs(reader, table, tables.zone_of(reader))[0], gang.became)


def draw(group: Group, became: str = "") -> str:
    """Return the page of ``group``; ``became`` is a sentence to begin with, where it was asked for by a former id."""
    try:
        from neo4j_viz import Node, Relationship, VisualizationGraph
    except ImportError:
        raise UsageError("this picture is drawn by neo4j-viz, which is not installed: pip install 'fraudgraph-engine[viz]'") from None
    graph = VisualizationGraph(
        nodes=[Node.model_validate(node) for node in _nodes(group)],
        relationships=[Relationship.model_validate(relationship) for relationship in _relationships(group)],
    )
    words_of = {item.word: _colour(item.kind) for item in group.shared[:MOST_SHARED]}
    graph.set_legend(nodes=[("person (larger: higher intent)", PERSON), *words_of.items()])
    made = graph.render(width="100%", height="100%", theme="light", show_layout_button=False, max_allowed_nodes=MOST_PEOPLE + MOST_SHARED)
    return _finished(str(made.data), group, became)


def _nodes(group: Group) -> Iterator[dict[str, Any]]:
    for number, member in enumerate(group.members[:MOST_PEOPLE]):
        known = member.intent is not None
        yield {
            "id": f"p{number}",
            "caption": member.name,
            "caption_size": 3,
            "size": SMALLEST + (LARGEST - SMALLEST) * min(max(member.intent or 0.0, 0.0), 1.0),
            "color": PERSON,
            "properties": {
                "person": words.show(member.person_id, 60),
                "name": member.name,
                "intent": f"{member.intent:.2f}" if known else "unknown",
                "applications": member.applications,
            },
        }
    for number, item in enumerate(group.shared[:MOST_SHARED]):
        outside = {} if item.others is None else {"people outside": item.others}
        yield {
            "id": f"v{number}",
            "caption": item.value or item.word,
            "caption_size": 2,
            "size": VALUE,
            "color": _colour(item.kind),
            "properties": {"kind": item.word, "value": item.value or "not shown", "members": len(item.members), **outside},
        }


def _relationships(group: Group) -> Iterator[dict[str, Any]]:
    drawn: dict[int, set[int]] = defaultdict(set)
    for number, item in enumerate(group.shared[:MOST_SHARED]):
        for member in item.members:
            if member < MOST_PEOPLE:
                drawn[member].add(number)
                role = "contact" if member in item.contacts else ""
                ends = {"id": f"u{member}-{number}", "source": f"p{member}", "target": f"v{number}"}
                yield {**ends, "caption": role, "color": USE, "width": 1}
    # A tie whose reason is drawn already, as a value between the two, would only lie on top of it.
    for a, b in group.relations:
        if max(a, b) < MOST_PEOPLE and not drawn[a] & drawn[b]:
            yield {"id": f"t{a}-{b}", "source": f"p{a}", "target": f"p{b}", "caption": "tied", "color": TIE, "width": 3}


def _colour(kind: str) -> str:
    return COLOURS.get(kinds.kind_of(kind).icon, OTHER)


def _finished(made: str, group: Group, became: str) -> str:
    """Return the page with its heading and policy; its container gets a name that is the same every time."""
    container = _CONTAINER.search(made)
    head, body = made.find(_TITLE), made.rfind("<body>")
    if container is None or head < 0 or not head < body < container.start():
        raise UsageError("this version of neo4j-viz makes pages of another form: pip install 'neo4j-viz>=1.11,<2'")
    title = f"{group.group_id}: {explain.title(group)}"
    said = [*([became] if became else []), *explain.why(group, bool(group.grade)), *_left_out(group)]
    sentences = Markup("").join(Markup("<p>{}</p>").format(sentence) for sentence in said)
    parts = (
        made[:head],
        str(_HEAD.format(policy=POLICY, title=title)),
        made[head + len(_TITLE) : body],
        str(_BODY.format(title=title, sentences=sentences)),
        made[body + len("<body>") : container.start()],
        f'<div id="{_NAME}"></div></main>',
        made[container.end() :],
    )
    return "".join(parts).replace(container[1], _NAME)


def _left_out(group: Group) -> list[str]:
    parts = []
    if len(group.members) > MOST_PEOPLE:
        parts.append(words.plural(len(group.members) - MOST_PEOPLE, "person with a lower intent", "people with a lower intent"))
    if len(group.shared) > MOST_SHARED:
        parts.append(words.plural(len(group.shared) - MOST_SHARED, "shared value that explains less", "shared values that explain less"))
    return [f"Not drawn: {words.listed(parts)}."] if parts else []
