"""A path to the sheets to try: one for most formats; for text one per encoding, the next where an earlier turns out wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from fraudgraph.records.batches import Sheet
from fraudgraph.records.encodings import candidates
from fraudgraph.records.sources import Format, source


def sheets(path: Path) -> Iterator[Callable[[], Sheet]]:
    """Yield ways to open the file, in order; raise InputError where it cannot be read at all."""
    found = source(path)
    if found.format is Format.PARQUET:
        from fraudgraph.records.columnar import parquet_sheet

        yield partial(parquet_sheet, found)
    elif found.format is Format.WORKBOOK:
        from fraudgraph.records.columnar import workbook_sheet

        yield partial(workbook_sheet, found)
    elif found.format is Format.JSON:
        from fraudgraph.records.jsonlines import JsonLines

        for encoding in candidates(found):
            yield partial(JsonLines, found, encoding)
    else:
        from fraudgraph.records.delimited import Delimited

        for encoding in candidates(found):
            yield partial(Delimited, found, encoding)
