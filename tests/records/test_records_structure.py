"""Records and fields in delimited text: against the standard library on good text, by hand on bad text, and in any block size."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from fraudgraph import settings
from fraudgraph.model import Records
from fraudgraph.records import encodings, read
from fraudgraph.records.structure import Fields, mend, structure

CELL = st.text(alphabet=st.sampled_from(list('ab1 ",;\n\r张é')), max_size=6)
COMMA = ord(",")


def _cut(data: bytes) -> list[list[str]]:
    cutter, at, rows = Fields(COMMA), 0, []
    while at < len(data):
        fields, at = cutter.record(data, at)
        rows.append([value.decode() for value, _ in fields])
    return rows


@given(st.lists(st.lists(CELL, min_size=2, max_size=4), min_size=1, max_size=6), st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]))
def test_well_formed_text_is_cut_as_the_standard_library_does(rows: list[list[str]], quoting: int) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=quoting, lineterminator="\r\n").writerows(rows)  # type: ignore[arg-type]
    data = text.getvalue().encode()
    found = structure(data, COMMA, True)
    assert found.misplaced is None
    assert found.fields.tolist() == [len(row) for row in rows]
    assert found.ends.tolist()[-1] == len(data)
    starts = [0, *found.ends.tolist()[:-1]]
    assert found.lines.tolist() == [data[:start].count(b"\n") for start in starts]
    assert _cut(data) == rows


@given(st.text(alphabet=st.sampled_from(list('ab",\n\r')), max_size=40))
def test_anything_can_be_mended(text: str) -> None:
    data = text.encode() + b"\n"
    before = _cut(data)
    found = structure(data, COMMA, True)
    mended = data if found.misplaced is None else mend(data, found.misplaced, COMMA, True)[0]
    again = structure(mended, COMMA, True)
    assert again.misplaced is None
    assert mended.count(b"\n") == data.count(b"\n")
    assert _cut(mended) == before
    assert again.fields.tolist() == [len(row) for row in before]


@given(st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=12), st.integers(1, 40), st.booleans())
@examples(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
def test_the_size_of_blocks_does_not_matter(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], size: int, stray: bool
) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["application_id", "applied_at", "phone", "name", "employer", "email"])
    writer.writerows([f"A{n}", "2020-01-01", "139", *row] for n, row in enumerate(rows))
    content = text.getvalue() + ('Z,2020-01-01,1,5" tablet,"unclosed,x\nY,2020-01-01,1,2,3\n' if stray else "")
    path = tmp_path_factory.mktemp("blocks") / "book.csv"
    path.write_text(content, encoding="utf-8", newline="")
    with pytest.MonkeyPatch.context() as patch:
        whole = read([path], settings.defaults())
        patch.setattr(encodings, "BLOCK", size)
        pieces = read([path], settings.defaults())
    assert pieces.applications.equals(whole.applications)
    assert pieces.rejects.equals(whole.rejects)
    assert pieces.origin.equals(whole.origin)
    got = {row[0]: list(row[1:]) for row in whole.applications.select("application_id", "name", "employer", "email").iter_rows()}
    nothing = {"", "nan"}
    for n, row in enumerate(rows):
        assert got[f"A{n}"] == [None if value.strip() in nothing else value.strip() for value in row]


BAD = """application_id,applied_at,phone,name,amount,fraud_intent
1,2020-01-01,139,5" tablet,5,0.1
2,2020-01-01,139,"a ""b"" c",5,0.1
3,2020-01-01,1,"x"y,5,.1
4,2020-01-01,2,z

5,2020-01-01,2,"unclosed,5,.1
6,2020-01-01,2,"a
b",5,.1
7,2020-01-01,2,ok,5,.1,more
"""


def test_quotation_marks_out_of_place_are_characters(book: Callable[..., Records]) -> None:
    records = book(BAD)
    names = records.applications.sort("application_id")["name"].to_list()
    assert names == ['5" tablet', 'a "b" c', '"x"y', '"unclosed', "a\nb"]
    assert records.rejects.select("line", "reason").rows() == [
        (5, "has 4 fields, the header has 6"),
        (10, "has 7 fields, the header has 6"),
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("semicolon.csv", "申请编号;申请时间;手机号;姓名\n1;2020-01-01;139;a,b\n"),
        ("pipe.txt", "application_id|applied_at|phone|name\n1|2020-01-01|139|a,b\n"),
        ("tab.tsv", "application_id\tapplied_at\tphone\tname\n1\t2020-01-01\t139\ta,b\n"),
        ("hint.csv", "sep=;\r\napplication_id;applied_at;phone;name\r\n1;2020-01-01;139;a,b\r\n"),
        ("old.csv", 'application_id,applied_at,phone,name\r1,2020-01-01,139,"a,b"\r'),
        ("no_end.csv", '\n\napplication_id,applied_at,phone,name\n1,2020-01-01,139,"a,b"'),
    ],
)
def test_separators_and_line_ends(book: Callable[..., Records], name: str, content: str) -> None:
    records = book(content, name)
    assert records.applications.select("application_id", "phone", "name").rows() == [("1", "139", "a,b")]


def test_a_line_of_separators_is_a_row_and_a_blank_line_is_none(book: Callable[..., Records]) -> None:
    records = book("application_id,applied_at,phone\n1,2020-01-01,139\n  \n,,\n\n")
    assert (records.rows, records.rejected_rows) == (2, 1)
    assert records.rejects.row(0)[:4] == ("row", "book.csv", 4, "application_id")


def test_compressed(tmp_path: Path) -> None:
    import gzip

    import pyarrow as pa

    plain = b"application_id,applied_at,phone\n1,2020-01-01,139\n"
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(plain))
    (tmp_path / "b.csv.zst").write_bytes(pa.Codec("zstd").compress(plain, asbytes=True))
    records = read([tmp_path / "a.csv.gz", tmp_path / "b.csv.zst"], settings.defaults())
    assert (records.accepted, records.repeated) == (1, 1)


def test_hostile_characters_pass_through(book: Callable[..., Records]) -> None:
    name = "\u202eabc\x00\x07\x1b[31m\U0001f600"
    records = book(f"application_id,applied_at,phone,name\n1,2020-01-01,139,{name}\n2,\x1b[2Jx,1,y\n")
    assert records.applications["name"].to_list() == [name]
    assert not any(ord(letter) < 32 for letter in "".join(records.rejects.cast(pl.String).row(0)))
