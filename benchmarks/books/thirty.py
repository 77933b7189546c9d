"""Thirty applications with one obvious ring of five: two devices, one contact, intents about .8. Nobody else is to be flagged.

Odd seeds give a Chinese lender's columns, even seeds a Western one's; the other twenty-five are strangers, couples and colleagues.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt
import polars as pl

from benchmarks.books import chinese
from benchmarks.books._chinese_words import listed
from benchmarks.books._strings import digits, hexadecimal, scramble, text, with_luhn
from benchmarks.books.base import Book

Ints = npt.NDArray[np.int64]

RING = 5
_FIRST = listed(
    "Alice Ben Carla Dmitri Elena Femi Grace Hugo Ines Jonas Kira Liam Mona "
    "Nils Olga Pavel Quinn Rosa Sven Tara Umar Vera Will Xenia Yara Zoe"
)
_LAST = listed(
    "Archer Baker Cole Dunn Ellis Frost Grant Hale Irving Jarvis Kerr Lowe "
    "Marsh Nash Olsen Price Quill Reed Shaw Tate Upton Vance Webb York"
)
_STREETS = ["High Street", "Mill Lane", "Station Road", "Church Street", "Park Avenue", "Victoria Road", "Green Lane", "Queens Road"]
_TOWNS = (("London", "SE5 8AF"), ("Leeds", "LS6 2AB"), ("Bristol", "BS3 4JQ"), ("Manchester", "M14 5TQ"), ("Leicester", "LE2 7DG"))
_FIRMS = ["Northgate Foods", "Harbour Logistics", "Larkfield Care", "Beacon Retail", "Stonebridge Build"]


def _western(rng: np.random.Generator, applications: int, seed: int) -> tuple[pl.DataFrame, dict[str, str]]:
    """Strangers, every fifth of whom lives with the one before; and what the columns are called in canonical words."""
    n = applications
    index = np.arange(n, dtype=np.int64)
    home = index - (index % 5 == 4)
    first = pl.Series(_FIRST).gather(pl.Series(rng.permutation(np.resize(np.arange(len(_FIRST)), n))))
    last = pl.Series(_LAST).gather(pl.Series(rng.permutation(np.resize(np.arange(len(_LAST)), n))[home]))
    town = rng.integers(0, len(_TOWNS), n)[home]
    house, street = rng.integers(1, 180, n)[home], rng.integers(0, len(_STREETS), n)[home]
    day = pl.Series(rng.integers(0, 60 * 86_400, n))
    frame = pl.DataFrame({"first": first, "last": last, "i": index, "house": house}).select(
        app_id=pl.format("W-{}", pl.col("i") + 1000 * seed),
        apply_time=pl.lit(dt.datetime(2023, 3, 1)).cast(pl.Datetime("ms")) + pl.duration(seconds=pl.lit(day)),
        full_name=pl.format("{} {}", "first", "last"),
        mobile=pl.format("+44 7{}", pl.lit(text(digits(400_000_000 + (index * 61_803_399 + seed * 7919) % 500_000_000, 9)))),
        email=pl.format("{}.{}{}@example.com", pl.col("first").str.to_lowercase(), pl.col("last").str.to_lowercase(), "i"),
        card_no=pl.lit(text(with_luhn(400_000_000_000_000 + (index * 618_033_989 + seed * 977) % 1_000_000_000_000, 15))),
        address=pl.format(
            "{} {}, {}",
            "house",
            pl.lit(pl.Series(_STREETS).gather(pl.Series(street))),
            pl.lit(pl.Series([t for t, _ in _TOWNS]).gather(pl.Series(town))),
        ),
        postcode=pl.lit(pl.Series([p for _, p in _TOWNS]).gather(pl.Series(town))),
        employer=pl.lit(pl.Series(_FIRMS).gather(pl.Series(rng.integers(0, len(_FIRMS), n)))),
        device_fingerprint=pl.lit(text(hexadecimal(scramble(index, seed), 16))),
        contact1_phone=pl.format("+44 7{}", pl.lit(text(digits(400_000_000 + ((index + n) * 61_803_399 + seed * 7919) % 500_000_000, 9)))),
        ip=pl.lit(
            pl.Series(
                [f"81.{20 + a}.{b}.{c}" for a, b, c in zip(home, rng.integers(0, 256, n)[home], rng.integers(1, 255, n)[home], strict=True)]
            )
        ),
        score=pl.lit(pl.Series(rng.beta(1.6, 9.0, n))),
    )
    names = {"id": "app_id", "time": "apply_time", "device": "device_fingerprint", "contact": "contact1_phone", "intent": "score"}
    return frame, names


def _chinese(applications: int, seed: int) -> tuple[pl.DataFrame, Ints]:
    """Honest people and, in the last rows, five who have nothing in common with anybody; and who is who."""
    book = chinese.make(applications - RING, seed, gang_share=0.0)
    others = chinese.make(12 * RING, seed + 5000, gang_share=0.0)
    alone = pl.all_horizontal(
        pl.col(column).is_unique() for column in ("home_address", "wifi_mac", "device_id", "bank_card", "contact1_phone", "phone")
    )
    strangers = others.applications.filter(alone & (pl.col("home_address").str.len_chars() > 2)).head(RING)
    person = np.concatenate([book.truth["person"].cast(pl.Int64).to_numpy(), applications + np.arange(RING)])
    return pl.concat([book.applications, strangers]), person


def make(applications: int = 30, seed: int = 1, gang_share: float = RING / 30, camouflage: float = 0.0, *, look: str = "by_seed") -> Book:
    """The book. look: chinese, western or by_seed. A gang_share of 0 leaves the ring out; camouflage is the share of its members with
    ordinary intents."""
    if look not in ("by_seed", "chinese", "western"):
        raise ValueError(f"look must be by_seed, chinese or western, not {look!r}")
    if applications < 2 * RING:
        raise ValueError(f"a book of this family has at least {2 * RING} applications")
    rng = np.random.default_rng([seed, 31])
    western = look == "western" or (look == "by_seed" and seed % 2 == 0)
    if western:
        frame, names = _western(rng, applications, seed)
        person = np.arange(applications)
        once = np.arange(applications)
    else:
        frame, person = _chinese(applications, seed)
        once = np.arange(applications - RING, applications)
        names = {"id": "application_id", "time": "applied_at", "device": "device_id", "contact": "contact1_phone", "intent": "fraud_intent"}
    ring = np.sort(rng.choice(once, RING, replace=False)) if gang_share > 0 else np.zeros(0, dtype=np.int64)

    device, contact = frame[names["device"]].to_list(), frame[names["contact"]].to_list()
    intent = np.minimum(frame[names["intent"]].to_numpy(), 0.45)
    seconds = frame[names["time"]].dt.epoch("s").to_numpy().copy()
    fresh = text(hexadecimal(scramble(np.arange(2), 1000 + seed), 16))
    shared_contact = frame[names["contact"]].str.replace(r"\d{4}$", "7316")[int(ring[0])] if len(ring) else ""
    begin = int(np.median(seconds))
    for place, row in enumerate(ring.tolist()):
        device[row] = fresh[place // 3]
        contact[row] = shared_contact
        intent[row] = np.clip(rng.normal(0.8, 0.04), 0.7, 0.95) if rng.random() >= camouflage else intent[row]
        seconds[row] = begin + place * 5 * 3600 + int(rng.integers(0, 3600))
    frame = frame.with_columns(
        pl.Series(names["device"], device),
        pl.Series(names["contact"], contact),
        pl.Series(names["intent"], intent),
        pl.Series(names["time"], seconds * 1000).cast(pl.Datetime("ms")),
    )
    is_ring = np.isin(np.arange(frame.height), ring)
    truth = pl.DataFrame({"application_id": frame[names["id"]], "person": pl.Series(person).cast(pl.String), "in": is_ring}).select(
        "application_id",
        "person",
        gang=pl.when("in").then(pl.lit("ring")),
        gang_kind=pl.when("in").then(pl.lit("device_ring")),
    )
    order = frame[names["time"]].arg_sort()
    frame, truth = frame[order], truth[order]
    if western:
        return Book(frame, truth, None)
    ids = pl.Series("application_id", [f"A{number:09d}" for number in range(applications)])
    return Book(frame.with_columns(ids), truth.with_columns(ids), None)
