"""``fraudgraph completion``: the script that teaches a shell to complete this command."""

from __future__ import annotations

import sys

import click
from click.shell_completion import get_completion_class

from fraudgraph.cli.voice import say

SHELLS = ("bash", "zsh", "fish")

PROGRAM, VARIABLE = "fraudgraph", "_FRAUDGRAPH_COMPLETE"


@click.command(short_help="Print the script by which a shell completes commands.")
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> int:
    """Print the script by which bash, zsh or fish completes commands, options and files of fraudgraph.

    \b
    Examples:
      bash: fraudgraph completion bash > ~/.local/share/bash-completion/completions/fraudgraph
      zsh:  fraudgraph completion zsh > ~/.zfunc/_fraudgraph     (~/.zfunc in fpath, before compinit)
      fish: fraudgraph completion fish > ~/.config/fish/completions/fraudgraph.fish
    """
    script = get_completion_class(shell)
    assert script is not None  # click knows all three
    made = script(context.find_root().command, {}, PROGRAM, VARIABLE)
    say(sys.stdout, script.source_template % made.source_vars())
    return 0
