"""Link classes: what is packed can be taken out again, and every parent is a mask of its children."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from core_books import make_facts
from hypothesis import given
from hypothesis import strategies as st

from fraudgraph.graph import classes
from fraudgraph.graph.classes import FIELD, LEVELS, band, describe, masks, pack
from fraudgraph.graph.codes import DAY
from fraudgraph.graph.facts import BIT, GIVEN_BIT, NO_GAP, SIGNATURE

GAPS = st.one_of(st.just(NO_GAP), st.integers(0, 200 * DAY), st.sampled_from([d * DAY + e for d in (1, 3, 7, 14, 30, 60) for e in (0, 1)]))
PAIR = st.fixed_dictionaries(
    {
        "signature": st.integers(1, (1 << classes.SIGNATURE_BITS) - 1),
        "gap": GAPS,
        "degree": st.integers(1, 300),
        "closure": st.integers(0, 2),
        "phones": st.integers(0, 3),
        "channel": st.booleans(),
        "burst": st.integers(0, 250),
        "address_differs": st.booleans(),
        "ip_differs": st.booleans(),
        "weight": st.floats(0, 1000),
    }
)


def above(value: float, edges: list[int]) -> int:
    return sum(value > edge for edge in edges)


def expected(pair: dict[str, int]) -> dict[str, int]:
    no_gap = pair["gap"] == NO_GAP
    return {
        "signature": pair["signature"],
        "gap": 3 if no_gap else above(pair["gap"], [7 * DAY, 30 * DAY]),
        "differs": pair["address_differs"] + 2 * pair["ip_differs"],
        "channel": pair["channel"],
        "degree": above(pair["degree"], [2, 5, 10, 20, 68]),
        "weight": min(int(max(pair["weight"], 1)).bit_length() - 1, 7),
        "closed": pair["closure"] >= 1,
        "closure": pair["closure"] >= 2,
        "gap_fine": 7 if no_gap else above(pair["gap"], [d * DAY for d in (1, 3, 7, 14, 30, 60)]),
        "phones": pair["phones"],
        "burst": sum(pair["burst"] >= edge for edge in (30, 50, 80)),
    }


@given(st.lists(PAIR, min_size=1, max_size=5))
def test_everything_that_is_packed_can_be_taken_out(pairs: list[dict[str, int]]) -> None:
    columns = {name: [pair[name] for pair in pairs] for name in pairs[0]}
    for code, pair in zip(pack(make_facts([(0, 1)] * len(pairs), **columns)).tolist(), pairs, strict=True):
        assert code >= 0
        for name, value in expected(pair).items():
            assert (code & FIELD[name].mask) >> FIELD[name].shift == value, name


def test_fields_neither_overlap_nor_run_over_63_bits() -> None:
    together = 0
    for field in FIELD.values():
        assert not together & field.mask
        together |= field.mask
    assert together < 1 << 63


def test_levels_are_nested_and_name_every_field_once() -> None:
    assert sorted(name for level in LEVELS for name in level) == sorted(FIELD)
    found = masks()
    assert found[0] == FIELD["signature"].mask
    for coarse, fine in pairwise(found):
        assert coarse & fine == coarse
        assert coarse > fine ^ coarse > 0, "coarse facts in the high bits: what is sorted is sorted at every level"
    assert LEVELS[-1] == ("burst",)


def test_bands_hold_their_upper_edge() -> None:
    assert band(np.array([0, 2, 3, 5, 6]), (2, 5)).tolist() == [0, 0, 1, 1, 2]


def test_a_class_in_words() -> None:
    facts = make_facts(
        [(0, 1)] * 3,
        signature=[BIT["device"] | BIT["phone own-contact"], 1 << GIVEN_BIT, BIT["wifi"] | 2 << GIVEN_BIT],
        gap=[2 * DAY, NO_GAP, 40 * DAY],
        degree=[4, 2, 500],
        address_differs=[True, False, False],
        closure=[0, 0, 2],
        channel=[False, True, False],
        burst=[0, 0, 80],
        ip_differs=[False, False, True],
    )
    assert [describe(code, ("call", "guarantor")) for code in pack(facts).tolist()] == [
        "phone own-contact + device; within 7 days; 3-5 people; addresses differ",
        "relation:call; 2 people; same narrow channel",
        "wifi + relation:guarantor; over 30 days; over 68 people; IPs differ; also near through others; in a burst",
    ]


def test_the_bits_of_the_signature_stay_where_they_are() -> None:
    """Frozen calibrations hold these bits: a name may only be added at the end."""
    assert SIGNATURE[:4] == ("phone own-own", "phone own-contact", "phone contact-contact", "device")
    assert SIGNATURE[24] == "birth_surname"
    assert GIVEN_BIT == 32
