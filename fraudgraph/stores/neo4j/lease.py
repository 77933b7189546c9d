"""The one writer's lease: a node with an owner, an expiry by the server's clock and a number that grows with every taking.

It is renewed while its owner works. Whoever takes it over writes its number into the book, and from then on no batch of the former
owner is applied: the number is compared in every batch (`cypher/load/step.cypher`).
"""

from __future__ import annotations

import os
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fraudgraph.errors import FraudgraphError, StoreBusy
from fraudgraph.stores.neo4j.connection import Connection, Transaction
from fraudgraph.stores.neo4j.layout import FORMAT

_HELD: set[str] = set()
"""What names the leases that this process holds now. One that it took and does not hold was never given back: the server was away."""

RENEWALS = 4
"""How often a lease is renewed in the time for which it is held."""


class Lease:
    """A lease that was taken; ``fence`` is its number."""

    def __init__(self, connection: Connection, fence: int, seconds: float) -> None:
        self.fence = fence
        self._connection = connection
        self._seconds = seconds
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._renew, name="fraudgraph lease", daemon=True)
        self._thread.start()

    def give_back(self) -> None:
        """Stop renewing and free it; one that is not ours any more, or a server that is gone, needs nothing."""
        self._done.set()
        self._thread.join()
        with suppress(FraudgraphError):
            self._connection.writing(lambda transaction: transaction.do("load/lease-return", fence=self.fence))

    def _renew(self) -> None:
        while not self._done.wait(self._seconds / RENEWALS):
            with suppress(FraudgraphError):  # a lease that could not be renewed expires, and the next batch says so
                self._connection.writing(lambda transaction: transaction.rows("load/lease-renew", fence=self.fence, seconds=self._seconds))


@contextmanager
def writers_lease(connection: Connection, seconds: float) -> Iterator[Lease]:
    """Hold the lease; raise StoreBusy with its owner where somebody else does."""
    process = _process(os.getpid())
    me = {
        "owner": f"process {os.getpid()} on {socket.gethostname()} (since {datetime.now(UTC).isoformat(timespec='seconds')})",
        "host": socket.gethostname(),
        "process": f"{process} {secrets.token_hex(8)}",
    }
    _HELD.add(me["process"])
    try:
        lease = Lease(connection, connection.writing(lambda transaction: _taken(transaction, connection, me, seconds)), seconds)
        try:
            yield lease
        finally:
            lease.give_back()
    finally:
        _HELD.discard(me["process"])


def _taken(transaction: Transaction, connection: Connection, me: dict[str, str], seconds: float) -> int:
    """Take the lease and return its number. Done twice by a driver that lost an answer, it takes it twice and only counts further."""
    ((now, expires, owner, host, process, _),) = transaction.rows("load/lease-look")
    held = expires is not None and expires > now and process != me["process"]
    if held and not (host == me["host"] and _gone(str(process))):
        raise StoreBusy(f"{owner} is writing to the store {connection.address}: wait until it is done and run again")
    given: dict[str, Any] = {**me, "seconds": seconds, "format": FORMAT, "generation": secrets.token_hex(8)}
    ((fence,),) = transaction.rows("load/lease-take", **given)
    return int(fence)


def _process(pid: int) -> str:
    """Return what names a process of this machine as long as it runs: number, start and namespace."""
    with suppress(OSError, IndexError):
        started = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rsplit(")", 1)[1].split()[19]
        return f"{pid} {started} {os.readlink('/proc/self/ns/pid')}"
    return f"{pid} ? ?"


def _gone(process: str) -> bool:
    """Is whoever took the lease on this very machine no longer there? Where that cannot be told it counts as running."""
    pid, started, namespace, *_ = (*process.split(), "?", "?", "?")
    mine = _process(os.getpid()).split()
    if mine == [pid, started, namespace] and started != "?":
        return process not in _HELD
    if not pid.isdecimal() or started == "?" or namespace != mine[2]:
        return False
    return _process(int(pid)).split()[1] != started
