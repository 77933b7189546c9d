"""``fraudgraph export``: the book for other tools."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from fraudgraph.cli import options, show


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

    The book as it is becomes the first night of the graph. The files hold what the store holds: the folder is for you alone (mode 0700).

    \b
    Example: fraudgraph export import-files graph
    """
    from fraudgraph.stores.exporting import import_files as write

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
