"""What channels bring, against counting by hand."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from fake_reader import FakeReader, empty_tables
from hypothesis import given, settings
from hypothesis import strategies as st
from report_books import START, Gang, Made, a_bad_channel, books, customers, reader, through

from fraudgraph.errors import ConfigurationError, UsageError
from fraudgraph.reports import channels, channels_words, statistics
from fraudgraph.reports.statistics import Side
from fraudgraph.settings import defaults


def by_channel(found: channels.Channels) -> dict[str | None, dict[str, Any]]:
    return {row["channel"]: row for row in found.table.filter(pl.col("about") == "channel").iter_rows(named=True)}


def busy_by_hand(made: list[Made], many: int, days: int) -> set[int]:
    """Numbers of the applications before which their person had made more than ``many`` in so many days."""
    order = sorted(range(len(made)), key=lambda number: (made[number].at, number))
    found = set()
    for place, number in enumerate(order):
        mine = [made[earlier] for earlier in order[:place] if made[earlier].person == made[number].person]
        if sum(made[number].at - one.at <= timedelta(days=days) for one in mine) > many:
            found.add(number)
    return found


@settings(deadline=None, max_examples=60)
@given(books(), st.integers(0, 4), st.integers(1, 40))
def test_every_count_is_what_counting_finds(drawn: tuple[list[Made], dict[str, Gang]], many: int, days: int) -> None:
    made, gangs = drawn
    chosen = defaults().override({"reports.recent_applications": many, "reports.recent_days": days})
    found = by_channel(channels.channels(reader(made, gangs), chosen))
    gang = {person: (name, one.grade) for name, one in gangs.items() if one.over for person in one.people}
    busy = busy_by_hand(made, many, days)
    mine: dict[str | None, list[int]] = defaultdict(list)
    for number, one in enumerate(made):
        mine[one.channel].append(number)
    assert found.keys() == mine.keys()
    for channel, numbers in mine.items():
        row, people = found[channel], {made[number].person for number in numbers}
        grades = [gang[made[number].person][1] for number in numbers if made[number].person in gang]
        known = [one.intent for one in {made[n].person: made[n] for n in numbers}.values() if one.intent is not None]
        assert (row["applications"], row["applicants"], row["hits"]) == (len(numbers), len(people), len(grades))
        assert row["busy"] == len({made[number].person for number in numbers if number in busy})
        assert [row[f"grade_{letter}"] for letter in "ABCD"] == [grades.count(letter) for letter in "ABCD"]
        assert row["high"] == grades.count("A") + grades.count("B")
        assert row["gangs"] == len({gang[person][0] for person in people if person in gang})
        assert row["known"] == len(known)
        assert row["mean_intent"] == (pytest.approx(sum(known) / len(known), abs=1e-6) if known else None)
        assert (row["hit_rate_low"], row["hit_rate_high"]) == pytest.approx(statistics.wilson(len(grades), len(numbers)), abs=1e-6)
        assert (row["busy_share_low"], row["busy_share_high"]) == pytest.approx(statistics.wilson(row["busy"], len(people)), abs=1e-6)
        assert row["gangs_per_1000"] == pytest.approx(1000 * row["gangs"] / len(numbers), abs=1e-6)
        assert row["gangs_per_1000_low"] <= row["gangs_per_1000"] <= row["gangs_per_1000_high"]


@settings(deadline=None, max_examples=20)
@given(books(), st.randoms())
def test_the_order_of_rows_and_of_people_changes_nothing(drawn: tuple[list[Made], dict[str, Gang]], random: Any) -> None:
    made, gangs = drawn
    book = reader(made, gangs)
    expected = channels.channels(book, defaults()).table
    for name in ("applications", "membership", "persons", "gang_members"):
        book.tables[name] = book.tables[name].sample(fraction=1.0, shuffle=True, seed=random.randint(0, 1 << 30))
    assert channels.channels(book, defaults()).table.equals(expected)


def test_more_than_eight_earlier_ones_within_the_window() -> None:
    """Nine earlier ones on the ninetieth day are many; with the first of them a second too early they are eight."""
    times = [START + timedelta(days=10 * place) for place in range(10)]
    shop = [Made("P", at, "app") for at in times[:9]] + [Made("P", times[9], "shop")]
    found = by_channel(channels.channels(reader(shop, {}), defaults()))
    assert (found["shop"]["busy"], found["shop"]["applicants"], found["app"]["busy"]) == (1, 1, 0)
    early = [Made("P", times[0] - timedelta(seconds=1), "app"), *shop[1:]]
    assert by_channel(channels.channels(reader(early, {}), defaults()))["shop"]["busy"] == 0


def test_earlier_applications_count_from_before_the_days_that_are_looked_at() -> None:
    made = [Made("P", START + timedelta(days=place), "app") for place in range(12)]
    found = channels.channels(reader(made, {}), defaults(), first=(START + timedelta(days=11)).date())
    assert (by_channel(found)["app"]["applications"], by_channel(found)["app"]["busy"]) == (1, 1)
    assert found.span == ((START + timedelta(days=11)).date(),) * 2


def test_a_channel_that_gangs_come_through_stands_out() -> None:
    found = channels.channels(reader(*a_bad_channel()), defaults())
    rows = by_channel(found)
    assert {channel: row["stands_out"] for channel, row in rows.items() if not row["small"]} == {
        "app": "lower",
        "shop": "lower",
        "dsp": "higher",
    }
    assert {channel for channel, row in rows.items() if row["small"]} == {"kiosk", None}
    assert all(rows[small][name] is None for small in ("kiosk", None) for name in ("p_value", "p_adjusted", "difference", "stands_out"))
    assert rows["dsp"]["gangs_per_1000"] == 100.0
    assert "dsp brings more gang applications" in channels_words.headline(found)
    assert "shop and app bring fewer." in channels_words.below(found) or "app and shop bring fewer." in channels_words.below(found)
    assert "2 channels have fewer than 30 applications" in channels_words.below(found)[-1]
    assert next(row["channel"] for row in found.table.filter(pl.col("about") == "channel").iter_rows(named=True)) == "dsp"


def test_one_gang_is_one_event_and_not_ten() -> None:
    made = customers("app", 500) + customers("dsp", 90) + through("dsp", *(f"G{place}" for place in range(10)))
    row = by_channel(channels.channels(reader(made, {"G": Gang("A", tuple(f"G{place}" for place in range(10)))}), defaults()))["dsp"]
    assert row["p_value"] < 1e-6
    assert row["p_by_gang"] > 0.005
    assert row["design_effect"] > 9


def test_comparisons_are_with_the_rest_of_the_book_and_adjusted_together() -> None:
    made, gangs = a_bad_channel()
    rows = by_channel(channels.channels(reader(made, gangs), defaults()))
    large = [row for row in rows.values() if not row["small"]]
    book = Side(33, len(made), ((3, 3),) * 10 + ((2, 2), (1, 1)))
    effect = statistics.design_effect([book])
    for row in large:
        rest = Side(33 - row["hits"], len(made) - row["applications"])
        expected = statistics.compare(rest, Side(row["hits"], row["applications"]), effect=effect)
        assert expected is not None
        assert row["design_effect"] == pytest.approx(effect, abs=1e-3)
        assert row["difference"] == pytest.approx(expected.value, abs=1e-6)
        assert row["p_by_gang"] == pytest.approx(expected.p_by_clump, rel=1e-3)
    assert [row["p_adjusted"] for row in large] == pytest.approx(statistics.adjusted(row["p_by_gang"] for row in large).tolist(), rel=2e-3)


def test_the_book_stands_first_and_has_everything() -> None:
    made, gangs = a_bad_channel()
    book = channels.channels(reader(made, gangs), defaults()).table.row(0, named=True)
    assert (book["about"], book["channel"], book["applications"], book["hits"], book["gangs"]) == ("book", None, len(made), 33, 11)
    assert book["applicants"] == len({one.person for one in made})


def test_an_empty_book_and_empty_days() -> None:
    empty = channels.channels(FakeReader(empty_tables()), defaults())
    assert empty.table.is_empty()
    assert empty.table.columns == list(channels.COLUMNS)
    assert channels_words.headline(empty) == "There are no applications to look at."
    later = channels.channels(reader(customers("app", 3), {}), defaults(), first=date(2021, 1, 1))
    assert later.span is None


def test_one_channel_has_no_rest_to_be_compared_with() -> None:
    row = by_channel(channels.channels(reader(customers("app", 40), {}), defaults()))["app"]
    assert row["p_value"] is None
    assert not row["small"]


def test_days_the_wrong_way_round() -> None:
    with pytest.raises(UsageError, match="2020-02-01 is after 2020-01-01"):
        channels.channels(reader(customers("app", 3), {}), defaults(), date(2020, 2, 1), date(2020, 1, 1))


@pytest.mark.parametrize("key", ["recent_days", "small_channel"])
def test_settings_that_cannot_be(key: str) -> None:
    with pytest.raises(ConfigurationError, match=f"reports.{key}"):
        channels.channels(reader(customers("app", 3), {}), defaults().override({f"reports.{key}": 0}))


def test_a_false_discovery_rate_that_cannot_be() -> None:
    with pytest.raises(ConfigurationError, match="false_discovery"):
        channels.channels(reader(customers("app", 3), {}), defaults().override({"reports.false_discovery": 1.0}))


def test_nobody_passes_for_the_whole_book_or_for_no_channel() -> None:
    rows = channels.channels(reader(customers("\u202e\u200b", 3), {}), defaults()).table.iter_rows(named=True)
    assert [channels_words.name(row) for row in rows] == ["the whole book", "(nothing visible)"]
