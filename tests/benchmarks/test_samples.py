"""The sample book: what the README promises, and the same bytes each time."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pytest

from benchmarks import samples

FILES = ("applications_cn.csv", "applications_west.csv", "relations.csv", "truth.csv")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("samples")
    samples.main([str(folder)])
    return folder


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((samples.FOLDER / name).read_text("utf-8"))))


def days_of_applications() -> dict[str, date]:
    """The day of each application, as its own clock showed it."""
    east = {r["申请编号"]: r["申请时间"] for r in rows("applications_cn.csv")}
    west = {r["app_id"]: r["apply_time"] for r in rows("applications_west.csv")}
    times = {name: time for name, time in (east | west).items() if name not in ("", "A999999998")}
    return {name: date.fromisoformat(time[:10]) for name, time in times.items()}


@pytest.mark.parametrize("name", FILES)
def test_made_again_byte_for_byte(made: Path, name: str) -> None:
    assert (made / name).read_bytes() == (samples.FOLDER / name).read_bytes()


def test_ids_are_unique_over_both_files_and_all_in_the_truth() -> None:
    east = [r["申请编号"] for r in rows("applications_cn.csv")]
    west = [r["app_id"] for r in rows("applications_west.csv")]
    assert not set(east) & set(west)
    assert len(east) == len(set(east))
    truth = {r["application_id"] for r in rows("truth.csv")}
    bad = {"", "A999999998", "B999999999", "B999999998"}
    assert set(east) | set(west) == truth | bad
    assert 1800 < len(east) < 2200
    assert 900 < len(set(west)) < 1200


def test_gangs_are_many_shapes_and_far_more_frequent_from_the_break_on() -> None:
    truth = rows("truth.csv")
    gangs: dict[str, set[str]] = {}
    for row in truth:
        if row["gang"]:
            gangs.setdefault(row["gang"], set()).add(row["person"])
    assert 10 <= len(gangs) <= 16
    assert all(3 <= len(people) <= 15 for people in gangs.values())
    assert len({r["gang_kind"] for r in truth if r["gang"]}) >= 8
    days = days_of_applications()
    counts = {False: [0, 0], True: [0, 0]}
    for row in truth:
        day = days[row["application_id"]]
        assert date(2019, 10, 1) <= day <= date(2020, 4, 30)
        after = counts[day >= date.fromisoformat(samples.BREAK)]
        after[0] += 1
        after[1] += bool(row["gang"])
    before, from_then_on = (hits / count for count, hits in counts.values())
    assert from_then_on > 3 * before > 0


def test_no_other_period_is_as_bad_as_the_rest_of_the_month_of_the_break() -> None:
    days = days_of_applications()
    counts: dict[str, list[int]] = {}
    for row in rows("truth.csv"):
        day = days[row["application_id"]]
        period = f"{day:%Y-%m}" + ("+" if date.fromisoformat(samples.BREAK) <= day <= date(2020, 1, 31) else "")
        made, by_gangs = counts.setdefault(period, [0, 0])
        counts[period] = [made + 1, by_gangs + bool(row["gang"])]
    assert (counts["2020-01"], counts["2020-01+"]) == ([261, 4], [132, 32])
    shares = {period: by_gangs / made for period, (made, by_gangs) in counts.items()}
    assert len(shares) == 8
    assert shares.pop("2020-01+") > 3 * max(shares.values())


def test_relations_tie_applications_of_the_book() -> None:
    truth = {r["application_id"]: r for r in rows("truth.csv")}
    relations = rows("relations.csv")
    assert 30 <= len(relations) <= 90
    assert {r["kind"] for r in relations} == {"relative", "guarantor", "transfer"}
    assert all(r["source"] in truth and r["target"] in truth and r["source"] != r["target"] for r in relations)
    assert all(float(r["weight"]) > 0 for r in relations)
    within = [r for r in relations if truth[r["source"]]["gang"] and truth[r["source"]]["gang"] == truth[r["target"]]["gang"]]
    assert {r["kind"] for r in within} == {"transfer"}


def test_gang_members_are_worse_than_others() -> None:
    intents = {r["app_id"]: r["score"] for r in rows("applications_west.csv")} | {
        r["申请编号"]: r["欺诈意图"] for r in rows("applications_cn.csv")
    }
    gang: list[float] = []
    others: list[float] = []
    for row in rows("truth.csv"):
        if intents[row["application_id"]]:
            (gang if row["gang"] else others).append(float(intents[row["application_id"]]))
    assert all(0 <= x <= 1 for x in gang + others)
    assert sum(gang) / len(gang) > 0.45 > 0.2 > sum(others) / len(others)
