"""The rule layer, against judging each community by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from core_books import SETTINGS
from hypothesis import given, settings
from hypothesis import strategies as st

from fraudgraph.errors import ConfigurationError
from fraudgraph.settings import Settings
from fraudgraph.verdicts.rules import GATES, Groups, Line, gather, judge
from fraudgraph.verdicts.significance import BINS, Tail

TAIL = Tail(np.r_[np.full(80, 10), np.full(BINS - 80, 1)].astype(np.int64))
LINE = Line(threshold=0.5, p_cut=0.01, sd=0.2, tail=TAIL)
INTENT = st.one_of(st.just(-1), st.integers(0, 1_000_000), st.sampled_from([500_000, 700_000, 900_000]))
BOOK = st.lists(st.tuples(st.integers(0, 5), INTENT), max_size=30)


def named(parts: list[int]) -> np.ndarray[Any, np.dtype[np.int32]]:
    return np.array([parts.index(part) for part in parts], np.int32)


@settings(max_examples=60, deadline=None)
@given(BOOK)
def test_gather_counts_and_adds_up(book: list[tuple[int, int]]) -> None:
    parts = [part for part, _ in book]
    community, intent = named(parts), np.array([value for _, value in book], np.int64)
    groups = gather(community, intent, SETTINGS)
    expected = []
    for first in sorted(set(community.tolist())):
        values = [value for name, value in zip(community.tolist(), intent.tolist(), strict=True) if name == first]
        known = [value for value in values if value >= 0]
        if len(values) >= 2:
            binned = sum(min(value // 5000, 199) for value in known)
            expected.append((first, len(values), len(known), sum(known), binned, sum(value > 700_000 for value in known)))
    columns = (groups.first, groups.members, groups.voters, groups.total, groups.binned, groups.above)
    assert list(zip(*(column.tolist() for column in columns), strict=True)) == expected
    for mean, (_, _, voters, total, _, _) in zip(groups.mean.tolist(), expected, strict=True):
        assert mean == pytest.approx(total / voters / 1e6) if voters else np.isnan(mean)


def by_hand(groups: Groups, i: int, line: Line, chosen: Settings) -> tuple[bool, str]:
    """(over the line, the gate that stops it)."""
    members, voters = int(groups.members[i]), int(groups.voters[i])
    mean = groups.total[i] / voters / 1e6 if voters else -1.0
    over = {
        "mean": mean > line.threshold,
        "share": groups.above[i] > 0.6 * max(voters, 1),
        "lower_bound": mean - 1.645 * line.sd / max(voters, 1) ** 0.5 > line.threshold,
    }[chosen.text("verdicts.rule")]
    p = float(line.tail.probability(groups.voters[i : i + 1], groups.binned[i : i + 1])[0])
    gates = [
        ("TOO_FEW_MEMBERS", members >= chosen.integer("verdicts.min_members")),
        ("TOO_FEW_KNOWN", voters >= max(2, members * 0.5)),
        ("NOT_SIGNIFICANT", p <= line.p_cut or not chosen.flag("verdicts.significance")),
    ]
    stopped = next((code for code, passes in gates if not passes), "")
    return bool(over), stopped if over else ""


@settings(max_examples=60, deadline=None)
@given(BOOK, st.sampled_from(["mean", "share", "lower_bound"]), st.booleans(), st.integers(2, 4), st.sampled_from([1.0, 0.05]))
def test_verdicts_are_those_by_hand(book: list[tuple[int, int]], rule: str, significance: bool, least: int, p_cut: float) -> None:
    chosen = SETTINGS.override({"verdicts.rule": rule, "verdicts.significance": significance, "verdicts.min_members": least})
    line = Line(0.5, p_cut, 0.2, TAIL)
    groups = gather(named([part for part, _ in book]), np.array([value for _, value in book], np.int64), chosen)
    judged = judge(groups, line, chosen)
    for i in range(len(groups.first)):
        over, stopped = by_hand(groups, i, line, chosen)
        assert bool(judged.over[i]) == over
        assert judged.stopped_by[i] == stopped
        assert bool(judged.flagged[i]) == (over and not stopped)


def judged_one(intents: list[int], line: Line = LINE, **changes: Any) -> tuple[bool, str]:
    chosen = SETTINGS.with_values(**changes)
    found = judge(gather(np.zeros(len(intents), np.int32), np.array(intents), chosen), line, chosen)
    return bool(found.flagged[0]), found.stopped_by[0]


HIGH = 900_000
CASES = [
    ([HIGH] * 4, True, ""),
    ([HIGH] * 2, False, "TOO_FEW_MEMBERS"),
    ([HIGH, -1, -1], False, "TOO_FEW_KNOWN"),
    ([HIGH] * 2 + [-1] * 3, False, "TOO_FEW_KNOWN"),
    ([HIGH] * 3 + [-1] * 3, True, ""),
    ([550_000, 550_000, 420_000], False, "NOT_SIGNIFICANT"),
    ([-1, -1, -1], False, ""),
]


@pytest.mark.parametrize(("intents", "flagged", "stopped"), CASES)
def test_one_case_and_its_neighbour(intents: list[int], flagged: bool, stopped: str) -> None:
    """Everybody is a member, only known intents vote."""
    assert judged_one(intents) == (flagged, stopped)


def test_a_mean_must_be_over_t_and_not_at_it() -> None:
    assert judged_one([500_000] * 12, Line(0.5, 1.0, 0.2, TAIL)) == (False, "")
    assert judged_one([500_000] * 11 + [500_012], Line(0.5, 1.0, 0.2, TAIL)) == (True, "")


def test_each_gate_stops_somebody_here() -> None:
    assert {stopped for *_, stopped in CASES if stopped} == {gate.code for gate in GATES}
    assert all(gate.reason for gate in GATES)


def test_the_significance_gate_has_its_own_switch() -> None:
    intents = [550_000, 550_000, 420_000]
    assert judged_one(intents) == (False, "NOT_SIGNIFICANT")
    assert judged_one(intents, verdicts__significance=False) == (True, "")


def test_an_unknown_rule_is_a_wrong_setting() -> None:
    with pytest.raises(ConfigurationError, match=r"verdicts\.rule"):
        judged_one([HIGH] * 3, verdicts__rule="median")


def test_no_communities() -> None:
    judged = judge(gather(np.arange(4, dtype=np.int32), np.zeros(4, np.int64), SETTINGS), LINE, SETTINGS)
    assert (judged.flagged.tolist(), judged.stopped_by) == ([], [])
