"""Servers that outlive the command that started them: what runs in a home, started once, stopped for good."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from neo4j_server import docker
from neo4j_server.assembly import cache, locked
from neo4j_server.lines import Line
from neo4j_server.server import HOST, PATIENCE, Server, free_ports
from neo4j_server.training import prepared
from neo4j_server.trouble import Trouble

STATE = "running.json"
USUAL = (7687, 7474)


@dataclass(frozen=True)
class Running:
    """A server of ours: a process (its id) or a container (its id)."""

    line: str
    engine: str
    id: str
    bolt: int
    http: int

    @property
    def uri(self) -> str:
        """Return the address that a store takes."""
        return f"bolt://{HOST}:{self.bolt}"

    def lives(self, home: Path) -> bool:
        """Return whether it is still there; an id that another process has by now is not it."""
        if self.engine == "docker":
            return docker.runs(self.id)
        return f"--home-dir={home}" in command_of(self.id)


def command_of(process: str) -> str:
    """Return the command line of a process, empty where there is none (or only its zombie)."""
    if Path("/proc/self/cmdline").exists():
        try:
            return (Path("/proc") / process / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            return ""
    return subprocess.run(["ps", "-ww", "-o", "command=", "-p", process], capture_output=True, text=True, check=False).stdout


def usual_home(line: Line, environment: Mapping[str, str] = os.environ) -> Path:
    """Return the home that is thrown away: in the cache, one a line."""
    return cache(environment) / f"home-{line.name}"


def found(home: Path) -> Running | None:
    """Return what runs in a home, None where nothing does."""
    try:
        running = Running(**json.loads((home / STATE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return running if running.lives(home) else None


def start(line: Line, home: Path, *, bolt: int | None = None, http: int | None = None, plugins: bool = False) -> Running:
    """Bring up a server in ``home`` that goes on when we end; the one that already runs there is returned as it is.

    Raises Trouble where a port is taken, and as ``Server`` and ``docker.run`` do.
    """
    with locked(cache() / "start.lock"):
        there = found(home)
        if there is not None:
            return there
        if home == usual_home(line):
            shutil.rmtree(home, ignore_errors=True)  # left by a machine that went down: nobody waits for it
        home.mkdir(parents=True, exist_ok=True)
        ports = _port(bolt, USUAL[0]), _port(http, USUAL[1])
        if docker.works():
            running = Running(line.name, "docker", docker.run(line, home, *ports, plugins=plugins), *ports)
        else:
            prepared(line)
            server = Server(line, home, plugins=plugins, ports=ports)
            server.start()
            running = Running(line.name, "process", str(server.release()), *ports)
        (home / STATE).write_text(json.dumps(asdict(running)) + "\n", encoding="utf-8")
        return running


def stop(line: Line, home: Path) -> bool:
    """Stop what runs in a home, and throw the usual home away; returns whether there was anything to stop."""
    with locked(cache() / "start.lock"):
        there = found(home)
        if there is not None:
            _end(there, home)
        (home / STATE).unlink(missing_ok=True)
        if home == usual_home(line):
            shutil.rmtree(home, ignore_errors=True)
        return there is not None


def _end(running: Running, home: Path) -> None:
    if running.engine == "docker":
        docker.remove(running.id)
        return
    os.killpg(int(running.id), signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE
    while running.lives(home):
        if time.monotonic() > deadline:
            os.killpg(int(running.id), signal.SIGKILL)
        time.sleep(0.2)


def _port(wanted: int | None, usual: int) -> int:
    """Return the wanted port, or the usual one, or a free one where the usual one is taken."""
    if wanted is not None and not _free(wanted):
        raise Trouble(f"Port {wanted} is taken: name another one, or leave it out.")
    return wanted if wanted is not None else usual if _free(usual) else free_ports(1)[0]


def _free(port: int) -> bool:
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind((HOST, port))
        except (OSError, OverflowError):
            return False
    return True
