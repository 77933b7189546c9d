"""What the journey asks of a way of keeping values, the plain way, and the choice between the two."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import polars as pl

from fraudgraph import identifiers
from fraudgraph.concealment.tokens import are_tokens
from fraudgraph.errors import ConfigurationError, UsageError
from fraudgraph.identifiers.birth import births
from fraudgraph.identifiers.name import canonical
from fraudgraph.model import Identified
from fraudgraph.progress import SILENT, Progress
from fraudgraph.settings import Settings
from fraudgraph.stores.port import Reader

SETTING, KEY = "store.values", "store.key"
"""Under which a store remembers the way, and the name of the key."""

ID = "id_number.own"


class Values(Protocol):
    """A way of keeping values. A *book* is a table of APPLICATIONS with, where values are masked, the columns of its tokens beside them."""

    @property
    def remembered(self) -> Mapping[str, Any]:
        """What a store must remember (`Change.settings`)."""

    def accepted(self, applications: pl.DataFrame, settings: Settings, progress: Progress = SILENT) -> pl.DataFrame:
        """Return plain APPLICATIONS, as they were read, as a book."""

    def stored(self, reader: Reader, application_ids: Iterable[str] | None = None) -> pl.DataFrame:
        """Return the stored book, or these applications of it, in the reader's order."""

    def identified(
        self,
        book: pl.DataFrame,
        settings: Settings,
        *,
        frozen_placeholders: pl.DataFrame | None = None,
        progress: Progress = SILENT,
    ) -> Identified:
        """Return the identifiers of a book, row by row, as `identifiers.identify` does: keys that compare, whatever they are made of."""

    def births(self, reader: Reader, application_ids: Iterable[str] | None = None) -> pl.DataFrame:
        """Return application_id and born (String, null where unknown) of these stored applications, or of all, as `identified` does."""

    def denied(self, keys: pl.DataFrame, settings: Settings) -> pl.Series:
        """Return, row by row of a book's keys, whether any of them is on a deny list (Boolean)."""

    def placeholders(self, frozen: pl.DataFrame) -> pl.DataFrame:
        """Return PLACEHOLDERS of a calibration as they are in this book."""

    def keys_of(self, kind: str, value: str, settings: Settings) -> list[str]:
        """Return every key that an application with this value, in any spelling, may have; ``kind`` may be ``name`` too."""


class Plain:
    """Values are kept as given."""

    remembered: Mapping[str, Any] = {SETTING: "plain"}

    def accepted(self, applications: pl.DataFrame, settings: Settings, progress: Progress = SILENT) -> pl.DataFrame:
        return applications

    def stored(self, reader: Reader, application_ids: Iterable[str] | None = None) -> pl.DataFrame:
        return reader.table("applications", where=None if application_ids is None else {"application_id": application_ids})

    def identified(
        self,
        book: pl.DataFrame,
        settings: Settings,
        *,
        frozen_placeholders: pl.DataFrame | None = None,
        progress: Progress = SILENT,
    ) -> Identified:
        return identifiers.identify(book, settings, frozen_placeholders=frozen_placeholders, progress=progress)

    def births(self, reader: Reader, application_ids: Iterable[str] | None = None) -> pl.DataFrame:
        where = None if application_ids is None else {"application_id": list(application_ids)}
        given = reader.table("applications", columns=["application_id", "date_of_birth"], where=where)
        has = ID in reader.table("keys", where={"application_id": []}).columns
        keys = reader.table("keys", columns=["application_id", ID], where=where)[ID] if has else None
        born = births(given["date_of_birth"], keys, given.height)
        return given.select("application_id", born=born.cast(pl.String))

    def denied(self, keys: pl.DataFrame, settings: Settings) -> pl.Series:
        return identifiers.denied(keys, settings)

    def placeholders(self, frozen: pl.DataFrame) -> pl.DataFrame:
        if are_tokens(frozen["key"]).any():
            raise ConfigurationError(
                "the calibration was learned from masked values, and its placeholders say nothing about plain ones: "
                "use one that was learned from plain values, or a store of masked ones"
            )
        return frozen

    def keys_of(self, kind: str, value: str, settings: Settings) -> list[str]:
        return plain_keys(kind, value, settings)


PLAIN: Values = Plain()


def values_of(settings: Settings, remembered: Mapping[str, Any] | None, *, afresh: bool = False) -> Values:
    """Return how the values of a book are kept: as in the store that ``remembered`` (`Reader.settings`), else as ``store.values`` says.

    ``remembered`` is None where there is no store yet; with ``afresh`` the store is about to be replaced, so that another way may be asked
    for and another key will do. Raise UsageError where a store was made the other way, ConfigurationError where its key is not at hand, is
    not the one it was made with, or cannot be made.
    """
    asked = settings.text(SETTING)
    if asked not in ("", "plain", "masked"):
        raise ConfigurationError(f"{SETTING} must be plain or masked, not {asked!r}")
    made = None if remembered is None else str(remembered.get(SETTING, "plain"))
    if made and asked and asked != made and not afresh:
        raise UsageError(
            f"the store was made with {made} values: leave --store-values out, or make another store with --store, or start it afresh "
            "with --replace"
        )
    if (asked or made or "plain") == "plain":
        return PLAIN
    from fraudgraph import concealment
    from fraudgraph.values.masked import Masked

    if remembered is None or afresh:
        return Masked(concealment.load_or_make())
    return Masked(concealment.load(str(remembered.get(KEY))))


def plain_keys(kind: str, value: str, settings: Settings) -> list[str]:
    """Return the plain keys that an application with this value may have, of any kind of identifier or ``name``."""
    if kind == "name":
        return canonical(pl.Series([value], dtype=pl.String)).drop_nulls().to_list()
    return identifiers.keys_of(kind, value, settings)
