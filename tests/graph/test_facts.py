"""The facts of a pair, against reading the two people's applications one by one."""

from __future__ import annotations

from dataclasses import fields, replace
from itertools import product
from math import log2

import networkx as nx
import numpy as np
import polars as pl
import pytest
from core_books import SETTINGS, Use, ends, in_order, make_facts, number, uses, view_of
from hypothesis import given, settings
from hypothesis import strategies as st

from fraudgraph.graph.closure import close
from fraudgraph.graph.codes import DAY, FEW
from fraudgraph.graph.facts import (
    BIT,
    FAR_DAYS,
    GIVEN_BIT,
    LABEL_ORDER,
    MOST_APPLICATIONS,
    NO_GAP,
    SIGNATURE,
    Facts,
    View,
    narrow_channels,
    read,
    shared,
)
from fraudgraph.graph.measure import measure
from fraudgraph.graph.pairs import Given, candidates
from fraudgraph.model import SLOTS
from fraudgraph.settings import Settings

PRIORS = SETTINGS.table("graph.prior")
PHONES = ("phone.own", "phone.contact1", "phone.contact2")
CHANNELS = ("c1",)


HALF = SETTINGS.integer("graph.window_days") // 2 * DAY


def all_facts(rows: list[Use], given_: Given | None = None, chosen: Settings = SETTINGS) -> tuple[View, Facts]:
    view = view_of(rows, chosen, channels=CHANNELS)
    return view, measure(view, given_ or Given.none(), chosen)


def the_pair(rows: list[Use], one: str, other: str, chosen: Settings = SETTINGS) -> Facts:
    """The facts of two people; they must be a pair."""
    facts, numbers = all_facts(rows, chosen=chosen)[1], number(rows)
    a, b = sorted((numbers[one], numbers[other]))
    pair = facts.take((facts.a == a) & (facts.b == b))
    assert len(pair) == 1
    return pair


def shares(left: Use, right: Use) -> set[tuple[str, str, str]]:
    """(name in the signature, slot of the left, slot of the right) of all that two applications share."""
    found = set()
    for one, other in product(PHONES, PHONES):
        if one in left.keys and left.keys[one] == right.keys.get(other):
            own = (one == "phone.own") + (other == "phone.own")
            found.add((("phone contact-contact", "phone own-contact", "phone own-own")[own], one, other))
    for slot in SLOTS:
        key = left.keys.get(slot.name)
        if slot.kind == "phone" or key is None or key != right.keys.get(slot.name):
            continue
        number_itself = {"phone_run": "phone.own", "id_run": "id_number.own"}.get(slot.kind)
        mine = left.keys.get(number_itself) if number_itself else None
        if mine is not None and mine == right.keys.get(number_itself or ""):
            continue  # a run of one number is no run
        found.add((slot.kind, slot.name, slot.name))
    return found


def meetings(rows: list[Use], a: int, b: int) -> list[tuple[int, int]]:
    """The row numbers of two people's applications that are near enough, the latest MOST_APPLICATIONS of each."""
    numbers = number(rows)
    mine, theirs = ([i for i, use in enumerate(rows) if numbers[use.who] == end][-MOST_APPLICATIONS:] for end in (a, b))
    return [(i, j) for i in mine for j in theirs if abs(rows[i].time - rows[j].time) <= FAR_DAYS * DAY]


def is_own(rows: list[Use], row: int, slot: str) -> bool:
    """Whether few had the place by then, in this half of a window and the one before."""
    half = rows[row].time // HALF
    before = [use for use in rows[: row + 1] if use.keys.get(slot) == rows[row].keys[slot] and half - use.time // HALF in (0, 1)]
    return len({use.who for use in before}) <= FEW


def literal(rows: list[Use], view: View, a: int, b: int) -> dict[str, object]:
    """Every fact of a pair, by its definition."""
    codes = view.codes
    signature, gap, degree, burst, phones = 0, NO_GAP, 1 << 30, 0, 0
    prior = -np.inf
    labels: set[tuple[int, str]] = set()
    differs = {"address": [False, False], "ip": [False, False]}
    channel = False
    for i, j in meetings(rows, a, b):
        found = shares(rows[i], rows[j])
        for name, one, other in found:
            signature |= BIT[name]
            people = max(codes.people[one][i], codes.people[other][j])
            degree = min(degree, people)
            labels.add((LABEL_ORDER.index(one.split(".")[0]), rows[i].keys[one]))
            burst = max(burst, int(codes.burst[one][i]), int(codes.burst[other][j]))
            prior = max(prior, PRIORS[name] - 0.7 * max(log2(people / 10), 0))
        phones = max(phones, len({rows[i].keys[one] for name, one, _ in found if name.startswith("phone ")}))
        if found:
            gap = min(gap, abs(rows[i].time - rows[j].time))
        channel |= rows[i].channel in CHANNELS and rows[i].channel == rows[j].channel
        for kind, (against, agrees) in list(differs.items()):
            slot = f"{kind}.own"
            keys = rows[i].keys.get(slot), rows[j].keys.get(slot)
            if None not in keys:
                own = is_own(rows, i, slot) and is_own(rows, j, slot)
                differs[kind] = [against or (keys[0] != keys[1] and own), agrees or keys[0] == keys[1]]
    return {
        "signature": signature,
        "gap": gap,
        "degree": degree,
        "burst": burst,
        "phones": min(phones, 3),
        "prior": prior,
        "channel": channel,
        "address_differs": differs["address"] == [True, False],
        "ip_differs": differs["ip"] == [True, False],
        "label": min(labels),
    }


def check(rows: list[Use]) -> None:
    view, facts = all_facts(rows)
    for k, (a, b) in enumerate(zip(facts.a.tolist(), facts.b.tolist(), strict=True)):
        expected = literal(rows, view, a, b)
        assert value_of(view, int(facts.label[k])) == expected.pop("label")
        assert facts.prior[k] == pytest.approx(expected.pop("prior"))
        assert {name: getattr(facts, name)[k] for name in expected} == expected


def value_of(view: View, label: int) -> tuple[int, str]:
    """The (place of the kind, key) that a label stands for."""
    kind = label >> 40
    return kind, view.codes.keys[LABEL_ORDER[kind]][label & ((1 << 40) - 1)]


def one_number_a_person(rows: list[Use]) -> list[Use]:
    """Drop contacts that repeat another phone of the same application."""
    result = []
    for use in rows:
        seen: set[str] = set()
        keys = {}
        for name, key in use.keys.items():
            if name in PHONES and key in seen:
                continue
            seen.add(key if name in PHONES else "")
            keys[name] = key
        result.append(replace(use, keys=keys))
    return result


@settings(max_examples=40, deadline=None)
@given(uses(most=16, people=5).map(one_number_a_person))
def test_facts_are_those_of_the_literal_reading(rows: list[Use]) -> None:
    check(rows)


@settings(max_examples=40, deadline=None)
@given(uses(most=16, people=5), st.integers(1, 5))
def test_facts_do_not_depend_on_how_the_pairs_are_cut_up(rows: list[Use], chunk: int) -> None:
    view = view_of(rows, channels=CHANNELS)
    a, b = candidates(view.codes, view.person, view.applied_at, Given.none(), 3, 180)
    whole, parts = read(view, a, b, Given.none(), PRIORS), read(view, a, b, Given.none(), PRIORS, chunk=chunk)
    for f in fields(Facts):
        assert np.array_equal(getattr(whole, f.name), getattr(parts, f.name))


@settings(max_examples=40, deadline=None)
@given(uses(most=16, people=5))
def test_a_pair_has_the_same_facts_with_its_people_swapped(rows: list[Use]) -> None:
    view = view_of(rows, channels=CHANNELS)
    a, b = candidates(view.codes, view.person, view.applied_at, Given.none(), 3, 180)
    one, other = read(view, a, b, Given.none(), PRIORS), read(view, b, a, Given.none(), PRIORS)
    for name in ("signature", "gap", "degree", "phones", "channel", "burst", "address_differs", "ip_differs", "prior", "label"):
        assert np.array_equal(getattr(one, name), getattr(other, name)), name


def test_every_slot_can_be_shared_and_has_a_bit_and_a_prior() -> None:
    """A kind that somebody adds to the model cannot be forgotten here."""
    keys = {slot.name: f"{slot.role[0]}:{slot.kind}" for slot in SLOTS}
    rows = [Use("A1", "x", 0, keys), Use("A2", "y", 1, keys)]
    view = view_of(rows)
    named = {name for name, *_ in shared(view.codes, np.array([0]), np.array([1]))}
    assert named == set(SIGNATURE) == set(PRIORS) - {"given"}
    assert len(SIGNATURE) <= GIVEN_BIT


def test_of_a_person_with_very_many_applications_the_latest_are_looked_at() -> None:
    """The shared device is in the seventeenth but last application, then in the sixteenth."""
    for place, found in ((MOST_APPLICATIONS, 0), (MOST_APPLICATIONS - 1, 1)):
        count = MOST_APPLICATIONS + 3
        rows = [Use(f"A{i:02d}", "x", i, {"device.own": "d"} if i == count - 1 - place else {}) for i in range(count)]
        rows = in_order([*rows, Use("B", "y", count, {"device.own": "d"})])
        assert len(all_facts(rows)[1]) == found


def test_what_is_shared_over_half_a_year_apart_is_not_shared() -> None:
    """The two meet over a device within a week; the address they had in common is long gone."""
    rows = in_order(
        [
            Use("A1", "x", 0, {"address.own": "h"}),
            Use("A2", "x", 300, {"device.own": "d"}),
            Use("A3", "y", 307, {"device.own": "d", "address.own": "h"}),
        ]
    )
    facts = all_facts(rows)[1]
    assert facts.signature.tolist() == [BIT["device"]]
    assert facts.gap.tolist() == [7 * DAY]


def test_a_crowd_weighs_less() -> None:
    """The last of twenty people behind one address: of their step, 15 to 20, the middle is 17. The first two were alone."""
    rows = [Use(f"N{i:02d}", f"n{i}", i / 100, {"ip.own": "nat"}) for i in range(20)]
    assert the_pair(rows, "n0", "n1").degree.tolist() == [2]
    pair = the_pair(rows, "n18", "n19")
    assert pair.degree.tolist() == [17]
    assert pair.prior.tolist() == pytest.approx([PRIORS["ip"] - 0.7 * log2(1.7)])
    check(rows)


@pytest.mark.parametrize(("before", "after", "differs"), [(39, 0, True), (39, 60, True), (40, 0, False)])
def test_a_place_of_many_says_nothing_against(before: int, after: int, differs: bool) -> None:
    """Two people over one device with two homes, one of them in a block that so many others had named before, and so many later."""
    homes = [(f"H{i:02d}", i / 100) for i in range(before)] + [(f"L{i:02d}", 1 + i / 100) for i in range(after)]
    rows = [Use(who, who, day, {"address.own": "block"}) for who, day in homes]
    rows += [Use("A", "x", 0.5, {"device.own": "d", "address.own": "block"}), Use("B", "y", 0.6, {"device.own": "d", "address.own": "hut"})]
    rows = in_order(rows)
    assert the_pair(rows, "x", "y").address_differs.tolist() == [differs]
    check(rows)


def test_places_that_nobody_else_has_differ() -> None:
    keys = {"device.own": "d", "address.own": "home"}
    rows = [Use("A", "x", 0, {**keys, "ip.own": "1"}), Use("B", "y", 1, {**keys, "ip.own": "2"})]
    pair = the_pair(rows, "x", "y")
    assert (pair.address_differs.tolist(), pair.ip_differs.tolist()) == ([False], [True])


def test_two_people_behind_one_hub_do_not_differ_there() -> None:
    """Both came to an address that many had before: nothing that they share, and nothing in which they differ."""
    rows = [Use("A", "x", 0, {"device.own": "d", "ip.own": "nat"}), Use("B", "y", 0.1, {"device.own": "d", "ip.own": "nat"})]
    rows = in_order([*rows, *(Use(f"N{i:02d}", f"n{i}", i / 100 - 1, {"ip.own": "nat"}) for i in range(10))])
    capped = SETTINGS.override({"graph.cap": 5})
    for chosen, signature in ((SETTINGS, BIT["device"] | BIT["ip"]), (capped, BIT["device"])):
        pair = the_pair(rows, "x", "y", chosen)
        assert pair.signature.tolist() == [signature]
        assert pair.ip_differs.tolist() == [False]
    other = [replace(use, keys={**use.keys, "ip.own": "own"}) if use.app == "B" else use for use in rows]
    for chosen in (SETTINGS, capped):
        assert the_pair(other, "x", "y", chosen).ip_differs.tolist() == [True]


def test_a_pair_is_called_by_its_strongest_kind_and_then_its_first_text() -> None:
    """However narrow the others are, and in whatever order they come."""
    crowd = [Use(f"N{i}", f"n{i}", 1 + i / 10, {"device.own": "den"}) for i in range(8)]
    keys = {"address.own": "home", "device.own": "den", "phone.contact1": "2", "phone.contact2": "1"}
    rows = in_order([*crowd, Use("A", "x", 0, keys), Use("B", "y", 1, keys)])
    view, _ = all_facts(rows)
    assert value_of(view, int(the_pair(rows, "x", "y").label[0])) == (LABEL_ORDER.index("phone"), "1")
    bare = [replace(use, keys={name: key for name, key in use.keys.items() if not name.startswith("phone")}) for use in rows]
    view, _ = all_facts(bare)
    assert value_of(view, int(the_pair(bare, "x", "y").label[0])) == (LABEL_ORDER.index("device"), "den")


def test_labels_know_every_kind_from_the_strongest_to_the_broadest() -> None:
    assert set(LABEL_ORDER) == {slot.kind for slot in SLOTS}
    assert len(set(LABEL_ORDER)) == len(LABEL_ORDER)
    best = [max(odds for name, odds in PRIORS.items() if name.split(" ")[0] == kind) for kind in LABEL_ORDER]
    assert best == sorted(best, reverse=True)


def test_relations_from_outside() -> None:
    rows = [
        Use("A0", "p", 0, {"device.own": "d"}),
        Use("A1", "q", 4, {"device.own": "d"}),
        Use("A2", "r", 300),
        Use("A3", "s", 999),
    ]
    kind, weight = np.array([0, 1, 1, 1], np.int32), np.array([1, 2.5, 4, 1])
    given_ = Given(*ends([(0, 1), (0, 1), (0, 2), (2, 3)]), kind, weight, ("a", "b"))
    facts = all_facts(rows, given_)[1]
    assert list(zip(facts.a.tolist(), facts.b.tolist(), strict=True)) == [(0, 1), (0, 2), (2, 3)]
    one, two = 1 << GIVEN_BIT, 2 << GIVEN_BIT
    assert facts.signature.tolist() == [BIT["device"] | one | two, two, two]
    assert facts.weight.tolist() == [3.5, 4, 1]
    assert facts.gap.tolist() == [4 * DAY, NO_GAP, NO_GAP]
    assert facts.degree.tolist() == [2, 2, 1], "relations of the one who has fewer"
    assert facts.prior.tolist() == [PRIORS["device"], PRIORS["given"], PRIORS["given"]]
    assert len(set(facts.label.tolist())) == 3


PAIRS = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8), st.integers(0, 5)).filter(lambda p: p[0] < p[1]), max_size=24)


@settings(max_examples=40, deadline=None)
@given(PAIRS)
def test_closure_is_that_of_the_triple_loop(found: list[tuple[int, int, int]]) -> None:
    label = {(a, b): value for a, b, value in found}
    graph = nx.Graph(list(label))
    graph.add_nodes_from(range(9))
    pairs = sorted(label)
    expected = []
    for a, b in pairs:
        thirds = 0
        for c in nx.common_neighbors(graph, a, b):
            three = {label[a, b], label[min(a, c), max(a, c)], label[min(b, c), max(b, c)]}
            thirds += len(three) == 3
        expected.append(min(thirds, 2))
    assert close(make_facts(pairs, label=[label[pair] for pair in pairs]), 9).tolist() == expected


def test_closure_in_several_blocks() -> None:
    """More look-ups than fit one block: a crowd in which all three sides of every triangle differ."""
    size = 205
    a, b = np.triu_indices(size, 1)
    facts = make_facts(list(zip(a.tolist(), b.tolist(), strict=True)))
    assert len(facts) * (size - 1) > 4_000_000
    assert (close(facts, size) == 2).all()


def test_narrow_channels_have_few_people_but_more_than_one() -> None:
    channel = pl.Series(["wide"] * 30 + ["narrow", "narrow", "narrow", "one", "one", None])
    person = np.array([*range(30), 0, 1, 1, 5, 5, 6], np.int32)
    assert narrow_channels(channel, person, 0.1) == ["narrow"]
    assert narrow_channels(channel, person, 2 / 30) == [], "fewer than the share"
    assert narrow_channels(pl.Series([None, None], dtype=pl.String), np.array([0, 1], np.int32), 0.5) == []


def test_nothing_to_read() -> None:
    assert len(all_facts([])[1]) == 0
    assert len(all_facts([Use("A1", "x", 0, {"device.own": "d"})])[1]) == 0
