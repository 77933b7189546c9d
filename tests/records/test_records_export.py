"""A lender's export as it comes: GB18030, Chinese headers, CRLF, quoted breaks, blank, short and long rows, bad values."""

from __future__ import annotations

import csv
import io
import json
import os
import random
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from fraudgraph import settings
from fraudgraph.model import Records
from fraudgraph.records import read

HEADERS = [
    "申请编号", "申请时间", "姓名", "身份证号", "手机号", "设备号", "银行卡号", "家庭住址", "单位名称", "单位电话",
    "联系人1电话", "联系人2电话", "渠道", "申请金额", "欺诈意图",
]  # fmt: skip


def _export(folder: Path) -> Path:
    """Write an export of our own, and beside it what must come of it."""
    rng = random.Random(20)
    rows = [
        [
            f"B{n:06d}", f"2022-03-{n % 28 + 1:02d} {n % 24:02d}:15:{n % 60:02d}", "钱多多", f"11010119900101{n:04d}", f"139{n:08d}",
            f"dev{n:05d}", f"62220000{n:08d}",
            f"浙江省杭州市西湖路{n}号" + (",东门" if n % 50 == 0 else "\r\n二号楼" if n % 50 == 1 else ""),
            "杭州某某有限公司", "0571-88000000", "", "", "app",
            str(1000 * (n % 9 + 1)), f"{rng.random():.4f}",
        ]
        for n in range(400)
    ]  # fmt: skip
    for n in range(0, 400, 100):
        rows[n + 3][1] = "2022-13-45"
        rows[n + 4][0] = ""
        rows[n + 5][14] = "1.7"
        rows[n + 6][13] = "五万"
    repeats = [list(rows[n]) for n in (10, 20, 30)]
    contradiction = list(rows[0])
    contradiction[4] = "13000000000"
    short, long = ["C_SHORT", "2022-03-01 10:00:00", "王小二"], [*rows[1], "extra", "extra"]
    lines = [[], *rows, [], *repeats, short, long, contradiction, []]
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([HEADERS, *lines])
    path = folder / "export_gb18030.csv"
    path.write_bytes(text.getvalue().encode("gb18030"))
    bad = dict.fromkeys(("applied_at", "application_id", "fraud_intent", "amount"), 4)
    expected = {
        "rows_in": 406, "rejected_by_column": bad, "short_or_long_rows": 2, "identical_repeats": 3, "conflicting_repeat": "B000000",
        "rejected_rows": 11, "rejected_values": 8, "accepted": 392,
    }  # fmt: skip
    (folder / "export_gb18030.expected.json").write_text(json.dumps(expected), encoding="utf-8")
    return path


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """A practice export where the machine has one, else our own."""
    folder = os.environ.get("FRAUDGRAPH_PRACTICE")
    return Path(folder) / "export_gb18030.csv" if folder else _export(tmp_path)


def test_what_is_accepted_and_rejected(export: Path) -> None:
    expected = json.loads(export.with_suffix(".expected.json").read_text(encoding="utf-8"))
    records = read([export], settings.defaults())
    rejects = records.rejects
    by_column = Counter(column for column in rejects["column"] if column)
    conflicting = rejects.filter(pl.col("reason").str.contains("contradicts"))
    assert {
        "rows_in": records.rows,
        "rejected_by_column": dict(by_column),
        "short_or_long_rows": rejects.filter(pl.col("reason").str.starts_with("has ")).height,
        "identical_repeats": records.repeated,
        "conflicting_repeat": conflicting["value"].item(),
        "rejected_rows": records.rejected_rows,
        "rejected_values": records.rejected_values,
        "accepted": records.accepted,
    } == expected
    assert records.rows == records.accepted + records.repeated + records.rejected_rows


def test_lines_are_where_the_records_start(tmp_path: Path) -> None:
    path = _export(tmp_path)
    records = read([path], settings.defaults())
    lines = path.read_bytes().decode("gb18030").split("\n")
    for level, file, line, column, _, _ in records.rejects.iter_rows():
        start = lines[line - 1]
        assert file == path.name
        assert start.startswith("," if column == "application_id" else ("B", "C_SHORT")), (level, line, column)
        if column == "applied_at":
            assert "2022-13-45" in start


def test_a_bad_value_leaves_the_application(tmp_path: Path) -> None:
    records = read([_export(tmp_path)], settings.defaults())
    one = records.applications.filter(pl.col("application_id") == "B000106")
    assert one["amount"].to_list() == [None]
    assert one["fraud_intent"].item() is not None


def _counts(records: Records) -> tuple[int, ...]:
    return records.rows, records.accepted, records.repeated, records.rejected_rows, records.rejected_values


def test_encodings_agree(tmp_path: Path) -> None:
    text = _export(tmp_path).read_bytes().decode("gb18030")
    found = []
    for encoding in ("gb18030", "utf-8", "utf-8-sig", "utf-16", "utf-16-le"):
        path = tmp_path / f"{encoding}.csv"
        path.write_bytes(text.encode(encoding))
        found.append(read([path], settings.defaults()))
    for other in found[1:]:
        assert other.applications.equals(found[0].applications)
        assert _counts(other) == _counts(found[0])
        assert other.rejects.drop("file").equals(found[0].rejects.drop("file"))
