"""The same throw-away server as a container, where a docker engine works."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from neo4j_server import asking
from neo4j_server.lines import Line
from neo4j_server.passwords import password_of
from neo4j_server.server import HOST, PATIENCE, USERNAME
from neo4j_server.trouble import Trouble

ENGINE_ANSWERS = 20.0
"""Seconds that the engine may take to say that it is there."""


def works(environment: Mapping[str, str] = os.environ) -> bool:
    """Return whether there is a docker client whose engine answers."""
    client = shutil.which("docker", path=environment.get("PATH", os.defpath))
    if client is None:
        return False
    try:
        return subprocess.run([client, "info"], capture_output=True, check=False, timeout=ENGINE_ANSWERS).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def run(line: Line, home: Path, bolt: int, http: int, *, plugins: bool = False) -> str:
    """Start a container on the loopback with its data in ``home`` and return its id when it answers.

    The password reaches it by the environment of the client: the command line names only the variable. Raises Trouble with docker's
    words where the container does not start or does not answer in time.
    """
    password = password_of(home)
    (home / "data").mkdir(exist_ok=True)
    options = ["--detach", "--rm", "--user", f"{os.getuid()}:{os.getgid()}", "--volume", f"{home / 'data'}:/data", "--env", "NEO4J_AUTH"]
    for outside, inside in ((bolt, 7687), (http, 7474)):
        options += ["--publish", f"{HOST}:{outside}:{inside}"]
    options += ["--env", f"NEO4J_server_bolt_advertised__address={HOST}:{bolt}"]
    if plugins:
        options += ["--env", 'NEO4J_PLUGINS=["apoc", "graph-data-science"]']
    container = _docker("run", *options, line.image, environment={**os.environ, "NEO4J_AUTH": f"{USERNAME}/{password}"})
    deadline = time.monotonic() + PATIENCE
    while not asking.answers(f"http://{HOST}:{http}", USERNAME, password, HOST, bolt):
        if not runs(container):
            raise Trouble(f"The container of {line.image} ended while it started: look at `docker run {line.image}`.")
        if time.monotonic() > deadline:
            remove(container)
            raise Trouble(f"The container of {line.image} did not answer within {PATIENCE:.0f} seconds.")
        time.sleep(0.5)
    return container


def runs(container: str) -> bool:
    """Return whether the container is up."""
    return bool(_docker("ps", "--quiet", "--no-trunc", "--filter", f"id={container}"))


def remove(container: str) -> None:
    """Stop the container; it removes itself."""
    if runs(container):
        _docker("stop", container)


def _docker(*arguments: str, environment: Mapping[str, str] = os.environ) -> str:
    ended = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False, env=dict(environment))
    if ended.returncode != 0:
        said = " ".join(ended.stderr.split())[-300:]
        raise Trouble(f"docker {arguments[0]} failed: {said}")
    return ended.stdout.strip()
