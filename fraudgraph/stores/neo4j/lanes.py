"""Batches on their way into the graph: whole, once, and only by the holder of the lease.

Every batch is a transaction that moves the number of its lane from the step before to its own. Two lanes may be under way at the same
time, where they touch different nodes, and one may wait for the other at a `Mark`: while the server works on a batch of one, the rows
of the other's are made here.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait

import polars as pl

from fraudgraph.errors import StoreBusy
from fraudgraph.stores.neo4j.connection import Connection, Full, Transaction
from fraudgraph.stores.neo4j.planning import Work

Step = Work | Callable[[threading.Event], None]
"""What a lane goes through: rows to write, or an end of a `Mark`."""

LANES = ("lane 0", "lane 1")
"""Ids of the counters that hold the lanes' steps."""

GLANCE = 0.1
"""Seconds after which a lane that waits for the other looks whether that was stopped."""

SMALLEST = 10
"""Rows of a batch that is not made smaller any more."""


class Mark:
    """A place between two works of a lane: what is behind `awaited` on one lane begins when the other has come to `reached`."""

    def __init__(self) -> None:
        self._reached = threading.Event()

    def reached(self, stopped: threading.Event) -> None:
        self._reached.set()

    def awaited(self, stopped: threading.Event) -> None:
        while not (stopped.is_set() or self._reached.wait(GLANCE)):
            pass


class Lane:
    """Writes one batch after the other."""

    def __init__(self, connection: Connection, name: str, night: int, fence: int, stopped: threading.Event) -> None:
        self._connection = connection
        self._name = name
        self._night = night
        self._fence = fence
        self._stopped = stopped
        self.step = 0
        """The last step that was taken."""

    def write(self, works: Iterable[Step]) -> None:
        """Write them in this order; stop between two batches where it was asked for."""
        for work in works:
            if not isinstance(work, Work):
                work(self._stopped)
                continue
            for frame in work.batches():
                if self._stopped.is_set():
                    return
                self.batch(work, frame)

    def batch(self, work: Work, frame: pl.DataFrame) -> None:
        """Write some rows in one transaction; where the server has too little memory for it, in two."""
        rows = work.rows(frame)
        step = self.step + 1

        def write(transaction: Transaction) -> None:
            ((mine, taken),) = transaction.rows("load/step", lane=self._name, night=self._night, fence=self._fence, step=step)
            if not mine:
                raise taken_over(self._connection)
            if taken == step - 1:
                transaction.do(work.file, **{work.parameter: rows, **work.given, "night": self._night})

        try:
            self._connection.writing(write)
            self.step = step
        except Full:
            if frame.height <= SMALLEST:
                raise
            half = frame.height // 2
            self.batch(work, frame.slice(0, half))
            self.batch(work, frame.slice(half))


class Lanes:
    """The lanes of one night."""

    def __init__(self, connection: Connection, night: int, fence: int) -> None:
        self._stopped = threading.Event()
        self._lanes = [Lane(connection, name, night, fence, self._stopped) for name in LANES]

    @property
    def steps(self) -> list[int]:
        """The last step of each lane."""
        return [lane.step for lane in self._lanes]

    def write(self, works: Iterable[Step]) -> None:
        """Write on the first lane."""
        self._lanes[0].write(works)

    def one_batch(self, work: Work, frame: pl.DataFrame) -> None:
        """Write some rows on the second lane."""
        self._lanes[1].batch(work, frame)

    def side_by_side(self, *lanes: Iterable[Step]) -> None:
        """Write each on a lane of its own. What fails in one stops the others, and is raised when all have ended: nothing is under way
        after this."""
        with ThreadPoolExecutor(len(lanes), thread_name_prefix="fraudgraph lane") as pool:
            running = [pool.submit(lane.write, works) for lane, works in zip(self._lanes, lanes, strict=True)]
            try:
                done, _ = wait(running, return_when=FIRST_EXCEPTION)
                failed = next((future for future in done if future.exception()), None)
                if failed is not None:
                    failed.result()
            except BaseException:
                self._stopped.set()
                raise


def taken_over(connection: Connection) -> StoreBusy:
    """Return what says that the lease is not ours any more."""
    return StoreBusy(f"another process has taken over the store {connection.address}: run again")
