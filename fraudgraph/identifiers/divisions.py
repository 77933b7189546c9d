"""Chinese administrative divisions, from the table that python-stdnum ships: which district lies in which city, and whose name is whose
alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

_LINE = re.compile(r'^\s*(\d{2,4}) (?:province|county)="(.*)"$')
_LONG = re.compile(r"(?:维吾尔|壮族|回族)?(?:自治区|特别行政区|省|市)$")
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
    """Return the table."""
    text = resources.files("stdnum.cn").joinpath("loc.dat").read_text(encoding="utf-8")
    provinces: list[str] = []
    cities: dict[str, set[str]] = {}
    districts: dict[str, set[str]] = {}
    city_names: dict[str, list[str]] = {}
    rows: list[tuple[str, list[str]]] = []
    province = ""
    for line in text.splitlines():
        found = _LINE.match(line)
        if found is None:
            continue
        code, names = found[1], [re.sub(r"^\[.*?\]", "", name) for name in found[2].split(",")]
        if len(code) == 2:
            province = _LONG.sub("", names[0])
            provinces.append(province)
            continue
        rows.append((province + code, [province, *names]))
        if code.endswith("00") and code != "0000":
            city_names[province + code[:2]] = [_city(name) for name in names if name.endswith(("市", "州", "盟", "地区"))]
    for key, (province, *names) in rows:
        code = key[len(province) :]
        if code == "0000":
            continue
        parents = [province] if province in _MUNICIPALITIES else city_names.get(province + code[:2], []) or [province]
        if code.endswith("00"):
            for name in city_names.get(province + code[:2], []):
                cities.setdefault(name, set()).add(province)
            continue
        for name in names:
            if len(name) > 1 and name not in _NOT_A_NAME:
                districts.setdefault(name, set()).update(parents)
    return Divisions(
        provinces=tuple(sorted(provinces, key=lambda name: (-len(name), name))),
        cities=tuple(sorted((name for name in cities if len(name) > 1), key=lambda name: (-len(name), name))),
        districts={name: frozenset(parents) for name, parents in sorted(districts.items())},
        province_of={name: frozenset(parents) for name, parents in sorted(cities.items())},
    )


def _city(name: str) -> str:
    return re.sub(r"(?:[一-龥]{1,8}族)*自治州$|市$|地区$|盟$|州$", "", name) if len(name) > 2 else name


@cache
def prefix_pattern() -> str:
    """Return a pattern with the groups province, city, district for the head of an address without blanks."""
    table = divisions()
    province = "|".join(table.provinces)
    city = "|".join(table.cities)
    suffix = "(?:特别行政区|(?:维吾尔|壮族|回族)?自治区|省|市)?"
    return (
        f"^(?:中国)?(?:({province}){suffix})?(?:市辖区)?(?:({city})(?:[一-龥]{{1,6}}族自治州|地区|盟|市|州)?)?(?:市辖区)?"
        "([一-龥]{1,9}?(?:新区|区|自治县|县|自治旗|旗|市))?"
    )
