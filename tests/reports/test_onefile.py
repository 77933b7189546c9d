"""A page is written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fraudgraph.errors import OutputError
from fraudgraph.reports import onefile


def test_it_is_written_in_the_place_of_what_was_there(tmp_path: Path) -> None:
    file = tmp_path / "页.html"
    file.write_text("before")
    onefile.write("after \ud800 it", file)
    assert file.read_text(encoding="utf-8") == "after ? it"
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("name", ["missing/page.html", "folder"])
def test_where_it_cannot_be_written_is_one_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(OutputError, match=r"cannot be written .*choose another file with --out"):
        onefile.write("x", tmp_path / name)
    assert [entry.name for entry in tmp_path.iterdir()] == ["folder"]


def test_what_was_there_stays_where_the_disk_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "page.html"
    file.write_text("before")

    def full(handle: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left"):
        onefile.write("after", file)
    assert file.read_text() == "before"
    assert list(tmp_path.iterdir()) == [file]
