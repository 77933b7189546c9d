"""``fraudgraph explore``: the book in a browser on this machine, until Ctrl-C."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from fraudgraph.cli import options
from fraudgraph.cli.voice import Voice, printable, say

PORT = 7476
"""Beside the guide's 7475 and the database's own 7474."""

TOKEN = "FRAUDGRAPH_EXPLORE_TOKEN"
LEAST = 16
"""Characters of a token."""


@click.command(short_help="Look at the book in a browser.")
@click.option("--port", type=click.IntRange(0, 65535), default=PORT, show_default=True, help="Port to listen on; 0 takes a free one.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; one that others can reach needs a token.")
@click.option("--token-file", type=options.FILE, help=f"File with the token that a browser must give; {TOKEN} has one itself.")
@options.store
@options.config
@options.loudness
@click.pass_obj
def explore(voice: Voice, /, port: int, host: str, token_file: Path | None, store: str, config: Path | None) -> int:
    """Serve the book to a browser on this machine, to read: the queue, search, gangs and their case files, a graph that grows by a hop with
    each click, paths between two people, and every night before. Values are masked. It runs until Ctrl-C; nights may be added meanwhile.

    Needs the extra explore: pip install 'fraudgraph-engine[explore]'. Nobody but this machine is answered, unless a token is set.

    \b
    Examples:
      fraudgraph explore
      fraudgraph explore --port 0 --store neo4j://localhost:7687
    """
    from fraudgraph.explore.server import ExploreServer
    from fraudgraph.settings import load

    def tell(sentence: str) -> None:
        say(sys.stderr, f"fraudgraph: {printable(sentence)}")

    book = options.existing(store, config)
    with ExploreServer(book, load(config), host, port, _token(token_file), tell) as server:
        if voice.verbosity >= 0:
            say(sys.stdout, f"The book is at {server.origin} until Ctrl-C.")
        try:
            server.serve()
        except KeyboardInterrupt:
            say(sys.stderr, "the book is no longer served")
    return 0


def _token(file: Path | None) -> str | None:
    """Return the token, None where none is set; raise click.UsageError for one that could be guessed."""
    if file is not None:
        try:
            token = file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise click.UsageError(f"--token-file {file} cannot be read as text: name another file.") from None
    elif TOKEN in os.environ:
        token = os.environ[TOKEN].strip()
    else:
        return None
    if len(token) < LEAST:
        raise click.UsageError(f"the token must have at least {LEAST} characters: make one with `openssl rand -hex 32`.")
    return token
