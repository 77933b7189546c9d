"""``fraudgraph show-graph``: one gang as a graph that can be moved about, on one page."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from fraudgraph.cli import options


@click.command("show-graph", short_help="Write one gang as a graph that can be moved about.")
@click.argument("gang")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), metavar="FILE.html", help="The page to write.")
@options.store
@options.config
@options.as_of
@options.revealing
def show_graph(gang: str, out: Path, store: str, config: Path | None, as_of: date | None) -> int:
    """Write the people of GANG and the values that hold them together as a graph on one page, which needs no network.

    Values are masked, unless --reveal says otherwise. People are larger the higher their intent, values are coloured by their kind.
    Needs the extra viz: pip install 'fraudgraph-engine[viz]'.

    \b
    Example:
      fraudgraph show-graph G-A000000941 --out gang.html
    """
    from fraudgraph.reports import network, onefile

    with options.book(store, config, as_of) as reader:
        page = network.page(reader, gang)
    onefile.write(page, out)
    return 0
