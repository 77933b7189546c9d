"""``fraudgraph report``: reports on the book, each a command of its own that is loaded when it is called."""

from __future__ import annotations

from importlib import import_module

import click

COMMANDS = {
    "case": ("fraudgraph.cli.report_case", "case", "One gang's case file: the picture, the evidence, the decisions."),
    "channels": ("fraudgraph.cli.report_channels", "channels", "What each channel brings: volume, hits, gangs, intents."),
    "monthly": ("fraudgraph.cli.report_monthly", "monthly", "Hit grades by month, before and after a break."),
}
"""Name -> module, command in it, and what it does."""


class Late(click.Group):
    """A group that imports a command's module only when the command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name, _ = COMMANDS[cmd_name]
        found: click.Command = getattr(import_module(module), name)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][2]) for name in self.list_commands(ctx)])


@click.command(cls=Late, short_help="Reports: by month, by channel, on one gang.")
def report() -> None:
    """Reports on the book. They read it and change nothing.

    \b
    Examples:
      fraudgraph report monthly --break 2020-01-22 --out monthly.html
      fraudgraph report channels --format csv
      fraudgraph report case G-A000000941 --out case.html
    """
