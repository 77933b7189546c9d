"""What a solve found, as the tables that are stored and shown."""

from __future__ import annotations

import numpy as np
import polars as pl

from fraudgraph import ledger, model
from fraudgraph.calibration import Calibration
from fraudgraph.evidence import shared
from fraudgraph.graph import classes
from fraudgraph.graph.facts import View
from fraudgraph.model import Int32Array, IntArray
from fraudgraph.settings import Settings
from fraudgraph.solving import Book, Solution, line, number_channels
from fraudgraph.verdicts.grades import grade, lower_bound

_QUIET = {"no intents": "NO_INTENTS", "no transmission": "NO_TRANSMISSION"}


def ids(book: Book, people: IntArray | Int32Array, prefix: str) -> pl.Series:
    """Return the ids that start with ``prefix`` and go on with the first application of each of ``people``."""
    return prefix + book.application_id.gather(book.first[people])


def ties(book: Book, solution: Solution, calibration: Calibration) -> pl.DataFrame:
    """Return TIES."""
    facts = solution.scored.facts.take(solution.tie)
    code = solution.scored.code[solution.tie]
    distinct, place = np.unique(code, return_inverse=True)
    words = pl.Series([classes.describe(int(c), calibration.given) for c in distinct], dtype=pl.String)
    return model.TIES.check(
        pl.DataFrame(
            {
                "person_a": ids(book, facts.a, "P-"),
                "person_b": ids(book, facts.b, "P-"),
                "probability": solution.scored.probability[solution.tie],
                "link_class": words.gather(place),
                "evidence": solution.scored.measured[solution.tie].astype(np.float64),
            }
        )
    )


def communities(book: Book, solution: Solution) -> pl.DataFrame:
    """Return COMMUNITIES, of two people or more."""
    inside = np.flatnonzero(np.bincount(solution.community, minlength=book.persons)[solution.community] >= 2)
    return pl.DataFrame(
        {"community_id": ids(book, solution.community[inside], "C-"), "person_id": ids(book, inside, "P-")},
        schema=model.COMMUNITIES.schema,
    )


def verdicts(book: Book, solution: Solution, calibration: Calibration, settings: Settings) -> pl.DataFrame:
    """Return VERDICTS."""
    groups, judged = solution.groups, solution.judged
    limit = line(calibration, settings)
    place = np.full(book.persons, -1, np.int64)
    place[groups.first] = np.arange(len(groups.first))
    per_row = place[solution.community[book.person]]
    applications = np.bincount(per_row[per_row >= 0], minlength=len(groups.first))
    a, b, probability = solution.ties
    inside = solution.community[a] == solution.community[b]
    # Summed in steps of one millionth: the sum must not depend on the order of the ties.
    strength = np.zeros(len(groups.first), np.int64)
    np.add.at(strength, place[solution.community[a[inside]]], np.round(probability[inside] * model.MICRO).astype(np.int64))
    bound = lower_bound(np.nan_to_num(groups.mean, nan=0.0), groups.voters, limit.sd, settings.number("verdicts.bound_errors"))
    letters = np.array(grade(bound, limit.threshold, calibration.grade_cuts), dtype=object)
    mean = pl.Series(groups.mean).fill_nan(None)
    return pl.DataFrame(
        {
            "community_id": ids(book, groups.first, "C-"),
            "members": groups.members,
            "voters": groups.voters,
            "applications": applications.astype(np.int64),
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


def reasons(book: Book, solution: Solution, calibration: Calibration, settings: Settings) -> pl.DataFrame:
    """Return REASONS of everybody who is in a community of two people or more."""
    view = View(solution.codes, book.person, book.applied_at, number_channels(book.channel, calibration.channels))
    facts = solution.scored.facts.take(solution.tie)
    facts = facts.take(solution.community[facts.a] == solution.community[facts.b])
    mask = shared.tie_masks(view, facts, book.persons)
    groups, judged = solution.groups, solution.judged
    verdict = np.full(book.persons, 0, np.int64)
    quiet = _QUIET.get(calibration.case)
    if quiet:
        verdict[groups.first] = shared.bit(quiet)
    else:
        verdict[groups.first] = np.where(judged.over, 0, shared.bit("MEAN_UNDER_T"))
        for first, code in zip(groups.first, judged.stopped_by, strict=True):
            if code:
                verdict[first] |= shared.bit(code)
        verdict[groups.first[judged.flagged]] = shared.bit("GANG_MEAN_OVER_T")
    mask |= verdict[solution.community]
    flagged = np.zeros(book.persons, bool)
    flagged[groups.first[judged.flagged]] = True
    flagged = flagged[solution.community]
    limit = line(calibration, settings).threshold * model.MICRO
    known = np.where(book.intent > limit, shared.bit("OWN_INTENT_HIGH"), shared.bit("OWN_INTENT_LOW"))
    own = np.where(book.intent < 0, shared.bit("OWN_INTENT_UNKNOWN"), known)
    mask |= np.where(flagged, own, 0)
    inside = np.flatnonzero(np.bincount(solution.community, minlength=book.persons)[solution.community] >= 2)
    return pl.DataFrame({"person_id": ids(book, inside, "P-"), "reasons": shared.spell(mask[inside])}, schema=model.REASONS.schema)


def current(book: Book, solution: Solution, amount: pl.Series) -> pl.DataFrame:
    """Return what the ledger compares: the applications of every community (`ledger.CURRENT`)."""
    where = np.bincount(solution.community, minlength=book.persons)[solution.community] >= 2
    rows = np.flatnonzero(where[book.person])
    return ledger.CURRENT.check(
        pl.DataFrame(
            {
                "community_id": ids(book, solution.community[book.person[rows]], "C-"),
                "application_id": book.application_id.gather(rows),
                "applied_at": pl.Series(book.applied_at[rows]).cast(pl.Datetime("us")).dt.replace_time_zone("UTC"),
                "amount": amount.gather(rows).cast(pl.Float64),
            }
        )
    )


def evidence(book: Book, solution: Solution, gangs: pl.DataFrame) -> pl.DataFrame:
    """Return EVIDENCE of the gangs that have a community this night."""
    live = gangs.filter(pl.col("community_id") != "").sort("gang_id")
    flagged = pl.DataFrame({"community_id": ids(book, solution.groups.first, "C-"), "first": solution.groups.first})
    where = live.select("gang_id", "community_id").join(flagged, on="community_id", how="inner", maintain_order="left")
    number = np.full(book.persons, -1, np.int32)
    number[where["first"].to_numpy()] = np.arange(len(where), dtype=np.int32)
    return shared.gang_evidence(solution.codes, book.person, number[solution.community], where["gang_id"].to_list())
