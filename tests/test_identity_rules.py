"""What a store's keys and people were made under, and what happens when something else is asked for."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from night_books import Told, random_book, rules

from fraudgraph import pipeline
from fraudgraph.errors import ConfigurationError
from fraudgraph.identity_rules import identity_rules, same_rules, under_rules
from fraudgraph.settings import defaults

SETTINGS = defaults()


def allowing(path: Path, *values: str) -> Path:
    path.write_text("kind,value,reason\n" + "".join(f"device,{value},ours\n" for value in values), encoding="utf-8")
    return path


def test_a_list_counts_by_its_contents(tmp_path: Path) -> None:
    one, two = allowing(tmp_path / "one.csv", "x1"), allowing(tmp_path / "two.csv", "x2")
    both = identity_rules(SETTINGS.override({"identifiers.allow": [str(one), str(two)]}))
    assert identity_rules(SETTINGS.override({"identifiers.allow": [str(two), str(one)]})) == both
    copy = allowing(tmp_path / "copy.csv", "x1")
    assert identity_rules(SETTINGS.override({"identifiers.allow": [str(copy), str(two)]})) == both
    allowing(copy, "x1", "x3")
    assert identity_rules(SETTINGS.override({"identifiers.allow": [str(copy), str(two)]})) != both
    with pytest.raises(ConfigurationError, match="cannot be read"):
        identity_rules(SETTINGS.override({"identifiers.allow": [str(tmp_path / "none.csv")]}))
    assert identity_rules(SETTINGS)["identifiers.allow"] == ""
    assert identity_rules(SETTINGS.override({"identifiers.deny": [str(one)]})) == identity_rules(SETTINGS)


def test_what_nobody_asked_for_is_the_stores(tmp_path: Path) -> None:
    made = SETTINGS.override({"subjects.max_names": 7, "records.default_region": "GB"})
    remembered = identity_rules(made)
    assert same_rules(remembered, made)
    assert not same_rules(remembered, SETTINGS)
    assert not same_rules({}, SETTINGS)
    assert under_rules(remembered, SETTINGS)["subjects.max_names"] == 7
    assert under_rules(remembered, SETTINGS)["records.default_region"] == "GB"
    assert under_rules({}, SETTINGS)["subjects.max_names"] == SETTINGS["subjects.max_names"]
    for asked in ({"subjects.max_names": 20}, {"records.default_region": "CN"}, {"identifiers.opaque": ["phone"]}):
        with pytest.raises(ConfigurationError, match=next(iter(asked))):
            under_rules(remembered, SETTINGS.override(asked))
    listed = {"identifiers.allow": [str(allowing(tmp_path / "allow.csv", "x1"))]}
    with pytest.raises(ConfigurationError, match=r"identifiers\.allow"):
        under_rules(remembered, SETTINGS.override(listed))
    with pytest.raises(ConfigurationError, match=r"identifiers\.allow"):
        under_rules(identity_rules(SETTINGS.override(listed)), SETTINGS)  # left out: nothing would be allowed any more


def test_a_run_under_another_list_makes_the_keys_anew(tmp_path: Path) -> None:
    book = random_book(41)
    shared = book["device_id"].drop_nulls().mode().sort()[0]
    told = Told(tmp_path / "book.duckdb", tmp_path, rules())
    told.run(book[:70])

    def devices() -> list[str]:
        with told.reader() as reader:
            return reader.table("keys")["device.own"].drop_nulls().to_list()

    assert shared in devices()
    told.settings = rules(identifiers__allow=[str(allowing(tmp_path / "allow.csv", shared))])
    with pytest.raises(ConfigurationError, match=r"identifiers\.allow"):
        told.night(book[70:])
    pipeline.run([], store=told.url, settings=told.settings)
    assert shared not in devices()
    told.night(book[70:])
    found = told.check()
    assert shared not in devices()
    assert len(found["ties"])
    told.settings = rules()
    with pytest.raises(ConfigurationError, match=r"identifiers\.allow"):
        told.night(pl.concat([book[:1].with_columns(application_id=pl.lit("N1"))]))
