"""Every question for Browser, on a real server: its answer is what the tables say, worked out by other means.

Asked twice: of the sample book as a newcomer loads it, with the examples of the questions' own headers, and of the same book come
in over three nights, with rows that hold no longer beside those that do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import browse_gangs
import browse_people
import browse_rule
import polars as pl
import pytest
from browse_asking import answer, examples, plain
from browse_tables import Book
from neo4j import Driver, GraphDatabase
from servers import Server, Stranger

from fraudgraph import pipeline
from fraudgraph.cypherfiles import Question, questions
from fraudgraph.model import LABELS
from fraudgraph.settings import defaults
from fraudgraph.stores import open_store

SAMPLES = Path(__file__).resolve().parents[2] / "data" / "samples"
CHINESE, WESTERN, RELATIONS = SAMPLES / "applications_cn.csv", SAMPLES / "applications_west.csv", SAMPLES / "relations.csv"
ANSWERS = {**browse_gangs.ANSWERS, **browse_people.ANSWERS, **browse_rule.ANSWERS}
BY_NAME = pytest.mark.parametrize("question", questions(), ids=lambda question: question.name)
UNORDERED = {"gang-picture", "person-neighbourhood", "path-between", "what-ties-two"}
"""Pictures, and a union of three lists."""


@dataclass
class Loaded:
    """One book, in a server and as tables."""

    driver: Driver
    book: Book
    one_night: bool

    heard: dict[str, tuple[list[str], list[dict[str, Any]], list[str]]] = field(default_factory=dict)

    def asked(self, question: Question) -> dict[str, Any]:
        return examples(question) if self.one_night else {**examples(question), **busiest(self.book, question)}

    def answer(self, question: Question) -> tuple[list[str], list[dict[str, Any]], list[str]]:
        """Columns, rows and the server's remarks; each question is asked once."""
        if question.name not in self.heard:
            self.heard[question.name] = answer(self.driver, question, self.asked(question))
        return self.heard[question.name]


def busiest(book: Book, question: Question) -> dict[str, Any]:
    """Parameters that have something to show in a book whose ids the headers do not know."""
    now = book.now
    gang = max(now.live, key=lambda row: (sum(event["gang_id"] == row["gang_id"] for event in now.events), row["members"], row["gang_id"]))
    members = set(now.people[gang["gang_id"]])
    tie = next(row for row in now.ties if {row["person_a"], row["person_b"]} <= members)
    ends = [now.made[person][0]["application_id"] for person in sorted(members)]
    phones = {key: sum(person in now.gangs_of for person in people) for (kind, key), people in now.holders.items() if kind == "phone"}
    phone = max(phones, key=lambda key: (phones[key], key))
    known = {
        "gangId": gang["gang_id"],
        "night": 2,
        "personId": sorted(members)[0],
        "personA": tie["person_a"],
        "personB": tie["person_b"],
        "applicationA": ends[0],
        "applicationB": ends[-1],
        "phone": phone,
        "digits": phone[-4:],
        "channel": now.made[sorted(members)[0]][0]["channel"],
        "threshold": gang["threshold"],
    }
    return {one.name: known[one.name] for one in question.parameters if one.name in known}


def in_three(folder: Path) -> list[list[Path]]:
    """The rows of the Chinese file by time in three parts, as text. Relations to the other file's people wait for good."""
    rows = pl.read_csv(CHINESE, infer_schema=False, truncate_ragged_lines=True).sort("申请时间", nulls_last=True)
    parts = [folder / f"{night}.csv" for night in (1, 2, 3)]
    cuts = [0, len(rows) * 6 // 10, len(rows) * 7 // 10, len(rows)]
    for part, (start, end) in zip(parts, pairwise(cuts), strict=True):
        rows[start:end].write_csv(part)
    return [[part] for part in parts]


@pytest.fixture(scope="module", params=["one night", "three nights"])
def loaded(request: pytest.FixtureRequest, neo4j_server: Server | Stranger, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    one_night = request.param == "one night"
    folder = tmp_path_factory.mktemp("browse")
    neo4j_server.wipe()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NEO4J_USERNAME", neo4j_server.username)
        patch.setenv("NEO4J_PASSWORD", neo4j_server.password)
        for store in (neo4j_server.uri, folder / "book.duckdb"):
            for n, inputs in enumerate([[CHINESE, WESTERN]] if one_night else in_three(folder)):
                pipeline.run(inputs, store=store, settings=defaults(), relations=RELATIONS if n == 0 else None)
            label(store)
    book = Book(folder / "book.duckdb")
    with GraphDatabase.driver(neo4j_server.uri, auth=(neo4j_server.username, neo4j_server.password)) as driver:
        yield Loaded(driver, book, one_night)


def label(store: str | Path) -> None:
    """Some gangs are confirmed, one of them after a first suspicion, and one is dismissed."""
    opened = open_store(store, create=False)
    with opened.snapshot() as reader:
        gangs = reader.table("gangs").filter(pl.col("status") != "dissolved").sort("gang_id")["gang_id"].to_list()
        night = reader.night
    said = [(gang, "confirmed") for gang in gangs[1::2]] + [(gangs[0], "dismissed")]
    said = [(gangs[1], "suspicious"), *said]
    start = datetime(2026, 1, 1, tzinfo=UTC)
    rows = [(gang, word, "seen", "analyst", start + timedelta(minutes=n), night) for n, (gang, word) in enumerate(said)]
    opened.label(pl.DataFrame(rows, schema=LABELS.schema, orient="row"))


def test_every_question_has_its_answer() -> None:
    assert ANSWERS.keys() == {question.name for question in questions()}


@BY_NAME
def test_the_answer_is_what_the_tables_say(question: Question, loaded: Loaded) -> None:
    asked = loaded.asked(question)
    columns, rows, _ = loaded.answer(question)
    assert columns == list(question.columns)
    expected = ANSWERS[question.name](loaded.book, asked)
    known = [{name: row[name] for name in (expected[0] if expected else row)} for row in rows]
    assert set(columns) - {name for row in expected for name in row} <= ({"caption"} if expected else set(columns))
    if question.name in UNORDERED:
        # A person who gave a value in two roles is on two paths that read the same.
        count = set if list(question.columns) == ["path"] else Counter
        assert count(map(comparable, known)) == count(map(comparable, expected))
    else:
        assert list(map(comparable, known)) == list(map(comparable, expected))


def comparable(row: dict[str, Any]) -> tuple[tuple[str, Any], ...]:
    """A row that equals another one but for the last bits of its sums, and whose paths read the same from both ends."""

    def one(value: Any) -> Any:
        if isinstance(value, float):
            return round(value, 9)
        if isinstance(value, tuple):
            return min(value, value[::-1])
        return tuple(value) if isinstance(value, list) else value

    return tuple((name, one(value)) for name, value in sorted(row.items()))


@BY_NAME
def test_examples_of_the_headers_have_something_to_show_in_the_sample(question: Question, loaded: Loaded) -> None:
    if loaded.one_night:
        assert ANSWERS[question.name](loaded.book, examples(question))


def test_three_nights_leave_rows_that_hold_no_longer(loaded: Loaded) -> None:
    """Otherwise nothing here would notice a question that forgets the night."""
    closed = loaded.driver.execute_query("MATCH ()-[r]->() WHERE r.toNight IS NOT NULL RETURN count(r) AS n, count(DISTINCT type(r)) AS t")
    many, kinds = closed.records[0].values()
    assert (many == 0) if loaded.one_night else (many > 0 and kinds > 3)


@BY_NAME
def test_the_server_has_nothing_to_remark(question: Question, loaded: Loaded) -> None:
    """A remark (a property that nothing has, a product of two lists) is a warning sign in Browser above every answer."""
    assert loaded.answer(question)[2] == []


def test_rows_that_are_not_yet_there_change_no_answer(loaded: Loaded) -> None:
    """What a night that is being written has put there already is seen by nobody; checked in a transaction that is taken back."""
    with loaded.driver.session() as session, session.begin_transaction() as transaction:
        transaction.run(COMING).consume()
        for question in questions():
            result = transaction.run(question.text, loaded.asked(question))
            rows = [{name: plain(record[name]) for name in record.keys()} for record in result]  # noqa: SIM118
            assert sorted(map(str, rows)) == sorted(map(str, loaded.answer(question)[1])), question.name
        transaction.rollback()


COMING = """
MATCH (b:Book)
MATCH (g:Gang)
MATCH (p:Person)
WHERE NOT EXISTS { (p)-[:IN_GANG]->() }
WITH b, collect(DISTINCT g) AS gangs, collect(DISTINCT p)[..20] AS people
UNWIND gangs AS g
UNWIND people AS p
CREATE (p)-[:IN_GANG {fromNight: b.night + 1}]->(g)
WITH b, g, p
MATCH (g)<-[:IN_GANG]-(q:Person)
WITH b, p, collect(DISTINCT q)[..5] AS others
UNWIND others AS q
CREATE (p)-[:TIED {fromNight: b.night + 1, probability: 1.0, class: 'x', evidence: 1.0, reasons: ''}]->(q)
WITH DISTINCT b, p
MATCH (i:Identifier)
WITH b, p, i LIMIT 2000
CREATE (p)-[:USES {fromNight: b.night + 1, role: 'own', count: 1}]->(i)
"""
