"""People taken out of a book for good: from every table of every night, and without a way back in.

The book without them is solved again whole, under the calibration in force, and stored as a night of its own; the store writes it and
erases them in one step (`Writer.purge`). What stays: keyed tokens of their application ids, so that the same file cannot bring them back
(`fraudgraph.barred`); those tokens in the place of ids in the ledger and in labels; and an entry of the log that says whose words it took.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from fraudgraph import audit, concealment, masking, model
from fraudgraph.audit import Deed, Words
from fraudgraph.barred import KIND
from fraudgraph.concealment import Key
from fraudgraph.errors import UsageError
from fraudgraph.nightly import frozen, in_force
from fraudgraph.pipeline import REMEMBERED, Clock, Solved, nothing_read, remembered, solve_book, summarise
from fraudgraph.progress import SILENT, Progress
from fraudgraph.reports.words import plural
from fraudgraph.settings import Settings
from fraudgraph.stores import Batch, Change, Erasure, Reader, Store, open_store
from fraudgraph.stores.port import PREFIXES, PURGE
from fraudgraph.values import Values, values_of

GONE = "[purged]"
"""Stands where a word of somebody who was purged stood, in what analysts wrote."""

TELLING = (
    "name", "id_number", "phone", "device_id", "imei", "oaid", "idfa", "android_id", "bank_card", "email", "home_address",
    "contact1_name", "contact1_phone", "contact2_name", "contact2_phone",
)  # fmt: skip
"""Columns whose values are looked for in what analysts wrote."""

SHORTEST = 2
"""Characters of a value that is looked for."""


@dataclass(frozen=True)
class Doomed:
    """Who is to go."""

    people: tuple[str, ...]
    applications: pl.Series
    """application_id, sorted."""
    whole: int
    """Applications of the book before."""


@dataclass(frozen=True)
class Outcome:
    """What a purge did."""

    people: int
    applications: int
    batch: Batch
    emptied: tuple[int, ...]
    """Entries of the log whose words went."""


def who(reader: Reader, name: str | None, before: date | None) -> Doomed:
    """Return who is meant: the person that ``name`` is the id of, or has an application of that id; or all whose last application was made
    before the day ``before`` (in the book's zone). Raise UsageError where that is nobody."""
    membership = reader.table("membership", columns=["application_id", "person_id"])
    if name is not None:
        mine = (pl.col("person_id") == name) | (pl.col("application_id") == name)
        people = membership.filter(mine)["person_id"].unique()
        if people.is_empty():
            raise UsageError(f"there is no person and no application {masking.raw('application_id', name)!r} in the book: nothing to purge")
    else:
        assert before is not None
        zone = ZoneInfo(str(reader.settings().get("records.time_zone") or "UTC"))
        limit = datetime.combine(before, datetime.min.time(), zone).astimezone(UTC)
        persons = reader.table("persons", columns=["person_id", "last_applied_at"])
        people = persons.filter(pl.col("last_applied_at") < limit)["person_id"]
        if people.is_empty():
            raise UsageError(f"nobody's last application was made before {before.isoformat()}: nothing to purge")
    theirs = membership.filter(pl.col("person_id").is_in(people.implode()))["application_id"].sort()
    if len(theirs) == membership.height:
        raise UsageError("nobody would be left: remove the store itself instead")
    return Doomed(tuple(people.sort()), theirs, membership.height)


def purge(
    store: str | Path,
    settings: Settings,
    *,
    name: str | None,
    before: date | None,
    deed_of: tuple[str, str],
    progress: Progress = SILENT,
) -> Outcome:
    """Take one person (``name``), or all whose last application was made before a day, out of the book.

    ``deed_of``: who asks for it, and why. Raise UsageError where nobody is meant or nobody would be left, ConfigurationError where the
    key that bars them from coming back cannot be had.
    """
    clock = Clock(progress)
    place = open_store(store, create=False, settings=settings)
    with place.lock() as writer:
        with place.snapshot() as reader:
            doomed = who(reader, name, before)
            key = _key(place, reader)
            tokens = concealment.tokens(doomed.applications, key, KIND)
            change = _solved(reader, store, settings, doomed, tokens, clock)
            erasure = _erasure(reader, doomed, tokens, key, deed_of)
        with clock.stage("storing"):
            batch, emptied = writer.purge(erasure, change)
    return Outcome(len(doomed.people), len(doomed.applications), batch, emptied)


def _key(place: Store, reader: Reader) -> Key:
    """Return the book's key; one is made for a book that has none."""
    name = audit.key_name(reader, place)
    return concealment.load(name) if name else concealment.load_or_make()


def _solved(reader: Reader, store: str | Path, settings: Settings, doomed: Doomed, tokens: pl.Series, clock: Clock) -> Change:
    """Solve the book without them."""
    calibration = frozen(reader, store)
    kept = values_of(settings, reader.settings())
    settings = remembered(reader, in_force(reader, settings))
    with clock.stage("the stored book"):
        gone = doomed.applications.implode()
        book = kept.stored(reader).filter(~pl.col("application_id").is_in(gone))
        relations = reader.table("relations").filter(~(pl.col("source").is_in(gone) | pl.col("target").is_in(gone)))
    solved = solve_book(book, relations, calibration, settings, clock, reader, kept)
    return _change(reader, solved, relations, settings, kept, names_of(doomed.applications, tokens))


def _change(
    reader: Reader, solved: Solved, relations: pl.DataFrame, settings: Settings, kept: Values, names: Mapping[str, str]
) -> Change:
    summary = summarise(nothing_read(), solved, relations, settings, model.REJECTS.empty())
    return Change(
        base_night=reader.night,
        digest=hashlib.blake2b(f"purged|{reader.night}|{'|'.join(sorted(names.values()))}".encode(), digest_size=16).hexdigest(),
        command=PURGE,
        applications=model.APPLICATIONS.empty(),
        keys=pl.DataFrame(schema={"application_id": pl.String}),
        relations=model.RELATIONS.empty(),
        input_order=model.INPUT_ORDER.empty(),
        rejects=model.REJECTS.empty(),
        derived={name: renamed(table, names) for name, table in solved.tables.items()},
        gang_events=renamed(solved.events, names),
        settings={key: settings[key] for key in REMEMBERED} | dict(kept.remembered),
        summary=summary,
    )


def names_of(applications: pl.Series, tokens: pl.Series) -> dict[str, str]:
    """Return id -> what stands in its place: of the applications, and of people, communities and gangs that are named by them."""
    pairs = list(zip(applications, tokens, strict=True))
    return {f"{prefix}{old}": f"{prefix}{new}" for prefix in ("", *PREFIXES) for old, new in pairs}


def renamed(table: pl.DataFrame, names: Mapping[str, str]) -> pl.DataFrame:
    """Return a table with other names in the columns that hold ids."""
    found = pl.DataFrame({"id": list(names), "name": list(names.values())}, schema={"id": pl.String, "name": pl.String})
    for column in ("gang_id", "cause_application"):
        if column in table.columns:
            other = table.select(pl.col(column).alias("id")).join(found, on="id", how="left", maintain_order="left")["name"]
            table = table.with_columns(other.fill_null(table[column]).alias(column))
    if "from_ids" in table.columns:
        lists = [";".join(names.get(part, part) for part in (text or "").split(";")) for text in table["from_ids"]]
        table = table.with_columns(pl.Series("from_ids", lists, dtype=pl.String))
    return table


def _erasure(reader: Reader, doomed: Doomed, tokens: pl.Series, key: Key, deed_of: tuple[str, str]) -> Erasure:
    names = names_of(doomed.applications, tokens)
    words = Words(_words(reader, doomed))
    asked, why = deed_of
    counted = f"{plural(len(doomed.applications), 'application')} of {plural(len(doomed.people), 'person', 'people')}"
    deed = Deed(asked, PURGE, counted, why).checked()
    night, at = reader.night + 1, datetime.now(UTC)

    def log(entries: pl.DataFrame) -> tuple[pl.DataFrame, tuple[int, ...]]:
        emptied, kept = audit.emptied(entries, names, words)
        entry = audit.following(replace(deed, why=without(deed.why, names, words)), night, key, at, emptied)(entries.tail(1))
        return pl.concat([kept, entry]), tuple(emptied)

    def labels(given: pl.DataFrame) -> pl.DataFrame:
        cleaned = [None if text is None else without(text, names, words) for text in given["reason"]]
        return renamed(given, names).with_columns(pl.Series("reason", cleaned, dtype=pl.String))

    return Erasure(
        applications=pl.DataFrame({"application_id": doomed.applications, "token": tokens.rename("token")}),
        key=key.name,
        log=log,
        labels=labels,
        events=lambda events: renamed(events, names),
    )


def _words(reader: Reader, doomed: Doomed) -> frozenset[str]:
    """Return what may stand of them in what analysts wrote: their values as given, and normalised."""
    where = {"application_id": doomed.applications.to_list()}
    given, keys = reader.table("applications", columns=TELLING, where=where), reader.table("keys", where=where)
    slots = [slot.name for slot in model.SLOTS if slot.name in keys.columns and slot.column in TELLING and not slot.derived]
    texts = [*(given[column] for column in TELLING), *(keys[name] for name in slots)]
    found = {value for column in texts for value in column.drop_nulls().unique()}
    return frozenset(value for value in found | {value.removeprefix("+86") for value in found} if len(value) >= SHORTEST)


def without(text: str, names: Mapping[str, str], words: Words) -> str:
    """Return what somebody wrote without ids and values of people who are gone."""
    text = masking.WORD.sub(lambda word: names.get(word.group(), word.group()), text)
    parts, done = [], 0
    for start, end in words.found(text):
        parts += [text[done:start], GONE]
        done = end
    return "".join([*parts, text[done:]])
