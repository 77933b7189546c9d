"""Taking away what is not the last whole night's: of a night that was killed or taken back, or of a book that was started afresh.

Every statement goes over its rows once, in transactions of its own; each of these holds the book and does nothing where the lease was
lost. To do it twice does no harm.
"""

from __future__ import annotations

from typing import Any

from fraudgraph.errors import StoreBusy
from fraudgraph.stores.neo4j import layout
from fraudgraph.stores.neo4j.connection import Connection, Transaction
from fraudgraph.stores.neo4j.texts import text

RELATIONSHIPS = ("by", "uses", "tied", "member-of", "judged-as", "in-gang", "shares", "conflicts-with", "near")
"""Names of files: ``load/clear-...`` and ``load/sweep-...``."""


def settle(connection: Connection, fence: int) -> None:
    """Bring the book to its last whole night, whatever was left beside it."""
    mine, night, base, pending, _, sweep, _ = connection.writing(lambda transaction: held(transaction, fence))
    if pending is not None:
        if night == base:
            _run(connection, fence, "empty-relationships", "empty-nodes")
        else:
            clear(connection, fence, int(pending))
        connection.writing(lambda transaction: transaction.do("load/cleared", fence=fence))
    if sweep:
        _sweep(connection, fence, int(base))
    _still(connection, mine)


def held(transaction: Transaction, fence: int) -> list[Any]:
    """Hold the book and return what it is at."""
    (found,) = transaction.rows("load/hold", fence=fence)
    return found


def clear(connection: Connection, fence: int, night: int) -> None:
    """Take back what a night wrote, as far as it came."""
    _run(connection, fence, *(f"clear-{name}" for name in RELATIONSHIPS), night=night)
    _run(connection, fence, "clear-papers", *(f"clear-{kind.file}" for kind in layout.VERSIONED.values()), "clear-identifiers", night=night)
    _run(connection, fence, "clear-anchors")


def _sweep(connection: Connection, fence: int, base: int) -> None:
    _run(connection, fence, *(f"sweep-{name}" for name in RELATIONSHIPS), "sweep-papers", "sweep-versions", "sweep-nodes", base=base)
    _run(connection, fence, "sweep-identifiers", "clear-anchors")
    connection.writing(lambda transaction: transaction.do("load/swept", fence=fence))


def _run(connection: Connection, fence: int, *names: str, **given: int) -> None:
    for name in names:
        connection.alone(text(f"load/{name}"), fence=fence, **given)


def _still(connection: Connection, mine: object) -> None:
    if not mine:
        raise StoreBusy(f"another process has taken over the store {connection.address}: run again")
