"""The middle of the journey, in memory: graph -> communities -> verdicts, under a calibration that is learned first where there is none.

Everything is arrays over persons (numbered by their first application) and pairs. Nothing here knows files, stores or pages.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from fraudgraph.calibration import Calibration, grade_cuts, prior
from fraudgraph.graph import scoring
from fraudgraph.graph.codes import Codes, encode
from fraudgraph.graph.facts import GIVEN_KINDS, Facts, View, narrow_channels
from fraudgraph.graph.measure import measure
from fraudgraph.graph.pairs import Given
from fraudgraph.graph.scoring import Near
from fraudgraph.judging import Found, People, judge_pairs, with_cuts
from fraudgraph.model import MICRO, Int32Array, IntArray
from fraudgraph.progress import SILENT, Progress
from fraudgraph.settings import Settings
from fraudgraph.verdicts.significance import histogram


@dataclass(frozen=True)
class Book:
    """What is solved. Rows are applications sorted by (applied_at, application_id)."""

    application_id: pl.Series
    applied_at: IntArray
    """Microseconds."""
    keys: pl.DataFrame
    channel: pl.Series
    person: Int32Array
    intent: IntArray
    """Per person, millionths, -1 unknown."""
    first: IntArray
    """Per person: the row of the first application."""
    relations: pl.DataFrame
    """source, target, kind, weight with both ends in the book."""

    @property
    def persons(self) -> int:
        return len(self.intent)

    @property
    def people(self) -> People:
        return People(_Names(self), self.intent)


@dataclass(frozen=True)
class Solution:
    """What one solve found."""

    codes: Codes
    near: Near
    found: Found
    candidates: int


def solve(
    book: Book, calibration: Calibration | None, placeholders: pl.DataFrame, settings: Settings, progress: Progress = SILENT
) -> tuple[Solution, Calibration]:
    """Solve the whole book; learn a calibration from it first if none is given."""
    with progress.stage("shared identifiers"):
        codes = encode(book.keys, book.person, book.applied_at, settings)
    with progress.stage("pairs and their facts"):
        share = settings.number("graph.narrow_channel")
        names = calibration.channels if calibration else tuple(narrow_channels(book.channel, book.person, share))
        view = View(codes, book.person, book.applied_at, number_channels(book.channel, names))
        given = relations(book, calibration.given if calibration else None)
        facts = measure(view, given, settings)
        candidates = len(facts)
        fold = scoring.folds(book.application_id, book.first, facts.a)
    with progress.stage("transmission"):
        if calibration is None:
            calibration, near = learn(book, facts, fold, view, names, given.names, placeholders, settings)
        else:
            near = _near(facts, fold, view, book.persons, calibration, settings)
        del facts
    with progress.stage("ties and communities"):
        found = judge_pairs(near, book.people, calibration, settings)
    return Solution(codes, near, found, candidates), calibration


class _Names:
    """The first application of a person, looked up only when a component asks for its seed."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def __getitem__(self, person: int, /) -> str:
        return str(self._book.application_id[int(self._book.first[person])])


def number_channels(channel: pl.Series, names: tuple[str, ...]) -> Int32Array:
    """Return per row the place of its channel among the narrow ones, -1 for any other."""
    if not names:
        return np.full(len(channel), -1, np.int32)
    return channel.replace_strict(list(names), list(range(len(names))), default=-1, return_dtype=pl.Int32).to_numpy()


def relations(book: Book, names: tuple[str, ...] | None) -> Given:
    """Return the relations from outside between persons; kinds that ``names`` does not know share its last bit."""
    table = book.relations
    if not len(table):
        return Given.none() if names is None else Given(*(np.zeros(0, np.int32),) * 3, np.zeros(0), names)
    kinds = sorted(set(table["kind"].to_list())) if names is None else list(names)
    kinds = [*kinds[: GIVEN_KINDS - 1], "other"] if len(kinds) > GIVEN_KINDS else kinds
    numbers = pl.DataFrame({"application_id": book.application_id, "person": book.person})
    ends = table.join(numbers, left_on="source", right_on="application_id")
    ends = ends.join(numbers, left_on="target", right_on="application_id", suffix="_b")
    number = {kind: i for i, kind in enumerate(kinds)}
    other = max(len(kinds) - 1, 0)
    grouped = (
        ends.with_columns(
            pl.min_horizontal("person", "person_b").alias("a"),
            pl.max_horizontal("person", "person_b").alias("b"),
            pl.col("kind").replace_strict(number, default=other, return_dtype=pl.Int32).alias("k"),
            (pl.col("weight") * MICRO).round().cast(pl.Int64).alias("w"),
        )
        .filter(pl.col("a") != pl.col("b"))
        .group_by("a", "b", "k")
        .agg(pl.col("w").sum())
        .sort("a", "b", "k")
    )
    columns = [grouped[name].cast(pl.Int32).to_numpy() for name in ("a", "b", "k")]
    return Given(columns[0], columns[1], columns[2], grouped["w"].to_numpy() / MICRO, tuple(kinds))


def learn(
    book: Book,
    facts: Facts,
    fold: IntArray,
    view: View,
    channels: tuple[str, ...],
    given: tuple[str, ...],
    placeholders: pl.DataFrame,
    settings: Settings,
) -> tuple[Calibration, Near]:
    """Learn a calibration from this book, or say why not (no intents, too little, nothing transmits); return it with the near pairs."""

    def unlearned(case: str) -> tuple[Calibration, Near]:
        calibration = prior(settings, channels, given, placeholders, case)
        return calibration, _near(facts, fold, view, book.persons, calibration, settings)

    known = book.intent[book.intent >= 0]
    if not len(known):
        return unlearned("no intents")
    pairs = scoring.learnable(facts, book.intent)
    if pairs < settings.integer("graph.learn_pairs"):
        return unlearned("prior")
    mean = int(known.sum() // len(known))
    sd = max(float(np.std(known / MICRO)), 1e-3)
    tables, near = scoring.learn(facts, book.intent, mean, sd, fold, view, book.persons, settings)
    calibration = Calibration(
        case="learned" if scoring.transmits(tables, sd, settings) else "no transmission",
        tables=tables,
        histogram=histogram(book.intent),
        threshold=round(mean / MICRO + settings.number("verdicts.lift_share") * tables.lift, 6),
        p_cut=1.0,
        resolution=1.0,
        rungs=(),
        grade_cuts=grade_cuts(tables.lift, settings),
        channels=channels,
        given=given,
        placeholders=placeholders,
        people=len(known),
        pairs=pairs,
        unknown=book.persons - len(known),
    )
    return with_cuts(near, book.people, calibration, settings), near


def _near(facts: Facts, fold: IntArray, view: View, persons: int, calibration: Calibration, settings: Settings) -> Near:
    place = scoring.near(facts, calibration.tables.levels, calibration.tables.sd, fold, settings)
    return scoring.collect(facts, place, fold, view, persons)
