"""Who is near, hop by hop: people who share a value, the people who share one with those, and so on.

A hop follows the values that near pairs share: those that may pass fraud intent on. With ``all_values`` it follows every value that is not
generic and has no more than so many people on it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from fraudgraph import model
from fraudgraph.errors import UsageError
from fraudgraph.investigation import looking, references
from fraudgraph.investigation.answer import Answer, Part
from fraudgraph.investigation.people import people
from fraudgraph.investigation.things import Thing, What, people_of
from fraudgraph.reports import words
from fraudgraph.stores.port import Reader

NEIGHBOURS = model.Table(
    "neighbours",
    {
        "hop": (pl.Int64, "0 for those whom the question is about"),
        "person_id": (pl.String, ""),
        "name": (pl.String, "masked"),
        "intent": (pl.Float64, "null where unknown"),
        "from_person": (pl.String, "of the hop before; of several the one of the strongest value"),
        "kind": (pl.String, "of the strongest value that leads here"),
        "value": (pl.String, "masked"),
        "reference": (pl.String, ""),
        "sharing": (pl.Int64, "values that lead here from the hop before"),
        "tie": (pl.Float64, "probability of the tie with from_person; null where there is none"),
        "gang_id": (pl.String, "empty where in none"),
        "first_applied_at": (model.TIME, ""),
        "last_applied_at": (model.TIME, ""),
    },
)

MOST_HOPS = 6
CROWD = 20
"""People on a value up to which it is followed, where all are."""

STEP = {"hop": pl.Int64, "person_id": pl.String, "from_person": pl.String, "kind": pl.String, "key": pl.String, "sharing": pl.Int64}


@dataclass(frozen=True)
class Walk:
    """How far to walk."""

    hops: int = 1
    all_values: bool = False
    crowd: int = CROWD


def around(reader: Reader, thing: Thing, walk: Walk) -> Answer:
    """Return the people around a thing, the nearest first."""
    leading = _start(reader, thing)
    steps = [leading]
    seen, crowded = set(steps[0]["person_id"]), 0
    frontier = sorted(seen)
    for hop in range(1 if thing.what is not What.IDENTIFIER else 2, walk.hops + 1):
        if not frontier:
            break
        links, left_out = _all(reader, frontier, walk.crowd) if walk.all_values else (_near(reader, frontier), 0)
        crowded += left_out
        step = _step(links, frontier, seen, hop)
        steps.append(step)
        frontier = step["person_id"].to_list()
        seen |= set(frontier)
    return _answer(reader, pl.concat(steps), crowded, walk)


def _start(reader: Reader, thing: Thing) -> pl.DataFrame:
    """Return STEP of the people whom the walk begins with, or of an identifier the first step to those who have it."""
    if thing.what is not What.IDENTIFIER:
        start = pl.DataFrame({"person_id": people_of(reader, thing)}, schema={"person_id": pl.String})
        return pl.concat([pl.DataFrame(schema=STEP), start.with_columns(hop=pl.lit(0, pl.Int64))], how="diagonal")
    value = pl.DataFrame({"kind": [thing.kind], "key": [thing.key]})
    if looking.narrow(reader, value).is_empty():
        raise UsageError("this value is generic: it ties nobody, and too many people have it to list them as neighbours")
    who = looking.users_of(reader, value)["person_id"].unique().sort()
    step = pl.DataFrame({"person_id": who}).with_columns(hop=pl.lit(1, pl.Int64), sharing=pl.lit(1, pl.Int64), kind=pl.lit(thing.kind))
    return step.with_columns(from_person=pl.lit(None, pl.String), key=pl.lit(thing.key)).select(list(STEP))


def _near(reader: Reader, frontier: list[str]) -> pl.DataFrame:
    """Return person_id, kind, key: who has the values that near pairs of the frontier share, the frontier too."""
    mine = pl.concat([reader.table("pair_values", where={end: frontier}) for end in ("person_a", "person_b")])
    found = mine
    if mine.height:
        # Pairs on a value are a chain along it: everybody on it is one hop away.
        found = reader.table("pair_values", where={"key": mine["key"].unique().to_list()}).join(mine, on=looking.VALUE, how="semi")
    return pl.concat([found.select(pl.col(end).alias("person_id"), "kind", "key") for end in ("person_a", "person_b")]).unique()


def _all(reader: Reader, frontier: list[str], crowd: int) -> tuple[pl.DataFrame, int]:
    """Return the same for all values with a crowd that is not too large, and how many were left out."""
    values = looking.given_by(reader, frontier).select(looking.VALUE).unique()
    narrow = looking.narrow(reader, values)
    links = looking.users_of(reader, narrow).select("person_id", *looking.VALUE).unique()
    few = links.filter(pl.col("person_id").len().over(looking.VALUE) <= crowd)
    return few, values.height - few.select(looking.VALUE).n_unique()


def _step(links: pl.DataFrame, frontier: Iterable[str], seen: set[str], hop: int) -> pl.DataFrame:
    """Return STEP: the people whom the links lead to from the frontier and who were not seen yet."""
    here = links.filter(pl.col("person_id").is_in(pl.Series(sorted(frontier), dtype=pl.String).implode()))
    known = pl.Series(sorted(seen), dtype=pl.String).implode()
    crowd = links.group_by(looking.VALUE).len("crowd")
    found = (
        links.filter(~pl.col("person_id").is_in(known))
        .join(here.rename({"person_id": "from_person"}), on=looking.VALUE)
        .join(crowd, on=looking.VALUE)
        .with_columns(rank=looking.strength())
        .sort("person_id", "rank", "crowd", "kind", "key", "from_person", descending=[False, True, False, False, False, False])
        .with_columns(sharing=pl.struct(looking.VALUE).n_unique().over("person_id").cast(pl.Int64), hop=pl.lit(hop, pl.Int64))
    )
    return found.unique("person_id", keep="first", maintain_order=True).select(list(STEP))


def _answer(reader: Reader, steps: pl.DataFrame, crowded: int, walk: Walk) -> Answer:
    made = looking.made_by(reader, steps["person_id"])
    about = people(reader, steps["person_id"], made)
    used = looking.users_of(reader, steps.select(looking.VALUE).drop_nulls())
    found = steps.join(about, on="person_id")
    for more in (looking.looks(reader, used, used), references.first_uses(used)):
        found = found.join(more, on=looking.VALUE, how="left")
    found = found.join(_ties(reader, steps["person_id"].to_list()), on=["person_id", "from_person"], how="left")
    ordered = found.sort("hop", "tie", "sharing", "person_id", descending=[False, True, True, False], nulls_last=True)
    counts = steps.filter(pl.col("hop") > 0).group_by("hop").len().sort("hop").rows()
    said = [f"{words.listed([f'{count:,} at hop {hop}' for hop, count in counts])}." if counts else "Nobody is near."]
    if not walk.all_values:
        said.append("Only values that may pass fraud intent on were followed: --all follows the others too.")
    elif crowded:
        values = words.plural(crowded, "value")
        said.append(f"{values} of more than {walk.crowd} people, or generic, {'was' if crowded == 1 else 'were'} not followed (--crowd).")
    return Answer({}, tuple(said), (Part("neighbours", "People, the nearest first", NEIGHBOURS.check(ordered)),))


def _ties(reader: Reader, person_ids: list[str]) -> pl.DataFrame:
    """Return person_id, from_person, tie of the ties among some people, from both ends."""
    table = reader.table("ties", columns=["person_a", "person_b", "probability"], where={"person_a": person_ids, "person_b": person_ids})
    both = [{"person_a": "person_id", "person_b": "from_person"}, {"person_b": "person_id", "person_a": "from_person"}]
    return pl.concat([table.rename({**names, "probability": "tie"}).select("person_id", "from_person", "tie") for names in both])
