"""Files for ``neo4j-admin database import full``: the same nodes and relationships that the Bolt load makes, from the same plan."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from fraudgraph import model
from fraudgraph.stores.neo4j import layout, texts
from fraudgraph.stores.neo4j.edges import EDGES
from fraudgraph.stores.neo4j.papers import as_json
from fraudgraph.stores.neo4j.planning import Planner, Work
from fraudgraph.stores.port import Batch, Change

PART = "\x1f"
"""Between the items of a list, and between the kind and the key of an identifier: no value has it after reading."""

COMMAND = "import.sh"
SCHEMA = "schema.cypher"
IMPORT = 'neo4j-admin database import full "${1:-neo4j}"'
OPTIONS = ("--overwrite-destination=true", "--id-type=string", "--multiline-fields=true", "--array-delimiter=U+001F", "--bad-tolerance=0")
"""Of the command, beside the files."""

TYPES: dict[object, str] = {
    pl.Int64: ":long",
    pl.Float64: ":double",
    pl.Boolean: ":boolean",
    pl.String: "",
    model.TIME: ":datetime",
    pl.Date: ":date",
}

PROPERTY = {"link_class": "class", "link_code": "code"}
"""Columns whose property is not called as they are."""


@dataclass
class Folder:
    """What is written, file by file."""

    path: Path
    arguments: list[str] = field(default_factory=list)

    def nodes(self, label: str, frame: pl.DataFrame, header: Iterable[str]) -> None:
        if frame.height:
            self._write(f"nodes-{len(self.arguments):02d}-{label.lower()}.csv", frame, header)
            self.arguments.append(f"--nodes={label}=nodes-{len(self.arguments):02d}-{label.lower()}.csv")

    def relationships(self, kind: str, frame: pl.DataFrame, header: Iterable[str]) -> None:
        if frame.height:
            self._write(f"relationships-{len(self.arguments):02d}-{kind.lower()}.csv", frame, header)
            self.arguments.append(f"--relationships={kind}=relationships-{len(self.arguments):02d}-{kind.lower()}.csv")

    def _write(self, name: str, frame: pl.DataFrame, header: Iterable[str]) -> None:
        path = self.path / name
        columns = [_text(column, dtype) for column, dtype in frame.schema.items()]
        table = frame.select(columns)
        table.columns = [str(place) for place in range(table.width)]
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write((",".join(header) + "\n").encode())
            table.write_csv(file, include_header=False, quote_style="necessary")


def _text(column: str, dtype: pl.DataType) -> pl.Expr:
    if dtype == model.TIME:
        return pl.col(column).dt.to_string("%Y-%m-%dT%H:%M:%S%.6fZ")
    if dtype == pl.Date:
        return pl.col(column).dt.to_string("%Y-%m-%d")
    if isinstance(dtype, pl.List):
        return pl.col(column).list.eval(pl.element().cast(pl.String)).list.join(PART)
    return pl.col(column)


def _headed(frame: pl.DataFrame, columns: Iterable[str]) -> list[str]:
    """Return property and type of each column."""
    found = []
    for column in columns:
        dtype = frame.schema[column]
        name = layout.key_prop(column) if "." in column else PROPERTY.get(column) or layout.prop(column)
        if isinstance(dtype, pl.List):
            found.append(f"{name}:{'long' if dtype.inner == pl.Int64 else 'string'}[]")
        else:
            found.append(f"{name}{TYPES[dtype]}")
    return found


def write_import_files(change: Change, batch: Batch, labels: pl.DataFrame, path: Path) -> list[str]:
    """Write the files of a book, made by one change, into the folder ``path``, and the command beside them; return its arguments.

    The folder is only its owner's: the files hold what the store holds."""
    folder = Folder(path)
    plan = Planner(None, None, 0, change).plan()
    by_file: dict[str, list[Work]] = {}
    for work in plan.before:
        by_file.setdefault(work.file, []).append(work)
    _versioned(folder, by_file)
    known = _identifiers(folder, by_file)
    _rows(folder, by_file, known)
    _edges(folder, by_file)
    _papers(folder, change, batch, labels)
    for kind, write in OTHERS.items():
        for work in by_file.get(kind, []):
            write(folder, work)
    _command(folder)
    return folder.arguments


def _frames(works: dict[str, list[Work]], file: str) -> pl.DataFrame | None:
    found = [work.frame for work in works.get(file, [])]
    return pl.concat(found) if found else None


def _versioned(folder: Folder, works: dict[str, list[Work]]) -> None:
    for name, kind in layout.VERSIONED.items():
        frame = _frames(works, f"load/{layout.FIRST.get(name, kind.file)}")
        if frame is not None:
            rest = [column for column in frame.columns if column != kind.column]
            header = [f"{kind.key}:ID({kind.label})", *_headed(frame, rest), "fromNight:long"]
            table = frame.select(kind.column, *rest).with_columns(night=pl.lit(1))
            if kind.label == "Gang":  # its grade is a label too: Browser's style sheets size by labels alone
                header.append(":LABEL")
                grade = pl.when(pl.col("grade").is_in(["A", "B", "C", "D"])).then("Grade" + pl.col("grade"))
                table = table.with_columns(grade.alias("label"))
            folder.nodes(kind.label, table, header)
        anchors = _frames(works, f"load/anchor-{kind.file}")
        if anchors is not None:
            folder.nodes(kind.label, anchors.select("value"), [f"{kind.key}:ID({kind.label})"])


def _identifiers(folder: Folder, works: dict[str, list[Work]]) -> pl.DataFrame:
    """Write the identifiers and return their kind and key."""
    parts = [
        work.frame.select(pl.lit(work.given["kind"]).alias("kind"), "key", "caption", pl.lit(str(work.given["label"])).alias("label"))
        for work in works.get("load/identifier", [])
    ]
    if not parts:
        return pl.DataFrame(schema={"kind": pl.String, "key": pl.String})
    frame = pl.concat(parts).unique(["kind", "key"], keep="first", maintain_order=True)
    header = [":ID(Identifier)", "kind", "key", "caption", "fromNight:long", ":LABEL"]
    columns = [_identifier(), "kind", "key", "caption", pl.lit(1).alias("night"), pl.col("label").replace(layout.UNLABELLED, None)]
    folder.nodes("Identifier", frame.select(columns), header)
    return frame.select("kind", "key")


def _identifier() -> pl.Expr:
    return pl.concat_str("kind", "key", separator=PART).alias("id")


def _rows(folder: Folder, works: dict[str, list[Work]], identifiers: pl.DataFrame) -> None:
    """Rows that are nodes of their own."""
    for file, label in (("load/hub-window", "HubWindow"), ("load/placeholder", "Placeholder")):
        frame = _frames(works, file)
        if frame is not None:
            folder.nodes(label, frame.with_columns(night=pl.lit(1)), [*_headed(frame, frame.columns), "fromNight:long"])
    hubs = _frames(works, "load/hub")
    if hubs is not None:
        numbered = hubs.with_row_index("row")
        header = [":ID(Hub)", *_headed(hubs, hubs.columns), "fromNight:long"]
        folder.nodes("Hub", numbered.with_columns(night=pl.lit(1)), header)
        shown = numbered.join(identifiers, on=["kind", "key"], how="semi").select("row", _identifier())
        folder.relationships("IS", shown, [":START_ID(Hub)", ":END_ID(Identifier)"])
    relations = _frames(works, "load/relation")
    if relations is not None:
        numbered = relations.with_row_index("row")
        header = [":ID(Relation)", *_headed(relations, relations.columns), "fromNight:long"]
        folder.nodes("Relation", numbered.with_columns(night=pl.lit(1)), header)
        for kind, column in (("SOURCE", "source"), ("TARGET", "target")):
            folder.relationships(kind, numbered.select("row", column), [":START_ID(Relation)", ":END_ID(Application)"])
    events = _frames(works, "load/gang-event")
    if events is not None:
        numbered = events.with_row_index("row").with_columns(night=pl.lit(1))
        folder.nodes("GangEvent", numbered, [":ID(Event)", *_headed(events, events.columns), "night:long"])
        gangs = _frames(works, "load/gang")
        if gangs is not None:
            of = numbered.join(gangs, on="gang_id", how="semi").select("row", "gang_id")
            folder.relationships("OF", of, [":START_ID(Event)", ":END_ID(Gang)"])


def _edges(folder: Folder, works: dict[str, list[Work]]) -> None:
    for name, edge in EDGES.items():
        frame = _frames(works, f"load/{edge.file}")
        if frame is None:
            continue
        kind = edge.file.replace("-", "_").upper()
        if name == "evidence":
            table = frame.select("gang_id", _identifier(), "members", "others")
            header = [":START_ID(Gang)", ":END_ID(Identifier)", "members:long", "others:long"]
        else:
            (start, first), (end, second) = edge.ends
            rest = [column for column in frame.columns if column not in (first, second)]
            table = frame.select(first, second, *rest)
            header = [f":START_ID({start})", f":END_ID({end})", *_headed(frame, rest)]
        folder.relationships(kind, table.with_columns(night=pl.lit(1)), [*header, "fromNight:long"])
    for work in works.get("load/uses", []):
        table = work.frame.select("person_id", _identifier(), "role", "first_seen", "last_seen", "count").with_columns(night=pl.lit(1))
        properties = ["role", "firstSeen:datetime", "lastSeen:datetime", "count:long", "fromNight:long"]
        folder.relationships("USES", table, [":START_ID(Person)", ":END_ID(Identifier)", *properties])


def _papers(folder: Folder, change: Change, batch: Batch, labels: pl.DataFrame) -> None:
    book = {"id": "book", "format": layout.FORMAT, "generation": batch.digest[:16], "night": 1, "base": 0, "fence": 0}
    folder.nodes("Book", pl.DataFrame([book]), ["id", "format:long", "generation", "night:long", "base:long", "fence:long"])
    night = {
        "night": 1,
        "digest": batch.digest,
        "command": batch.command,
        "knownAt": batch.known_at,
        "summary": as_json(dict(batch.summary)),
    }
    folder.nodes("Night", pl.DataFrame([night]), ["night:long", "digest", "command", "knownAt", "summary"])
    documents = [
        {"kind": kind, "name": version.name, "document": as_json(dict(version.document)), "night": 1}
        for kind, version in (("calibration", change.calibration), ("ruleset", change.ruleset))
        if version is not None
    ]
    schema = {"kind": pl.String, "name": pl.String, "document": pl.String, "night": pl.Int64}
    folder.nodes("Document", pl.DataFrame(documents, schema), ["kind", "name", "document", "fromNight:long"])
    settings = [{"key": key, "value": as_json(value), "night": 1} for key, value in sorted(change.settings.items())]
    table = pl.DataFrame(settings, {"key": pl.String, "value": pl.String, "night": pl.Int64})
    folder.nodes("Setting", table, ["key", "value", "fromNight:long"])
    slots = [{"slot": slot.name, "night": 1} for slot in layout.slots(set(change.keys.columns))]
    folder.nodes("Slot", pl.DataFrame(slots, {"slot": pl.String, "night": pl.Int64}), ["slot", "fromNight:long"])
    numbered = labels.with_row_index("position").with_columns(pl.col("position").cast(pl.Int64), base=pl.lit(0), call=pl.lit("import"))
    columns = ["gang_id", "label", "reason", "who", "at", "night", "position", "base", "call"]
    header = ["gangId", "label", "reason", "who", "at:datetime", "night:long", "position:long", "base:long", "call"]
    folder.nodes("Label", numbered.select(columns), header)
    if labels.height:
        folder.nodes("Counter", pl.DataFrame({"id": ["labels"], "next": [labels.height]}), ["id", "next:long"])


def _batch_rows(folder: Folder, work: Work) -> None:
    header = ["table", "part:long", "rows", "night:long"]
    folder.nodes("BatchRows", work.frame.select("table", "part", "rows").with_columns(night=pl.lit(1)), header)


def _long_text(folder: Folder, work: Work) -> None:
    folder.nodes("LongText", work.frame.select("token", "text").with_columns(night=pl.lit(1)), ["token", "text", "fromNight:long"])


OTHERS: dict[str, Callable[[Folder, Work], None]] = {"load/batch-rows": _batch_rows, "load/long-text": _long_text}


def _command(folder: Folder) -> None:
    """Write the command that imports the files, and the constraints and indexes that are made afterwards."""
    call = [IMPORT, *OPTIONS, *map(shlex.quote, folder.arguments)]
    text = (
        "#!/bin/sh\n"
        "# Imports this book into the database named by the first argument (neo4j if none), in the place of whatever is in it.\n"
        f"# The server must be stopped. Start it afterwards, and run {SCHEMA} with cypher-shell, or any fraudgraph command that writes.\n"
        "set -eu\n"
        'cd "$(dirname "$0")"\n' + " \\\n  ".join(call) + "\n"
    )
    command = folder.path / COMMAND
    command.write_text(text, encoding="utf-8")
    command.chmod(0o700)
    statements = [statement for name in ("schema/constraints", "schema/indexes", "schema/keys") for statement in texts.statements(name)]
    (folder.path / SCHEMA).write_text("".join(f"{statement};\n" for statement in statements), encoding="utf-8")
