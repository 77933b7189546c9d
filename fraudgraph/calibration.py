"""The calibration: what is learned from a reference book and then frozen. A document with a version; every verdict names it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from fraudgraph.errors import ConfigurationError
from fraudgraph.graph.scoring import Tables
from fraudgraph.model import MICRO, PLACEHOLDERS, IntArray
from fraudgraph.settings import Settings
from fraudgraph.verdicts.significance import BINS

FORMAT = 3
"""Raised with every change of what a class or a tie means: 1 counted the people on a value around a use, 2 and later up to it; 3 asks of a
value whether it is pure within the people whom probable pairs hold together, 2 asked it of wider pieces."""

SENTENCES = {
    "learned": "Link classes, threshold and tail cut were learned from this book.",
    "prior": "The book has too little to learn from: the shipped prior and the configured threshold were used.",
    "no transmission": "No kind of shared identifier passes fraud intent on in this book: nobody is flagged.",
    "no intents": "The book has no fraud intents: communities are ranked by the strength of their ties, nobody is flagged.",
}
"""Case -> the sentence that says it."""


@dataclass(frozen=True)
class Calibration:
    """Frozen numbers; see `fraudgraph.graph.scoring.Tables` for the link classes."""

    case: str
    tables: Tables
    histogram: IntArray
    """People of the reference book per bin of intent."""
    threshold: float
    """T."""
    p_cut: float
    resolution: float
    """Of Leiden in dense components."""
    rungs: tuple[tuple[float, float], ...]
    """Of the ladder: (probability, tail cut) of those that the guard let stand."""
    grade_cuts: tuple[float, float, float]
    """Over T, in units of intent: from here on A, B, C."""
    channels: tuple[str, ...]
    """Narrow channels."""
    given: tuple[str, ...]
    """Kinds of relations from outside, in the order of their bits."""
    placeholders: pl.DataFrame
    """PLACEHOLDERS."""
    people: int
    pairs: int
    """With both intents known."""
    unknown: int = 0
    """People of the reference book whose intent is not known."""

    @property
    def flags(self) -> bool:
        """Whether anybody can be flagged under it."""
        return self.case in ("learned", "prior")

    @property
    def sentence(self) -> str:
        return SENTENCES[self.case]

    def to_json(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "case": self.case,
            "tables": self.tables.to_json(),
            "histogram": self.histogram.tolist(),
            "threshold": self.threshold,
            "p_cut": self.p_cut,
            "resolution": self.resolution,
            "rungs": [list(rung) for rung in self.rungs],
            "grade_cuts": list(self.grade_cuts),
            "channels": list(self.channels),
            "given": list(self.given),
            "placeholders": self.placeholders.to_dicts(),
            "people": self.people,
            "pairs": self.pairs,
            "unknown": self.unknown,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any], source: str = "the calibration") -> Calibration:
        """Read it back; raise ConfigurationError where it is not a calibration of this format."""
        if data.get("format") != FORMAT:
            raise ConfigurationError(
                f"{source} is not a calibration of format {FORMAT}: write one with `fraudgraph calibrate --export` of this version"
            )
        try:
            a, b, c = (float(value) for value in data["grade_cuts"])
            return cls(
                case=str(data["case"]),
                tables=Tables.from_json(data["tables"]),
                histogram=np.array(data["histogram"], np.int64),
                threshold=float(data["threshold"]),
                p_cut=float(data["p_cut"]),
                resolution=float(data["resolution"]),
                rungs=tuple((float(rung), float(p_cut)) for rung, p_cut in data["rungs"]),
                grade_cuts=(a, b, c),
                channels=tuple(data["channels"]),
                given=tuple(data["given"]),
                placeholders=pl.DataFrame(data["placeholders"], schema=PLACEHOLDERS.schema),
                people=int(data["people"]),
                pairs=int(data["pairs"]),
                unknown=int(data.get("unknown", 0)),
            )
        except (KeyError, TypeError, ValueError, AttributeError, pl.exceptions.PolarsError) as problem:
            raise ConfigurationError(f"{source} is damaged: {problem}") from problem

    @staticmethod
    def is_ours(data: Mapping[str, Any]) -> bool:
        """Say whether a calibration was learned by what counts as this fraudgraph does."""
        return data.get("format") == FORMAT

    @classmethod
    def of_store(cls, data: Mapping[str, Any]) -> Calibration:
        """Read the calibration that a store keeps; raise ConfigurationError where it is not `is_ours`."""
        if not cls.is_ours(data):
            raise ConfigurationError(
                f"the store's calibration has format {data.get('format')}, and this fraudgraph counts by format {FORMAT}: "
                "let `fraudgraph run` learn one anew and judge the book by it"
            )
        return cls.from_json(data, "the store's calibration")

    @cached_property
    def version(self) -> str:
        """Eight hexadecimal digits, a function of the content."""
        text = json.dumps(self.to_json(), sort_keys=True, ensure_ascii=False)
        return hashlib.blake2b(text.encode(), digest_size=4).hexdigest()

    def with_case(self, case: str) -> Calibration:
        return replace(self, case=case)


def prior(
    settings: Settings, channels: tuple[str, ...], given: tuple[str, ...], placeholders: pl.DataFrame, case: str
) -> Calibration:
    """The shipped calibration for a book with too little to learn from: no class tables, the usual spread of a lender's intents.

    The histogram is that of a Beta(1.3, 6.2) distribution (mean .17, spread .13): a convention, many low scores with a thin tail.
    """
    from scipy.stats import beta

    edges = beta.cdf(np.linspace(0, 1, BINS + 1), 1.3, 6.2)
    histogram = np.round(np.diff(edges) * 1_000_000).astype(np.int64)
    sd = 0.13
    lift = 1.7 * sd
    tables = Tables(int(0.17 * MICRO), sd, lift, (), (), 0, np.zeros(0, np.int64))
    return Calibration(
        case=case,
        tables=tables,
        histogram=histogram,
        threshold=settings.number("verdicts.plain_threshold"),
        p_cut=settings.number("verdicts.plain_p_cut"),
        resolution=1.0,
        rungs=(),
        grade_cuts=grade_cuts(lift, settings),
        channels=channels,
        given=given,
        placeholders=placeholders,
        people=0,
        pairs=0,
    )


def grade_cuts(lift: float, settings: Settings) -> tuple[float, float, float]:
    a, b, c = (float(cut) * lift for cut in settings["verdicts.grade_cuts"])
    return a, b, c
