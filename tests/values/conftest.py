from __future__ import annotations

from pathlib import Path

import pytest
from values_books import write_key


@pytest.fixture
def key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A key file that is always the same, and named in the environment."""
    place = write_key(tmp_path / "keys" / "key")
    monkeypatch.setenv("FRAUDGRAPH_KEY_FILE", str(place))
    return place
