"""The graph as files: each form comes back as the same graph, with its types, whatever the values are made of."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from xml.etree import ElementTree

import networkx as nx
import polars as pl
import pytest
from gang_nights import NAME, PHONE, nights
from hypothesis import given
from hypothesis import strategies as st
from night_books import random_book, rules

import fraudgraph
from fraudgraph import concealment, masking, model
from fraudgraph.errors import OutputError, UsageError
from fraudgraph.exports import files, graphml, tables
from fraudgraph.exports.tables import EDGES, NODES, Graph
from fraudgraph.stores import Reader, Store, open_store

HOSTILE = ("=1+1", "<b>&\"'", "a\x00b\x0b\ufffe", "-\n\r\t", "\u202eevil", "王" * 50, "]]>", "")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    made = open_store(tmp_path_factory.mktemp("book") / "book.duckdb", create=True)
    nights(made, "abc defg -xy", "abch defg -xy")
    return made


@pytest.fixture
def graph(store: Store) -> Graph:
    with store.snapshot() as reader:
        return tables.graph(reader, tables.everybody(reader))


def of_gang(store: Store) -> Graph:
    with store.snapshot() as reader:
        return tables.graph(reader, tables.of_gang(reader, "G-a"))


def with_texts(graph: Graph) -> Graph:
    """Return the graph with hostile texts where people write."""
    cycle = pl.int_range(pl.len()) % len(HOSTILE)
    labels = cycle.replace_strict(dict(enumerate(HOSTILE)), return_dtype=pl.String)
    return Graph(graph.nodes.with_columns(label=labels), graph.edges.with_columns(link_class=labels))


def simple(found: nx.Graph) -> tuple[dict[str, dict[str, object]], dict[frozenset[str], dict[str, object]]]:
    edges = {frozenset((a, b)): {k: v for k, v in values.items() if k != "id"} for a, b, values in found.edges(data=True)}
    return dict(found.nodes(data=True)), edges


def expected(graph: Graph) -> tuple[dict[str, dict[str, object]], dict[frozenset[str], dict[str, object]]]:
    data = files.node_link(graph)
    nodes = {row.pop("id"): row for row in data["nodes"]}
    return nodes, {frozenset((row.pop("source"), row.pop("target"))): row for row in data["edges"]}


def test_the_graph_has_people_ties_and_what_they_share(graph: Graph) -> None:
    people = graph.nodes.filter(pl.col("what") == "person")
    assert people["id"].to_list() == [f"P-{letter}" for letter in "abcdefghxy"]
    assert people.filter(pl.col("id") == "P-a").select("label", "gang_id", "grade", "intent", "applications").row(0) == (
        masking.name(NAME), "G-a", "B", 0.75, 1,
    )  # fmt: skip
    (value,) = graph.nodes.filter(pl.col("what") == "value").to_dicts()
    assert (value["id"], value["kind"], value["label"], value["people"]) == ("phone-1", "phone", masking.mask("phone", PHONE), 10)
    ties = graph.edges.filter(pl.col("relation") == "tied").select("source", "target", "weight").rows()
    assert ("P-a", "P-b", 0.5) in ties
    assert graph.edges.filter(pl.col("relation") == "uses").select("role", "count", "weight").unique().row(0) == ("own", 1, 1.0)
    assert graph.edges.select("source", "target").is_unique().all()


def test_of_one_gang(store: Store) -> None:
    found = of_gang(store)
    assert set(found.nodes["id"]) == {"P-a", "P-b", "P-c", "P-h", "phone-1"}
    with store.snapshot() as reader, pytest.raises(UsageError, match="there is no gang"):
        tables.of_gang(reader, "G-?")


def test_generic_values_join_nobody(store: Store) -> None:
    class Crowded:
        """The same book, whose one phone number is generic."""

        def __init__(self, reader: Reader) -> None:
            self._reader = reader

        def __getattr__(self, name: str) -> object:
            return getattr(self._reader, name)

        def table(self, name: str, columns: list[str] | None = None, where: dict[str, list[str]] | None = None) -> pl.DataFrame:
            if name == "hubs":
                return pl.DataFrame([("phone", f"+86{PHONE}", 99, 9)], schema=model.HUBS.schema, orient="row").select(columns or pl.all())
            return self._reader.table(name, columns, where)

    with store.snapshot() as reader:
        found = tables.graph(Crowded(reader), tables.everybody(reader))  # type: ignore[arg-type]
    assert set(found.nodes["what"]) == {"person"}


def test_nothing_is_a_graph_too(tmp_path: Path) -> None:
    nothing = Graph(NODES.empty(), EDGES.empty())
    files.write(nothing, tmp_path / "g.graphml")
    assert nx.read_graphml(tmp_path / "g.graphml").number_of_nodes() == 0


def test_graphml_comes_back_with_its_types(graph: Graph, tmp_path: Path) -> None:
    (path,) = files.write(graph, tmp_path / "g.graphml")
    found = nx.read_graphml(path)
    assert type(found) is nx.Graph
    assert simple(found) == expected(graph)
    person = found.nodes["P-a"]
    assert (type(person["intent"]), type(person["applications"]), type(person["label"])) == (float, int, str)
    names = {key.get("attr.name") for key in ElementTree.parse(path).getroot() if key.tag.endswith("}key")}
    assert {"label", "weight"} <= names  # by these Gephi names nodes and draws edges


def test_node_link_comes_back(graph: Graph, tmp_path: Path) -> None:
    (path,) = files.write(graph, tmp_path / "g.JSON")
    assert simple(nx.node_link_graph(json.loads(path.read_text(encoding="utf-8")), edges="edges")) == expected(graph)


def test_parquet_and_csv_are_two_tables(graph: Graph, tmp_path: Path) -> None:
    nodes, edges = files.write(graph, tmp_path / "g.parquet")
    assert (nodes.name, edges.name) == ("g-nodes.parquet", "g-edges.parquet")
    assert pl.read_parquet(nodes).equals(graph.nodes)
    assert pl.read_parquet(edges).equals(graph.edges)
    nodes, edges = files.write(graph, tmp_path / "g.csv")
    assert pl.read_csv(nodes).columns == list(NODES.schema)
    assert pl.read_csv(edges, schema_overrides=dict(EDGES.schema)).select("source", "target", "weight", "count").equals(
        graph.edges.select("source", "target", "weight", "count")
    )


def test_files_are_for_their_owner_alone_and_finished_or_not_there(graph: Graph, tmp_path: Path) -> None:
    for name in ("g.graphml", "g.json", "g.csv", "g.parquet", "g.csv"):
        files.write(graph, tmp_path / name)
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}
    (tmp_path / "folder.csv-edges.csv").mkdir()
    with pytest.raises(OutputError, match="choose another file with --to"):
        files.write(graph, tmp_path / "none" / "g.csv")
    with pytest.raises(UsageError, match=r"\.graphml, \.csv, \.parquet, \.json"):
        files.write(graph, tmp_path / "g.gexf")
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_hostile_texts_break_no_form(graph: Graph, tmp_path: Path) -> None:
    hostile = with_texts(graph)
    for name in ("g.graphml", "g.json", "g.csv", "g.parquet"):
        files.write(hostile, tmp_path / name)
    found = nx.read_graphml(tmp_path / "g.graphml")
    clean = {row["id"]: row.get("label", "") for row in files.node_link(hostile)["nodes"]}
    for node, values in found.nodes(data=True):
        assert values.get("label", "") == clean[node].translate({0: 0xFFFD, 11: 0xFFFD, 0xFFFE: 0xFFFD})
    rows = pl.read_csv(tmp_path / "g-nodes.csv", infer_schema=False)
    assert not [cell for cell in rows["label"].drop_nulls() if cell[0] in "=+-@\t\r"]


@given(st.text(max_size=20))
def test_any_text_is_good_xml(text: str) -> None:
    edges = EDGES.empty()
    row = dict.fromkeys(NODES.schema) | {"id": "P-1", "label": text}
    nodes = pl.DataFrame([row], schema=NODES.schema)
    root = ElementTree.fromstring(graphml.text(Graph(nodes, edges)).encode())
    shown = [data.text for data in root.iter("{http://graphml.graphdrawing.org/xmlns}data") if data.get("key") == "node-label"]
    assert len(shown) == bool(text)


def test_tokens_join_files_and_show_nothing(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRAUDGRAPH_KEY_FILE", str(tmp_path / "key"))
    with store.snapshot() as reader:
        key = tables.key_of(reader)
        one, other = (tables.graph(reader, who, key) for who in (tables.everybody(reader), tables.of_gang(reader, "G-a")))
    values = [found.nodes.filter(pl.col("what") == "value").select("id", "token", "token_key").row(0) for found in (one, other)]
    token = concealment.token(f"+86{PHONE}", key, "phone")
    assert values[0] == values[1] == (f"phone:{token}", token, key.name)
    assert set(one.edges.filter(pl.col("relation") == "uses")["target"]) == {f"phone:{token}"}


def test_revealed_inside_only(store: Store) -> None:
    with masking.revealed():
        plain = of_gang(store)
    assert set(plain.nodes["label"]) == {NAME, f"+86{PHONE}"}
    for found in (of_gang(store), plain):
        assert (NAME in repr(found.nodes["label"].to_list())) is (found is plain)


def test_from_python() -> None:
    result = fraudgraph.detect(random_book(1, people=300, applications=600, gangs=20), settings=rules())
    gang_id = result.gangs["gang_id"].iloc[0]
    gang = result.gang(gang_id)
    assert len(gang.people) == gang.row["members"] > 2
    drawn = gang.graph()
    assert {node for node, kind in drawn.nodes(data="kind") if kind == "person"} == set(gang.people)
    assert nx.utils.graphs_equal(drawn, result.graph(gang_id))
    near, far = (result.graph(gang.people[0], hops=hops) for hops in (1, 9))
    assert set(gang.people) <= set(far)
    assert near.number_of_nodes() <= far.number_of_nodes()
    with pytest.raises(UsageError, match="is no gang of this result"):
        result.gang("G-?")
