"""Is a change one of the vocabulary? Asked by every store before it writes anything."""

from __future__ import annotations

import polars as pl

from fraudgraph import model
from fraudgraph.stores import schema
from fraudgraph.stores.port import Change


def checked(change: Change) -> None:
    """Raise TypeError for a change whose tables are not those of the vocabulary."""
    model.APPLICATIONS.check(change.applications)
    model.RELATIONS.check(change.relations)
    model.INPUT_ORDER.check(change.input_order)
    model.REJECTS.check(change.rejects)
    model.GANG_EVENTS.check(change.gang_events)
    known = {"application_id", *(slot.name for slot in model.STORED_SLOTS)}
    for column, dtype in change.keys.schema.items():
        if column not in known or dtype != pl.String:
            raise TypeError(f"keys: column {column} ({dtype}) is neither application_id nor a slot's text")
    if not _same(change.applications.get_column("application_id"), change.keys.get_column("application_id")):
        raise TypeError("keys are not those of the applications, row by row")
    for name, frame in change.derived.items():
        if name not in schema.DERIVED:
            raise TypeError(f"there is no derived table {name}")
        schema.DERIVED[name].check(frame)
    missing = sorted(schema.DERIVED.keys() - change.derived.keys())
    if change.whole and missing:
        raise TypeError(f"a whole change needs every derived table, and lacks {', '.join(missing)}")
    if change.whole and change.closed:
        raise TypeError("a whole change says itself what is closed")
    for name, frame in change.closed.items():
        if name not in schema.DERIVED or not set(schema.KEY[name]) <= set(frame.columns):
            raise TypeError(f"rows of {name} cannot be closed by {', '.join(frame.columns)}")


def _same(left: pl.Series, right: pl.Series) -> bool:
    return len(left) == len(right) and bool((left == right).all())
