"""Modules that a night needs late and that are slow to load: loaded beside what comes before."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Sequence
from contextlib import suppress

SLOW = ("scipy.special", "scipy.sparse.csgraph", "pypinyin.constants", "igraph")


def loaded(names: Sequence[str] = SLOW) -> threading.Thread:
    """Begin to load modules. Whoever imports one that is under way waits for it; what cannot be loaded is told by whoever needs it."""

    def load() -> None:
        for name in names:
            with suppress(ImportError):
                importlib.import_module(name)

    thread = threading.Thread(target=load, name="fraudgraph modules", daemon=True)
    thread.start()
    return thread
