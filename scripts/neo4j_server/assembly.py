"""The server's files from Maven Central: into a cache, by the checked-in poms, whole or not at all."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from neo4j_server.lines import Line
from neo4j_server.trouble import Trouble

GOAL = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies"
PARTS = ("lib", "plugins")
LAST_WORDS = 5


def cache(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the folder that keeps what was assembled."""
    base = environment.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "fraudgraph" / "neo4j"


def folder(line: Line, environment: Mapping[str, str] = os.environ) -> Path:
    """Return where the line is (or will be) assembled: another content of the poms is another folder."""
    digest = hashlib.sha256()
    for part in PARTS:
        digest.update((line.poms / f"{part}.xml").read_bytes() + b"\0")
    return cache(environment) / f"{line.name}-{digest.hexdigest()[:12]}"


def assembled(line: Line, environment: Mapping[str, str] = os.environ) -> Path:
    """Return the folder with ``lib`` and ``plugins`` of the line, fetched first where it is not there yet.

    Two callers at once: the second waits for the first. A caller that is killed leaves nothing that a later one takes for whole.
    Raises Trouble where Maven is missing or fails.
    """
    target = folder(line, environment)
    if target.is_dir():
        return target
    try:
        with alone(target):
            if not target.is_dir():
                _fetch(line, target, environment)
    except OSError as error:
        raise Trouble(f"{target.parent} cannot be written ({error.strerror}): set XDG_CACHE_HOME to a folder that can.") from error
    return target


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Let one process at a time hold the lock file ``path``; the lock ends with its process."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def alone(target: Path) -> Iterator[None]:
    """Let one caller at a time build in or beside ``target``. What a killed one left beside it is removed."""
    with locked(target.parent / f"{target.name}.lock"):
        for left in target.parent.glob(f".{target.name}.*"):
            shutil.rmtree(left, ignore_errors=True)
        yield


def maven(environment: Mapping[str, str] = os.environ) -> str:
    """Return the path of ``mvn``. Raises Trouble where there is none."""
    found = shutil.which("mvn", path=environment.get("PATH", os.defpath))
    if found is None:
        raise Trouble("Maven is missing, which brings Neo4j from Maven Central: apt-get install maven.")
    return found


def _fetch(line: Line, target: Path, environment: Mapping[str, str]) -> None:
    """Fill a folder beside the target and rename it: the target is there only when it is whole."""
    program = maven(environment)
    building = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        for part in PARTS:
            options = ["-DincludeScope=runtime", f"-DoutputDirectory={building / part}"]
            command = [program, "--batch-mode", "--quiet", "--file", str(line.poms / f"{part}.xml"), GOAL, *options]
            ended = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, env=dict(environment))
            if ended.returncode != 0 or not any((building / part).glob("*.jar")):
                said = " ".join(" ".join(ended.stdout.split("\n")[:LAST_WORDS]).split())
                raise Trouble(f"Maven could not bring Neo4j {line.name} from Maven Central (is the network there?): {said[:500]}")
        building.chmod(0o755)
        building.rename(target)
    finally:
        shutil.rmtree(building, ignore_errors=True)
