"""How a pair's class was weighed, level by level: what each look at the pair said, on how many pairs it was measured, what it changed."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl

from fraudgraph import model
from fraudgraph.graph import classes, scoring
from fraudgraph.graph.codes import DAY
from fraudgraph.graph.facts import BIT, NO_GAP, Facts
from fraudgraph.graph.scoring import Scored, Tables
from fraudgraph.reports import words
from fraudgraph.settings import Settings

WEIGHED = model.Table(
    "weighed",
    {
        "look": (pl.String, "what is looked at"),
        "finds": (pl.String, "what it finds of these two"),
        "pairs": (pl.Int64, "of the reference book, with both intents known, on which the class down to here was measured"),
        "passes_on": (pl.Float64, "mean product of the two deviations from the mean intent, in variances of the book; 0 for random pairs"),
        "probability": (pl.Float64, "that such a pair is of one gang"),
        "speaks": (pl.String, "for or against a tie, by how the probability moves; empty where it hardly does"),
    },
)

LOOKS = (
    "what they share",
    "how close in time",
    "what contradicts, and the channel",
    "how many people have it",
    "third people",
    "more of them, and the days between",
    "shared phone numbers",
    "a rush on the value",
)
"""What each level of `classes.LEVELS` looks at."""

LEAST_MOVE = 0.02
"""By how much a look must move the probability to speak for or against."""


@dataclass(frozen=True)
class Weighing:
    """A pair's way from the prior to its probability."""

    table: pl.DataFrame
    """WEIGHED."""
    probability: float
    """After all looks that were made."""


def weigh(facts: Facts, fold: int, given: tuple[str, ...], tables: Tables, settings: Settings, final: float | None = None) -> Weighing:
    """Weigh one pair (``facts`` of length one) by its own facts; ``final``: its probability after the second looks, if they were made."""
    strength = settings.number("graph.shrinkage")
    code, folds = classes.pack(facts), np.array([fold])
    value = scoring.start(facts, tables.sd, bool(tables.levels))
    variance, square = tables.sd**2, tables.lift**2
    rows: list[tuple[str, str, int | None, float, float]] = []

    def add(look: str, finds: str, pairs: int | None) -> None:
        e = float(value[0])
        rows.append((look, finds, pairs, e / variance, float(np.clip(e / square, 0.0, 1.0))))

    add("before the book was asked", "the usual order of strength", None)
    for place, (look, level) in enumerate(zip(LOOKS, tables.levels, strict=False)):
        value = level.update(value, code, folds, strength)
        add(look, finds(place, facts, given), int(level.pairs(code)[0]))
    if final is not None and tables.second:
        rows.append(("other ties of the two", f"second look, {len(tables.second)} times", None, final * square / variance, final))
    speaks = [""] + [_speaks(before[4], after[4]) for before, after in pairwise(rows)]
    table = pl.DataFrame([(*row, said) for row, said in zip(rows, speaks, strict=True)], schema=WEIGHED.schema, orient="row")
    return Weighing(table, rows[-1][4])


def _speaks(before: float, after: float) -> str:
    return "" if abs(after - before) < LEAST_MOVE else "for" if after > before else "against"


def finds(level: int, facts: Facts, given: tuple[str, ...]) -> str:
    """Return what the look of a level finds of one pair, in words."""
    return (_shares, _gap, _contradicts, _people, _third, _third, _phones, _rush)[level](facts, given)


def _shares(facts: Facts, given: tuple[str, ...]) -> str:
    return classes.shares(int(facts.signature[0]), given)


def _gap(facts: Facts, given: tuple[str, ...]) -> str:
    gap = int(facts.gap[0])
    if gap >= NO_GAP:
        return "no shared value, hence no time between"
    bands = (*classes.GAP_FINE_DAYS, 180)
    days = next((band for band in bands if gap <= band * DAY), bands[-1])
    return f"within {words.plural(days, 'day')} of each other"


def _contradicts(facts: Facts, given: tuple[str, ...]) -> str:
    found = [text for text, flag in (("addresses differ", facts.address_differs), ("IPs differ", facts.ip_differs)) if flag[0]]
    found += ["same narrow channel"] if facts.channel[0] else []
    home = BIT["address"] | BIT["wifi"]
    found += ["same home and WiFi, as a household has"] if (int(facts.signature[0]) & home) == home else []
    return ", ".join(found) or "nothing"


def _people(facts: Facts, given: tuple[str, ...]) -> str:
    return f"about {words.plural(int(facts.degree[0]), 'person', 'people')} on the narrowest shared value"


def _third(facts: Facts, given: tuple[str, ...]) -> str:
    count = int(facts.closure[0])
    return ("nobody near both through other values", "one person near both through other values", "two or more near both")[min(count, 2)]


def _phones(facts: Facts, given: tuple[str, ...]) -> str:
    count = int(facts.phones[0])
    return words.plural(count, "shared number") if count else "none"


def _rush(facts: Facts, given: tuple[str, ...]) -> str:
    return "more people at once than chance brings" if int(facts.burst[0]) else "none"


def untied(scored: Scored, place: int, tables: Tables, settings: Settings) -> str:
    """Return why the scored pair at ``place``, which is no tie, is none."""
    probability = float(scored.probability[place])
    if int(scored.facts.signature[place]) in set(tables.joiners.tolist()):
        return "Pairs of this class join one group to another instead of holding one together: they tie nobody."
    if probability < settings.number("graph.tie"):
        return f"A pair is a tie from a probability of {settings.number('graph.tie'):.2f} on; this one has {probability:.2f}."
    return (
        "The probability would do, but most people on what the two share have no strong tie there, or too few of the groups that it would "
        "join have it."
    )


