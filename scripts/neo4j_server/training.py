"""A server that starts in a third of the time: one start is watched, and the classes it loaded are kept as Java maps them in."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from neo4j_server.assembly import alone, assembled
from neo4j_server.java import java_for
from neo4j_server.lines import Line
from neo4j_server.server import Server


def prepared(line: Line) -> Path:
    """Return the folder of the assembled line, with the archive of its classes for the Java that it will run on.

    The first call on a machine fetches the line and starts it once; later ones return at once. Raises Trouble as ``assembled`` and
    ``Server.start`` do.
    """
    files = assembled(line)
    archive = java_for(line).archive(files)
    if not archive.exists():
        with alone(files):
            if not archive.exists():
                _train(line, files, archive)
    return files


def _train(line: Line, files: Path, archive: Path) -> None:
    home = Path(tempfile.mkdtemp(prefix=f".{files.name}.", dir=files.parent))
    try:
        watched = home / archive.name
        with Server(line, home, jvm=[f"-XX:ArchiveClassesAtExit={watched}"]):
            pass
        watched.rename(archive)
    finally:
        shutil.rmtree(home, ignore_errors=True)
