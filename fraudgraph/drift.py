"""Does the book still look like what its calibration was learned from? A night asks, and only says so: it never learns by itself.

Two things are compared, of the people who came to the book with the newest applications: their intents (those unknown are a bin of their
own: a feed that lost its scores is the first thing to notice) with the calibration's histogram, and what their near pairs share (the
signature of the link class) with the near pairs of the calibration. People who came before are left out, or those who come often would
count for more than in the calibration. People of one community are alike and come together: they count as a cluster.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from fraudgraph import stability
from fraudgraph.calibration import Calibration
from fraudgraph.graph.classes import COARSE, FIELD
from fraudgraph.model import IntArray
from fraudgraph.settings import Settings
from fraudgraph.stability import Shift
from fraudgraph.verdicts.significance import bins

GROUPS = 10
"""Groups of about equal shares into which intents are put."""

SIGNATURE = FIELD["signature"].shift


@dataclass(frozen=True)
class Drift:
    """How far the newest part of the book is from the calibration; None where there is too little to say."""

    intents: Shift | None
    classes: Shift | None
    limit: float

    @property
    def moved(self) -> list[str]:
        """What moved, in words."""
        found = {"fraud intents": self.intents, "kinds of ties": self.classes}
        return [f"{name} (PSI {shift.psi:.2f})" for name, shift in found.items() if shift is not None and shift.over(self.limit)]

    def to_json(self) -> dict[str, Any]:
        """What summary.json says."""
        return {"drifts": bool(self.moved), "limit": self.limit, "intents": _figures(self.intents), "classes": _figures(self.classes)}

    def sentence(self, version: str) -> str | None:
        """Return what a person should read, None where nothing moved."""
        if not self.moved:
            return None
        return (
            f"The newest applications differ from those that calibration {version} was learned from: {' and '.join(self.moved)}, over "
            f"{self.limit:g}. `fraudgraph calibrate --dry-run` says what a new one would change."
        )


def _figures(shift: Shift | None) -> Mapping[str, Any] | None:
    if shift is None:
        return None
    return {
        "psi": round(shift.psi, 6),
        "bins": shift.bins,
        "effective": round(shift.effective, 3),
        "by_chance": round(shift.by_chance, 6),
    }


def drift(newcomers: pl.DataFrame, pairs: pl.DataFrame, calibration: Calibration, settings: Settings) -> Drift:
    """Compare people who came to the book lately with those of the calibration.

    ``newcomers``: person_id, intent (Int64, millionths, -1 unknown), cluster (String: the community; null where there is none); ``pairs``:
    PAIRS, those that others came with too. A calibration that learned nothing from its book is no reference: nothing is compared then.
    """
    limit, chance = settings.number("calibrate.drift_psi"), settings.number("calibrate.drift_chance")
    if not calibration.people:
        return Drift(None, None, limit)
    newcomers = newcomers.with_columns(pl.coalesce("cluster", "person_id"))
    reference = calibration.histogram
    group = stability.deciles(reference, GROUPS)
    intent = newcomers["intent"].to_numpy()
    place = np.where(intent < 0, GROUPS, group[bins(intent)])
    counted = np.append(np.bincount(group, reference, GROUPS), calibration.unknown).astype(np.int64)
    effective = stability.independent(_numbers(newcomers["cluster"]))
    intents = stability.shift(counted, np.bincount(place, minlength=GROUPS + 1), effective, chance)
    return Drift(intents, _classes(newcomers, pairs, calibration, chance), limit)


def _classes(newcomers: pl.DataFrame, pairs: pl.DataFrame, calibration: Calibration, chance: float) -> Shift | None:
    levels = calibration.tables.levels
    if len(levels) <= COARSE:
        return None
    finest = levels[COARSE]
    mine = pairs.join(newcomers, left_on="person_b", right_on="person_id")
    known, today = finest.keys >> SIGNATURE, mine["link_code"].to_numpy() >> SIGNATURE
    names, place = np.unique(np.concatenate([known, today]), return_inverse=True)
    reference, counts = np.zeros(len(names), np.int64), np.zeros(len(names), np.int64)
    np.add.at(reference, place[: len(known)], finest.count.sum(axis=1))
    np.add.at(counts, place[len(known) :], 1)
    return stability.shift(reference, counts, stability.independent(_numbers(mine["cluster"])), chance)


def _numbers(names: pl.Series) -> IntArray:
    return names.rank("dense").cast(pl.Int64).to_numpy()
