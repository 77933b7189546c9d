"""``fraudgraph why``: why two people are tied or not, why an application was flagged or not."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from fraudgraph.cli import answers, options


@click.command(short_help="Say why two people are tied, or why an application was flagged, or not.")
@click.argument("name", metavar="A")
@click.argument("other", metavar="[B]", required=False)
@options.reading
def why(name: str, other: str | None, store: str, config: Path | None, as_of: date | None, shown_as: str) -> int:
    """Say why the people A and B are tied, or not: what they share, in which roles and when, and how much fraud intent pairs of their class
    were measured to pass on. With A alone say why it was flagged, or not, and what would change that. A and B are applications or people.

    \b
    Examples:
      fraudgraph why A000001487 A000001502
      fraudgraph why A000001487
    """
    from fraudgraph.investigation.flag import why as why_flagged
    from fraudgraph.investigation.frozen import rules, versioned
    from fraudgraph.investigation.pair import why as why_tied
    from fraudgraph.investigation.things import named, person_of
    from fraudgraph.reports.tables import zone_of
    from fraudgraph.settings import load

    with options.book(store, config, as_of) as reader:
        settings, (version, frozen) = rules(reader, load(config)), versioned(reader)
        zone = zone_of(reader)
        if other is None:
            answer = why_flagged(reader, named(reader, name), frozen, settings, version)
        else:
            answer = why_tied(reader, person_of(reader, name), person_of(reader, other), frozen, settings)
    answers.answered(answer, zone, shown_as)
    return 0
