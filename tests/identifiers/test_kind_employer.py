"""Employers."""

from __future__ import annotations

import pytest

from fraudgraph.identifiers import key_of
from fraudgraph.model import Status
from fraudgraph.settings import defaults

SETTINGS = defaults()


def employer(value: str) -> str | None:
    return key_of("employer", value, SETTINGS)[0]


@pytest.mark.parametrize(
    "spellings",
    [
        ["北京鑫达鑫科技有限公司", "北京市鑫达鑫科技有限责任公司", "鑫达鑫科技(北京)有限公司", "鑫达鑫科技（北京）有限公司", "鑫达鑫科技"],
        ["Wright, Davey and Foster", "Wright, Davey & Foster", "WRIGHT,DAVEY AND FOSTER", "Wright Davey & Foster Ltd."],
        ["Talleres Ibérica S.A.", "talleres iberica SA", "Talleres Ibérica"],
        ["Walker PLC", "walker plc", " Walker  P.L.C. "],
        ["Jacobi Jäckel GmbH", "Jacobi Jäckel GmbH & Co. KG", "Jacobi Jackel"],
    ],
)
def test_spellings_of_one_company(spellings: list[str]) -> None:
    assert len({employer(value) for value in spellings}) == 1
    assert employer(spellings[0]) is not None


@pytest.mark.parametrize(
    ("one", "other"), [("Walker PLC", "Walker Ltd"), ("Walker PLC", "Walker Group"), ("北京鑫达鑫科技有限公司", "北京恒达鑫科技有限公司")]
)
def test_different_companies(one: str, other: str) -> None:
    assert employer(one) != employer(other)


@pytest.mark.parametrize(
    "value",
    [
        "Retired",
        "self employed",
        "Self-employed",
        "None",
        "N/A",
        "UNEMPLOYED",
        "Student",
        "无",
        "个体",
        "自由职业",
        "退休",
        "Rentner",
        "jubilado",
    ],
)
def test_a_way_of_life_is_no_employer(value: str) -> None:
    assert key_of("employer", value, SETTINGS) == (None, Status.PLACEHOLDER)
