"""``python -m benchmarks.books FAMILY --applications N --seed S ... --out DIR``: write a book and its truth.

Writes book.parquet and / or book.csv, truth.parquet and, where the family has them, relations.csv. An option that the family does not
know is refused by the family with the list of those it does.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.books.base import Book

FAMILIES = ("chinese", "western", "relations", "thirty")


def _parts(family: str, arguments: dict[str, object]) -> Iterator[Book]:
    """The book; large families hand it out in parts, in order of time, so that it need not fit in memory as text."""
    module = importlib.import_module(f"benchmarks.books.{family}")
    known = inspect.signature(module.make).parameters
    unknown = [name for name in arguments if name not in known]
    if unknown:
        raise SystemExit(f"{family} has no option {', '.join(unknown)}; it has {', '.join(known)}")
    if hasattr(module, "plan") and hasattr(module, "written"):
        yield from module.written(module.plan(**arguments))
    else:
        yield module.make(**arguments)


class _Parquet:
    """A parquet file that grows part by part."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: pq.ParquetWriter | None = None

    def add(self, frame: pl.DataFrame) -> None:
        table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
        assert isinstance(table, pa.Table)
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._path, table.schema, compression="zstd")
        self._writer.write_table(table)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()


def write(parts: Iterable[Book], out: Path, formats: tuple[str, ...] = ("csv", "parquet")) -> int:
    """Write a book's parts into a folder; return the number of applications."""
    out.mkdir(parents=True, exist_ok=True)
    rows = 0
    book = _Parquet(out / "book.parquet") if "parquet" in formats else None
    truth = _Parquet(out / "truth.parquet")
    text: IO[bytes] | None = (out / "book.csv").open("wb") if "csv" in formats else None
    for part in parts:
        if book is not None:
            book.add(part.applications)
        if text is not None:
            part.applications.write_csv(text, include_header=rows == 0, datetime_format="%Y-%m-%d %H:%M:%S")
        truth.add(part.truth)
        if part.relations is not None:
            part.relations.write_csv(out / "relations.csv")
        rows += part.applications.height
    truth.close()
    if book is not None:
        book.close()
    if text is not None:
        text.close()
    return rows


def _value(text: str) -> object:
    """An option's value as Python would write it: true, 3, .5, text, or a tuple a,b,c."""
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return tuple(text.split(",")) if "," in text else text


def _options(words: list[str]) -> dict[str, object]:
    """``--name value`` pairs; a name without a value is true."""
    options: dict[str, object] = {}
    name = ""
    for word in words:
        if word.startswith("--"):
            name = word[2:].replace("-", "_")
            options[name] = True
        elif name:
            options[name], name = _value(word), ""
        else:
            raise SystemExit(f"{word} is not understood: options are written --name value")
    return options


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.books", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("family", choices=FAMILIES)
    parser.add_argument("--applications", type=int, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--gang-share", type=float)
    parser.add_argument("--camouflage", type=float)
    parser.add_argument("--format", choices=("csv", "parquet", "both"), default="both")
    parser.add_argument("--out", type=Path, required=True)
    parser.epilog = "Further --name value pairs are options of the family, such as --shapes ten --months 36; a bare --name means true."
    args, further = parser.parse_known_args(argv)
    arguments: dict[str, object] = {"applications": args.applications, "seed": args.seed}
    if args.gang_share is not None:
        arguments["gang_share"] = args.gang_share
    if args.camouflage is not None:
        arguments["camouflage"] = args.camouflage
    arguments |= _options(further)
    formats = ("csv", "parquet") if args.format == "both" else (args.format,)
    rows = write(_parts(args.family, arguments), args.out, formats)
    print(f"{rows} applications in {args.out}")


if __name__ == "__main__":
    main()
