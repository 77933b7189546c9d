"""What progress looks like to whoever listens."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest
from cli_fakes import Command, Pipeline

from fraudgraph.cli import progress as kinds
from fraudgraph.cli.voice import Voice
from fraudgraph.progress import Progress


def work(progress: Progress) -> None:
    with progress.stage("records"):
        progress.note("Times are UTC.")
        with progress.stage("book.csv", total=3):
            progress.advance(2)
            progress.advance()
    with progress.stage("graph"):
        pass
    progress.advance()  # outside every stage: nothing to move


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def said(stream: io.StringIO, verbosity: int = 0, json_log: bool = False) -> str:
    with kinds.listen(Voice(verbosity, json_log), stream) as progress:
        work(progress)
    return stream.getvalue()


def test_plain_lines_in_a_log() -> None:
    lines = said(io.StringIO()).splitlines()
    assert [line[9:] for line in lines] == ["records", "Times are UTC.", "graph"]
    assert all(re.match(r"\d\d:\d\d:\d\d ", line) for line in lines)


def test_more_with_v() -> None:
    text = re.sub(r"\d\.\d s", "N s", said(io.StringIO(), verbosity=1))
    assert [line[9:] for line in text.splitlines()] == [
        "records", "Times are UTC.", "  book.csv", "    2 of 3", "    3 of 3", "  book.csv: done after N s", "records: done after N s",
        "graph", "graph: done after N s",
    ]  # fmt: skip


@pytest.mark.parametrize("stream", [io.StringIO(), Terminal()])
def test_nothing_with_q(stream: io.StringIO) -> None:
    assert said(stream, verbosity=-1) == ""


def test_json_lines() -> None:
    events = [json.loads(line) for line in said(io.StringIO(), json_log=True).splitlines()]
    assert [(event["event"], event.get("stage")) for event in events] == [
        ("start", "records"), ("note", None), ("start", "book.csv"), ("end", "book.csv"), ("end", "records"),
        ("start", "graph"), ("end", "graph"),
    ]  # fmt: skip
    assert events[1]["message"] == "Times are UTC."
    assert events[3]["finished"] is True


def test_bars_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    text = said(Terminal())
    assert "\x1b[" in text
    for part in ("records", "book.csv", "3/3", "graph", "Times are UTC."):
        assert part in text


def test_names_are_taken_literally_by_bars(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal()
    with kinds.listen(Voice(), stream) as progress, progress.stage("a[bold]b.csv"):
        progress.note("[red]note")
    assert "a[bold]b.csv" in stream.getvalue()
    assert "[red]note" in stream.getvalue()


def test_a_stage_that_fails_is_not_called_done() -> None:
    stream = io.StringIO()

    def fail() -> None:
        with kinds.listen(Voice(1), stream) as progress, progress.stage("graph"):
            raise ValueError("no such")

    with pytest.raises(ValueError, match="no such"):
        fail()
    assert "graph: stopped after" in stream.getvalue()


def test_the_work_goes_on_where_nobody_listens_to_the_log() -> None:
    class Closed(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    assert said(Closed()) == ""


def test_results_go_to_standard_output_and_progress_to_standard_error(command: Command, pipeline: Pipeline, csv: Path) -> None:
    pipeline.during = work
    loud, quiet = command("run", csv), command("run", csv, "-q")
    assert loud.out == quiet.out
    assert "records" in loud.err
    assert quiet.err == ""
