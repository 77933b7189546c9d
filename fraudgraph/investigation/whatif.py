"""What holds a gang together: what becomes of it without each of its people and values, under other thresholds, at other resolutions."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from fraudgraph import communities, model
from fraudgraph.calibration import Calibration
from fraudgraph.investigation import looking
from fraudgraph.investigation.answer import Answer, Part
from fraudgraph.investigation.outcome import Fate, Outcome, outcome
from fraudgraph.investigation.people import people
from fraudgraph.investigation.region import Opinion, inside
from fraudgraph.investigation.trying import Trial
from fraudgraph.judging import line
from fraudgraph.progress import Progress
from fraudgraph.reports import words
from fraudgraph.settings import Settings
from fraudgraph.stores.port import Reader

_FATE: dict[str, tuple[pl.DataType | type[pl.DataType], str]] = {
    "fate": (pl.String, "no gang, falls apart, loses people, stays"),
    "became": (pl.String, "in words"),
    "left": (pl.Int64, "of its people who are in the largest gang that is left"),
    "mean_intent": (pl.Float64, "of the community that most of its people are in then"),
    "p_value": (pl.Float64, ""),
    "grade": (pl.String, "empty where it is no gang"),
}

REMOVED = model.Table(
    "removed",
    {
        "what": (pl.String, "person, or the kind of the value"),
        "removed": (pl.String, "name or value, masked"),
        "id": (pl.String, "the person's, or the value's reference"),
        **_FATE,
    },
)

THRESHOLDS = model.Table("thresholds", {"threshold": (pl.Float64, "T"), "in_force": (pl.Boolean, ""), **_FATE})
RESOLUTIONS = model.Table("resolutions", {"resolution": (pl.Float64, "of Leiden where it is dense"), "in_force": (pl.Boolean, ""), **_FATE})
PROFILE = model.Table(
    "profile",
    {
        "resolution": (pl.Float64, "from here on"),
        "pieces": (pl.Int64, "that Leiden cuts the gang's ties into"),
        "largest": (pl.Int64, "people of the largest piece"),
        "sizes": (pl.String, "people of the pieces, most first"),
    },
)
BRIDGES = model.Table(
    "bridges",
    {
        "person_a": (pl.String, ""),
        "person_b": (pl.String, ""),
        "probability": (pl.Float64, "of the tie"),
        "cut_off": (pl.Int64, "people on the smaller side without it"),
    },
)

GRID = 0.05
"""Between the thresholds that are tried."""
MOST_SIZES = 12
ORDER = {fate.value: place for place, fate in enumerate(Fate)}


def what_if(reader: Reader, gang_id: str, calibration: Calibration, settings: Settings, progress: Progress) -> Answer:
    """Return what becomes of a live gang if each of its people and shared values is removed in turn, and how its verdict moves with the
    threshold and with the resolution. Generic values, and relations from outside, are not removed."""
    members = reader.table("gang_members", columns=["person_id"], where={"gang_id": [gang_id]})["person_id"].sort().to_list()
    trial = Trial(reader, members, calibration, settings)
    before = outcome(trial.before, members, calibration, settings)
    removed = _removed(reader, trial, calibration, settings, progress)
    thresholds = _thresholds(trial, before, calibration, settings)
    resolutions = _resolutions(trial, calibration, settings)
    tied = Ties(trial.before, members)
    parts = (
        Part("removed", "Without one person or value, the gravest first", removed),
        Part("bridges", "Ties that alone hold two sides together", tied.bridges()),
        Part("thresholds", "Under another threshold T", thresholds),
        Part("resolutions", "Cut at another resolution", resolutions),
        Part("profile", "How long its ties hold together as the resolution rises", tied.profile(settings)),
    )
    facts = {"what": "what-if", "gang_id": gang_id, "members": len(members), **_fate(before)}
    return Answer(facts, tuple(_said(removed, thresholds, before)), parts)


def _removed(reader: Reader, trial: Trial, calibration: Calibration, settings: Settings, progress: Progress) -> pl.DataFrame:
    values, who = trial.shared(), people(reader, trial.members)
    about = looking.counted(reader, values)
    rows: list[dict[str, Any]] = []
    with progress.stage("what if", len(trial.members) + values.height):
        trial.look_ahead()
        for person_id, name in who.select("person_id", "name").iter_rows():
            left = [member for member in trial.members if member != person_id]
            found = outcome(trial.without_person(person_id), left, calibration, settings)
            rows.append({"what": "person", "removed": name, "id": person_id, **_fate(found)})
            progress.advance()
        for kind, key, value, reference in about.select("kind", "key", "value", "reference").iter_rows():
            found = outcome(trial.without_value(kind, key), trial.members, calibration, settings)
            rows.append({"what": kind, "removed": value, "id": reference, **_fate(found)})
            progress.advance()
    table = pl.DataFrame(rows, schema=REMOVED.schema)
    rank = pl.col("fate").replace_strict(ORDER, return_dtype=pl.Int64)
    return table.sort(rank, "left", pl.col("mean_intent").fill_null(-1.0), "what", "id")


def _fate(found: Outcome) -> dict[str, Any]:
    return {
        "fate": found.fate.value,
        "became": found.sentence,
        "left": found.parts[0] if found.parts else 0,
        "mean_intent": found.mean_intent,
        "p_value": found.p_value,
        "grade": found.grade,
    }


def _thresholds(trial: Trial, before: Outcome, calibration: Calibration, settings: Settings) -> pl.DataFrame:
    """Return THRESHOLDS: every GRID up to a step over the mean, and the one in force."""
    now = line(calibration, settings).threshold
    top = max(now, before.mean_intent or 0.0) + 2 * GRID
    grid = [round(GRID * step, 6) for step in range(1, 1 + min(math.ceil(top / GRID), round(1 / GRID)))]
    rows = []
    for threshold in sorted({*grid, now}):
        changed = settings.with_values(verdicts__threshold=threshold)
        found = outcome(trial.region.opinion(trial.members, changed), trial.members, calibration, changed)
        rows.append({"threshold": threshold, "in_force": threshold == now, **_fate(found)})
    return pl.DataFrame(rows, schema=THRESHOLDS.schema)


def _resolutions(trial: Trial, calibration: Calibration, settings: Settings) -> pl.DataFrame:
    """Return RESOLUTIONS: those that a calibration chooses among, and the one in force."""
    tried = {float(resolution) for resolution in settings["communities.resolutions"]} | {calibration.resolution}
    rows = []
    for resolution in sorted(tried):
        changed = replace(calibration, resolution=resolution)
        found = outcome(trial.region.opinion(trial.members, calibration=changed), trial.members, changed, settings)
        rows.append({"resolution": resolution, "in_force": resolution == calibration.resolution, **_fate(found)})
    return pl.DataFrame(rows, schema=RESOLUTIONS.schema)


class Ties:
    """The ties among some people."""

    def __init__(self, opinion: Opinion, members: list[str]) -> None:
        mine = inside(opinion, members)
        facts = opinion.found.scored.facts
        at = np.flatnonzero(opinion.found.tie & mine[facts.a] & mine[facts.b])
        number = np.cumsum(mine) - 1
        self.names = opinion.ids.filter(pl.Series(mine)).to_list()
        self.a, self.b = number[facts.a[at]].astype(np.int32), number[facts.b[at]].astype(np.int32)
        self.weight = opinion.found.scored.probability[at]

    def bridges(self) -> pl.DataFrame:
        """Return BRIDGES, those that cut most off first."""
        found = [
            (self.names[self.a[edge]], self.names[self.b[edge]], float(self.weight[edge]), cut_off)
            for edge, cut_off in communities.bridges(self.a, self.b, len(self.names))
        ]
        table = pl.DataFrame(found, schema=BRIDGES.schema, orient="row")
        return table.sort("cut_off", "person_a", "person_b", descending=[True, False, False])

    def profile(self, settings: Settings) -> pl.DataFrame:
        """Return PROFILE."""
        if not len(self.a):
            return PROFILE.empty()
        most = max(float(resolution) for resolution in settings["communities.resolutions"])
        seed = communities.seed_of(settings.integer("graph.seed"), self.names[0].removeprefix("P-")) % (1 << 31)
        rows = []
        for resolution, pieces in communities.profile(self.a, self.b, self.weight, len(self.names), most, seed):
            sizes = np.sort(np.bincount(pieces))[::-1].tolist()
            text = " ".join(str(size) for size in sizes[:MOST_SIZES]) + (" ..." if len(sizes) > MOST_SIZES else "")
            rows.append((round(resolution, 6), len(sizes), sizes[0], text))
        return pl.DataFrame(rows, schema=PROFILE.schema, orient="row")


def _said(removed: pl.DataFrame, thresholds: pl.DataFrame, before: Outcome) -> list[str]:
    grave = removed.filter(pl.col("fate") != Fate.STAYS.value)
    said = [f"Today: {before.sentence}."]
    if grave.is_empty():
        said.append("No single person and no single value holds it together: without any one of them it stays a gang.")
    else:
        persons = grave.filter(pl.col("what") == "person")
        counts = [
            words.plural(count, *names)
            for count, names in ((persons.height, ("person", "people")), (grave.height - persons.height, ("value", "values")))
            if count
        ]
        said.append(f"It hangs on {words.listed(counts)}: without any one of these it is no gang, falls apart or loses people.")
    lost = thresholds.filter(pl.col("fate") == Fate.FALLS.value)
    if lost.height:
        said.append(f"Of the thresholds that were tried it stays a gang up to {_last(thresholds):.2f}.")
    return said


def _last(thresholds: pl.DataFrame) -> float:
    held = thresholds.filter(pl.col("fate") != Fate.FALLS.value)["threshold"]
    return float(held[-1]) if len(held) else 0.0
