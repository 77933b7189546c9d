"""The Java that a line of Neo4j needs, wherever this machine keeps it."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from neo4j_server.lines import Line
from neo4j_server.trouble import Trouble

KEPT = Path("/usr/lib/jvm")
"""Where distributions put their JDKs."""

_VERSION = re.compile(r'version "(?:1\.)?(\d+)')


def candidates(environment: Mapping[str, str], kept: Path = KEPT) -> Iterator[Path]:
    """Every place where a ``java`` may be, the most deliberate first: JAVA_HOME, JAVA_HOME_*, the distribution's folder, PATH."""
    homes = [environment["JAVA_HOME"]] if environment.get("JAVA_HOME") else []
    homes += [environment[name] for name in sorted(environment) if name.startswith("JAVA_HOME_") and environment[name]]
    yield from (Path(home) / "bin" / "java" for home in homes)
    yield from (home / "bin" / "java" for home in sorted(kept.glob("*")))
    found = shutil.which("java", path=environment.get("PATH", os.defpath))
    if found:
        yield Path(found)


@dataclass(frozen=True)
class Java:
    """A ``java`` that runs here."""

    path: Path
    major: int
    said: str
    """What it says of itself; another build says something else."""

    def archive(self, files: Path) -> Path:
        """Return where the classes of an assembled server are kept as this very Java loads them fastest."""
        return files / f"classes-{hashlib.sha256(self.said.encode()).hexdigest()[:12]}.jsa"


def asked(path: Path) -> Java | None:
    """Return what a ``java`` is, None where it does not run."""
    try:
        ended = subprocess.run([str(path), "-version"], capture_output=True, text=True, check=False, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return None
    said = ended.stderr + ended.stdout
    found = _VERSION.search(said)
    return Java(path, int(found[1]), said) if ended.returncode == 0 and found else None


def java_for(line: Line, environment: Mapping[str, str] = os.environ, kept: Path = KEPT) -> Java:
    """Return the first Java that the line runs on.

    Raises Trouble that says which one is missing and how to install it.
    """
    tried: set[Path] = set()
    versions: set[int] = set()
    for path in candidates(environment, kept):
        real = path.resolve()
        if real in tried or not path.is_file():
            continue
        tried.add(real)
        found = asked(path)
        if found is not None and found.major in line.javas:
            return found
        versions |= {found.major} if found else set()
    rest = f"there is only Java {' and '.join(map(str, sorted(versions)))}" if versions else "there is no Java"
    raise Trouble(
        f"Neo4j {line.name} needs Java {line.javas[0]} to {line.javas[-1]} and {rest}: install it"
        f" (apt-get install openjdk-{line.wanted}-jre-headless, or Temurin {line.wanted} from adoptium.net) or set JAVA_HOME to it."
    )
