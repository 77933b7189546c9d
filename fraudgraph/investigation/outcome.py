"""What becomes of a gang: how many of its people are still in one, in how many parts, and under which verdict."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from fraudgraph import derived
from fraudgraph.calibration import Calibration
from fraudgraph.evidence.reasons import REASON_CODES
from fraudgraph.investigation.region import Opinion
from fraudgraph.reports import words
from fraudgraph.settings import Settings


class Fate(StrEnum):
    """What becomes of a gang, the gravest first."""

    FALLS = "no gang"
    PARTS = "falls apart"
    SHRINKS = "loses people"
    STAYS = "stays"


@dataclass(frozen=True)
class Outcome:
    """What becomes of some people's gang."""

    fate: Fate
    parts: tuple[int, ...]
    """How many of them are in each gang, most first."""
    left_out: int
    """How many of them are in none."""
    mean_intent: float | None
    """Of the community that most of them are in; it may have others too."""
    p_value: float | None
    grade: str
    reason: str
    """The code of what keeps that community from being a gang; empty where it is one."""

    @property
    def sentence(self) -> str:
        """What became of it, in a few words."""
        if self.fate is Fate.STAYS:
            return "all stay in one gang"
        if self.fate is Fate.PARTS:
            more = f", {self.left_out:,} in none" if self.left_out else ""
            return f"gangs of {words.listed([f'{part:,}' for part in self.parts])}{more}"
        if self.fate is Fate.SHRINKS:
            return f"{self.parts[0]:,} stay a gang, {self.left_out:,} leave it"
        return REASON_CODES[self.reason].short if self.reason else "nobody is tied to anybody"


def outcome(opinion: Opinion, people: Collection[str], calibration: Calibration, settings: Settings) -> Outcome:
    """Return what the opinion comes to for ``people``, who were one gang."""
    mine = pl.DataFrame({"person_id": sorted(people)}, schema={"person_id": pl.String})
    inside = derived.communities(opinion.found, opinion.named).join(mine, on="person_id", how="semi")
    verdicts = derived.verdicts(opinion.found, opinion.named, calibration, settings)
    sizes = inside.group_by("community_id").len("mine").join(verdicts, on="community_id")
    ordered = sizes.sort("flagged", "mine", "community_id", descending=[True, True, False])
    gangs = ordered.filter("flagged")["mine"].to_list()
    left_out = mine.height - sum(gangs)
    fate = Fate.FALLS if not gangs else Fate.PARTS if len(gangs) > 1 else Fate.SHRINKS if left_out else Fate.STAYS
    if ordered.is_empty():
        return Outcome(fate, (), left_out, None, None, "", "")
    first = ordered.row(0, named=True)
    reason = "" if first["flagged"] else first["stopped_by"] or "MEAN_UNDER_T"
    return Outcome(fate, tuple(gangs), left_out, first["mean_intent"], first["p_value"], first["grade"], reason)
