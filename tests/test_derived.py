"""The tables of a solve, against the arrays and the applications that they are made of."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from core_books import SMALL, Raw, Use, book, raw_book

from fraudgraph import derived, ledger, model
from fraudgraph.calibration import Calibration
from fraudgraph.derived import Named
from fraudgraph.evidence.reasons import REASON_CODES, Group
from fraudgraph.graph.classes import describe, pack
from fraudgraph.graph.facts import LABEL_ORDER
from fraudgraph.judging import Found, line
from fraudgraph.solving import Book, Solution, solve
from fraudgraph.verdicts.grades import LETTERS
from fraudgraph.verdicts.rules import gather, judge

NONE = model.PLACEHOLDERS.empty()


@cache
def solved(seed: int = 0) -> tuple[Raw, Book, Solution, Calibration]:
    raw = raw_book(seed)
    told = raw.book()
    return raw, told, *solve(told, None, NONE, SMALL)


@cache
def judged_book() -> tuple[Found, Named, Calibration]:
    """What the tables are made of."""
    _, told, solution, calibration = solved()
    return solution.found, Named.of(told), calibration


def people(told: Book, prefix: str) -> list[str]:
    """The id of each person, by its number."""
    return [prefix + told.application_id[int(row)] for row in told.first]


def members() -> dict[str, set[str]]:
    """Community id -> persons."""
    _, told, solution, _ = solved()
    groups: dict[str, set[str]] = {}
    for person, first in zip(people(told, "P-"), solution.found.community.tolist(), strict=True):
        groups.setdefault(people(told, "C-")[first], set()).add(person)
    return {name: group for name, group in groups.items() if len(group) > 1}


def test_every_table_has_its_columns() -> None:
    told = solved()[1]
    found, named, calibration = judged_book()
    for table, frame in (
        (model.TIES, derived.ties(found, named, calibration)),
        (model.COMMUNITIES, derived.communities(found, named)),
        (model.VERDICTS, derived.verdicts(found, named, calibration, SMALL)),
        (model.REASONS, derived.reasons(found, named, calibration, SMALL)),
        (ledger.CURRENT, derived.current(told, found, named, amounts(told))),
    ):
        assert frame.schema == pl.Schema(table.schema), table.name
        assert len(frame)


def amounts(told: Book) -> pl.Series:
    return pl.Series("amount", np.arange(len(told.application_id)) * 10.0)


def test_ties_name_both_people_and_say_what_of() -> None:
    found, named, calibration = judged_book()
    table = derived.ties(found, named, calibration)
    names = people(solved()[1], "P-")
    facts = found.scored.facts.take(found.tie)
    expected = [(names[a], names[b]) for a, b in zip(facts.a.tolist(), facts.b.tolist(), strict=True)]
    assert list(table.select("person_a", "person_b").iter_rows()) == expected
    assert table["link_class"].to_list() == [describe(code, calibration.given) for code in found.scored.code[found.tie].tolist()]
    assert table["probability"].is_between(0, 1).all()
    assert (table["evidence"] >= 0).all()


def test_near_pairs_are_stored_without_third_people_and_with_what_they_share() -> None:
    _, told, solution, _ = solved()
    near, named = solution.near, judged_book()[1]
    table, shared = derived.pairs(near, named, solution.codes.keys, solution.found.scored.standing)
    assert table.schema == pl.Schema(model.PAIRS.schema)
    assert shared.schema == pl.Schema(model.PAIR_VALUES.schema)
    names = people(told, "P-")
    ends = [(names[a], names[b]) for a, b in zip(near.facts.a.tolist(), near.facts.b.tolist(), strict=True)]
    assert list(table.select("person_a", "person_b").iter_rows()) == ends
    alone = pack(replace(near.facts, closure=np.zeros(len(ends), np.int32)))
    assert table["link_code"].to_list() == alone.tolist()
    assert near.facts.closure.any(), "some have third people"
    assert table["degree"].to_list() == near.facts.degree.tolist()
    assert table["prior"].to_list() == near.facts.prior.tolist()
    expected = []
    for pair, value, around in zip(near.values.pair.tolist(), near.values.value.tolist(), near.values.people.tolist(), strict=True):
        kind = LABEL_ORDER[value >> 40]
        expected.append((*ends[pair], kind, solution.codes.keys[kind][value & ((1 << 40) - 1)], around))
    assert sorted(shared.rows()) == sorted(expected)


def test_communities_are_those_of_two_people_or_more() -> None:
    found, named, _ = judged_book()
    groups: dict[str, set[str]] = {}
    for community, person in derived.communities(found, named).iter_rows():
        groups.setdefault(community, set()).add(person)
    assert groups == members()


def test_verdicts_are_counted_from_the_applications() -> None:
    raw, told, *_ = solved()
    found, named, calibration = judged_book()
    table = derived.verdicts(found, named, calibration, SMALL)
    ties = derived.ties(found, named, calibration)
    by_person = dict(zip(people(told, "P-"), dict.fromkeys(use.who for use in raw.uses), strict=True))
    assert table["community_id"].to_list() == list(members())
    for row in table.iter_rows(named=True):
        group = members()[row["community_id"]]
        known = [value for person in group if (value := raw.intents[by_person[person]]) is not None]
        assert row["members"] == len(group)
        assert row["voters"] == len(known)
        assert row["applications"] == sum(use.who in {by_person[person] for person in group} for use in raw.uses)
        assert row["mean_intent"] == pytest.approx(sum(known) / len(known), abs=1e-6) if known else row["mean_intent"] is None
        inside = ties.filter(pl.col("person_a").is_in(list(group)) & pl.col("person_b").is_in(list(group)))
        assert row["score"] == pytest.approx(inside["probability"].sum(), abs=1e-4)
        assert (row["threshold"], row["p_cut"]) == (calibration.threshold, calibration.p_cut)
        assert (row["grade"] in LETTERS) == row["flagged"]
        assert not (row["flagged"] and row["stopped_by"])
        assert row["flagged"] == (row["mean_intent"] is not None and row["mean_intent"] > row["threshold"] and row["stopped_by"] == "")
    assert table["flagged"].any()
    assert not table["flagged"].all()


def test_grades_fall_with_the_lower_bound() -> None:
    found, named, calibration = judged_book()
    table = derived.verdicts(found, named, calibration, SMALL).filter("flagged")
    bound = table["mean_intent"] - 1.645 * calibration.tables.sd / table["voters"].sqrt()
    order = table.with_columns(bound.alias("bound")).sort("bound", descending=True)["grade"].to_list()
    assert all(one <= other for one, other in pairwise(order))
    assert len(set(order)) > 1


def codes_by_person(found: Found, named: Named, calibration: Calibration) -> dict[str, set[str]]:
    return {person: set(codes.split(";")) for person, codes in derived.reasons(found, named, calibration, SMALL).iter_rows()}


def test_reasons_say_what_ties_a_person_and_how_the_group_was_judged() -> None:
    raw, told, *_ = solved()
    table = derived.verdicts(*judged_book(), SMALL)
    reasons = codes_by_person(*judged_book())
    assert set(reasons) == set().union(*members().values())
    by_person = dict(zip(people(told, "P-"), dict.fromkeys(use.who for use in raw.uses), strict=True))
    for row in table.iter_rows(named=True):
        for person in members()[row["community_id"]]:
            codes = reasons[person]
            kinds = {group: {code for code in codes if REASON_CODES[code].group is group} for group in Group}
            assert kinds[Group.TIE], "nobody is in a community for nothing"
            if row["flagged"]:
                intent = raw.intents[by_person[person]]
                own = "UNKNOWN" if intent is None else "HIGH" if round(intent, 6) > row["threshold"] else "LOW"
                assert kinds[Group.VERDICT] == {"GANG_MEAN_OVER_T", f"OWN_INTENT_{own}"}
                assert not kinds[Group.CLEAR]
            else:
                assert not kinds[Group.VERDICT]
                assert kinds[Group.CLEAR] == {row["stopped_by"] or "MEAN_UNDER_T"}


def test_ties_of_a_person_are_explained_by_what_they_share() -> None:
    raw, told, *_ = solved()
    reasons = codes_by_person(*judged_book())
    names = dict(zip(dict.fromkeys(use.who for use in raw.uses), people(told, "P-"), strict=True))
    keys: dict[str, set[str]] = {}
    for use in raw.uses:
        keys.setdefault(names[use.who], set()).add(use.keys.get("device.own", ""))
    for group in members().values():
        for person in group:
            mine = keys[person] - {""}
            shared_device = any(mine & keys[other] for other in group - {person})
            assert ("SHARED_DEVICE" in reasons[person]) <= shared_device


def test_a_tie_that_was_cut_is_no_reason() -> None:
    """Two couples over devices, between them a WiFi that no longer holds."""
    shares = [{"device.own": "d"}, {"device.own": "d", "wifi.own": "w"}, {"imei.own": "i", "wifi.own": "w"}, {"imei.own": "i"}]
    told = book([Use(f"A{i}", f"w{i}", i, keys) for i, keys in enumerate(shares)], {f"w{i}": 0.2 for i in range(4)})
    solution, calibration = solve(told, None, NONE, SMALL)
    for parts, wifi in (([0, 0, 0, 0], 2), ([0, 0, 2, 2], 0)):
        community = np.array(parts, np.int32)
        groups = gather(community, told.intent, SMALL)
        judged = judge(groups, line(calibration, SMALL), SMALL)
        tie = np.ones(len(solution.found.tie), bool)
        cut = replace(solution.found, community=community, groups=groups, judged=judged, tie=tie)
        codes = codes_by_person(cut, Named.of(told), calibration)
        assert all("SHARED_DEVICE" in found for found in codes.values())
        assert sum("SHARED_WIFI" in found for found in codes.values()) == wifi


@pytest.mark.parametrize(("case", "code"), [("no transmission", "NO_TRANSMISSION"), ("no intents", "NO_INTENTS")])
def test_where_nobody_can_be_flagged_that_is_the_reason(case: str, code: str) -> None:
    _, told, _, calibration = solved()
    solution, quiet = solve(told, calibration.with_case(case), NONE, SMALL)
    named = Named.of(told)
    table = derived.verdicts(solution.found, named, quiet, SMALL)
    assert not table["flagged"].any()
    assert table["threshold"].null_count() == len(table) > 0
    assert set(table["grade"].to_list()) == {""}
    assert all(code in codes and "MEAN_UNDER_T" not in codes for codes in codes_by_person(solution.found, named, quiet).values())


def test_current_lists_the_applications_of_every_community() -> None:
    raw, told, *_ = solved()
    found, named, _ = judged_book()
    table = derived.current(told, found, named, amounts(told))
    of_person = {person: community for community, group in members().items() for person in group}
    names = dict(zip(dict.fromkeys(use.who for use in raw.uses), people(told, "P-"), strict=True))
    expected = [
        (of_person[names[use.who]], use.app, use.time, row * 10.0) for row, use in enumerate(raw.uses) if names[use.who] in of_person
    ]
    assert list(table.with_columns(pl.col("applied_at").dt.epoch("us")).iter_rows()) == expected


def test_evidence_is_that_of_the_gangs_that_live() -> None:
    _, told, solution, _ = solved()
    found, named, calibration = judged_book()
    table = derived.verdicts(found, named, calibration, SMALL)
    flagged = table.filter("flagged")["community_id"].to_list()
    empty = {name: pl.Series([None] * (len(flagged) + 1), dtype=dtype) for name, dtype in model.GANGS.schema.items()}
    ids = [f"G-{len(flagged) - i}" for i in range(len(flagged))]
    gangs = pl.DataFrame(empty).with_columns(pl.Series("gang_id", [*ids, "G-gone"]), pl.Series("community_id", [*flagged, ""]))
    evidence = derived.evidence(solution.codes, told.person, found, named, gangs)
    assert evidence.schema == pl.Schema(model.EVIDENCE.schema)
    assert set(evidence["gang_id"].to_list()) == set(ids)
    sizes = dict(zip(ids, table.filter("flagged")["members"].to_list(), strict=True))
    assert all(2 <= members_ <= sizes[gang] for gang, members_ in evidence.select("gang_id", "members").iter_rows())
    devices = evidence.filter(pl.col("kind") == "device")
    community_of = dict(zip(ids, flagged, strict=True))
    for gang, key in devices.select("gang_id", "key").iter_rows():
        users = {use.app for use in solved()[0].uses if use.keys.get("device.own") == key}
        apps = {person.removeprefix("P-") for person in members()[community_of[gang]]}
        assert len(users & apps) >= 2


def test_a_book_of_nothing_has_empty_tables() -> None:
    told = book([], {})
    solution, calibration = solve(told, None, NONE, SMALL)
    found, named = solution.found, Named.of(told)
    none = np.zeros(0, np.int64)
    for table, frame in (
        (model.TIES, derived.ties(found, named, calibration)),
        (model.COMMUNITIES, derived.communities(found, named)),
        (model.VERDICTS, derived.verdicts(found, named, calibration, SMALL)),
        (model.REASONS, derived.reasons(found, named, calibration, SMALL)),
        (model.EVIDENCE, derived.evidence(solution.codes, told.person, found, named, model.GANGS.empty())),
        (ledger.CURRENT, derived.current(told, found, named, pl.Series("amount", [], dtype=pl.Float64))),
        *zip((model.PAIRS, model.PAIR_VALUES), derived.pairs(solution.near, named, solution.codes.keys, none), strict=True),
    ):
        assert frame.equals(table.empty()), table.name


def test_a_person_is_named_by_the_first_application() -> None:
    told = book([Use("Z1", "x", 0), Use("A2", "y", 1), Use("A3", "x", 2)], {"y": 0.5})
    named = Named.of(told)
    assert named.ids(np.array([1, 0, 1])).to_list() == ["P-A2", "P-Z1", "P-A2"]
    assert named.ids(np.array([0], np.int32), "C-").to_list() == ["C-Z1"]
    assert named.first.to_list() == ["Z1", "A2"]
    assert named.applications.tolist() == [2, 1]
    assert named.intent.tolist() == [-1, 500_000]
    assert told.persons == 2
