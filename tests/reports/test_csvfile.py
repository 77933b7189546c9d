"""CSV files: what goes in comes out again, and no spreadsheet runs a cell."""

from __future__ import annotations

import csv
import io
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from fraudgraph import model
from fraudgraph.reports import csvfile

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)


def written(frame: pl.DataFrame, *free: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.csv"
        csvfile.write(frame, path, free)
        return path.read_bytes()


@settings(deadline=None, max_examples=60)
@given(st.lists(TEXT | st.sampled_from(["=1+1", "+a", "-2", "@x", "\tx", "\rx", 'q"u,o', "a\nb"]), min_size=1, max_size=6))
def test_free_text_comes_back_with_an_apostrophe_where_it_would_run(values: list[str]) -> None:
    raw = written(pl.DataFrame({"id": values, "end": ["."] * len(values)}), "id").decode("utf-8")
    back = [row[0] for row in csv.reader(io.StringIO(raw, newline=""), strict=True)][1:]
    assert back == [f"'{value}" if value.startswith(("=", "+", "-", "@", "\t", "\r")) else value for value in values]


def test_exact_bytes() -> None:
    frame = pl.DataFrame({"id": ['a"b,c', "", None, "=1"], "safe": ["-", "x\ny", "", None], "value": [0.1234567, None, float("nan"), 1.0]})
    assert written(frame, "id") == b'id,safe,value\n"a""b,c",-,0.123457\n,"x\ny",\n,,\n\'=1,,1.000000\n'


def test_times_carry_the_offset_of_the_zone_on_that_day() -> None:
    times = [datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), datetime(2026, 7, 2, 3, 4, 5, 250000, tzinfo=UTC), None]
    frame = pl.DataFrame({"at": times}, schema={"at": model.TIME})
    assert frame.select(csvfile.moment("at", "Europe/Berlin"))["at"].to_list() == [
        "2026-01-02T04:04:05+01:00", "2026-07-02T05:04:05.250+02:00", None,
    ]  # fmt: skip
    assert frame.select(csvfile.moment("at", "UTC"))["at"][0] == "2026-01-02T03:04:05+00:00"
