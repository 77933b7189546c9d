"""The facts of a few pairs, from the uses of what they share: the same as if the whole book had been measured."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from fraudgraph import derived
from fraudgraph.calibration import Calibration
from fraudgraph.graph import scoring
from fraudgraph.graph.codes import DAY, MISSING, OWN_PLACES
from fraudgraph.graph.facts import Facts, View, read
from fraudgraph.graph.pairs import Given
from fraudgraph.model import PAIR_VALUES, PAIRS, SLOT, Int32Array, IntArray
from fraudgraph.night.known import Known
from fraudgraph.night.uses import Small, Values, melt, small
from fraudgraph.settings import Settings
from fraudgraph.solving import number_channels

if TYPE_CHECKING:
    from fraudgraph.night.near import Change

ENDS = ("person_a", "person_b")


@dataclass(frozen=True)
class Measured:
    """Those of the measured pairs that are near."""

    pairs: pl.DataFrame
    values: pl.DataFrame
    candidates: int


def measured(
    known: Known,
    uses: pl.DataFrame,
    records: pl.DataFrame,
    change: Change,
    pairs: pl.DataFrame,
    given: pl.DataFrame,
    calibration: Calibration,
    settings: Settings,
) -> Measured:
    """Measure ``pairs`` (person_a, person_b: ids, in any order).

    ``uses``: all uses, around their times, of whatever two people of a pair share; ``records``: of some of the people, at hand already.
    """
    if not len(pairs):
        return Measured(PAIRS.empty(), PAIR_VALUES.empty(), 0)
    ids = pl.concat([pairs["person_a"], pairs["person_b"]]).unique()
    rows = _records(known, ids, records, change)
    cast = _cast(known, ids, rows, change)
    persons = len(cast)
    others = uses.select("person_id").unique().join(cast, on="person_id", how="anti").sort("person_id")
    everybody = pl.concat([cast.select("person_id"), others]).with_row_index("person").with_columns(pl.col("person").cast(pl.Int32))
    a, b = _ordered(pairs, cast)
    values = Values(uses)
    placed = values.number(uses).join(everybody, on="person_id")
    extra = rows.join(everybody, on="person_id").select("application_id", "person", "applied_at")
    book = small(placed.select("slot", "number", "application_id", "person", "applied_at"), extra, values, settings)
    narrow = book.rows.join(rows.select("application_id", "channel"), on="application_id", how="left", maintain_order="left")["channel"]
    view = View(book.codes, book.person, book.applied_at, number_channels(narrow, calibration.channels))
    mine, counts = _given(given, cast, a, b, calibration.given, len(everybody))
    priors = settings.table("graph.prior")
    fold = scoring.folds(cast["person_id"].str.slice(2), np.arange(persons), a)
    nobody = {slot: np.full(len(book.rows), MISSING, np.int32) for slot in book.codes.few}
    facts = read(replace(view, codes=replace(book.codes, few=nobody)), a, b, mine, priors, counts)
    fold = _of(facts, a, b, fold)
    likely = np.flatnonzero(_possible(facts, fold, calibration, settings))
    some = facts.take(likely)
    few = _own_places(known, rows, change, np.union1d(some.a, some.b), cast, book, settings)
    inside = _inside(mine, some)
    facts = read(replace(view, codes=replace(book.codes, few=few)), some.a, some.b, inside, priors, counts)
    fold = _of(facts, some.a, some.b, fold[likely])
    place = scoring.near(facts, calibration.tables.levels, calibration.tables.sd, fold, settings)
    found = scoring.collect(facts, place, fold, view, len(everybody))
    named = derived.Named(everybody["person_id"].str.slice(2), np.zeros(0, np.int64), np.zeros(0, np.int64))
    return Measured(*derived.pairs(found, named, values.texts), len(pairs))


def _records(known: Known, ids: pl.Series, records: pl.DataFrame, change: Change) -> pl.DataFrame:
    """Return the records of the people ``ids``, as they are after the change."""
    at_hand = pl.concat([records, change.come], how="diagonal")
    missing = ids.to_frame("person_id").join(at_hand, on="person_id", how="anti")["person_id"]
    rows = pl.concat([at_hand, known.records(missing)], how="diagonal") if len(missing) else at_hand
    return rows.filter(pl.col("person_id").is_in(ids.implode()))


def _cast(known: Known, ids: pl.Series, rows: pl.DataFrame, change: Change) -> pl.DataFrame:
    """Return person_id of the people ``ids`` in the order of their first applications, with ``number``."""
    first = rows.group_by("person_id").agg(pl.col("applied_at").min())
    return first.sort("applied_at", "person_id").with_row_index("number").select("person_id", pl.col("number").cast(pl.Int32))


def _ordered(pairs: pl.DataFrame, cast: pl.DataFrame) -> tuple[Int32Array, Int32Array]:
    """Return the pairs as numbers, a < b, sorted."""
    ends = [pairs.join(cast, left_on=end, right_on="person_id", how="left", maintain_order="left")["number"].to_numpy() for end in ENDS]
    low, high = np.minimum(*ends).astype(np.int64), np.maximum(*ends).astype(np.int64)
    packed = np.unique(low * len(cast) + high)
    return (packed // len(cast)).astype(np.int32), (packed % len(cast)).astype(np.int32)


def _given(
    given: pl.DataFrame, cast: pl.DataFrame, a: Int32Array, b: Int32Array, names: tuple[str, ...], persons: int
) -> tuple[Given, IntArray]:
    """Return the relations between pairs that are measured, and how many relations everybody has in all."""
    if not len(given):
        return Given(*(np.zeros(0, np.int32),) * 3, np.zeros(0), names), np.zeros(persons, np.int64)
    counts = np.zeros(persons, np.int64)
    for end in ENDS:
        mine = given.join(cast, left_on=end, right_on="person_id")["number"].to_numpy()
        np.add.at(counts, mine, 1)
    both = given.join(cast, left_on="person_a", right_on="person_id").join(
        cast, left_on="person_b", right_on="person_id", suffix="_b"
    )
    one, other = both["number"].to_numpy(), both["number_b"].to_numpy()
    low, high = np.minimum(one, other), np.maximum(one, other)
    order = np.lexsort([both["kind"].to_numpy(), high, low])
    table = Given(low[order], high[order], both["kind"].to_numpy()[order], both["weight"].to_numpy()[order], names)
    size = np.int64(len(cast))
    keep = np.isin(table.a * size + table.b, a * size + b)
    return Given(table.a[keep], table.b[keep], table.kind[keep], table.weight[keep], names), counts


def _inside(given: Given, facts: Facts) -> Given:
    size = np.int64(max(int(facts.b.max(initial=0)), int(given.b.max(initial=0))) + 1)
    keep = np.isin(given.a * size + given.b, facts.a * size + facts.b)
    return Given(given.a[keep], given.b[keep], given.kind[keep], given.weight[keep], given.names)


def _of(facts: Facts, a: Int32Array, b: Int32Array, per_pair: IntArray) -> IntArray:
    """Return ``per_pair`` (of the pairs a, b) for those pairs that are left in ``facts``."""
    if len(facts) == len(a):
        return per_pair
    size = np.int64(int(b.max()) + 1)
    return per_pair[np.searchsorted(a * size + b, facts.a * size + facts.b)]


def _possible(facts: Facts, fold: IntArray, calibration: Calibration, settings: Settings) -> IntArray:
    """Return which pairs are near if it so happens that their addresses or IPs differ, or not."""
    result = np.zeros(len(facts), bool)
    for address in (False, True):
        for ip in (False, True):
            supposed = replace(facts, address_differs=np.full(len(facts), address), ip_differs=np.full(len(facts), ip))
            result[scoring.near(supposed, calibration.tables.levels, calibration.tables.sd, fold, settings)] = True
    return result


def _own_places(
    known: Known, rows: pl.DataFrame, change: Change, people: IntArray, cast: pl.DataFrame, book: Small, settings: Settings
) -> dict[str, Int32Array]:
    """Return `Codes.few` of the rows of ``book`` for the given people: what place was their own by then."""
    from fraudgraph.night.near import users

    window = settings.integer("graph.window_days") * DAY
    kinds = [SLOT[slot].kind for slot in OWN_PLACES]
    theirs = cast.filter(pl.col("number").is_in(pl.Series(people, dtype=pl.Int32).implode()))
    wanted = melt(rows.join(theirs, on="person_id", how="semi")).filter(pl.col("kind").is_in(kinds))
    spans = wanted.group_by("kind", "key").agg(low=pl.col("applied_at").min() - window, high=pl.col("applied_at").max())
    spans = spans.sort("kind", "key")
    stored = users(known, spans).join(change.gone, on="person_id", how="anti")
    come = melt(change.come).join(spans, on=["kind", "key"], how="semi")
    uses = pl.concat([stored, come], how="diagonal")
    everybody = uses.select("person_id").unique().sort("person_id").with_row_index("person").with_columns(pl.col("person").cast(pl.Int32))
    values = Values(spans)
    placed = values.number(uses).join(everybody, on="person_id").select("slot", "number", "application_id", "person", "applied_at")
    places = small(placed, placed.clear().select("application_id", "person", "applied_at"), values, settings)
    found: dict[str, Int32Array] = {}
    for slot in OWN_PLACES:
        if slot not in places.codes.few:
            continue
        own = places.rows.select("application_id", few=pl.Series(places.codes.few[slot]))
        joined = book.rows.select("application_id").join(own, on="application_id", how="left", maintain_order="left")["few"]
        found[slot] = joined.fill_null(MISSING).to_numpy().astype(np.int32)
    return found
