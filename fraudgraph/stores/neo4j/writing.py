"""Applying a change: batches that nobody sees, then one transaction that makes them the night."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import polars as pl

from fraudgraph.errors import StoreBusy, StoreError, UsageError
from fraudgraph.stores.checked import checked
from fraudgraph.stores.neo4j import layout
from fraudgraph.stores.neo4j.clearing import held, settle
from fraudgraph.stores.neo4j.connection import Connection, Full, Transaction
from fraudgraph.stores.neo4j.early import Early
from fraudgraph.stores.neo4j.erasing import erase
from fraudgraph.stores.neo4j.lanes import LANES, Lanes, Mark, Step, taken_over
from fraudgraph.stores.neo4j.papers import as_json
from fraudgraph.stores.neo4j.planning import Plan, Planner
from fraudgraph.stores.neo4j.reading import Neo4jReader, open_reader
from fraudgraph.stores.neo4j.schema import index_keys
from fraudgraph.stores.port import PURGE, Batch, Change, Erasure, Version

FLIP = 10_000
"""Rows of nodes that one transaction replaces. Where there are more they are replaced before, in batches: readers find the older rows in
their copies either way, and only who looks at the graph itself sees nodes between two nights for a while."""

MANY = 10_000
"""Applications from which two lanes are worth it."""

Papers = Callable[[Neo4jReader | None], dict[str, Any]]
"""From the night before (None: an empty book) to the documents, settings and slots that are new."""


class Neo4jWriter:
    """The holder of the lease."""

    def __init__(self, connection: Connection, fence: int) -> None:
        self._connection = connection
        self._at = connection.address
        self._fence = fence
        self._held = True
        self._settled = False
        self._early: Early | None = None

    def release(self) -> None:
        """The lease is given back: nothing may be written any more. What was begun and is not wanted is cleared."""
        if self._take_early() is not None:
            self._clear_up()
        self._held = False

    def ahead(self, applications: pl.DataFrame, keys: pl.DataFrame) -> None:
        self._may_write()
        reader = open_reader(self._connection, None)
        if self._early is None and not reader.night and len(applications) > MANY:
            night = reader.physical + 1
            self._begin(night)
            self._early = Early(Lanes(self._connection, night, self._fence), applications, keys)

    def _take_early(self) -> Early | None:
        """Return what is being written already, stopped; it is nobody's then."""
        early, self._early = self._early, None
        if early is not None:
            early.stop()
        return early

    def apply(self, change: Change) -> Batch:
        early = self._take_early()
        if early is not None and not early.is_of(change.applications, change.keys):
            early = None
            self._clear_up()
        self._may_write()
        checked(change)
        known_at = datetime.now(UTC).isoformat(timespec="microseconds")
        papers = _papers(change)
        reader = open_reader(self._connection, None)
        if not change.replace and reader.night != change.base_night:
            raise StoreBusy(f"the store {self._at} is at night {reader.night}, this was computed from night {change.base_night}: run again")
        physical = reader.physical
        night = physical + 1
        plan = Planner(self._connection, reader if reader.night else None, physical, change).plan()
        batch = Batch(1 if change.replace else reader.night + 1, change.digest, change.command, known_at, dict(change.summary))
        if early is None:
            self._begin(night)
        try:
            lanes = Lanes(self._connection, night, self._fence) if early is None else early.lanes
            if early is not None:
                plan.applications[:] = [early.rest() if work.file == early.work.file else work for work in plan.applications]
            self._write(plan, lanes, first=not reader.night)
            self._flip(plan, lanes, night, batch, papers, reader, replace=change.replace)
            if not reader.night:
                index_keys(self._connection)  # the server fills them beside what comes next
        except BaseException as problem:
            self._settled = False
            if isinstance(problem, StoreError | KeyboardInterrupt) and self._landed(batch):
                return batch  # an error, or Ctrl-C, that came after the flip changes nothing any more
            raise
        if change.replace:
            self._clear_up()
        return batch

    def undo(self, night: int) -> Batch:
        self._may_write()
        reader = open_reader(self._connection, None)
        if not reader.night:
            raise UsageError(f"the store {self._at} has no night to take back")
        if night != reader.night:
            raise UsageError(f"night {night} is not the last one of the store {self._at}: only night {reader.night} can be taken back now")
        batch = reader.batches()[-1]
        if batch.command == PURGE:
            raise UsageError(f"night {night} of the store {self._at} is a purge: what it erased cannot come back")

        def take_back(transaction: Transaction) -> None:
            mine, last, *_ = held(transaction, self._fence)
            self._still(mine)
            if last == reader.physical:
                transaction.do("load/undo", night=reader.physical)

        self._connection.writing(take_back)
        self._clear_up()
        return batch

    def purge(self, erasure: Erasure, change: Change) -> tuple[Batch, tuple[int, ...]]:
        self._may_write()
        checked(change)
        reader = open_reader(self._connection, None)
        if reader.night != change.base_night:
            raise StoreBusy(f"the store {self._at} is at night {reader.night}, this was computed from night {change.base_night}: run again")

        def hold(transaction: Transaction) -> None:
            self._still(held(transaction, self._fence)[0])

        emptied = erase(self._connection, hold, erasure, reader, lambda: open_reader(self._connection, None))
        return self.apply(change), emptied

    def _may_write(self) -> None:
        if not self._held:
            raise StoreError(f"the lock on the store {self._at} was given back already: take it again before writing")
        if not self._settled:
            settle(self._connection, self._fence)
            self._settled = True

    def _clear_up(self) -> None:
        """Clear what is not seen any more; what cannot be cleared now is cleared by the next writer."""
        self._settled = False
        with suppress(StoreError):
            settle(self._connection, self._fence)
            self._settled = True

    def _landed(self, batch: Batch) -> bool:
        """Did the night come to hold in spite of it all?"""
        try:
            return batch in open_reader(self._connection, None).batches()
        except StoreError:
            return False

    def _begin(self, night: int) -> None:
        found = self._connection.writing(
            lambda transaction: transaction.rows("load/begin", night=night, fence=self._fence, lanes=list(LANES))
        )
        self._still(bool(found))

    def _write(self, plan: Plan, lanes: Lanes, *, first: bool) -> None:
        """Write all that is seen by nobody before the flip."""
        if first or sum(work.frame.height for work in plan.applications) > MANY:
            values, people = Mark(), Mark()
            one: list[Step] = [*plan.others, people.reached, values.awaited, *plan.uses]
            # Who uses what and who applied are both relationships of people: a server locks their nodes in order, at the commit only.
            two: list[Step] = [*plan.identifiers, values.reached, *plan.applications, people.awaited, *plan.by]
            lanes.side_by_side(one, two)
        else:
            lanes.write([*plan.identifiers, *plan.applications, *plan.others, *plan.uses, *plan.by])
        lanes.write(plan.after)
        if sum(work.frame.height for work in plan.flip) > FLIP:
            self._replace(plan, lanes)

    def _replace(self, plan: Plan, lanes: Lanes) -> None:
        """Replace rows of nodes before the flip."""
        lanes.write(plan.flip)
        plan.flip.clear()

    def _flip(
        self, plan: Plan, lanes: Lanes, night: int, batch: Batch, papers: Papers, reader: Neo4jReader, *, replace: bool
    ) -> None:
        given = {
            **papers(None if replace or not reader.night else reader),
            "night": night,
            "base": night - 1 if replace else reader.base,
            "sweep": replace and night > 1,
            "digest": batch.digest,
            "command": batch.command,
            "knownAt": batch.known_at,
            "summary": as_json(dict(batch.summary)),
        }
        fresh = secrets.token_hex(8)

        def flip(transaction: Transaction) -> None:
            mine, last, _, _, steps, _, generation = held(transaction, self._fence)
            self._still(mine)
            if last == night:
                return  # sent a second time
            if steps != lanes.steps:
                raise StoreError(f"a batch of night {batch.night} is missing in the store {self._at}: run again")
            for work in plan.flip:
                transaction.do(work.file, **{work.parameter: work.rows(work.frame), **work.given, "night": night})
            transaction.do("load/night", generation=fresh if replace else generation, **given)

        try:
            self._connection.writing(flip)
        except Full:
            self._replace(plan, lanes)
            self._connection.writing(flip)

    def _still(self, mine: object) -> None:
        if not mine:
            raise taken_over(self._connection)


def _papers(change: Change) -> Papers:
    """Return what gives documents, settings and slots that are new; raise TypeError or ValueError where one is no JSON."""
    documents = [
        (kind, version.name, as_json(dict(version.document)))
        for kind, version in (("calibration", change.calibration), ("ruleset", change.ruleset))
        if version is not None
    ]
    settings = {key: as_json(value) for key, value in sorted(change.settings.items())}
    as_json(dict(change.summary))
    slots = layout.slots(set(change.keys.columns))

    def new(reader: Neo4jReader | None) -> dict[str, Any]:
        current: dict[str, Version | None] = {}
        remembered: dict[str, str] = {}
        known: set[str] = set()
        if reader is not None:
            current = {"calibration": reader.calibration(), "ruleset": reader.ruleset()}
            remembered = {key: as_json(value) for key, value in reader.settings().items()}
            known = set(reader.table("keys", where={"application_id": []}).columns)
        return {
            "documents": [list(row) for row in documents if (held := current.get(row[0])) is None or held.name != row[1]],
            "settings": [[key, value] for key, value in settings.items() if remembered.get(key) != value],
            "slots": [slot.name for slot in slots if slot.name not in known],
        }

    return new
