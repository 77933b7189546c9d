"""Numbers and values as a person reads them."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fraudgraph.reports import kinds, words


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=200))
def test_what_is_shown_is_one_short_line_without_hidden_marks(text: str) -> None:
    shown = words.show(text)
    assert len(shown) <= words.SHOWN
    assert not set(shown) & set("\n\r\t\u202e\u200b\u2066\x00")
    assert shown == shown.strip()


def test_long_hostile_and_stacked_values() -> None:
    assert len(words.show("x" * 10_000)) == words.SHOWN
    assert words.show("abc\u202edef") == "abcdef"
    assert len(words.show("a" + "\u0335" * 50)) <= 1 + words.MARKS
    assert words.show("Nguyễn") == "Nguyễn"


@pytest.mark.parametrize(
    ("probability", "said"),
    [(None, "unknown"), (0.0, "under 1 in 10¹⁵"), (1 / 2.4e6, "1 in 2.4 million"), (0.004, "1 in 250"), (0.3, "1 in 3.3"), (0.8, "80 %")],
)
def test_chance(probability: float | None, said: str) -> None:
    assert words.chance(probability) == said


@settings(deadline=None, max_examples=60)
@given(st.floats(0, 1))
def test_an_exact_probability_reads_back(probability: float) -> None:
    assert float(words.exact(probability)) == pytest.approx(probability, rel=1e-2, abs=0)


def test_spans_of_days() -> None:
    def on(month: int, day: int, year: int = 2026) -> datetime:
        return datetime(year, month, day)

    assert words.days(on(3, 3), on(3, 3)) == "3 March 2026"
    assert words.days(on(3, 3), on(3, 19)) == "3–19 March 2026"
    assert words.days(on(5, 28), on(6, 2)) == "28 May – 2 June 2026"
    assert words.days(on(12, 28, 2025), on(1, 2)) == "28 December 2025 – 2 January 2026"
    assert words.days(None, on(1, 1)) == "unknown days"


def test_small_shares_keep_a_digit() -> None:
    assert words.share(0.0004) == "0.04 %"
    assert words.share(0.096) == "9.6 %"
    assert words.share(0.0) == "0.0 %"
    assert words.share(None) == "–"


def test_lists() -> None:
    assert [words.listed(list("abc")[:size]) for size in range(4)] == ["", "a", "a and b", "a, b and c"]


def test_keys_that_are_themselves_personal_are_not_shown_at_all() -> None:
    assert kinds.masked("birth_surname", "1990-01-01|wang") == ""
    assert kinds.masked("phone_run", "a:1725000") == ""
    assert {kinds.masked(kind, key) for kind, key in (("ip", "69.160.3.4"), ("ip24", "69.160.3"), ("ip16", "69.160"))} == {"69.160.*.*"}
    assert kinds.masked("phone", "+8613812342231") == "138****2231"
