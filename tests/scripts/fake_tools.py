"""Programs that only look like java, mvn and docker, for machines that have others or none."""

from __future__ import annotations

from pathlib import Path


def program(path: Path, text: str) -> Path:
    """Write a shell script that can be run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def fake_java(home: Path, version: str) -> Path:
    """A JDK whose ``java -version`` answers as that version does."""
    return program(home / "bin" / "java", f"""echo 'openjdk version "{version}" 2025-04-15' >&2""")


def fake_maven(folder: Path, before: str = "") -> Path:
    """An ``mvn`` that puts one jar into the folder it is asked to fill, and notes its calls beside itself; ``before`` runs first."""
    text = f"""echo "$@" >>"{folder}/calls"
{before}
for word in "$@"; do
  case $word in -DoutputDirectory=*) out=${{word#*=}} ;; esac
done
mkdir -p "$out" && echo jar >"$out/neo4j.jar" """
    return program(folder / "mvn", text)
