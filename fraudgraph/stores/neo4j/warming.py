"""A server that was just started takes seconds to plan its first statements. It may do so while the first book is still being solved."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from fraudgraph.errors import StoreError
from fraudgraph.stores.neo4j import layout
from fraudgraph.stores.neo4j.connection import Connection
from fraudgraph.stores.neo4j.edges import EDGES

PLANNED = (
    *(f"load/{layout.FIRST.get(name, kind.file)}" for name, kind in layout.VERSIONED.items()),
    "load/identifier",
    "load/uses",
    *(f"load/{edge.file}" for edge in EDGES.values()),
)
"""What a first load sends, file by file."""


@contextmanager
def planned_ahead(connection: Connection) -> Iterator[None]:
    """Let the server plan a first load beside what is done inside: each statement is sent without rows, and writes nothing."""
    ended = threading.Event()

    def plan() -> None:
        for file in PLANNED:
            if ended.is_set():
                return
            with suppress(StoreError):  # whoever writes in earnest is told
                connection.writing(lambda transaction, file=file: transaction.do(file, rows=[], night=0))  # type: ignore[misc]

    thread = threading.Thread(target=plan, name="planning", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
