"""The commands of an investigation, as an analyst types them, on a small book: checked against the book's own tables."""

from __future__ import annotations

import csv
from io import StringIO
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import networkx as nx
import polars as pl
import pytest

from fraudgraph.stores import open_store

if TYPE_CHECKING:
    from conftest import Ask


@pytest.fixture(scope="session")
def tables(plain: Path) -> dict[str, pl.DataFrame]:
    names = ("ties", "pairs", "membership", "gangs", "gang_members", "communities", "links", "hubs")
    with open_store(plain, create=False).snapshot() as reader:
        return {name: reader.table(name) for name in names}


def filled(book: pl.DataFrame, column: str) -> tuple[str, str]:
    """Return (application_id, value) of the first application that has one."""
    return book.drop_nulls(column).select("application_id", column).row(0)


@pytest.mark.parametrize(
    ("column", "spelled"),
    [
        ("phone", lambda v: f"+86 {v[:3]}-{v[3:7]} {v[7:]}"),
        ("phone", lambda v: "".join(chr(ord(c) + 0xFEE0) for c in v)),
        ("id_number", lambda v: f" {v[:6]} {v[6:14]} {v[14:].lower()}"),
        ("device_id", str.upper),
        ("bank_card", lambda v: " ".join(v[i : i + 4] for i in range(0, len(v), 4))),
        ("home_address", lambda v: v.replace("北京市", "北京 ")),
        ("ip", str),
    ],
)
def test_a_value_is_found_in_any_spelling_and_shown_masked(ask: Ask, book: pl.DataFrame, column: str, spelled: Any, masked: Any) -> None:
    application, value = filled(book, column)
    found = ask("find", spelled(value)).json
    assert found["values"], column
    assert value not in str(found)
    person = ask("show", application).json["person_id"]
    assert found["values"][0]["generic"] or person in {row["person_id"] for row in found["people"]}


def test_numbers_are_found_by_their_last_digits_and_by_what_is_shown_of_them(ask: Ask, book: pl.DataFrame) -> None:
    _, phone = filled(book, "phone")
    shown = f"{phone[:3]}****{phone[-4:]}"
    by_end, by_mask = ask("find", phone[-4:]).json["values"], ask("find", shown).json["values"]
    assert shown in {row["value"] for row in by_end if row["kind"] == "phone"}
    assert by_mask
    assert {row["value"] for row in by_mask} == {shown}
    assert ask("find", "138****").code == 2
    assert ask("find", "  ").code == 2


def test_a_name_is_found(ask: Ask, book: pl.DataFrame) -> None:
    application, name = filled(book, "name")
    found = ask("find", f" {name[0]} {name[1:]}先生 ").json
    assert ask("show", application).json["person_id"] in {row["person_id"] for row in found["people"]}
    assert name not in str(found)


def test_a_masked_store_finds_the_same_people_by_the_same_references(
    ask: Ask, book: pl.DataFrame, masked: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, key = masked
    monkeypatch.setenv("FRAUDGRAPH_KEY_FILE", str(key))
    wanted = [filled(book, column)[1] for column in ("phone", "name", "device_id", "bank_card", "id_number")]
    wanted += [wanted[0][-4:], f"{wanted[0][:3]}****{wanted[0][-4:]}"]
    for value in wanted:
        one, other = ask("find", value).json, ask("find", value, store=store).json
        assert [row["person_id"] for row in one["people"]] == [row["person_id"] for row in other["people"]]
        assert [row["reference"] for row in one["values"]] == [row["reference"] for row in other["values"]]


def test_show_says_what_there_is_of_each_thing(ask: Ask, tables: dict[str, pl.DataFrame]) -> None:
    gang = tables["gangs"].filter(pl.col("community_id") != "")["gang_id"][0]
    community = tables["communities"]["community_id"][0]
    person, application = tables["membership"].select("person_id", "application_id").row(0)
    assert ask("show", gang).json["gang_id"] == gang
    assert {row["person_id"] for row in ask("show", community).json["people"]} == set(
        tables["communities"].filter(pl.col("community_id") == community)["person_id"]
    )
    shown = ask("show", person).json
    assert {row["application_id"] for row in shown["applied"]} == set(
        tables["membership"].filter(pl.col("person_id") == person)["application_id"]
    )
    for row in ask("show", application).json["gives"]:
        value = ask("show", row["reference"]).json
        assert (value["kind"], value["people"]) == (row["kind"], row["people"])
        assert value["generic"] or person in {user["person_id"] for user in value["users"]}
    for wrong in ("nothing", "P-nothing", "C-x", "G-x", "phone@nothing", "13912345678", ""):
        ended = ask("show", wrong)
        assert ended.code == 2
        assert "13912345678" not in ended.err


def test_hubs_are_those_of_the_book(ask: Ask, tables: dict[str, pl.DataFrame]) -> None:
    found = ask("hubs").json["hubs"]
    assert sorted((row["kind"], row["people"]) for row in found) == sorted(tables["hubs"].select("kind", "people").rows())


def test_neighbours_by_all_values_are_those_who_share_one(ask: Ask, tables: dict[str, pl.DataFrame]) -> None:
    person = tables["ties"]["person_a"][0]
    found = {row["person_id"] for row in ask("neighbours", person, "--all", "--crowd", "100").json["neighbours"]}
    links = tables["links"].join(tables["hubs"], on=["kind", "key"], how="anti")
    mine = links.filter(pl.col("person_id") == person)
    assert found == set(links.join(mine, on=["kind", "key"], how="semi")["person_id"])
    near = {row["person_id"]: row["hop"] for row in ask("neighbours", person, "--hops", "2").json["neighbours"]}
    tied = {b for a, b in tables["ties"].select("person_a", "person_b").iter_rows() if a == person}
    assert all(near[one] == 1 for one in tied)
    assert near[person] == 0


def test_paths_are_shortest_and_strongest(ask: Ask, tables: dict[str, pl.DataFrame]) -> None:
    graph = nx.Graph(tables["pairs"].select("person_a", "person_b").rows())
    one, other = next((a, b) for a, b in nx.non_edges(graph) if nx.has_path(graph, a, b))
    rows = ask("path", one, other, "--count", "4", "--steps", "8").json["paths"]
    shortest = [row for row in rows if row["path"] == 0]
    assert len(shortest) == nx.shortest_path_length(graph, one, other)
    strengths = []
    for number in sorted({row["path"] for row in rows}):
        way = [row for row in rows if row["path"] == number]
        assert way[0]["person_a"] == one
        assert way[-1]["person_b"] == other
        assert all(a["person_b"] == b["person_a"] for a, b in pairwise(way))
        assert all(graph.has_edge(row["person_a"], row["person_b"]) for row in way)
        strengths.append(way[0]["strength"])
    assert strengths[1:] == sorted(strengths[1:], reverse=True)
    assert strengths[1] >= strengths[0] - 1e-9


def test_why_two_people_are_tied_agrees_with_the_tie(ask: Ask, tables: dict[str, pl.DataFrame]) -> None:
    for row in tables["ties"].head(3).iter_rows(named=True):
        found = ask("why", row["person_b"], row["person_a"]).json
        assert found["tied"]
        assert found["probability"] == pytest.approx(row["probability"], abs=1e-5)
        assert found["class"] == row["link_class"]
        assert found["weighed"][-1]["probability"] == pytest.approx(row["probability"], abs=1e-5)
    assert ask("why", tables["ties"]["person_a"][0], tables["ties"]["person_a"][0]).json["what"] == "person"


def test_why_an_application_was_flagged_or_not(ask: Ask, tables: dict[str, pl.DataFrame]) -> None:
    flagged = set(tables["gang_members"]["person_id"])
    inside = set(tables["communities"]["person_id"])
    groups = [group for group in (flagged, inside) if group]
    chosen = {tables["membership"].filter(pl.col("person_id").is_in(sorted(group)))["application_id"][0] for group in groups}
    alone = tables["membership"].filter(~pl.col("person_id").is_in(sorted(inside)))["application_id"][0]
    for application in [*sorted(chosen), alone]:
        found = ask("why", application).json
        assert found["flagged"] == (found["person_id"] in flagged)
        assert found["nearest_change"]
        assert found["person"][0]["rule"]


def test_as_of_and_the_three_forms(ask: Ask, tables: dict[str, pl.DataFrame]) -> None:
    person, other = tables["ties"].select("person_a", "person_b").row(0)
    for command in [("find", "2231"), ("show", person), ("hubs",), ("neighbours", person), ("path", person, other), ("why", person)]:
        now = ask(*command).json
        assert ask(*command, "--as-of", "9000-01-01").json == now
        assert ask(*command, "--as-of", "2001-01-01").code == 2
        listed = list(csv.DictReader(StringIO(ask(*command, form="csv").out)))
        assert isinstance(now, dict)
        parts = [name for name, rows in now.items() if isinstance(rows, list) and name != "said"]
        facts = len(set(now) - {"said", *parts}) > 0
        assert len(listed) == sum(len(now[name]) for name in parts) + facts
        text = ask(*command, form="table").out
        assert text
        assert max(map(len, text.splitlines())) <= 100
