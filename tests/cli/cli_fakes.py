"""A pipeline that remembers how it was called and does nothing; it stands in for fraudgraph.pipeline."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import polars as pl

from fraudgraph.model import APPLICATIONS, INPUT_ORDER, REJECTS, ColumnUse, Records
from fraudgraph.progress import Progress

SUMMARY: dict[str, Any] = {
    "rows": 3000,
    "accepted": 2990,
    "repeated": 4,
    "rejected_rows": 6,
    "rejected_values": 11,
    "persons": 2801,
    "communities": 60,
    "gangs": 5,
    "grades": {"A": 2, "B": 0, "C": 3, "D": 0},
    "flagged_applications": 41,
    "notes": ["Times without a zone are taken as UTC."],
    "calibration": {"sentence": "Learned from this book: 12 classes of ties pass on fraud intent."},
}


@dataclass
class Outcome:
    summary: dict[str, Any] = field(default_factory=lambda: dict(SUMMARY))
    repeated_batch: bool = False
    written: list[Path] = field(default_factory=lambda: [Path("out/flags.csv"), Path("out/report.html")])


def records() -> Records:
    rejects = pl.DataFrame(
        [
            ("value", "书.csv", 5, "amount", "1o0", "not a number"),
            ("value", "书.csv", 3, "amount", "x", "not a number"),
            ("row", "书.csv", 9, "", "", "wrong number of fields"),
            *(("value", "书.csv", 20 + n, "amount", str(n), "not a number") for n in range(5)),
        ],
        schema=REJECTS.schema,
        orient="row",
    )
    columns = (
        ColumnUse("书.csv", "手机号", "phone", 95, 100),
        ColumnUse("书.csv", "\x1b[31mred", None, 0, 100),
        ColumnUse("two.csv", "app_id", "application_id", 0, 0),
    )
    return Records(APPLICATIONS.empty(), INPUT_ORDER.empty(), rejects, columns, 100, 98, 1, 1, 7, None, ("Times are UTC.",))


class Pipeline(ModuleType):
    """Stands in for fraudgraph.pipeline."""

    def __init__(self) -> None:
        super().__init__("fraudgraph.pipeline")
        self.calls: list[dict[str, Any]] = []
        self.outcome = Outcome()
        self.records = records()
        self.during: Callable[[Progress], None] = lambda progress: None

    def run(self, inputs: list[Path], **how: Any) -> Outcome:
        self.calls.append({"inputs": inputs, **how})
        self.during(how["progress"])
        return self.outcome

    def check(self, inputs: list[Path], settings: Any, progress: Progress) -> Records:
        self.calls.append({"inputs": inputs, "settings": settings})
        self.during(progress)
        return self.records


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str


Command = Callable[..., Ended]
