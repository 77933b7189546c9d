from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fraudgraph import identifiers, masking
from fraudgraph.concealment import captions
from fraudgraph.model import APPLICATIONS
from fraudgraph.settings import defaults

KINDS = sorted({slot.kind for slot in captions.KIND_OF.values()})
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
LIKELY = st.from_regex(r"(\+86)?[0-9]{3,18}|[a-z]{0,3}@?[a-z.]{0,9}@?|([0-9]{1,3}\.){1,4}[0-9]{0,3}|[A-Z0-9]{0,12}", fullmatch=True)
KEYS = st.lists(LIKELY | TEXT, max_size=30).map(lambda keys: [key for key in keys if not masking.TOKEN.fullmatch(key)])


def said(values: list[str], how: pl.Expr) -> list[str]:
    return pl.DataFrame({"v": pl.Series(values, dtype=pl.String)}).select(how.alias("v"))["v"].to_list()


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40, deadline=None)
@given(KEYS)
def test_keys_look_as_masking_says(kind: str, keys: list[str]) -> None:
    keys = [key for key in keys if key and not key.endswith("\n")]
    assert said(keys, captions.mask(kind, pl.col("v"))) == [masking.mask(kind, key) for key in keys]


NAMES = st.text(st.characters(categories=["L", "M", "N", "P", "S"]) | st.just(" "), max_size=30)


@settings(max_examples=100, deadline=None)
@given(st.lists(NAMES | st.sampled_from(["张伟", "Michelle Laura Day", " J  Day", "Ann\tLee"]), max_size=20))
def test_names_look_as_masking_says(names: list[str]) -> None:
    assert said(names, captions.name(pl.col("v"))) == [masking.name(name) for name in names]


def application(**given: object) -> pl.DataFrame:
    row = {"application_id": "A1", "applied_at": datetime(2024, 1, 2, tzinfo=UTC), **given}
    return pl.DataFrame([{column: row.get(column) for column in APPLICATIONS.columns}], schema=APPLICATIONS.schema)


def captioned(applications: pl.DataFrame) -> dict[str, object]:
    keys = identifiers.identify(applications, defaults()).keys
    return captions.captioned(applications, keys).row(0, named=True)


def test_nothing_personal_stays_and_the_rest_does() -> None:
    shown = captioned(
        application(
            name="张伟", id_number="110101199003077571", date_of_birth=date(1990, 3, 7), phone="+86 138-0013-2231",
            email="Michelle.Day@wanadoo.fr", home_address="上海市浦东新区世纪大道100号", employer="Acme Industrial Ltd",
            contact1_name="李小明", contact1_relation="brother in law", referrer="Wang, shop 7", gps_lat=31.2, gps_lon=121.4,
            channel="web", product="cash", amount=1000.0, term="12", scene="phone shop", fraud_intent=0.25, decision="late", max_dpd=3.0,
        )
    )  # fmt: skip
    assert shown["name"] == "张*"
    assert shown["contact1_name"] == "李**"
    assert shown["phone"] == "138****2231"
    assert shown["id_number"] == "110*************71"
    assert shown["email"] == "m***@wanadoo.fr"
    assert str(shown["home_address"]).endswith("***")
    assert shown["contact1_relation"] == "br********aw"
    assert shown["referrer"] == "Wa******** 7"
    assert shown["date_of_birth"] is shown["gps_lat"] is shown["gps_lon"] is None
    kept = {"channel": "web", "product": "cash", "amount": 1000.0, "term": "12", "scene": "phone shop", "fraud_intent": 0.25}
    assert {column: shown[column] for column in kept} == kept
    assert (shown["application_id"], shown["decision"], shown["max_dpd"]) == ("A1", "late", 3.0)


def test_a_value_without_a_key_is_masked_as_given() -> None:
    shown = captioned(application(phone="00000000000", id_number="unknown", bank_card="x", device_id="z" * 300))
    assert shown["phone"] == "00*******00"
    assert shown["id_number"] == "un***wn"
    assert shown["bank_card"] == "*"
    assert len(str(shown["device_id"])) <= 12


def test_spellings_of_one_value_look_alike() -> None:
    looks = {captioned(application(phone=phone))["phone"] for phone in ("13800132231", "+86 138 0013 2231", "0086-138-0013-2231")}
    assert looks == {"138****2231"}


def test_every_column_is_either_kept_or_masked_or_gone() -> None:
    text = {column for column, dtype in APPLICATIONS.schema.items() if dtype == pl.String and column not in captions.KEPT}
    shown = captioned(application(**dict.fromkeys(text, "a value of somebody")))
    assert {column for column in text if shown[column] == "a value of somebody" or shown[column] is None} == set()
