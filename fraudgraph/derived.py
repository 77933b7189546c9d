"""What a solve found, as the tables that are stored and shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from fraudgraph import ledger, model
from fraudgraph.calibration import Calibration
from fraudgraph.evidence import shared
from fraudgraph.graph import classes
from fraudgraph.graph.codes import Codes
from fraudgraph.graph.facts import KIND_RANK
from fraudgraph.graph.scoring import Near
from fraudgraph.judging import Found, line
from fraudgraph.model import BoolArray, Int32Array, IntArray
from fraudgraph.settings import Settings
from fraudgraph.solving import Book
from fraudgraph.verdicts.grades import grade, lower_bound

_QUIET = {"no intents": "NO_INTENTS", "no transmission": "NO_TRANSMISSION"}


@dataclass(frozen=True)
class Named:
    """The people of a solution, as their rows are called."""

    first: pl.Series
    """Per person: the id of the first application."""
    applications: IntArray
    """Per person."""
    intent: IntArray
    """Per person, millionths, -1 unknown."""

    @classmethod
    def of(cls, book: Book) -> Named:
        counts = np.bincount(book.person, minlength=book.persons).astype(np.int64)
        return cls(book.application_id.gather(book.first), counts, book.intent)

    def ids(self, people: IntArray | Int32Array, prefix: str = "P-") -> pl.Series:
        return prefix + self.first.gather(people)


def ties(found: Found, named: Named, calibration: Calibration) -> pl.DataFrame:
    """Return TIES."""
    facts = found.scored.facts.take(found.tie)
    code = found.scored.code[found.tie]
    distinct, place = np.unique(code, return_inverse=True)
    words = pl.Series([classes.describe(int(c), calibration.given) for c in distinct], dtype=pl.String)
    return model.TIES.check(
        pl.DataFrame(
            {
                "person_a": named.ids(facts.a),
                "person_b": named.ids(facts.b),
                "probability": found.scored.probability[found.tie],
                "link_class": words.gather(place),
                "evidence": found.scored.measured[found.tie].astype(np.float64),
            }
        )
    )


def pairs(near: Near, named: Named, keys: Mapping[str, pl.Series], standing: IntArray) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return PAIRS and PAIR_VALUES; ``keys``: kind -> the text of each value's number; ``standing``: what came of each."""
    facts = replace(near.facts, closure=np.zeros_like(near.facts.closure))
    a, b = named.ids(facts.a), named.ids(facts.b)
    degree = facts.degree.astype(np.int64)
    measured = {"link_code": classes.pack(facts), "degree": degree, "prior": facts.prior, "standing": standing}
    rank, number = near.values.value >> 40, near.values.value & ((1 << 40) - 1)
    parts = []
    for kind, own in KIND_RANK.items():
        mine = np.flatnonzero(rank == own)
        if len(mine):
            pair = near.values.pair[mine]
            parts.append(
                pl.DataFrame(
                    {
                        "person_a": a.gather(pair),
                        "person_b": b.gather(pair),
                        "kind": pl.Series([kind], dtype=pl.String).new_from_index(0, len(mine)),
                        "key": keys[kind].gather(number[mine]),
                        "people": near.values.people[mine],
                    }
                )
            )
    values = pl.concat(parts) if parts else model.PAIR_VALUES.empty()
    return model.PAIRS.check(pl.DataFrame({"person_a": a, "person_b": b, **measured})), model.PAIR_VALUES.check(values)


def _together(found: Found) -> BoolArray:
    """Return who is in a community of two people or more."""
    return np.bincount(found.community, minlength=len(found.community))[found.community] >= 2


def communities(found: Found, named: Named) -> pl.DataFrame:
    """Return COMMUNITIES, of two people or more."""
    inside = np.flatnonzero(_together(found))
    return pl.DataFrame(
        {"community_id": named.ids(found.community[inside], "C-"), "person_id": named.ids(inside)}, schema=model.COMMUNITIES.schema
    )


def verdicts(found: Found, named: Named, calibration: Calibration, settings: Settings) -> pl.DataFrame:
    """Return VERDICTS."""
    groups, judged = found.groups, found.judged
    limit = line(calibration, settings)
    place = np.full(len(found.community), -1, np.int64)
    place[groups.first] = np.arange(len(groups.first))
    of = place[found.community]
    applications = np.zeros(len(groups.first), np.int64)
    np.add.at(applications, of[of >= 0], named.applications[of >= 0])
    a, b, probability = found.ties
    inside = found.community[a] == found.community[b]
    # Summed in steps of one millionth: the sum must not depend on the order of the ties.
    strength = np.zeros(len(groups.first), np.int64)
    np.add.at(strength, of[a[inside]], np.round(probability[inside] * model.MICRO).astype(np.int64))
    bound = lower_bound(np.nan_to_num(groups.mean, nan=0.0), groups.voters, limit.sd, settings.number("verdicts.bound_errors"))
    letters = np.array(grade(bound, limit.threshold, calibration.grade_cuts), dtype=object)
    mean = pl.Series(groups.mean).fill_nan(None)
    return pl.DataFrame(
        {
            "community_id": named.ids(groups.first, "C-"),
            "members": groups.members,
            "voters": groups.voters,
            "applications": applications,
            "mean_intent": mean,
            "threshold": pl.Series([limit.threshold if calibration.flags else None] * len(mean), dtype=pl.Float64),
            "p_value": judged.p_value,
            "p_cut": np.full(len(mean), limit.p_cut),
            "flagged": judged.flagged,
            "grade": pl.Series(np.where(judged.flagged, letters, "").tolist(), dtype=pl.String),
            "stopped_by": pl.Series(judged.stopped_by, dtype=pl.String),
            "score": strength / model.MICRO,
        },
        schema=model.VERDICTS.schema,
    )


def reasons(found: Found, named: Named, calibration: Calibration, settings: Settings) -> pl.DataFrame:
    """Return REASONS of everybody who is in a community of two people or more."""
    persons = len(found.community)
    facts = found.scored.facts.take(found.tie)
    mask = shared.tie_masks(facts.take(found.community[facts.a] == found.community[facts.b]), persons)
    groups, judged = found.groups, found.judged
    verdict = np.full(persons, 0, np.int64)
    quiet = _QUIET.get(calibration.case)
    if quiet:
        verdict[groups.first] = shared.bit(quiet)
    else:
        verdict[groups.first] = np.where(judged.over, 0, shared.bit("MEAN_UNDER_T"))
        for first, code in zip(groups.first, judged.stopped_by, strict=True):
            if code:
                verdict[first] |= shared.bit(code)
        verdict[groups.first[judged.flagged]] = shared.bit("GANG_MEAN_OVER_T")
    mask |= verdict[found.community]
    flagged = np.zeros(persons, bool)
    flagged[groups.first[judged.flagged]] = True
    flagged = flagged[found.community]
    limit = line(calibration, settings).threshold * model.MICRO
    known = np.where(named.intent > limit, shared.bit("OWN_INTENT_HIGH"), shared.bit("OWN_INTENT_LOW"))
    own = np.where(named.intent < 0, shared.bit("OWN_INTENT_UNKNOWN"), known)
    mask |= np.where(flagged, own, 0)
    inside = np.flatnonzero(_together(found))
    return pl.DataFrame({"person_id": named.ids(inside), "reasons": shared.spell(mask[inside])}, schema=model.REASONS.schema)


def current(book: Book, found: Found, named: Named, amount: pl.Series) -> pl.DataFrame:
    """Return what the ledger compares: the applications of every community (`ledger.CURRENT`)."""
    rows = np.flatnonzero(_together(found)[book.person])
    return ledger.CURRENT.check(
        pl.DataFrame(
            {
                "community_id": named.ids(found.community[book.person[rows]], "C-"),
                "application_id": book.application_id.gather(rows),
                "applied_at": pl.Series(book.applied_at[rows]).cast(pl.Datetime("us")).dt.replace_time_zone("UTC"),
                "amount": amount.gather(rows).cast(pl.Float64),
            }
        )
    )


def evidence(codes: Codes, person: Int32Array, found: Found, named: Named, gangs: pl.DataFrame) -> pl.DataFrame:
    """Return EVIDENCE of the gangs that have a community this night."""
    live = gangs.filter(pl.col("community_id") != "").sort("gang_id")
    flagged = pl.DataFrame({"community_id": named.ids(found.groups.first, "C-"), "first": found.groups.first})
    where = live.select("gang_id", "community_id").join(flagged, on="community_id", how="inner", maintain_order="left")
    number = np.full(len(found.community), -1, np.int32)
    number[where["first"].to_numpy()] = np.arange(len(where), dtype=np.int32)
    return shared.gang_evidence(codes, person, number[found.community], where["gang_id"].to_list())
