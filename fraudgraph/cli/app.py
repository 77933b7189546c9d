"""The command ``fraudgraph``: its subcommands, and what the process ends with."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from fraudgraph._version import __version__
from fraudgraph.cli import failures
from fraudgraph.cli.audit import audit
from fraudgraph.cli.browser_guide import browser_guide
from fraudgraph.cli.calibrate import calibrate
from fraudgraph.cli.check import check
from fraudgraph.cli.completion import completion
from fraudgraph.cli.explore import explore
from fraudgraph.cli.export import export
from fraudgraph.cli.gang import gang, history
from fraudgraph.cli.gangs import gangs
from fraudgraph.cli.investigate import find, hubs, show
from fraudgraph.cli.label import label
from fraudgraph.cli.nightly import nightly
from fraudgraph.cli.purge import purge
from fraudgraph.cli.report import report
from fraudgraph.cli.resolve import resolve
from fraudgraph.cli.run import run
from fraudgraph.cli.screen import screen
from fraudgraph.cli.show_graph import show_graph
from fraudgraph.cli.store import store
from fraudgraph.cli.undo import undo
from fraudgraph.cli.voice import Voice
from fraudgraph.cli.walk import neighbours, path
from fraudgraph.cli.why import why


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="fraudgraph", message="%(prog)s %(version)s")
def app() -> None:
    """Find organised application-fraud gangs in a lender's book of credit applications.

    \b
    Exit codes: 0 done; 1 failed, nothing changed; 2 wrong usage or configuration;
    3 done, but rows were rejected and --strict was given; 4 the store is busy or
    unreachable; 130 interrupted.
    """


app.add_command(run)
app.add_command(nightly)
app.add_command(screen)
app.add_command(check)
app.add_command(calibrate)
app.add_command(gangs)
app.add_command(gang)
app.add_command(history)
app.add_command(label)
app.add_command(find)
app.add_command(show)
app.add_command(hubs)
app.add_command(why)
app.add_command(neighbours)
app.add_command(path)
app.add_command(resolve)
app.add_command(completion)
app.add_command(report)
app.add_command(browser_guide)
app.add_command(show_graph)
app.add_command(explore)
app.add_command(undo)
app.add_command(store)
app.add_command(export)
app.add_command(audit)
app.add_command(purge)


def main(args: Sequence[str] | None = None) -> int:
    """Run one command (``sys.argv`` if None) and return its exit code; every failure becomes one sentence on standard error."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal that cannot show a character must not stop the work
    voice = Voice()
    try:
        code = app.main(args=args, prog_name="fraudgraph", standalone_mode=False, obj=voice)
    except (SystemExit, GeneratorExit):
        raise
    except BaseException as problem:  # also what native libraries raise when they panic
        return failures.tell(problem, voice)
    return int(code or 0)
