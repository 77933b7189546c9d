"""What the stores' tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

from fraudgraph.stores import open_store

pytest.register_assert_rewrite("contract", "contract_history")  # no test modules by their names, but they assert like ones


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A store of two nights."""
    from books import grown
    from contract import put

    path = tmp_path / "book.duckdb"
    store = open_store(path, create=True)
    for night in (1, 2):
        put(store, grown(night, 6))
    return path
