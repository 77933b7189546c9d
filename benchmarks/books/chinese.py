"""Books of a Chinese consumer lender: 17 canonical columns, dirty, with planted gangs and much honest sharing.

Honest people share flats, WiFi, addresses of the carrier, shops' handsets, dormitories, switchboards, contacts, sometimes a phone, a card
or a device. Gangs come in the shapes of `_chinese_gangs`. Everything is drawn as numbers for the whole book and written out in parts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from benchmarks.books import _chinese_words as words
from benchmarks.books._chinese_gangs import KINDS, SHAPE_SETS, SHAPES, gang_people, gang_sizes
from benchmarks.books._chinese_people import Counts, Numbers, honest_people
from benchmarks.books._chinese_text import write_out
from benchmarks.books.base import Book

Ints = npt.NDArray[np.int64]

START = dt.datetime(2019, 10, 1)
WAVE = 113
"""Day (22 January 2020) at which most gangs of a six-month book begin."""
DAY = 86_400
PART = 500_000
"""Applications that are written out at a time."""
REPEATS = 0.22
"""Repeat applications per honest person."""
BUST_OUT_DELAY = (18.0, 45.0)
"""Days after which a bust-out gang comes back together."""


@dataclass(frozen=True)
class Plan:
    """A book before it is written out."""

    people: pl.DataFrame
    """See `_chinese_people`."""
    rows: pl.DataFrame
    """number, person, second (since `START`), phone, device, amount, intent; in order of time."""
    seed: int
    with_intents: bool


def _shapes(shapes: str | tuple[str, ...]) -> tuple[str, ...]:
    chosen = SHAPE_SETS.get(shapes, (shapes,)) if isinstance(shapes, str) else tuple(shapes)
    unknown = [name for name in chosen if name not in SHAPES]
    if unknown or not chosen:
        raise ValueError(f"unknown gang shape {', '.join(unknown)}; there are {', '.join((*SHAPE_SETS, *SHAPES))}")
    return chosen


def _gang_times(rng: np.random.Generator, sizes: Ints, days: float, slow: bool) -> Ints:
    """Seconds at which members apply: each gang in a window of 3 to 35 days (slow: 60 to 80), seven of ten from one day on."""
    low, high = (60.0, 80.0) if slow else (3.0, 35.0)
    span = np.minimum(rng.uniform(low, high, len(sizes)), days)
    begin = rng.uniform(0.0, days - span)
    if 150 < days < 220:
        begin = np.where(rng.random(len(sizes)) < 0.7, np.minimum(WAVE, days - span), begin)
    gang = np.repeat(np.arange(len(sizes)), sizes)
    at = (begin[gang] + rng.random(len(gang)) * span[gang]) * DAY
    return np.asarray(at[np.lexsort((at, gang))].astype(np.int64))


def _bust_out_rows(
    rng: np.random.Generator, numbers: Numbers, returns: list[tuple[int, int]], people: Ints, at: Ints, end: int, spare: int
) -> pl.DataFrame:
    """The second applications of the gangs that come back together, within two days, from a handset for every three or so."""
    parts = []
    for start, stop in returns:
        size = stop - start
        back = min(int(at[start:stop].max()) + int(rng.uniform(*BUST_OUT_DELAY) * DAY), end - 3 * DAY)
        second = np.sort(back + rng.integers(0, 2 * DAY, size))
        shared = numbers.device(spare + start + np.arange(size) // 3 * 3)
        parts.append(pl.DataFrame({"person": people[start:stop], "second": second, "device": shared}))
    return pl.concat(parts)


def plan(
    applications: int,
    seed: int,
    gang_share: float = 0.02,
    camouflage: float = 0.0,
    *,
    shapes: str | tuple[str, ...] = "practice",
    slow: bool = False,
    families_alike: bool = False,
    intents: str = "own",
    months: float = 6.0,
    ip_noise: float = 0.0,
) -> Plan:
    """Draw a book. Options as in `make`."""
    if intents not in ("own", "permuted", "none"):
        raise ValueError(f"intents must be own, permuted or none, not {intents!r}")
    if applications < 1 or not 0 <= gang_share < 1 or not 0 <= camouflage <= 1 or months <= 0:
        raise ValueError("applications >= 1, 0 <= gang_share < 1, 0 <= camouflage <= 1 and months > 0 are needed")
    chosen = _shapes(shapes)
    numbers = Numbers(seed)
    days = 182.0 * months / 6.0
    sizes = gang_sizes(np.random.default_rng([seed, 1]), round(applications * gang_share), chosen)
    returning = int(sum(size for k, size in enumerate(sizes.tolist()) if chosen[k % len(chosen)] == "bust_out"))
    ordinary = applications - int(sizes.sum()) - returning
    honest = max(round(ordinary / (1 + REPEATS)), 1)
    counts = Counts(honest=honest, members=int(sizes.sum()), repeats=ordinary - honest)

    people = honest_people(np.random.default_rng([seed, 2]), numbers, counts, families_alike)
    members, returns = gang_people(
        np.random.default_rng([seed, 3]), numbers, counts, sizes, chosen, camouflage, ip_noise, people["phone"].to_numpy()
    )
    people = pl.concat([people, members.cast(people.schema)]) if counts.members else people
    rng = np.random.default_rng([seed, 4])
    if intents == "permuted":
        people = people.with_columns(intent=rng.permutation(people["intent"].to_numpy()))

    again = rng.integers(0, counts.honest, counts.repeats)
    person = np.concatenate([np.arange(counts.people), again])
    second = rng.integers(0, int(days * DAY), len(person))
    at = _gang_times(np.random.default_rng([seed, 5]), sizes, days, slow)
    second[counts.honest : counts.people] = at
    phone = people["phone"].to_numpy()[person]
    device = people["device"].to_numpy()[person]
    fresh = np.arange(counts.people, counts.people + counts.repeats)
    changed = np.flatnonzero(rng.random(counts.repeats) < 0.16) + counts.people
    phone[changed] = numbers.phone(fresh[changed - counts.people])
    changed = np.flatnonzero(rng.random(counts.repeats) < 0.21) + counts.people
    device[changed] = numbers.device(fresh[changed - counts.people])
    rows = pl.DataFrame({"person": person, "second": second, "phone": phone, "device": device})
    if returns:
        spare = 2 * counts.people + 2 * counts.repeats
        back = _bust_out_rows(rng, numbers, returns, np.arange(counts.honest, counts.people), at, int(days * DAY), spare)
        back = back.with_columns(phone=people["phone"].gather(back["person"]))
        rows = pl.concat([rows, back.select(rows.columns)])
    in_gang = people["gang"].gather(rows["person"]).to_numpy() >= 0
    amount = np.where(in_gang, rng.choice(words.GANG_AMOUNTS, rows.height), rng.choice(words.AMOUNTS, rows.height))
    intent = np.clip(people["intent"].gather(rows["person"]).to_numpy() + rng.normal(0.0, 0.03, rows.height), 0.0, 1.0)
    rows = rows.with_columns(amount=amount, intent=intent).sort("second", maintain_order=True)
    rows = rows.with_columns(number=np.arange(rows.height, dtype=np.int64))
    return Plan(people, rows, seed, intents != "none")


def _truth(people: pl.DataFrame, rows: pl.DataFrame, applications: pl.DataFrame) -> pl.DataFrame:
    of = people.select("gang", "kind")[rows["person"]]
    return pl.DataFrame(
        {
            "application_id": applications["application_id"],
            "person": rows["person"].cast(pl.String),
            "gang": of.select(pl.when(pl.col("gang") >= 0).then(pl.format("T{}", pl.col("gang").cast(pl.String).str.zfill(5)))).to_series(),
            "gang_kind": pl.Series([*KINDS, None], dtype=pl.String).gather(of["kind"].cast(pl.Int64).replace(-1, len(KINDS))),
        }
    )


def written(book: Plan) -> Iterator[Book]:
    """The book in parts of at most `PART` applications, in order of time."""
    for part, start in enumerate(range(0, book.rows.height, PART)):
        rows = book.rows[start : start + PART]
        applications = write_out(book.people, rows, book.seed, START, np.random.default_rng([book.seed, 6, part]))
        if not book.with_intents:
            applications = applications.drop("fraud_intent")
        yield Book(applications, _truth(book.people, rows, applications), None)


def make(
    applications: int,
    seed: int,
    gang_share: float = 0.02,
    camouflage: float = 0.0,
    *,
    shapes: str | tuple[str, ...] = "practice",
    slow: bool = False,
    families_alike: bool = False,
    intents: str = "own",
    months: float = 6.0,
    ip_noise: float = 0.0,
) -> Book:
    """A whole book in memory.

    gang_share: share of the applications that gangs make. camouflage: share of members with an ordinary intent; if above 0 the others'
    intents overlap with those of lone bad applicants and some members also name an honest person. shapes: practice (four), ten, twelve,
    the name of one or a tuple of names. slow: gangs take 60 to 80 days. families_alike: intents of honest relatives are correlated.
    intents: own, permuted (over people) or none (no such column). months: length of the book; other lengths than six have no wave of
    gangs. ip_noise: share of members whose address is not in the gang's own network.
    """
    drawn = plan(
        applications,
        seed,
        gang_share,
        camouflage,
        shapes=shapes,
        slow=slow,
        families_alike=families_alike,
        intents=intents,
        months=months,
        ip_noise=ip_noise,
    )
    parts = list(written(drawn))
    return Book(pl.concat([part.applications for part in parts]), pl.concat([part.truth for part in parts]), None)
