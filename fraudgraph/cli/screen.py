"""``fraudgraph screen``: applications judged against the book, and not stored."""

from __future__ import annotations

import json
import os
import select
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fraudgraph.cli import options, show
from fraudgraph.cli.run import REJECTED
from fraudgraph.cli.voice import Voice, say

if TYPE_CHECKING:
    from fraudgraph.screening import Answer

STREAM = Path("-")
BLOCK = 1 << 16
"""Bytes of the input that are read at a time."""

COLUMNS = (
    "application_id", "person_id", "community_id", "gang_id", "grade", "intent", "mean_intent", "members", "reasons", "flagged",
    "calibration", "rejected",
)  # fmt: skip


@click.command(short_help="Judge applications against the book without storing them.")
@click.argument("input_", metavar="INPUT|-", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@options.store
@options.understanding
@options.strict
@options.speaking
@click.pass_obj
def screen(voice: Voice, /, input_: Path, store: str, strict: bool, shown_as: str, **understood: Any) -> int:
    """Judge the applications of INPUT, each for itself, as `nightly` would judge it alone tonight; nothing is stored. Prints one JSON
    object an application, in their order: what flags.csv says of it, whether it is flagged, and the calibration; or why it was rejected.

    With - requests are read from standard input, one JSON object a line, and answered as soon as the input pauses, for as long as it
    lasts. The book is kept in memory, and read anew after a night.

    \b
    Example: fraudgraph screen - --store book.duckdb < requests.jsonl
    """
    settings = options.settings(**understood)
    with voice.progress() as progress:
        from fraudgraph.screening import Screen

        with progress.stage("the stored book"):
            judge = Screen(store, settings)
        rejected = 0
        if shown_as == "csv":
            show.as_csv([], COLUMNS)
        for answers in [judge.file(input_)] if input_ != STREAM else map(judge.lines, _requests()):
            rejected += sum("rejected" in answer for answer in answers)
            for answer in answers:
                _tell(answer, shown_as)
    return REJECTED if strict and rejected else 0


def _tell(answer: Answer, shown_as: str) -> None:
    if shown_as == "csv":
        show.as_csv_row([answer.get(name) for name in COLUMNS])
    else:
        say(sys.stdout, json.dumps(answer).replace("\x7f", "\\u007f"))


def _requests() -> Iterator[list[bytes]]:
    """Yield the lines of standard input: all that are there whenever it pauses."""
    handle, rest = sys.stdin.fileno(), b""
    while block := os.read(handle, BLOCK):
        rest += block
        *lines, rest = rest.split(b"\n")
        while select.select([handle], [], [], 0)[0] and len(lines) < BLOCK >> 7:
            block = os.read(handle, BLOCK)
            if not block:
                break
            *more, rest = (rest + block).split(b"\n")
            lines += more
        if lines := [line for line in lines if line.strip()]:
            yield lines
    if rest.strip():
        yield [rest]
