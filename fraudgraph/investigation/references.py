"""References: names of identifiers that say nothing of their values.

A value is called by the first application that gives it, and how: ``phone.own@A000001487`` is the own phone of that application. Anybody
who may see an application's id may see its references; no key is needed, and nothing can be told from one.
"""

from __future__ import annotations

import re

import polars as pl

from fraudgraph.errors import UsageError
from fraudgraph.model import SLOT, SLOTS
from fraudgraph.stores.port import Reader

_FORM = re.compile(r"([a-z0-9_]+(?:\.[a-z0-9]+)?)@(.+)", re.DOTALL)


def parsed(text: str) -> tuple[str, str] | None:
    """Return (slot, application_id) of a reference; None where ``text`` is none."""
    found = _FORM.fullmatch(text)
    if found is None:
        return None
    slot = found[1] if found[1] in SLOT else f"{found[1]}.own"
    return (slot, found[2]) if slot in SLOT else None


def meant(reader: Reader, slot: str, application_id: str) -> tuple[str, str]:
    """Return (kind, key) of what the application gives in the slot; raise UsageError where it gives nothing there."""
    keys = reader.table("keys", where={"application_id": [application_id]})
    key = keys[slot].item() if slot in keys.columns and keys.height else None
    if key is None:
        raise UsageError("this application gives nothing in that place, or is not in the book: `fraudgraph show` names what one gives")
    return SLOT[slot].kind, str(key)


def slot_of() -> pl.Expr:
    """Return the slot of a use (kind, role)."""
    return pl.concat_str("kind", pl.lit("."), "role")


def first_uses(uses: pl.DataFrame) -> pl.DataFrame:
    """Return kind, key, reference of every value in ``uses`` (USES): by its first use; of equal times the first id, then the first slot."""
    place = {slot.name: number for number, slot in enumerate(SLOTS)}
    ordered = uses.with_columns(slot_of().replace_strict(place, return_dtype=pl.Int32).alias("place"))
    first = ordered.sort("used_at", "application_id", "place").unique(["kind", "key"], keep="first", maintain_order=True)
    name = pl.when(pl.col("role") == "own").then("kind").otherwise(slot_of())
    return first.select("kind", "key", pl.concat_str(name, pl.lit("@"), "application_id").alias("reference"))
