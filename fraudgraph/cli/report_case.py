"""``fraudgraph report case``: one gang's case file."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import click

from fraudgraph.cli import options
from fraudgraph.cli.voice import Voice, say

ENDINGS = {".html": "html", ".htm": "html", ".md": "markdown", ".markdown": "markdown", ".json": "json"}
"""What a file's name says it is."""


@click.command("case", short_help="One gang's case file: the picture, the evidence, the decisions.")
@click.argument("gang")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="The file to write.  [default: print it]")
@click.option(
    "--format",
    "shown_as",
    type=click.Choice(["html", "markdown", "json"]),
    help="What is written.  [default: as FILE ends, else markdown]",
)
@options.store
@options.config
@options.as_of
@options.revealing
@options.loudness
@click.pass_obj
def case(
    voice: Voice, /, gang: str, out: Path | None, shown_as: str | None, store: str, config: Path | None, as_of: date | None
) -> int:
    """Write all that the book knows of GANG into one file that can be sent about, printed and signed: a summary in words, the picture, the
    timeline, the map of what is shared, the people, the evidence with the applications that say so, the verdict with its versions, what
    was decided by whom, and what is not known. Values are masked (but for --reveal), and the page needs no network.

    The three formats say the same, and show the same digest for the same night of the book.

    \b
    Examples:
      fraudgraph report case G-A000000941 --out case.html
      fraudgraph report case G-A000000941 --format json > case.json
    """
    kind = shown_as or (ENDINGS.get(out.suffix.lower(), "markdown") if out else "markdown")
    with voice.progress() as progress:
        from fraudgraph.reports import case as reports
        from fraudgraph.reports import case_markdown, case_page, case_rows, onefile

        with options.book(store, config, as_of) as reader, progress.stage("reading the case"):
            found = reports.case(reader, gang)
        text = {"html": case_page.page, "markdown": case_markdown.text, "json": case_rows.text}[kind](found)
        if out is not None:
            onefile.write(text, out)
    if out is None:
        say(sys.stdout, text.removesuffix("\n"))
    return 0
