"""A change as what is to be written: batches for before the flip, and what replaces rows of nodes.

Everything is compared with the book as it is, so that a row that did not change is left alone. A first load has nothing to compare with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from fraudgraph import model
from fraudgraph.stores import schema
from fraudgraph.stores.neo4j import captions, layout
from fraudgraph.stores.neo4j.connection import Connection
from fraudgraph.stores.neo4j.edges import EDGES, Edge, judged, members, near
from fraudgraph.stores.neo4j.frames import among, lists, maps
from fraudgraph.stores.neo4j.longtexts import shortened
from fraudgraph.stores.neo4j.papers import packed
from fraudgraph.stores.neo4j.reading import Neo4jReader
from fraudgraph.stores.neo4j.uses import PAIR, Moved, Uses, changed_uses, first_uses
from fraudgraph.stores.port import Change

BATCH = 3_000
"""Rows of a transaction: a server that holds more of them at once is slower (42, 45 and 52 s a book with 3,000, 10,000 and 30,000)."""

ROW_NODES = {"hubs": "hub", "hub_windows": "hub-window", "placeholders": "placeholder", "relations": "relation"}
"""Table whose rows are nodes of their own -> its files."""

LOOKED_UP = {"persons": "person_id", "verdicts": "community_id", "gangs": "gang_id", "hubs": "key", "hub_windows": "key"}
"""Table -> the column by which rows that a partial change names are looked up, where it is not the first of its name."""


@dataclass(frozen=True)
class Work:
    """Rows for one file of ``cypher/load``."""

    file: str
    frame: pl.DataFrame
    rows: Callable[[pl.DataFrame], list[Any]] = field(default=lambda frame: lists(frame, frame.columns))
    parameter: str = "rows"
    given: Mapping[str, Any] = field(default_factory=dict)
    size: int | None = None
    """Rows of a transaction, BATCH where it is None."""

    def batches(self) -> Iterator[pl.DataFrame]:
        size = self.size or BATCH
        for start in range(0, self.frame.height, size):
            yield self.frame.slice(start, size)


@dataclass
class Plan:
    """What a change writes."""

    identifiers: list[Work] = field(default_factory=list)
    """Nodes of values: before their uses."""
    applications: list[Work] = field(default_factory=list)
    """Nodes of applications: before the flip, beside ``others`` and ``uses``, which touch none of them."""
    others: list[Work] = field(default_factory=list)
    """Other nodes, in this order, before the flip."""
    uses: list[Work] = field(default_factory=list)
    """After ``identifiers`` and ``others``, before the flip."""
    by: list[Work] = field(default_factory=list)
    """Who made which application: after ``applications`` and ``others``, beside ``uses``, before the flip."""
    after: list[Work] = field(default_factory=list)
    """In this order, after all of these and before the flip."""
    flip: list[Work] = field(default_factory=list)
    """Rows that take the place of older ones in their nodes."""
    texts: dict[str, str] = field(default_factory=dict)
    """Long values by their tokens."""

    @property
    def before(self) -> list[Work]:
        """All that is written before the flip, in an order that will do."""
        return [*self.identifiers, *self.applications, *self.others, *self.uses, *self.by, *self.after]

    def add(self, file: str, frame: pl.DataFrame, *, to: list[Work], **more: Any) -> None:
        if frame.height:
            to.append(Work(file, self.short(frame), **more))

    def short(self, frame: pl.DataFrame) -> pl.DataFrame:
        found, texts = shortened(frame)
        self.texts |= texts
        return found

    def closed(self, file: str, ids: pl.Series, *, to: list[Work]) -> None:
        frame = ids.to_frame("value")
        self.add(file, frame, to=to, rows=lambda some: some["value"].to_list(), parameter="values")


@dataclass(frozen=True)
class Difference:
    """What a change makes of the rows of one table."""

    gone: pl.DataFrame
    come: pl.DataFrame
    after: pl.DataFrame
    """All rows that the change speaks of."""


class Planner:
    """Plans one change. ``reader`` is the night before, None for an empty book, which needs no connection either."""

    def __init__(self, connection: Connection | None, reader: Neo4jReader | None, physical: int, change: Change) -> None:
        self._connection = connection
        self._reader = reader
        self._physical = physical
        self._change = change
        self._plan = Plan()

    def plan(self) -> Plan:
        """Return everything that is to be written."""
        found = {name: self._difference(name) for name in schema.DERIVED}
        relations = self._relations()
        edges = {name: found[name] for name in ("membership", "conflicts", "ties", "gang_members", "evidence")}
        edges["members"] = self._joined(found["communities"], found["reasons"])
        edges["near"] = self._near(found["pairs"], found["pair_values"])
        edges["judged"] = _of(judged, found["gangs"])
        gone = self._applications(found["membership"])
        for name in ("persons", "verdicts", "gangs"):
            self._nodes(name, found[name])
        self._anchors(edges, relations)
        for uses in self._uses(found["membership"], gone):
            self._identifiers(uses.kind, uses.opened["key"].unique().sort())
            self._write_uses(uses)
        wide = found["hubs"].come.filter(pl.col("kind").is_in(layout.WIDER))
        for kind, keys in _kinds(pl.concat([edges["evidence"].come.select("kind", "key"), wide.select("kind", "key")])):
            self._identifiers(kind, keys)
        for name, edge in EDGES.items():
            self._edge(edge, edges[name])
        for name, file in ROW_NODES.items():
            what = relations if name == "relations" else found[name]
            self._row_nodes(name, file, what)
        self._papers()
        if self._plan.texts:
            rows = pl.DataFrame({"token": list(self._plan.texts), "text": list(self._plan.texts.values())})
            self._plan.others.insert(0, Work("load/long-text", rows, size=100))
        return self._plan

    # --- what changes

    def _difference(self, name: str) -> Difference:
        change, table = self._change, schema.DERIVED[name]
        opened = change.derived.get(name, table.empty()).select(list(table.schema))
        if self._reader is None:
            return Difference(table.empty(), opened, opened)
        if change.whole:
            before = self._reader.table(name)
        else:
            names = list(schema.KEY[name])
            touched = pl.concat([opened.select(names), change.closed.get(name, opened.clear()).select(names)]).unique()
            if touched.is_empty():
                return Difference(table.empty(), opened, opened)
            by = LOOKED_UP.get(name, names[0])
            before = among(self._reader.table(name, where={by: touched[by]}), names, touched, inside=True)
        columns = list(table.schema)
        return Difference(among(before, columns, opened, inside=False), among(opened, columns, before, inside=False), opened)

    def _joined(self, communities: Difference, reasons: Difference) -> Difference:
        """Who is in which community, and why: both tables on one relationship."""
        if self._reader is None:
            after = members(communities.after, reasons.after)
            return Difference(after.clear(), after, after)
        people = _touched(("person_id",), communities, reasons)
        if people.is_empty():
            empty = members(communities.gone, reasons.gone)
            return Difference(empty, empty, empty)
        held = {name: self._reader.table(name, where={"person_id": people["person_id"]}) for name in ("communities", "reasons")}
        left = members(held["communities"], held["reasons"])
        right = members(_after(held["communities"], communities), _after(held["reasons"], reasons))
        columns = left.columns
        return Difference(among(left, columns, right, inside=False), among(right, columns, left, inside=False), right)

    def _near(self, pairs: Difference, values: Difference) -> Difference:
        """Pairs and what they share, on one relationship, which is written anew where either changes."""
        values = Difference(self._plan.short(values.gone), self._plan.short(values.come), values.after)
        if self._reader is None:
            after = near(pairs.come, values.come)
            return Difference(after.clear(), after, after)
        names = ("person_a", "person_b")
        touched = _touched(names, pairs, values)
        if touched.is_empty():
            after = near(pairs.come, values.come)
            return Difference(after, after, after)
        both = []
        for name, part in (("pairs", pairs), ("pair_values", values)):
            held = among(self._reader.table(name, where={"person_a": touched["person_a"]}), names, touched, inside=True)
            both.append(_after(self._plan.short(held), part))
        come = near(*both)
        return Difference(touched, come, come)

    def _relations(self) -> Difference:
        given = self._change.relations.select(list(model.RELATIONS.schema))
        empty = model.RELATIONS.empty()
        if self._reader is None:
            return Difference(empty, given, given)
        columns, names = list(model.RELATIONS.schema), list(schema.KEY["relations"])
        if self._change.replace:
            before = self._reader.table("relations")
            return Difference(among(before, columns, given, inside=False), among(given, columns, before, inside=False), given)
        if given.is_empty():
            return Difference(empty, given, given)
        before = among(self._reader.table("relations", where={"source": given["source"]}), names, given, inside=True)
        summed = given.join(before.rename({"weight": "more"}), on=names, how="left", nulls_equal=True, maintain_order="left")
        after = summed.with_columns(pl.col("weight") + pl.col("more").fill_null(0.0)).select(columns)
        return Difference(before, after, after)

    # --- nodes

    def _applications(self, membership: Difference) -> pl.Series:
        """Plan the applications and return those that are no longer there."""
        change = self._change
        new, gone = change.applications, pl.Series("application_id", [], dtype=pl.String)
        frame = _application_frame(new, change.keys)
        there = pl.DataFrame(schema={"application_id": pl.String})
        if self._reader is not None:
            where = None if change.replace else {"application_id": new["application_id"]}
            there = self._reader.table("applications", columns=["application_id"], where=where)
            gone = among(there, ["application_id"], new, inside=False)["application_id"] if change.replace else gone
        self._write_nodes("applications", frame, there, gone)
        return gone

    def _nodes(self, name: str, what: Difference) -> None:
        key = layout.VERSIONED[name].column
        frame = what.come
        if name == "persons":
            new = self._change.applications
            names = new.select(("P-" + pl.col("application_id")).alias(key), captions.of_names(new["name"]).alias("caption"))
            frame = frame.join(names, on=key, how="left", maintain_order="left")
        elif name == "gangs":
            frame = frame.with_columns(captions.of_gangs(frame))
        self._write_nodes(name, frame, what.gone, among(what.gone, [key], what.come, inside=False)[key])

    def _write_nodes(self, name: str, frame: pl.DataFrame, there: pl.DataFrame, gone: pl.Series) -> None:
        kind = layout.VERSIONED[name]
        more: dict[str, Any] = {"rows": application_rows} if name == "applications" else {}
        to = self._plan.applications if name == "applications" else self._plan.others
        fresh = layout.FIRST.get(name, kind.file) if self._reader is None else kind.file
        self._plan.add(f"load/{fresh}", among(frame, [kind.column], there, inside=False), to=to, **more)
        self._plan.add(f"load/{kind.file}", among(frame, [kind.column], there, inside=True), to=self._plan.flip, **more)
        self._plan.closed(f"load/close-{kind.file}", gone, to=to)

    def _anchors(self, edges: Mapping[str, Difference], relations: Difference) -> None:
        """Ends of relationships that have no row in this change: a node without a row is made where there is none."""
        ends: dict[str, list[pl.Series]] = {kind.label: [] for kind in layout.VERSIONED.values()}
        for name, edge in EDGES.items():
            for label, column in edge.ends:
                ends[label].append(edges[name].come[column])
        ends["Application"] += [relations.come["source"], relations.come["target"]]
        for name, kind in layout.VERSIONED.items():
            rows = self._change.applications if name == "applications" else self._change.derived.get(name)
            ids = pl.concat([series.alias("value") for series in ends[kind.label]]).unique().sort()
            if rows is not None:
                ids = ids.filter(~ids.is_in(rows[kind.column].implode()))
            self._plan.closed(f"load/anchor-{kind.file}", ids, to=self._plan.others)

    def _identifiers(self, kind: str, keys: pl.Series) -> None:
        frame = pl.DataFrame([keys.alias("key"), captions.of_keys(kind, keys, self._change.applications, self._change.keys)])
        given = {"kind": kind, "label": layout.LABEL.get(kind, layout.UNLABELLED)}
        self._plan.add("load/identifier", frame, to=self._plan.identifiers, given=given)

    def _row_nodes(self, name: str, file: str, what: Difference) -> None:
        names = list(schema.KEY[name])
        closing = what.gone.select(names)
        if name == "relations":
            closing = closing.with_columns(pl.col("applied_at").dt.epoch("us"))
        self._plan.add(f"load/close-{file}", closing, to=self._plan.after)
        self._plan.add(f"load/{file}", what.come, to=self._plan.after)

    # --- relationships

    def _uses(self, membership: Difference, gone: pl.Series) -> Iterator[Uses]:
        change = self._change
        keys = pl.concat([change.keys, change.applications.select("applied_at")], how="horizontal")
        if self._reader is None:
            return first_uses(keys, membership.come)
        moved = Moved(keys, gone, membership.gone.select(list(PAIR)), membership.come.select(list(PAIR)))
        assert self._connection is not None  # what was read was read through one
        return changed_uses(self._connection, self._reader, self._physical, moved)

    def _write_uses(self, uses: Uses) -> None:
        order = ["key", "person_id", "role"]
        self._plan.add("load/close-uses", uses.closed.sort(order), to=self._plan.uses, rows=_by_value("person_id", "role"))
        self._plan.add("load/uses", uses.opened.sort(order), to=self._plan.uses, rows=uses_rows)

    def _edge(self, edge: Edge, what: Difference) -> None:
        to = self._plan.by if edge.file == "by" else self._plan.after
        self._plan.add(f"load/close-{edge.file}", what.gone.select(edge.names), to=to)
        self._plan.add(f"load/{edge.file}", edge.prepared(what.come), to=to)

    # --- papers

    def _papers(self) -> None:
        change = self._change
        for name, frame in (("input_order", change.input_order), ("rejects", change.rejects)):
            parts = pl.DataFrame(list(packed(name, frame)), schema={"table": pl.String, "part": pl.Int64, "rows": pl.String}, orient="row")
            if parts.height:
                self._plan.after.append(Work("load/batch-rows", parts, size=10))
        events = change.gang_events.with_row_index("position").with_columns(pl.col("position").cast(pl.Int64))
        self._plan.add("load/gang-event", events, to=self._plan.after)


def _application_frame(applications: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of nodes of applications, with their captions and keys."""
    keys = keys.drop("application_id")
    absent = [pl.lit(None, pl.String).alias(slot.name) for slot in model.STORED_SLOTS if slot.name not in keys.columns]
    caption = captions.of_names(applications["name"]).alias("caption")
    frame = pl.concat([applications.select(list(model.APPLICATIONS.schema)), caption.to_frame(), keys], how="horizontal")
    return frame.with_columns(absent).select(*model.APPLICATIONS.schema, "caption", *(slot.name for slot in model.STORED_SLOTS))


def first_applications(applications: pl.DataFrame, keys: pl.DataFrame) -> Work:
    """Return what writes the applications of a first book, before anything else is planned. Long values are left to the plan."""
    frame, _ = shortened(_application_frame(applications, keys))
    return Work(f"load/{layout.FIRST['applications']}", frame, rows=application_rows)


NOT_PLAIN = ("applied_at", "date_of_birth", "label_time", "caption")
"""Columns of an application that go beside the map of the others."""


def application_rows(frame: pl.DataFrame) -> list[Any]:
    """Return applications as ``load/application`` takes them."""
    names = {column: layout.prop(column) for column in model.APPLICATIONS.schema if column not in NOT_PLAIN}
    return maps(frame, names | {slot.name: layout.key_prop(slot.name) for slot in model.STORED_SLOTS}, NOT_PLAIN)


def uses_rows(frame: pl.DataFrame) -> list[Any]:
    """Return uses as ``load/uses`` takes them: the last time is missing where it is the first."""
    last = pl.when(pl.col("last_seen") != pl.col("first_seen")).then("last_seen").alias("last_seen")
    return _by_value("person_id", "role", "first_seen", "last_seen", "count")(frame.with_columns(last))


def _touched(names: Sequence[str], *parts: Difference) -> pl.DataFrame:
    return pl.concat([frame.select(names) for part in parts for frame in (part.gone, part.come)]).unique()


def _after(held: pl.DataFrame, part: Difference) -> pl.DataFrame:
    return pl.concat([among(held, held.columns, part.gone, inside=False), part.come])


def _by_value(*columns: str) -> Callable[[pl.DataFrame], list[Any]]:
    """Return how uses go to the graph: one row an identifier, with a list of its uses."""

    def rows(frame: pl.DataFrame) -> list[Any]:
        uses = lists(frame, columns)
        values = frame.with_row_index("first").group_by("kind", "key", maintain_order=True).agg(pl.col("first").first(), pl.len())
        return [[kind, key, uses[first : first + count]] for kind, key, first, count in values.iter_rows()]

    return rows


def _kinds(evidence: pl.DataFrame) -> Iterator[tuple[str, pl.Series]]:
    """Yield the values that evidence names, kind by kind."""
    for kind in evidence["kind"].unique().sort():
        yield kind, evidence.filter(pl.col("kind") == kind)["key"].unique().sort()


def _of(make: Callable[[pl.DataFrame], pl.DataFrame], what: Difference) -> Difference:
    gone, come, after = make(what.gone), make(what.come), make(what.after)
    columns = gone.columns
    return Difference(among(gone, columns, come, inside=False), among(come, columns, gone, inside=False), after)
