"""The same application again: within a run in any order, and against what a store has."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from fraudgraph import model, settings
from fraudgraph.errors import InputError
from fraudgraph.model import Records
from fraudgraph.records import against, read, read_relations

HEADER = "application_id,applied_at,phone,name,amount,fraud_intent"
Row = tuple[str, ...]


def _text(rows: Iterable[Row], header: str = HEADER) -> str:
    return "\n".join([header, *(",".join(row) for row in rows)]) + "\n"


def _read(folder: Path, *files: str) -> Records:
    paths = [folder / f"{number}.csv" for number in range(len(files))]
    for path, text in zip(paths, files, strict=True):
        path.write_text(text, encoding="utf-8")
    return read(paths, settings.defaults())


ROW = st.tuples(
    st.sampled_from(["1", "2", "3", ""]),
    st.sampled_from(["2020-01-01 10:00:00", "2020-01-01T10:00:00Z", "2020-01-02", "bad"]),
    st.sampled_from(["139", "138"]),
    st.sampled_from(["a", " a ", ""]),
    st.sampled_from(["5", "5.0", "five"]),
    st.sampled_from(["0.5", ""]),
)


@given(st.lists(ROW, min_size=1, max_size=12), st.randoms(use_true_random=False), st.integers(0, 12))
@examples(max_examples=40, deadline=None)
def test_neither_the_order_of_rows_nor_of_files_matters(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Row], rng: random.Random, cut: int
) -> None:
    folder = tmp_path_factory.mktemp("book")
    whole = _read(folder, _text(rows))
    assert whole.rows == len(rows) == whole.accepted + whole.repeated + whole.rejected_rows
    assert whole.applications.equals(whole.applications.sort("applied_at", "application_id"))
    shuffled = rng.sample(rows, len(rows))
    for other in (_read(folder, _text(shuffled)), _read(folder, _text(shuffled[:cut]), _text(shuffled[cut:]))):
        assert other.applications.equals(whole.applications)
        assert (other.accepted, other.repeated, other.rejected_rows, other.rejected_values) == (
            whole.accepted, whole.repeated, whole.rejected_rows, whole.rejected_values,
        )  # fmt: skip
        reasons = ["level", "column", "value", "reason"]
        assert other.rejects.select(reasons).sort(reasons).equals(whole.rejects.select(reasons).sort(reasons))


@given(st.lists(ROW, min_size=1, max_size=12))
@examples(max_examples=40, deadline=None)
def test_where_rows_went(tmp_path_factory: pytest.TempPathFactory, rows: list[Row]) -> None:
    records = _read(tmp_path_factory.mktemp("book"), _text(rows))
    lines = records.origin["line"].to_list()
    rejected = records.rejects.filter(pl.col("level") == "row")["line"].to_list()
    assert sorted(lines + rejected) == list(range(2, len(rows) + 2))
    ids = records.applications["application_id"]
    assert [rows[line - 2][0] for line in lines] == ids.gather(records.origin["application"]).to_list()
    seen = list(dict.fromkeys(rows[line - 2][0] for line in lines))
    assert records.input_order["application_id"].to_list() == seen
    assert records.input_order["position"].to_list() == list(range(len(seen)))


def test_the_earlier_then_the_smaller_row_stays(tmp_path: Path) -> None:
    rows = [("1", "2020-01-02", "111", "a", "5", ""), ("1", "2020-01-01", "999", "a", "5", ""), ("1", "2020-01-01", "222", "a", "5", "")]
    records = _read(tmp_path, _text([*rows, rows[2]]))
    assert records.applications["phone"].to_list() == ["222"]
    assert (records.accepted, records.repeated, records.rejected_rows) == (1, 1, 2)
    assert records.rejects.select("level", "line", "column", "value").rows() == [("row", 2, "", "1"), ("row", 3, "", "1")]


def test_repeats_are_judged_on_parsed_values_and_bad_values_of_rejected_rows_are_not_listed(tmp_path: Path) -> None:
    same = [("1", "2020-01-01 10:00:00", "139", "a", "5.0", ".5"), ("1", "2020-01-01T10:00:00Z", " 139", "a", "¥5", "0.5000000001")]
    records = _read(tmp_path, _text([*same, ("1", "2020-01-03", "139", "a", "five", "0.5")]))
    assert (records.accepted, records.repeated, records.rejected_rows, records.rejected_values) == (1, 1, 1, 0)


def test_outcomes_and_missing_columns_do_not_contradict(tmp_path: Path) -> None:
    book = _text([("1", "2020-01-01", "139", "a", "5", "0.5")])
    late = _text([("1", "2020-01-01", "139", "bad", "2020-06-01")], "application_id,applied_at,phone,fraud_label,label_time")
    later = _text([("1", "2020-01-01", "139", "good", "2020-09-01")], "application_id,applied_at,phone,fraud_label,label_time")
    for files in ((book, late, later), (later, book, late), (late, later, book)):
        records = _read(tmp_path, *files)
        assert (records.accepted, records.repeated) == (1, 2)
        assert records.applications.select("name", "amount", "fraud_label", "label_time").rows() == [
            ("a", 5.0, "good", dt.datetime(2020, 9, 1, tzinfo=dt.UTC))
        ]
    other = _text([("1", "2020-01-01", "138", "bad")], "application_id,applied_at,phone,fraud_label")
    assert _read(tmp_path, book, other).rejected_rows == 1


BOOK = [("1", "2020-01-01", "139", "a", "5", ""), ("2", "2020-01-02", "138", "b", "6", ""), ("3", "2020-01-03", "137", "c", "7", "")]


def test_the_same_file_twice_is_all_repeated(tmp_path: Path) -> None:
    first = _read(tmp_path, _text(BOOK))
    again, updates = against(first, first.applications)
    assert (again.accepted, again.repeated, again.rejected_rows) == (0, 3, 0)
    assert again.input_order.equals(first.input_order)
    assert again.applications.is_empty()
    assert updates.is_empty()
    model.APPLICATIONS.check(updates)


def test_what_contradicts_the_store_is_rejected_with_its_repeats(tmp_path: Path) -> None:
    stored = _read(tmp_path, _text(BOOK)).applications
    changed = ("2", "2020-01-02", "130", "b", "six", "")
    night = _read(tmp_path, _text([BOOK[0], changed, changed, ("4", "2020-01-04", "136", "d", "8", "")]))
    assert (night.accepted, night.repeated, night.rejected_values) == (3, 1, 2)
    judged, updates = against(night, stored)
    assert (judged.rows, judged.accepted, judged.repeated, judged.rejected_rows, judged.rejected_values) == (4, 1, 1, 2, 0)
    assert judged.rejects.rows() == [("row", "0.csv", line, "", "2", "contradicts the stored application") for line in (3, 4)]
    assert judged.applications["application_id"].to_list() == ["4"]
    assert judged.input_order.rows() == [("1", 0), ("4", 1)]
    assert judged.origin.rows() == [(0, 0, 5)]
    assert updates.is_empty()


def test_corrections_are_new_versions(tmp_path: Path) -> None:
    stored = _read(tmp_path, _text([(*row, "bad") for row in BOOK], HEADER + ",fraud_label")).applications
    night = _read(tmp_path, _text([("2", "2020-01-02", "130")], "application_id,applied_at,phone"))
    judged, _ = against(night, stored, corrections=True)
    assert (judged.accepted, judged.repeated, judged.rejected_rows) == (1, 0, 0)
    assert judged.applications.select("phone", "name", "amount", "fraud_label").rows() == [("130", "b", 6.0, "bad")]


def test_outcomes_are_filled_in_later(tmp_path: Path) -> None:
    stored = _read(tmp_path, _text(BOOK)).applications
    header = "application_id,applied_at,phone,fraud_label,max_dpd,label_time"
    outcomes = _read(tmp_path, _text([("2", "2020-01-02", "138", "bad", "30", "2020-06-01"), ("9", "2020-01-02", "1", "", "", "")], header))
    judged, updates = against(outcomes, stored)
    assert (judged.accepted, judged.repeated) == (1, 1)
    assert updates.select("application_id", "name", "fraud_label", "max_dpd").rows() == [("2", "b", "bad", 30.0)]
    older = _read(tmp_path, _text([("2", "2020-01-02", "138", "good", "0", "2020-03-01")], header))
    assert against(older, updates)[1].is_empty()
    newer = _read(tmp_path, _text([("2", "2020-01-02", "138", "", "60", "2020-09-01")], header))
    assert against(newer, updates)[1].select("fraud_label", "max_dpd").rows() == [("bad", 60.0)]


RELATIONS = "source,target,kind,weight,applied_at\n"


def test_relations_are_undirected_and_add_up(tmp_path: Path) -> None:
    path = tmp_path / "relations.csv"
    path.write_text(RELATIONS + "b,a,call,2,\na,b,call,3,\na,b,family,,\na,b,call,1,2020-01-01\n")
    relations, rejects = read_relations(path, settings.defaults())
    model.RELATIONS.check(relations)
    assert relations.select("source", "target", "kind", "weight").rows() == [
        ("a", "b", "call", 5.0), ("a", "b", "call", 1.0), ("a", "b", "family", 1.0),
    ]  # fmt: skip
    assert rejects.is_empty()


def test_bad_relations_are_rejected(tmp_path: Path) -> None:
    path = tmp_path / "relations.csv"
    path.write_text(RELATIONS + "a,a,call,1,\n,b,call,1,\na,c,,1,\na,c,call,-1,\na,c,call,x,\na,c\na,c,call,1,soon\na,c,call,inf,\n")
    relations, rejects = read_relations(path, settings.defaults())
    assert relations.is_empty()
    assert rejects.select("line", "column", "reason").rows() == [
        (2, "target", "relates an application to itself"), (3, "source", "missing"), (4, "kind", "missing"),
        (5, "weight", "not above 0"), (6, "weight", "not a number"), (7, "", "has 2 fields, the header has 5"),
        (8, "applied_at", "not a time"), (9, "weight", "not a number"),
    ]  # fmt: skip


def test_a_relations_file_without_its_columns(tmp_path: Path) -> None:
    path = tmp_path / "relations.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="no header for source and target and kind"):
        read_relations(path, settings.defaults())


@pytest.mark.parametrize("order", [lambda rows: rows, lambda rows: rows[::-1]])
def test_weights_are_added_in_one_order(tmp_path: Path, order: Callable[[Any], Any]) -> None:
    path = tmp_path / "relations.csv"
    path.write_text(RELATIONS + "".join(order([f"a,b,call,{weight},\n" for weight in (0.1, 0.2, 0.3, 1e16, 0.7)])))
    assert read_relations(path, settings.defaults())[0]["weight"].item() == sum(sorted([0.1, 0.2, 0.3, 1e16, 0.7]))
