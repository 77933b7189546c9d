"""The facts of a few pairs, from the uses of what they share: the same as if the whole book had been measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from fraudgraph import derived
from fraudgraph.calibration import Calibration
from fraudgraph.graph import scoring, ties
from fraudgraph.graph.codes import DAY, FEW, HUB, MISSING, OWN_PLACES, Codes
from fraudgraph.graph.facts import MOST_APPLICATIONS, Applications, Facts, View, read
from fraudgraph.graph.pairs import Given
from fraudgraph.graph.scoring import Near
from fraudgraph.model import HUB_WINDOWS, HUBS, PAIR_VALUES, PAIRS, Int32Array, IntArray
from fraudgraph.night import hubs
from fraudgraph.night.known import KINDS, Known, first_of, melt, texts_of
from fraudgraph.night.uses import OWN, Crowds, counted, distinct, places, spans, unranked
from fraudgraph.settings import Settings
from fraudgraph.solving import number_channels
from fraudgraph.stores.numbers import PLACE

if TYPE_CHECKING:
    from fraudgraph.night.near import Change

ENDS = ("a", "b")


@dataclass(frozen=True)
class Measured:
    """Those of the measured pairs that are near."""

    pairs: pl.DataFrame
    values: pl.DataFrame
    candidates: int


@dataclass(frozen=True)
class Measuring:
    """What pairs are measured from."""

    known: Known
    uses: pl.DataFrame
    """All uses, around their times, of whatever two people of a pair share."""
    values: pl.Series
    """Their values, each once."""
    crowd: Crowds
    """Of these uses, with values numbered by their places in ``values``."""
    records: pl.DataFrame
    """In numbers: of some of the people who did not change, at hand already."""
    gone: pl.DataFrame
    """In numbers: of those who go."""
    come: pl.DataFrame
    """In numbers: of those who come."""
    others: pl.DataFrame
    """person: who goes or comes."""
    ids: pl.DataFrame
    """application, application_id of those who come."""
    change: Change
    texts_at_hand: Callable[[pl.Series], pl.DataFrame]
    """Values -> value, kind, key of some of them: of those who come, at least."""

    def rows(self, people: pl.Series) -> pl.DataFrame:
        """Return the records of the given people as they are after the change, in order, with their person_id."""
        at_hand = pl.concat([self.records, self.come], how="diagonal")
        wanted = people.to_frame("person")
        missing = wanted.join(at_hand, on="person", how="anti")["person"]
        rows = pl.concat([at_hand, self.known.numbers.records(missing)], how="diagonal") if len(missing) else at_hand
        rows = rows.join(wanted, on="person", how="semi").join(self._names(people), on="person")
        # Of those who have more applications than are looked at the latest count; of several at one time the last by id.
        many = rows.filter(pl.len().over("person") > MOST_APPLICATIONS)["application"]
        ids = pl.concat([self.known.numbers.application_ids(many), self.ids]).unique("application") if len(many) else self.ids.clear()
        return rows.join(ids, on="application", how="left").sort("at", "application_id", "application")

    def _names(self, people: pl.Series) -> pl.DataFrame:
        mine = self.change.come["person_id"].unique()
        come = pl.DataFrame({"person": self.known.numbers.of(mine), "person_id": mine})
        stored = people.to_frame("person").join(come, on="person", how="anti")["person"]
        return pl.concat([self.known.numbers.person_ids(stored), come])

    def texts(self, book: Book, wanted: IntArray) -> pl.Series:
        """Return the texts of the values of ``book`` at the given places, null elsewhere."""
        values = book.values.gather(wanted).to_frame("value")
        near = [self.texts_at_hand(values["value"]).select("value", "key")]
        missing = values.join(near[0], on="value", how="anti")
        if len(missing):
            users = self.uses.join(missing, on="value", how="semi").unique("value", keep="any").join(self.others, on="person", how="anti")
            slots = [name for name, place in PLACE.items() if place in users["slot"]]
            found = texts_of(self.known.records(self._names(users["person"].unique())["person_id"], slots), self.known.numbers)
            near.append(found.join(missing, on="value", how="semi").select("value", "key"))
        frame = book.values.to_frame("value").join(pl.concat(near).unique("value"), on="value", how="left", maintain_order="left")
        return frame["key"]


def measured(asked: Measuring, pairs: pl.DataFrame, given: pl.DataFrame, calibration: Calibration, settings: Settings) -> Measured:
    """Measure ``pairs`` (a, b: numbers of people, in any order); ``given``: relations with such ends, kind and weight."""
    if not len(pairs):
        return Measured(PAIRS.empty(), PAIR_VALUES.empty(), 0)
    rows = asked.rows(pl.concat([pairs["a"], pairs["b"]]).unique().rename("person"))
    first = rows.group_by("person", "person_id").agg(pl.col("at").min()).sort("at", "person_id")
    cast, names = first["person"], first["person_id"]
    persons = len(cast)
    a, b = _ordered(pairs, cast)
    related, counts = _given(given, cast, a, b, calibration.given)
    priors = settings.table("graph.prior")
    fold = scoring.folds(asked.known.first(names), np.arange(persons), a)
    book = _book(asked, rows, cast)
    view = View(book.codes(), book.person, book.at, number_channels(rows["channel"], calibration.channels))
    facts = read(view, a, b, related, priors, counts)
    fold = _of(facts, a, b, fold)
    likely = np.flatnonzero(_possible(facts, fold, calibration, settings))
    some, fold = facts.take(likely), fold[likely]
    own = _own_places(asked, rows, cast, np.union1d(some.a, some.b), settings)
    view = replace(view, codes=book.codes(own))
    facts = read(view, some.a, some.b, _inside(related, some), priors, counts)
    fold = _of(facts, some.a, some.b, fold)
    facts = facts.take(scoring.near(facts, calibration.tables.levels, calibration.tables.sd, fold, settings))
    shared = ties.values(view, Applications(view.person), facts.a, facts.b)
    texts = asked.texts(book, distinct(shared.value & VALUE))
    named = derived.Named(first_of(names), np.zeros(0, np.int64), np.zeros(0, np.int64))
    unknown = np.zeros(len(facts), np.int64)  # what comes of them hangs on third people
    return Measured(*derived.pairs(Near(facts, fold, shared), named, dict.fromkeys(KINDS, texts), unknown), len(pairs))


VALUE = (1 << 40) - 1
"""Of a shared value, as `ties.values` has it, the bits of its number; the kind's are above them."""


@dataclass(frozen=True)
class Book:
    """The applications of the people who are measured, and what they use."""

    person: Int32Array
    at: IntArray
    values: pl.Series
    """The numbers of the values, in the order in which they are numbered here."""
    crowd: Crowds
    slot: IntArray
    """Per use."""
    row: IntArray
    """Per use: the application's row, -1 of other people."""

    def codes(self, few: Mapping[str, Int32Array] | None = None) -> Codes:
        """Return the codes of the rows; a value's number is its place among ``values``, of whatever kind."""
        size = len(self.person)
        code: dict[str, Int32Array] = {}
        people: dict[str, Int32Array] = {}
        burst = {}
        for name, place in PLACE.items():
            mine = np.flatnonzero((self.slot == place) & (self.row >= 0))
            if len(mine):
                at = self.row[mine]
                code[name], people[name], burst[name] = np.full(size, MISSING, np.int32), np.zeros(size, np.int32), np.zeros(size, np.uint8)
                code[name][at] = np.where(self.crowd.hub[mine], HUB, self.crowd.value[mine])
                people[name][at], burst[name][at] = self.crowd.steps[mine], self.crowd.burst[mine]
        return Codes(code, people, burst, few or {}, {}, HUBS.empty(), HUB_WINDOWS.empty(), {}, 0)


def _book(asked: Measuring, rows: pl.DataFrame, cast: pl.Series) -> Book:
    uses = asked.uses
    number = rows.select("application").with_row_index("row")
    row = uses.select("application").join(number, on="application", how="left", maintain_order="left")
    return Book(
        person=places(rows["person"], cast).astype(np.int32),
        at=rows["at"].to_numpy(),
        values=asked.values,
        crowd=asked.crowd,
        slot=uses["slot"].to_numpy().astype(np.int64),
        row=row["row"].cast(pl.Int64).fill_null(-1).to_numpy(),
    )


def _ordered(pairs: pl.DataFrame, cast: pl.Series) -> tuple[Int32Array, Int32Array]:
    """Return the pairs as places in ``cast``, a < b, sorted."""
    ends = [places(pairs[end], cast) for end in ENDS]
    packed = distinct(np.minimum(*ends) * len(cast) + np.maximum(*ends))
    return (packed // len(cast)).astype(np.int32), (packed % len(cast)).astype(np.int32)


def _given(given: pl.DataFrame, cast: pl.Series, a: Int32Array, b: Int32Array, names: tuple[str, ...]) -> tuple[Given, IntArray]:
    """Return the relations between pairs that are measured, and how many relations everybody has in all."""
    counts = np.zeros(len(cast), np.int64)
    number = pl.DataFrame({"person": cast}).with_row_index("number").with_columns(pl.col("number").cast(pl.Int32))
    for end in ENDS:
        np.add.at(counts, given.join(number, left_on=end, right_on="person")["number"].to_numpy(), 1)
    both = given.join(number, left_on="a", right_on="person").join(number, left_on="b", right_on="person", suffix="_b")
    one, other, kind = both["number"].to_numpy(), both["number_b"].to_numpy(), both["kind"].to_numpy()
    low, high = np.minimum(one, other), np.maximum(one, other)
    order = np.lexsort([kind, high, low])
    size = np.int64(len(cast))
    order = order[np.isin(low[order] * size + high[order], a * size + b)]
    return Given(low[order], high[order], kind[order], both["weight"].to_numpy()[order], names), counts


def _inside(given: Given, facts: Facts) -> Given:
    """Return the relations between the pairs of ``facts``."""
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


def _own_places(asked: Measuring, rows: pl.DataFrame, cast: pl.Series, people: IntArray, settings: Settings) -> dict[str, Int32Array]:
    """Return `Codes.few` of the rows for the given people: what place was their own by then."""
    window = settings.integer("graph.window_days") * DAY
    mine = rows.join(cast.gather(people).to_frame("person"), on="person", how="semi")
    theirs = _in_question(asked, melt(mine).filter(pl.col("slot").is_in(OWN.tolist())), settings)
    wanted = spans(theirs, window, 0)
    stored = asked.known.numbers.uses(wanted).join(asked.others, on="person", how="anti")
    uses = pl.concat([stored, melt(asked.come).join(wanted, on="value", how="semi")])
    theirs, uses = _to_be_counted(theirs, uses, settings)
    values, everybody = uses["value"].unique(), uses["person"].unique()
    crowd = counted(uses, values, everybody, unranked(uses), settings)
    table = uses.select("application", "slot", few=pl.Series(np.where(crowd.own, crowd.value, MISSING), dtype=pl.Int32))
    table = table.join(theirs.select("application", "slot"), on=["application", "slot"], how="semi")
    found = {}
    for slot in OWN_PLACES:
        own = table.filter(pl.col("slot") == PLACE[slot]).select("application", "few")
        joined = rows.select("application").join(own, on="application", how="left", maintain_order="left")["few"]
        found[slot] = joined.fill_null(MISSING).to_numpy().astype(np.int32)
    return found


def _to_be_counted(asked: pl.DataFrame, uses: pl.DataFrame, settings: Settings) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return those of the uses ``asked`` about that may be of one's own place, and the ``uses`` that they are counted with.

    Those in the half before count whole: where they are too many already, nothing else needs to be known."""
    window = hubs.window_of(settings)
    asked, uses = asked.with_columns(window), uses.with_columns(window)
    before = asked.select("value", pl.col("window") - 1).unique()
    people = uses.join(before, on=hubs.WINDOW, how="semi").group_by(hubs.WINDOW).agg(pl.col("person").n_unique())
    full = people.filter(pl.col("person") > FEW)
    asked = asked.join(full.select("value", pl.col("window") + 1), on=hubs.WINDOW, how="anti")
    own = asked.select(hubs.WINDOW).unique()
    halves = pl.concat([own, own.with_columns(pl.col("window") - 1)]).unique()
    return asked.drop("window"), uses.join(halves, on=hubs.WINDOW, how="semi").drop("window")


def _in_question(asked: Measuring, uses: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """Return those of the ``uses`` of places of which it must be counted whether they were one's own; the others were not."""
    gone = melt(asked.gone).group_by("value").agg(pl.col("person").n_unique().cast(pl.Int64).alias("gone"))
    of_hubs = hubs.are_busy(uses, asked.known.crowds(uses["value"]), settings)
    certain = of_hubs & (uses.select(hubs.cap_of(settings) >= FEW).to_series()) & ~uses["value"].is_in(gone["value"].implode())
    uses = uses.filter(~certain)
    less = uses.select("value").join(gone, on="value", how="left", maintain_order="left")["gone"].fill_null(0).to_numpy()
    return uses.filter(pl.Series(asked.known.people_by_then(uses) - less <= FEW))
