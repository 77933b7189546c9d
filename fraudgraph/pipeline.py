"""The journey: records -> identifiers -> subjects -> intent -> graph -> communities -> verdicts -> ledger -> store -> reports.

The only module that knows every stage. `run` is the main job, `check` its dry run; `solve_book` is the part between reading and storing.
"""

from __future__ import annotations

import hashlib
import json
import resource
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from dataclasses import replace as replaced
from itertools import takewhile
from pathlib import Path
from typing import Any

import polars as pl

from fraudgraph import derived, intent, ledger, model, records, subjects
from fraudgraph._version import __version__
from fraudgraph.barred import NOBODY, Barred
from fraudgraph.calibration import Calibration
from fraudgraph.errors import ConfigurationError, UsageError
from fraudgraph.identifiers.name_agreement import name_agreement
from fraudgraph.identity_rules import identity_rules, same_rules
from fraudgraph.model import Identified, Records, Subjects
from fraudgraph.progress import SILENT, Progress
from fraudgraph.reports import render
from fraudgraph.settings import Settings
from fraudgraph.solving import Book, Solution, solve
from fraudgraph.spill import mapped
from fraudgraph.stores import Batch, Change, Reader, Store, Version, digest_files, open_store
from fraudgraph.stores.port import PURGE
from fraudgraph.subjects import tables as people
from fraudgraph.values import PLAIN, Values, values_of

REMEMBERED = ("records.time_zone", "records.default_region", "records.intent_scale", "graph.seed")
"""Settings that the store keeps: a later run that says nothing of them goes on with them."""
RULES = ("graph", "communities", "verdicts")
"""Sections that make up the ruleset."""


@dataclass(frozen=True)
class Outcome:
    """What a run did."""

    summary: Mapping[str, Any]
    repeated_batch: bool
    written: list[Path] = field(default_factory=list)


@dataclass(frozen=True)
class Solved:
    """A whole book with everything that was found in it."""

    applications: pl.DataFrame
    identified: Identified
    people: Subjects
    book: Book
    solution: Solution
    calibration: Calibration
    tables: Mapping[str, pl.DataFrame]
    """Derived tables by name."""
    events: pl.DataFrame
    """GANG_EVENTS."""


class Clock(Progress):
    """Passes everything on, and keeps the seconds of each stage; a stage within a stage is part of it."""

    def __init__(self, inner: Progress) -> None:
        self.inner = inner
        self.seconds: dict[str, float] = {}
        self._within = 0

    @contextmanager
    def stage(self, name: str, total: int | None = None) -> Iterator[None]:
        start = time.perf_counter()
        self._within += 1
        try:
            with self.inner.stage(name, total):
                yield
        finally:
            self._within -= 1
        if not self._within:
            self.seconds[name] = round(self.seconds.get(name, 0.0) + time.perf_counter() - start, 3)

    def advance(self, steps: int = 1) -> None:
        self.inner.advance(steps)

    def note(self, message: str) -> None:
        self.inner.note(message)

    def timings(self) -> dict[str, Any]:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        return {"seconds": {**self.seconds, "total": round(sum(self.seconds.values()), 3)}, "peak_memory_mb": peak}


def check(inputs: Sequence[Path], settings: Settings, progress: Progress = SILENT) -> Records:
    """Read ``inputs`` as a run would, and keep nothing."""
    return records.read(inputs, settings, progress)


def resolve(inputs: Sequence[Path], settings: Settings, progress: Progress = SILENT) -> tuple[Records, pl.DataFrame]:
    """Read ``inputs``, confirm who the applicants are, and keep nothing. Return what was read, and MEMBERSHIP in the order of the input."""
    read = records.read(inputs, settings, progress)
    with progress.stage("identifiers"):
        identified = PLAIN.identified(read.applications, settings, progress=progress)
    with progress.stage("subjects"):
        who = subjects.resolve(read.applications, identified, settings, agree=name_agreement, progress=progress)
    membership = people.membership_table(read.applications, who)
    order = read.input_order.sort("position").select("application_id")
    return read, model.MEMBERSHIP.check(order.join(membership, on="application_id", maintain_order="left"))


def run(
    inputs: Sequence[Path],
    *,
    store: str | Path,
    settings: Settings,
    relations: Path | None = None,
    calibration: Path | None = None,
    replace: bool = False,
    corrections: bool = False,
    out: Path | None = None,
    progress: Progress = SILENT,
) -> Outcome:
    """Add ``inputs`` to the store, solve the whole stored book, store what was found and write it into ``out``.

    With ``corrections`` an application that contradicts the stored one takes its place, instead of being rejected.
    """
    clock = Clock(progress)
    place = open_store(store, create=True, settings=settings)
    if out is not None:
        render.writable(out)
    with place.lock() as writer:
        with place.snapshot() as reader:
            if not inputs and not reader.night:
                raise UsageError(f"the store {store} is empty and no INPUT was given: name the files to add")
            settings = settings if replace else remembered(reader, settings)
            kept = values_of(settings, reader.settings() if reader.night else None, afresh=replace)
            digest = _digest(inputs, relations, calibration, settings, reader, corrections)
            before = None if replace or not inputs else repeated(reader, digest)
            change = None
            if before is None:
                barred = Barred.of(place)
                read = barred.admitted(_read(inputs, kept, settings, clock))
                told = None if reader.night else writer.ahead
                change = _gather(reader, read, relations, calibration, kept, settings, digest, replace, clock, corrections, barred, told)
        if change is not None:
            with clock.stage("storing"):
                before = writer.apply(change)
    assert before is not None
    written: list[Path] = []
    with place.snapshot(before.night, change) as reader:
        if out is not None:
            with clock.stage("writing results"):
                written = render.render(reader, before.night, out, timings=Late(clock))
    return Outcome({**before.summary, **clock.timings(), "night": before.night}, repeated_batch=change is None, written=written)


class Late(Mapping[str, Any]):
    """The clock's timings, read when they are written and not before."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def __getitem__(self, key: str) -> Any:
        return self._clock.timings()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._clock.timings())

    def __len__(self) -> int:
        return len(self._clock.timings())


def run_records(read: Records, store: Store, settings: Settings, relations: Path | None = None) -> tuple[dict[str, Any], int]:
    """Solve records that were read already into an empty store; return the summary and the night."""
    clock, kept = Clock(SILENT), values_of(settings, None)
    book = replaced(read, applications=kept.accepted(read.applications, settings, clock))
    with store.lock() as writer:
        with store.snapshot() as reader:
            change = _gather(reader, book, relations, None, kept, settings, "detect", True, clock)
        batch = writer.apply(change)
    return {**batch.summary, **clock.timings()}, batch.night


def remembered(reader: Reader, settings: Settings) -> Settings:
    """Return the settings with what the store remembers, wherever the caller said nothing."""
    kept = {key: value for key, value in reader.settings().items() if key in REMEMBERED and key not in settings.given}
    return settings.override(kept, source="the store")


def _digest(
    inputs: Sequence[Path], relations: Path | None, calibration: Path | None, settings: Settings, reader: Reader, corrections: bool
) -> str:
    if inputs:
        return digest_files(inputs, settings, [path for path in (relations, calibration) if path], corrections=corrections)
    return hashlib.blake2b(f"again|{reader.night}|{settings.version()}".encode(), digest_size=16).hexdigest()


def repeated(reader: Reader, digest: str) -> Batch | None:
    """Return the batch that brought the very same files under the same settings, if there was one since people were last purged: of those
    the files bring back what was purged, which is to be said."""
    since = takewhile(lambda batch: batch.command != PURGE, reversed(reader.batches()))
    return next((batch for batch in since if batch.digest == digest), None)


def _read(inputs: Sequence[Path], kept: Values, settings: Settings, clock: Clock) -> Records:
    with clock.stage("reading"):
        read = records.read(inputs, settings, clock) if inputs else nothing_read()
        read = replaced(read, applications=mapped(read.applications))
    return replaced(read, applications=kept.accepted(read.applications, settings, clock))


Told = Callable[[pl.DataFrame, pl.DataFrame], None]
"""Takes the applications and keys of a first book as soon as they are known."""


def _gather(
    reader: Reader,
    read: Records,
    relations: Path | None,
    calibration: Path | Calibration | None,
    kept: Values,
    settings: Settings,
    digest: str,
    replace: bool,
    clock: Clock,
    corrections: bool = False,
    barred: Barred = NOBODY,
    ahead: Told | None = None,
) -> Change:
    """Solve the book that ``read`` makes of the stored one, and gather everything that the store is to take over."""
    fresh = replace or not reader.night
    applications = read.applications
    updates, corrected = applications.clear(), 0
    if not fresh:
        with clock.stage("the stored book"):
            stored = kept.stored(reader)
            read, updates, applications = _with_stored(stored, read, corrections)
            corrected = len(stored) + len(read.applications) - len(applications)
            del stored
    frozen = _frozen(reader, calibration, kept, fresh, clock)
    ties_given, rejected = _relations(reader, relations, settings, fresh, barred)
    solved = solve_book(applications, ties_given[0], frozen, settings, clock, None if fresh else reader, kept, ahead)
    summary = {**summarise(read, solved, ties_given[0], settings, rejected), "corrected": corrected}
    new = pl.concat([read.applications, updates], how="diagonal")
    if not fresh and not (_same_placeholders(solved.calibration, reader) and same_rules(reader.settings(), settings)):
        new = applications  # other placeholders or rules, other keys
    rejects = pl.concat([read.rejects, rejected]) if len(rejected) else read.rejects
    return Change(
        base_night=reader.night,
        digest=digest,
        command="run",
        applications=model.APPLICATIONS.check(new),
        keys=_keys(solved, new),
        relations=ties_given[1],
        input_order=read.input_order,
        rejects=rejects,
        derived=solved.tables,
        gang_events=solved.events,
        calibration=Version(solved.calibration.version, solved.calibration.to_json()),
        ruleset=Version(settings.version(*RULES), settings.part(*RULES)),
        settings={key: settings[key] for key in REMEMBERED} | identity_rules(settings) | dict(kept.remembered),
        summary=summary,
        replace=replace,
    )


def judge_again(reader: Reader, calibration: Calibration, kept: Values, settings: Settings, clock: Clock) -> Change:
    """Solve the stored book under another calibration, and gather everything that the store is to take over; nothing comes in."""
    digest = hashlib.blake2b(f"calibrated|{reader.night}|{calibration.version}".encode(), digest_size=16).hexdigest()
    return _gather(reader, nothing_read(), None, calibration, kept, settings, digest, False, clock)


def nothing_read() -> Records:
    """Return the records of no file."""
    return Records(model.APPLICATIONS.empty(), model.INPUT_ORDER.empty(), model.REJECTS.empty(), (), 0, 0, 0, 0, 0, None)


def _with_stored(stored: pl.DataFrame, read: Records, corrections: bool) -> tuple[Records, pl.DataFrame, pl.DataFrame]:
    """Return the records as judged against the stored book, the outcome updates, and the whole book."""
    read, updates = records.against(read, stored, corrections)
    other = [updates, read.applications] if corrections else [updates]
    versions = pl.concat([frame.select("application_id") for frame in other])
    unchanged = stored.join(versions, on="application_id", how="anti") if len(versions) else stored
    whole = pl.concat([unchanged, updates, read.applications], how="diagonal").sort("applied_at", "application_id")
    return read, updates, whole


def _frozen(reader: Reader, asked: Path | Calibration | None, kept: Values, fresh: bool, progress: Progress) -> Calibration | None:
    """Return the calibration to solve under: the one that is asked for, else the store's if it was learned, else none (learn one)."""
    if asked is not None:
        given = load_calibration(asked) if isinstance(asked, Path) else asked
        return replaced(given, placeholders=kept.placeholders(given.placeholders))
    version = None if fresh else reader.calibration()
    if version is None:
        return None
    if not Calibration.is_ours(version.document):
        progress.note(f"Calibration {version.name} was learned by another fraudgraph, which counted otherwise: a new one is learned.")
        return None
    stored = Calibration.of_store(version.document)
    return stored if stored.case == "learned" else None


def load_calibration(path: Path) -> Calibration:
    """Return the calibration in the JSON file at ``path``; raise ConfigurationError where it is not one."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as problem:
        raise ConfigurationError(f"{path} is not a readable calibration file: {problem}") from problem
    if not isinstance(document, dict):
        raise ConfigurationError(f"{path} is not a calibration file: it holds no JSON object")
    return Calibration.from_json(document, str(path))


def _same_placeholders(calibration: Calibration, reader: Reader) -> bool:
    columns = ["kind", "key"]
    stored = reader.table("placeholders", columns=columns).sort(columns)
    return not reader.night or stored.equals(calibration.placeholders.select(columns).sort(columns))


def _relations(
    reader: Reader, path: Path | None, settings: Settings, fresh: bool, barred: Barred
) -> tuple[tuple[pl.DataFrame, pl.DataFrame], pl.DataFrame]:
    """Return ((all relations of the book, the new ones), rejects)."""
    given, rejected = records.read_relations(path, settings) if path else (model.RELATIONS.empty(), model.REJECTS.empty())
    given = barred.related(given)
    stored = model.RELATIONS.empty() if fresh else reader.table("relations")
    return (pl.concat([stored, given]), given), rejected


def solve_book(
    applications: pl.DataFrame,
    relations: pl.DataFrame,
    frozen: Calibration | None,
    settings: Settings,
    progress: Progress = SILENT,
    reader: Reader | None = None,
    kept: Values = PLAIN,
    ahead: Told | None = None,
) -> Solved:
    """From applications (a book as ``kept`` has it, sorted by applied_at, application_id) to every derived table; ``reader`` is the night
    before."""
    with progress.stage("identifiers"):
        identified = kept.identified(
            applications, settings, frozen_placeholders=frozen.placeholders if frozen else None, progress=progress
        )
    if ahead is not None:
        ahead(applications, _all_keys(applications, identified))
    with progress.stage("subjects"):
        who = subjects.resolve(applications, identified, settings, agree=name_agreement, progress=progress)
        intents = intent.of_people(applications, who)
    identified = replaced(identified, keys=mapped(identified.keys))
    book = Book(
        application_id=applications["application_id"],
        applied_at=applications["applied_at"].dt.epoch("us").to_numpy(),
        keys=identified.keys,
        channel=applications["channel"],
        person=who.person,
        intent=intents,
        first=people.first_rows(who),
        relations=relations,
    )
    solution, calibration = solve(book, frozen, identified.placeholders, settings, progress)
    with progress.stage("verdicts"):
        found, named = solution.found, derived.Named.of(book)
        verdicts = derived.verdicts(found, named, calibration, settings)
        followed = _follow(reader, verdicts, derived.current(book, found, named, applications["amount"]))
        membership = people.membership_table(applications, who)
        members = followed.applications.join(membership, on="application_id").select("gang_id", "person_id").unique()
        pairs, pair_values = derived.pairs(solution.near, named, solution.codes.keys, found.scored.standing)
        tables = {
            "membership": membership,
            "persons": people.persons_table(applications, who, intents),
            "conflicts": who.conflicts,
            "hubs": solution.codes.hubs,
            "hub_windows": solution.codes.windows,
            "pairs": pairs,
            "pair_values": pair_values,
            "ties": derived.ties(found, named, calibration),
            "communities": derived.communities(found, named),
            "verdicts": verdicts,
            "gangs": followed.gangs,
            "gang_members": members.sort("gang_id", "person_id"),
            "reasons": derived.reasons(found, named, calibration, settings),
            "evidence": derived.evidence(solution.codes, book.person, found, named, followed.gangs),
            "placeholders": calibration.placeholders,
        }
    return Solved(applications, identified, who, book, solution, calibration, tables, followed.events)


def _follow(reader: Reader | None, verdicts: pl.DataFrame, current: pl.DataFrame) -> ledger.Followed:
    """Carry the gangs of the night before over."""
    if reader is None or not reader.night:
        return ledger.follow(model.GANGS.empty(), ledger.PAST.empty(), model.GANG_EVENTS.empty(), verdicts, current)
    members = reader.table("gang_members")
    people_ids = members["person_id"].unique().to_list()
    inside = reader.table("membership", columns=["application_id", "person_id"], where={"person_id": people_ids})
    where = {"application_id": inside["application_id"].to_list()}
    times = reader.table("applications", columns=["application_id", "applied_at"], where=where)
    past = members.join(inside, on="person_id").join(times, on="application_id").select(list(ledger.PAST.columns))
    return ledger.follow(reader.table("gangs"), past, reader.events().drop("night"), verdicts, current)


def _all_keys(applications: pl.DataFrame, identified: Identified) -> pl.DataFrame:
    """Return the KEYS rows of all applications."""
    beside = [] if identified.matching is None else identified.matching.get_columns()
    return pl.DataFrame([applications["application_id"], *identified.keys, *beside])


def _keys(solved: Solved, new: pl.DataFrame) -> pl.DataFrame:
    """Return the KEYS rows of the applications in ``new``, in their order."""
    keys = _all_keys(solved.applications, solved.identified)
    if len(new) == len(keys) and new["application_id"].equals(keys["application_id"]):
        return keys
    return new.select("application_id").join(keys, on="application_id", how="left", maintain_order="left")


def summarise(read: Records, solved: Solved, relations: pl.DataFrame, settings: Settings, rejected: pl.DataFrame) -> dict[str, Any]:
    """Return what `summary.json` says, timings apart."""
    solution, calibration, tables = solved.solution, solved.calibration, solved.tables
    live = tables["gangs"].filter(pl.col("community_id") != "")
    grades = dict(live.group_by("grade").len().sort("grade").iter_rows())
    verdicts = tables["verdicts"]
    flagged = verdicts.filter("flagged")
    known = set(solved.applications["application_id"]) if len(relations) else set()
    pending = sum(not (a in known and b in known) for a, b in relations.select("source", "target").iter_rows())
    return {
        "rows": read.rows,
        "accepted": read.accepted,
        "repeated": read.repeated,
        "rejected_rows": read.rejected_rows,
        "rejected_values": read.rejected_values,
        "rejected_relations": len(rejected),
        "applications": len(solved.applications),
        "persons": solved.book.persons,
        "conflicts": len(solved.people.conflicts),
        "identifiers": sum(solution.codes.distinct.values()),
        "shared_identifiers": sum(len(keys) for keys in solution.codes.keys.values()),
        "links": solution.codes.links,
        "hubs": len(tables["hubs"]),
        "placeholders": len(tables["placeholders"]),
        "relations": len(relations),
        "pending": pending,
        "candidate_pairs": solution.candidates,
        "ties": len(tables["ties"]),
        "components": solution.found.scored.units,
        "communities": len(verdicts),
        "gangs": len(live),
        "grades": grades,
        "flagged_people": int(flagged["members"].sum() or 0),
        "flagged_applications": int(flagged["applications"].sum() or 0),
        "stopped": dict(verdicts.filter(pl.col("stopped_by") != "").group_by("stopped_by").len().sort("stopped_by").iter_rows()),
        "intent_column": read.intent_column,
        "time_zone": settings["records.time_zone"],
        "notes": list(read.notes),
        "seed": settings["graph.seed"],
        "threshold": flagged["threshold"][0] if len(flagged) else (verdicts["threshold"][0] if len(verdicts) else None),
        "calibration": {
            "version": calibration.version,
            "case": calibration.case,
            "sentence": calibration.sentence,
            "mean_intent": calibration.tables.mean / model.MICRO,
            "lift": calibration.tables.lift,
            "threshold": calibration.threshold if calibration.flags else None,
            "p_cut": calibration.p_cut,
            "people": calibration.people,
            "pairs": calibration.pairs,
        },
        "versions": {"fraudgraph": __version__, "ruleset": settings.version(*RULES), "calibration": calibration.version},
    }
