"""Small helpers for the records' tests: write a file, read it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fraudgraph import settings
from fraudgraph.model import Records
from fraudgraph.records import read

HEADER = "application_id,applied_at,phone,name,amount,fraud_intent"


@pytest.fixture
def book(tmp_path: Path) -> Callable[..., Records]:
    """Write content to a file of some name and read it under some settings."""

    def made(content: str | bytes, name: str = "book.csv", **overrides: Any) -> Records:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        chosen = settings.defaults().override({key.replace("__", "."): value for key, value in overrides.items()})
        records = read([path], chosen)
        assert records.rows == records.accepted + records.repeated + records.rejected_rows
        return records

    return made
