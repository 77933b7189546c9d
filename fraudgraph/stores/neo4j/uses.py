"""Which USES a change opens and closes: those of drawn kinds' values that two people or more have, and no others.

Only the people are looked at whose applications or membership change, and the values that change with them; how many others are on a
value is asked only as far as it matters, whether there are two. So the work depends on the change and not on the book.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from fraudgraph import model
from fraudgraph.stores.neo4j import layout
from fraudgraph.stores.neo4j.connection import Connection, Transaction
from fraudgraph.stores.neo4j.frames import among, frame_of
from fraudgraph.stores.neo4j.longtexts import short
from fraudgraph.stores.neo4j.reading import Neo4jReader
from fraudgraph.stores.neo4j.tables import VALUES, linked, unfolded

NAMES = ["person_id", "kind", "key", "role"]
VALUE = ["kind", "key"]
PAIR: layout.Schema = {"application_id": pl.String, "person_id": pl.String}


@dataclass(frozen=True)
class Uses:
    """What changes of one kind of identifier."""

    kind: str
    opened: pl.DataFrame
    """LINKS."""
    closed: pl.DataFrame
    """person_id, kind, key, role."""


@dataclass(frozen=True)
class Moved:
    """The applications of a change, and whose all touched ones are before and after."""

    keys: pl.DataFrame
    """application_id, applied_at and the slots, of the applications that are new or corrected."""
    gone: pl.Series
    """Applications that are no longer there."""
    before: pl.DataFrame
    """application_id, person_id: what no longer holds."""
    after: pl.DataFrame
    """application_id, person_id: what holds from now on."""


def first_uses(keys: pl.DataFrame, membership: pl.DataFrame) -> Iterator[Uses]:
    """Yield what an empty book gets, kind by kind."""
    whose = membership.select(list(PAIR))
    for kind in layout.DRAWN:
        slots = [slot for slot in model.SLOTS if slot.kind == kind and slot.name in keys.columns]
        if slots:
            opened = _shared(linked(unfolded(keys, slots), whose))
            yield Uses(kind, opened, opened.select(NAMES).clear())


def changed_uses(connection: Connection, reader: Neo4jReader, night: int, moved: Moved) -> Iterator[Uses]:
    """Yield what a book gets that is there already; ``night`` is that of the reader, as the graph numbers it."""
    touched = pl.concat([moved.keys["application_id"], moved.gone, moved.before["application_id"], moved.after["application_id"]]).unique()
    held = reader.table("membership", columns=list(PAIR), where={"application_id": touched})
    people = pl.concat([held["person_id"], moved.after["person_id"]]).unique()
    whose_before = reader.table("membership", columns=list(PAIR), where={"person_id": people})
    unmoved = among(whose_before, ["application_id"], pl.concat([moved.before, moved.after]), inside=False)
    still = among(unmoved, ["application_id"], moved.gone.to_frame("application_id"), inside=False)
    whose_after = pl.concat([still, moved.after.select(list(PAIR))])
    known = pl.concat([whose_before["application_id"], touched]).unique()
    uses_before = reader.table("uses", where={"application_id": known})
    fresh = pl.concat([moved.keys["application_id"], moved.gone]).to_frame("application_id")
    slots = [slot for slot in model.SLOTS if slot.name in moved.keys.columns]
    uses_after = pl.concat([among(uses_before, ["application_id"], fresh, inside=False), unfolded(moved.keys, slots)])
    before, after = linked(uses_before, whose_before), linked(uses_after, whose_after)
    for kind in layout.DRAWN:
        here = pl.col("kind") == kind
        yield _of_kind(connection, reader, night, kind, before.filter(here), after.filter(here), known)


def _of_kind(
    connection: Connection, reader: Neo4jReader, night: int, kind: str, before: pl.DataFrame, after: pl.DataFrame, known: pl.Series
) -> Uses:
    columns = list(model.LINKS.schema)
    gone, come = among(before, columns, after, inside=False), among(after, columns, before, inside=False)
    values = pl.concat([gone.select("key"), come.select("key")]).unique()
    if values.is_empty():
        return Uses(kind, after.clear(), before.select(NAMES).clear())
    before, after = among(before, ["key"], values, inside=True), among(after, ["key"], values, inside=True)
    shared = connection.reading(lambda transaction: _shared_now(transaction, kind, night, values["key"]))
    counts = _counts(values, before, after).join(shared.with_columns(pl.lit(True).alias("shared")), on="key", how="left")
    counts = counts.with_columns(pl.col("shared").fill_null(False))
    lost = among(before.select("key", "person_id"), ["key", "person_id"], after, inside=False).select("key").unique()
    asked = among(counts.filter("shared"), ["key"], lost, inside=True).select("key", pl.col("before") + 2)
    others = connection.reading(lambda transaction: _users(transaction, kind, night, asked))
    mine = pl.concat([before.select("person_id"), after.select("person_id")]).unique()
    others = among(others, ["person_id"], mine, inside=False)
    alone = counts.filter(~pl.col("shared") & (pl.col("before") == 0))
    theirs = _links_of_others(reader, kind, alone["key"], known)
    company = pl.concat([others.select("key", "person_id"), theirs.select("key", "person_id")]).unique().group_by("key").len("others")
    counts = counts.join(company, on="key", how="left").with_columns(pl.col("others").fill_null(0))
    stays = pl.col("shared") & ~pl.col("key").is_in(lost["key"].implode())
    counts = counts.with_columns((stays | (pl.col("after") + pl.col("others") >= 2)).alias("then"))
    both, off, on = (
        counts.filter(condition).select("key")
        for condition in (pl.col("shared") & pl.col("then"), pl.col("shared") & ~pl.col("then"), ~pl.col("shared") & pl.col("then"))
    )
    opened = [among(come, ["key"], both, inside=True), among(after, ["key"], on, inside=True), among(theirs, ["key"], on, inside=True)]
    closed = [
        among(gone, ["key"], both, inside=True).select(NAMES),
        among(before, ["key"], off, inside=True).select(NAMES),
        among(others, ["key"], off, inside=True).select(NAMES),
    ]
    return Uses(kind, pl.concat(opened), pl.concat(closed))


def _counts(values: pl.DataFrame, before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Return how many of the people who are looked at have each value, before and after."""
    for name, frame in (("before", before), ("after", after)):
        people = frame.group_by("key").agg(pl.col("person_id").n_unique().cast(pl.Int64).alias(name))
        values = values.join(people, on="key", how="left").with_columns(pl.col(name).fill_null(0))
    return values


def _shared(links: pl.DataFrame) -> pl.DataFrame:
    """Return the links of values that two people or more have."""
    return links.filter(pl.col("person_id").n_unique().over("kind", "key") > 1) if links.height else links


def _shared_now(transaction: Transaction, kind: str, night: int, keys: pl.Series) -> pl.DataFrame:
    """Return the keys, of these, whose uses are in the graph."""
    names = {short(key): key for key in keys}
    asked = list(names)
    found: list[str] = []
    for start in range(0, len(asked), VALUES):
        ((rows,),) = transaction.rows("read/shared", kind=kind, night=night, values=asked[start : start + VALUES])
        found += [names[key] for (key,) in rows]
    return pl.DataFrame({"key": found}, schema={"key": pl.String})


def _users(transaction: Transaction, kind: str, night: int, asked: pl.DataFrame) -> pl.DataFrame:
    """Return the uses by as many people of each key as are asked for."""
    names = {short(key): key for key in asked["key"]}
    types: layout.Schema = {"key": pl.String, "person_id": pl.String, "role": pl.String}
    rows: list[list[str]] = []
    for (most,), some in asked.group_by(["before"], maintain_order=True):
        values = [short(key) for key in some["key"]]
        for start in range(0, len(values), VALUES):
            ((some_rows,),) = transaction.rows("read/users", kind=kind, night=night, most=most, values=values[start : start + VALUES])
            rows += some_rows
    return frame_of(rows, types).with_columns(pl.lit(kind).alias("kind"), pl.col("key").replace(names))


def _links_of_others(reader: Neo4jReader, kind: str, keys: pl.Series, known: pl.Series) -> pl.DataFrame:
    """Return the links of people who are not looked at to values without a node: one person each at most."""
    if keys.is_empty():
        return model.LINKS.empty()
    uses = reader.table("uses", where={"kind": [kind], "key": keys})
    uses = among(uses, ["application_id"], known.to_frame("application_id"), inside=False)
    if uses.is_empty():
        return model.LINKS.empty()
    return linked(uses, reader.table("membership", columns=list(PAIR), where={"application_id": uses["application_id"]}))
