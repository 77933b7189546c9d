"""How two people hang together: the shortest way from one to the other over near pairs, and the strongest ones.

A way is as strong as the product of its pairs' probabilities; pairs that are no ties count little. Of ways that are equally strong the
shorter comes first, then the one whose people come first in the order of their ids: the answer is the same every time.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl

from fraudgraph import model
from fraudgraph.calibration import Calibration
from fraudgraph.graph import classes, scoring, transmission
from fraudgraph.investigation import looking, references
from fraudgraph.investigation.answer import Answer, Part
from fraudgraph.investigation.people import people
from fraudgraph.investigation.region import Opinion, Region, neighbours
from fraudgraph.model import FloatArray
from fraudgraph.reports import kinds, words
from fraudgraph.settings import Settings
from fraudgraph.stores.port import Reader

PATHS = model.Table(
    "paths",
    {
        "path": (pl.Int64, "0: the shortest; 1, 2, ...: the strongest"),
        "step": (pl.Int64, "1, 2, ..."),
        "strength": (pl.Float64, "of the whole path: the product of its probabilities"),
        "person_a": (pl.String, "from here"),
        "name_a": (pl.String, "masked"),
        "person_b": (pl.String, "to here"),
        "name_b": (pl.String, "masked"),
        "probability": (pl.Float64, "of the tie of this step; of a pair that is no tie at most graph.drop"),
        "shared": (pl.String, "what the two share: kind and masked value, joined by ;"),
        "references": (pl.String, "of these values, joined by ;"),
    },
)

MOST_STEPS = 8
LEAST = 1e-9
"""Stands for a probability of nought: a way over it is still a way."""

Weights = Mapping[str, Mapping[str, float]]
"""Person -> neighbour -> probability."""


@dataclass(frozen=True)
class Way:
    """A way from one person to another."""

    people: tuple[str, ...]
    strength: float


def path(reader: Reader, one: str, other: str, count: int, steps: int, calibration: Calibration, settings: Settings) -> Answer:
    """Return the shortest way of at most ``steps`` pairs between two people, and the ``count`` strongest ones."""
    if one == other:
        return Answer({}, ("The two are one person.",), (Part("paths", "Paths", PATHS.empty()),))
    region = Region(reader, calibration, settings)
    if not _meet(region, one, other, steps):
        none = f"No chain of at most {steps} near pairs leads from one to the other: nothing that passes fraud intent on connects them."
        return Answer({}, (none,), (Part("paths", "Paths", PATHS.empty()),))
    weights = _weights(reader, region, region.opinion([one, other]))
    shortest = _best(weights, one, other, steps, by_length=True)
    assert shortest is not None
    strongest = yen(weights, one, other, count, steps)
    ways = [shortest, *strongest]
    table = _rows(reader, region, ways, weights)
    said = (
        f"The shortest way has {words.plural(len(shortest.people) - 1, 'step')}; the strongest has {len(strongest[0].people) - 1}, "
        f"with a strength of {strongest[0].strength:.2g}.",
    )
    return Answer({}, said, (Part("paths", "Paths: the shortest (0), then the strongest", table),))


def _meet(region: Region, one: str, other: str, steps: int) -> bool:
    """Take in all near pairs of everybody on a way of at most ``steps`` pairs; say whether there is one."""
    sides = [{one}, {other}]
    reached = [{one}, {other}]
    for _ in range(steps):
        if reached[0] & reached[1]:
            break
        side = 0 if sides[0] and (len(sides[0]) <= len(sides[1]) or not sides[1]) else 1
        if not sides[side]:
            return False
        region.grow(sides[side])
        sides[side] = neighbours(region.pairs, sides[side]) - reached[side]
        reached[side] |= sides[side]
    if not reached[0] & reached[1]:
        return False
    # Ways that are longer than the shortest but stronger run close by: the people around both ends, a step further.
    region.grow(reached[0] | reached[1])
    region.around({one, other})
    return True


def _weights(reader: Reader, region: Region, opinion: Opinion) -> dict[str, dict[str, float]]:
    """Return the probability of every near pair that is here: of a tie as it was judged, of any other by its own facts, but no more than
    that of pairs that are dropped for good. A pair that is no tie holds nobody together, whatever its class."""
    near, tables = opinion.near, region.calibration.tables
    start = scoring.start(near.facts, tables.sd, bool(tables.levels))
    strength = region.settings.number("graph.shrinkage")
    e = transmission.score(tables.levels, start, classes.pack(near.facts), near.fold, strength)
    probability: FloatArray = np.clip(e / tables.lift**2, 0.0, 1.0)
    probability = np.minimum(probability, region.settings.number("graph.drop"))
    found: dict[str, dict[str, float]] = {}
    ids = opinion.ids.to_list()
    for a, b, p in zip(near.facts.a.tolist(), near.facts.b.tolist(), probability.tolist(), strict=True):
        found.setdefault(ids[a], {})[ids[b]] = p
        found.setdefault(ids[b], {})[ids[a]] = p
    ties = reader.table("ties", columns=["person_a", "person_b", "probability"], where={"person_a": ids, "person_b": ids})
    for one, other, p in ties.iter_rows():
        found[one][other] = found[other][one] = p
    return found


def _best(
    weights: Weights,
    one: str,
    other: str,
    steps: int,
    *,
    by_length: bool = False,
    without: frozenset[tuple[str, str]] = frozenset(),
    avoiding: frozenset[str] = frozenset(),
) -> Way | None:
    """Return the strongest way (the shortest, with ``by_length``) of at most ``steps`` pairs; None where there is none."""
    heap: list[tuple[float, float, tuple[str, ...]]] = [(0.0, 0.0, (one,))]
    settled: set[tuple[str, int]] = set()
    while heap:
        first, second, way = heapq.heappop(heap)
        here, length = way[-1], len(way) - 1
        if here == other:
            return Way(way, math.exp(-(second if by_length else first)))
        if (here, length) in settled or length == steps:
            continue
        settled.add((here, length))
        for there, p in weights.get(here, {}).items():
            if there in way or there in avoiding or (here, there) in without:
                continue
            cost = -math.log(max(p, LEAST))
            costs = (first + 1, second + cost) if by_length else (round(first + cost, 12), second + 1)
            heapq.heappush(heap, (*costs, (*way, there)))
    return None


def yen(weights: Weights, one: str, other: str, count: int, steps: int) -> list[Way]:
    """Return the ``count`` strongest ways without loops, the strongest first (Yen 1971)."""
    first = _best(weights, one, other, steps)
    found = [first] if first else []
    waiting: dict[tuple[str, ...], Way] = {}
    while found and len(found) < count:
        last = found[-1].people
        for at in range(len(last) - 1):
            root = last[: at + 1]
            without = frozenset((way.people[at], way.people[at + 1]) for way in found if way.people[: at + 1] == root)
            rest = _best(weights, root[-1], other, steps - at, without=without, avoiding=frozenset(root[:-1]))
            if rest is not None:
                whole = (*root[:-1], *rest.people)
                waiting[whole] = Way(whole, _strength(weights, whole))
        fresh = sorted((way for way in waiting.values() if way not in found), key=lambda way: (-way.strength, len(way.people), way.people))
        if not fresh:
            break
        found.append(fresh[0])
    return found


def _strength(weights: Weights, way: tuple[str, ...]) -> float:
    return math.prod(max(weights[a][b], LEAST) for a, b in pairwise(way))


def _rows(reader: Reader, region: Region, ways: list[Way], weights: Weights) -> pl.DataFrame:
    everybody = sorted({person for way in ways for person in way.people})
    made = looking.made_by(reader, everybody)
    names = dict(people(reader, everybody, made).select("person_id", "name").iter_rows())
    mine = pl.Series(everybody, dtype=pl.String).implode()
    values = region.values.filter(pl.col("person_a").is_in(mine) & pl.col("person_b").is_in(mine))
    uses = looking.given_in(reader, made, values["kind"].unique())
    for more in (looking.looks(reader, values, uses), references.first_uses(uses)):
        values = values.join(more, on=looking.VALUE, how="left")
    values = values.sort(looking.strength(), "kind", "reference", descending=[True, False, False])
    word = {kind: kinds.kind_of(kind).word for kind in values["kind"].unique()}
    text = pl.concat_str(pl.col("kind").replace_strict(word, return_dtype=pl.String), pl.lit(" "), "value").str.strip_chars()
    shared = values.group_by("person_a", "person_b", maintain_order=True).agg(text.alias("shared"), "reference")
    known = {frozenset((a, b)): ("; ".join(texts), ";".join(references_)) for a, b, texts, references_ in shared.iter_rows()}
    rows = [
        (number, step, way.strength, a, names.get(a, ""), b, names.get(b, ""), weights[a][b], *known.get(frozenset((a, b)), ("", "")))
        for number, way in enumerate(ways)
        for step, (a, b) in enumerate(pairwise(way.people), 1)
    ]
    return pl.DataFrame(rows, schema=PATHS.schema, orient="row")
