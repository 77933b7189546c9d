"""The nightly batch: tonight's applications flagged as a run over the whole book would, from what they touch alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace as replaced
from pathlib import Path
from typing import Any

import polars as pl

from fraudgraph import ahead, model, records
from fraudgraph._version import __version__
from fraudgraph.barred import NOBODY, Barred
from fraudgraph.calibration import Calibration
from fraudgraph.drift import drift
from fraudgraph.errors import ConfigurationError, UsageError
from fraudgraph.identity_rules import under_rules
from fraudgraph.model import Records
from fraudgraph.night.solving import Night, solve_night
from fraudgraph.pipeline import REMEMBERED, RULES, Clock, Late, Outcome, load_calibration, remembered, repeated
from fraudgraph.progress import SILENT, Progress
from fraudgraph.reports import render
from fraudgraph.settings import Settings
from fraudgraph.stores import Batch, Change, Reader, digest_files, open_store
from fraudgraph.tonight import After, became, newcomers, newest
from fraudgraph.values import Values, values_of


def nightly(
    inputs: Sequence[Path],
    *,
    store: str | Path,
    settings: Settings,
    relations: Path | None = None,
    corrections: bool = False,
    calibration: Path | None = None,
    out: Path | None = None,
    progress: Progress = SILENT,
) -> Outcome:
    """Add tonight's ``inputs`` to the book, under its frozen calibration and rules; solve again only what they touch; write into ``out``.

    With ``corrections`` an application that contradicts the stored one takes its place. ``calibration``: a file that must hold the very
    calibration of the store. Raise UsageError where there is no book yet, ConfigurationError where the settings or the file are not what
    the book is judged by.
    """
    clock = Clock(progress)
    ahead.loaded()
    place = open_store(store, create=True, settings=settings)  # a store that is not there is a book that is not there, and made by `run`
    with place.snapshot() as reader:
        frozen(reader, store)
    if out is not None:
        render.writable(out)
    with place.lock() as writer:
        with place.snapshot() as reader, reader.held():
            current = frozen(reader, store)
            kept = values_of(settings, reader.settings())
            _same(current, calibration, kept)
            settings = remembered(reader, in_force(reader, settings))
            digest = digest_files(inputs, settings, [relations] if relations else [], corrections=corrections)
            before = repeated(reader, digest)
            change = None
            if before is None:
                with clock.stage("reading"):
                    read = records.read(inputs, settings, clock)
                barred = Barred.of(place)
                change = gather(reader, barred.admitted(read), relations, corrections, kept, current, settings, digest, clock, barred)
        if change is not None:
            with clock.stage("storing"):
                before = writer.apply(change)
    assert before is not None
    written: list[Path] = []
    with place.snapshot(before.night, change) as reader, reader.held():
        if out is not None:
            with clock.stage("writing results"):
                written = render.render(reader, before.night, out, timings=Late(clock), changes=True)
    return Outcome({**before.summary, **clock.timings(), "night": before.night}, repeated_batch=change is None, written=written)


def in_force(reader: Reader, settings: Settings) -> Settings:
    """Return the settings with the rules that the book is judged by; raise ConfigurationError where others were asked for."""
    settings = under_rules(reader.settings(), settings)
    ruleset = reader.ruleset()
    if ruleset is None:
        return settings
    known = {key: value for key, value in ruleset.document.items() if key in settings}
    other = sorted(key for key, value in known.items() if key in settings.given and settings[key] != value)
    if other:
        raise ConfigurationError(
            f"the book is judged by other rules than these ({', '.join(other)}): leave them out, "
            "or judge the whole book by them with `fraudgraph run`"
        )
    return settings.override(known, source="the store's rules")


def frozen(reader: Reader, store: str | Path) -> Calibration:
    """Return the calibration that is frozen in the store; raise UsageError where there is no book yet."""
    version = reader.calibration()
    if not reader.night or version is None:
        raise UsageError(f"there is no book in {store} yet: make one with `fraudgraph run`, then add to it night by night")
    return Calibration.of_store(version.document)


def _same(current: Calibration, path: Path | None, kept: Values) -> None:
    """Raise ConfigurationError where the file at ``path`` holds another calibration than the current one."""
    if path is None:
        return
    asked = load_calibration(path)
    asked = replaced(asked, placeholders=kept.placeholders(asked.placeholders))
    if asked.version != current.version:
        raise ConfigurationError(
            f"the book is judged by calibration {current.version}, and {path} holds {asked.version}: leave --calibration out, "
            "or judge the whole book by it with `fraudgraph run`"
        )


def gather(
    reader: Reader,
    read: Records,
    relations: Path | None,
    corrections: bool,
    kept: Values,
    calibration: Calibration,
    settings: Settings,
    digest: str,
    clock: Clock,
    barred: Barred = NOBODY,
) -> Change:
    """Solve the night and gather everything that the store is to take over."""
    with clock.stage("the stored book"):
        read = replaced(read, applications=kept.accepted(read.applications, settings, clock))
        came = {"application_id": read.applications["application_id"].to_list()}
        known = reader.table("membership", columns=["application_id"], where=came)["application_id"].to_list()
        stored = kept.stored(reader, known)
        read, updates = records.against(read, stored, corrections)
        corrected = int(read.applications["application_id"].is_in(stored["application_id"].implode()).sum())
        given, rejected = records.read_relations(relations, settings) if relations else (model.RELATIONS.empty(), model.REJECTS.empty())
        given = barred.related(given)
        every = pl.concat([reader.table("relations"), given])
    night = solve_night(reader, kept, read.applications, every, calibration, settings, clock)
    with clock.stage("drift"):
        summary = _summary(reader, read, night, every, calibration, settings, len(rejected))
        summary |= {"corrected": corrected, **_tonight(After(reader, night), read, calibration, settings)}
    for note in summary["notes"][len(read.notes) :]:
        clock.note(note)
    new = pl.concat([read.applications, updates], how="diagonal")
    return Change(
        base_night=reader.night,
        digest=digest,
        command="nightly",
        applications=model.APPLICATIONS.check(new),
        keys=_keys(reader, night, new),
        relations=given,
        input_order=read.input_order,
        rejects=pl.concat([read.rejects, rejected]) if len(rejected) else read.rejects,
        derived=night.tables,
        closed=night.closed,
        whole=False,
        gang_events=night.events,
        settings={key: settings[key] for key in REMEMBERED} | dict(kept.remembered),
        summary=summary,
    )


def _keys(reader: Reader, night: Night, new: pl.DataFrame) -> pl.DataFrame:
    """Return KEYS of the applications in ``new``, in their order: as found tonight, or as stored where only an outcome is new."""
    identified = night.confirmed.identified
    beside = [] if identified.matching is None else identified.matching.get_columns()
    found = pl.DataFrame([night.confirmed.book["application_id"], *identified.keys, *beside])
    others = new.join(found, on="application_id", how="anti")["application_id"].to_list()
    stored = reader.table("keys", where={"application_id": others})
    keys = pl.concat([found.join(new, on="application_id", how="semi"), stored], how="diagonal")
    return new.select("application_id").join(keys, on="application_id", how="left", maintain_order="left")


def _summary(
    reader: Reader,
    read: Records,
    night: Night,
    relations: pl.DataFrame,
    calibration: Calibration,
    settings: Settings,
    rejected: int,
) -> dict[str, Any]:
    """Return what `summary.json` says, timings apart. What is counted over the whole book goes on from the night before."""
    last: Mapping[str, Any] = _last(reader.batches())
    live = night.gangs.filter(pl.col("community_id") != "")
    flagged = night.verdicts.filter("flagged")
    ends = pl.concat([relations["source"], relations["target"]]).unique().to_list()
    inside = set(reader.table("membership", columns=["application_id"], where={"application_id": ends})["application_id"])
    inside |= set(night.confirmed.book["application_id"])
    pending = sum(not (a in inside and b in inside) for a, b in relations.select("source", "target").iter_rows())
    return {
        "rows": read.rows,
        "accepted": read.accepted,
        "repeated": read.repeated,
        "rejected_rows": read.rejected_rows,
        "rejected_values": read.rejected_values,
        "rejected_relations": rejected,
        "applications": int(last["applications"]) + len(night.confirmed.book) - len(night.confirmed.stored),
        **{name: int(last[name]) + more for name, more in night.counts.items()},
        "placeholders": last["placeholders"],
        "relations": len(relations),
        "pending": pending,
        "measured_pairs": night.renewed.measured,
        "communities": len(night.verdicts),
        "gangs": len(live),
        "grades": dict(live.group_by("grade").len().sort("grade").iter_rows()),
        "flagged_people": int(flagged["members"].sum() or 0),
        "flagged_applications": int(flagged["applications"].sum() or 0),
        "stopped": dict(night.verdicts.filter(pl.col("stopped_by") != "").group_by("stopped_by").len().sort("stopped_by").iter_rows()),
        "intent_column": read.intent_column,
        "time_zone": settings["records.time_zone"],
        "seed": settings["graph.seed"],
        "threshold": night.verdicts["threshold"][0] if len(night.verdicts) else None,
        "calibration": last["calibration"],
        "versions": {"fraudgraph": __version__, "ruleset": settings.version(*RULES), "calibration": calibration.version},
    }


def _tonight(after: After, read: Records, calibration: Calibration, settings: Settings) -> dict[str, Any]:
    """Return what the summary says of this night alone: its flags, its events, and whether the book drifts from its calibration."""
    accepted = read.applications["application_id"].to_list()
    came = newcomers(after, newest(after.reader, accepted, settings.integer("calibrate.drift_applications")))
    moved = drift(came, after.table("pairs", "person_b", came["person_id"].to_list()), calibration, settings)
    sentence = moved.sentence(calibration.version)
    return {
        **became(after, read.input_order["application_id"].to_list()),
        "drift": moved.to_json(),
        "notes": [*read.notes, *([sentence] if sentence else [])],
    }


def _last(batches: Sequence[Batch]) -> Mapping[str, Any]:
    return batches[-1].summary
