"""A stored book as files for other tools."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from fraudgraph.errors import OutputError
from fraudgraph.stores.port import Reader
from fraudgraph.stores.whole import labels_of, whole


def import_files(reader: Reader, folder: Path) -> tuple[Path, int]:
    """Write what ``neo4j-admin database import full`` takes into the new folder ``folder``; return the command beside it and how many
    files there are.

    Raise OutputError where the folder is there already and not empty, or cannot be made. Nothing is left of one that was not finished.
    """
    from fraudgraph.stores.neo4j.importing import COMMAND, write_import_files

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputError(f"{folder} is there already: name a new folder for the import files")
    change, batch = whole(reader)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".fraudgraph-import-", dir=folder.parent) as workshop:
            made = Path(workshop) / "files"
            made.mkdir(mode=0o700)
            arguments = write_import_files(change, batch, labels_of(reader), made)
            if folder.exists():
                folder.rmdir()
            shutil.move(made, folder)
    except OSError as problem:
        raise OutputError(f"{folder} cannot be written ({problem.strerror}): name another folder, or make room") from problem
    return folder / COMMAND, len(arguments)
