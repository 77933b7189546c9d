"""Addresses: spellings of one place meet, different places stay apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from fraudgraph.identifiers import key_of
from fraudgraph.identifiers.divisions import divisions
from fraudgraph.model import Status
from fraudgraph.settings import defaults

SETTINGS = defaults()


def address(value: str) -> str | None:
    return key_of("address", value, SETTINGS)[0]


def building(value: str) -> str | None:
    return key_of("building", value, SETTINGS)[0]


SAME = [
    [
        "浙江省杭州市余杭区光明街212号幸福里9栋1单元1002室",
        "余杭区光明街212号 幸福里 9号楼1单元1002",
        "浙江省杭州市余杭区光明街212号幸福里小区9幢一单元1002",
        "浙江省杭州市 余杭区 光明街 212 号 幸福里9-1-1002",
        "浙江杭州余杭区光明街２１２号幸福里9座1单元1002房",
        "杭州市余杭区光明街212号，幸福里第9栋1单元1002室",
        "余杭区光明街212号幸福里九栋一单元1002",
    ],
    [
        "Flat 52, 154 Nash Crossing, Jonesborough",
        "154 Nash Crossing Flat 52 Jonesborough",
        "154 NASH CROSSING #52, JONESBOROUGH",
        "154 nash crossing apt 52,jonesborough",
        "Apartment 52, 154 Nash Crossing, Jonesborough",
    ],
    [
        "Hans-Freudenberger-Straße 8, Whg 38, Eberswalde",
        "HANS-FREUDENBERGER-STRASSE 8, WHG 38, EBERSWALDE",
        "Hans Freudenberger Str. 8 Wohnung 38 Eberswalde",
    ],
    ["Calle Eufemia Gil 57, Ciudad", "C. Eufemia Gil 57 Ciudad", "C/ Eufemia Gil 57, Ciudad"],
    [
        "125 rue de Baudry, Saint Océane-les-Bains",
        "125 RUE DE BAUDRY, ST OCEANE LES BAINS",
        "125 rue de Baudry, 75011 Saint Océane-les-Bains",
    ],
    ["12 High Street, London SW1A 1AA", "12 High St., London", "12 High St, London, UK"],
]


@pytest.mark.parametrize("spellings", SAME, ids=[spellings[0] for spellings in SAME])
def test_spellings_of_one_flat(spellings: list[str]) -> None:
    assert len({address(value) for value in spellings}) == 1
    assert address(spellings[0]) is not None
    assert len({building(value) for value in spellings}) == 1


DIFFERENT = [
    ("北京市朝阳区建设路1号3栋1单元101室", "吉林省长春市朝阳区建设路1号3栋1单元101室"),
    ("余杭区光明街212号幸福里9栋1单元1002室", "余杭区光明街212号幸福里9栋1单元1003室"),
    ("余杭区光明街212号幸福里9栋1单元1002室", "余杭区光明街212号幸福里19栋1单元1002室"),
    ("154 Nash Crossing Apt 52, Jonesborough", "154 Nash Crossing Apt 53, Jonesborough"),
    ("154 Nash Crossing, Jonesborough", "155 Nash Crossing, Jonesborough"),
    ("154 Nash Crossing, Jonesborough", "154 Nash Crossing, Jonesville"),
    ("8 Berg Straße, Goslar", "8 Tal Straße, Goslar"),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different_places_stay_apart(one: str, other: str) -> None:
    assert address(one) != address(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("余杭区光明街212号幸福里9栋1单元1002室", "余杭区光明街212号幸福里9幢2单元301"),
        ("154 Nash Crossing Apt 52, Jonesborough", "Flat 3, 154 Nash Crossing, Jonesborough"),
        ("154 Nash Crossing Apt 52, Jonesborough", "154 Nash Crossing, Jonesborough"),
        ("市南区金融街70号301室", "青岛市市南区金融街70号"),
    ],
)
def test_flats_of_one_building(one: str, other: str) -> None:
    assert building(one) == building(other) is not None


@pytest.mark.parametrize("value", ["无", "不详", "N/A", "same as above", "General Delivery", "UNKNOWN"])
def test_addresses_of_nobody(value: str) -> None:
    assert key_of("address", value, SETTINGS) == (None, Status.PLACEHOLDER)


@pytest.mark.parametrize("value", ["浙江省杭州市余杭区", "London", "12", "北京市"])
def test_a_town_is_no_address(value: str) -> None:
    assert key_of("address", value, SETTINGS) == (None, Status.MALFORMED)


def test_a_district_of_one_name_in_several_cities_keeps_its_city() -> None:
    assert address("北京市朝阳区新华路274号") == "北京朝阳区新华路274号"
    assert address("江苏省南京市鼓楼区中山路1号") == "南京鼓楼区中山路1号"
    assert address("浙江省杭州市余杭区春风路35号") == "余杭区春风路35号"


@pytest.mark.parametrize(
    "spellings",
    [
        ["福建省泉州市晋江市光明街249号", "晋江市光明街249号", "泉州晋江市光明街249号"],
        ["湖北省襄阳市襄城区胜利街1号", "襄城区胜利街1号", "湖北襄阳襄城区胜利街1号"],
        ["北京市北京市海淀区西二旗1号", "北京海淀区西二旗1号", "海淀区西二旗1号", "北京市市辖区海淀区西二旗1号"],
        ["吉林省延边朝鲜族自治州延吉市光明街1号", "延边州延吉市光明街1号", "延吉市光明街1号"],
        ["江苏省苏州市苏州工业园区星湖街1号", "苏州工业园区星湖街1号"],
        ["河南省新乡市红旗区平原路1号", "红旗区平原路1号"],
        ["天河区学府路271号书香门第7栋1单元1001室", "天河区学府路271号书香门第小区7幢一单元1001"],
        ["南京东路123号3层301室", "南京东路123号 3层 301"],
    ],
)
def test_province_and_city_may_be_left_out(spellings: list[str]) -> None:
    assert len({building(value) for value in spellings}) == 1
    assert address(spellings[0]) is not None


def test_the_district_table_knows_the_country() -> None:
    table = divisions()
    assert table.districts["余杭区"] == {"杭州"}
    assert len(table.districts["朝阳区"]) >= 2
    assert len(table.provinces) >= 31


def test_an_address_without_town_takes_the_postcode(book) -> None:  # type: ignore[no-untyped-def]
    found = book(home_address=["12 High Street", "12 High Street", "12 High Street, Flat 3"], postcode=["AB1 2CD", "EF3 4GH", "AB1 2CD"])
    assert found.keys["address.own"].to_list() == ["12 high st ab12cd", "12 high st ef34gh", "12 high st ab12cd|3"]
    assert found.keys["building.own"].to_list() == ["12 high st ab12cd", "12 high st ef34gh", "12 high st ab12cd"]


@hypothesis_settings(max_examples=25, deadline=None)
@given(st.integers(1, 99), st.integers(1, 9), st.integers(101, 3299))
def test_numbers_in_characters(block: int, unit: int, room: int) -> None:
    digits = "零一二三四五六七八九"
    tens, ones = divmod(block, 10)
    spelled = (("" if tens == 1 else digits[tens]) + "十" if tens else "") + (digits[ones] if ones else "")
    assert address(f"余杭区春风路35号绿地新城{spelled}栋{digits[unit]}单元{room}室") == address(
        f"余杭区春风路35号绿地新城{block}号楼{unit}单元{room}"
    )
