"""Small random books for properties: tens of people, shared values of many kinds, hubs, repeats, relations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from fraudgraph.graph.codes import DAY
from fraudgraph.solving import Book

KINDS = {
    "device.own": 0.5,
    "phone.own": 0.8,
    "phone.contact1": 0.6,
    "bank_card.own": 0.4,
    "address.own": 0.5,
    "ip24.own": 0.7,
    "ip16.own": 0.8,
    "employer.own": 0.5,
}
"""Slot -> how often it is filled."""


@dataclass(frozen=True)
class Rows:
    """Applications before people are known: rows of a frame, and the person each says it is of."""

    frame: pl.DataFrame
    """application_id, applied_at (microseconds), channel, intent (millionths or null), who, also (a second person or null), slots."""
    relations: pl.DataFrame


def random_rows(seed: int, people: int = 60, applications: int = 110, days: int = 500, broad: int = 5) -> Rows:
    """Return a random book: a few gangs with high intents that share values in bursts, and everybody else.

    ``broad`` is how many different IP ranges and employers there are."""
    rng = np.random.default_rng(seed)
    who = rng.integers(0, people, applications)
    gang = np.where(rng.random(people) < 0.35, rng.integers(0, 4, people), -1)
    start = rng.integers(0, days - 60, 4)
    day = np.where(gang[who] >= 0, start[gang[who]] + rng.integers(0, 40, applications), rng.integers(0, days, applications))
    base = np.where(gang >= 0, 0.6, 0.15)
    intent = np.clip(base[who] + rng.normal(0, 0.1, applications), 0, 1)
    columns: dict[str, list[str | None]] = {}
    for slot, filled in KINDS.items():
        prefix = slot.split(".")[0]
        shared = prefix in ("ip16", "employer")
        own = [f"{prefix}:{'x' if shared else ''}{rng.integers(0, broad if shared else people)}" for _ in range(people)]
        ring = [f"{prefix}:g{g}-{rng.integers(0, 2)}" for g in gang]
        values = []
        for person in who:
            if rng.random() > filled:
                values.append(None)
            elif gang[person] >= 0 and rng.random() < 0.4:
                values.append(ring[person])
            else:
                values.append(own[person] if rng.random() < 0.9 else own[rng.integers(0, people)])
        columns[slot] = values
    also = np.where(rng.random(applications) < 0.03, rng.integers(0, people, applications), -1)
    frame = pl.DataFrame(
        {
            "application_id": [f"A{i:04d}" for i in rng.permutation(applications)],
            "applied_at": (day * DAY + rng.integers(0, DAY, applications)).astype(np.int64),
            "channel": rng.choice(["web", "app", "shop1", "shop2"], applications, p=[0.5, 0.44, 0.03, 0.03]).tolist(),
            "intent": [None if rng.random() < 0.1 else int(x * 1e6) for x in intent],
            "who": who.astype(np.int64),
            "also": [None if a < 0 else int(a) for a in also],
            **columns,
        },
        schema_overrides={**dict.fromkeys(KINDS, pl.String), "intent": pl.Int64, "also": pl.Int64},
    )
    ids = frame["application_id"].to_list()
    ends = rng.choice(len(ids), (8, 2))
    relations = pl.DataFrame(
        {
            "source": [min(ids[i], ids[j]) for i, j in ends if i != j],
            "target": [max(ids[i], ids[j]) for i, j in ends if i != j],
            "kind": [("call", "relative")[int(rng.integers(0, 2))] for i, j in ends if i != j],
            "weight": [float(rng.integers(1, 9)) for i, j in ends if i != j],
        },
        schema={"source": pl.String, "target": pl.String, "kind": pl.String, "weight": pl.Float64},
    )
    return Rows(frame, relations.unique(["source", "target", "kind"], keep="first", maintain_order=True))


def book(rows: Rows) -> Book:
    """Return the rows as a book: sorted, people by what the applications say (an application with ``also`` makes two people one)."""
    frame = rows.frame.sort("applied_at", "application_id")
    size = int(frame["who"].max() or 0) + 1 if len(frame) else 0  # type: ignore[call-overload]
    size = max(size, int(frame["also"].max() or 0) + 1)  # type: ignore[call-overload]
    bridges = frame.filter(pl.col("also").is_not_null())
    graph = coo_array((np.ones(len(bridges)), (bridges["who"].to_numpy(), bridges["also"].to_numpy())), shape=(size, size))
    label = connected_components(graph, directed=False)[1][frame["who"].to_numpy()]
    _, first, inverse = np.unique(label, return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int32)
    rank[np.argsort(first)] = np.arange(len(first), dtype=np.int32)
    person = rank[inverse]
    known = frame["intent"].is_not_null().to_numpy()
    total, count = np.zeros(len(first), np.int64), np.zeros(len(first), np.int64)
    np.add.at(total, person[known], frame["intent"].drop_nulls().to_numpy())
    np.add.at(count, person[known], 1)
    return Book(
        application_id=frame["application_id"],
        applied_at=frame["applied_at"].to_numpy(),
        keys=frame.select(list(KINDS)),
        channel=frame["channel"],
        person=person,
        intent=np.where(count > 0, total // np.maximum(count, 1), -1),
        first=np.sort(first).astype(np.int64),
        relations=rows.relations,
    )
