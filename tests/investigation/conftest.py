"""One small book, asked many things: stored plain, and the same stored masked."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from asked_books import rules, stored
from night_books import random_book

from fraudgraph.cli import main


@dataclass(frozen=True)
class Asked:
    """What a command said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        assert self.code == 0, self.err
        return json.loads(self.out)


Ask = Callable[..., Asked]


@pytest.fixture(scope="session")
def book() -> pl.DataFrame:
    return random_book(6, people=40, applications=80, gangs=3)


@pytest.fixture(scope="session")
def relations(book: pl.DataFrame) -> pl.DataFrame:
    ids = book["application_id"]
    return pl.DataFrame({"source": [ids[0], ids[3]], "target": [ids[5], ids[9]], "kind": ["call", "kin"]})


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory, book: pl.DataFrame, relations: pl.DataFrame) -> Path:
    return stored(tmp_path_factory.mktemp("plain"), book, rules(), relations)


@pytest.fixture(scope="session")
def masked(tmp_path_factory: pytest.TempPathFactory, book: pl.DataFrame, relations: pl.DataFrame) -> tuple[Path, Path]:
    """The store, and its key."""
    folder = tmp_path_factory.mktemp("masked")
    key = folder / "key"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FRAUDGRAPH_KEY_FILE", str(key))
        return stored(folder, book, rules().override({"store.values": "masked"}, source="the test"), relations), key


@pytest.fixture
def ask(plain: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Run a command on the plain store (or another one); with ``json`` read its answer."""
    monkeypatch.setenv("COLUMNS", "100")

    def call(*args: object, store: object = plain, form: str = "json") -> Asked:
        code = main([*(str(arg) for arg in args), "--store", str(store), "--format", form])
        said = capsys.readouterr()
        return Asked(code, said.out, said.err)

    return call
