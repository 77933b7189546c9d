"""The process ``fraudgraph``, also as ``python -m fraudgraph``."""

import atexit
import gc
import os
import sys
import threading
from contextlib import suppress

from fraudgraph.cli import main

COLLECTED = 50_000
"""Objects between two looks for unreachable ones. Python's own figure is 700: most of a short command is importing, which makes tens of
thousands of objects and leaves none behind, and a book is columns, not objects."""


def process() -> int:
    """Run the command of ``sys.argv`` and end the process with its exit code; return it only where somebody is still at work."""
    gc.set_threshold(COLLECTED, 20, 20)
    code = main()
    if threading.active_count() == 1:
        with suppress(OSError, ValueError):  # nobody reads what is left to print: the usual end deals with it
            sys.stdout.flush()
            sys.stderr.flush()
            atexit._run_exitfuncs()
            # Without taking the libraries' modules apart object by object: .02 s of a question of 1.3 s, not .12 s.
            os._exit(code)
    return code


if __name__ == "__main__":
    sys.exit(process())
