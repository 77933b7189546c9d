"""Text of large books on disk while integers are worked with: mapped back, so that the system may take its memory when it is short.

Only for books of `LEAST` rows or more; smaller ones are quicker in memory. The file is in a folder that only its owner can read and is
gone from the directory as soon as it is mapped, so that nothing is left behind however the run ends.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import polars as pl
import pyarrow as pa

LEAST = 2_000_000


def mapped(frame: pl.DataFrame) -> pl.DataFrame:
    """Return ``frame``, of a large book as a memory map of a file in the system's temporary folder."""
    if len(frame) < LEAST:
        return frame
    with tempfile.TemporaryDirectory(prefix="fraudgraph-") as folder:
        path = Path(folder) / "book.arrow"
        frame.write_ipc(path, compression="uncompressed")
        table = pa.ipc.open_file(pa.memory_map(str(path))).read_all()
    found = pl.from_arrow(table)
    assert isinstance(found, pl.DataFrame)
    return found
