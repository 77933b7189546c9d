"""Headers, formats, and input that cannot be read: one sentence each."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import json
import os
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import polars as pl
import pytest

from fraudgraph import model, settings
from fraudgraph.errors import ConfigurationError, FraudgraphError, InputError
from fraudgraph.model import Records
from fraudgraph.records import from_frame, headers, parse_map, read

PLAIN = "application_id,applied_at,phone\n1,2020-01-01,139\n"


def test_every_alias_stands_for_a_canonical_column() -> None:
    assert set(headers.aliases("applications").values()) == set(model.APPLICATIONS.columns)
    assert set(headers.aliases("relations").values()) == set(model.RELATIONS.columns)


def test_headers_are_compared_without_case_width_and_punctuation() -> None:
    seen = ["APP ID", "Ａｐｐｌｙ＿Ｔｉｍｅ", "Mobile-No.", "联系人１电话", "Card_No", "remark"]
    found = headers.understand(seen, {}, "f.csv")
    assert found == {"application_id": 0, "applied_at": 1, "phone": 2, "contact1_phone": 3, "bank_card": 4}


def test_a_mapping_wins_over_aliases(book: Callable[..., Records]) -> None:
    text = "app_id,apply_time,mobile,MOB NO\n1,2020-01-01,111,222\n"
    records = book(text, records__map=parse_map(["phone=mob_no"]))
    assert records.applications["phone"].to_list() == ["222"]
    assert [use.column for use in records.columns] == ["application_id", "applied_at", None, "phone"]
    assert book(text).applications["phone"].to_list() == ["111"]


def test_two_headers_for_one_column() -> None:
    with pytest.raises(ConfigurationError, match="'mobile' and '手机号' both mean phone"):
        headers.understand(["app_id", "mobile", "手机号"], {}, "f.csv")


@pytest.mark.parametrize("word", ["phone", "phone=", "=X", "fone=MOBILE"])
def test_mappings_that_cannot_be(word: str) -> None:
    with pytest.raises(ConfigurationError):
        parse_map([word])
    with pytest.raises(ConfigurationError, match="two headers"):
        parse_map(["phone=A", "phone=B"])
    with pytest.raises(ConfigurationError, match="cannot be both"):
        parse_map(["phone=A", "email=A"])


def test_a_mapping_to_a_header_that_no_file_has(book: Callable[..., Records]) -> None:
    with pytest.raises(ConfigurationError, match=r"'NOPE'.*'application_id'"):
        book(PLAIN, records__map={"email": "NOPE"})


def test_columns_say_how_they_were_understood(book: Callable[..., Records]) -> None:
    records = book("app_id,apply_time,mobile,remark\n1,2020-01-01,,x\n2,2020-01-01,139,\n3,bad,139,\n")
    assert [(use.header, use.column, use.filled, use.rows) for use in records.columns] == [
        ("app_id", "application_id", 3, 3), ("apply_time", "applied_at", 3, 3), ("mobile", "phone", 2, 3), ("remark", None, 1, 3),
    ]  # fmt: skip


def _bytes_of(write: Callable[[io.BytesIO], object]) -> bytes:
    stream = io.BytesIO()
    write(stream)
    return stream.getvalue()


WHOLE = pl.DataFrame({"application_id": ["1", "2"] * 500, "applied_at": ["2020-01-01"] * 1000, "phone": [str(n) for n in range(1000)]})

UNREADABLE = {
    "empty.csv": b"",
    "blank.csv": b"\n \n",
    "header.csv": b"application_id,applied_at,phone\n",
    "header_only.parquet": _bytes_of(WHOLE.clear().write_parquet),
    "binary.csv": bytes(range(256)) * 20,
    "zeros.csv": bytes(5000),
    "picture.csv": b"\x89PNG\r\n\x1a\n" + bytes(100),
    "old.xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    "cut.parquet": _bytes_of(WHOLE.write_parquet)[:-100],
    "none.parquet": b"hello",
    "none.xlsx": b"hello",
    "zip.xlsx": b"PK\x03\x04" + bytes(100),
    "other.csv": b"a,b\n1,2\n",
    "anonymous.csv": b"application_id,applied_at,remark\n1,2020-01-01,x\n",
    "cut.csv.gz": gzip.compress(os.urandom(300_000))[:-100],
    "none.jsonl": b"{}\n",
    "none.json": b'[{"a":1},',
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_gets_one_sentence(book: Callable[..., Records], name: str) -> None:
    with pytest.raises(InputError) as caught:
        book(UNREADABLE[name], name)
    assert name in str(caught.value)
    assert len(str(caught.value)) < 600
    assert "\n" not in str(caught.value)


def test_no_file_a_folder_no_permission(tmp_path: Path) -> None:
    chosen = settings.defaults()
    for path, words in ((tmp_path / "none.csv", "no file"), (tmp_path, "folder")):
        with pytest.raises(InputError, match=words):
            read([path], chosen)
    with pytest.raises(InputError, match="at least one"):
        read([], chosen)
    locked = tmp_path / "locked.csv"
    locked.write_text(PLAIN)
    with pytest.MonkeyPatch.context() as patch:

        def refuse(*_: object, **__: object) -> None:
            raise PermissionError("no")

        patch.setattr(Path, "open", refuse)
        with pytest.raises(InputError, match="may not be read"):
            read([locked], chosen)


def test_many_columns(book: Callable[..., Records]) -> None:
    more = [f"x{n}" for n in range(20_000)]
    known = "application_id,applied_at,phone,"
    records = book(known + ",".join(more) + "\n1,2020-01-01,139," + ",".join("y" * len(more)) + "\n")
    assert records.accepted == 1
    assert len(records.columns) < 200
    assert "further unknown headers" in records.notes[0]
    with pytest.raises(InputError) as caught:
        book(",".join(more) + "\n" + ",".join("y" * len(more)) + "\n")
    assert "'x0'" in str(caught.value)
    assert len(str(caught.value)) < 700


def test_bytes_that_are_no_text_cost_only_themselves(book: Callable[..., Records]) -> None:
    records = book(PLAIN.encode() + b"2,2020-01-01,\xff\n3,2020-01-01,\xe5\xbc\xa0\n")
    assert sorted(records.applications["phone"]) == ["139", "\u5f20", "\ufffd"]
    assert "unreadable" in records.notes[0]


def test_json_lines(book: Callable[..., Records]) -> None:
    lines = ['{"app_id":"1","apply_time":"2020-01-01T00:00:00Z","mobile":13900000000,"amount":5.50}', "", "{bad", "[1]"]
    lines += ['{"app_id":2,"apply_time":"2020-01-02","mobile":"\\ud800x","name":{"a":1},"amount":null}']
    lines += [f'{{"app_id":"n{n}","apply_time":"2020-02-01","late_key":1,"email":"e{n}@x.cn"}}' for n in range(60)] + ["nope"]
    records = book("\n".join(lines), "book.jsonl")
    assert (records.rows, records.accepted) == (65, 62)
    assert records.rejects.select("line", "reason").rows() == [(line, "is not a JSON object") for line in (3, 4, 66)]
    first = records.applications.row(0, named=True)
    assert (first["phone"], first["amount"]) == ("13900000000", 5.5)
    assert records.applications["email"].drop_nulls().len() == 60


def test_json_array(book: Callable[..., Records]) -> None:
    entries = [{"app_id": "1", "apply_time": "2020-01-01", "mobile": 1390}, 5, {"app_id": "2", "apply_time": "2020-01-01"}]
    records = book(json.dumps(entries, indent=1), "book.json")
    assert records.applications.select("application_id", "phone").rows() == [("1", "1390"), ("2", None)]
    assert records.rejects.select("line", "reason").rows() == [(2, "is not a JSON object")]


def test_workbook(book: Callable[..., Records]) -> None:
    import openpyxl  # type: ignore[import-untyped]

    sheet = openpyxl.Workbook()
    page = sheet.active
    page.append(["申请编号", "申请时间", "手机号", "申请金额", "欺诈意图"])
    page.append(["A1", dt.datetime(2020, 1, 2, 3, 4, 5), 13800001111, 5000.5, 0.25])
    page.append([])
    page.append([2, "2020-01-03 03:04", "138", "五", 2])
    page.append([3, dt.date(2020, 1, 4), 139, 5, 1])
    page.append([4, 43834.5, 139, 5, 1])
    records = book(_bytes_of(sheet.save), "book.xlsx")
    assert records.applications.select("application_id", "phone", "amount", "fraud_intent").rows() == [
        ("A1", "13800001111", 5000.5, 0.25), ("2", "138", None, None), ("3", "139", 5.0, 1.0), ("4", "139", 5.0, 1.0),
    ]  # fmt: skip
    assert records.applications["applied_at"].dt.to_string("%F %T").to_list() == [
        "2020-01-02 03:04:05", "2020-01-03 03:04:00", "2020-01-04 00:00:00", "2020-01-04 12:00:00",
    ]  # fmt: skip
    assert records.rejects["line"].to_list() == [3, 3]


def test_parquet_and_several_files(tmp_path: Path) -> None:
    pl.DataFrame(
        {"app_id": [1, 2], "apply_time": [dt.datetime(2020, 1, 2), None], "mobile": [1390, 1391], "score": [0.5, 0.25], "tags": [["a"], []]}
    ).write_parquet(tmp_path / "a.parquet")
    (tmp_path / "b.csv").write_text("申请编号,申请时间,邮箱\n3,2020-01-01,x@y.cn\n", encoding="gb18030")
    records = read([tmp_path / "a.parquet", tmp_path / "b.csv"], settings.defaults())
    assert records.applications.select("application_id", "phone", "email", "fraud_intent").rows() == [
        ("3", None, "x@y.cn", None), ("1", "1390", None, 0.5),
    ]  # fmt: skip
    assert records.input_order.rows() == [("1", 0), ("3", 1)]
    assert records.rejects.rows() == [("row", "a.parquet", 2, "applied_at", "", "missing")]
    model.APPLICATIONS.check(records.applications)
    model.REJECTS.check(records.rejects)


def test_pandas_and_polars_frames() -> None:
    mixed = pd.DataFrame(
        {
            "application_id": [1, 2, 3, 4],
            "applied_at": [pd.Timestamp("2020-01-01"), None, "2020-01-02 10:00", dt.date(2020, 1, 3)],
            "phone": [13800001111.0, float("nan"), "x\ud800", None],
            "date_of_birth": [dt.date(1990, 1, 1), None, None, None],
            "fraud_intent": [0.5, float("nan"), float("inf"), 2],
            5: [1, 2, 3, 4],
        }
    )
    records = from_frame(mixed, settings.defaults())
    assert records.applications.select("application_id", "phone", "date_of_birth", "fraud_intent").rows() == [
        ("1", "13800001111", dt.date(1990, 1, 1), 0.5), ("3", "x?", None, None), ("4", None, None, None),
    ]  # fmt: skip
    assert records.rejects.select("level", "file", "line", "column").rows() == [
        ("row", "data frame", 2, "applied_at"), ("value", "data frame", 3, "fraud_intent"), ("value", "data frame", 4, "fraud_intent"),
    ]  # fmt: skip
    one = pl.DataFrame({"application_id": ["1"], "applied_at": [dt.datetime(2020, 1, 1)], "phone": ["13800001111"]})
    same = from_frame(one, settings.defaults())
    assert same.applications["phone"].to_list() == ["13800001111"]
    with pytest.raises(InputError, match="DataFrame is needed"):
        from_frame([1], settings.defaults())  # type: ignore[arg-type]
    with pytest.raises(FraudgraphError, match="no header 'tel'"):
        from_frame(mixed, settings.defaults().override({"records.map": {"email": "tel"}}))


def test_a_pipe(tmp_path: Path) -> None:
    import threading

    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_text(PLAIN), daemon=True)
    writer.start()
    assert read([pipe], settings.defaults()).accepted == 1
    writer.join()
