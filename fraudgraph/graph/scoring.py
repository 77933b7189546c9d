"""From facts to probabilities and ties, under frozen tables; and how the tables are learned from a reference book."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from fraudgraph.graph import classes, cohesion, prior, second, transmission
from fraudgraph.graph.closure import close
from fraudgraph.graph.components import components, mean_degree
from fraudgraph.graph.facts import GIVEN_BIT, GIVEN_KINDS, Applications, Facts, View
from fraudgraph.graph.kinship import alike_below, otsu
from fraudgraph.graph.standing import BINDS, KEPT, LOUD
from fraudgraph.graph.ties import Values, ties, values
from fraudgraph.graph.transmission import Level
from fraudgraph.model import MICRO, BoolArray, FloatArray, Int32Array, IntArray
from fraudgraph.settings import Settings

_ANY_GIVEN = ((1 << GIVEN_KINDS) - 1) << GIVEN_BIT


@dataclass(frozen=True)
class Tables:
    """What turns facts into ties: learned from a reference book, then frozen."""

    mean: int
    """mu, millionths."""
    sd: float
    lift: float
    """D."""
    levels: tuple[Level, ...]
    second: tuple[tuple[Level, ...], ...]
    dense: int
    """Bits of the kinds of relations from outside that form a dense graph: their weak pairs are ties too, and Leiden cuts them."""
    joiners: IntArray
    """Signatures that join gangs instead of holding one."""

    def to_json(self) -> dict[str, Any]:
        return {
            "mean": self.mean,
            "sd": self.sd,
            "lift": self.lift,
            "levels": [level.to_json() for level in self.levels],
            "second": [[level.to_json() for level in look] for look in self.second],
            "dense": self.dense,
            "joiners": self.joiners.tolist(),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Tables:
        return cls(
            mean=int(data["mean"]),
            sd=float(data["sd"]),
            lift=float(data["lift"]),
            levels=tuple(Level.from_json(level) for level in data["levels"]),
            second=tuple(tuple(Level.from_json(level) for level in look) for look in data["second"]),
            dense=int(data["dense"]),
            joiners=np.array(data["joiners"], np.int64),
        )


@dataclass(frozen=True)
class Scored:
    """The pairs that are not dropped for good, with the probability that each is a gang pair."""

    facts: Facts
    probability: FloatArray
    code: IntArray
    """Finest link class."""
    measured: IntArray
    """Pairs that the class (to its degree) was measured on."""
    unit: Int32Array
    """Per person: the smallest person of the unit."""
    place: IntArray
    """Their places among the near pairs."""
    standing: IntArray
    """Of every near pair (`fraudgraph.graph.standing`)."""

    @property
    def units(self) -> int:
        """How many units have two people or more."""
        return int(np.sum(np.bincount(self.unit) >= 2))


_hash = hashlib.blake2b


def folds(application_id: pl.Series, first: IntArray, a: Int32Array) -> IntArray:
    """Return the fold of each pair: a stable hash of the first application of its earlier person."""
    people, place = np.unique(a, return_inverse=True)
    names = application_id.gather(first[people]).to_list()
    digests = b"".join([_hash(name.encode(), digest_size=4).digest() for name in names])
    fold: IntArray = np.frombuffer(digests, ">u4").astype(np.int64) % transmission.FOLDS
    return fold[place]


def start(facts: Facts, sd: float, learned: bool = True) -> FloatArray:
    """Return the transmission that the prior expects: its probability times the squared lift of a usual gang, 1.7 sd."""
    return prior.probability(prior.log_odds(facts, bursts=learned)) * (1.7 * sd) ** 2


def near(facts: Facts, levels: tuple[Level, ...], sd: float, fold: IntArray, settings: Settings) -> IntArray:
    """Return the places of the pairs that are near: by what the two share alone, third people apart, they transmit something.

    All others are dropped for good, and are nobody's third pair either: what becomes of a pair depends on near pairs only.
    """
    coarse = levels[: classes.COARSE]
    e = transmission.score(coarse, start(facts, sd, bool(levels)), classes.pack(facts), fold, settings.number("graph.shrinkage"))
    return np.flatnonzero(e >= settings.number("graph.near") * sd**2)


def score(
    facts: Facts, tables: Tables, fold: IntArray, persons: int, settings: Settings, settled: IntArray | None = None
) -> Scored:
    """Return those of the near pairs (with their closure) that are above the drop cut under ``tables``.

    ``settled``: the standing of pairs of which it is known, -1 of the others. Those speak for pairs beside them, and are not returned.
    """
    strength, strong = settings.number("graph.shrinkage"), settings.number("graph.strong")
    code = classes.pack(facts)
    e = transmission.score(tables.levels, start(facts, tables.sd, bool(tables.levels)), code, fold, strength)
    pi = _probability(e, tables.lift)
    likely = pi >= settings.number("graph.drop")
    standing = np.zeros(len(facts), np.int64) if settled is None else np.maximum(settled, 0)
    known = np.zeros(len(facts), bool) if settled is None else settled >= 0
    place = np.flatnonzero(np.where(known, standing & KEPT != 0, likely))
    facts, e, pi, fold, code, known = facts.take(place), e[place], pi[place], fold[place], code[place], known[place]
    mine = standing[place]
    for number, look in enumerate(tables.second):
        bit = LOUD << number
        loud = np.where(known, mine & bit != 0, pi >= strong)
        mine |= np.where(loud, bit, 0)
        e = transmission.score(look, e, second.pack(facts, pi, loud, persons), fold, settings.number("graph.second_shrinkage"))
        pi = _probability(e, tables.lift)
    binds = ~known & _binding(facts, pi, tables, settings)
    standing[place] = mine | np.where(known, 0, KEPT) | np.where(binds, BINDS, 0)
    unit = components(persons, facts.a[binds], facts.b[binds])
    if known.any():
        own = np.flatnonzero(~known)
        facts, pi, code, place = facts.take(own), pi[own], code[own], place[own]
    measured = tables.levels[classes.COARSE - 1].pairs(code) if tables.levels else np.zeros(len(code), np.int64)
    return Scored(facts, pi, code, measured, unit, place, standing)


def _binding(facts: Facts, pi: FloatArray, tables: Tables, settings: Settings) -> BoolArray:
    """Return which pairs may be ties, or the ladder's: a verdict depends on no others."""
    rungs = [float(rung) for rung in settings["verdicts.rungs"]]
    narrow = facts.degree <= settings.integer("graph.small_value")
    probable = _probable(facts, pi, tables, settings) | (narrow & (pi >= min(rungs, default=2.0)))
    binding: BoolArray = probable & ~np.isin(facts.signature, tables.joiners)
    return binding


def _probable(facts: Facts, pi: FloatArray, tables: Tables, settings: Settings) -> BoolArray:
    probable: BoolArray = (pi >= settings.number("graph.tie")) | (facts.signature & tables.dense != 0)
    return probable


def _probability(e: FloatArray, lift: float) -> FloatArray:
    return np.clip(e / lift**2, 0.0, 1.0)


def learn(
    facts: Facts, intent: IntArray, mean: int, sd: float, fold: IntArray, view: View, persons: int, settings: Settings
) -> tuple[Tables, Near]:
    """Learn the tables from a reference book: class sums, the lift, the second looks, the joiners. Return them with the near pairs."""
    strength, strong = settings.number("graph.shrinkage"), settings.number("graph.strong")
    dense = _dense(facts, settings)
    z, known = transmission.products(intent, mean, facts.a, facts.b)
    coarse = transmission.learn(classes.masks()[: classes.COARSE], classes.pack(facts), z, known, fold)
    place = near(facts, coarse, sd, fold, settings)
    pairs = collect(facts, place, fold, view, persons)
    facts, fold, z, known = pairs.facts, pairs.fold, z[place], known[place]
    code = classes.pack(facts)
    levels = coarse + transmission.learn(classes.masks()[classes.COARSE :], code, z, known, fold)
    e = transmission.score(levels, start(facts, sd), code, fold, strength)
    middle = np.where(known, (intent[facts.a] + intent[facts.b]) / 2 - mean, 0.0) / 1e6
    lift = lift_of(transmission.lift(e, z, known, middle, sd, 1 - mean / MICRO), levels, e, facts, intent, mean, sd, settings)
    tables = Tables(mean, sd, lift, levels, (), dense, np.zeros(0, np.int64))
    for _ in range(settings.integer("graph.second_looks")):
        scored = score(facts, tables, fold, persons, settings)
        look = second.pack(scored.facts, scored.probability, scored.probability >= strong, persons)
        kept = scored.place
        learned = transmission.learn(second.MASKS, look, z[kept], known[kept], fold[kept])
        tables = replace(tables, second=(*tables.second, learned))
    scored = score(facts, tables, fold, persons, settings)
    tied = scored.facts.take(tie(scored, pairs.values, tables, persons, settings))
    joiners = cohesion.joiners(
        tied,
        settings.table("graph.prior"),
        broad=settings.number("graph.broad"),
        limit=settings.number("graph.cohesion"),
        cover=settings.number("graph.cohesion_cover"),
    )
    return replace(tables, joiners=joiners), pairs


@dataclass(frozen=True)
class Near:
    """The near pairs of a book and all that is ever asked of them."""

    facts: Facts
    """With their closure."""
    fold: IntArray
    values: Values
    """What each pair shares."""
    settled: IntArray | None = None
    """The standing of pairs that are not judged here, and count for those beside them only; -1 of the others. None: all are judged."""


def collect(facts: Facts, place: IntArray, fold: IntArray, view: View, persons: int) -> Near:
    """Return the pairs at ``place`` as near pairs."""
    facts = facts.take(place)
    found = values(view, Applications(view.person), facts.a, facts.b)
    return Near(with_closure(facts, persons), fold[place], found)


def with_closure(facts: Facts, persons: int) -> Facts:
    """Count the third people of the near pairs."""
    return replace(facts, closure=close(facts, persons))


def tie(scored: Scored, found: Values, tables: Tables, persons: int, settings: Settings) -> BoolArray:
    """Return which of the scored pairs are ties; ``found``: what the near pairs share."""
    result = np.zeros(len(scored.facts), bool)
    enough = _probable(scored.facts, scored.probability, tables, settings)
    above = np.flatnonzero(enough & ~np.isin(scored.facts.signature, tables.joiners))
    facts = scored.facts.take(above)
    given = (facts.signature & _ANY_GIVEN) != 0
    shared = found.of(scored.place[above])
    result[above] = ties(shared, facts.a, facts.b, scored.probability[above], scored.unit, given, persons, settings)
    return result


def weak(scored: Scored, tied: BoolArray, tables: Tables, settings: Settings) -> BoolArray:
    """Return the pairs that are no ties but share a narrow value, of a class that does not only join gangs: the ladder's."""
    narrow = scored.facts.degree <= settings.integer("graph.small_value")
    return ~tied & narrow & ~np.isin(scored.facts.signature, tables.joiners)


def learnable(facts: Facts, intent: IntArray) -> int:
    """Return how many pairs have both intents known."""
    return int(np.sum((intent[facts.a] >= 0) & (intent[facts.b] >= 0)))


def _dense(facts: Facts, settings: Settings) -> int:
    """Return the bits of the kinds of relations from outside whose people have more of them than a sparse component's may."""
    bits = [1 << (GIVEN_BIT + kind) for kind in range(GIVEN_KINDS)]
    pairs = [(bit, (facts.signature & bit) != 0) for bit in bits]
    most = settings.number("communities.sparse_degree")
    return sum(bit for bit, mine in pairs if mean_degree(facts.a[mine], facts.b[mine]) > most)


def lift_of(
    lift: float, levels: tuple[Level, ...], e: FloatArray, facts: Facts, intent: IntArray, mean: int, sd: float, settings: Settings
) -> float:
    """Return the lift, or what stands for it where it sits at its upper bound: nobody's intent is over one.

    `transmission.lift` supposes that gang people are few: where they are a good part of the book, low intents meet low ones for want of
    high ones, and the estimate runs into its bound. It does so as well where people are alike by nature (kin), and that is no
    transmission. The two differ below: among kin low intents are alike in rank, in a mixture of two kinds of people they are not. For a
    mixture the lift is the mean of the upper class of Otsu's split (1979) over the book's.
    """
    errors, least = settings.number("graph.mixture_errors"), settings.integer("graph.transmits_pairs")
    if lift < 1 - mean / MICRO or not _significant(levels, sd, errors, least):
        return lift
    split = otsu(intent[intent >= 0])
    upper = float(np.mean(intent[intent > split])) - mean
    found = min(upper / MICRO, 0.999 - mean / MICRO)
    likely = _probability(e, found) >= settings.number("graph.drop")
    middle = (mean / MICRO) + 0.5 * found
    if alike_below(facts.a[likely], facts.b[likely], intent, middle, settings):
        return lift
    return max(found, sd + 1e-6)


def transmits(tables: Tables, sd: float, settings: Settings) -> bool:
    """Say whether any signature passes intent on beyond chance while the lift is inside its bounds."""
    if not sd < tables.lift < 1 - tables.mean / MICRO or not tables.levels:
        return False
    return _significant(tables.levels, sd, settings.number("graph.transmits_errors"), settings.integer("graph.transmits_pairs"))


def _significant(levels: tuple[Level, ...], sd: float, errors: float, least: int) -> bool:
    """Say whether the sum of z of any signature of enough pairs lies over zero by so many standard errors (of a product, sd^2)."""
    count = levels[0].count.sum(axis=1)
    total = levels[0].total.sum(axis=1) * transmission.UNIT
    return bool(np.any((count >= least) & (total > errors * sd**2 * np.sqrt(np.maximum(count, 1)))))
