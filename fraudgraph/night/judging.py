"""From the near pairs of a store to verdicts, the same as from a whole book: pairs carry all that is ever asked of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from fraudgraph.calibration import Calibration
from fraudgraph.derived import Named
from fraudgraph.graph import classes, scoring
from fraudgraph.graph.classes import GAP_FINE_DAYS
from fraudgraph.graph.codes import BURSTS, DAY
from fraudgraph.graph.facts import KIND_RANK, NO_GAP, Facts, own_label
from fraudgraph.graph.scoring import Near
from fraudgraph.graph.ties import Values
from fraudgraph.judging import Found, People, judge_pairs
from fraudgraph.model import FloatArray, Int32Array, IntArray
from fraudgraph.night.known import first_of
from fraudgraph.settings import Settings


@dataclass(frozen=True)
class Solved:
    """What near pairs came to."""

    found: Found
    named: Named
    pairs: pl.DataFrame
    """PAIRS as they stand now."""


def judged(
    pairs: pl.DataFrame,
    values: pl.DataFrame,
    people: pl.DataFrame,
    calibration: Calibration,
    settings: Settings,
    first: Callable[[pl.Series], pl.Series] = first_of,
    within: pl.Series | None = None,
) -> Solved:
    """Judge the near pairs (PAIRS, PAIR_VALUES); those that lead out of ``within`` (person_id; None: everybody) are as they stand in PAIRS.

    ``people``: person_id, first_applied_at (Int64), applications, intent (Int64 millionths, -1 unknown) of everybody in a pair, at least;
    ``first``: as `Known.first`.
    """
    people = people.sort("first_applied_at", "person_id")
    names = first(people["person_id"])
    near, standing = _near_and_standing(pairs, values, people["person_id"], names)
    if within is not None:
        inside = people["person_id"].is_in(within.implode()).to_numpy()
        near = replace(near, settled=np.where(inside[near.facts.a] & inside[near.facts.b], -1, standing))
    intent = people["intent"].to_numpy()
    found = judge_pairs(near, People(names, intent), calibration, settings)
    ends = {"person_a": people["person_id"].gather(near.facts.a), "person_b": people["person_id"].gather(near.facts.b)}
    stand = pl.DataFrame({**ends, "standing": found.scored.standing})
    pairs = pairs.drop("standing").join(stand, on=list(ends), maintain_order="left").select(pairs.columns)
    return Solved(found, Named(first_of(people["person_id"]), people["applications"].to_numpy(), intent), pairs)


def near_of(pairs: pl.DataFrame, values: pl.DataFrame, ids: pl.Series, first: pl.Series) -> Near:
    """Return PAIRS and PAIR_VALUES as near pairs of the people ``ids``, who are in the order of their ``first`` applications."""
    return _near_and_standing(pairs, values, ids, first)[0]


def _near_and_standing(pairs: pl.DataFrame, values: pl.DataFrame, ids: pl.Series, first: pl.Series) -> tuple[Near, IntArray]:
    number = pl.DataFrame({"person_id": ids}).with_row_index("number").with_columns(pl.col("number").cast(pl.Int32))
    pairs = pairs.join(number, left_on="person_a", right_on="person_id").rename({"number": "a"})
    pairs = pairs.join(number, left_on="person_b", right_on="person_id").rename({"number": "b"}).sort("a", "b")
    shared = _values(values, pairs.select("person_a", "person_b").with_row_index("pair"))
    a, b = pairs["a"].to_numpy(), pairs["b"].to_numpy()
    facts = _facts(a, b, pairs["link_code"].to_numpy(), pairs["degree"].to_numpy(), pairs["prior"].to_numpy(), shared)
    persons = len(ids)
    fold = scoring.folds(first, np.arange(persons), a)
    return Near(scoring.with_closure(facts, persons), fold, shared), pairs["standing"].to_numpy()


def _values(values: pl.DataFrame, pairs: pl.DataFrame) -> Values:
    """Number the values as in a whole book: by kind, then by text."""
    rank = pl.col("kind").replace_strict(KIND_RANK, return_dtype=pl.Int64)
    place = pl.col("key").rank("dense").over("kind").cast(pl.Int64) - 1
    numbered = values.select("kind", "key").unique().with_columns((rank * (1 << 40) + place).alias("value"))
    table = values.join(pairs, on=["person_a", "person_b"]).join(numbered, on=["kind", "key"]).sort("pair", "value")
    return Values(table["pair"].cast(pl.Int64).to_numpy(), table["value"].to_numpy(), table["people"].to_numpy())


def _facts(a: Int32Array, b: Int32Array, code: IntArray, degree: IntArray, prior: FloatArray, shared: Values) -> Facts:
    """Return facts that are packed to ``code`` again: of a band its upper edge stands for all."""
    field = classes.unpack(code)
    edges = np.array([*(days * DAY for days in GAP_FINE_DAYS), NO_GAP - 1, NO_GAP])
    label = own_label(a, b)
    first = np.flatnonzero(np.r_[True, shared.pair[1:] != shared.pair[:-1]]) if len(shared.pair) else np.zeros(0, np.int64)
    label[shared.pair[first]] = shared.value[first]
    return Facts(
        a=a,
        b=b,
        signature=field["signature"],
        gap=edges[field["gap_fine"]],
        degree=degree.astype(np.int32),
        closure=np.zeros(len(a), np.int32),
        phones=field["phones"].astype(np.int32),
        channel=field["channel"].astype(bool),
        burst=np.array([0, *BURSTS], np.int32)[field["burst"]],
        address_differs=(field["differs"] & 1).astype(bool),
        ip_differs=(field["differs"] & 2).astype(bool),
        prior=prior,
        label=label,
        weight=np.exp2(field["weight"]).astype(np.float64),
    )
