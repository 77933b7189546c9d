"""Is a book sound? The same rules as of any store, and that the graph shows what the tables say."""

from __future__ import annotations

import polars as pl

from fraudgraph.errors import FraudgraphError
from fraudgraph.stores import schema
from fraudgraph.stores.neo4j import layout
from fraudgraph.stores.neo4j.connection import Connection
from fraudgraph.stores.neo4j.frames import among
from fraudgraph.stores.neo4j.reading import Neo4jReader, open_reader
from fraudgraph.stores.neo4j.schema import usable

ORPHANS: tuple[tuple[str, tuple[str, str], tuple[str, str]], ...] = (
    ("every application belongs to a person", ("applications", "application_id"), ("membership", "application_id")),
    ("every member of a person is an application", ("membership", "application_id"), ("applications", "application_id")),
    ("every application's person exists", ("membership", "person_id"), ("persons", "person_id")),
    ("every member of a community is a person", ("communities", "person_id"), ("persons", "person_id")),
    ("every verdict is on a community", ("verdicts", "community_id"), ("communities", "community_id")),
    ("every tie starts at a person", ("ties", "person_a"), ("persons", "person_id")),
    ("every tie ends at a person", ("ties", "person_b"), ("persons", "person_id")),
    ("every member of a gang is a person", ("gang_members", "person_id"), ("persons", "person_id")),
    ("every gang with members exists", ("gang_members", "gang_id"), ("gangs", "gang_id")),
    ("every piece of evidence is on a gang", ("evidence", "gang_id"), ("gangs", "gang_id")),
)
"""(the rule, (table, column) whose values must all be in the other (table, column))."""


def problems(connection: Connection) -> list[str]:
    """Return one sentence a broken rule; a book that cannot be read at all is the only one then."""
    try:
        if usable(connection) is None:
            return []
        reader = open_reader(connection, None)
        if not reader.night:
            return []
        found = [*_nights(connection, reader), *_orphans(reader), *_counts(reader), *_names(reader), *_shown(reader)]
    except FraudgraphError as problem:
        return [str(problem)]
    return [f"broken: {rule} ({broken} rows)" for rule, broken in found if broken]


def _nights(connection: Connection, reader: Neo4jReader) -> list[tuple[str, int]]:
    numbers = {batch.night for batch in reader.batches()}
    found = [("batches are numbered 1, 2, ... without gaps", len(numbers ^ set(range(1, reader.night + 1))))]
    written = reader.pending or reader.physical  # what an unfinished night has written so far is no mistake
    for file in ("read/nodes-of-nights", "read/relationships-of-nights"):
        for label, broken in connection.rows(file, last=written):
            found.append((f"every row of {label} holds from a night to a later one", int(broken)))
    return found


def _orphans(reader: Neo4jReader) -> list[tuple[str, int]]:
    return [
        (rule, among(_column(reader, *child), ["value"], _column(reader, *parent), inside=False).height) for rule, child, parent in ORPHANS
    ]


def _column(reader: Neo4jReader, table: str, column: str) -> pl.DataFrame:
    return reader.table(table, columns=[column]).rename({column: "value"})


def _counts(reader: Neo4jReader) -> list[tuple[str, int]]:
    counted = reader.table("membership", columns=["person_id"]).group_by("person_id").agg(pl.len().cast(pl.Int64).alias("found"))
    said = reader.table("persons", columns=["person_id", "applications"])
    both = counted.join(said, on="person_id", how="full", coalesce=True).filter(~pl.col("found").eq_missing(pl.col("applications")))
    people = reader.table("communities", columns=["person_id"])
    given = [reader.batch_table("input_order", night).get_column("application_id") for night in range(1, reader.night + 1)]
    inputs, stored = pl.concat(given).unique().to_frame("value"), _column(reader, "applications", "application_id")
    return [
        ("every person has as many applications as it says", both.height),
        ("nobody is in two communities", people.height - people.n_unique()),
        ("every application of an input is stored", among(inputs, ["value"], stored, inside=False).height),
    ]


def _names(reader: Neo4jReader) -> list[tuple[str, int]]:
    found = []
    for table, key in schema.KEY.items():
        rows = reader.table(table, columns=key)
        found.append((f"no two rows of {table} have the same name", rows.filter(rows.is_duplicated()).height))
    return found


def _shown(reader: Neo4jReader) -> list[tuple[str, int]]:
    """USES are the links of drawn values that two people or more have, no more and no fewer."""
    links = reader.table("links").filter(pl.col("kind").is_in(layout.DRAWN))
    expected = links.filter(pl.col("person_id").n_unique().over("kind", "key") > 1) if links.height else links
    shown = reader.uses()
    missing, more = among(expected, links.columns, shown, inside=False), among(shown, links.columns, expected, inside=False)
    return [
        ("every use of a shared value is in the graph", missing.height),
        ("every use in the graph is of a shared value", more.height + shown.height - shown.n_unique()),
    ]
