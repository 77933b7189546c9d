"""The nearest change: what is said to change a verdict does change it, and a little less does not."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from fraudgraph.calibration import prior
from fraudgraph.investigation.nearest import Bench, changes
from fraudgraph.model import MICRO, PLACEHOLDERS
from fraudgraph.settings import defaults

BENCH = Bench(prior(defaults(), (), (), PLACEHOLDERS.empty(), "prior"), defaults())


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-1, MICRO), min_size=2, max_size=9))
def test_what_is_said_is_enough_and_no_less_is(intents: list[int]) -> None:
    people = np.array(intents, np.int64)
    if BENCH.flagged(people):
        gone = BENCH.without_highest(people)
        assert gone is not None
        ordered = np.sort(people)
        assert not BENCH.flagged(ordered[: len(ordered) - gone])
        assert all(BENCH.flagged(ordered[: len(ordered) - fewer]) for fewer in range(1, gone))
    else:
        found = BENCH.with_newcomers(people)
        if found is not None:
            count, least = found
            assert BENCH.flagged(np.r_[people, np.full(count, least)])
            assert not BENCH.flagged(np.r_[people, np.full(count, least - 1)]) or least == 0
            assert not BENCH.flagged(np.r_[people, np.full(count - 1, MICRO)])
    assert changes(BENCH, people)
