"""Applications that were purged, known again by keyed tokens of their ids: they may not come back."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from fraudgraph import concealment
from fraudgraph.concealment import Key
from fraudgraph.model import Records
from fraudgraph.records import refused
from fraudgraph.stores.port import Store

KIND = "application_id"
"""The kind of value whose tokens bar an application from coming back."""

REASON = "purged"


class Barred:
    """What was purged from one store. Without anything purged it costs nothing and needs no key."""

    def __init__(self, tokens: list[tuple[Key, pl.Series]]) -> None:
        self._tokens = tokens

    @classmethod
    def of(cls, place: Store) -> Barred:
        """Raise ConfigurationError where the key of what was purged is not at hand."""
        groups = place.purged().group_by("key", maintain_order=True)
        return cls([(concealment.load(str(name)), group["token"]) for (name,), group in groups])

    def has(self, ids: pl.Series) -> pl.Series:
        """Return which of these application ids were purged (Boolean)."""
        found = pl.repeat(False, len(ids), eager=True)
        for key, tokens in self._tokens:
            found |= concealment.tokens(ids.cast(pl.String), key, KIND).is_in(tokens.implode()).fill_null(False)
        return found

    def admitted(self, read: Records) -> Records:
        """Return the records with what was purged rejected, and without a trace of its ids among the rejects."""
        if not self._tokens:
            return read
        read = refused(read, self.has(read.applications["application_id"]), REASON)
        named = pl.col("value").is_in(read.rejects["value"].filter(self.has(read.rejects["value"])).implode())
        return replace(read, rejects=read.rejects.with_columns(pl.when(~named).then("value").otherwise(pl.lit("")).alias("value")))

    def related(self, relations: pl.DataFrame) -> pl.DataFrame:
        """Return RELATIONS without those that name what was purged."""
        return relations.filter(~(self.has(relations["source"]) | self.has(relations["target"]))) if self._tokens else relations


NOBODY = Barred([])
