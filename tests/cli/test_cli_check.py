"""``fraudgraph check``: what a dry run prints."""

from __future__ import annotations

import csv as csv_format
import json
from dataclasses import replace
from io import StringIO
from pathlib import Path

from cli_fakes import Command, Pipeline


def test_it_says_how_columns_were_understood_and_what_would_be_rejected(command: Command, pipeline: Pipeline, csv: Path) -> None:
    ended = command("check", csv, "--map", "phone=手机号")
    assert ended.code == 0
    assert pipeline.calls[0]["inputs"] == [csv]
    assert pipeline.calls[0]["settings"].table("records.map") == {"phone": "手机号"}
    lines = [" ".join(line.split()) for line in ended.out.splitlines()]
    assert "手机号 phone 95.0 %" in lines
    assert "app_id application_id 0.0 %" in lines
    assert "7 value amount not a number line 3: x; line 5: 1o0; line 20: 0" in lines
    assert "1 row wrong number of fields line 9" in lines
    assert "nothing would be rejected" in lines
    assert "rows 100" in lines
    assert "no column was taken as the fraud intent" in ended.out
    assert "Times are UTC." in lines


def test_a_header_cannot_steer_the_terminal(command: Command, csv: Path) -> None:
    ended = command("check", csv)
    assert "\x1b" not in ended.out
    assert "\N{REPLACEMENT CHARACTER}[31mred" in ended.out


def test_json_and_csv_have_the_same_names(command: Command, csv: Path) -> None:
    objects = json.loads(command("check", csv, "--format", "json").out)
    rows = list(csv_format.DictReader(StringIO(command("check", csv, "--format", "csv").out)))
    assert [row["about"] for row in rows] == ["column", "column", "column", "reject", "reject"]
    for made, row in zip(objects, rows, strict=True):
        assert set(made) <= set(row)
        assert {key for key, value in row.items() if value} <= set(made)
    assert objects[0] == {
        "about": "column", "file": "书.csv", "header": "手机号", "column": "phone", "filled": 95, "rows": 100, "share": 0.95,
    }  # fmt: skip
    assert objects[3]["examples"] == ["line 3: x", "line 5: 1o0", "line 20: 0"]
    assert rows[3]["examples"] == "line 3: x; line 5: 1o0; line 20: 0"


def test_strict(command: Command, pipeline: Pipeline, csv: Path) -> None:
    assert command("check", csv, "--strict").code == 3
    pipeline.records = replace(pipeline.records, rejected_rows=0)
    assert command("check", csv, "--strict").code == 0


def test_it_needs_input(command: Command) -> None:
    ended = command("check")
    assert ended.code == 2
    assert "Missing argument 'INPUT...'" in ended.err
