"""Writing the output folder: all of it or a sentence, and always the same bytes."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import pytest
from fake_reader import FakeReader, lenders_book

from fraudgraph.errors import OutputError
from fraudgraph.reports import render

NAMES = ["flags.csv", "gangs.csv", "rejects.csv", "communities.csv", "report.html", "summary.json"]


@pytest.fixture(scope="module")
def reader() -> FakeReader:
    return lenders_book(plain=150).reader()


def test_everything_is_written_and_nothing_is_left_behind(reader: FakeReader, tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    written = render.render(reader, 1, out, timings={"seconds": {"read": 1.5}})
    assert [path.name for path in written] == NAMES
    assert sorted(entry.name for entry in out.iterdir()) == sorted(NAMES)
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert summary["rows"] == summary["accepted"] + summary["rejected_rows"]
    assert summary["seconds"] == {"read": 1.5}


def test_changes_are_a_file_more_where_they_are_asked_for(reader: FakeReader, tmp_path: Path) -> None:
    tonight = [(1, "G-1", "born", "", "A"), (1, "G-2", "split", "G-3;G-4", "=A"), (1, "G-2", "merged", "G-5", "B")]
    told = [(0, "G-2", "grown", "", "C"), *tonight]
    later = replace(reader, told=told)
    written = render.render(later, 1, tmp_path, timings={}, changes=True)
    assert sorted(path.name for path in written) == sorted([*NAMES, "changes.csv"])
    assert written[-1].name == "summary.json"
    assert (tmp_path / "changes.csv").read_text(encoding="utf-8-sig") == (
        "gang_id,event,from_ids,cause_application\nG-2,merged,G-5,B\nG-2,split,G-3;G-4,'=A\n"
    )
    render.render(reader, 1, tmp_path, timings={})
    assert not (tmp_path / "changes.csv").exists(), "it would speak of another night"


def test_the_same_store_gives_the_same_bytes_whatever_the_order_of_its_rows(reader: FakeReader, tmp_path: Path) -> None:
    ordered = {"input_order", "applications"}
    others = {name: table for name, table in reader.tables.items() if name not in ordered}
    shuffled = {**reader.tables, **{name: table.sample(fraction=1.0, shuffle=True, seed=5) for name, table in others.items()}}
    for name, source in (("one", reader), ("two", replace(reader, tables=shuffled))):
        render.render(source, 1, tmp_path / name, timings={})
    for name in NAMES:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name


def test_numbers_that_are_none_are_null(reader: FakeReader, tmp_path: Path) -> None:
    odd = replace(reader, summary={**reader.summary, "odd": [float("nan"), float("inf"), Path("x"), None, True]})
    render.render(odd, 1, tmp_path, timings={})
    assert json.loads((tmp_path / "summary.json").read_text())["odd"] == [None, None, "x", None, True]


def test_a_file_in_the_way_is_a_sentence(reader: FakeReader, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    for work in (lambda: render.writable(tmp_path / "out"), lambda: render.render(reader, 1, tmp_path / "out", timings={})):
        with pytest.raises(OutputError, match=r"cannot be written .*choose another with --out"):
            work()
    assert (tmp_path / "out").read_text() == "mine"


def test_a_second_run_in_the_same_folder_is_told_so_and_disturbs_nothing(reader: FakeReader, tmp_path: Path) -> None:
    (tmp_path / render.WORKSHOP).mkdir()
    (tmp_path / render.WORKSHOP / "flags.csv").write_text("half")
    handle = os.open(tmp_path / render.WORKSHOP, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    with pytest.raises(OutputError, match="Another run"):
        render.render(reader, 1, tmp_path, timings={})
    assert (tmp_path / render.WORKSHOP / "flags.csv").read_text() == "half"
    os.close(handle)
    render.render(reader, 1, tmp_path, timings={})
    assert sorted(entry.name for entry in tmp_path.iterdir()) == sorted(NAMES), "what a killed run left is gone"


def test_an_older_summary_does_not_vouch_for_newer_files(reader: FakeReader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    render.render(reader, 1, tmp_path, timings={})
    moved: list[str] = []
    replaced = os.replace

    def stop_half_way(source: Path, target: Path) -> None:
        moved.append(target.name)
        if len(moved) == 3:
            raise OSError(5, "Input/output error")
        replaced(source, target)

    monkeypatch.setattr(os, "replace", stop_half_way)
    with pytest.raises(OutputError):
        render.render(reader, 1, tmp_path, timings={})
    assert moved[0] != "summary.json"
    assert not (tmp_path / "summary.json").exists()


def test_a_full_disk_is_a_sentence_and_leaves_the_older_files(tmp_path: Path) -> None:
    """A limit on the size of files stands in for the full disk: the system refuses the write in the same way."""
    program = f"""
        import resource, sys
        from pathlib import Path
        sys.path.insert(0, {str(Path(__file__).parent)!r})
        from fake_reader import lenders_book
        from fraudgraph.errors import OutputError
        from fraudgraph.reports import render
        reader, out = lenders_book(plain=50).reader(), Path({str(tmp_path)!r})
        render.render(reader, 1, out, timings={{}})
        before = [path.read_bytes() for path in sorted(out.iterdir())]
        for limit in (2_000, 50_000):
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
            try:
                render.render(reader, 1, out, timings={{}})
            except OutputError as problem:
                print(problem)
        assert before == [path.read_bytes() for path in sorted(out.iterdir())]
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("There is no room left") == 2
