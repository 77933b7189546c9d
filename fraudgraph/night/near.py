"""The near pairs after a night, from those before it and from who came, went or changed.

A *changed* person goes as they were and comes as they are. Whom does that touch?

1. All pairs of those who come are measured; all pairs of those who go are gone.
2. On the values of either, crowds may move to another step, bursts to another band, uses become or cease to be uses of a hub, and people
   who met may meet no longer or meet anew. Each such use, or meeting, is *marked*: (value, person). A pair of two people who did not
   change can have other facts only if a value that they share is marked for one of the two; those pairs are measured again.
3. What a place was to its people by then (`codes.few`) can change only where somebody comes earlier than they did: such people count as
   changed.

Everything else of a pair is its two people's own (`graph.facts`), and third people are counted later, among the near pairs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from fraudgraph.calibration import Calibration
from fraudgraph.graph.codes import DAY, OWN_PLACES
from fraudgraph.model import SLOT, BoolArray, IntArray
from fraudgraph.night import hubs
from fraudgraph.night.known import Known, latest_of
from fraudgraph.night.measuring import measured
from fraudgraph.night.uses import Small, Values, changed, melt, small, spans, unique_rows
from fraudgraph.settings import Settings

PAIR = ["person_a", "person_b"]
VALUE = ["kind", "key"]


@dataclass(frozen=True)
class Change:
    """Who goes and who comes."""

    gone: pl.DataFrame
    """Records of the people who are no longer what they were, as they were."""
    come: pl.DataFrame
    """Records of the people who are new or other, as they are."""

    def with_also(self, records: pl.DataFrame) -> Change:
        """Let people go and come as they are."""
        return Change(pl.concat([self.gone, records], how="diagonal"), pl.concat([self.come, records], how="diagonal"))

    @property
    def people(self) -> pl.DataFrame:
        """person_id of everybody in it, each once."""
        return pl.concat([self.gone.select("person_id"), self.come.select("person_id")]).unique()


@dataclass(frozen=True)
class Renewed:
    """The pairs after the night."""

    pairs: pl.DataFrame
    """PAIRS."""
    values: pl.DataFrame
    """PAIR_VALUES."""
    hubs: pl.DataFrame
    """HUBS of the touched values, as they are now."""
    windows: pl.DataFrame
    """HUB_WINDOWS of the touched values, as they are now."""
    touched: pl.DataFrame
    """kind, key: the values on which somebody came or went."""
    elsewhere: pl.DataFrame
    """kind, key: values of those who go or come that somebody else has for certain (of the others it was not asked)."""
    change: Change
    """With the people who count as changed by rule 3."""
    measured: int
    """Pairs that were measured."""


def renew(
    known: Known,
    change: Change,
    pairs: pl.DataFrame,
    values: pl.DataFrame,
    given: pl.DataFrame,
    calibration: Calibration,
    settings: Settings,
) -> Renewed:
    """Return the near pairs after ``change`` of a book that has ``pairs`` (PAIRS) and ``values`` (PAIR_VALUES).

    ``given``: relations from outside after the change, person_a, person_b, kind (its number in the calibration), weight.
    """
    scene = _look(known, change, settings)
    while len(scene.earlier):
        change = change.with_also(known.records(scene.earlier))
        scene = _look(known, change, settings)
    stage = _widen(known, scene, settings)
    again = stage.suspects(given)
    fresh = measured(known, stage.uses, stage.records, change, again, given, calibration, settings)
    stale = _stale(change, scene, values)
    left = pairs.join(change.people, left_on="person_a", right_on="person_id", how="anti")
    left = left.join(change.people, left_on="person_b", right_on="person_id", how="anti").join(stale, on=PAIR, how="anti")
    left = left.join(again, on=PAIR, how="anti").join(again, left_on=PAIR, right_on=PAIR[::-1], how="anti")
    kept = values.join(left.select(PAIR), on=PAIR, how="semi")
    table, windows = _hubs_now(known, scene, settings)
    return Renewed(
        pl.concat([left, fresh.pairs]),
        pl.concat([kept, fresh.values]),
        table,
        windows,
        scene.touched,
        _elsewhere(scene),
        change,
        fresh.candidates,
    )


@dataclass(frozen=True)
class Scene:
    """The values that a change touches, before and after."""

    change: Change
    crowds: pl.DataFrame
    """Of hubs: `hubs.moved`."""
    touched: pl.DataFrame
    """kind, key of all values on which somebody comes or goes."""
    loud: pl.DataFrame
    """Those that must be looked at: kind, key, low, high."""
    uses: pl.DataFrame
    """Their uses after the change."""
    people: pl.DataFrame
    """person_id, person (Int32), same (did not change)."""
    values: Values
    marks: pl.DataFrame
    """value, person."""
    on: pl.DataFrame
    """value, person: everybody who did not change and has a value with a mark."""
    earlier: pl.Series
    """person_id of people to whom rule 3 applies."""


def span(settings: Settings) -> int:
    """How far around a use others can matter to what it can change, microseconds: a use that looks at its window, a pair, its window."""
    return 3 * max(settings.integer("graph.window_days"), settings.integer("graph.pair_days"), 180) * DAY


def _look(known: Known, change: Change, settings: Settings) -> Scene:
    gone, come = melt(change.gone), melt(change.come)
    both = pl.concat([gone, come])
    net = pl.concat([gone.join(come, on=gone.columns, how="anti"), come.join(gone, on=gone.columns, how="anti")])
    windows = known.windows(both.select(VALUE).unique())
    crowds = hubs.moved(windows, gone, come, settings)
    latest = known.last()
    last = max(latest, latest_of(come["applied_at"]))
    quiet = hubs.quiet(crowds, net, last, settings)
    late = net.filter((pl.col("applied_at") < latest) & pl.col("kind").is_in([SLOT[name].kind for name in OWN_PLACES]))
    quiet = quiet.join(late, on=VALUE, how="anti")
    loud = pl.concat([net.join(quiet, on=VALUE, how="anti"), _minus(both, hubs.busy(both, windows, settings))]).select(VALUE).unique()
    wanted = spans(both.join(loud, on=VALUE, how="semi"), span(settings), span(settings))
    stored = users(known, wanted)
    after = pl.concat([stored.join(change.gone, on="person_id", how="anti"), come.join(loud, on=VALUE, how="semi")], how="diagonal")
    people = _people(pl.concat([stored["person_id"], after["person_id"]]), change)
    values = Values(wanted)
    one, other = (small(numbered(uses, values, people), _nobody(), values, settings) for uses in (stored, after))
    same = people["same"].to_numpy()
    value, person, moved = changed(one, other, same, list(SLOT))
    marks = _marked(value, person, one, other, same, settings)
    on = _on(other, marks["value"].unique().to_numpy(), same)
    earlier = people.filter(pl.Series(moved))["person_id"]
    return Scene(change, crowds, net.select(VALUE).unique(), wanted, after, people, values, marks, on, earlier)


def _minus(uses: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    return uses.join(others, on=uses.columns, how="anti")


def _nobody() -> pl.DataFrame:
    return pl.DataFrame(schema={"application_id": pl.String, "person": pl.Int32, "applied_at": pl.Int64})


def users(known: Known, wanted: pl.DataFrame) -> pl.DataFrame:
    """Return the stored uses of the values ``wanted`` (kind, key, low, high) as `melt` gives them."""
    if not len(wanted):
        schema = dict.fromkeys(("kind", "key", "slot", "application_id", "person_id"), pl.String)
        return pl.DataFrame(schema={**schema, "applied_at": pl.Int64})
    found = known.users(wanted)
    named = wanted.select(VALUE)[found["value"]]
    return named.with_columns(
        pl.concat_str(named["kind"], found["role"], separator=".").alias("slot"),
        found["application_id"],
        found["person_id"],
        found["used_at"].alias("applied_at"),
    )


def numbered(uses: pl.DataFrame, values: Values, people: pl.DataFrame) -> pl.DataFrame:
    """Return slot, number, application_id, person, applied_at."""
    return values.number(uses).join(people, on="person_id").select("slot", "number", "application_id", "person", "applied_at")


def _people(ids: pl.Series, change: Change) -> pl.DataFrame:
    table = ids.unique().sort().to_frame("person_id").with_row_index("person").with_columns(pl.col("person").cast(pl.Int32))
    other = change.people.with_columns(pl.lit(False).alias("same"))
    return table.join(other, on="person_id", how="left", maintain_order="left").with_columns(pl.col("same").fill_null(True))


def _marked(value: IntArray, person: IntArray, one: Small, other: Small, same: BoolArray, settings: Settings) -> pl.DataFrame:
    """Return all marks: those of uses, and both people of a meeting of unchanged people that is new or no more."""
    size = len(same)
    schema = {"value": pl.Int64, "pair": pl.Int64}
    met, meet = (pl.DataFrame(dict(zip(schema, book.meetings(size, settings), strict=True)), schema) for book in (one, other))
    both = list(schema)
    moved = pl.concat([met.join(meet, on=both, how="anti"), meet.join(met, on=both, how="anti")])
    a, b = moved["pair"].to_numpy() // max(size, 1), moved["pair"].to_numpy() % max(size, 1)
    stays = same[a] & same[b]
    changes = moved["value"].to_numpy()[stays]
    values, people = unique_rows(np.concatenate([value, changes, changes]), np.concatenate([person, a[stays], b[stays]]))
    return pl.DataFrame({"value": values, "person": people.astype(np.int32)})


def _on(book: Small, values: IntArray, same: BoolArray) -> pl.DataFrame:
    """Return value, person of everybody unchanged who has one of ``values``."""
    parts = [(np.zeros(0, np.int64), np.zeros(0, np.int64))]
    for number in book.number.values():
        rows = np.flatnonzero(np.isin(number, values) & (number >= 0) & same[book.person])
        parts.append((number[rows], book.person[rows].astype(np.int64)))
    value, person = unique_rows(np.concatenate([v for v, _ in parts]), np.concatenate([p for _, p in parts]))
    return pl.DataFrame({"value": value, "person": person.astype(np.int32)})


@dataclass(frozen=True)
class Stage:
    """The scene, with all that people with a mark share among them."""

    scene: Scene
    uses: pl.DataFrame
    records: pl.DataFrame
    """Of the people who did not change and have a value with a mark."""
    met: pl.DataFrame
    """person_a, person_b (ids): who meet after the change, in any order."""

    def suspects(self, given: pl.DataFrame) -> pl.DataFrame:
        """Return person_a, person_b (ids, in any order) of the pairs to measure."""
        candidates = pl.concat([self.met, given.select(PAIR)]).unique()
        ids = self.scene.people.select("person_id", "person")
        come = self.scene.change.come.select("person_id").unique()
        incident = pl.concat([candidates.join(come, left_on=end, right_on="person_id", how="semi") for end in PAIR])
        marks, on = (table.join(ids, on="person").select("value", "person_id") for table in (self.scene.marks, self.scene.on))
        parts = [incident]
        for one, other in (PAIR, PAIR[::-1]):
            mine = candidates.join(marks, left_on=one, right_on="person_id")
            parts.append(mine.join(on, left_on=[other, "value"], right_on=["person_id", "value"], how="semi").select(PAIR))
        return pl.concat(parts).unique()


def _widen(known: Known, scene: Scene, settings: Settings) -> Stage:
    """Look at whatever else people with a mark share with others on the same value."""
    ids = scene.people.filter(pl.col("person").is_in(scene.on["person"].unique().implode()))["person_id"]
    records = known.records(ids) if len(ids) else scene.change.gone.clear()
    theirs = melt(records)
    if len(theirs):
        theirs = _minus(theirs, hubs.busy(theirs, known.windows(theirs.select(VALUE).unique()), settings))
    beside = scene.on.join(scene.people.select("person", "person_id"), on="person").select("value", "person_id")
    together = (
        theirs.select(*VALUE, "person_id")
        .unique()
        .join(beside, on="person_id")
        .group_by(*VALUE, "value")
        .agg(pl.len().alias("n"))
        .filter(pl.col("n") > 1)
        .select(VALUE)
        .unique()
    )
    wider = spans(theirs.join(together, on=VALUE, how="semi"), span(settings), span(settings))
    wider = wider.join(scene.loud, on=VALUE, how="left", suffix="_had")
    wider = wider.filter(pl.col("low_had").is_null() | (pl.col("low") < pl.col("low_had")) | (pl.col("high") > pl.col("high_had")))
    extra = wider.select(*VALUE, pl.min_horizontal("low", "low_had").alias("low"), pl.max_horizontal("high", "high_had").alias("high"))
    stored = users(known, extra).join(scene.change.gone, on="person_id", how="anti")
    come = melt(scene.change.come).join(extra, on=VALUE, how="semi")
    uses = pl.concat([scene.uses.join(extra, on=VALUE, how="anti"), stored, come], how="diagonal")
    people = _people(uses["person_id"], scene.change)
    values = Values(uses)
    book = small(numbered(uses, values, people), _nobody(), values, settings)
    size = max(len(people), 1)
    pair = np.unique(book.meetings(size, settings)[1])
    names = people["person_id"]
    met = pl.DataFrame({"person_a": names.gather(pair // size), "person_b": names.gather(pair % size)})
    return Stage(scene, uses, records, met)


def _elsewhere(scene: Scene) -> pl.DataFrame:
    others = scene.uses.join(scene.change.people, on="person_id", how="anti").select(VALUE)
    return pl.concat([others, scene.crowds.filter(pl.col("before") > 0).select(VALUE).join(scene.loud, on=VALUE, how="anti")]).unique()


def _stale(change: Change, scene: Scene, values: pl.DataFrame) -> pl.DataFrame:
    """Return the near pairs before of two unchanged people that share a value with a mark for one of them."""
    named = scene.values.named(scene.marks["value"].to_numpy()).with_columns(scene.marks["person"])
    marks = named.join(scene.people.select("person", "person_id"), on="person").select(*VALUE, "person_id")
    found = [values.join(marks, left_on=[*VALUE, end], right_on=[*VALUE, "person_id"], how="semi").select(PAIR) for end in PAIR]
    return pl.concat(found).unique()


ALWAYS = (-62_135_596_800_000_000, 253_402_300_799_999_999)
"""From the year 1 to 9999."""


def _hubs_now(known: Known, scene: Scene, settings: Settings) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return HUBS and HUB_WINDOWS of the touched values, as they are now."""
    gone, come = (melt(records).select(*VALUE, "person_id", "applied_at") for records in (scene.change.gone, scene.change.come))
    was = scene.crowds.select(VALUE).unique().join(scene.touched, on=VALUE, how="semi")
    calm = was.join(scene.loud, on=VALUE, how="anti")
    seen = scene.uses.join(scene.touched, on=VALUE, how="semi").select(*VALUE, "person_id", "applied_at")
    loud = pl.concat([was, hubs.table(seen, settings)[0].select(VALUE)]).unique().join(calm, on=VALUE, how="anti")
    stored = users(known, loud.with_columns(low=pl.lit(ALWAYS[0]), high=pl.lit(ALWAYS[1])))
    stored = stored.join(scene.change.gone, on="person_id", how="anti").select(*VALUE, "person_id", "applied_at")
    table, windows = hubs.table(pl.concat([stored, come.join(loud, on=VALUE, how="semi")]), settings)
    same = hubs.grown(known.hubs(calm), gone, come)
    still = scene.crowds.join(calm, on=VALUE, how="semi").filter(pl.col("after") > 0)
    return pl.concat([table, same]), pl.concat([windows, still.select(*VALUE, "window", people="after")])
