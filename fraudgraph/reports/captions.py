"""How identifiers look on the way out: masked, and where the store has a token in a value's place, by the caption of an application."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import polars as pl

from fraudgraph import masking, model
from fraudgraph.reports import kinds, words
from fraudgraph.stores.port import Reader

Look = dict[tuple[str, str], str]
"""(kind, key) -> what is shown of it; empty where it has nothing to show."""


def looks(reader: Reader, keys: pl.DataFrame, at_hand: Callable[[], Iterable[str]]) -> Look:
    """Return the looks of ``keys`` (kind, key and perhaps more).

    ``at_hand`` names applications that have them; asked only where there are tokens. A token that none of them has, or that has no
    caption, shows its own first letters: ``#A7QX``.
    """
    found = {(kind, key): kinds.masked(kind, key) for kind, key in keys.select("kind", "key").unique().iter_rows()}
    hidden = [pair for pair, look in found.items() if look and masking.TOKEN.fullmatch(pair[1])]
    return found | _captions(reader, hidden, list(at_hand())) if hidden else found


def _captions(reader: Reader, tokens: list[tuple[str, str]], application_ids: list[str]) -> Look:
    """Return the captions of ``tokens`` in the first of the applications that has one."""
    where = {"application_id": application_ids}
    keys = reader.table("keys", where=where)
    wanted = {kind for kind, _ in tokens}
    slots = [slot for slot in model.SLOTS if slot.kind in wanted and slot.name in keys.columns and _has_captions(slot)]
    columns = list(dict.fromkeys(slot.column for slot in slots))
    rows = reader.table("applications", columns=["application_id", "applied_at", *columns], where=where).join(keys, on="application_id")
    parts = [
        rows.select("applied_at", "application_id", pl.lit(slot.kind).alias("kind"), pl.col(slot.name).alias("key"), look=slot.column)
        for slot in slots
    ]
    if not parts:
        return {}
    asked = pl.DataFrame(tokens, schema={"kind": pl.String, "key": pl.String}, orient="row")
    captions = pl.concat(parts).drop_nulls().join(asked, on=["kind", "key"], how="semi")
    captions = captions.sort("applied_at", "application_id", "look").unique(["kind", "key"], keep="first", maintain_order=True)
    return {(kind, key): words.show(look) for kind, key, look in captions.select("kind", "key", "look").iter_rows()}


def _has_captions(slot: model.Slot) -> bool:
    return model.APPLICATIONS.schema[slot.column] == pl.String
