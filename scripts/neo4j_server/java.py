"""The Java that a line of Neo4j needs, wherever this machine keeps it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
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


def major(java: Path) -> int | None:
    """Return the major version that a ``java`` says it has, None where it does not run."""
    try:
        ended = subprocess.run([str(java), "-version"], capture_output=True, text=True, check=False, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = _VERSION.search(ended.stderr + ended.stdout)
    return int(found[1]) if ended.returncode == 0 and found else None


def java_for(line: Line, environment: Mapping[str, str] = os.environ, kept: Path = KEPT) -> Path:
    """Return the first ``java`` that the line runs on.

    Raises Trouble that says which one is missing and how to install it.
    """
    seen: dict[Path, int | None] = {}
    for java in candidates(environment, kept):
        real = java.resolve()
        if real in seen or not java.is_file():
            continue
        seen[real] = major(java)
        if seen[real] in line.javas:
            return java
    there = sorted({version for version in seen.values() if version is not None})
    rest = f"there is only Java {' and '.join(map(str, there))}" if there else "there is no Java"
    raise Trouble(
        f"Neo4j {line.name} needs Java {line.javas[0]} to {line.javas[-1]} and {rest}: install it"
        f" (apt-get install openjdk-{line.wanted}-jre-headless, or Temurin {line.wanted} from adoptium.net) or set JAVA_HOME to it."
    )
