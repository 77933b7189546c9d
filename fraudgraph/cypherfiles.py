"""Where the project's Cypher lies: the folder ``cypher``, its files, and the analyst's questions with what their headers say.

Cypher is never text in Python. In an installed package the folder is ``fraudgraph/cypher``; in a checkout it lies beside the package.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_PARAMETER = re.compile(r"\$(\w+)\s{2,}(.+?)\s{2,}:param (\w+) => (.+)")
_COLUMN = re.compile(r"(\w+)\s{2,}(.+)")


def folder() -> Traversable:
    """Return the folder ``cypher``: inside the package, else beside it. Raise FileNotFoundError where it did not travel."""
    inside = resources.files("fraudgraph").joinpath("cypher")
    if inside.is_dir():
        return inside
    beside = _PACKAGE.parent / "cypher"
    if beside.is_dir():
        return beside
    raise FileNotFoundError("the folder cypher is missing from this installation")


def text(*path: str) -> str:
    """Return the text of one file of the folder, such as ``text("browse", "style.grass")``."""
    return folder().joinpath(*path).read_text(encoding="utf-8")


@dataclass(frozen=True)
class Parameter:
    """A value that a question asks for."""

    name: str
    meaning: str
    example: str
    """As Cypher writes it; an example that exists in the sample book."""


@dataclass(frozen=True)
class Question:
    """One file of ``cypher/browse``."""

    name: str
    """File name without its ending."""
    title: str
    topic: str
    purpose: str
    parameters: tuple[Parameter, ...]
    columns: dict[str, str]
    """Result column -> its meaning, in order."""
    text: str
    """The whole file."""


@cache
def questions() -> tuple[Question, ...]:
    """Return the analyst's questions, in the order of their topics in TOPICS and then of their names."""
    files = [file for file in folder().joinpath("browse").iterdir() if file.name.endswith(".cypher")]
    found = [read_question(file.name.removesuffix(".cypher"), file.read_text(encoding="utf-8")) for file in files]
    return tuple(sorted(found, key=lambda question: (list(TOPICS).index(question.topic), question.name)))


TOPICS = {
    "gangs": "Gangs",
    "people": "People and what ties them",
    "identifiers": "Phones, devices and other values",
    "rule": "The rule",
    "book": "The book",
}
"""What questions are about -> the heading that they stand under."""


def read_question(name: str, source: str) -> Question:
    """Return what the header of a file says; raise ValueError where it does not keep to the form.

    The header is ``// Title``, an empty comment, a few sentences, an empty comment, ``// Topic:``, then ``// Parameters`` and
    ``// Columns``, each followed by indented lines of names and meanings, two blanks or more between the two.
    """
    lines = []
    for line in source.splitlines():
        if not line.startswith("//"):
            break
        lines.append(line.removeprefix("//"))
    try:
        topic = next(n for n, line in enumerate(lines) if line.startswith(" Topic: "))
        asked = next(n for n, line in enumerate(lines) if line.startswith(" Parameters"))
        given = lines.index(" Columns")
    except (StopIteration, ValueError):
        raise ValueError(f"{name}.cypher: its header has no Topic, Parameters or Columns") from None
    title, purpose = lines[0].strip(), " ".join(line.strip() for line in lines[1:topic]).strip()
    kind = lines[topic].removeprefix(" Topic: ")
    if not title or not purpose or kind not in TOPICS:
        raise ValueError(f"{name}.cypher: its header has no title, no purpose or an unknown topic")
    columns = [_match(_COLUMN, line, name) for line in lines[given + 1 :]]
    return Question(
        name=name,
        title=title,
        topic=kind,
        purpose=purpose,
        parameters=tuple(_parameter(line, name) for line in lines[asked + 1 : given]),
        columns={found[1]: found[2] for found in columns},
        text=source,
    )


def _parameter(line: str, name: str) -> Parameter:
    found = _match(_PARAMETER, line, name)
    if found[1] != found[3]:
        raise ValueError(f"{name}.cypher: ${found[1]} has an example for {found[3]}")
    return Parameter(found[1], found[2], found[4])


def _match(form: re.Pattern[str], line: str, name: str) -> re.Match[str]:
    found = form.fullmatch(line.strip())
    if found is None:
        raise ValueError(f"{name}.cypher: its header has a line that is not understood: {line.strip()}")
    return found
