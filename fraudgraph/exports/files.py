"""A graph written to a file of its owner's alone: GraphML, CSV, Parquet or JSON, as its name ends."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import polars as pl

from fraudgraph.errors import OutputError, UsageError
from fraudgraph.exports import graphml
from fraudgraph.exports.tables import Graph
from fraudgraph.reports import csvfile

PARTS = ("nodes", "edges")
SUFFIXES = (".graphml", ".csv", ".parquet", ".json")


def places(to: Path) -> list[Path]:
    """Return the files that a graph written to ``to`` is in: two for CSV and Parquet (NAME-nodes, NAME-edges). Raise UsageError for an
    ending that is not known."""
    if to.suffix.lower() not in SUFFIXES:
        raise UsageError(f"a graph is written as {', '.join(SUFFIXES)}: let the name of the file {to.name!r} end in one of them")
    if to.suffix.lower() in (".csv", ".parquet"):
        return [to.with_name(f"{to.stem}-{part}{to.suffix}") for part in PARTS]
    return [to]


def write(graph: Graph, to: Path) -> list[Path]:
    """Write the graph in the form that the ending of ``to`` says, in the place of files that may be there; return the files.

    Each takes its name only when all are on disk. Raise UsageError for another ending, OutputError where they cannot be written.
    """
    files = places(to)
    kind = to.suffix.lower()
    if kind == ".graphml":
        _write(files, [lambda path: _text(path, graphml.text(graph))])
    elif kind == ".json":
        _write(files, [lambda path: _text(path, json.dumps(node_link(graph), ensure_ascii=False))])
    elif kind == ".csv":
        _write(files, [lambda path: _csv(path, graph.nodes), lambda path: _csv(path, graph.edges)])
    else:
        _write(files, [graph.nodes.write_parquet, graph.edges.write_parquet])
    return files


def node_link(graph: Graph) -> dict[str, Any]:
    """Return the graph as `networkx.node_link_graph` takes it. An attribute that is null or empty is left out."""
    return {
        "directed": False,
        "multigraph": False,
        "graph": {},
        "nodes": [_filled(row) for row in graph.nodes.iter_rows(named=True)],
        "edges": [_filled(row) for row in graph.edges.iter_rows(named=True)],
    }


def _filled(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None and value != ""}


def _text(path: Path, text: str) -> None:
    path.write_bytes(text.encode("utf-8", "replace"))


def _csv(path: Path, frame: pl.DataFrame) -> None:
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    csvfile.write(frame, path, free_text=texts)


def _write(files: list[Path], writers: list[Callable[[Path], Any]]) -> None:
    with _finished(files) as unfinished:
        for path, write_to in zip(unfinished, writers, strict=True):
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
            write_to(path)
            csvfile.sync(path)


@contextmanager
def _finished(files: list[Path]) -> Iterator[list[Path]]:
    """Give names for files that are not finished yet; then let them take their own."""
    unfinished = [path.with_name(f".{path.name[:200]}.{secrets.token_hex(6)}") for path in files]
    try:
        yield unfinished
        for draft, path in zip(unfinished, files, strict=True):
            os.replace(draft, path)
    except OSError as problem:
        why = os.strerror(problem.errno) if problem.errno else str(problem)
        raise OutputError(f"{files[0]} cannot be written ({why}): choose another file with --to") from problem
    finally:
        for draft in unfinished:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
