"""``fraudgraph neighbours`` and ``fraudgraph path``: walks through a book."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from fraudgraph.cli import answers, options


@click.command(short_help="List who is near, hop by hop.")
@click.argument("name", metavar="ID")
@click.option("--hops", type=click.IntRange(1, 6), default=1, show_default=True, help="How far to walk.")
@click.option("--all", "all_values", is_flag=True, help="Follow every value that is not generic, not only those that may pass intent on.")
@click.option("--crowd", type=click.IntRange(2), default=20, show_default=True, help="With --all: people on a value that is followed.")
@options.reading
def neighbours(
    name: str, hops: int, all_values: bool, crowd: int, store: str, config: Path | None, as_of: date | None, shown_as: str
) -> int:
    """List who is near ID (an application, a person, a community, a gang, or a value by its reference): people who share a value with
    them, then who shares one with those, and so on; each with the strongest value that leads there.

    \b
    Example: fraudgraph neighbours P-A000001487 --hops 2
    """
    from fraudgraph.investigation.neighbourhood import Walk, around
    from fraudgraph.investigation.things import named
    from fraudgraph.reports.tables import zone_of

    with options.book(store, config, as_of) as reader:
        answer = around(reader, named(reader, name), Walk(hops, all_values, crowd))
        zone = zone_of(reader)
    answers.answered(answer, zone, shown_as)
    return 0


@click.command(short_help="Show how two people hang together.")
@click.argument("name", metavar="A")
@click.argument("other", metavar="B")
@click.option("--count", type=click.IntRange(1, 50), default=3, show_default=True, help="Strongest ways to list.")
@click.option("--steps", type=click.IntRange(1, 12), default=6, show_default=True, help="Pairs of a way at most.")
@options.reading
def path(name: str, other: str, count: int, steps: int, store: str, config: Path | None, as_of: date | None, shown_as: str) -> int:
    """Show the shortest way from A to B over pairs that may pass fraud intent on, and the strongest ways: those whose pairs are, all
    together, the most probable pairs of one gang. A and B are applications or people.

    \b
    Example: fraudgraph path A000001487 A000001502 --count 5
    """
    from fraudgraph.investigation.frozen import calibration, rules
    from fraudgraph.investigation.paths import path as ways
    from fraudgraph.investigation.things import person_of
    from fraudgraph.reports.tables import zone_of
    from fraudgraph.settings import load

    with options.book(store, config, as_of) as reader:
        settings, frozen = rules(reader, load(config)), calibration(reader)
        answer = ways(reader, person_of(reader, name), person_of(reader, other), count, steps, frozen, settings)
        zone = zone_of(reader)
    answers.answered(answer, zone, shown_as)
    return 0
