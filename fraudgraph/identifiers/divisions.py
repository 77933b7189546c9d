"""Chinese administrative divisions, from the table that python-stdnum ships: which district lies in which city, and whose name is whose
alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

_LINE = re.compile(r'^\s*(\d{2,4}) (?:province|county)="(.*)"$')
_LONG = re.compile(r"(?:维吾尔|壮族|回族)?(?:自治区|特别行政区|省|市)$")
_ENDED = re.compile(r"^\[\d*-\d+\]")
_PEOPLES = "藏|羌|彝|回|蒙古|哈萨克|柯尔克孜|傣|景颇|白|傈僳|哈尼|苗|侗|布依|壮|土家|朝鲜|黎"
_MUNICIPALITIES = frozenset({"北京", "上海", "天津", "重庆"})
_NOT_A_NAME = frozenset({"市辖区", "市区", "郊区", "县", "城区", "矿区", "直辖县", "省直辖县级行政单位"})


@dataclass(frozen=True)
class Divisions:
    """Names as people write them."""

    provinces: tuple[str, ...]
    """Short: 浙江, 北京, 内蒙古."""
    cities: tuple[str, ...]
    """Short: 杭州, 延边."""
    districts: dict[str, frozenset[str]]
    """District, county or county-level city (full name) -> short names of the cities (or provinces) that have had one."""
    province_of: dict[str, frozenset[str]]
    """Short city -> short provinces."""


@cache
def divisions() -> Divisions:
    """Return the table. A district that exists today belongs to where it is today, one that was abolished to where it was."""
    provinces: list[str] = []
    rows: list[tuple[str, str, str, bool]] = []
    for line in resources.files("stdnum.cn").joinpath("loc.dat").read_text(encoding="utf-8").splitlines():
        found = _LINE.match(line)
        if found is None:
            continue
        names = [(re.sub(r"^\[.*?\]", "", name), not _ENDED.match(name)) for name in found[2].split(",")]
        if len(found[1]) == 2:
            provinces.append(_LONG.sub("", names[0][0]))
        else:
            rows += [(provinces[-1], found[1], name, today) for name, today in names]
    cities: dict[tuple[str, str], list[tuple[str, bool]]] = {}
    for province, code, name, today in rows:
        if code.endswith("00") and code != "0000" and name.endswith(("市", "州", "盟", "地区")):
            cities.setdefault((province, code[:2]), []).append((_city(name), today))
    districts: dict[str, dict[bool, set[str]]] = {}
    for province, code, name, today in rows:
        if not code.endswith("00") and len(name) > 1 and name not in _NOT_A_NAME:
            city = max(cities.get((province, code[:2]), [(province, False)]), key=lambda entry: entry[1])[0]
            districts.setdefault(name, {}).setdefault(today, set()).add(province if province in _MUNICIPALITIES else city)
    province_of: dict[str, set[str]] = {}
    for (province, _), entries in cities.items():
        for city, _ in entries:
            province_of.setdefault(city, set()).add(province)
    return Divisions(
        provinces=tuple(sorted(provinces, key=lambda name: (-len(name), name))),
        cities=tuple(sorted((name for name in province_of if len(name) > 1), key=lambda name: (-len(name), name))),
        districts={name: frozenset(found.get(True) or found[False]) for name, found in sorted(districts.items())},
        province_of={name: frozenset(found) for name, found in sorted(province_of.items())},
    )


def _city(name: str) -> str:
    return re.sub(rf"(?:(?:{_PEOPLES})族?)*自治州$|市$|地区$|盟$|州$", "", name) if len(name) > 2 else name


def town(text: str) -> tuple[str, int]:
    """Return the canonical name of the district (or city) that an address without blanks begins with, and how many characters name it.

    A district whose name is its alone in the country stands for itself; others follow the short name of their city where that is known.
    Without a district the city, or else the province, stands for itself; ("", 0) where the text names none.
    """
    table = divisions()
    head = _head_pattern().match(text)
    assert head is not None
    province, city, after = head["p"], head["c"], head.end()
    before = head.start("c") if city else after
    for start, given in ((after, city), (before, None)):  # 晋江市 is a district whose name was once a prefecture's
        for end in (place.end() for place in _DISTRICT_END.finditer(text, start, start + _LONGEST_DISTRICT)):
            district = text[start:end]
            parents = table.districts.get(district)
            if parents is not None and len(parents) == 1:
                return district, end
            if parents is not None:
                return _city_of(table, province, given, parents) + district, end
    short = city or province or ""
    if not short or _STREET_NEXT.match(text, after):
        return "", 0
    repeated = text.startswith(short, after)
    return short, after + len(short) * repeated


def _city_of(table: Divisions, province: str | None, city: str | None, parents: frozenset[str]) -> str:
    if city is not None:
        return city
    if province in parents:
        return province or ""
    inside = sorted(parent for parent in parents if province in table.province_of.get(parent, ()))
    return inside[0] if len(inside) == 1 else ""


_DISTRICT_END = re.compile("[区县旗市]")
_LONGEST_DISTRICT = 14
_STREET_NEXT = re.compile("[东西南北中]?大?[路街道巷]")


@cache
def _head_pattern() -> re.Pattern[str]:
    table = divisions()
    suffix = "(?:特别行政区|(?:维吾尔|壮族|回族)?自治区|省|市)?"
    prefecture = f"(?:(?:(?:{_PEOPLES})族?)+自治州|地区|盟|市|州|(?![区县旗]))"
    return re.compile(
        f"(?:中国)?(?:(?P<p>{'|'.join(table.provinces)}){suffix})?(?:(?P=p){suffix})?(?:市辖区)?"
        f"(?:(?P<c>{'|'.join(table.cities)}){prefecture})?(?:市辖区)?"
    )
