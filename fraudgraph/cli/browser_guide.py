"""``fraudgraph browser-guide``: the guide, style and favourites for Neo4j Browser, until Ctrl-C."""

from __future__ import annotations

import sys

import click

from fraudgraph.cli.voice import say

PORT = 7475
"""Beside the database's own 7474."""


@click.command("browser-guide", short_help="Serve the guide, style and favourites for Neo4j Browser.")
@click.option("--port", type=click.IntRange(0, 65535), default=PORT, show_default=True, help="Port to listen on; 0 takes a free one.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Loopback address to listen on.")
def browser_guide(port: int, host: str) -> int:
    """Serve a guide through the sample book, a style sheet and the analyst's questions to Neo4j Browser on this machine.

    It says what to type there, and runs until Ctrl-C. No data of any book is served.

    \b
    Example:
      fraudgraph browser-guide
      fraudgraph browser-guide --port 0
    """
    from fraudgraph.guide.server import GuideServer

    with GuideServer(host, port) as server:
        say(sys.stdout, _what_to_type(server.origin))
        try:
            server.serve()
        except KeyboardInterrupt:
            say(sys.stderr, "the guide is no longer served")
    return 0


def _what_to_type(origin: str) -> str:
    return (
        f"Type into Neo4j Browser, which is at http://localhost:7474 unless you moved it:\n"
        f"\n"
        f"  :style {origin}/style.grass    colours, sizes and captions\n"
        f"  :play {origin}/guide.html      the guide as a frame, or\n"
        f"  :guide {origin}/guide.html     the guide beside the editor\n"
        f"\n"
        f"Favourites: fetch {origin}/favourites.zip and drop the file onto Browser's window.\n"
        f"\n"
        f"Served until Ctrl-C."
    )
