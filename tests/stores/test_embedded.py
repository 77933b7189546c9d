"""The embedded store keeps the contract."""

from __future__ import annotations

from pathlib import Path

import pytest
from contract import Place, StoreContract

from fraudgraph.stores import open_store


class TestEmbedded(StoreContract):
    @pytest.fixture
    def place(self, tmp_path: Path) -> Place:
        return lambda: open_store(tmp_path / "book.duckdb", create=True)
