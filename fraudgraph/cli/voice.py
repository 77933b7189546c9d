"""How loud the command is, and how what it says reaches standard error and standard output."""

from __future__ import annotations

import json
import os
import sys
import unicodedata
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from fraudgraph.progress import Progress


@dataclass
class Voice:
    """Set by the options -q, -v and --json-log of whichever command runs."""

    verbosity: int = 0
    """-1: only errors; 0: stages and notes; 1: also their parts, times, and tracebacks."""
    json_log: bool = False
    """Say everything on standard error as one JSON object a line."""

    @contextmanager
    def progress(self) -> Iterator[Progress]:
        """Give a Progress of the right kind for who is listening, for as long as the work lasts."""
        from fraudgraph.cli import progress

        with warnings.catch_warnings():
            if self.verbosity <= 0:
                warnings.simplefilter("ignore")  # libraries' warnings are written for programmers
            with progress.listen(self, sys.stderr) as listener:
                yield listener

    def error(self, sentence: str, exit_code: int) -> None:
        """Say why the command ends."""
        if self.json_log:
            say_json(sys.stderr, level="error", message=printable(sentence), exit_code=exit_code)
        else:
            say(sys.stderr, f"fraudgraph: {printable(sentence)}")

    def details(self, text: str) -> None:
        """Say what only a programmer reads (a traceback)."""
        if self.json_log:
            say_json(sys.stderr, level="debug", message=text)
        else:
            say(sys.stderr, text)


def say(stream: TextIO, line: str) -> None:
    """Write a line; where nobody listens any more (a closed pipe) say nothing and go on."""
    try:
        stream.write(line + "\n")
        stream.flush()
    except BrokenPipeError:
        _mute(stream)


def say_json(stream: TextIO, **fields: Any) -> None:
    """Write one JSON object as a line."""
    say(stream, json.dumps(fields, ensure_ascii=False))


DIRECTIONS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that turn the direction of the text around them."""


def printable(text: str) -> str:
    """Return ``text`` on one line and without characters that steer the terminal: a file's header must not."""
    return "".join(" " if c in "\n\t" else "\N{REPLACEMENT CHARACTER}" if steers(c) else c for c in text)


def steers(character: str) -> bool:
    """Would this character steer a terminal, or turn the text around it?"""
    return unicodedata.category(character) in ("Cc", "Cs") or character in DIRECTIONS


def _mute(stream: TextIO) -> None:
    """Send what is still to be written to nowhere, so that Python does not complain of it when the process ends."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
    except (OSError, ValueError):
        pass  # no real file behind the stream: nothing will be flushed at the end
