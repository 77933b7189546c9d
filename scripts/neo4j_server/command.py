"""Assemble, start and stop a throw-away Neo4j server for developers and tests, and say what to export."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from neo4j_server import asking, running
from neo4j_server.assembly import maven
from neo4j_server.java import java_for
from neo4j_server.lines import LINES, Line, line_named
from neo4j_server.server import HOST, USERNAME
from neo4j_server.training import prepared
from neo4j_server.trouble import Trouble

NAMED = "FRAUDGRAPH_NEO4J_URI"
"""The variable that names a server which is already there."""


def _port(text: str) -> int:
    number = int(text)
    if not 0 < number < 65536:
        raise ValueError
    return number


_port.__name__ = "port"  # argparse names the type of a bad argument by it


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    top = argparse.ArgumentParser(prog="scripts/neo4j", description=__doc__)
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    about = {
        "check": "say what this machine lacks to assemble and run it",
        "assemble": "fetch the server from Maven Central into the cache, once, and print where it lies",
        "start": 'bring a server up and print what to export: eval "$(scripts/neo4j start)"',
        "stop": 'stop it (without --home its data go too) and print what to unset: eval "$(scripts/neo4j stop)"',
    }
    for name, text in about.items():
        one = commands.add_parser(name, help=text, description=text)
        one.add_argument("line", nargs="?", default="5", choices=list(LINES), metavar="LINE", help=f"{' or '.join(LINES)} (default 5)")
        if name in ("start", "stop"):
            one.add_argument(
                "--home", type=Path, metavar="DIR", help="where data and logs lie and stay (default: a place that `stop` empties)"
            )
    start = commands.choices["start"]
    start.add_argument("--bolt", type=_port, metavar="PORT", help="default 7687, or a free one where that is taken")
    start.add_argument("--http", type=_port, metavar="PORT", help="default 7474, or a free one where that is taken")
    start.add_argument("--plugins", action="store_true", help="with Graph Data Science and, on line 5, APOC")
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code: 0 done, 1 failed. A wrong command line ends with 2."""
    asked = parser().parse_args(arguments)
    try:
        line = line_named(asked.line)
        if asked.command == "check":
            java_for(line)
            maven()
            return 0
        if asked.command == "assemble":
            print(prepared(line))
            return 0
        home = asked.home.resolve() if asked.home else running.usual_home(line)
        return _start(line, home, asked) if asked.command == "start" else _stop(line, home)
    except Trouble as trouble:
        _say(str(trouble))
        return 1
    except KeyboardInterrupt:
        _say("Interrupted.")
        return 130


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def _start(line: Line, home: Path, asked: argparse.Namespace) -> int:
    there = running.found(home)
    if os.environ.get(NAMED) and not (there and os.environ[NAMED] == there.uri):
        _named(os.environ)
        return 0
    server = running.start(line, home, bolt=asked.bolt, http=asked.http, plugins=asked.plugins)
    for name in (NAMED, "FRAUDGRAPH_STORE"):
        print(f"export {name}={server.uri}")
    print(f"export FRAUDGRAPH_NEO4J_HTTP=http://{HOST}:{server.http}")
    print(f"export NEO4J_USERNAME={USERNAME}")
    print(f'export NEO4J_PASSWORD="$(cat {shlex.quote(str(home / "password"))})"')
    where = f" --home {shlex.quote(str(home))}" if asked.home else ""
    _say(f"Neo4j {server.line} answers at {server.uri}, its Browser at http://localhost:{server.http}/browser/.")
    _say(f'Stop it: eval "$(scripts/neo4j stop {server.line}{where})"')
    return 0


def _named(environment: Mapping[str, str]) -> None:
    """Say that the server which the environment names is used; raises Trouble where nothing answers there."""
    uri = environment[NAMED]
    parts = urlsplit(uri)
    if parts.scheme in ("bolt", "neo4j") and not asking.speaks_bolt(parts.hostname or "", parts.port or 7687):
        raise Trouble(f"{NAMED} names a server that does not answer: start it, or unset the variable to have one started here.")
    print(f"export FRAUDGRAPH_STORE={shlex.quote(uri)}")
    _say(f"{NAMED} names a server: nothing was started. Its NEO4J_USERNAME and NEO4J_PASSWORD are yours to set.")


def _stop(line: Line, home: Path) -> int:
    _say("Stopped." if running.stop(line, home) else f"No server runs in {home}.")
    print(f"unset {NAMED} FRAUDGRAPH_NEO4J_HTTP FRAUDGRAPH_STORE NEO4J_USERNAME NEO4J_PASSWORD")
    return 0
