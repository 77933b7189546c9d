"""The second look, against asking each pair which other strong pairs its two people have."""

from __future__ import annotations

import numpy as np
from core_books import make_facts
from hypothesis import given, settings
from hypothesis import strategies as st

from fraudgraph.graph.classes import SIGNATURE_BITS
from fraudgraph.graph.codes import DAY
from fraudgraph.graph.second import BANDS, MASKS, pack

PAIR = st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(0, 3), st.integers(0, 20), st.integers(0, 30), st.integers(1, 99))
PAIRS = st.lists(PAIR.filter(lambda p: p[0] < p[1]), max_size=14, unique_by=lambda p: p[:2]).map(sorted)


@settings(max_examples=40, deadline=None)
@given(PAIRS)
def test_classes_are_those_of_the_literal_reading(pairs: list[tuple[int, int, int, int, int, int]]) -> None:
    probability = [step / 20 for _, _, _, step, _, _ in pairs]
    facts = make_facts(
        [(a, b) for a, b, *_ in pairs],
        label=[p[2] for p in pairs],
        gap=[p[4] * DAY for p in pairs],
        signature=[p[5] for p in pairs],
    )
    pi = np.array(probability, float)
    found = pack(facts, pi, pi >= 0.3, 7).tolist()
    for code, (a, b, label, _, days, signature), chance in zip(found, pairs, probability, strict=True):
        backed = 0
        for end in (a, b):
            strong = [other for other, loud in zip(pairs, probability, strict=True) if loud >= 0.3 and end in other[:2]]
            backed += any(other[2] != label for other in strong)
        assert code & ((1 << SIGNATURE_BITS) - 1) == signature
        assert code >> SIGNATURE_BITS & 0b11 == (days > 3) + (days > 14)
        assert code >> (SIGNATURE_BITS + 2) & 0b11 == backed
        assert code >> (SIGNATURE_BITS + 4) == sum(chance > edge for edge in BANDS)


def test_masks_are_nested_and_each_keeps_the_high_bits_of_the_next() -> None:
    crowd, gap, all_ = MASKS
    assert crowd & gap == crowd
    assert gap & all_ == gap
    assert crowd > gap ^ crowd > all_ ^ gap > 0
    assert len({*MASKS}) == 3
    assert len(BANDS) < 16, "the band has four bits"
