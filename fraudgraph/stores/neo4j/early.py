"""Applications of a first book on their way into the graph while the book is still solved: nobody sees them before the flip."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor

import polars as pl

from fraudgraph.stores.neo4j import planning
from fraudgraph.stores.neo4j.lanes import Lanes
from fraudgraph.stores.neo4j.planning import Work


class Early:
    """Writes the first batches of ``work`` on the second lane until it is told to stop."""

    def __init__(self, lanes: Lanes, applications: pl.DataFrame, keys: pl.DataFrame) -> None:
        self.lanes = lanes
        self.work = planning.first_applications(applications, keys)
        self._applications, self._keys = applications, keys
        self._written = 0
        self._enough = threading.Event()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="fraudgraph early")
        self._running: Future[None] = self._pool.submit(self._write)

    def _write(self) -> None:
        for frame in self.work.batches():
            if self._enough.is_set():
                return
            self.lanes.one_batch(self.work, frame)
            self._written += frame.height

    def stop(self) -> None:
        """Wait for the batch that is under way, and begin no other."""
        self._enough.set()
        self._pool.shutdown()

    def rest(self) -> Work:
        """Stop, and return what is still to be written; raise what failed."""
        self.stop()
        self._running.result()
        return Work(self.work.file, self.work.frame.slice(self._written), rows=self.work.rows)

    def is_of(self, applications: pl.DataFrame, keys: pl.DataFrame) -> bool:
        """Say whether these are the rows that are being written."""
        same = (ours is theirs or ours.equals(theirs) for ours, theirs in ((self._applications, applications), (self._keys, keys)))
        return all(same)
