"""``fraudgraph export``: the book for other tools."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from fraudgraph.cli import options, show

PLACE = click.Path(dir_okay=False, path_type=Path)


@click.group(short_help="Write the book for other tools.")
def export() -> None:
    """Write the book for other tools."""


@export.command("import-files", short_help="Write files for a bulk import into Neo4j.")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@options.store
@options.config
@options.as_of
@options.speaking
def import_files(folder: Path, store: str, config: Path | None, as_of: date | None, shown_as: str) -> int:
    """Write what `neo4j-admin database import full` takes into the new folder DIR, with the exact command beside it (import.sh).

    The book as it is becomes the first night of the graph. The files hold what the store holds,
    plain values too, which the log is told: the folder is for you alone (mode 0700).

    \b
    Example: fraudgraph export import-files graph
    """
    from fraudgraph.stores.exporting import import_files as write

    options.audited(store, config, "export import-files", "the whole book")
    with options.book(store, config, as_of) as reader:
        command, files = write(reader, folder)
    row = {"folder": str(folder), "files": files, "command": str(command)}
    if shown_as == "json":
        show.as_json(row)
    elif shown_as == "csv":
        show.as_csv([row], list(row))
    else:
        show.as_text(
            [f"{files} files are in {folder}. With the server stopped run {command}; afterwards run schema.cypher with cypher-shell."]
        )
    return 0


@export.command("graph", short_help="Write people, shared values and ties for graph tools.")
@click.option("--to", required=True, type=PLACE, metavar="FILE", help="It ends in .graphml, .json, .csv or .parquet.")
@click.option("--gang", metavar="ID", help="Only this gang.")
@click.option("--around", metavar="ID", help="Only what is near this application, person, community, gang or value.")
@click.option("--hops", type=click.IntRange(1, 6), metavar="N", help="With --around: how far.  [default: 1]")
@click.option("--tokens", is_flag=True, help="Name values by keyed tokens, so that files made with the same key can be joined.")
@options.reading
def graph(
    to: Path,
    gang: str | None,
    around: str | None,
    hops: int | None,
    tokens: bool,
    store: str,
    config: Path | None,
    as_of: date | None,
    shown_as: str,
) -> int:
    """Write the people of all communities (or of one gang, or near something), the values that two or more of them share, and their ties.
    .csv and .parquet are two files, FILE-nodes and FILE-edges. Values are masked unless --reveal says otherwise; the files are for you
    alone (mode 0600).

    \b
    Examples: fraudgraph export graph --to book.graphml
              fraudgraph export graph --gang G-A000001487 --to gang.json
              fraudgraph export graph --around P-A000001487 --hops 2 --to near.csv
    """
    if gang and around:
        raise click.UsageError("Give either --gang or --around.")
    if hops is not None and not around:
        raise click.UsageError("--hops says how far to walk: give it with --around.")
    from fraudgraph.exports import files, tables

    files.places(to)
    with options.book(store, config, as_of, [name for name in (gang, around, str(to)) if name]) as reader:
        if around:
            from fraudgraph.investigation.neighbourhood import Walk
            from fraudgraph.investigation.neighbourhood import around as near
            from fraudgraph.investigation.things import named

            people = near(reader, named(reader, around), Walk(hops or 1)).table("neighbours")["person_id"]
        else:
            people = tables.of_gang(reader, gang) if gang else tables.everybody(reader)
        found = tables.graph(reader, people, tables.key_of(reader) if tokens else None)
    written = files.write(found, to)
    row = {"files": [str(path) for path in written], "nodes": found.nodes.height, "edges": found.edges.height}
    if shown_as == "json":
        show.as_json(row)
    elif shown_as == "csv":
        show.as_csv([row], list(row))
    else:
        show.as_text([f"{found.nodes.height:,} nodes and {found.edges.height:,} edges are in {' and '.join(map(str, written))}."])
    return 0
