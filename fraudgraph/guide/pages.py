"""The pages themselves, made of the files of ``cypher/browse`` so that a question is written once and nowhere else."""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby

from fraudgraph import cypherfiles
from fraudgraph.cypherfiles import TOPICS, Question

_MARK = re.compile(r"\{\{([a-z ]+?)(?: ([a-z-]+))?\}\}")
_EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The oldest time that a ZIP file can hold: the same favourites make the same bytes."""


@dataclass(frozen=True)
class Page:
    """One thing that can be fetched."""

    content_type: str
    content: bytes


def pages(origin: str) -> dict[str, Page]:
    """Return path -> page; ``origin`` (``http://localhost:PORT``) is where the guide says that the others are."""
    return {
        "/guide.html": Page("text/html; charset=utf-8", guide(origin).encode()),
        "/style.grass": Page("text/plain; charset=utf-8", style().encode()),
        "/favourites.zip": Page("application/zip", favourites()),
    }


def style() -> str:
    """Return the style sheet."""
    return cypherfiles.text("browse", "style.grass")


def guide(origin: str) -> str:
    """Return the guide; raise ValueError for a mark in it that is not understood."""
    questions = {question.name: question for question in cypherfiles.questions()}

    def filled(mark: re.Match[str]) -> str:
        if mark[0] == "{{origin}}":
            return _escaped(origin)
        if mark[0] == "{{all questions}}":
            return _listed(list(questions.values()))
        if mark[1] not in _BLOCKS or mark[2] not in questions:
            raise ValueError(f"the guide has a mark that is not understood: {mark[0]}")
        return _BLOCKS[mark[1]](questions[mark[2]])

    return _MARK.sub(filled, cypherfiles.text("browse", "guide", "guide.html"))


def favourites() -> bytes:
    """Return the questions as a ZIP file of a folder a topic, the form in which Browser exports and imports its favourites."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for question in cypherfiles.questions():
            entry = zipfile.ZipInfo(f"fraudgraph {question.topic}/{question.name}.cypher", _EARLIEST)
            entry.create_system = 3  # the same on every system
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, question.text)
    return packed.getvalue()


def _escaped(text: str) -> str:
    """HTML of a text without any "=": Browser first cuts out what looks like an event handler to it, such as ``one.night = 1``."""
    return html.escape(text).replace("=", "&#61;")


def _runnable(text: str) -> str:
    """Browser puts the text of such a block into its editor when it is clicked."""
    return f'<pre class="pre-scrollable code runnable">\n{_escaped(text)}</pre>'


def _question(question: Question) -> str:
    """The title stays above the query as its first line, so that a frame says which question it answers."""
    body = re.sub(r"\A(?://.*\n)+", "", question.text).rstrip()
    return _runnable(f"// {question.title}\n{body}")


def _parameters(question: Question) -> str:
    """Browser runs a line of ``data-exec`` in place of the guide; one of ``data-populate`` goes into the editor, and the guide stays."""
    return "\n".join(
        f'<p><a data-populate="{_escaped(f":param {one.name} => {one.example}")}">'
        f"{_escaped(f':param {one.name} => {one.example}')}</a> {_escaped(one.meaning)}</p>"
        for one in question.parameters
    )


def _listed(questions: list[Question]) -> str:
    parts = []
    for topic, group in groupby(questions, key=lambda question: question.topic):
        items = "".join(f"<li><b>{_escaped(one.title)}</b>: {_escaped(one.purpose)}</li>" for one in group)
        parts.append(f"<h4>{_escaped(TOPICS[topic])}</h4><ul>{items}</ul>")
    return "\n".join(parts)


_BLOCKS: dict[str, Callable[[Question], str]] = {
    "question": _question,
    "parameters": _parameters,
    "purpose": lambda question: _escaped(question.purpose),
}
"""What a mark of the guide can ask of a question."""
