"""The command line: parse, call, print, exit code; nothing else. The only place that prints.

Nothing heavier than click is imported here or at the top of any command's module, so that ``fraudgraph --help`` starts at once:
the engine is imported inside the commands.
"""

from fraudgraph.cli.app import main

__all__ = ["main"]
