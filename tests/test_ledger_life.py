"""What the ledger promises about any course of nights: no order matters, nobody is lost, and nothing that was is forgotten."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_ledger import Book, Night, book, histories

from fraudgraph import ledger

Follow = Callable[..., ledger.Followed]
History = tuple[dict[str, datetime], list[Night]]


def sets(made: Book) -> dict[str, frozenset[str]]:
    return {gang: frozenset(members) for gang, members in made.members().items()}


def live(made: Book) -> set[str]:
    return {gang for gang, status in made.statuses().items() if status != "dissolved"}


def taken_in(made: Book) -> dict[str, str]:
    """Gang that was merged away tonight -> the gang that took it in."""
    merged = made.tonight.filter(pl.col("event") == "merged")
    return {former: gang for gang, ids in merged.select("gang_id", "from_ids").iter_rows() for former in ids.split(";")}


@settings(max_examples=40, deadline=None)
@given(histories())
def test_every_application_of_a_gang_is_accounted_for(history: History) -> None:
    times, nights = history
    made = Book(times)
    for night in nights:
        before, was_live = sets(made), live(made)
        made.judge(night)
        after, told, into = sets(made), set(made.tonight["gang_id"]), taken_in(made)
        homes = {application: gang for gang in live(made) for application in after[gang]}
        for gang, members in before.items():
            if gang in into:  # its people are the other's now, or the other's event is of their loss
                assert gang not in after
                assert into[gang] in live(made)
            elif gang not in live(made):
                assert after[gang] == members, "a dissolved gang keeps its past"
                assert (gang in told) == (gang in was_live), "and says so on the night that it happens"
            else:
                assert (gang in told) == (after[gang] != members or gang not in was_live or gang in into.values() or _split(made, gang))
            for application in members:
                home = homes.get(application)
                assert home in (None, gang, into.get(gang)) or home in told, "who moves to another gang is in that one's event"
        assert {gang for gang in after if gang not in before} == set(made.tonight.filter(pl.col("event") == "born")["gang_id"])
        flagged = {application for members, over in night.communities if over for application in members}
        assert homes.keys() == flagged, "whoever is over the line is in a gang"


def _split(made: Book, gang: str) -> bool:
    """Whether another gang was split off: then there is an event, also where the gang itself has the same applications as before."""
    return not made.tonight.filter((pl.col("gang_id") == gang) & (pl.col("event") == "split")).is_empty()


@settings(max_examples=30, deadline=None)
@given(histories(), st.permutations(range(4)))
def test_what_communities_are_called_and_how_they_are_ordered_does_not_matter(history: History, order: list[int]) -> None:
    times, nights = history
    plain, other = Book(times), Book(times)
    for night in nights:
        plain.judge(night)
        mixed = [night.communities[place] for place in order if place < len(night.communities)]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(ledger, "follow", partial(with_other_names, ledger.follow, order))
            other.judge(Night(tuple(mixed)))
        assert plain.gangs.drop("community_id").equals(other.gangs.drop("community_id"))
        assert plain.applications.equals(other.applications)
        assert plain.tonight.equals(other.tonight)


def with_other_names(follow: Follow, order: list[int], *tables: pl.DataFrame) -> ledger.Followed:
    """Follow with communities that are called by numbers in some order."""
    previous, past, events, verdicts, current = tables
    names = {name: f"C-{order[place]}" for place, name in enumerate(verdicts["community_id"].sort())}
    other = pl.col("community_id").replace(names)
    return follow(previous, past, events, verdicts.with_columns(other), current.with_columns(other))


@settings(max_examples=30, deadline=None)
@given(histories())
def test_what_shrank_below_the_line_can_come_back_under_its_id(history: History) -> None:
    times, nights = history
    made = Book(times)
    for night in nights:
        made.judge(night)
    for gang in set(made.statuses()) - live(made):
        past = sets(made)[gang]
        again = Book(times, made.gangs, made.applications, made.events)
        again.judge(Night(((past, True),)))
        others = [members for other, members in sets(made).items() if other != gang]
        if not any(members & past and 2 * len(members & past) >= len(members) for members in others):  # who could claim them too
            assert sets(again)[gang] == past
            assert again.statuses()[gang] == "grown"
            assert gang in set(again.tonight["gang_id"])


def test_a_gang_below_the_line_for_many_nights_keeps_its_past_and_its_id() -> None:
    made = book("abcd", "-ab -cd", "-ab", "", "-abcd", "abcdx")
    assert made.members() == {"G-a": "abcdx"}
    assert made.events.select("gang_id", "event").rows() == [("G-a", "born"), ("G-a", "dissolved"), ("G-a", "grown")]
