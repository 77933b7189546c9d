"""One gang as a graph: what is drawn of it, what is masked, and how the page is finished."""

from __future__ import annotations

import json
import re
import sys
from typing import Any

import polars as pl
import pytest
from fake_reader import Book, FakeReader, lenders_book
from test_page import HOSTILE, hostile_book

from fraudgraph.errors import UsageError
from fraudgraph.model import GANG_EVENTS
from fraudgraph.reports import network


def worst(reader: FakeReader) -> str:
    return str(reader.tables["gangs"].sort("members", "gang_id", descending=True)["gang_id"][0])


def drawn(page: str) -> dict[str, Any]:
    """The graph that the page carries."""
    found = re.search(r'<script type="application/json" id="neo4j-viz-data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    made: dict[str, Any] = json.loads(found[1])
    return made


@pytest.fixture(scope="module")
def reader() -> FakeReader:
    return lenders_book(plain=50).reader()


@pytest.fixture(scope="module")
def page(reader: FakeReader) -> str:
    return network.page(reader, worst(reader))


def test_everybody_is_drawn_and_held_by_values_that_two_share(reader: FakeReader, page: str) -> None:
    graph = drawn(page)
    people = [node for node in graph["nodes"] if node["id"].startswith("p")]
    values = [node for node in graph["nodes"] if node["id"].startswith("v")]
    members = set(reader.tables["gang_members"].filter(reader.tables["gang_members"]["gang_id"] == worst(reader))["person_id"])
    assert {node["properties"]["person"] for node in people} == members
    assert values
    ends = {node["id"] for node in graph["nodes"]}
    assert all({edge["from"], edge["to"]} <= ends for edge in graph["relationships"])
    for value in values:
        assert sum(edge["to"] == value["id"] for edge in graph["relationships"]) == value["properties"]["members"] >= 2


def test_people_are_larger_the_higher_their_intent_and_kinds_have_colours() -> None:
    book = Book()
    people = [book.person(day, intent, **{"device.own": "d" * 12}) for day, intent in enumerate((0.1, 0.9, None, 0.5))]
    book.group(people, "A")
    graph = drawn(network.page(book.reader(), f"G-{min(people)[2:]}"))
    size = {node["properties"].get("intent"): node["size"] for node in graph["nodes"] if node["id"].startswith("p")}
    assert size["unknown"] == network.SMALLEST < size["0.10"] < size["0.50"] < size["0.90"] < network.LARGEST
    colours = {node["id"][0]: node["color"].upper() for node in graph["nodes"]}
    assert colours == {"p": network.PERSON, "v": network.COLOURS["device"]}
    assert [(entry["label"], entry["color"].upper()) for entry in graph["legend"]["nodes"]["entries"]] == [
        ("person (larger: higher intent)", network.PERSON),
        ("device", network.COLOURS["device"]),
    ]


def test_a_contact_is_said_and_a_tie_is_drawn_where_no_value_says_it() -> None:
    book = Book()
    one = book.person(0, 0.8, **{"phone.own": "+8613899999999"})
    other = book.person(1, 0.8, **{"phone.contact1": "+8613899999999"})
    third = book.person(2, 0.8)
    book.group([one, other, third], "B")
    reader = book.reader()
    rows = [(one, other, 0.9, "phone own-contact", 9.0), (other, third, 0.9, "relation:transfer", 9.0)]
    reader.tables["ties"] = (
        reader.tables["ties"].clear().vstack(type(reader.tables["ties"])(rows, schema=reader.tables["ties"].schema, orient="row"))
    )
    graph = drawn(network.page(reader, f"G-{one[2:]}"))
    name = {node["id"]: node["properties"].get("person", "value") for node in graph["nodes"]}
    edges = {
        (name[edge["from"]], name[edge["to"]]): edge["captions"][0]["value"] if edge.get("captions") else edge.get("caption", "")
        for edge in graph["relationships"]
    }
    assert edges == {(one, "value"): "", (other, "value"): "contact", (other, third): "tied"}


def test_values_are_masked(reader: FakeReader, page: str) -> None:
    data = json.dumps(drawn(page), ensure_ascii=False)
    shown = re.sub(r"</?[^>]*>", " ", page[page.rfind("<header>") : page.rfind("</header>")])
    for column in ("phone.own", "device.own", "bank_card.own", "phone.contact1"):
        for value in reader.tables["keys"][column].drop_nulls().unique():
            assert value not in data
            assert value.removeprefix("+86") not in shown
    for name in reader.tables["applications"]["name"].drop_nulls().unique():
        assert name not in data


def test_hostile_values_stay_data(page: str) -> None:
    hostile = hostile_book().reader()
    made = network.page(hostile, worst(hostile))
    assert not [value for value in HOSTILE if "<" in value and value in made]
    assert made.count("<script") == page.count("<script")
    assert "\u202e" not in made[made.rfind("<header>") :]


def test_the_page_is_the_same_every_time(reader: FakeReader, page: str) -> None:
    assert network.page(reader, worst(reader)) == page


def test_the_page_has_its_title_its_sentences_and_a_policy_without_network(reader: FakeReader, page: str) -> None:
    assert page.count("<title>") - page.count("<title>neo4j-viz</title>") >= 1
    head = page[: page.index("<script")]
    assert f"<title>{worst(reader)}: " in head
    assert "<title>neo4j-viz</title>" not in head
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', head)
    assert policy is not None
    assert "default-src &#39;none&#39;" in policy[1]
    assert "connect-src" not in policy[1], "it falls back to nothing at all"
    assert "http" not in policy[1]
    assert "above the threshold T" in page[page.rfind("<header>") :]


def test_a_large_gang_says_what_is_left_out(monkeypatch: pytest.MonkeyPatch, reader: FakeReader) -> None:
    monkeypatch.setattr(network, "MOST_PEOPLE", 3)
    monkeypatch.setattr(network, "MOST_SHARED", 1)
    made = network.page(reader, worst(reader))
    graph = drawn(made)
    assert len([node for node in graph["nodes"] if node["id"].startswith("p")]) == 3
    assert len(graph["nodes"]) <= 4
    assert re.search(r"<p>Not drawn: \d+ people with a lower intent and \d+ shared values? that explains? less\.</p>", made)


def test_a_former_id_shows_the_gang_that_it_became(monkeypatch: pytest.MonkeyPatch, reader: FakeReader) -> None:
    now = worst(reader)
    merged = pl.DataFrame([(now, "merged", "G-before", "A1")], schema=GANG_EVENTS.schema, orient="row")
    monkeypatch.setattr(FakeReader, "events", lambda self, gang_id=None: merged)
    made = network.page(reader, "G-before")
    assert f"<header><h1>{now}: " in made
    assert f"<p>G-before is part of {now} now.</p>" in made


def test_a_gang_that_is_not_there_is_one_sentence(reader: FakeReader) -> None:
    with pytest.raises(UsageError, match="there is no gang 'G-nobody'"):
        network.page(reader, "G-nobody")


def test_without_the_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, reader: FakeReader) -> None:
    monkeypatch.setitem(sys.modules, "neo4j_viz", None)
    with pytest.raises(UsageError, match=re.escape("pip install 'fraudgraph-engine[viz]'")):
        network.page(reader, worst(reader))


def test_a_library_that_makes_other_pages_is_told(monkeypatch: pytest.MonkeyPatch, reader: FakeReader) -> None:
    monkeypatch.setattr(network, "_TITLE", "<title>something else</title>")
    with pytest.raises(UsageError, match="makes pages of another form"):
        network.page(reader, worst(reader))
