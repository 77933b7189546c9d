"""``fraudgraph find``, ``show`` and ``hubs``: what there is in a book."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from fraudgraph.cli import answers, options


@click.command(short_help="Find a value, in any spelling, and who has it.")
@click.argument("value")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="Values at most, where part of one was typed.")
@options.reading
def find(value: str, limit: int, store: str, config: Path | None, as_of: date | None, shown_as: str) -> int:
    """Find VALUE: a phone, ID number, card, device, e-mail, address, employer, IP ... or a name, in whatever spelling; the last four digits
    of a number; or a value as it is shown, with stars.

    Values are shown masked, each with a reference (phone@APPLICATION) by which other commands take it.

    \b
    Examples:
      fraudgraph find "138 0000 2231"
      fraudgraph find 2231
      fraudgraph find "138****2231"
    """
    from fraudgraph.investigation.finding import Wanted
    from fraudgraph.investigation.finding import find as found
    from fraudgraph.investigation.frozen import rules
    from fraudgraph.reports.tables import zone_of
    from fraudgraph.settings import load

    with options.book(store, config, as_of) as reader:
        settings = rules(reader, load(config))
        answer = found(reader, Wanted(value, limit), settings)
        zone = zone_of(reader)
    answers.answered(answer, zone, shown_as)
    return 0


@click.command(short_help="Show an application, a person, a community, a gang or a value.")
@click.argument("name", metavar="ID")
@options.reading
@click.pass_context
def show(context: click.Context, name: str, store: str, config: Path | None, as_of: date | None, shown_as: str) -> int:
    """Show what there is of ID: of an application, a person (P-...), a community (C-...), a gang (G-...), or a value by its reference.

    \b
    Examples:
      fraudgraph show A000001487
      fraudgraph show phone@A000001487
    """
    from fraudgraph.cli.gang import gang
    from fraudgraph.investigation.showing import show as shown
    from fraudgraph.investigation.things import What, named
    from fraudgraph.reports.tables import zone_of

    with options.book(store, config, as_of) as reader:
        thing = named(reader, name)
        zone = zone_of(reader)
        answer = None if thing.what is What.GANG else shown(reader, thing)
    if answer is None:
        return int(context.invoke(gang, gang_id=name, what_if=False, store=store, config=config, as_of=as_of, shown_as=shown_as))
    answers.answered(answer, zone, shown_as)
    return 0


@click.command(short_help="List the generic values, which tie nobody.")
@options.reading
def hubs(store: str, config: Path | None, as_of: date | None, shown_as: str) -> int:
    """List the values that so many people use at one time that they tie nobody: an in-store tablet, a carrier's address, a large employer.

    \b
    Example: fraudgraph hubs
    """
    from fraudgraph.investigation.showing import hubs as found
    from fraudgraph.reports.tables import zone_of

    with options.book(store, config, as_of) as reader:
        answer = found(reader)
        zone = zone_of(reader)
    answers.answered(answer, zone, shown_as)
    return 0
