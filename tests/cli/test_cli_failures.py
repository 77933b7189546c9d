"""Every failure is one sentence on standard error and the right exit code, and no traceback unless it is asked for."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_fakes import Command, Pipeline

from fraudgraph import errors
from fraudgraph.cli import failures
from fraudgraph.progress import Progress


def all_errors(kind: type[errors.FraudgraphError] = errors.FraudgraphError) -> list[type[errors.FraudgraphError]]:
    return [kind, *(found for sub in kind.__subclasses__() for found in all_errors(sub))]


class PanicException(BaseException):
    """Native libraries raise such when they panic: it is no Exception."""


class OutOfMemoryException(Exception):
    """As DuckDB names it."""


def raising(problem: BaseException) -> Callable[[Progress], None]:
    def during(progress: Progress) -> None:
        with progress.stage("work"):
            raise problem

    return during


@pytest.mark.parametrize("kind", all_errors())
def test_our_own_errors_say_their_sentence(command: Command, pipeline: Pipeline, csv: Path, kind: type[errors.FraudgraphError]) -> None:
    pipeline.during = raising(kind("the file is empty; give one with rows"))
    ended = command("run", csv, "-q")
    assert ended.code == kind.exit_code
    assert ended.err == "fraudgraph: the file is empty; give one with rows\n"
    assert ended.out == ""


@pytest.mark.parametrize(
    ("problem", "code", "sentence"),
    [
        (KeyboardInterrupt(), 130, "interrupted"),
        (OSError(errno.ENOSPC, "No space left", "out/flags.csv"), 1, "the disk is full (out/flags.csv): free some space and run it again"),
        (RuntimeError("IO Error: could not write: No space left on device"), 1, "the disk is full: free some space and run it again"),
        (PermissionError(errno.EACCES, "no", "out"), 1, "there is no permission to read or write (out): change it or choose another place"),
        (OSError(errno.EIO, "Input/output error", "book.csv"), 1, "Input/output error (book.csv)"),
        (MemoryError(), 1, "there is not enough memory for this book: close other programs or use a larger machine"),
        (OutOfMemoryException("x"), 1, "there is not enough memory for this book: close other programs or use a larger machine"),
        (ValueError("13812345678"), 1, "something unexpected went wrong (ValueError): run it again with -v for the details"),
        (PanicException("x"), 1, "something unexpected went wrong (PanicException): run it again with -v for the details"),
    ],
)  # fmt: skip
def test_everything_else_becomes_a_sentence(
    command: Command, pipeline: Pipeline, csv: Path, problem: BaseException, code: int, sentence: str
) -> None:
    pipeline.during = raising(problem)
    ended = command("run", csv, "-q")
    assert ended.code == code
    assert [line for line in ended.err.splitlines() if line] == [f"fraudgraph: {sentence}"]


def test_a_traceback_only_with_v_and_without_personal_data(command: Command, pipeline: Pipeline, csv: Path) -> None:
    pipeline.during = raising(ValueError("cannot parse '王小明' of 13812345678 or wang@example.com"))
    assert "Traceback" not in command("run", csv).err
    said = command("run", csv, "-v").err
    assert "Traceback" in said
    assert "in during" in said
    assert "ValueError: cannot parse '***' of *** or ***" in said


def test_an_error_of_ours_that_was_caused_by_a_full_disk_keeps_its_own_sentence() -> None:
    problem = errors.OutputError("the results cannot be written to out: choose another folder")
    problem.__cause__ = OSError(errno.ENOSPC, "No space left on device")
    assert failures.explain(problem) == ("the results cannot be written to out: choose another folder", 1)


def test_errors_as_json_lines(command: Command, pipeline: Pipeline, csv: Path) -> None:
    pipeline.during = raising(errors.StoreBusy("somebody else is writing"))
    last = json.loads(command("run", csv, "--json-log").err.splitlines()[-1])
    assert last == {"level": "error", "message": "somebody else is writing", "exit_code": 4}
    usage = json.loads(command("run", csv, "--json-log", "--seed", "x").err)
    assert usage["exit_code"] == 2


def test_a_message_stays_on_one_line_and_off_the_controls(command: Command, pipeline: Pipeline, csv: Path) -> None:
    pipeline.during = raising(errors.InputError("header 'a\nb\x1b[2J' is given twice"))
    ended = command("run", csv, "-q")
    assert len(ended.err.splitlines()) == 1
    assert "\x1b" not in ended.err


def test_redaction_keeps_what_only_a_programmer_needs() -> None:
    text = "File \"engine.py\", line 20, in solve\n    KeyError: 'columns' and `phone`"
    assert failures.redact(text) == text
    assert failures.redact('got "AB12" and `张三`') == "got '***' and '***'"
