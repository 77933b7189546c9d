"""``fraudgraph purge``: people taken out of the book for good."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fraudgraph.cli import options, show
from fraudgraph.cli.voice import Voice

if TYPE_CHECKING:
    from fraudgraph.purging import Outcome

CONFIRMED = "purge"
"""What is to be typed."""

OUT_OF_REACH = (
    "files that were written before (--out folders, exports, case files, import files, pages): delete or render them again",
    "copies and backups of the store, and what file systems and disks keep of files that were replaced: delete them by your own rules",
    "what a server wrote down by itself: its transaction logs, query logs and dumps (Neo4j)",
    "the calibration: shares and sums over everybody, and values that it found to be placeholders of many people",
    "terminals, logs of other programs, and the input files themselves",
    "what analysts wrote, where it says something of the person in other words or another spelling",
)
"""What a purge does not reach."""


@click.command(short_help="Take a person, or everybody of before a day, out of the book for good.")
@click.argument("person", required=False)
@click.option("--before", type=options.Day(), metavar="DATE", help="Everybody whose last application was made before that day.")
@click.option("--reason", metavar="TEXT", default="", help="Why, for the log; no personal data.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@options.store
@options.config
@options.speaking
@click.pass_obj
def purge(
    voice: Voice,
    /,
    person: str | None,
    before: date | None,
    reason: str,
    yes: bool,
    store: str,
    config: Path | None,
    shown_as: str,
) -> int:
    """Take PERSON (an id of a person, or of one of their applications) or everybody whose last application was made before --before out of
    every table of every night, and judge the book without them. The store's file is written anew, so that no byte of them is left in it;
    keyed tokens of their application ids stay, so that the same files do not bring them back (rejected: purged). It cannot be undone.

    Values that others gave as well stay, as those of the others. Lists what cannot be reached.

    \b
    Examples: fraudgraph purge P-A000001487 --reason "request of 3 May"
              fraudgraph purge --before 2021-01-01 --reason "kept for five years"
    """
    if (person is None) == (before is None):
        raise click.UsageError("Name either a PERSON or --before DATE.")
    _agreed(person, before, yes, store, config)
    settings = options.settings(config, (), None, None, None)
    with voice.progress() as progress:
        from fraudgraph import purging

        done = purging.purge(store, settings, name=person, before=before, deed_of=(options.login(), reason), progress=progress)
    _said(done, shown_as)
    return 0


def _agreed(person: str | None, before: date | None, yes: bool, store: str, config: Path | None) -> None:
    """Return if it is meant; raise UsageError where nobody can be asked."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise click.UsageError("what is purged cannot come back: say --yes where nobody can be asked.")
    from fraudgraph.purging import who

    with options.existing(store, config).snapshot() as reader:
        doomed = who(reader, person, before)
    counted = f"{counted_people(len(doomed.people))} with {len(doomed.applications):,} of {doomed.whole:,} applications"
    question = f"This takes {counted} out of {store} for good. Type {CONFIRMED} to go on"
    typed = click.prompt(question, default="", show_default=False, err=True)
    if typed.strip() != CONFIRMED:
        raise click.Abort


def counted_people(number: int) -> str:
    from fraudgraph.reports import words

    return words.plural(number, "person", "people")


def _said(done: Outcome, shown_as: str) -> None:
    from fraudgraph.reports import words

    row: dict[str, Any] = {
        "people": done.people,
        "applications": done.applications,
        "night": done.batch.night,
        "applications_left": done.batch.summary["applications"],
        "gangs_left": done.batch.summary["gangs"],
        "emptied": list(done.emptied),
        "out_of_reach": list(OUT_OF_REACH),
    }
    if shown_as == "json":
        show.as_json(row)
    elif shown_as == "csv":
        show.as_csv([row], list(row))
    else:
        entries = words.plural(len(done.emptied), "entry", "entries")
        log = f"The words of {entries} of the log went too. " if done.emptied else ""
        show.as_text(
            [
                f"{counted_people(done.people)} with {words.plural(done.applications, 'application')} went from the store for good, "
                f"as night {done.batch.night}. Left are {words.plural(row['applications_left'], 'application')} and "
                f"{words.plural(row['gangs_left'], 'gang')}. {log}Out of its reach are:",
                *(f"  - {place}" for place in OUT_OF_REACH),
            ]
        )
