"""A calibration learned anew: on a window of the stored book, compared with the one in force, tried on last month, then frozen.

The whole book is judged again under it, as one night, so that all verdicts of a night name one version. A dry run does all but store.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from fraudgraph import pipeline
from fraudgraph.asof import end_of
from fraudgraph.calibration import Calibration
from fraudgraph.errors import OutputError, UsageError
from fraudgraph.graph import classes, scoring
from fraudgraph.model import MICRO, TIME
from fraudgraph.night.judging import near_of
from fraudgraph.night.known import first_of
from fraudgraph.nightly import frozen, in_force
from fraudgraph.pipeline import Clock, Late, remembered
from fraudgraph.progress import SILENT, Progress
from fraudgraph.reports import render
from fraudgraph.settings import Settings
from fraudgraph.stores import Change, Reader, open_store
from fraudgraph.values import values_of

GRADES = ("A", "B", "C", "D")
STRENGTH = {"link_class": pl.String, "pairs": pl.Int64, "probability": pl.Float64}


@dataclass(frozen=True)
class Window:
    """The applications that were learned from."""

    first: date
    last: date
    """Days in the book's time zone, both included."""
    applications: int


@dataclass(frozen=True)
class Recalibration:
    """What was learned, and what it changes."""

    window: Window
    before: Calibration
    after: Calibration
    moved: pl.DataFrame
    """link_class (what near pairs share), pairs_before, pairs_after, probability_before, probability_after (mean; null where there are no
    pairs), moved (change of probability times pairs): most moved first."""
    effect_days: int
    effect: pl.DataFrame
    """The applications of the last so many days: application_id, before, after (grade; empty where not flagged)."""
    night: int | None
    """In which it was frozen; None where nothing was changed."""

    @property
    def same(self) -> bool:
        """Whether the calibration in force is what the window teaches."""
        return self.before.version == self.after.version

    def figures(self) -> list[tuple[str, Any, Any]]:
        """Return (name, before, after) of everything that is one number."""
        return [
            (name, of_before, of_after)
            for (name, of_before), (_, of_after) in zip(_figures(self.before), _figures(self.after), strict=True)
        ]

    def flags(self) -> list[tuple[str, int, int]]:
        """Return (name, before, after): applications of the last days that are flagged, by grade, and how they move."""
        before, after = self.effect["before"], self.effect["after"]
        was, now = before != "", after != ""
        grades = [(f"grade_{grade}", int((before == grade).sum()), int((after == grade).sum())) for grade in GRADES]
        both = int((was & now).sum())
        return [("flagged", int(was.sum()), int(now.sum())), *grades, ("flagged_under_both", both, both)]


def _figures(calibration: Calibration) -> list[tuple[str, Any]]:
    tables = calibration.tables
    return [
        ("case", calibration.case),
        ("threshold", calibration.threshold if calibration.flags else None),
        ("p_cut", calibration.p_cut),
        ("lift", tables.lift),
        ("mean_intent", tables.mean / MICRO),
        ("spread", tables.sd),
        ("resolution", calibration.resolution),
        ("rungs", len(calibration.rungs)),
        ("joiners", len(tables.joiners)),
        ("people", calibration.people),
        ("unknown", calibration.unknown),
        ("pairs", calibration.pairs),
        ("placeholders", len(calibration.placeholders)),
    ]


def calibrate(
    *,
    store: str | Path,
    settings: Settings,
    first: date | None = None,
    last: date | None = None,
    dry_run: bool = False,
    out: Path | None = None,
    progress: Progress = SILENT,
) -> Recalibration:
    """Learn a calibration from the applications made from ``first`` to ``last`` (the last ``calibrate.months`` months if not said).

    Unless it is a dry run it is frozen as a new version, under which the whole book is judged again; with ``out`` what `run` writes is
    written. What teaches nothing is never frozen: UsageError then, as where there is no book, or no application in the window.
    """
    clock = Clock(progress)
    place = open_store(store, create=True, settings=settings)
    with place.snapshot() as reader:
        frozen(reader, store)
    if out is not None and not dry_run:
        render.writable(out)
    with nullcontext() if dry_run else place.lock() as writer:
        with place.snapshot() as reader:
            found, change = _learned(reader, store, settings, first, last, dry_run, clock)
        if writer is None or change is None:
            return found
        with clock.stage("storing"):
            batch = writer.apply(change)
    if out is not None:
        with clock.stage("writing results"), place.snapshot(batch.night) as reader:
            render.render(reader, batch.night, out, timings=Late(clock))
    return replace(found, night=batch.night)


def export(store: str | Path, settings: Settings, to: Path) -> str:
    """Write the calibration in force into the file ``to``, as `run --calibration` takes it, for its owner alone; return its version.

    It holds the values that are placeholders, as the store has them. Raise UsageError where there is no book, OutputError where the file
    cannot be written.
    """
    with open_store(store, create=True, settings=settings).snapshot() as reader:
        calibration = frozen(reader, store)
    draft = to.with_name(f".{to.name}.{os.getpid()}")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump(calibration.to_json(), file, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, to)
    except OSError as problem:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise OutputError(f"the calibration cannot be written to {to} ({problem.strerror}): choose another file") from problem
    return calibration.version


def _learned(
    reader: Reader, store: str | Path, settings: Settings, first: date | None, last: date | None, dry_run: bool, clock: Clock
) -> tuple[Recalibration, Change | None]:
    """Learn, compare and try; return what is to be said and what is to be stored, None where nothing changes."""
    before = frozen(reader, store)
    kept = values_of(settings, reader.settings())
    settings = remembered(reader, in_force(reader, settings))
    with clock.stage("the stored book"):
        book = kept.stored(reader)
        newest = book["applied_at"].max()
        assert isinstance(newest, datetime)
        window, part = _window(book, newest, first, last, settings)
    with clock.stage("learning"):
        relations = reader.table("relations")
        after = pipeline.solve_book(part, relations, None, settings, clock, kept=kept).calibration
    del book, part
    if after.case != "learned" and not dry_run:
        raise UsageError(_refusal(after, window, settings))
    days = settings.integer("calibrate.effect_days")
    lately = reader.table("applications", columns=["application_id", "applied_at"])
    lately = lately.filter(pl.col("applied_at") > newest - timedelta(days=days)).select("application_id")
    flagged = _grades(reader.table("membership"), reader.table("communities"), reader.table("verdicts"))
    stored = _strength({name: reader.table(name) for name in ("pairs", "pair_values", "persons")}, before, settings)
    if after.version == before.version:
        return Recalibration(window, before, after, _moved(stored, stored), days, _effect(lately, flagged, flagged), None), None
    with clock.stage("the book under it"):
        change = pipeline.judge_again(reader, after, kept, settings, clock)
    summary = {**change.summary, "calibrated": {"from": window.first.isoformat(), "to": window.last.isoformat(), "before": before.version}}
    now = change.derived
    effect = _effect(lately, flagged, _grades(now["membership"], now["communities"], now["verdicts"]))
    found = Recalibration(window, before, after, _moved(stored, _strength(now, after, settings)), days, effect, None)
    return found, None if dry_run else replace(change, command="calibrate", summary=summary)


def _window(
    book: pl.DataFrame, newest: datetime, first: date | None, last: date | None, settings: Settings
) -> tuple[Window, pl.DataFrame]:
    """Return the window and its applications; days are those of the book's time zone."""
    zone = settings.text("records.time_zone")
    last = last or newest.astimezone(ZoneInfo(zone)).date()
    first = first or _months_before(last, settings.integer("calibrate.months"))
    if first > last:
        raise UsageError(f"the window begins on {first} and ends before it, on {last}: name an earlier --from or a later --to")
    low, high = (pl.lit(end_of(day, zone)).cast(TIME) for day in (first - timedelta(days=1), last))
    part = book.filter((pl.col("applied_at") >= low) & (pl.col("applied_at") < high))
    if part.is_empty():
        ends = [moment.astimezone(ZoneInfo(zone)).date() for moment in (book["applied_at"][0], newest)]
        raise UsageError(f"no application was made from {first} to {last}: the book goes from {ends[0]} to {ends[1]}")
    return Window(first, last, len(part)), part


def _months_before(day: date, months: int) -> date:
    """Return the day after the same day so many months earlier: so many whole months end on ``day``."""
    earlier: date = pl.Series([day]).dt.offset_by(f"-{months}mo")[0]
    return earlier + timedelta(days=1)


def _refusal(found: Calibration, window: Window, settings: Settings) -> str:
    where = f"from {window.first} to {window.last}"
    if found.case == "no intents":
        return f"no application {where} has a fraud intent to learn from, and the calibration stays: name other days with --from and --to"
    if found.case == "prior":
        least = settings.integer("graph.learn_pairs")
        return (
            f"the {window.applications:,} applications {where} are too few to learn from ({least:,} pairs of people are needed), and the "
            "calibration stays: name more days with --from and --to"
        )
    return (
        f"no kind of shared identifier passes fraud intent on {where}, and the calibration stays: name other days with --from and --to, or "
        "see with --dry-run what would change"
    )


def _grades(membership: pl.DataFrame, communities: pl.DataFrame, verdicts: pl.DataFrame) -> pl.DataFrame:
    """Return application_id and grade of every flagged application."""
    flagged = verdicts.filter("flagged").select("community_id", "grade")
    return membership.join(communities.join(flagged, on="community_id"), on="person_id").select("application_id", "grade")


def _effect(lately: pl.DataFrame, before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Return application_id, before, after of the applications ``lately``."""
    found = lately.join(before.rename({"grade": "before"}), on="application_id", how="left")
    found = found.join(after.rename({"grade": "after"}), on="application_id", how="left")
    return found.with_columns(pl.col("before", "after").fill_null("")).sort("application_id")


def _moved(was: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    """Compare what near pairs share, and how probable that makes a gang pair, in the book under both calibrations (`_strength`)."""
    both = was.join(now, on="link_class", how="full", coalesce=True, suffix="_after")
    return (
        both.select(
            "link_class",
            pl.col("pairs").fill_null(0).alias("pairs_before"),
            pl.col("pairs_after").fill_null(0),
            pl.col("probability").alias("probability_before"),
            "probability_after",
        )
        .with_columns(
            moved=(pl.col("probability_after").fill_null(0.0) - pl.col("probability_before").fill_null(0.0))
            * pl.max_horizontal("pairs_before", "pairs_after")
        )
        .sort(pl.col("moved").abs().round(9), "link_class", descending=[True, False])
    )


def _strength(tables: Mapping[str, pl.DataFrame], calibration: Calibration, settings: Settings) -> pl.DataFrame:
    """Return link_class, pairs, probability (their mean; that of a pair which is dropped for good is 0) of the near pairs."""
    people = tables["persons"].sort("first_applied_at", "person_id")["person_id"]
    near = near_of(tables["pairs"], tables["pair_values"], people, first_of(people))
    scored = scoring.score(near.facts, calibration.tables, near.fold, len(people), settings)
    probability = np.zeros(len(near.facts))
    probability[scored.place] = scored.probability
    kinds, place = np.unique(near.facts.signature, return_inverse=True)
    words = [classes.shares(int(kind), calibration.given) for kind in kinds]
    pairs = np.bincount(place, minlength=len(kinds))
    total = np.zeros(len(kinds), np.int64)
    np.add.at(total, place, np.round(probability * MICRO).astype(np.int64))  # whole numbers: the sum must not depend on the order
    return pl.DataFrame({"link_class": words, "pairs": pairs, "probability": total / MICRO / pairs}, schema=STRENGTH)
