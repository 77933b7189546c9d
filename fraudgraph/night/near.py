"""The near pairs after a night, from those before it and from who came, went or changed.

A *changed* person goes as they were and comes as they are. Whom does that touch?

1. All pairs of those who come are measured; all pairs of those who go are gone.
2. A use sees who was on its value before it. So what is later than everybody else's changes nothing for anybody else. On the values of
   which that is not so (*late* ones), crowds may move to another step, bursts to another band, uses become or cease to be uses of a hub,
   and people who met may meet no longer or meet anew. Each such use, or meeting, is *marked*: (value, person). A pair of two people who
   did not change can have other facts only if a value that they share is marked for one of the two; those pairs are measured again.
3. What a place was to its people by then (`codes.few`) can change only where somebody comes earlier than they did: such people count as
   changed.

Everything else of a pair is its two people's own (`graph.facts`), and third people are counted later, among the near pairs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from fraudgraph.calibration import Calibration
from fraudgraph.graph.codes import DAY
from fraudgraph.graph.facts import FAR_DAYS
from fraudgraph.model import HUB_WINDOWS, HUBS, SLOT, BoolArray, IntArray
from fraudgraph.night import hubs
from fraudgraph.night.known import Known, melt, numbered
from fraudgraph.night.measuring import Measuring, measured
from fraudgraph.night.uses import Crowds, counted, distinct, kinds, once, ranks, spans
from fraudgraph.settings import Settings
from fraudgraph.stores.numbers import PLACE

PAIR = ["person_a", "person_b"]
ENDS = ["a", "b"]


@dataclass(frozen=True)
class Change:
    """Who goes and who comes."""

    gone: pl.DataFrame
    """Records, in texts, of the people who are no longer what they were, as they were."""
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
    before: tuple[pl.DataFrame, pl.DataFrame]
    """PAIRS and PAIR_VALUES of the same units before the night."""
    hubs: pl.DataFrame
    """HUBS of the touched values, as they are now."""
    windows: pl.DataFrame
    """HUB_WINDOWS of the touched values, as they are now."""
    touched: pl.DataFrame
    """kind, key: the hubs, before or now, on which somebody came or went."""
    scene: Scene
    """With the people who count as changed by rule 3."""
    measured: int
    """Pairs that were measured."""
    identifiers: int
    """By how much the different values are more than before."""
    links: int
    """By how much the different links are more than before."""


    def with_more(self, more: tuple[pl.DataFrame, pl.DataFrame]) -> Renewed:
        """Take in PAIRS and PAIR_VALUES that the night left as they were."""
        new = [frame.join(mine.select(PAIR).unique(), on=PAIR, how="anti") for frame, mine in zip(more, self.before, strict=True)]
        pairs, values = (pl.concat([mine, frame.select(mine.columns)]) for mine, frame in zip((self.pairs, self.values), new, strict=True))
        before = tuple(pl.concat([mine, frame.select(mine.columns)]) for mine, frame in zip(self.before, new, strict=True))
        return replace(self, pairs=pairs, values=values, before=(before[0], before[1]))


Before = Callable[[pl.Series, pl.Series], tuple[pl.DataFrame, pl.DataFrame]]
"""Numbers of people of whom a near pair may come or go, and of those among them any pair of whom may go -> PAIRS and PAIR_VALUES of before
that they are in, at least."""


@dataclass(frozen=True)
class Remeasured:
    """What a change leaves of the near pairs of the units that it touches, and what it makes of them."""

    scene: Scene
    stage: Stage
    pairs: pl.DataFrame
    """PAIRS after the change."""
    values: pl.DataFrame
    """PAIR_VALUES after the change."""
    before: tuple[pl.DataFrame, pl.DataFrame]
    """PAIRS and PAIR_VALUES of the same units before the change."""
    measured: int
    """Pairs that were measured."""


def remeasure(
    known: Known, change: Change, before: Before, given: pl.DataFrame, calibration: Calibration, settings: Settings
) -> Remeasured:
    """Measure whatever may be another pair after ``change``; ``given`` as in `renew`."""
    scene = _look(known, change, settings)
    while len(scene.earlier):
        change = change.with_also(known.records(known.numbers.person_ids(scene.earlier)["person_id"]))
        scene = _look(known, change, settings)
    stage = _widen(known, scene, settings)
    related = given.with_columns(known.numbers.of(given[name]).alias(end) for name, end in zip(PAIR, ENDS, strict=True))
    again = _suspects(scene, stage, related)
    at_hand = (stage.uses, stage.values, stage.crowd, stage.records)
    asked = Measuring(known, *at_hand, scene.gone, scene.come, scene.others, _ids(change, known), change, scene.texts)
    fresh = measured(asked, again, related, calibration, settings)
    moved = pl.concat([scene.others["person"], scene.marks["person"]]).unique()
    pairs, values = before(_whose(known, moved, scene, again, fresh.pairs), moved)
    left = _kept(known, scene, again, pairs, values)
    kept = values.join(left.select(PAIR), on=PAIR, how="semi")
    return Remeasured(scene, stage, pl.concat([left, fresh.pairs]), pl.concat([kept, fresh.values]), (pairs, values), fresh.candidates)


def renew(
    known: Known,
    change: Change,
    before: Before,
    given: pl.DataFrame,
    calibration: Calibration,
    settings: Settings,
) -> Renewed:
    """Return the near pairs after ``change``, of the units that it touches.

    ``given``: relations from outside after the change, person_a, person_b, kind (its number in the calibration), weight.
    """
    found = remeasure(known, change, before, given, calibration, settings)
    scene = found.scene
    table, windows = _hubs_now(known, scene, found.stage, settings)
    known_hubs = scene.crowds.join(scene.touched, on="value", how="semi")
    return Renewed(
        pairs=found.pairs,
        values=found.values,
        before=found.before,
        hubs=table,
        windows=windows,
        touched=pl.concat([part.select("kind", "key") for part in (known_hubs, table)]).unique(),
        scene=scene,
        measured=found.measured,
        identifiers=_identifiers(known, scene),
        links=_links(scene.coming) - _links(scene.leaving),
    )


@dataclass(frozen=True)
class Scene:
    """The values that a change touches, before and after."""

    change: Change
    gone: pl.DataFrame
    """Records in numbers."""
    come: pl.DataFrame
    others: pl.DataFrame
    """person: who goes or comes."""
    leaving: pl.DataFrame
    """USES of those who go."""
    coming: pl.DataFrame
    """USES of those who come."""
    crowds: pl.DataFrame
    """When the hubs among the values were hubs (`known.CROWDS`)."""
    touched: pl.DataFrame
    """value: on which somebody comes or goes."""
    loud: pl.DataFrame
    """Those that must be looked at: kind, value, low, high."""
    uses: pl.DataFrame
    """Their uses after the change, without most of those that are hubs' (`hubs.without_busy`)."""
    anew: pl.DataFrame
    """value: of which a use goes, or comes before another's: counted again where they are hubs."""
    marks: pl.DataFrame
    """value, person."""
    on: pl.DataFrame
    """value, person: everybody who did not change and has a value with a mark."""
    earlier: pl.Series
    """Numbers of the people to whom rule 3 applies."""

    def texts(self, values: pl.Series) -> pl.DataFrame:
        """Return value, kind, key of those of the values (numbers) that somebody has who goes or comes, each once."""
        parts = [pl.DataFrame(schema={"value": pl.UInt64, "kind": pl.String, "key": pl.String})]
        wanted = values.unique().implode()
        for texts, numbers in ((self.change.gone, self.gone), (self.change.come, self.come)):
            for name in numbers.columns:
                if name in PLACE:
                    mine = numbers[name].is_in(wanted).fill_null(False)
                    columns = {"value": numbers[name].filter(mine), "key": texts[name].filter(mine)}
                    parts.append(pl.DataFrame(columns).select("value", pl.lit(SLOT[name].kind).alias("kind"), "key"))
        return pl.concat(parts).unique()


def _whose(known: Known, moved: pl.Series, scene: Scene, again: pl.DataFrame, fresh: pl.DataFrame) -> pl.Series:
    """Return the numbers of everybody of whom a pair may go or come: of those who change, of near pairs, and of others measured again."""
    ids = pl.concat([fresh["person_a"], fresh["person_b"]]).unique()
    unchanged = again
    for end in ENDS:
        unchanged = unchanged.join(scene.others, left_on=end, right_on="person", how="anti")
    some = [known.numbers.of(ids), moved, unchanged["a"], unchanged["b"]]
    return pl.concat([numbers.alias("person") for numbers in some]).unique()


def span(settings: Settings) -> int:
    """How far around a use others can matter to what it can change, microseconds: a pair reaches so far, and the crowd it sees again."""
    return 2 * max(settings.integer("graph.window_days"), settings.integer("graph.pair_days"), FAR_DAYS) * DAY


def _look(known: Known, change: Change, settings: Settings) -> Scene:
    old, new = numbered(change.gone, known.numbers), numbered(change.come, known.numbers)
    gone, come = melt(old), melt(new)
    both = pl.concat([gone, come])
    columns = both.columns
    # Of people who are new everything comes; only what others have is compared.
    again = come.join(old.select("person").unique(), on="person", how="semi")
    less = gone.join(again, on=columns, how="anti")
    more = pl.concat([again.join(gone, on=columns, how="anti"), come.join(old.select("person").unique(), on="person", how="anti")])
    net = pl.concat([less, more])
    mine = known.crowds(both["value"])
    enter = more.filter(hubs.are_busy(more, mine, settings))
    free = both.filter(~hubs.are_busy(both, mine, settings))
    restless = pl.concat([uses.select("value") for uses in (free, less, hubs.stirred(enter, known.last(), settings))])
    wanted = spans(both.join(restless.unique(), on="value", how="semi"), span(settings), span(settings))
    wanted = _before_hubs(wanted, free, net, mine, known.last(), settings)
    stored = known.numbers.uses(wanted)
    others = pl.concat([old.select("person"), new.select("person")]).unique()
    left = stored.join(others, on="person", how="anti")
    after = pl.concat([left, come.join(wanted, on="value", how="semi")])
    late = _late(net, left, known.last())
    former, same, now = (uses.join(late, on="value", how="semi") for uses in (stored, left, after))
    marks, earlier = _compared(known, former, same, now, _ids(change, known), settings)
    on = _on(known, marks, net, others)
    anew = pl.concat([late, less.select("value")]).unique()
    kept = hubs.without_busy(after, mine, anew, settings)
    return Scene(change, old, new, others, gone, come, mine, net.select("value").unique(), wanted, kept, anew, marks, on, earlier)


def _before_hubs(
    wanted: pl.DataFrame, free: pl.DataFrame, net: pl.DataFrame, crowds: pl.DataFrame, last: int, settings: Settings
) -> pl.DataFrame:
    """Return what is ``wanted`` (kind, value, low, high), of a hub that is one for good up to then only: nobody meets its later uses.

    ``free``: the uses that must be looked at. What a late use does to a hub is seen on all of its uses."""
    steady = hubs.for_good(crowds, last, settings)
    steady = steady.join(net.filter(pl.col("at") <= last).select("value").unique(), on="value", how="anti")
    latest = free.join(steady, on="value", how="semi").group_by("value").agg(pl.col("at").max())
    steady = steady.join(latest, on="value").filter(pl.col("at") < pl.col("since"))
    bounded = wanted.join(steady.select("value", "since"), on="value", how="left")
    return bounded.with_columns(pl.min_horizontal("high", pl.col("since") - 1).alias("high")).drop("since")


def _late(net: pl.DataFrame, left: pl.DataFrame, last: int) -> pl.DataFrame:
    """Return the values on which a use comes or goes (``net``) that one of the others (``left``) is no earlier than.

    On the others nothing changes for anybody else: crowds look back only."""
    first = net.filter(pl.col("at") <= last).group_by("value").agg(pl.col("at").min().alias("first"))
    behind = left.join(first, on="value").filter(pl.col("at") >= pl.col("first"))
    return behind.select("value").unique()


def _on(known: Known, marks: pl.DataFrame, net: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    """Return value, person of everybody but the ``others`` who ever had a value with a mark: whom those with the mark may have met."""
    mine = kinds(net.join(marks, on="value", how="semi"))
    return known.numbers.uses(always(mine)).join(others, on="person", how="anti").select("value", "person").unique()


def _ids(change: Change, known: Known) -> pl.DataFrame:
    """Return application, application_id of those who come."""
    ids = change.come["application_id"].unique()
    return pl.DataFrame({"application": known.numbers.of(ids), "application_id": ids})


def _compared(
    known: Known, stored: pl.DataFrame, left: pl.DataFrame, after: pl.DataFrame, ids: pl.DataFrame, settings: Settings
) -> tuple[pl.DataFrame, pl.Series]:
    """Compare the uses of those who did not change (``left``: of ``stored``, and the first of ``after``).

    Return the marks, and the people to whom rule 3 applies.
    """
    before = pl.concat([left, stored.join(left.select("person").unique(), on="person", how="anti")])
    values, people = pl.concat([before["value"], after["value"]]).unique(), pl.concat([before["person"], after["person"]]).unique()
    one, other = (counted(uses, values, people, ranks(uses, ids, known.numbers), settings) for uses in (before, after))
    size, n = max(len(people), 1), len(left)
    same = np.zeros(size, bool)
    same[other.person[:n]] = True
    differs = (one.steps[:n] != other.steps[:n]) | (one.burst[:n] != other.burst[:n]) | (one.hub[:n] != other.hub[:n])
    value, person = _moved(one, other, same, settings)
    place = distinct(np.concatenate([other.value[:n][differs] * size + other.person[:n][differs], value * size + person]))
    earlier = people.gather(distinct(other.person[:n][one.own[:n] != other.own[:n]].astype(np.int64)))
    return pl.DataFrame({"value": values.gather(place // size), "person": people.gather(place % size)}), earlier


def _moved(one: Crowds, other: Crowds, same: BoolArray, settings: Settings) -> tuple[IntArray, IntArray]:
    """Return (value, person) of those, among the people who are the ``same``, who meet somebody in one of the two only."""
    size = len(same)
    (met_on, met), (meet_on, meet) = (crowd.meetings(settings, size) for crowd in (one, other))
    pairs = distinct(np.concatenate([met, meet]))
    width = max(len(pairs), 1)
    moved = once(*(distinct(on * width + np.searchsorted(pairs, pair)) for on, pair in ((met_on, met), (meet_on, meet))))
    pair = pairs[moved % width] if len(pairs) else moved
    a, b = pair // size, pair % size
    stays = same[a] & same[b]
    value = (moved // width)[stays]
    return np.concatenate([value, value]), np.concatenate([a[stays], b[stays]])


@dataclass(frozen=True)
class Stage:
    """The scene, with all that people with a mark share among them."""

    uses: pl.DataFrame
    records: pl.DataFrame
    """In numbers, of the people who did not change and have a value with a mark."""
    crowd: Crowds
    """Of the uses; their values are numbered by their places in ``values``."""
    values: pl.Series
    met: pl.DataFrame
    """a, b: who meet after the change, in any order."""


def _widen(known: Known, scene: Scene, settings: Settings) -> Stage:
    """Look at whatever else people with a mark share with others on the same value."""
    records = known.numbers.records(scene.on["person"].unique()) if len(scene.on) else scene.gone.clear()
    theirs = melt(records)
    theirs = theirs.filter(theirs["value"].is_duplicated())
    theirs = theirs.filter(~hubs.are_busy(theirs, known.crowds(theirs["value"]), settings))
    together = (
        theirs.select("person", other="value")
        .unique()
        .join(scene.on, on="person")
        .group_by("other", "value")
        .len()
        .filter(pl.col("len") > 1)
        .select(value="other")
        .unique()
    )
    wider = spans(theirs.join(together, on="value", how="semi"), span(settings), span(settings))
    wider = wider.join(scene.loud, on="value", how="left", suffix="_had")
    wider = wider.filter(pl.col("low_had").is_null() | (pl.col("low") < pl.col("low_had")) | (pl.col("high") > pl.col("high_had")))
    extra = wider.select(
        "kind", "value", pl.min_horizontal("low", "low_had").alias("low"), pl.max_horizontal("high", "high_had").alias("high")
    )
    stored = known.numbers.uses(extra).join(scene.others, on="person", how="anti")
    come = scene.coming.join(extra, on="value", how="semi")
    uses = pl.concat([scene.uses.join(extra, on="value", how="anti"), stored, come])
    uses = uses.filter(uses["value"].is_duplicated())  # what only one has is shared by nobody
    values, people = uses["value"].unique(), uses["person"].unique()
    size = max(len(people), 1)
    crowd = counted(uses, values, people, ranks(uses, _ids(scene.change, known), known.numbers), settings)
    # Others met before, and nothing is other than it was.
    asked = people.is_in(pl.concat([scene.others["person"], scene.on["person"]]).unique().implode()).to_numpy()
    pair = distinct(crowd.meetings(settings, size, asked)[1])
    met = pl.DataFrame({"a": people.gather(pair // size), "b": people.gather(pair % size)})
    return Stage(uses, records, crowd, values, met)


def _suspects(scene: Scene, stage: Stage, given: pl.DataFrame) -> pl.DataFrame:
    """Return a, b (in any order) of the pairs to measure: all of those who come, and those of two others with a mark."""
    candidates = pl.concat([stage.met, given.select(ENDS)]).unique()
    come = scene.come.select("person").unique()
    parts = [candidates.join(come, left_on=end, right_on="person", how="semi") for end in ENDS]
    for one, other in (ENDS, ENDS[::-1]):
        mine = candidates.join(scene.marks, left_on=one, right_on="person")
        parts.append(mine.join(scene.on, left_on=[other, "value"], right_on=["person", "value"], how="semi").select(ENDS))
    return pl.concat(parts).unique()


def _kept(known: Known, scene: Scene, again: pl.DataFrame, pairs: pl.DataFrame, values: pl.DataFrame) -> pl.DataFrame:
    """Return the PAIRS of before that are as they were: neither of somebody who changed, nor measured again, nor of a value with a mark."""
    ids = pl.concat([pairs["person_a"], pairs["person_b"]]).unique()
    number = pl.DataFrame({"person_id": ids, "number": known.numbers.of(ids)})
    both = pairs.select(PAIR).with_row_index("row")
    for name, end in zip(PAIR, ENDS, strict=True):
        both = both.join(number, left_on=name, right_on="person_id").rename({"number": end})
    parts = [both.join(scene.others, left_on=end, right_on="person", how="semi") for end in ENDS]
    parts += [both.join(again, left_on=ENDS, right_on=ends, how="semi") for ends in (ENDS, ENDS[::-1])]
    marks = scene.marks.join(scene.texts(scene.marks["value"]), on="value")
    marks = marks.join(number, left_on="person", right_on="number").select("kind", "key", "person_id")
    for name in PAIR:
        stale = values.join(marks, left_on=["kind", "key", name], right_on=["kind", "key", "person_id"], how="semi").select(PAIR).unique()
        parts.append(both.join(stale, on=PAIR, how="semi"))
    rows = pl.concat([part.select("row") for part in parts]).unique()
    return pairs.with_row_index("row").join(rows, on="row", how="anti").drop("row")


ALWAYS = (-62_135_596_800_000_000, 253_402_300_799_999_999)
"""From the year 1 to 9999."""


def always(values: pl.DataFrame) -> pl.DataFrame:
    """Return kind, value, low, high of values at any time."""
    return values.select("kind", "value", low=pl.lit(ALWAYS[0]), high=pl.lit(ALWAYS[1]))


def _hubs_now(known: Known, scene: Scene, stage: Stage, settings: Settings) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return HUBS and HUB_WINDOWS of the touched values, as they are now."""
    gone, come = scene.leaving, scene.coming
    was = scene.crowds.select("value").unique().join(scene.touched, on="value", how="semi")
    over = hubs.since(stage.uses, stage.crowd.hub, settings).join(scene.touched, on="value", how="semi")
    loud = pl.concat([was.join(scene.anew, on="value", how="semi"), over.select("value").unique().join(was, on="value", how="anti")])
    mine = kinds(pl.concat([gone, come]).join(loud, on="value", how="semi"))
    stored = known.numbers.uses(always(mine)).join(scene.others, on="person", how="anti")
    table, windows = hubs.table(pl.concat([stored, come.join(loud, on="value", how="semi")]), settings)
    calm = was.join(loud, on="value", how="anti")
    names = scene.crowds.select("kind", "key", "value").unique()
    before = known.hubs().join(names, on=["kind", "key"]).join(calm, on="value", how="semi")
    same = hubs.grown(before.select("value", "people", "cap"), gone, come)
    still = scene.crowds.join(calm, on="value", how="semi").select(windows.columns)
    texts = scene.texts(pl.concat([loud["value"], calm["value"]]))
    # Halves in which a former hub is one again. Of others the crowds at hand may be short of people.
    again = over.join(calm, on="value", how="semi").join(still, on=hubs.WINDOW, how="anti")
    again = again.join(come.with_columns(hubs.window_of(settings)), on=hubs.WINDOW, how="semi").select(windows.columns)
    return (
        hubs.named(pl.concat([table, same.select(table.columns)]), texts, HUBS.empty()),
        hubs.named(pl.concat([windows, still, again]), texts, HUB_WINDOWS.empty()),
    )


def _links(uses: pl.DataFrame) -> int:
    return len(uses.select("value", "slot", "person").unique())


def _identifiers(known: Known, scene: Scene) -> int:
    """Return by how much the different values are more than before: those that nobody else has."""
    gone, come = (uses.select("value").unique() for uses in (scene.leaving, scene.coming))
    others = scene.uses.join(scene.others, on="person", how="anti").select("value").unique()
    certain = pl.concat([others, scene.crowds.select("value").unique().join(scene.loud, on="value", how="anti")]).unique()
    doubtful = pl.concat([gone, come]).unique().join(certain, on="value", how="anti")
    mine = kinds(pl.concat([scene.leaving, scene.coming]).join(doubtful, on="value", how="semi"))
    found = known.numbers.uses(always(mine)).join(scene.others, on="person", how="anti")
    certain = pl.concat([certain, found.select("value").unique()])
    return len(come.join(certain, on="value", how="anti")) - len(gone.join(certain, on="value", how="anti"))
