"""Little books for the tests of the graph, the communities and the verdicts: built by hand, by hypothesis or by a seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
import polars as pl
from hypothesis import strategies as st

from fraudgraph.graph.codes import DAY, Codes, encode
from fraudgraph.graph.facts import NO_GAP, Facts, View
from fraudgraph.model import RELATIONS, SLOTS, Int32Array, IntArray
from fraudgraph.settings import Settings, defaults
from fraudgraph.solving import Book

START = 20_000 * DAY
SETTINGS = defaults()
SMALL = SETTINGS.override({"graph.learn_pairs": 40, "graph.transmits_pairs": 10})
"""Settings under which a book of a few hundred people is enough to learn from."""


@dataclass(frozen=True)
class Use:
    """One application: who made it, when (days after the start), and the keys that it names."""

    app: str
    who: str
    day: float
    keys: Mapping[str, str] = field(default_factory=dict)
    channel: str | None = None

    @property
    def time(self) -> int:
        return START + round(self.day * DAY)


def in_order(uses: Sequence[Use]) -> list[Use]:
    """Table order."""
    return sorted(uses, key=lambda use: (use.time, use.app))


def number(uses: Sequence[Use]) -> dict[str, int]:
    """Return person -> number, in the order of first applications; ``uses`` are in table order."""
    return {who: i for i, who in enumerate(dict.fromkeys(use.who for use in uses))}


def keys_of(uses: Sequence[Use]) -> pl.DataFrame:
    """One column per slot that is named; a derived one never comes without what it is derived from."""
    columns = {slot.column for slot in SLOTS if any(slot.name in use.keys for use in uses)}
    named = [slot.name for slot in SLOTS if slot.column in columns]
    return pl.DataFrame({name: pl.Series([use.keys.get(name) for use in uses], dtype=pl.String) for name in named})


def persons_of(uses: Sequence[Use]) -> Int32Array:
    numbers = number(uses)
    return np.array([numbers[use.who] for use in uses], np.int32)


def times_of(uses: Sequence[Use]) -> IntArray:
    return np.array([use.time for use in uses], np.int64)


def codes_of(uses: Sequence[Use], settings: Settings = SETTINGS) -> Codes:
    return encode(keys_of(uses), persons_of(uses), times_of(uses), settings)


def view_of(uses: Sequence[Use], settings: Settings = SETTINGS, channels: Sequence[str] = ()) -> View:
    place = {name: i for i, name in enumerate(channels)}
    channel = np.array([place.get(use.channel or "", -1) for use in uses], np.int32)
    return View(codes_of(uses, settings), persons_of(uses), times_of(uses), channel)


def book(
    uses: Sequence[Use], intents: Mapping[str, float | None] | None = None, relations: Sequence[tuple[str, str, str, float]] = ()
) -> Book:
    """Return the book of ``uses`` (any order). ``intents``: person -> 0-1 or None; ``relations``: source, target, kind, weight."""
    uses = in_order(uses)
    person = persons_of(uses)
    names = list(number(uses))
    known = [(intents or {}).get(name) for name in names]
    return Book(
        application_id=pl.Series("application_id", [use.app for use in uses], dtype=pl.String),
        applied_at=times_of(uses),
        keys=keys_of(uses),
        channel=pl.Series("channel", [use.channel for use in uses], dtype=pl.String),
        person=person,
        intent=np.array([-1 if value is None else round(value * 1_000_000) for value in known], np.int64),
        first=np.unique(person, return_index=True)[1].astype(np.int64),
        relations=pl.DataFrame([(*row, None) for row in relations], schema=RELATIONS.schema, orient="row"),
    )


def make_facts(pairs: Sequence[tuple[int, int]], **columns: Sequence[Any]) -> Facts:
    """Return facts of hand-made pairs; what is not said is nothing special (two people on a value, no gap known)."""
    size = len(pairs)
    plain: dict[str, Any] = {
        "a": [a for a, _ in pairs],
        "b": [b for _, b in pairs],
        "signature": [1] * size,
        "gap": [NO_GAP] * size,
        "degree": [2] * size,
        "closure": [0] * size,
        "phones": [0] * size,
        "channel": [False] * size,
        "burst": [0] * size,
        "address_differs": [False] * size,
        "ip_differs": [False] * size,
        "prior": [-1.0] * size,
        "label": list(range(size)),
        "weight": [0.0] * size,
    }
    types: dict[str, Any] = dict.fromkeys(("a", "b", "degree", "closure", "phones", "burst"), np.int32)
    types |= {"channel": np.bool_, "address_differs": np.bool_, "ip_differs": np.bool_, "prior": np.float64, "weight": np.float64}
    arrays: dict[str, Any] = {f.name: np.array({**plain, **columns}[f.name], types.get(f.name, np.int64)) for f in fields(Facts)}
    return Facts(**arrays)


def ends(pairs: Sequence[tuple[int, int]]) -> tuple[Int32Array, Int32Array]:
    """Return the two columns of pairs."""
    return np.array([a for a, _ in pairs], np.int32), np.array([b for _, b in pairs], np.int32)


SLOT_NAMES = (
    "id_number.own",
    "phone.own",
    "phone.contact1",
    "phone.contact2",
    "device.own",
    "address.own",
    "wifi.own",
    "ip.own",
    "employer.own",
    "phone_run.a",
    "phone_run.b",
)




def _key(slot: str, i: int) -> str:
    kind, role = slot.split(".")
    return f"{role}:{kind}{i}" if kind == "phone_run" else f"{kind}{i}"


NAMED = st.sampled_from([(slot, _key(slot, i)) for slot in SLOT_NAMES for i in range(3)])
KEYS = st.lists(NAMED, max_size=5, unique_by=lambda pair: pair[0]).map(dict)
CHANNELS = st.sampled_from(("c1", "c2", None))


def uses(most: int = 14, people: int = 6, days: int = 400) -> st.SearchStrategy[list[Use]]:
    """A few applications of a few people over shared values, in table order."""
    row = st.tuples(st.integers(0, people - 1), st.integers(0, days * 4), KEYS, CHANNELS)
    return st.lists(row, max_size=most).map(
        lambda rows: in_order([Use(f"A{i:02d}", f"w{who}", day / 4, keys, channel) for i, (who, day, keys, channel) in enumerate(rows)])
    )


@dataclass(frozen=True)
class Raw:
    """A seeded book: applications in table order, the intents of its people, and the gangs that were planted."""

    uses: list[Use]
    intents: dict[str, float | None]
    gangs: list[set[str]]

    def book(self) -> Book:
        return book(self.uses, self.intents)


def raw_book(seed: int, gangs: int = 14, families: int = 16, singles: int = 60, tag: str = "", unknown: float = 0.05) -> Raw:
    """Return a book of gangs of high intents, families and workmates of ordinary ones, and people with nothing in common."""
    draw = np.random.default_rng(seed)
    found: list[Use] = []
    intents: dict[str, float | None] = {}
    planted: list[set[str]] = []

    def add(who: str, day: float, keys: dict[str, str], intent: float) -> None:
        serial = f"{tag}A{draw.integers(1_000_000_000):09d}-{len(found)}"
        found.append(Use(serial, who, float(day), {k: f"{tag}{v}" for k, v in keys.items()}, f"ch{draw.integers(3)}"))
        intents.setdefault(who, None if draw.random() < unknown else float(np.clip(intent, 0, 1)))

    for g in range(gangs):
        day, size = draw.uniform(0, 150), int(draw.integers(2, 8))
        who = [f"{tag}g{g}m{i}" for i in range(size)]
        planted.append(set(who))
        for i, person in enumerate(who):
            keys = {"phone.own": f"p-{person}", "ip.own": f"ip-g{g}-{i // 3}", "employer.own": f"emp{g % 5}"}
            keys["device.own"] = f"dev-g{g}-{i // 2}"
            keys["phone.contact1"] = f"p-{who[(i + 1) % size]}" if draw.random() < 0.7 else f"con-g{g}"
            add(person, day + draw.uniform(0, 6), keys, draw.normal(0.72, 0.08))
    for f in range(families):
        day = draw.uniform(0, 150)
        for i in range(int(draw.integers(2, 5))):
            person = f"{tag}f{f}m{i}"
            keys = {"phone.own": f"p-{person}", "address.own": f"home{f}", "wifi.own": f"wifi{f}", "ip.own": f"ip-f{f}"}
            for again in range(int(draw.integers(1, 3))):
                add(person, day + draw.uniform(0, 30) + 20 * again, keys, draw.normal(0.17, 0.1))
    for s in range(singles):
        person = f"{tag}s{s}"
        keys = {"phone.own": f"p-{person}", "employer.own": f"emp{draw.integers(12)}", "ip16.own": f"net{draw.integers(15)}"}
        add(person, draw.uniform(0, 160), keys, draw.normal(0.17, 0.1))
    return Raw(in_order(found), intents, planted)

