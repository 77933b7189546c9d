"""The analyst's questions: their headers keep to the form, and what a header says is what the query does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fraudgraph import cypherfiles
from fraudgraph.cypherfiles import TOPICS, Question, questions, read_question

QUESTIONS = questions()
BY_NAME = pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)

WRITES = re.compile(r"\b(CREATE|MERGE|SET|DELETE|DETACH|REMOVE|DROP|FOREACH|LOAD\s+CSV|ALTER|GRANT|START|STOP)\b", re.IGNORECASE)
NIGHT = re.compile(
    r"fromNight <= (b|e)\.night < coalesce\(\w+\.toNight|fromNight <= b\.night|fromNight = |\.night <= b\.night|fromNight <= \$night"
)

GOOD = """// Who is there
//
// Everybody who
// is there.
//
// Topic: people
// Parameters
//   $limit  rows to show  :param limit => 3
// Columns
//   one    the first
//   other  the second
MATCH (n) RETURN n
"""


def body(question: Question) -> str:
    """The query without comments and without what stands in quotes."""
    lines = [line for line in question.text.splitlines() if not line.lstrip().startswith("//")]
    return re.sub(r"'[^']*'", "''", "\n".join(lines))


def test_there_are_enough_of_them_and_titles_are_told_apart() -> None:
    assert len(QUESTIONS) >= 20
    assert len({question.title for question in QUESTIONS}) == len(QUESTIONS)
    assert {question.topic for question in QUESTIONS} == set(TOPICS)


def test_they_come_in_one_order() -> None:
    order = [(list(TOPICS).index(question.topic), question.name) for question in QUESTIONS]
    assert order == sorted(order)


@BY_NAME
def test_the_first_line_is_the_title_that_favourites_show(question: Question) -> None:
    assert question.text.splitlines()[0] == f"// {question.title}"


@BY_NAME
def test_parameters_are_those_of_the_query(question: Question) -> None:
    assert set(re.findall(r"\$(\w+)", body(question))) == {one.name for one in question.parameters}


@BY_NAME
def test_it_asks_for_the_night_and_writes_nothing(question: Question) -> None:
    text = body(question)
    assert "MATCH (b:Book)" in text
    assert NIGHT.search(text)
    assert not WRITES.search(text)


@BY_NAME
def test_it_needs_no_procedure_and_no_plugin(question: Question) -> None:
    assert not re.search(r"\bCALL\s+[a-z]|\bapoc\.|\bgds\.|\bid\(", body(question))


@BY_NAME
def test_its_rows_come_in_an_order(question: Question) -> None:
    assert "ORDER BY" in body(question) or list(question.columns) in (["path"], ["steps", "path"])


def test_a_header_is_read() -> None:
    found = read_question("who", GOOD)
    assert (found.title, found.topic, found.purpose) == ("Who is there", "people", "Everybody who is there.")
    assert [(one.name, one.meaning, one.example) for one in found.parameters] == [("limit", "rows to show", "3")]
    assert found.columns == {"one": "the first", "other": "the second"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("// Topic: people\n", ""),
        ("Topic: people", "Topic: everything"),
        ("// Columns\n", ""),
        ("// Who is there\n", "//\n"),
        (":param limit", ":param other"),
        ("rows to show  :param", "rows to show :param"),
        ("//   one    the first", "//   one"),
    ],
)
def test_a_header_that_breaks_the_form_is_refused_by_name(old: str, new: str) -> None:
    assert old in GOOD
    with pytest.raises(ValueError, match="who"):
        read_question("who", GOOD.replace(old, new))


def test_files_are_found_by_their_path() -> None:
    assert cypherfiles.text("browse", f"{QUESTIONS[0].name}.cypher") == QUESTIONS[0].text


README = (Path(__file__).resolve().parent.parent / "cypher" / "README.md").read_text(encoding="utf-8")


def table() -> str:
    """The questions as cypher/README.md lists them."""
    parts = []
    for topic, heading in TOPICS.items():
        rows = []
        for question in (one for one in QUESTIONS if one.topic == topic):
            asked = ", ".join(f"`${one.name}`" for one in question.parameters) or "–"
            rows.append(f"| {question.title} | [`{question.name}`](browse/{question.name}.cypher) | {asked} |\n")
        parts.append(f"### {heading}\n\n| question | file | asks for |\n|---|---|---|\n{''.join(rows)}")
    return "\n".join(parts)


def test_the_folders_readme_lists_every_question() -> None:
    assert README.split("## Questions\n\n")[1] == table()


def test_the_folders_readme_names_every_folder_and_shows_the_form() -> None:
    root = Path(__file__).resolve().parent.parent / "cypher"
    assert {path.name for path in root.iterdir() if path.is_dir()} == set(re.findall(r"^\| `(\w+)/`", README, re.MULTILINE))
    shown = re.search(r"```\n(// Who is in this gang.*?)```", README, re.DOTALL)
    assert shown is not None
    assert read_question("shown", shown[1]).columns == {"personId": "the person"}
