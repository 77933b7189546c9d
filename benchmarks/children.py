"""Whole processes, measured from outside: what the operating system says of a child when it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
"""Where the processes start, so that `python -m` finds this house."""


@dataclass(frozen=True)
class Cost:
    """What one process took, its own children included."""

    wall: float
    """Seconds."""
    cpu: float
    """Seconds, user and system, over all cores."""
    peak: float
    """MB of memory at most at one time. Never less than what the process that started it had: keep that one small."""


def run(command: Sequence[str | Path], limit_mb: float | None = None) -> Cost:
    """Run ``command`` to its end; raise ``RuntimeError`` with the last lines of what it said where it fails.

    With ``limit_mb`` it is ended when its memory grows beyond that, so that it does not take the machine with it.
    """
    start = time.perf_counter()
    words = [str(word) for word in command]
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=said, cwd=ROOT)
        if limit_mb is not None:
            _watch(child.pid, limit_mb)
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            said.seek(0)
            last = said.read().decode("utf-8", "replace")[-800:]
            raise RuntimeError(f"{' '.join(words)} ended with {child.returncode}: {last}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def _watch(pid: int, limit_mb: float) -> None:
    """End the process when its resident memory is over the limit; looks five times a second until it is gone."""
    statm = Path(f"/proc/{pid}/statm")
    page = os.sysconf("SC_PAGE_SIZE")
    while True:
        try:
            pages = int(statm.read_text().split()[1])
        except (OSError, IndexError):
            return
        if not pages:
            return  # ended, not yet waited for
        if pages * page > limit_mb * 2**20:
            os.kill(pid, signal.SIGKILL)
            return
        time.sleep(0.2)


def middle(costs: Sequence[Cost]) -> Cost:
    """Return the medians of several runs."""
    return Cost(median(c.wall for c in costs), median(c.cpu for c in costs), median(c.peak for c in costs))


def python(*words: str | Path) -> list[str | Path]:
    """Return the command that runs this Python with ``words``."""
    return [sys.executable, *words]
