"""How tokens look: by the caption of an application that has them, else by their own first letters."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest
from fake_reader import FakeReader, empty_tables

from fraudgraph import model
from fraudgraph.reports import captions

PHONE, HOME, PLACE, LOST = ("~" + letter * 26 for letter in "PHGL")
DAYS = [datetime(2024, 1, day, tzinfo=UTC) for day in (2, 3, 4)]


def reader() -> FakeReader:
    """Three applications that know each other's tokens in several roles."""
    rows = [
        {
            "application_id": "A2",
            "applied_at": datetime(2024, 1, 2, tzinfo=UTC),
            "contact1_phone": "138****2231",
            "home_address": "北京市朝阳区***",
        },
        {"application_id": "A1", "applied_at": datetime(2024, 1, 3, tzinfo=UTC), "phone": "139****0000", "home_address": "北京市朝阳区***"},
        {"application_id": "A3", "applied_at": datetime(2024, 1, 4, tzinfo=UTC), "phone": "150****1111"},
    ]
    keys = [
        {"application_id": "A2", "phone.contact1": PHONE, "building.own": HOME},
        {"application_id": "A1", "phone.own": PHONE, "building.own": HOME, "gps.own": PLACE},
        {"application_id": "A3", "phone.own": LOST},
    ]
    names = ("application_id", "phone.own", "phone.contact1", "building.own", "gps.own", "name.own")
    tables = empty_tables() | {
        "applications": pl.DataFrame(rows, schema=model.APPLICATIONS.schema),
        "keys": pl.DataFrame(keys, schema=dict.fromkeys(names, pl.String)),
    }
    return FakeReader(tables)


def looks(*pairs: tuple[str, str], at_hand: tuple[str, ...] = ("A1", "A2")) -> dict[str, str]:
    table = pl.DataFrame(pairs, schema={"kind": pl.String, "key": pl.String}, orient="row")
    return {kind: look for (kind, _), look in captions.looks(reader(), table, lambda: at_hand).items()}


def test_the_first_application_with_a_caption_speaks_for_a_token() -> None:
    assert looks(("phone", PHONE), ("building", HOME)) == {"phone": "138****2231", "building": "北京市朝阳区***"}
    assert looks(("phone", PHONE), at_hand=("A1",)) == {"phone": "139****0000"}


def test_a_token_that_nobody_at_hand_can_explain_shows_its_first_letters() -> None:
    assert looks(("phone", LOST), ("gps", PLACE), ("device", LOST)) == {"phone": "#LLLL", "gps": "#GGGG", "device": "#LLLL"}


def test_what_is_never_shown_is_not_shown_of_tokens_either() -> None:
    assert looks(("phone_run", PHONE), ("birth_surname", PHONE), ("relation:call", "")) == {
        "phone_run": "",
        "birth_surname": "",
        "relation:call": "",
    }


def test_plain_values_are_masked_and_nobody_is_asked() -> None:
    def nobody() -> list[str]:
        pytest.fail("the store was asked for applications")

    table = pl.DataFrame({"kind": ["phone"], "key": ["+8613800132231"]})
    assert captions.looks(FakeReader(empty_tables()), table, nobody) == {("phone", "+8613800132231"): "138****2231"}
