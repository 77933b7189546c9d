"""The parts that people are resolved with: dates that contradict, shared keys, components, tables."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import combinations
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from subject_books import BIRTHS, Row, agree, book

from fraudgraph.intent import of_people
from fraudgraph.model import MEMBERSHIP, PERSONS
from fraudgraph.settings import defaults
from fraudgraph.subjects import keys as keys_module
from fraudgraph.subjects import membership_table, people, person_ids, persons_table, resolve
from fraudgraph.subjects.births import UNKNOWN, contradict
from fraudgraph.subjects.keys import Keys, all_pairs, codes_of, shared


def days(*dates: date | None) -> np.ndarray:
    return np.array([UNKNOWN if one is None else (one - date(1970, 1, 1)).days for one in dates], dtype=np.int64)


@pytest.mark.parametrize(
    ("a", "b", "contradicts"),
    [
        (date(1980, 5, 17), date(1980, 5, 17), False),
        (date(1980, 5, 17), None, False),
        (None, None, False),
        (date(1980, 5, 17), date(1980, 5, 19), False),  # one digit
        (date(1980, 5, 17), date(1990, 5, 17), False),  # one digit
        (date(1980, 5, 12), date(1980, 5, 21), False),  # two neighbouring digits exchanged
        (date(1979, 5, 12), date(1997, 5, 12), False),  # two neighbouring digits exchanged
        (date(1980, 5, 9), date(1980, 9, 5), False),  # day and month exchanged
        (date(1989, 5, 12), date(1990, 5, 12), False),  # the next year
        (date(1980, 5, 17), date(1980, 6, 18), True),
        (date(1980, 5, 17), date(1980, 5, 28), True),
        (date(1980, 5, 17), date(1962, 5, 17), True),
        (date(1960, 2, 29), date(1961, 3, 1), True),
        (date(1890, 1, 2), date(2001, 12, 31), True),
    ],
)
def test_births_contradict(a: date | None, b: date | None, contradicts: bool) -> None:
    assert contradict(days(a), days(b)).tolist() == [contradicts]
    assert contradict(days(b), days(a)).tolist() == [contradicts]


@settings(deadline=None)
@given(st.dates(date(1900, 1, 1), date(2025, 1, 1)), st.dates(date(1900, 1, 1), date(2025, 1, 1)))
def test_births_contradict_as_their_texts_do(a: date, b: date) -> None:
    one, other = f"{a:%Y%m%d}", f"{b:%Y%m%d}"
    swaps = {one[:place] + one[place + 1] + one[place] + one[place + 2 :] for place in range(7)}
    slip = sum(x != y for x, y in zip(one, other, strict=True)) <= 1 or other in swaps
    turned = other == one[:4] + one[6:] + one[4:6]
    shifted = abs(a.year - b.year) == 1 and one[4:] == other[4:]
    assert contradict(days(a), days(b)).tolist() == [not (slip or turned or shifted)]


VALUES = st.lists(st.tuples(st.sampled_from([None, "a", "b", "c", ""]), st.sampled_from([None, "a", "x"])), max_size=12)


def shared_slowly(values: list[tuple[Any, ...]]) -> list[list[int]]:
    groups: dict[tuple[Any, ...], list[int]] = {}
    for row, value in enumerate(values):
        if None not in value:
            groups.setdefault(value, []).append(row)
    return sorted(rows for rows in groups.values() if len(rows) > 1)


def by_code(rows: np.ndarray, codes: np.ndarray) -> list[list[int]]:
    assert rows.tolist() == sorted(rows.tolist())
    return sorted(rows[codes == code].tolist() for code in set(codes.tolist()))


def columns(values: list[tuple[str | None, str | None]]) -> list[pl.Series]:
    return [pl.Series([value[place] for value in values], dtype=pl.String) for place in range(2)]


@settings(deadline=None)
@given(VALUES)
def test_shared_finds_rows_of_equal_values(values: list[tuple[str | None, str | None]]) -> None:
    rows, codes = shared(columns(values))
    assert by_code(rows, codes) == shared_slowly(values)
    assert set(codes.tolist()) == set(range(len(set(codes.tolist()))))


@settings(deadline=None)
@given(st.lists(st.tuples(*[st.sampled_from([None, "a", "b"])] * 2, st.sampled_from([None, *BIRTHS])), max_size=12))
def test_keys_of_several_columns_need_no_strings(values: list[tuple[str | None, str | None, date | None]]) -> None:
    _, identified = book([dict(zip(("phone", "card", "birth"), value, strict=True)) for value in values])
    for key, places in {
        ("phone.own",): [0],
        ("phone.own", "card.own"): None,
        ("phone.own", "bank_card.own"): [0, 1],
        ("phone.own", "birth"): [0, 2],
        ("phone.own", "bank_card.own", "birth"): [0, 1, 2],
    }.items():
        for single in (frozenset[str](), frozenset({"phone.own", "bank_card.own"})):
            found = Keys(identified, single).shared(key)
            if places is None:
                assert found is None
            else:
                assert found is not None
                assert by_code(*found) == shared_slowly([tuple(value[place] for place in places) for value in values])


def test_a_collision_of_hashes_joins_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a hash of one value for all, equality is decided by the values themselves."""
    monkeypatch.setattr(pl.DataFrame, "hash_rows", lambda frame, seed: pl.Series(np.zeros(len(frame), dtype=np.uint64)))
    values: list[tuple[str | None, str | None]] = [("a", "x"), ("b", "x"), ("a", "x"), ("a", "a"), (None, "x"), ("b", "x")]
    assert by_code(*keys_module.shared(columns(values))) == [[0, 2], [1, 5]]


@settings(deadline=None)
@given(st.lists(st.sampled_from([None, "a", "b", "c", "d"]), max_size=9))
def test_codes_are_equal_where_values_are(values: list[str | None]) -> None:
    codes = codes_of(pl.Series(values, dtype=pl.String)).tolist()
    for (x, code_x), (y, code_y) in combinations(zip(values, codes, strict=True), 2):
        assert (code_x == code_y) == (x == y)
    assert all((code == -1) == (value is None) for value, code in zip(values, codes, strict=True))


@settings(deadline=None)
@given(st.lists(st.integers(0, 5), max_size=6))
def test_all_pairs(sizes: list[int]) -> None:
    counts = np.array(sizes, dtype=np.int64)
    starts = np.cumsum(counts) - counts
    left, right = all_pairs(starts, counts)
    expected = [pair for start, size in zip(starts, sizes, strict=True) for pair in combinations(range(start, start + size), 2)]
    assert list(zip(left.tolist(), right.tolist(), strict=True)) == expected


def test_tables() -> None:
    rows: list[Row] = [
        {"name": "Anna Smith", "id": "I", "intent": 0.1},
        {"name": "Bob Hill"},
        {"name": "Anna Smith", "id": "I", "intent": 0.4},
        {"name": "Anna Smith", "id": "I"},
    ]
    applications, identified = book(rows)
    subjects = resolve(applications, identified, defaults(), agree=agree)
    intent = of_people(applications, subjects)
    assert person_ids(applications, subjects).to_list() == ["P-A000", "P-A001"]
    membership = membership_table(applications, subjects)
    assert membership.schema == MEMBERSHIP.schema
    assert membership.rows() == [
        ("A000", "P-A000", "first"), ("A001", "P-A001", "first"), ("A002", "P-A000", "id+name"), ("A003", "P-A000", "id+name")
    ]  # fmt: skip
    persons = persons_table(applications, subjects, intent)
    assert persons.schema == PERSONS.schema
    assert persons["person_id"].to_list() == ["P-A000", "P-A001"]
    assert persons["applications"].to_list() == [3, 1]
    assert persons["intent"].to_list() == [0.25, None]
    assert persons["last_applied_at"][0] - persons["first_applied_at"][0] == timedelta(days=3)
    arrays = people(subjects, intent)
    assert (arrays.first.tolist(), arrays.intent.tolist(), arrays.applications.tolist()) == ([0, 1], [250_000, -1], [3, 1])


def test_tables_of_an_empty_book() -> None:
    applications, identified = book([])
    subjects = resolve(applications, identified, defaults(), agree=agree)
    intent = of_people(applications, subjects)
    assert membership_table(applications, subjects).schema == MEMBERSHIP.schema
    assert len(persons_table(applications, subjects, intent)) == 0
    assert len(people(subjects, intent).first) == 0
