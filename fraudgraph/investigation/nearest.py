"""The nearest thing that would change a verdict: by arithmetic on one community, under the line and the gates as they are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from fraudgraph.calibration import Calibration
from fraudgraph.judging import line
from fraudgraph.model import MICRO, IntArray
from fraudgraph.settings import Settings
from fraudgraph.stores.port import Reader
from fraudgraph.verdicts.rules import Line, gather, judge

MOST_NEWCOMERS = 5
"""New members that are tried."""


@dataclass(frozen=True)
class Bench:
    """Judges a community made of some intents."""

    calibration: Calibration
    settings: Settings

    @cached_property
    def line(self) -> Line:
        """What communities are held against; its tables of chances are made once."""
        return line(self.calibration, self.settings)

    def flagged(self, intents: IntArray) -> bool:
        """Would people with these intents (millionths, -1 unknown) in one community be a gang?"""
        if len(intents) < 2:
            return False
        groups = gather(np.zeros(len(intents), np.int32), intents, self.settings)
        return bool(judge(groups, self.line, self.settings).flagged[0])

    def without_highest(self, intents: IntArray) -> int | None:
        """Return how many of the members of highest intent must go until it is no gang."""
        left = np.sort(intents)
        return next((gone for gone in range(1, len(left) + 1) if not self.flagged(left[: len(left) - gone])), None)

    def with_newcomers(self, intents: IntArray) -> tuple[int, int] | None:
        """Return (how many, of what intent at least, millionths) new members would make it a gang; the fewest, then the lowest."""
        for count in range(1, MOST_NEWCOMERS + 1):
            if self.flagged(np.r_[intents, np.full(count, MICRO)]):
                low, high = -1, MICRO
                while high - low > 1:
                    middle = (low + high) // 2
                    low, high = (low, middle) if self.flagged(np.r_[intents, np.full(count, middle)]) else (middle, high)
                return count, high
        return None


def nearest_change(reader: Reader, community_id: str, calibration: Calibration, settings: Settings) -> list[str]:
    """Return sentences that say what would change the verdict on a community, the nearest first; its ties taken as they are."""
    if not calibration.flags:
        return []
    people = reader.table("communities", where={"community_id": [community_id]})["person_id"].to_list()
    known = reader.table("persons", columns=["person_id", "intent"], where={"person_id": people})["intent"]
    intents = (known * MICRO).round().cast(pl.Int64).fill_null(-1).to_numpy()
    return changes(Bench(calibration, settings), intents)


def changes(bench: Bench, intents: IntArray) -> list[str]:
    """Return the sentences for a community of people with these intents (millionths, -1 unknown)."""
    voters = intents[intents >= 0]
    mean = float(voters.mean()) / MICRO if len(voters) else None
    threshold = bench.line.threshold
    if bench.flagged(intents):
        gone = bench.without_highest(intents)
        said = [] if gone is None else [f"Without its {_members(gone)} of highest intent it would be no gang."]
        if mean is not None and bench.settings.text("verdicts.rule") == "mean":
            said.append(f"It stays a gang under any threshold below its mean: T may rise by {mean - threshold:.3f}.")
        return said
    said = []
    newcomers = bench.with_newcomers(intents)
    if newcomers is not None:
        count, least = newcomers
        said.append(f"{_members(count, 'more')} with an intent of {_up(least):.3f} or over would make it a gang.")
    else:
        said.append(f"Not even {_members(MOST_NEWCOMERS, 'more')} of the highest intent would make it a gang.")
    lower = _lower_threshold(bench, intents, mean)
    if lower is not None:
        said.append(f"So would a threshold below {lower:.3f} (T is {threshold:.3f}).")
    unknown = int((intents < 0).sum())
    if unknown:
        said.append(f"The intents of {unknown} of its people are not known; they did not vote.")
    return said


def _lower_threshold(bench: Bench, intents: IntArray, mean: float | None) -> float | None:
    """Return the mean, if any threshold below it would make a gang of the community."""
    if mean is None or mean <= 1e-6 or bench.settings.text("verdicts.rule") != "mean":
        return None
    lower = Bench(bench.calibration, bench.settings.with_values(verdicts__threshold=mean - 1e-6))
    return mean if lower.flagged(intents) else None


def _members(count: int, more: str = "") -> str:
    number = ("", "One", "Two", "Three", "Four", "Five")[count] if more and count <= MOST_NEWCOMERS else str(count)
    return " ".join(part for part in (number, more, "member" if count == 1 else "members") if part)


def _up(intent: int) -> float:
    """Return an intent of millionths rounded up to three digits: with the figure that is shown it is so."""
    return -(-intent // 1000) / 1000
