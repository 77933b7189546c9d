"""``fraudgraph explore`` as it is typed: what it refuses, and a real process that serves until it is interrupted."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from fraudgraph.cli import main


@pytest.fixture
def store(tmp_path: Path) -> Path:
    (tmp_path / "empty.duckdb").touch()
    return tmp_path / "empty.duckdb"


def refused(capsys: pytest.CaptureFixture[str], code: int, *arguments: str | Path) -> str:
    assert main(["explore", *map(str, arguments)]) == code
    said = capsys.readouterr()
    assert said.out == ""
    assert "Traceback" not in said.err
    return said.err


def test_a_store_that_is_not_there_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "there is no store" in refused(capsys, 1, "--store", tmp_path / "none.duckdb", "--port", "0")


def test_others_are_not_answered_without_a_token(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = refused(capsys, 2, "--store", store, "--host", "192.0.2.1", "--port", "0")
    assert "give a token with --token-file" in said


def test_a_token_that_could_be_guessed_is_refused_and_never_said(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "token").write_text("hunter2\n", encoding="utf-8")
    assert "hunter2" not in refused(capsys, 2, "--store", store, "--token-file", tmp_path / "token")
    monkeypatch.setenv("FRAUDGRAPH_EXPLORE_TOKEN", "hunter2")
    said = refused(capsys, 2, "--store", store)
    assert "at least 16 characters" in said
    assert "hunter2" not in said
    (tmp_path / "token").write_bytes(b"\xff\xfe\x00")
    assert "cannot be read as text" in refused(capsys, 2, "--store", store, "--token-file", tmp_path / "token")


def test_a_port_that_is_taken_is_said(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        said = refused(capsys, 1, "--store", store, "--port", str(taken.getsockname()[1]))
    assert "give --port another number" in said


def test_without_its_packages_it_says_how_to_get_them(
    store: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.startswith("fraudgraph.explore.server")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    assert "pip install 'fraudgraph-engine[explore]'" in refused(capsys, 2, "--store", store)


def test_it_serves_until_it_is_interrupted(store: Path) -> None:
    environment = {**os.environ, "FRAUDGRAPH_EXPLORE_TOKEN": "a-token-of-some-length"}
    process = subprocess.Popen(
        [sys.executable, "-m", "fraudgraph", "explore", "--port", "0", "--store", str(store)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
        assert found is not None
        asked = urllib.request.Request(found[0], headers={"Authorization": "Bearer a-token-of-some-length"})
        with urllib.request.urlopen(asked, timeout=60) as answer:
            assert b"The book is still empty." in answer.read()
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 0
    assert said == "the book is no longer served\n"


def test_help_has_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explore", "--help"]) == 0
    assert "fraudgraph explore --port 0" in capsys.readouterr().out
