"""Re-alert control: each rule by an example, and all of them against a slow reading of the same words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fraudgraph import alerts, ledger
from fraudgraph.model import GANG_MEMBERS, LABELS

NOW = datetime(2026, 3, 2, tzinfo=UTC)
Members = Mapping[str, Iterable[str]]


def members(gangs: Members) -> pl.DataFrame:
    rows = [(gang, f"P-{person}") for gang, people in gangs.items() for person in people]
    return pl.DataFrame(rows, schema=GANG_MEMBERS.schema, orient="row")


def labels(*given: tuple[str, str, int]) -> pl.DataFrame:
    rows = [(gang, decision, "why", "ann", NOW, night) for gang, decision, night in given]
    return pl.DataFrame(rows, schema=LABELS.schema, orient="row")


def aliases(**into: str) -> pl.DataFrame:
    return pl.DataFrame({"alias": list(into), "gang_id": list(into.values())}, schema=ledger.ALIASES.schema)


@dataclass
class Night:
    """Gangs as words, a letter a person: of now, of the night before, and of the night of their latest label."""

    now: Members
    before: Members = field(default_factory=dict)
    decided: Mapping[str, str] = field(default_factory=dict)
    then: Members = field(default_factory=dict)
    dissolved: frozenset[str] = frozenset()
    share: float = 0.25

    def tables(self) -> tuple[pl.DataFrame, ...]:
        ids = sorted({*self.now, *self.dissolved})
        gangs = pl.DataFrame(
            {"gang_id": ids, "community_id": ["" if gang in self.dissolved else f"C-{gang}" for gang in ids]},
            schema={"gang_id": pl.String, "community_id": pl.String},
        )
        decided = alerts.decisions(labels(*((gang, decision, 1) for gang, decision in self.decided.items())), aliases())
        return gangs, members(self.now), members(self.before), decided, members(self.then)

    def rows(self) -> dict[str, tuple[object, ...]]:
        """gang -> (decision, alert, waits, since_label)."""
        found = alerts.ALERTS.check(alerts.judge(*self.tables(), self.share))
        return {row[0]: row[1:] for row in found.iter_rows()}


def test_a_gang_that_was_not_there_is_new_and_one_with_the_same_people_is_nothing_new() -> None:
    rows = Night({"G": "abc", "H": "def"}, {"G": "abc"}).rows()
    assert rows == {"G": ("open", "", True, None), "H": ("open", "new", True, None)}


@pytest.mark.parametrize("before", ["abcd", "ab", "abx"])
def test_other_people_are_a_change(before: str) -> None:
    assert Night({"G": "abc"}, {"G": before}).rows()["G"][1] == "changed"


def test_a_gang_that_comes_back_with_the_same_people_is_nothing_new() -> None:
    """A dissolved gang keeps its members in the table, so the night before has them."""
    assert Night({"G": "abc"}, {"G": "cba"}).rows()["G"][1] == ""
    assert Night({"G": "abcd"}, {"G": "cba"}).rows()["G"][1] == "changed"


def test_a_dissolved_gang_is_no_alert_whatever_happened() -> None:
    night = Night({"G": "abc", "H": "def"}, {}, {"H": "dismissed"}, {"H": "x"}, frozenset({"G", "H"}))
    assert night.rows() == {"G": ("open", "", False, None), "H": ("dismissed", "", False, 4)}


@pytest.mark.parametrize(
    ("now", "alert", "waits", "since"),
    [
        ("abcd", "dismissed", False, 0),
        ("abcde", "dismissed", False, 1),
        ("abc", "dismissed", False, 1),
        ("abce", "changed", True, 2),
        ("abcdef", "changed", True, 2),
        ("ab", "changed", True, 2),
    ],
)
def test_a_dismissed_gang_is_raised_again_when_more_than_the_share_changed(now: str, alert: str, waits: bool, since: int) -> None:
    night = Night({"G": now}, {"G": "xyz"}, {"G": "dismissed"}, {"G": "abcd"})
    assert night.rows()["G"] == ("dismissed", alert, waits, since)


def test_a_dismissed_gang_that_was_raised_again_is_nothing_new_the_next_night_and_still_waits() -> None:
    assert Night({"G": "abef"}, {"G": "abef"}, {"G": "dismissed"}, {"G": "abcd"}).rows()["G"] == ("dismissed", "", True, 4)


def test_a_dismissed_gang_whose_people_come_back_rests_again() -> None:
    assert Night({"G": "abcd"}, {"G": "abef"}, {"G": "dismissed"}, {"G": "abcd"}).rows()["G"] == ("dismissed", "dismissed", False, 0)


@pytest.mark.parametrize("decision", ["confirmed", "suspicious"])
def test_a_gang_that_was_decided_on_otherwise_waits_when_anybody_came_or_went(decision: str) -> None:
    assert Night({"G": "abcd"}, {"G": "abcd"}, {"G": decision}, {"G": "abcd"}).rows()["G"] == (decision, "", False, 0)
    assert Night({"G": "abcde"}, {"G": "abcd"}, {"G": decision}, {"G": "abcd"}).rows()["G"] == (decision, "changed", True, 1)
    assert Night({"G": "abcde"}, {"G": "abcde"}, {"G": decision}, {"G": "abcd"}).rows()["G"] == (decision, "", True, 1)


def test_the_share_is_not_a_matter_of_rounding() -> None:
    people = [str(n) for n in range(100)]
    for changed, alert in ((29, "dismissed"), (30, "changed")):
        night = Night({"G": people[changed:]}, {"G": people}, {"G": "dismissed"}, {"G": people}, share=0.29)
        assert night.rows()["G"][1] == alert


@pytest.mark.parametrize(("share", "alert"), [(0.0, "changed"), (1e9, "dismissed")])
def test_no_share_and_every_share(share: float, alert: str) -> None:
    assert Night({"G": "abcde"}, {"G": "abcd"}, {"G": "dismissed"}, {"G": "abcd"}, share=share).rows()["G"][1] == alert


def test_a_label_on_people_who_are_all_gone_from_the_book_does_not_rest() -> None:
    assert Night({"G": "abc"}, {"G": "abc"}, {"G": "dismissed"}).rows()["G"] == ("dismissed", "", True, 3)


# --- decisions


def decided(given: pl.DataFrame, former: pl.DataFrame) -> dict[str, tuple[object, ...]]:
    found = alerts.DECISIONS.check(alerts.decisions(given, former))
    return {row[0]: row[1:] for row in found.iter_rows()}


def test_the_latest_label_counts_by_the_order_in_which_they_were_given() -> None:
    given = labels(("G", "confirmed", 3), ("H", "dismissed", 1), ("G", "dismissed", 2))
    assert decided(given, aliases()) == {"G": ("dismissed", "G", 2), "H": ("dismissed", "H", 1)}


def test_a_gang_takes_over_the_labels_of_those_it_absorbed() -> None:
    given = labels(("A", "confirmed", 1), ("G", "dismissed", 2), ("A", "suspicious", 3))
    assert decided(given, aliases(A="G")) == {"G": ("suspicious", "A", 3)}
    assert decided(given[:2], aliases(A="G")) == {"G": ("dismissed", "G", 2)}
    assert decided(given, aliases()) == {"A": ("suspicious", "A", 3), "G": ("dismissed", "G", 2)}


def test_no_labels_no_decisions() -> None:
    assert decided(LABELS.empty(), aliases(A="G")) == {}


def test_wrong_tables_are_refused() -> None:
    with pytest.raises(TypeError, match="labels"):
        alerts.decisions(LABELS.empty().drop("night"), aliases())
    with pytest.raises(TypeError, match="gang_members"):
        alerts.judge(*Night({"G": "a"}).tables()[:1], LABELS.empty(), *Night({"G": "a"}).tables()[2:], 0.25)


# --- against a slow reading


def slowly(night: Night) -> dict[str, tuple[object, ...]]:
    found: dict[str, tuple[object, ...]] = {}
    for gang, people in night.now.items():
        decision = night.decided.get(gang)
        then = set(night.then.get(gang, ()))
        changed = len(set(people) ^ then)
        live = gang not in night.dissolved
        rests = decision == "dismissed" and not changed > night.share * len(then)
        if not live:
            alert = ""
        elif rests:
            alert = "dismissed"
        elif not set(night.before.get(gang, ())):
            alert = "new"
        else:
            alert = "changed" if set(people) != set(night.before[gang]) else ""
        waits = live and not rests and (decision is None or changed > 0)
        found[gang] = (decision or "open", alert, waits, None if decision is None else changed)
    return found


GROUPS = st.dictionaries(st.sampled_from("GHIJ"), st.frozensets(st.sampled_from("abcdefgh"), min_size=1))
CHOICES = st.sampled_from(["confirmed", "suspicious", "dismissed"])


DECIDED = st.dictionaries(st.sampled_from("GHIJ"), CHOICES)


@settings(max_examples=60, deadline=None)
@given(GROUPS, GROUPS, DECIDED, GROUPS, st.frozensets(st.sampled_from("GHIJ")), st.integers(0, 99))
def test_it_judges_as_the_words_say_in_any_order_of_rows(
    now: Members, before: Members, decided: Mapping[str, str], then: Members, dissolved: frozenset[str], seed: int
) -> None:
    night = Night(now, before, decided, {gang: people for gang, people in then.items() if gang in decided}, dissolved & set(now), 0.5)
    assert night.rows() == slowly(night)
    shuffled = [table.sample(fraction=1.0, shuffle=True, seed=seed) for table in night.tables()]
    assert alerts.judge(*shuffled, 0.5).equals(alerts.judge(*night.tables(), 0.5))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("ABGH"), CHOICES, st.integers(1, 9)), max_size=8))
def test_the_decision_is_that_of_the_last_label_of_the_family(given: list[tuple[str, str, int]]) -> None:
    former = {"A": "G", "B": "G"}
    expected = {former.get(gang, gang): (decision, gang, night) for gang, decision, night in given}
    assert decided(labels(*given), aliases(**former)) == expected
