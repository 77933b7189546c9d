"""``fraudgraph browser-guide`` as a person runs it."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator

import pytest
from cli_fakes import Command


@pytest.fixture
def process() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "fraudgraph", "browser-guide", "--port", "0"]
    started = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    yield started
    started.kill()
    started.communicate()


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if "Ctrl-C" in line:
            break
    return "".join(lines)


def test_it_says_what_to_type_serves_it_and_ends_with_ctrl_c(process: subprocess.Popen[str]) -> None:
    text = said(process)
    origin = re.search(r":play (http://localhost:\d+)/guide\.html", text)
    assert origin is not None
    assert f":style {origin[1]}/style.grass" in text
    assert f":guide {origin[1]}/guide.html" in text
    for page in ("guide.html", "style.grass", "favourites.zip"):
        assert f"{origin[1]}/{page}" in text
        with urllib.request.urlopen(f"{origin[1]}/{page}", timeout=10) as answer:
            assert answer.status == 200
    process.send_signal(signal.SIGINT)
    out, errors = process.communicate(timeout=30)
    assert (process.returncode, out) == (0, "")
    assert errors == "the guide is no longer served\n"


def test_a_port_that_is_taken_is_one_sentence(command: Command) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = command("browser-guide", "--port", str(port))
    assert (ended.code, ended.out) == (1, "")
    assert ended.err == f"fraudgraph: port {port} is taken: give --port another number, or 0 for any free one\n"


@pytest.mark.parametrize(("option", "value"), [("--host", "0.0.0.0"), ("--port", "65536"), ("--port", "-1"), ("--port", "x")])
def test_wrong_usage_is_exit_2(command: Command, option: str, value: str) -> None:
    assert command("browser-guide", option, value).code == 2


def test_help_has_an_example(command: Command) -> None:
    assert "fraudgraph browser-guide --port 0" in command("browser-guide", "--help").out
