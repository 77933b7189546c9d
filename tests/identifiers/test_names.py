"""Names: the canonical name, the surname, and when two names agree."""

from __future__ import annotations

import opencc
import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from fraudgraph.identifiers import name_agreement
from fraudgraph.identifiers.name import names, traditional
from fraudgraph.identifiers.name_agreement import CASES, agree, canonical


def agrees(one: str, other: str) -> bool:
    forward, backward = name_agreement(pl.Series([one, other]), pl.Series([other, one]))
    assert forward == backward
    return bool(forward)


@pytest.mark.parametrize(
    ("value", "key", "surname"),
    [
        ("Day, Michelle", "michelle day", "day"),
        ("MICHELLE  DAY ", "michelle day", "day"),
        ("Mrs. Michelle L. Day", "michelle l day", "day"),
        ("Dr Söding, Helen", "helen soding", "soding"),
        ("Henry Boyd Jr.", "henry boyd jr", "boyd"),
        ("Boyd, Henry, Jr", "henry boyd jr", "boyd"),
        ("Boyd Jr, Henry", "henry boyd jr", "boyd"),
        ("Brian O'Brien", "brian obrien", "obrien"),
        ("Karl-Heinz Groß", "karl heinz gross", "gross"),
        ("张伟", "张伟", "张"),
        ("张 伟", "张伟", "张"),
        ("張偉先生", "张伟", "张"),
        ("欧阳娜娜", "欧阳娜娜", "欧阳"),
        ("于 洋", "于洋", "于"),
        ("买买提·艾力", "买买提·艾力", "艾力"),
        ("张伟\u200b", "张伟", "张"),
        ("TEST TEST", None, None),
        ("N/A", None, None),
        ("Mum", None, None),
        ("测试", None, None),
        ("", None, None),
        ("  ", None, None),
        ("12345", None, None),
    ],
)
def test_canonical_names(value: str, key: str | None, surname: str | None) -> None:
    found = names(pl.Series([value]))
    assert found.row(0) == (key, surname)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_every_case_agrees_on_its_example(case) -> None:  # type: ignore[no-untyped-def]
    one, other = canonical(pl.Series(list(case.example)))
    assert case.agree(one, other)
    assert agree(one, other) is not None
    assert agrees(*case.example)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Day, Michelle", "Michelle Day"),
        ("Mr Michelle Day", "DAY MICHELLE"),
        ("Michelle Laura Day", "Michelle Day"),
        ("M L Day", "Michelle Day"),
        ("M Day", "Michelle Day"),
        ("Jürgen Groß", "JUERGEN GROSS"),
        ("François Faivre", "Francois Faivre"),
        ("Pepita Oliva Landa", "Pepita Oliva"),
        ("Bryan Fisaer", "Bryan Fisher"),
        ("Dylan Kng", "Dylan King"),
        ("Courtney rake", "Courtney Drake"),
        ("RoyaRamirez", "Roy Ramirez"),
        ("Gemma noung", "Gemma Young"),
        ("Mike Robinson", "Michael Robinson"),
        ("Henry Boyd Jr", "Henry Boyd"),
        ("张伟", "張偉"),
        ("张伟", "Zhang Wei"),
        ("张伟", "WEI ZHANG"),
        ("单小明", "Shan Xiaoming"),
        ("仇英", "Qiu Ying"),
        ("曾志伟", "Zeng Zhi-Wei"),
        ("解晓东", "Xie Xiao Dong"),
        ("吕布", "Lv Bu"),
        ("吕布", "Lu Bu"),
        ("欧阳娜娜", "Ouyang Nana"),
        ("张伟", "张玮"),
        ("李小明", "李晓明"),
        ("王伟先生", "王伟"),
    ],
)
def test_names_of_one_person(one: str, other: str) -> None:
    assert agrees(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Michelle Day", "Laura Day"),
        ("Michelle Day", "Michelle Night"),
        ("Mary Smith", "Gary Smith"),
        ("Jon Lee", "Jan Lee"),
        ("Henry Boyd Sr", "Henry Boyd Jr"),
        ("Christopher K Lee", "Kenneth Lee"),
        ("Daniel N Bradley", "Natalie Bradley"),
        ("张伟", "张强"),
        ("李小明", "李小红"),
        ("张伟", "李伟"),
        ("张伟", "Li Wei"),
        ("张伟", "Zhang Qiang"),
        ("", "Michelle Day"),
        ("N/A", "N/A"),
        ("Day", "Michelle Day"),
        ("王芳芳", "王芳"),
    ],
)
def test_names_of_two_people(one: str, other: str) -> None:
    assert not agrees(one, other)


def test_nulls_agree_with_nobody() -> None:
    nothing = pl.Series([None, "张伟"], dtype=pl.String)
    assert name_agreement(nothing, nothing).tolist() == [False, True]
    assert name_agreement(nothing.head(0), nothing.head(0)).tolist() == []


@hypothesis_settings(deadline=None)
@given(st.lists(st.sampled_from(sorted(traditional())), min_size=1, max_size=6))
def test_characters_are_simplified_as_opencc_does(characters: list[str]) -> None:
    converter = opencc.OpenCC("t2s")
    table = traditional()
    for character in characters:
        assert table[character] == converter.convert(character)


@hypothesis_settings(max_examples=60, deadline=None)
@given(st.text(max_size=12), st.text(max_size=12))
def test_any_text_is_taken_and_agreement_is_symmetric(one: str, other: str) -> None:
    agrees(one, other)
