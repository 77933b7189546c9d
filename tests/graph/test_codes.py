"""Identifiers as integers, against counting by hand: who shares what, with how many people around the time, and how sudden that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import exp, factorial, log10
from typing import Any

import numpy as np
import polars as pl
import pytest
from core_books import SETTINGS, Use, codes_of, in_order, keys_of, number, persons_of, times_of, uses
from hypothesis import given, settings
from hypothesis import strategies as st

from fraudgraph.graph.classes import DEGREES, band
from fraudgraph.graph.codes import BURST_DAYS, BURSTS, DAY, FEW, HUB, MISSING, OWN_PLACES, UNIQUE, Codes, Crowd, encode, stepped
from fraudgraph.model import HUB_WINDOWS, HUBS, SLOT, SLOTS

HALF = SETTINGS.integer("graph.window_days") // 2
TUPLES = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4), st.integers(-800, 800)), min_size=1, max_size=25)


def by_then(timed: Sequence[tuple[int, int, int]], place: int, half: int) -> set[int]:
    """The people who had the value in the half of the use at ``place`` or the half before, up to that very moment."""
    value, _, time = timed[place]
    return {
        person for other, person, then in timed if other == value and then <= time and then // half in (time // half, time // half - 1)
    }


def counted_so_far(timed: Sequence[tuple[int, int, int]], half: int) -> list[int]:
    value, person, time = (np.array(column, np.int64) for column in zip(*timed, strict=True))
    return [int(count) for count in Crowd(value, person.astype(np.int32), time).so_far(half)]


@settings(max_examples=60, deadline=None)
@given(TUPLES, st.sampled_from([2, 10, 90]), st.integers(1, 8))
def test_so_far_counts_the_distinct_people_up_to_the_use(found: list[tuple[int, int, int]], half: int, quarter: int) -> None:
    timed = [(value, person, day * DAY // quarter) for value, person, day in found]
    assert counted_so_far(timed, half) == [len(by_then(timed, place, half * DAY)) for place in range(len(timed))]


@settings(max_examples=40, deadline=None)
@given(TUPLES)
def test_so_far_looks_back_over_half_a_window_at_least_and_one_at_most(found: list[tuple[int, int, int]]) -> None:
    timed = [(value, person, day * DAY) for value, person, day in found]
    for (value, _, time), count in zip(timed, counted_so_far(timed, 90), strict=True):
        within = [len({p for v, p, t in timed if v == value and 0 <= time - t <= days * DAY}) for days in (90, 180)]
        assert within[0] <= count <= within[1]


def test_so_far_of_nothing() -> None:
    none = np.zeros(0, np.int64)
    assert Crowd(none, none.astype(np.int32), none).so_far(90).tolist() == []


@settings(max_examples=60, deadline=None)
@given(TUPLES, st.data())
def test_later_uses_change_nothing_so_far(found: list[tuple[int, int, int]], data: st.DataObject) -> None:
    timed = sorted(((value, person, day * DAY // 8) for value, person, day in found), key=lambda use: use[2])
    last = timed[data.draw(st.integers(0, len(timed) - 1))][2]
    known = sum(time <= last for _, _, time in timed)
    assert counted_so_far(timed, 90)[:known] == counted_so_far(timed[:known], 90)


PEOPLE = np.arange(0, 2000, dtype=np.int32)


def test_small_crowds_are_counted_exactly_and_larger_ones_in_few_steps() -> None:
    steps = stepped(PEOPLE)
    assert steps.dtype == np.int32
    assert steps[:11].tolist() == list(range(11))
    assert (np.diff(steps) >= 0).all(), "never fewer for one more"
    assert np.array_equal(stepped(steps), steps), "a step is itself on its step"
    on_step = [PEOPLE[steps == step] for step in np.unique(steps[11:193])]
    assert len(on_step) == 9
    assert all(crowds[-1] / crowds[0] <= 1.42 for crowds in on_step)
    assert all(crowds[0] <= step <= crowds[-1] for crowds, step in zip(on_step, np.unique(steps[11:193]), strict=True))
    assert len(np.unique(steps[193:])) == 1


@pytest.mark.parametrize("edge", sorted({*DEGREES, FEW, SETTINGS.integer("graph.small_value")}))
def test_no_step_crosses_an_edge_of_the_classes(edge: int) -> None:
    assert np.array_equal(stepped(PEOPLE) <= edge, np.arange(len(PEOPLE)) <= edge)
    assert np.array_equal(band(stepped(PEOPLE), DEGREES), band(PEOPLE, DEGREES))


def slots_of(kind: str, codes: Codes) -> list[str]:
    return [slot.name for slot in SLOTS if slot.kind == kind and slot.name in codes.code]


def named(found: list[Use], kind: str, codes: Codes) -> list[tuple[int, str, str, str]]:
    """(row, slot, key, person) of every use of the kind, row by row."""
    names = slots_of(kind, codes)
    return [(row, name, use.keys[name], use.who) for row, use in enumerate(found) for name in names if name in use.keys]


@settings(max_examples=40, deadline=None)
@given(uses())
def test_codes_are_those_of_the_literal_reading(found: list[Use]) -> None:
    codes = codes_of(found)
    for kind in codes.kinds:
        all_uses = named(found, kind, codes)
        holders: dict[str, set[str]] = {}
        for _, _, key, who in all_uses:
            holders.setdefault(key, set()).add(who)
        shared = [key for key, people in holders.items() if len(people) >= 2]
        shared.sort()
        assert codes.keys[kind].to_list() == shared, "numbered in the order of the texts"
        assert codes.distinct[kind] == len(holders)
        timed = [(key, who, found[row].time) for row, _, key, who in all_uses]
        for name in slots_of(kind, codes):
            for row, use in enumerate(found):
                key = use.keys.get(name, "")
                expected = shared.index(key) if key in shared else UNIQUE if key else MISSING
                assert codes.code[name][row] == expected
                people = 1 if key else 0
                if key in shared:
                    halves = (use.time // (HALF * DAY), use.time // (HALF * DAY) - 1)
                    people = len({who for other, who, t in timed if other == key and t <= use.time and t // (HALF * DAY) in halves})
                assert codes.people[name][row] == stepped(np.array([people]))[0]
                if name in OWN_PLACES:
                    assert codes.few[name][row] == expected, "these books are too small for a place of many"
    links = {(use.who, name, key) for use in found for name, key in use.keys.items()}
    assert codes.links == len(links)
    assert set(codes.few) == set(OWN_PLACES) & set(codes.code)
    assert codes.hubs.equals(HUBS.empty())


@settings(max_examples=40, deadline=None)
@given(uses(most=20, days=120), st.integers(1, 3))
def test_a_use_in_too_large_a_crowd_is_a_hub(found: list[Use], cap: int) -> None:
    caps = {"wifi": cap, "ip": cap}
    free, capped = codes_of(found), codes_of(found, SETTINGS.override({"graph.caps": caps, "graph.cap": 100}))
    for name in free.code:
        over = (free.code[name] >= 0) & (free.people[name] > caps.get(SLOT[name].kind, 100))
        assert np.array_equal(capped.code[name], np.where(over, HUB, free.code[name]))
        assert np.array_equal(capped.people[name], free.people[name])
    for name, own in free.few.items():
        assert np.array_equal(capped.few[name], own), "a place of one's own stays one where it is a hub"
    expected, crowds = [], []
    for slot in sorted({"ip.own", "wifi.own"} & set(free.code)):
        hub_keys = {use.keys[slot] for use, code in zip(found, capped.code[slot], strict=True) if code == HUB}
        kind = SLOT[slot].kind
        expected += [(kind, key, len({use.who for use in found if use.keys.get(slot) == key}), cap) for key in sorted(hub_keys)]
        for key in sorted(hub_keys):
            since: dict[int, int] = {}
            first: dict[int, int] = {}
            for use, code in zip(found, capped.code[slot], strict=True):
                if use.keys.get(slot) == key:
                    window = use.time // (HALF * DAY)
                    first[window] = min(use.time, first.get(window, use.time))
                    if code == HUB:
                        since[window] = min(use.time, since.get(window, use.time))
            since = {window: window * HALF * DAY if first[window] == time else time for window, time in since.items()}
            for use, code in zip(found, capped.code[slot], strict=True):
                if use.keys.get(slot) == key and use.time >= since.get(use.time // (HALF * DAY), use.time + 1):
                    assert code == HUB, "from the first use over the cap on all of the half are the hub's"
            crowds += [(kind, key, window, since[window]) for window in sorted(since)]
    assert capped.hubs.rows() == expected
    assert capped.windows.schema == pl.Schema(HUB_WINDOWS.schema)
    assert capped.windows.rows() == crowds


@pytest.mark.parametrize(("people", "hubs"), [(12, 0), (13, 1)])
def test_a_hub_is_a_matter_of_the_exact_crowd_and_not_of_its_step(people: int, hubs: int) -> None:
    rows = [Use(f"A{i:02d}", f"w{i}", i / 10, {"wifi.own": "x"}) for i in range(people)]
    codes = codes_of(rows, SETTINGS.override({"graph.cap": 12}))
    assert len(codes.hubs) == hubs
    assert codes.people["wifi.own"].tolist() == [*range(1, 11), *[12] * (people - 10)]
    assert (codes.code["wifi.own"] == HUB).tolist() == [False] * 12 + [True] * hubs


def poisson_tail(least: int, pace: float) -> float:
    """P(X >= least), from below: exact enough for the small numbers of these books."""
    return 1.0 - sum(pace**k * exp(-pace) / factorial(k) for k in range(least))


def crowd(timed: list[tuple[int, int, int]], use: tuple[int, int, int], half: int) -> set[int]:
    return by_then(timed, timed.index(use), half * DAY)


def expected_burst(timed: list[tuple[int, int, int]], use: tuple[int, int, int]) -> int:
    people = len(crowd(timed, use, HALF))
    if people < 3:
        return 0
    worst = 0.0
    for days in BURST_DAYS:
        near = len(crowd(timed, use, days)) - 1
        if near > 0:
            worst = max(worst, -log10(max(poisson_tail(near, (people - 1) * days / HALF), 1e-25)))
    return max((step for step in BURSTS if round(worst * 10) >= step), default=0)


CROWDS = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 240)), min_size=3, max_size=22)


def crowd_book(found: list[tuple[int, int]]) -> list[Use]:
    return in_order([Use(f"A{i:02d}", f"w{who}", day / 2, {"ip.own": "net"}) for i, (who, day) in enumerate(found)])


@settings(max_examples=60, deadline=None)
@given(CROWDS.filter(lambda found: len({who for who, _ in found}) >= 2))
def test_burst_is_the_band_of_the_poisson_tail_of_the_crowd_near_the_use(found: list[tuple[int, int]]) -> None:
    rows = crowd_book(found)
    codes = codes_of(rows)
    numbers = number(rows)
    timed = [(0, numbers[use.who], use.time) for use in rows]
    assert codes.burst["ip.own"].tolist() == [expected_burst(timed, use) for use in timed]


def test_a_sudden_crowd_is_more_of_a_burst_than_a_steady_one() -> None:
    """The steady ones come and go over a year; the sudden ones too, but for twelve in one day."""
    slow = [Use(f"S{i:02d}", f"s{i}", 20.0 * i, {"wifi.own": "cafe"}) for i in range(18)]
    fast = [Use(f"F{i:02d}", f"f{i}", 180 + i / 24, {"wifi.own": "den"}) for i in range(12)]
    rows = in_order(slow + fast)
    codes = codes_of(rows)
    bursts: dict[str, int] = {}
    for use, value in zip(rows, codes.burst["wifi.own"].tolist(), strict=True):
        bursts[use.app[0]] = max(bursts.get(use.app[0], 0), value)
    assert bursts["S"] < 30
    assert bursts["F"] >= 80


@settings(max_examples=40, deadline=None)
@given(uses().filter(lambda found: any(use.keys for use in found)), st.randoms(use_true_random=False))
def test_neither_the_order_of_the_rows_nor_that_of_the_columns_matters(found: list[Use], dice: Any) -> None:
    """Times differ, as they do in books that are not sorted by hand: who is first of two at the same moment is said by the row."""
    found = [replace(use, day=use.day + i / 1000) for i, use in enumerate(found)]
    table, person, time = keys_of(found), persons_of(found), times_of(found)
    place, columns = list(range(len(found))), list(table.columns)
    dice.shuffle(place)
    dice.shuffle(columns)
    one, other = encode(table, person, time, SETTINGS), encode(table.select(columns)[place], person[place], time[place], SETTINGS)
    assert list(other.code) == list(one.code)
    for name in ("code", "people", "burst", "few"):
        for slot, column in getattr(one, name).items():
            assert getattr(other, name)[slot].tolist() == column[place].tolist()
    assert {kind: keys.to_list() for kind, keys in other.keys.items()} == {kind: keys.to_list() for kind, keys in one.keys.items()}
    assert (other.distinct, other.links) == (one.distinct, one.links)


def test_numbers_follow_the_texts_and_other_spellings_share_the_same() -> None:
    rows = in_order(
        [
            Use("A1", "x", 0, {"phone.own": "1", "phone.contact1": "2", "device.own": "d"}),
            Use("A2", "y", 1, {"phone.own": "2", "phone.contact1": "3", "device.own": "d"}),
            Use("A3", "z", 2, {"phone.own": "3", "phone.contact1": "2", "device.own": "e"}),
        ]
    )
    codes = codes_of(rows)
    assert codes.keys["phone"].to_list() == ["2", "3"]
    assert codes.code["phone.own"].tolist() == [UNIQUE, 0, 1]
    for two, three in (("\u5f20", "\U0001f600"), ("\U0001f600", "\u5f20"), ("b", "a"), ("", " ")):
        spelt = keys_of(rows).with_columns(pl.all().replace({"2": two, "3": three}))
        other = encode(spelt, persons_of(rows), times_of(rows), SETTINGS)
        assert other.keys["phone"].to_list() == sorted([two, three])
        assert other.code["phone.own"].tolist() == ([UNIQUE, 0, 1] if two < three else [UNIQUE, 1, 0])
        assert other.people["phone.own"].tolist() == codes.people["phone.own"].tolist()


def test_a_place_is_ones_own_for_the_first_forty_whoever_comes_later() -> None:
    rows = [Use(f"A{i:03d}", f"w{i}", i / 10, {"address.own": "block"}) for i in range(60)]
    own = [0] * FEW + [MISSING] * (60 - FEW)
    assert codes_of(rows).few["address.own"].tolist() == own
    hub = codes_of(rows, SETTINGS.override({"graph.cap": 50}))
    assert hub.few["address.own"].tolist() == own
    assert (hub.code["address.own"] == HUB).tolist() == [False] * 50 + [True] * 10
    later = codes_of([replace(use, day=use.day + 200) for use in rows])
    assert later.few["address.own"].tolist() == own


@pytest.mark.parametrize("rows", [[], [Use("A1", "x", 0, {"device.own": "d"})], [Use("A1", "x", 0)]])
def test_a_book_that_can_share_nothing(rows: list[Use]) -> None:
    codes = codes_of(rows)
    assert all((column < 0).all() for column in codes.code.values())
    assert all(not len(keys) for keys in codes.keys.values())
    assert codes.hubs.equals(HUBS.empty())
