"""What the tests of this room share."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest

from fraudgraph.identifiers import identify, key_of
from fraudgraph.model import APPLICATIONS, Identified, Status
from fraudgraph.settings import Settings, defaults

Key = Callable[[str, str], tuple[str | None, Status]]
Book = Callable[..., Identified]


@pytest.fixture(scope="session")
def settings() -> Settings:
    return defaults()


@pytest.fixture(scope="session")
def key(settings: Settings) -> Key:
    return lambda kind, value: key_of(kind, value, settings)


@pytest.fixture(scope="session")
def book(settings: Settings) -> Book:
    """Identify a book of a few columns."""

    def run(changed: Settings | None = None, **columns: list[object]) -> Identified:
        data = {name: pl.Series(name, values, dtype=APPLICATIONS.schema[name]) for name, values in columns.items()}
        return identify(pl.DataFrame(data), changed or settings)

    return run
