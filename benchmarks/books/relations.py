"""A dense graph of calls between applicants: a stand-in for a telephone operator's real graph.

About 6,100 people (one application and one phone each), about 416,000 pairs who called, a third of the people fraudsters, intents that
tell fraudsters from honest people with an AUC of about .95. Everybody hangs together in one component; degrees are heavy-tailed.
Fraudsters are

- in *crews*: a few blocks of very different size that overlap, with some honest people drawn in;
- in *cells*: small dense groups that sit inside an honest neighbourhood, too small for a modularity of resolution 1 to see;
- *alone*: among honest people like everybody else.

The shares are set so that plain Leiden (modularity, weighted, resolution 1) and mean intent >= .6 give a member precision of about .95
and a recall of about .57, which is all that is known of the real graph.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from benchmarks.books._chinese_people import Numbers
from benchmarks.books._strings import digits, text
from benchmarks.books.base import Book

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

PEOPLE = 6_106
TIES_PER_PERSON = 416_211 / PEOPLE
SEPARATION = 2.326
"""Distance of fraudsters' and honest people's log-odds in standard deviations: an AUC of .95."""


@dataclass(frozen=True)
class Variant:
    """How the fraudsters are spread. Shares of fraudsters; the rest are alone."""

    crews: float
    crew_sizes: tuple[float, ...]
    """Relative sizes."""
    cells: float
    loyalty: float
    """Share of a crew member's calls that stay in the crew."""
    neighbourhoods: tuple[float, ...]
    """Relative sizes of the honest neighbourhoods."""
    gathered: float = 0.0
    """Share of those alone or in cells who live in the third neighbourhood, which is then half and half: neither one thing nor the
    other."""


VARIANTS = {
    "crews": Variant(0.58, (8, 4.5, 2.5, 1.5, 0.8), 0.18, 0.72, (11, 8, 6, 4.5, 3.5, 2.5, 2, 1.5, 1)),
    "one_large": Variant(0.58, (14, 2, 1), 0.18, 0.68, (10, 9, 8, 7)),
    "many_small": Variant(0.56, (3, 3, 2.5, 2, 1.5, 1.5, 1.2, 1, 1, 0.8), 0.22, 0.8, (8, 7, 6, 5, 4, 3, 3, 2, 2, 1, 1)),
    "murky": Variant(0.58, (7, 4, 2, 1), 0.14, 0.66, (11, 8, 6, 4.5, 3.5, 2.5, 2, 1.5, 1), gathered=0.6),
}


@dataclass(frozen=True)
class _People:
    fraud: npt.NDArray[np.bool_]
    home: Ints
    """The block in which a person's calls mostly stay: a neighbourhood or a crew."""
    second: Ints
    """A second block (another crew, or the neighbourhood of a crew member); -1: none."""
    cell: Ints
    """-1: none."""
    kind: Ints
    """0 honest, 1 crew, 2 cell, 3 alone."""


def _dealt(rng: np.random.Generator, count: int, sizes: tuple[float, ...]) -> Ints:
    return rng.choice(len(sizes), count, p=np.array(sizes) / sum(sizes))


def _settle(rng: np.random.Generator, people: int, fraud_share: float, variant: Variant) -> _People:
    """Who is a fraudster, and where everybody belongs."""
    hoods, crews = len(variant.neighbourhoods), len(variant.crew_sizes)
    fraud = np.zeros(people, dtype=bool)
    fraud[rng.permutation(people)[: round(people * fraud_share)]] = True
    home = _dealt(rng, people, variant.neighbourhoods)
    second = np.full(people, -1, dtype=np.int64)
    cell = np.full(people, -1, dtype=np.int64)
    kind = np.zeros(people, dtype=np.int64)
    draw = rng.random(people)
    kind[fraud] = np.where(draw < variant.crews, 1, np.where(draw < variant.crews + variant.cells, 2, 3))[fraud]

    crew = np.flatnonzero(kind == 1)
    second[crew] = home[crew]
    home[crew] = hoods + _dealt(rng, len(crew), variant.crew_sizes)
    overlap = crew[rng.random(len(crew)) < 0.12]
    second[overlap] = hoods + rng.integers(0, crews, len(overlap))
    drawn_in = np.flatnonzero(~fraud & (rng.random(people) < 0.045 * fraud_share * variant.crews / (1 - fraud_share)))
    second[drawn_in] = home[drawn_in]
    home[drawn_in] = hoods + _dealt(rng, len(drawn_in), variant.crew_sizes)

    in_cells = np.flatnonzero(kind == 2)
    widths = rng.integers(15, 46, len(in_cells))
    number = np.repeat(np.arange(len(widths)), widths)[: len(in_cells)]
    cell[in_cells] = number
    home[in_cells] = _dealt(rng, len(widths), variant.neighbourhoods)[number]
    gathered = np.flatnonzero((kind >= 2) & (rng.random(people) < variant.gathered))
    home[gathered] = 2
    return _People(fraud, home, second, cell, kind)


class _Blocks:
    """Draws partners from blocks, busy people more often."""

    def __init__(self, block: Ints, activity: Floats) -> None:
        order = np.argsort(block, kind="stable")
        self._order = order[block[order] >= 0]
        self._ladder = np.concatenate([[0.0], np.cumsum(activity[self._order])])
        numbers = np.arange(max(int(block.max()), 0) + 2)
        self._start = np.searchsorted(block[self._order], numbers)

    def partner(self, rng: np.random.Generator, block: Ints) -> Ints:
        low, high = self._ladder[self._start[block]], self._ladder[self._start[block + 1]]
        at = np.searchsorted(self._ladder, low + rng.random(len(block)) * (high - low), side="right") - 1
        return np.asarray(self._order[np.minimum(at, len(self._order) - 1)])


def _calls(rng: np.random.Generator, people: _People, variant: Variant, ties: int) -> pl.DataFrame:
    """Pairs who called (a < b) and how often, about ``ties`` of them."""
    n = len(people.fraud)
    activity = np.exp(rng.normal(0.0, 1.0, n)).clip(0.02, 12.0)
    hermit = rng.random(n) < 0.01
    activity[hermit] = 0.002
    by_home, by_cell, everybody = (
        _Blocks(people.home, activity),
        _Blocks(people.cell, activity),
        _Blocks(np.zeros(n, dtype=np.int64), activity),
    )
    ladder = np.cumsum(activity)
    parts: list[pl.DataFrame] = []
    found = pl.DataFrame()
    drawn = 0
    while drawn < 40 * ties:
        batch = ties // 2
        drawn += batch
        a = np.searchsorted(ladder, rng.random(batch) * ladder[-1])
        draw = rng.random(batch)
        second, cell = people.second[a], people.cell[a]
        b = everybody.partner(rng, np.zeros(batch, dtype=np.int64))
        stays = draw < variant.loyalty
        b[stays] = by_home.partner(rng, people.home[a[stays]])
        elsewhere = ~stays & (draw < variant.loyalty + 0.7 * (1 - variant.loyalty)) & (second >= 0)
        b[elsewhere] = by_home.partner(rng, second[elsewhere])
        conspires = (cell >= 0) & (rng.random(batch) < 0.5)
        b[conspires] = by_cell.partner(rng, cell[conspires])
        parts.append(pl.DataFrame({"a": np.minimum(a, b), "b": np.maximum(a, b)}).filter(pl.col("a") != pl.col("b")))
        found = pl.concat(parts).group_by("a", "b").agg(weight=pl.len().cast(pl.Float64)).sort("a", "b")
        if found.height >= ties:
            break
    return found[np.sort(rng.permutation(found.height)[:ties])]


def _intents(rng: np.random.Generator, fraud: npt.NDArray[np.bool_], share: float, camouflage: float) -> Floats:
    """Probabilities of being a fraudster, calibrated, as a good score would give them."""
    shown = fraud & (rng.random(len(fraud)) >= camouflage)
    prior = np.log(share / (1 - share)) if 0 < share < 1 else -3.0
    logit = prior + np.where(shown, 0.5, -0.5) * SEPARATION**2 + SEPARATION * rng.standard_normal(len(fraud))
    return np.asarray(1.0 / (1.0 + np.exp(-logit)))


def make(applications: int = PEOPLE, seed: int = 1, gang_share: float = 0.3213, camouflage: float = 0.0, *, variant: str = "crews") -> Book:
    """The book, its truth and the calls.

    gang_share: share of fraudsters. camouflage: share of them whose intent looks honest. variant: crews, one_large, many_small or murky.
    In the truth a fraudster alone is a gang of one, of kind ``alone``, so that recall is over all fraudsters.
    """
    if variant not in VARIANTS:
        raise ValueError(f"unknown variant {variant}; there are {', '.join(VARIANTS)}")
    rng = np.random.default_rng([seed, 21])
    people = _settle(rng, applications, gang_share, VARIANTS[variant])
    calls = _calls(rng, people, VARIANTS[variant], round(min(applications * TIES_PER_PERSON, applications * (applications - 1) / 6)))
    intent = _intents(rng, people.fraud, gang_share, camouflage)
    order = np.argsort(rng.random(applications))
    ids = text(np.column_stack([np.full(applications, ord("R"), dtype=np.uint8), digits(np.arange(applications), 6)]))
    second = np.sort(rng.integers(0, 182 * 86_400, applications))
    book = pl.DataFrame(
        {
            "application_id": ids,
            "applied_at": pl.select(
                pl.lit(dt.datetime(2019, 10, 1)).cast(pl.Datetime("ms")) + pl.duration(seconds=pl.lit(pl.Series(second)))
            ).to_series(),
            "phone": text(digits(Numbers(seed).phone(np.arange(applications)), 11)),
            "fraud_intent": intent[order],
        }
    )
    kinds = np.array(["", "crew", "cell", "alone"])[people.kind]
    number = np.select([people.kind == 1, people.kind == 2], [people.home, people.cell], np.arange(applications))
    truth = pl.DataFrame({"kind": kinds[order], "number": number[order]}).select(
        application_id=ids,
        person=pl.int_range(pl.len()).cast(pl.String),
        gang=pl.when(pl.col("kind") != "").then(pl.format("{}-{}", pl.col("kind"), pl.col("number"))),
        gang_kind=pl.when(pl.col("kind") != "").then(pl.col("kind")),
    )
    place = np.empty(applications, dtype=np.int64)
    place[order] = np.arange(applications)
    a, b = place[calls["a"].to_numpy()], place[calls["b"].to_numpy()]
    relations = pl.DataFrame(
        {
            "source": ids.gather(pl.Series(np.minimum(a, b))),
            "target": ids.gather(pl.Series(np.maximum(a, b))),
            "kind": pl.repeat("call", len(a), eager=True),
            "weight": calls["weight"],
            "applied_at": pl.Series([None], dtype=pl.Datetime("ms")).new_from_index(0, len(a)),
        }
    ).sort("source", "target")
    return Book(book, truth, relations)
