"""Solving again only what new applications touch, with the same result as solving the whole book under the same calibration.

The dirty rule. A *changed* person is one whose applications, keys, intent or relations are not what they were (persons that merged,
split or went count on both sides). A use on a value reads only the uses on it within a window, so what a change can reach is:

1. D1: the changed people, and whoever has a use on one of their values (as before or as after) within a window of theirs. Only pairs
   with an end in D1 can come, go or have other facts: existence and crowds are facts of a value's uses, closure of the pairs of the two
   ends.
2. Those pairs are measured again from the applications of D1, of everybody on D1's values, and of everybody on theirs in turn.
3. Units with a person of D1, as before or as after, are solved again from their pairs; every other unit keeps its ties, communities and
   verdicts.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
import polars as pl

from fraudgraph.calibration import Calibration
from fraudgraph.graph import scoring
from fraudgraph.graph.codes import DAY, HUB, Codes, encode
from fraudgraph.graph.components import components
from fraudgraph.graph.facts import KIND_RANK, Facts, View, own_label
from fraudgraph.graph.measure import measure
from fraudgraph.graph.pairs import Given
from fraudgraph.graph.scoring import Scored
from fraudgraph.model import SLOT, BoolArray, Int32Array, IntArray
from fraudgraph.settings import Settings
from fraudgraph.solving import Book, Solution, judge_facts, line, number_channels, relations
from fraudgraph.verdicts.rules import gather, judge


@dataclass(frozen=True)
class Matching:
    """How the people of the book before are those of the book after."""

    after_of: IntArray
    """Per person before: the same, unchanged person after; -1 if changed or gone."""
    before_of: IntArray
    """Per person after: the same, unchanged person before; -1 if changed or new."""


def update(before: Book, solution: Solution, after: Book, calibration: Calibration, settings: Settings) -> tuple[Solution, int]:
    """Return the solution of ``after`` from that of ``before``, and how many people were solved again."""
    codes = encode(after.keys, after.person, after.applied_at, settings)
    view = View(codes, after.person, after.applied_at, number_channels(after.channel, calibration.channels))
    given = relations(after, calibration.given)
    same = match(before, after)
    dirty = _dirty(before, solution.codes, after, codes, same, settings)
    fresh = _measured(view, given, dirty, after.persons, settings)
    kept = _kept(solution, same, dirty, codes)
    facts = _merge(kept, _above(fresh, after, calibration, settings), after.persons)
    again = _again(solution, same, dirty, facts, after.persons)
    inside = again[facts.a]
    mine = facts.take(inside)
    fold = scoring.folds(after.application_id, after.first, mine.a)
    solved = judge_facts(after, codes, mine, fold, view, calibration, settings)
    return _combine(solution, solved, same, again, codes, after, calibration, settings), int(again.sum())


def match(before: Book, after: Book) -> Matching:
    """Compare the two books person by person."""
    slots = sorted({*before.keys.columns, *after.keys.columns})
    old, new = _content(before, slots), _content(after, slots)
    joined = new.join(old.with_row_index("old_row"), on="application_id", how="left", maintain_order="left", suffix="_old")
    columns = [name for name in old.columns if name != "application_id"]
    equal = joined.select(pl.all_horizontal(pl.col(name).eq_missing(pl.col(f"{name}_old")) for name in columns).alias("e"))["e"].to_numpy()
    place = joined["old_row"].fill_null(-1).cast(pl.Int64).to_numpy()
    equal = equal & (place >= 0)
    whose = np.where(place >= 0, before.person[np.maximum(place, 0)], -1).astype(np.int64)
    least = np.full(after.persons, np.iinfo(np.int64).max)
    most = np.full(after.persons, -1, np.int64)
    np.minimum.at(least, after.person, np.where(equal, whose, -1))
    np.maximum.at(most, after.person, np.where(equal, whose, -1))
    before_of = np.where(least == most, least, -1)
    sizes_before = np.bincount(before.person, minlength=before.persons)
    sizes_after = np.bincount(after.person, minlength=after.persons)
    candidate = np.maximum(before_of, 0)
    stays = (before_of >= 0) & (sizes_before[candidate] == sizes_after) & (before.intent[candidate] == after.intent)
    before_of = np.where(stays, before_of, -1)
    after_of = np.full(before.persons, -1, np.int64)
    after_of[before_of[before_of >= 0]] = np.flatnonzero(before_of >= 0)
    return _without_relations(before, after, Matching(after_of, before_of))


def _content(book: Book, slots: list[str]) -> pl.DataFrame:
    keys = [book.keys[name] if name in book.keys.columns else pl.Series(name, [None] * len(book.keys), dtype=pl.String) for name in slots]
    head = [book.application_id.alias("application_id"), pl.Series("applied_at", book.applied_at), book.channel.alias("channel")]
    return pl.DataFrame([*head, *keys])


def _without_relations(before: Book, after: Book, same: Matching) -> Matching:
    """People with a relation that was not there, is no longer, or weighs otherwise are changed."""
    columns = ["source", "target", "kind", "weight"]
    old, new = (_present(book).select(columns) for book in (before, after))
    changed = pl.concat([old.join(new, on=columns, how="anti"), new.join(old, on=columns, how="anti")])
    if not len(changed):
        return same
    ends = pl.concat([changed["source"], changed["target"]]).unique()
    after_of, before_of = same.after_of.copy(), same.before_of.copy()
    for book, mine, other in ((before, after_of, before_of), (after, before_of, after_of)):
        people = np.unique(book.person[book.application_id.is_in(ends.implode()).to_numpy()])
        partner = mine[people]
        mine[people] = -1
        other[partner[partner >= 0]] = -1
    return Matching(after_of, before_of)


def _present(book: Book) -> pl.DataFrame:
    """Return the relations with both ends in the book."""
    ids = book.application_id.implode()
    return book.relations.filter(pl.col("source").is_in(ids) & pl.col("target").is_in(ids))


def _dirty(before: Book, old: Codes, after: Book, codes: Codes, same: Matching, settings: Settings) -> BoolArray:
    """Return D1, per person after."""
    window = settings.integer("graph.window_days") * DAY
    dirty = same.before_of < 0
    changed_after = dirty[after.person]
    changed_before = (same.after_of < 0)[before.person]
    old_row = _rows_before(before, after)
    for kind in codes.kinds:
        mine = [name for name in codes.code if SLOT[name].kind == kind]
        theirs = [name for name in old.code if SLOT[name].kind == kind]
        changes = pl.concat(
            [_uses(after.keys[name], after.applied_at, changed_after) for name in mine]
            + [_uses(before.keys[name], before.applied_at, changed_before) for name in theirs]
        ).unique()
        for name in mine:
            live = codes.code[name] >= 0
            if name in old.code:
                live |= (old_row >= 0) & (old.code[name][np.maximum(old_row, 0)] >= 0)
            live |= codes.code[name] == HUB
            near = _uses(after.keys[name], after.applied_at, live, after.person).join(changes, on="key", suffix="_changed")
            near = near.filter((pl.col("at") - pl.col("at_changed")).abs() <= window)
            dirty[near["person"].unique().to_numpy()] = True
    return dirty


def _rows_before(before: Book, after: Book) -> IntArray:
    """Return per row after the row before, -1 where there was none."""
    old = pl.DataFrame({"id": before.application_id}).with_row_index("row")
    found = pl.DataFrame({"id": after.application_id}).join(old, on="id", how="left", maintain_order="left")["row"]
    return found.cast(pl.Int64).fill_null(-1).to_numpy()


def _uses(keys: pl.Series, applied_at: IntArray, where: BoolArray, person: Int32Array | None = None) -> pl.DataFrame:
    table = pl.DataFrame({"key": keys, "at": applied_at})
    if person is not None:
        table = table.with_columns(pl.Series("person", person))
    return table.filter(pl.Series(where) & keys.is_not_null())


def _measured(view: View, given: Given, dirty: BoolArray, persons: int, settings: Settings) -> Facts:
    """Return the pairs with an end in D1, measured from the applications of people up to two steps away."""
    reach = dirty.copy()
    for _ in range(2):
        reach = _beside(view, given, reach)
    rows = np.flatnonzero(reach[view.person])
    codes = replace(
        view.codes,
        code={name: column[rows] for name, column in view.codes.code.items()},
        people={name: column[rows] for name, column in view.codes.people.items()},
        burst={name: column[rows] for name, column in view.codes.burst.items()},
    )
    part = View(codes, view.person[rows], view.applied_at[rows], view.channel[rows])
    inside = reach[given.a] & reach[given.b]
    near = Given(given.a[inside], given.b[inside], given.kind[inside], given.weight[inside], given.names)
    facts = measure(part, near, persons, settings)
    return facts.take(dirty[facts.a] | dirty[facts.b])


def _beside(view: View, given: Given, people: BoolArray) -> BoolArray:
    """Return ``people`` and everybody who shares a value or a relation with one of them."""
    result = people.copy()
    mine = people[view.person]
    for kind in view.codes.kinds:
        columns = [column for name, column in view.codes.code.items() if SLOT[name].kind == kind]
        held = np.unique(np.concatenate([column[mine & (column >= 0)] for column in columns]))
        for column in columns:
            result[view.person[np.isin(column, held)]] = True
    result[given.b[people[given.a]]] = True
    result[given.a[people[given.b]]] = True
    return result


def _kept(solution: Solution, same: Matching, dirty: BoolArray, codes: Codes) -> Facts:
    """Return the scored pairs of the book before that nothing can have changed, in the numbers of the book after."""
    facts = solution.scored.facts
    a, b = same.after_of[facts.a], same.after_of[facts.b]
    stays = (a >= 0) & (b >= 0) & ~dirty[np.maximum(a, 0)] & ~dirty[np.maximum(b, 0)]
    return _renumbered(facts.take(stays), a[stays], b[stays], solution.codes, codes)


def _renumbered(facts: Facts, a: IntArray, b: IntArray, old: Codes, new: Codes) -> Facts:
    """Return pairs of the book before with the people and values numbered as after."""
    left, right = a.astype(np.int32), b.astype(np.int32)
    own = facts.label >= np.int64(1) << 62
    label = np.where(own, own_label(left, right), _relabelled(facts.label, old, new))
    return replace(facts, a=left, b=right, label=label)


def _relabelled(label: IntArray, old: Codes, new: Codes) -> IntArray:
    """Return labels of the book after for those of the book before: the same value's number."""
    result = label.copy()
    for kind, rank in KIND_RANK.items():
        mine = np.flatnonzero(label >> 40 == rank)
        if not len(mine) or kind not in new.keys:
            continue
        numbers = pl.DataFrame({"key": new.keys[kind]}).with_row_index("number")
        texts = pl.DataFrame({"key": old.keys[kind].gather(label[mine] & ((1 << 40) - 1))})
        number = texts.join(numbers, on="key", how="left", maintain_order="left")["number"].cast(pl.Int64).fill_null(-1).to_numpy()
        result[mine] = (rank << 40) + number
    return result


def _above(facts: Facts, book: Book, calibration: Calibration, settings: Settings) -> Facts:
    """Return the pairs above the drop cut."""
    fold = scoring.folds(book.application_id, book.first, facts.a)
    return scoring.score(facts, replace(calibration.tables, second=()), fold, book.persons, settings).facts


def _merge(one: Facts, other: Facts, persons: int) -> Facts:
    both = Facts(**{f.name: np.concatenate([getattr(one, f.name), getattr(other, f.name)]) for f in fields(Facts)})
    return both.take(np.argsort(both.a.astype(np.int64) * persons + both.b, kind="stable"))


def _again(solution: Solution, same: Matching, dirty: BoolArray, facts: Facts, persons: int) -> BoolArray:
    """Return the people of the units that are solved again: with a person of D1, as before or as after."""
    unit = components(persons, facts.a, facts.b)
    seed = dirty.copy()
    old_unit = solution.scored.unit
    was = np.zeros(len(old_unit), bool)
    gone = same.after_of < 0
    was[old_unit[gone]] = True
    was[old_unit[same.before_of[dirty & (same.before_of >= 0)]]] = True
    moved = same.after_of[was[old_unit]]
    seed[moved[moved >= 0]] = True
    touched = np.zeros(persons, bool)
    touched[unit[seed]] = True
    return touched[unit]


def _combine(
    old: Solution,
    solved: Solution,
    same: Matching,
    again: BoolArray,
    codes: Codes,
    book: Book,
    calibration: Calibration,
    settings: Settings,
) -> Solution:
    """Put the units that were solved again beside those that were not."""
    stays = ~again
    facts = old.scored.facts
    a, b = same.after_of[facts.a], same.after_of[facts.b]
    kept = (a >= 0) & (b >= 0) & stays[np.maximum(a, 0)] & stays[np.maximum(b, 0)]
    left = _renumbered(facts.take(kept), a[kept], b[kept], old.codes, codes)
    right = solved.scored
    both = Facts(**{f.name: np.concatenate([getattr(left, f.name), getattr(right.facts, f.name)]) for f in fields(Facts)})
    order = np.argsort(both.a.astype(np.int64) * book.persons + both.b, kind="stable")
    scored = Scored(
        both.take(order),
        np.concatenate([old.scored.probability[kept], right.probability])[order],
        np.concatenate([old.scored.code[kept], right.code])[order],
        np.concatenate([old.scored.measured[kept], right.measured])[order],
        components(book.persons, both.a, both.b),
    )
    tie = np.concatenate([old.tie[kept], solved.tie])[order]
    community = solved.community.copy()
    people = np.flatnonzero(stays)
    community[people] = same.after_of[old.community[same.before_of[people]]]
    groups = gather(community, book.intent, settings)
    return Solution(codes, scored, tie, community, groups, judge(groups, line(calibration, settings), settings), solved.candidates)
