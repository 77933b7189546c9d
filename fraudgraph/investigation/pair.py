"""Why two people are tied, or not: what they share, the class of their pair, and what that class was measured to pass on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from fraudgraph import model
from fraudgraph.calibration import Calibration
from fraudgraph.graph import classes, scoring
from fraudgraph.investigation import looking, weighing, wording
from fraudgraph.investigation.answer import Answer, Part
from fraudgraph.investigation.measuring import facts_of
from fraudgraph.investigation.people import people
from fraudgraph.investigation.region import ENDS, Look, Region
from fraudgraph.night.known import first_of
from fraudgraph.reports import words
from fraudgraph.settings import Settings
from fraudgraph.stores.port import Reader

SHARED = model.Table(
    "shared",
    {
        "kind": (pl.String, "kind of identifier, or relation:KIND"),
        "value": (pl.String, "masked"),
        "reference": (pl.String, ""),
        "roles_a": (pl.String, "in which the first gave it, joined by ;"),
        "first_a": (model.TIME, ""),
        "last_a": (model.TIME, ""),
        "count_a": (pl.Int64, "applications of the first that have it"),
        "roles_b": (pl.String, ""),
        "first_b": (model.TIME, ""),
        "last_b": (model.TIME, ""),
        "count_b": (pl.Int64, ""),
        "days_apart": (pl.Float64, "between their two nearest uses"),
        "people": (pl.Int64, "who ever used it"),
        "generic": (pl.Boolean, "it ties nobody"),
    },
)

SIDE = {"roles": "roles", "first_used_at": "first", "last_used_at": "last", "applications": "count", "times": "times"}
"""What is said of one of the two -> how its columns begin."""

FAR = "They share values, but never within half a year of each other, and such pairs are not looked at."
UNMET = (
    "They never met: on each value every use is compared with the next few uses of other people, and these two are further apart. What "
    "would tie them runs through the people between."
)


@dataclass(frozen=True)
class Pair:
    """Two people of a book, the one who applied first first."""

    a: str
    b: str


def why(reader: Reader, one: str, other: str, calibration: Calibration, settings: Settings) -> Answer:
    """Return why the people ``one`` and ``other`` are tied, or why not."""
    if one == other:
        return _same(reader, one)
    made = looking.made_by(reader, [one, other])
    about = people(reader, [one, other], made).sort("first_applied_at", "person_id")
    pair = Pair(*about["person_id"])
    uses = looking.given_in(reader, made)
    shared, relations = _shared(reader, pair, uses), _relations(reader, made)
    facts: dict[str, Any] = {"what": "pair", "person_a": pair.a, "person_b": pair.b}
    parts = [Part("people", "The two", about), Part("shared", "What they share", pl.concat([shared, relations]).drop("key"))]
    region = Region(reader, calibration, settings)
    opinion = region.ball([pair.a, pair.b])
    place = _place(opinion, region.pairs, pair)
    if place is None:
        said, more, table = _not_near(reader, pair, uses, shared, relations, calibration, settings)
    else:
        said, more, table = _near(opinion, place, _tie(reader, pair), calibration, settings)
    if table is not None:
        parts.append(Part("weighed", "How the class of this pair was weighed", table))
    said = (*said, *_where(about))
    return Answer({**facts, **more}, said, tuple(parts))


def _same(reader: Reader, person: str) -> Answer:
    rows = reader.table("membership", where={"person_id": [person]}).select("application_id", "how")
    table = rows.with_columns(pl.Series("rule", [wording.rule(how) for how in rows["how"]], dtype=pl.String))
    part = Part("applications", "By which rule", table)
    return Answer({"what": "person", "person_id": person}, ("The two are one person: their applications were confirmed to be.",), (part,))


def _shared(reader: Reader, pair: Pair, uses: pl.DataFrame) -> pl.DataFrame:
    """Return SHARED."""
    sides = []
    for person, side in ((pair.a, "a"), (pair.b, "b")):
        mine = uses.filter(pl.col("person_id") == person)
        sides.append(
            mine.group_by(looking.VALUE)
            .agg(*looking.AS_USED, pl.col("used_at").unique().alias("times"))
            .rename({name: f"{ours}_{side}" for name, ours in SIDE.items()})
        )
    both = sides[0].join(sides[1], on=looking.VALUE)
    times = both.select("times_a", "times_b").iter_rows()
    apart = [min(abs((x - y).total_seconds()) for x in left for y in right) / 86_400 for left, right in times]
    both = both.with_columns(pl.Series("days_apart", apart, dtype=pl.Float64))
    counts = looking.counted(reader, both).drop("value")
    look = looking.looks(reader, both, uses)
    table = counts.join(both, on=looking.VALUE, maintain_order="left").join(look, on=looking.VALUE, how="left", maintain_order="left")
    return table.select("key", *SHARED.columns)


def _relations(reader: Reader, made: pl.DataFrame) -> pl.DataFrame:
    """Return SHARED of the relations from outside between the two who made some applications (`looking.made_by`)."""
    membership = made.select("application_id", "person_id")
    ids = membership["application_id"].to_list()
    found = reader.table("relations", where={"source": ids, "target": ids})
    for end in ("source", "target"):
        found = found.join(membership.rename({"application_id": end, "person_id": f"{end}_person"}), on=end)
    found = found.filter(pl.col("source_person") != pl.col("target_person"))
    rows = found.group_by("kind").agg(pl.col("applied_at").min().alias("first_a"), pl.col("applied_at").max().alias("last_a"))
    named = rows.with_columns(pl.concat_str(pl.lit("relation:"), "kind").alias("kind"), generic=False).sort("kind")
    schema = {"key": pl.String, **SHARED.schema}
    return pl.concat([pl.DataFrame(schema=schema), named], how="diagonal").select(list(schema))


def _place(opinion: Look, pairs: pl.DataFrame, pair: Pair) -> int | None:
    """Return the place of the pair among the near pairs, None where it is not one."""
    a, b = opinion.numbers([pair.a])[0], opinion.numbers([pair.b])[0]
    number = pl.DataFrame({"person_id": opinion.ids}).with_row_index("number")
    table = pairs.select(ENDS)
    for end in ENDS:
        table = table.join(number.rename({"person_id": end, "number": f"{end}_number"}), on=end)
    ends = np.sort(table.select(f"{ENDS[0]}_number", f"{ENDS[1]}_number").to_numpy().astype(np.int64), axis=1)
    ends = ends[np.lexsort([ends[:, 1], ends[:, 0]])]
    found = np.flatnonzero((ends[:, 0] == min(a, b)) & (ends[:, 1] == max(a, b)))
    return int(found[0]) if len(found) else None


Said = tuple[tuple[str, ...], dict[str, Any], pl.DataFrame | None]


def _tie(reader: Reader, pair: Pair) -> float | None:
    """Return the probability of the tie between the two, None where there is none."""
    ends = [pair.a, pair.b]
    found = reader.table("ties", columns=["probability"], where={"person_a": ends, "person_b": ends})["probability"]
    return float(found.item()) if len(found) else None


def _near(opinion: Look, place: int, tie: float | None, calibration: Calibration, settings: Settings) -> Said:
    scored = opinion.scored
    at = np.flatnonzero(scored.place == place)
    near = opinion.near
    facts, fold = near.facts.take(np.array([place])), int(near.fold[place])
    final = tie if tie is not None else float(scored.probability[at[0]]) if len(at) else None
    weighed = weighing.weigh(facts, fold, calibration.given, calibration.tables, settings, final)
    tied = tie is not None
    code = int(classes.pack(facts)[0])
    more = {
        "tied": tied,
        "probability": weighed.probability,
        "class": classes.describe(code, calibration.given),
        "measured_on": int(scored.measured[at[0]]) if len(at) else None,
    }
    said = [_sentence(weighed, calibration, tied)]
    if not len(at):
        said.append(f"Pairs of a probability under {settings.number('graph.drop'):.2f} are dropped for good.")
    elif not tied:
        said.append(weighing.untied(scored, int(at[0]), calibration.tables, settings))
    return tuple(said), more, weighed.table


def _not_near(
    reader: Reader,
    pair: Pair,
    uses: pl.DataFrame,
    shared: pl.DataFrame,
    relations: pl.DataFrame,
    calibration: Calibration,
    settings: Settings,
) -> Said:
    more: dict[str, Any] = {"tied": False}
    if shared.is_empty() and relations.is_empty():
        return ("They share nothing.",), more, None
    if shared.filter(~pl.col("generic")).is_empty() and relations.is_empty():
        return ("They share generic values only, and those tie nobody.",), more, None
    facts = facts_of(reader, (pair.a, pair.b), uses, shared, calibration, settings)
    if not len(facts):
        return (FAR,), more, None
    fold = int(scoring.folds(first_of(pl.Series([pair.a])), np.array([0]), np.array([0], np.int32))[0])
    weighed = weighing.weigh(facts, fold, calibration.given, calibration.tables, settings)
    more |= {"class": classes.describe(int(classes.pack(facts)[0]), calibration.given), "probability": weighed.probability}
    met = len(scoring.near(facts, calibration.tables.levels, calibration.tables.sd, np.array([fold]), settings))
    dropped = "By themselves such pairs pass on next to nothing, so the pair was dropped for good."
    return (_sentence(weighed, calibration, tied=False), UNMET if met else dropped), more, weighed.table


def _sentence(weighed: weighing.Weighing, calibration: Calibration, tied: bool) -> str:
    last = weighed.table.row(-1, named=True)
    seen = weighed.table["pairs"].drop_nulls()
    measured = f", measured on {words.plural(int(seen[-1]), 'pair')} down to its last detail" if len(seen) else ""
    learned = "" if calibration.tables.levels else " (the shipped starting values: the book is too small to measure)"
    start = "They are tied" if tied else "They are not tied"
    return (
        f"{start}: the two intents of such a pair lie on one side of the mean together, by {last['passes_on']:.2f} times the book's "
        f"variance (random pairs: 0){measured}{learned}, which makes it a pair of one gang with a probability of {weighed.probability:.2f}."
    )


def _where(about: pl.DataFrame) -> tuple[str, ...]:
    gangs, communities = (set(about[name]) - {""} for name in ("gang_id", "community_id"))
    if len(gangs) == 1 and about["gang_id"].n_unique() == 1:
        return (f"Both are in the gang {gangs.pop()}.",)
    if len(communities) == 1 and about["community_id"].n_unique() == 1:
        return (f"Both are in the community {communities.pop()}, which is no gang.",)
    return ("They are in different communities, or in none.",)
