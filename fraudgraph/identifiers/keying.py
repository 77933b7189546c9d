"""Applications in, keys out: the one function that runs every kind over its columns."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import polars as pl

from fraudgraph import model
from fraudgraph.identifiers import lists, placeholders
from fraudgraph.identifiers.birth import birth_surname, births
from fraudgraph.identifiers.book_placeholders import found_by_the_book
from fraudgraph.identifiers.name import names
from fraudgraph.identifiers.registry import PLACEHOLDER, VALID, Context, Keyed, Kind, derivations, kind_named, kinds
from fraudgraph.identifiers.text import digests, judged
from fraudgraph.model import SLOT, SLOTS, Identified, Slot, Status
from fraudgraph.progress import SILENT, Progress
from fraudgraph.settings import Settings

ROWS_AT_ONCE = 1_000_000
"""Applications that are normalised together: bounds the memory for texts in between."""


def identify(
    applications: pl.DataFrame,
    settings: Settings,
    *,
    frozen_placeholders: pl.DataFrame | None = None,
    progress: Progress = SILENT,
) -> Identified:
    """Return the keys of every application, row by row.

    ``applications`` are model.APPLICATIONS (columns may be missing). A slot is there if its source column has any value. A key is a
    function of its own application, the settings and the placeholders, so that a growing book never changes an old key. With
    ``frozen_placeholders`` (PLACEHOLDERS) those count, and the book is not asked. Raises ConfigurationError for a bad list or an
    unknown kind in ``identifiers.opaque``.
    """
    opaque = opaque_kinds(settings)
    allowed = lists.read_lists(settings.strings("identifiers.allow"), lambda kind, value: keys_of(kind, value, settings))
    slots = [slot for slot in SLOTS if _has(applications, slot.column)]
    keys: dict[str, pl.Series] = {}
    status: dict[str, pl.Series] = {}
    with progress.stage("identifiers", len(slots) + 1):
        table = _names(applications)
        progress.advance()
        given = [slot for slot in slots if not slot.derived]
        contexts = [Context(settings, part) for part in _parts(applications)]
        with ThreadPoolExecutor(max_workers=pl.thread_pool_size()) as workers:
            for slot, keyed in zip(given, workers.map(lambda slot: _normalised(slot, contexts, opaque), given), strict=True):
                keys[slot.name], status[slot.name] = keyed.key.rename(slot.name), keyed.status.rename(slot.name)
                progress.advance()
        if frozen_placeholders is None:
            found = found_by_the_book(pl.DataFrame(keys), table["name_key"], settings)
        else:
            found = model.PLACEHOLDERS.check(frozen_placeholders)
        banned = pl.concat([found.select("kind", "key"), allowed.select("kind", "key")])
        ban(keys, status, banned)
        born = applications["date_of_birth"] if _has(applications, "date_of_birth") else None
        birth = births(born, keys.get("id_number.own"), applications.height)
        made: dict[str, pl.Series] = {}
        for slot in slots:
            if slot.derived:
                made[slot.name] = _derived(slot, keys, birth, table["surname"], opaque).rename(slot.name)
                progress.advance()
        ban(made, {}, banned)
        keys |= made
    ordered = [slot.name for slot in slots]
    return Identified(
        keys=pl.DataFrame({name: keys[name] for name in ordered}),
        status=pl.DataFrame({name: status[name] for name in ordered if name in status}),
        names=table,
        birth=birth,
        placeholders=found,
    )


def key_of(kind: str, value: str, settings: Settings) -> tuple[str | None, Status]:
    """Return the key and status of one value of a kind, as `identify` gives them to an application that says nothing else.

    Derived kinds take the value that they are derived from (``ip24``: an address). Raises ConfigurationError for an unknown kind.
    """
    derivation = next((derivations()[slot.name] for slot in SLOTS if slot.kind == kind and slot.name in derivations()), None)
    source = kind_named(kind if derivation is None else SLOT[derivation.source].kind)
    column = next((slot.column for slot in SLOTS if slot.kind == source.name), source.name)
    values = pl.Series(column, [value], dtype=pl.String)
    keyed = _keyed(source, values, Context(settings), source.name in opaque_kinds(settings))
    key = keyed.key if derivation is None else derivation.derive(keyed.key)
    return key.item(), Status(keyed.status.item())


def keys_of(kind: str, value: str, settings: Settings) -> list[str]:
    """Return every key that an application with this value may have: a phone without country code has one for each country that it may
    be of."""
    named = kinds().get(kind)
    if named is None or named.imagined is None:
        key, _ = key_of(kind, value, settings)
        return [] if key is None else [key]
    values, context = named.imagined(value, settings)
    return _keyed(named, values, context, kind in opaque_kinds(settings)).key.drop_nulls().unique(maintain_order=True).to_list()


def denied(keys: pl.DataFrame, settings: Settings, to_keys: lists.ToKeys | None = None) -> pl.Series:
    """Return, row by row of a keys table, whether any key is on a deny list (Boolean); raise ConfigurationError for a bad list.

    ``to_keys`` makes the keys of a listed (kind, value), where they are not those of `keys_of`.
    """
    listed = lists.read_lists(settings.strings("identifiers.deny"), to_keys or (lambda kind, value: keys_of(kind, value, settings)))
    return lists.on_list(keys, listed).rename("denied")


def opaque_kinds(settings: Settings) -> frozenset[str]:
    """Return the kinds whose values arrive hashed; raise ConfigurationError for one that does not exist."""
    return frozenset(kind_named(name).name for name in settings.strings("identifiers.opaque"))


def _has(applications: pl.DataFrame, column: str) -> bool:
    return column in applications.columns and applications[column].null_count() < applications.height


def _parts(applications: pl.DataFrame) -> Iterator[pl.DataFrame]:
    if applications.height <= ROWS_AT_ONCE:
        yield applications
    else:
        yield from applications.iter_slices(ROWS_AT_ONCE)


def _names(applications: pl.DataFrame) -> pl.DataFrame:
    if not _has(applications, "name"):
        nothing = pl.Series([None], dtype=pl.String).new_from_index(0, applications.height)
        return pl.DataFrame({"name_key": nothing, "surname": nothing})
    return pl.concat([names(part["name"]) for part in _parts(applications.select("name"))], rechunk=True)


def _normalised(slot: Slot, contexts: list[Context], opaque: frozenset[str]) -> Keyed:
    done = [_keyed(kinds()[slot.kind], _frame(context)[slot.column], context, slot.kind in opaque) for context in contexts]
    return Keyed(pl.concat([part.key for part in done], rechunk=True), pl.concat([part.status for part in done], rechunk=True))


def _frame(context: Context) -> pl.DataFrame:
    assert context.frame is not None
    return context.frame


def _keyed(kind: Kind, values: pl.Series, context: Context, opaque: bool) -> Keyed:
    """Normalise; take opaque values and digests as they are; take known placeholders out."""
    if opaque:
        stripped = values.cast(pl.String).str.strip_chars()
        return judged(kind.name, stripped, stripped)
    keyed = kind.normalise(values, context)
    if kind.digests and values.dtype == pl.String:
        mask, hashed = digests(values)
        if len(hashed):
            place = mask.arg_true()
            keyed = Keyed(keyed.key.scatter(place, hashed), keyed.status.scatter(place, VALID))
    listed = placeholders.values(kind.name)
    return _without(keyed, listed) if listed else keyed


def _without(keyed: Keyed, listed: list[str]) -> Keyed:
    hit = keyed.key.is_in(listed).fill_null(False)
    return Keyed(keyed.key.set(hit, None), keyed.status.set(hit, PLACEHOLDER)) if hit.any() else keyed


def ban(keys: dict[str, pl.Series], status: dict[str, pl.Series], banned: pl.DataFrame) -> None:
    """Set keys (by slot) that are in ``banned`` (kind, key) to null, and their status, where it is given, to PLACEHOLDER."""
    for kind in banned["kind"].unique().sort():
        values = banned.filter(pl.col("kind") == kind)["key"].to_list()
        for name in [name for name in keys if SLOT[name].kind == kind]:
            hit = keys[name].is_in(values).fill_null(False)
            if hit.any():
                keys[name] = keys[name].set(hit, None)
                if name in status:
                    status[name] = status[name].set(hit, PLACEHOLDER)


def _derived(slot: Slot, keys: dict[str, pl.Series], birth: pl.Series, surname: pl.Series, opaque: frozenset[str]) -> pl.Series:
    if slot.name == "birth_surname.own":
        return birth_surname(birth, surname)
    entry = derivations()[slot.name]
    source = keys[entry.source]
    if SLOT[entry.source].kind in opaque:
        return pl.Series([None], dtype=pl.String).new_from_index(0, len(source))
    return entry.derive(source)
