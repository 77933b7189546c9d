"""The graph of some people as two tables: its nodes and its edges. Values are masked; texts are single lines that every format can hold.

People are joined by their ties, and each to the values that two people or more of the graph have. There is at most one edge between two
nodes, and none from a node to itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from fraudgraph import concealment, labels, masking
from fraudgraph.audit import STORE_KEY
from fraudgraph.concealment import Key
from fraudgraph.model import Table
from fraudgraph.reports import captions, kinds, words
from fraudgraph.reports.tables import zone_of
from fraudgraph.stores.port import Reader

PERSON, VALUE = "person", "value"
TIED, USES = "tied", "uses"

DECIMALS = 6
"""Of intents and probabilities; the same as in the other files."""

NODES = Table(
    "nodes",
    {
        "id": (pl.String, "of a person; of a value its kind and a number, or its keyed token; unique"),
        "label": (pl.String, "what is shown: a name, a value; masked"),
        "what": (pl.String, "person or value"),
        "kind": (pl.String, "of a value: phone, device, ...; empty for a person"),
        "intent": (pl.Float64, "of a person, 0-1; null where unknown"),
        "applications": (pl.Int64, "of a person"),
        "first_applied_at": (pl.String, "ISO 8601 with offset"),
        "last_applied_at": (pl.String, "ISO 8601 with offset"),
        "community_id": (pl.String, "of a person; empty where in none"),
        "gang_id": (pl.String, "of a person; empty where in none"),
        "grade": (pl.String, "of the gang"),
        "people": (pl.Int64, "of a value: how many people of the graph have it"),
        "token": (pl.String, "of a value, where asked for: equal values have equal tokens in every file made with the same key"),
        "token_key": (pl.String, "name of that key"),
    },
)

EDGES = Table(
    "edges",
    {
        "source": (pl.String, "id of a person"),
        "target": (pl.String, "id of a person or of a value"),
        "relation": (pl.String, "tied (two people) or uses (a person, a value)"),
        "weight": (pl.Float64, "of a tie its probability; of a use 1"),
        "probability": (pl.Float64, "of a tie"),
        "link_class": (pl.String, "of a tie: what the two share, in words"),
        "evidence": (pl.Float64, "of a tie: pairs that the class was measured on"),
        "role": (pl.String, "of a use: own, contact1, ...; joined by ;"),
        "first_seen": (pl.String, "of a use: ISO 8601 with offset"),
        "last_seen": (pl.String, "of a use"),
        "count": (pl.Int64, "of a use: applications"),
    },
)


@dataclass(frozen=True)
class Graph:
    """Nodes and edges, sorted."""

    nodes: pl.DataFrame
    """NODES."""
    edges: pl.DataFrame
    """EDGES."""


def everybody(reader: Reader) -> pl.Series:
    """Return the people (person_id) of all communities: whoever is tied to somebody."""
    return reader.table("communities", columns=["person_id"])["person_id"].unique().sort()


def of_gang(reader: Reader, name: str) -> pl.Series:
    """Return the people of the gang that ``name`` is an id of, or was; raise UsageError where there is none."""
    gang = labels.find(reader, name).gang_id
    return reader.table("gang_members", where={"gang_id": [gang]})["person_id"].unique().sort()


def key_of(reader: Reader) -> Key:
    """Return the key of tokens: the book's own where it keeps tokens itself, else the one at hand (made where there is none)."""
    name = reader.settings().get(STORE_KEY)
    return concealment.load(str(name)) if name else concealment.load_or_make()


def graph(reader: Reader, people: pl.Series, key: Key | None = None) -> Graph:
    """Return the graph of ``people`` (person_id). With ``key`` values are named by keyed tokens."""
    ids = people.unique().sort().to_list()
    zone = zone_of(reader)
    uses = _uses(reader, ids)
    values = _values(reader, uses, key)
    named = uses.join(values.select("kind", "key", "id"), on=["kind", "key"]).select(
        pl.col("person_id").alias("source"), pl.col("id").alias("target"), pl.lit(USES).alias("relation"), pl.lit(1.0).alias("weight"),
        "role", _moment("first_seen", zone), _moment("last_seen", zone), "count",
    )  # fmt: skip
    ties = reader.table("ties", where={"person_a": ids, "person_b": ids}).select(
        pl.col("person_a").alias("source"), pl.col("person_b").alias("target"), pl.lit(TIED).alias("relation"),
        pl.col("probability").alias("weight"), "probability", pl.col("link_class").map_elements(_line, return_dtype=pl.String), "evidence",
    )  # fmt: skip
    nodes = pl.concat([_people(reader, ids, zone), values.drop("key")], how="diagonal")
    edges = pl.concat([ties, named], how="diagonal")
    return Graph(_whole(nodes, NODES).sort("what", "id"), _whole(edges, EDGES).sort("relation", "source", "target"))


def _people(reader: Reader, ids: list[str], zone: str) -> pl.DataFrame:
    where = {"person_id": ids}
    persons = reader.table("persons", where=where)
    first = pl.concat_str(pl.lit("P-"), "application_id") == pl.col("person_id")
    membership = reader.table("membership", columns=["application_id", "person_id"], where=where).filter(first)
    chosen = {"application_id": membership["application_id"].to_list()}
    names = reader.table("applications", columns=["application_id", "name"], where=chosen).join(membership, on="application_id")
    shown = {name: words.show(masking.name(name[:200])) for name in names["name"].drop_nulls().unique()}
    gangs = reader.table("gang_members", where=where).join(reader.table("gangs", columns=["gang_id", "grade"]), on="gang_id", how="left")
    found = persons.join(names.select("person_id", label=pl.col("name").replace_strict(shown, default="")), on="person_id", how="left")
    for more in (reader.table("communities", where=where), gangs):
        found = found.join(more.unique("person_id", keep="first"), on="person_id", how="left")
    label = pl.when(pl.col("label").fill_null("") != "").then("label").otherwise("person_id").alias("label")
    return found.select(
        pl.col("person_id").alias("id"), label, pl.lit(PERSON).alias("what"), "intent", "applications",
        _moment("first_applied_at", zone), _moment("last_applied_at", zone), "community_id", "gang_id", "grade",
    )  # fmt: skip


def _uses(reader: Reader, ids: list[str]) -> pl.DataFrame:
    """Return person_id, kind, key, role, first_seen, last_seen, count: of each person and value that two or more of them have. Generic
    values, which half the book may have, are left out."""
    links = reader.table("links", where={"person_id": ids}).filter(pl.col("person_id").n_unique().over("kind", "key") > 1)
    links = links.join(reader.table("hubs", columns=["kind", "key"]), on=["kind", "key"], how="anti")
    return links.group_by("person_id", "kind", "key").agg(
        pl.col("role").unique().sort().str.join(";"), pl.col("first_seen").min(), pl.col("last_seen").max(), pl.col("count").sum()
    )


def _values(reader: Reader, uses: pl.DataFrame, key: Key | None) -> pl.DataFrame:
    """Return the nodes of the values, with their plain ``key`` beside them."""
    found = uses.group_by("kind", "key").agg(pl.len().cast(pl.Int64).alias("people")).sort("kind", "key")
    if key is None:
        number = pl.int_range(1, pl.len() + 1).over("kind")
        found = found.sort("kind", "people", pl.col("key").str.len_bytes(), "key", descending=[False, True, False, False])
        found = found.with_columns(pl.concat_str("kind", pl.lit("-"), number).alias("id"))
    else:
        parts = [
            part.with_columns(_tokens(part["key"], key, str(kind)))
            for (kind,), part in found.group_by("kind", maintain_order=True)
        ]
        found = pl.concat(parts) if parts else found.with_columns(pl.lit("").alias("token"))
        found = found.with_columns(pl.concat_str("kind", pl.lit(":"), "token").alias("id"), pl.lit(key.name).alias("token_key"))
    people = uses["person_id"].unique().to_list()

    def at_hand() -> list[str]:
        return reader.table("membership", columns=["application_id"], where={"person_id": people})["application_id"].to_list()

    looks = captions.looks(reader, found, at_hand)
    shown = [looks[pair] or kinds.kind_of(pair[0]).word for pair in found.select("kind", "key").iter_rows()]
    return found.with_columns(pl.Series("label", shown, dtype=pl.String), pl.lit(VALUE).alias("what"))


def _tokens(keys: pl.Series, key: Key, kind: str) -> pl.Series:
    """Return the keys as tokens; those of a store that keeps tokens are some already."""
    return concealment.tokens(keys, key, kind).zip_with(~keys.str.contains(f"^{masking.TOKEN.pattern}$"), keys).alias("token")


def _moment(column: str, zone: str) -> pl.Expr:
    return pl.col(column).dt.convert_time_zone(zone).dt.to_string("%Y-%m-%dT%H:%M:%S%:z").alias(column)


def _line(text: str) -> str:
    return words.show(text, 400)


def _whole(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    missing = [pl.lit(None, dtype).alias(name) for name, dtype in table.schema.items() if name not in frame.columns]
    texts = [name for name, dtype in table.schema.items() if dtype == pl.String]
    floats = [name for name, dtype in table.schema.items() if dtype == pl.Float64]
    return table.check(frame.with_columns(missing).with_columns(pl.col(texts).fill_null(""), pl.col(floats).round(DECIMALS)))
