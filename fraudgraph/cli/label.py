"""``fraudgraph label``: what an analyst decided about a gang."""

from __future__ import annotations

from pathlib import Path

import click

from fraudgraph.cli import options, show
from fraudgraph.cli.voice import printable

CHOICES = ("confirmed", "suspicious", "dismissed")


@click.command(short_help="Say what a gang is: confirmed, suspicious or dismissed.")
@click.argument("gang_id", metavar="GANG")
@click.argument("decision", type=click.Choice(CHOICES))
@click.option("--reason", required=True, metavar="TEXT", help="Why, in your own words; no personal data.")
@click.option("--who", envvar="FRAUDGRAPH_USER", metavar="NAME", show_envvar=True, help="Who decided.  [default: your login name]")
@options.store
@options.config
@options.speaking
def label(gang_id: str, decision: str, reason: str, who: str | None, store: str, config: Path | None, shown_as: str) -> int:
    """Write down what was decided about a gang, by whom and when. Nothing is overwritten: the latest decision counts, the earlier ones stay
    in its history. A dismissed gang is not raised again before more than verdicts.realert_share of its people came or went.

    \b
    Example: fraudgraph label G-A000001487 confirmed --reason "same hand on four forms" --who li.na
    """
    from datetime import UTC, datetime

    from fraudgraph import labels, masking
    from fraudgraph.cli.frames import row
    from fraudgraph.reports.tables import zone_of

    place = options.existing(store, config)
    gang, given = labels.give(place, gang_id, decision, reason, who or options.login(), datetime.now(UTC))
    if shown_as == "table":
        said = [*([gang.became] if gang.became else []), f"{gang.gang_id} is {decision} now, by {given['who'][0]}."]
        show.as_text(map(printable, said))
        return 0
    with place.snapshot() as reader:
        written = row({**given.row(0, named=True), "reason": masking.free_text(given["reason"][0])}, zone_of(reader))
    if shown_as == "json":
        show.as_json(written)
    else:
        show.as_csv([written], list(written))
    return 0
