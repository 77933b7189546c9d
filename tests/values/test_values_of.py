"""Plain or masked: what a store was made with holds, and its key must be the one."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from values_books import KEY, write_key

from fraudgraph.concealment import Key
from fraudgraph.errors import ConfigurationError, UsageError
from fraudgraph.model import PLACEHOLDERS
from fraudgraph.settings import Settings, defaults
from fraudgraph.values import PLAIN, values_of
from fraudgraph.values.masked import Masked


@pytest.fixture(autouse=True)
def key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FRAUDGRAPH_KEY_FILE", str(tmp_path / "key"))
    return tmp_path / "key"


def asking(how: str) -> Settings:
    return defaults().override({"store.values": how})


MADE_MASKED = {"store.values": "masked", "store.key": KEY.name}


@pytest.mark.parametrize("remembered", [None, {}, {"store.values": "plain"}])
def test_plain_unless_somebody_says_otherwise(remembered: dict[str, str] | None, key_file: Path) -> None:
    assert values_of(defaults(), remembered) is PLAIN
    assert values_of(asking("plain"), remembered) is PLAIN
    assert not key_file.exists()


def test_a_masked_store_makes_the_key_and_remembers_its_name(key_file: Path) -> None:
    made = values_of(asking("masked"), None)
    assert isinstance(made, Masked)
    assert made.remembered["store.values"] == "masked"
    again = values_of(defaults(), made.remembered)
    assert isinstance(again, Masked)
    assert again.remembered == made.remembered
    assert key_file.read_text().split()[1] not in str(made.remembered)


@pytest.mark.parametrize("remembered", [{}, {"store.values": "plain"}, MADE_MASKED])
def test_a_store_made_one_way_refuses_the_other(remembered: dict[str, str], key_file: Path) -> None:
    write_key(key_file)
    other = "plain" if remembered.get("store.values") == "masked" else "masked"
    with pytest.raises(UsageError, match="leave --store-values out") as caught:
        values_of(asking(other), remembered)
    assert caught.value.exit_code == 2


def test_a_lost_key_is_not_made_anew(key_file: Path) -> None:
    with pytest.raises(ConfigurationError, match=f"put the key {KEY.name} back"):
        values_of(defaults(), MADE_MASKED)
    assert not key_file.exists()


def test_another_key_is_refused(key_file: Path) -> None:
    write_key(key_file, b"another key of thirty-two bytes.")
    with pytest.raises(ConfigurationError, match=Key(b"another key of thirty-two bytes.").name):
        values_of(defaults(), MADE_MASKED)


def test_a_store_that_starts_afresh_may_change_its_mind_but_does_not_by_itself(key_file: Path) -> None:
    write_key(key_file, b"another key of thirty-two bytes.")
    kept = values_of(defaults(), MADE_MASKED, afresh=True)
    assert kept.remembered == {"store.values": "masked", "store.key": Key(b"another key of thirty-two bytes.").name}
    assert values_of(asking("plain"), MADE_MASKED, afresh=True) is PLAIN
    assert isinstance(values_of(asking("masked"), {"store.values": "plain"}, afresh=True), Masked)


def test_a_third_way_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="plain or masked"):
        values_of(asking("hidden"), None)


def test_a_calibration_of_tokens_says_nothing_to_a_plain_book() -> None:
    (token,) = Masked(KEY).keys_of("device", "abc-123", defaults())
    plain, masked = (pl.DataFrame([("device", key, 400)], schema=PLACEHOLDERS.schema, orient="row") for key in ("abc-123", token))
    assert PLAIN.placeholders(plain) is plain
    with pytest.raises(ConfigurationError, match="learned from masked values"):
        PLAIN.placeholders(masked)
