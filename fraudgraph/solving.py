"""The middle of the journey, in memory: graph -> communities -> verdicts, under a calibration that is learned first where there is none.

Everything is arrays over persons (numbered by their first application) and pairs. Nothing here knows files, stores or pages.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from fraudgraph import communities
from fraudgraph.calibration import Calibration, grade_cuts, prior
from fraudgraph.graph import scoring
from fraudgraph.graph.codes import Codes, encode
from fraudgraph.graph.components import mean_degree
from fraudgraph.graph.facts import GIVEN_KINDS, Facts, View, narrow_channels
from fraudgraph.graph.measure import measure
from fraudgraph.graph.pairs import Given
from fraudgraph.graph.scoring import Scored
from fraudgraph.model import MICRO, BoolArray, FloatArray, Int32Array, IntArray
from fraudgraph.progress import SILENT, Progress
from fraudgraph.settings import Settings
from fraudgraph.verdicts import ladder
from fraudgraph.verdicts.rules import Groups, Judged, Line, gather, judge
from fraudgraph.verdicts.significance import Tail, cut, histogram


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


@dataclass(frozen=True)
class Solution:
    """What one solve found."""

    codes: Codes
    scored: Scored
    tie: BoolArray
    """Which of the scored pairs are ties."""
    community: Int32Array
    """Per person: the smallest person of the community."""
    groups: Groups
    judged: Judged
    candidates: int

    @property
    def ties(self) -> tuple[Int32Array, Int32Array, FloatArray]:
        facts = self.scored.facts
        return facts.a[self.tie], facts.b[self.tie], self.scored.probability[self.tie]


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
        facts = measure(view, given, book.persons, settings)
        candidates = len(facts)
        fold = scoring.folds(book.application_id, book.first, facts.a)
    if calibration is None:
        with progress.stage("transmission"):
            calibration, kept = learn(book, facts, fold, view, names, given.names, placeholders, settings)
            facts, fold = facts.take(kept), fold[kept]
    with progress.stage("ties and communities"):
        solution = judge_facts(book, codes, facts, fold, view, calibration, settings)
    return replace(solution, candidates=candidates), calibration


def judge_facts(
    book: Book, codes: Codes, facts: Facts, fold: IntArray, view: View, calibration: Calibration, settings: Settings
) -> Solution:
    """From facts to verdicts under a calibration."""
    scored = scoring.score(facts, calibration.tables, fold, book.persons, settings)
    tie = scoring.tie(scored, calibration.tables, view, book.persons, settings)
    community = find_communities(book, scored, tie, calibration.resolution, settings)
    weak = scoring.weak(scored, tie, calibration.tables, settings)
    limit = line(calibration, settings)
    if calibration.flags and calibration.rungs:
        community = ladder.climb(community, *_pairs(scored, weak), book.intent, limit, dict(calibration.rungs), settings)
        tie |= weak & (community[scored.facts.a] == community[scored.facts.b])
    groups = gather(community, book.intent, settings)
    return Solution(codes, scored, tie, community, groups, judge(groups, limit, settings), len(facts))


def _pairs(scored: Scored, chosen: BoolArray) -> tuple[Int32Array, Int32Array, FloatArray]:
    return scored.facts.a[chosen], scored.facts.b[chosen], scored.probability[chosen]


def find_communities(book: Book, scored: Scored, tie: BoolArray, resolution: float, settings: Settings) -> Int32Array:
    facts = scored.facts
    names = _Names(book)
    return communities.find(facts.a[tie], facts.b[tie], scored.probability[tie], book.persons, names, resolution, settings)


class _Names:
    """The first application of a person, looked up only when a component asks for its seed."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def __getitem__(self, person: int, /) -> str:
        return str(self._book.application_id[int(self._book.first[person])])


def line(calibration: Calibration, settings: Settings) -> Line:
    """Return what communities are judged against; a threshold of the user's replaces T only."""
    given = settings.number("verdicts.threshold")
    return Line(
        threshold=(given if given >= 0 else calibration.threshold) if calibration.flags else 2.0,
        p_cut=calibration.p_cut,
        sd=calibration.tables.sd,
        tail=Tail(calibration.histogram),
    )


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
) -> tuple[Calibration, IntArray]:
    """Learn a calibration from this book, or say why not: no intents, too little, nothing transmits.

    Return it with the places of the pairs that it does not drop for good (all of them, where nothing was learned).
    """
    everything = np.arange(len(facts))
    known = book.intent[book.intent >= 0]
    if not len(known):
        return prior(settings, channels, given, placeholders, "no intents"), everything
    pairs = scoring.learnable(facts, book.intent)
    if pairs < settings.integer("graph.learn_pairs"):
        return prior(settings, channels, given, placeholders, "prior"), everything
    mean = int(known.sum() // len(known))
    sd = max(float(np.std(known / MICRO)), 1e-3)
    tables, kept = scoring.learn(facts, book.intent, mean, sd, fold, view, book.persons, settings)
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
    )
    return _with_cut(book, facts.take(kept), fold[kept], view, calibration, settings), kept


def _with_cut(
    book: Book, facts: Facts, fold: IntArray, view: View, calibration: Calibration, settings: Settings
) -> Calibration:
    """Set the resolution and the tail cuts on the communities that are large and known enough to be judged at all."""
    scored = scoring.score(facts, calibration.tables, fold, book.persons, settings)
    tie = scoring.tie(scored, calibration.tables, view, book.persons, settings)
    calibration, community = _resolved(book, scored, tie, calibration, settings)
    weak = scoring.weak(scored, tie, calibration.tables, settings)
    limit = replace(line(calibration, settings), threshold=calibration.threshold)
    cuts = ladder.learn(community, *_pairs(scored, weak), book.intent, limit, settings)
    return replace(calibration, rungs=tuple(sorted(cuts.items(), reverse=True)))


def _resolved(
    book: Book, scored: Scored, tie: BoolArray, calibration: Calibration, settings: Settings
) -> tuple[Calibration, Int32Array]:
    """Set the resolution of Leiden and the tail cut; return the communities too.

    Of the resolutions that are tried the one counts whose flagged communities gather most intent over half of the lift: the sum of
    members times (mean - mu - D / 2). Too coarse a cut dilutes gangs, too fine a one loses those that chance cannot be told from; where
    nothing is dense all give the same, and the first stays.
    """
    a, b, _ = _pairs(scored, tie)
    dense = bool(calibration.tables.dense) or mean_degree(a, b) > settings.number("communities.sparse_degree")
    tried = sorted(float(resolution) for resolution in settings["communities.resolutions"])
    half = calibration.tables.mean / MICRO + 0.5 * calibration.tables.lift
    tail = Tail(calibration.histogram)
    best: tuple[float, Calibration, Int32Array] | None = None
    for resolution in tried if dense else tried[:1]:
        community = find_communities(book, scored, tie, resolution, settings)
        groups = gather(community, book.intent, settings)
        judged = (groups.members >= settings.integer("verdicts.min_members")) & (
            groups.voters >= np.maximum(2, groups.members * settings.number("verdicts.min_known"))
        )
        p_value = tail.probability(groups.voters, groups.binned)
        p_cut = cut(p_value[judged], settings.number("verdicts.false_discovery"))
        flagged = judged & (groups.total > calibration.threshold * MICRO * groups.voters) & (p_value <= p_cut)
        gain = float(np.sum((groups.members * (groups.mean - half))[flagged]))
        if best is None or gain > best[0] + 1e-9:
            best = gain, replace(calibration, resolution=resolution, p_cut=p_cut), community
    assert best is not None
    return best[1], best[2]
