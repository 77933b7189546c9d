"""The store's own files of Cypher: each is used, says what it is, names all that is to be stored, and is answered by indexes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from graphs import Graph

from fraudgraph import model
from fraudgraph.stores import open_store
from fraudgraph.stores.neo4j import clearing, edges, layout, planning, tables, texts
from fraudgraph.stores.neo4j.planning import application_rows

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "cypher"
OWN = sorted(
    str(path.relative_to(FOLDER).with_suffix("")) for part in ("schema", "load", "read") for path in (FOLDER / part).rglob("*.cypher")
)
CODE = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "fraudgraph" / "stores" / "neo4j").glob("*.py"))


def hyphens(name: str) -> str:
    return re.sub(r"[_.]", "-", name)


def used() -> Iterator[str]:
    """Yield the names of all files that the code asks for, as its tables make them up."""
    yield from re.findall(r'"((?:schema|load|read)/[a-z-]+)"', CODE)
    yield from (f"schema/migrate-{step}" for step in range(1, layout.FORMAT))
    yield from (f"load/{name}" for name in re.findall(r'"((?:empty|sweep|clear)-[a-z-]+)"', CODE))
    for kind in layout.VERSIONED.values():
        yield from (f"load/{part}{kind.file}" for part in ("", "close-", "anchor-", "clear-"))
    yield from (f"load/{file}" for file in layout.FIRST.values())
    for edge in edges.EDGES.values():
        yield from (f"load/{part}{edge.file}" for part in ("", "close-"))
    for file in planning.ROW_NODES.values():
        yield from (f"load/{part}{file}" for part in ("", "close-"))
    for name in clearing.RELATIONSHIPS:
        yield from (f"load/{part}{name}" for part in ("clear-", "sweep-"))
    for table in tables.TABLES:
        if table not in ("uses", "links"):
            yield f"read/{hyphens(table)}"
    for table, columns in tables.BY.items():
        yield from (f"read/{hyphens(table)}-by-{hyphens(column)}" for column in columns)
    yield from (f"read/{table}-versions" for table in layout.VERSIONED)
    yield from (f"read/uses/{hyphens(slot.name)}" for slot in model.SLOTS)


def test_every_file_is_used_and_every_file_that_is_used_is_there() -> None:
    assert sorted(set(used())) == OWN


def test_no_cypher_stands_in_python() -> None:
    words = re.findall(r"\b(?:MATCH|MERGE|UNWIND|DETACH|CREATE) [(\[:a-zA-Z]", CODE)
    assert words == []


@pytest.mark.parametrize("name", OWN)
def test_a_file_says_what_it_is_and_takes_values_as_parameters_only(name: str) -> None:
    source = (FOLDER / f"{name}.cypher").read_text(encoding="utf-8")
    header = [line for line in source.splitlines() if line.startswith("//")]
    assert header[0].startswith("// ")
    assert header[1] == "//"
    body = texts.text(name)
    told = set(re.findall(r"^//   \$(\w+) ", source, re.MULTILINE))
    examples = set(re.findall(r":param (\w+) => .", source))
    assert told == examples == set(re.findall(r"\$(\w+)", body))
    named = set(re.findall(r"\bAS (\w+)(?=[,\n]|$)", body[body.rfind("RETURN") :])) if "RETURN" in body else set()
    columns = source.split("// Columns\n")[1].split("\n") if "// Columns" in source else []
    if not name.startswith("load/"):
        assert named <= {line.split()[1] for line in columns if line.startswith("//   ")}


def test_an_application_keeps_every_column_and_every_slot() -> None:
    plain_columns = {c: pl.Series([7]).cast(pl.Int32 if d == pl.Date else pl.Int64).cast(d) for c, d in model.APPLICATIONS.schema.items()}
    frame = pl.DataFrame({**plain_columns, **{slot.name: pl.Series(["x"]) for slot in model.STORED_SLOTS}, "caption": pl.Series(["y"])})
    ((plain, *others),) = application_rows(frame)
    assert others == [0, 7000, 7, 0, 7000, "y"]
    body = texts.text("load/application")
    beside = re.findall(r"^  (\w+): .*?r\[(\d+)\]", body, re.MULTILINE)
    assert beside == [("appliedAt", "1"), ("dateOfBirth", "3"), ("labelTime", "4")]
    expected = {layout.prop(c) for c in model.APPLICATIONS.schema} | {layout.key_prop(s.name) for s in model.STORED_SLOTS}
    assert plain.keys() == expected - {name for name, _ in beside}
    (unknown, *_) = application_rows(frame.with_columns(pl.lit(None, pl.String).alias("phone")))[0]
    assert unknown.keys() == plain.keys() - {"phone"}


def test_every_slot_has_its_index_and_every_kind_its_label() -> None:
    indexes = texts.text("schema/keys")
    for slot in model.SLOTS:
        assert f"(n.{layout.key_prop(slot.name)}, n.appliedAt)" in indexes
    assert set(layout.LABEL) == {slot.kind for slot in model.SLOTS}
    for label in layout.LABEL.values():
        assert f"FOR (n:{label}) ON (n.key)" in indexes
    names = [texts.named(s) for part in ("constraints", "indexes", "keys") for s in texts.statements(f"schema/{part}")]
    assert len(names) == len(set(names))


SCANS = {
    *(name for name in OWN if re.match(r"(load/(clear|sweep|empty)|(load|read)/erase)-", name)),
    "read/anything",
    "read/nodes-of-nights",
    "read/relationships-of-nights",
    *(f"read/{name}" for name in ("documents", "settings", "slots", "labels", "audit", "purged", "hubs", "hub-windows", "placeholders")),
}
"""What may look at every node of a label: clearing up, checking, and papers of which there are few."""


def operators(plan: dict[str, Any]) -> Iterator[str]:
    yield plan["operatorType"]
    for child in plan.get("children", []):
        yield from operators(child)


def test_everything_else_is_answered_by_indexes(graph: Graph) -> None:
    """The planner decides on an empty book, and its plan is kept: it must be the one for a full book."""
    with open_store(graph.url, create=True).lock() as writer:
        del writer
    from books import grown
    from contract import put

    put(open_store(graph.url, create=True), grown(1, 3))
    for name in OWN:
        body = texts.text(name)
        if name in SCANS or name.startswith("schema/") or body.startswith(("CALL", "SHOW")):
            continue
        source = (FOLDER / f"{name}.cypher").read_text(encoding="utf-8")
        given = {
            key: graph.ask(f"RETURN {value}")[0][0] for key, value in re.findall(r":param (\w+) => (.+)", source) if "..." not in value
        }
        plan = graph.plan(body, {"rows": [], **given})
        sorts = "|Sort|Top" if "$page" in body else ""  # a page comes in the order of its index
        wrong = [step for step in operators(plan) if re.match(r"(AllNodes|NodeByLabel|UnionNode|Directed|Undirected).*Scan" + sorts, step)]
        assert wrong == [], name
