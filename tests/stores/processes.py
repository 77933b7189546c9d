"""Other processes that meet a store."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def elsewhere(code: str, path: Path) -> subprocess.Popen[str]:
    """Run Python in another process, with ``path`` and ``say`` (prints a line at once) known to it."""
    head = f"import sys, pathlib; path = pathlib.Path({str(path)!r}); say = lambda text: print(text, flush=True)\n"
    return subprocess.Popen([sys.executable, "-c", head + code], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True)


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()
