"""The log: what is written down, how it is sealed, and what `verify` finds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraudgraph import audit, concealment
from fraudgraph.audit import Deed, following, verify
from fraudgraph.concealment import Key
from fraudgraph.errors import UsageError
from fraudgraph.stores.port import AUDIT
from fraudgraph.values.kept import KEY

KEYS = {key.name: key for key in (Key(bytes(32)), Key(bytes([1] * 32)))}
ONE, OTHER = KEYS.values()
AT = datetime(2026, 1, 22, 3, 4, 5, 6, tzinfo=UTC)


def log_of(entries: int, keys: tuple[Key | None, ...] = (None,), emptied: dict[int, list[int]] | None = None) -> pl.DataFrame:
    log = AUDIT.empty()
    for number in range(entries):
        deed = Deed("王芳", "gang --reveal", f"G-{number} \x00'\"", "because\n \u202e of it")
        made = following(deed, number, keys[number % len(keys)], AT + timedelta(number), (emptied or {}).get(number + 1, ()))
        log = pl.concat([log, made(log.tail(1))])
    return log


def without_words(log: pl.DataFrame, number: int) -> pl.DataFrame:
    return log.with_columns(pl.when(pl.col("number") != number).then(pl.col(name)).alias(name) for name in ("about", "why", "salt"))


def test_the_key_of_a_store_is_the_one_that_it_remembers() -> None:
    assert audit.STORE_KEY == KEY


@pytest.mark.parametrize("keys", [(None,), (ONE,), (None, ONE), (ONE, OTHER, None)])
def test_a_log_as_it_was_written_holds(keys: tuple[Key | None, ...]) -> None:
    assert verify(log_of(6, keys), KEYS.get) == []
    assert verify(AUDIT.empty(), KEYS.get) == []


changed = st.sampled_from([name for name in AUDIT.schema if name != "number"])


@given(place=st.integers(0, 4), column=changed, keyed=st.booleans())
def test_whatever_is_changed_shows(place: int, column: str, keyed: bool) -> None:
    log = log_of(5, (ONE,) if keyed else (None,))
    value = {"at": AT - timedelta(1), "night": 99, "key": OTHER.name}.get(column, "other")
    spoiled = log.with_columns(pl.when(pl.int_range(pl.len()) == place).then(pl.lit(value)).otherwise(pl.col(column)).alias(column))
    assert verify(spoiled.cast(dict(AUDIT.schema)), KEYS.get)


@given(place=st.integers(0, 3))
def test_whatever_is_left_out_shows(place: int) -> None:
    log = log_of(5)
    without = pl.concat([log[:place], log[place + 1 :]])
    assert verify(without)
    assert verify(without.with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("number")))


def test_who_has_not_the_key_can_seal_nothing_anew() -> None:
    log = log_of(3, (ONE,))
    forged = log_of(3, (OTHER,)).with_columns(pl.lit(ONE.name).alias("key"))
    assert verify(log, KEYS.get) == []
    assert verify(forged, KEYS.get) != []


def test_without_the_key_it_says_that_it_cannot_tell() -> None:
    problems = verify(log_of(3, (ONE,)), lambda name: None)
    assert problems == [f"entries that were sealed with the key {ONE.name} cannot be verified: the key is not at hand"]


def test_words_that_a_purge_took_are_no_harm_and_others_are() -> None:
    log = log_of(4, emptied={4: [2]})
    assert verify(without_words(log, 2)) == []
    assert verify(without_words(log, 3)) == ["the words of entry 3 are gone, and no purge says that it took them"]
    assert verify(without_words(log, 4)) != []
    assert verify(log) == []  # the purge may be older than the words that came back from a backup: nothing is missing


def test_what_is_said_is_kept_without_long_numbers_and_within_bounds() -> None:
    deed = Deed(" ann ", "gang", "G-" + "x" * 3000, "called 13800138000 about G-A000001487 \ud800").checked()
    assert (deed.who, len(deed.about)) == ("ann", audit.LONGEST)
    assert deed.why == "called ***00 about G-A000001487 ?"
    for wrong in (Deed("", "gang", "", ""), Deed("x" * 101, "gang", "", "")):
        with pytest.raises(UsageError, match="FRAUDGRAPH_USER"):
            wrong.checked()
    with pytest.raises(UsageError, match="shorter"):
        Deed("ann", "gang", "", "x" * 2001).checked()


def test_two_entries_of_the_same_words_cannot_be_told_to_be_so() -> None:
    deed = Deed("ann", "gang", "G-1", "")
    first, second = (following(deed, 1, None, AT)(AUDIT.empty()) for _ in range(2))
    assert first["content"][0] != second["content"][0]


def test_a_key_counts_only_where_it_is_at_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(concealment.key.VARIABLE, str(tmp_path / "key"))
    made = concealment.load_or_make()
    found = audit.at_hand(made.name)
    assert found is not None
    assert found.name == made.name
    assert audit.at_hand("another") is None
    (tmp_path / "key").unlink()
    assert audit.at_hand(made.name) is None
