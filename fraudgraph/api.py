"""The engine from Python: ``fraudgraph.detect(applications)``.

>>> import fraudgraph
>>> result = fraudgraph.detect(applications)          # doctest: +SKIP
>>> result
Result: 20,003 applications of 16,468 people; 31 gangs (A 3, B 15, C 10, D 3), 418 applications flagged
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from fraudgraph import pipeline, records
from fraudgraph.errors import UsageError
from fraudgraph.masking import mask
from fraudgraph.model import SLOT
from fraudgraph.reports import tables
from fraudgraph.settings import Settings, defaults
from fraudgraph.stores import open_store

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd


@dataclass(frozen=True)
class Gang:
    """One gang of a result."""

    gang_id: str
    people: tuple[str, ...]
    """person_id."""
    row: Mapping[str, Any]
    """Its row of ``result.gangs``."""
    _result: Result = field(repr=False)

    def graph(self) -> nx.Graph:
        """Return its people and what ties them as a networkx graph: see `Result.graph`."""
        return self._result.graph(self.gang_id)


@dataclass(frozen=True, repr=False)
class Result:
    """What was found in a book. Tables are pandas data frames with the columns of the files that ``fraudgraph run`` writes."""

    flags: pd.DataFrame
    """One row an application, in the order of the input."""
    gangs: pd.DataFrame
    """One row a gang, the worst first."""
    communities: pd.DataFrame
    """community_id, person_id of the communities of two people or more."""
    rejects: pd.DataFrame
    """What could not be used, and why."""
    summary: Mapping[str, Any]
    """Counts, thresholds and versions, as in summary.json."""
    _ties: pl.DataFrame
    _members: pl.DataFrame
    _uses: pl.DataFrame

    def gang(self, gang_id: str) -> Gang:
        """Return one gang; raise UsageError for an id that is not in the result."""
        people = self._members.filter(pl.col("gang_id") == gang_id)["person_id"].sort()
        rows = self.gangs[self.gangs["gang_id"] == gang_id]
        if people.is_empty() or rows.empty:
            raise UsageError(f"{gang_id!r} is no gang of this result: see result.gangs")
        return Gang(gang_id, tuple(people), {str(name): value for name, value in rows.iloc[0].items()}, self)

    def graph(self, about: str | None = None, hops: int = 1) -> nx.Graph:
        """Return people and what ties them as a networkx graph: of one gang or community (by id), of one person and their neighbours up
        to so many ``hops`` away, or of all communities.

        People are nodes with ``kind`` "person", ``gang_id`` and ``community_id``; identifiers that two people or more of the graph have are
        nodes with their ``kind`` and a masked ``label``. Edges between people have ``probability`` and ``link_class``, edges to identifiers
        ``role``. Raises UsageError for an id that is not in the result.
        """
        import networkx as nx

        people = self._people(about, hops)
        members = self._members.filter(pl.col("person_id").is_in(people))
        graph = nx.Graph()
        for person, community, gang in members.sort("person_id").iter_rows():
            graph.add_node(person, kind="person", community_id=community, gang_id=gang or "")
        inside = pl.col("person_a").is_in(people) & pl.col("person_b").is_in(people)
        ties = self._ties.filter(inside).select("person_a", "person_b", "probability", "link_class")
        for a, b, probability, link_class in ties.iter_rows():
            graph.add_edge(a, b, probability=probability, link_class=link_class)
        uses = self._uses.filter(pl.col("person_id").is_in(people)).unique()
        shared = uses.filter(pl.col("person_id").n_unique().over("kind", "key") >= 2).sort("kind", "key", "person_id", "role")
        numbers = {pair: i for i, pair in enumerate(dict.fromkeys(shared.select("kind", "key").iter_rows()), start=1)}
        for person, kind, key, role in shared.select("person_id", "kind", "key", "role").iter_rows():
            node = f"{kind}-{numbers[kind, key]}"
            graph.add_node(node, kind=kind, label=mask(kind, key))
            graph.add_edge(person, node, role=role)
        return graph

    def _people(self, about: str | None, hops: int) -> list[str]:
        members = self._members
        if about is None:
            return members["person_id"].to_list()
        chosen = members.filter((pl.col("gang_id") == about) | (pl.col("community_id") == about))["person_id"].to_list()
        if not chosen and about in set(members["person_id"]):
            near = {about}
            for _ in range(hops):
                inside = pl.Series(sorted(near), dtype=pl.String).implode()
                touched = self._ties.filter(pl.col("person_a").is_in(inside) | pl.col("person_b").is_in(inside))
                near |= {*touched["person_a"], *touched["person_b"]}
            chosen = sorted(near)
        if not chosen:
            raise UsageError(f"{about!r} is no gang, community or tied person of this result: see result.gangs and result.communities")
        return chosen

    def __repr__(self) -> str:
        summary = self.summary
        grades = ", ".join(f"{grade} {count}" for grade, count in sorted(summary["grades"].items()))
        gangs = f"{summary['gangs']:,} gangs" + (f" ({grades})" if grades else "")
        people = f"{summary['applications']:,} applications of {summary['persons']:,} people"
        text = f"Result: {people}; {gangs}, {summary['flagged_applications']:,} applications flagged"
        return text if summary["calibration"]["case"] == "learned" else f"{text}\n{summary['calibration']['sentence']}"


def detect(
    applications: pd.DataFrame | pl.DataFrame,
    relations: pd.DataFrame | pl.DataFrame | None = None,
    *,
    settings: Settings | None = None,
    **overrides: Any,
) -> Result:
    """Find the gangs in a book.

    ``applications`` has one row an application, with the columns (or aliases) that `fraudgraph check` knows; ``relations`` has source,
    target, kind and optionally weight and applied_at. ``overrides`` are settings, dots written as two underscores:
    ``detect(df, verdicts__threshold=0.4)``. Rows that cannot be used are in ``result.rejects``. Nothing is kept on disk.

    Raises ConfigurationError for settings or columns that cannot be, InputError for an empty frame.
    """
    chosen = (settings or defaults()).with_values(**overrides)
    read = records.from_frame(applications, chosen)
    with tempfile.TemporaryDirectory(prefix="fraudgraph-") as folder:
        given = None
        if relations is not None:
            given = Path(folder) / "relations.parquet"
            frame = relations if isinstance(relations, pl.DataFrame) else pl.from_pandas(relations)
            frame.write_parquet(given)
        store = open_store(Path(folder) / "book.duckdb", create=True, settings=chosen)
        summary, night = pipeline.run_records(read, store, chosen, given)
        with store.snapshot(night) as reader:
            communities = reader.table("communities")
            gangs = reader.table("gang_members")
            members = communities.join(gangs, on="person_id", how="left").select("person_id", "community_id", "gang_id")
            membership = reader.table("membership", columns=["application_id", "person_id"])
            membership = membership.join(members.select("person_id"), on="person_id", how="semi")
            keys = reader.table("keys", where={"application_id": membership["application_id"].to_list()})
            return Result(
                flags=tables.flags(reader, night).to_pandas(),
                gangs=tables.gangs_file(tables.gangs(reader), tables.zone_of(reader)).to_pandas(),
                communities=tables.communities(reader).to_pandas(),
                rejects=tables.rejects(reader, night).to_pandas(),
                summary=summary,
                _ties=reader.table("ties"),
                _members=members,
                _uses=_uses(keys.join(membership, on="application_id")),
            )


def _uses(keys: pl.DataFrame) -> pl.DataFrame:
    """Return person_id, kind, key, role of the keys that an applicant gave (derived ones left out)."""
    parts = [
        keys.select("person_id", pl.lit(slot.kind).alias("kind"), pl.col(name).alias("key"), pl.lit(slot.role).alias("role")).drop_nulls()
        for name, slot in SLOT.items()
        if name in keys.columns and not slot.derived
    ]
    schema = {"person_id": pl.String, "kind": pl.String, "key": pl.String, "role": pl.String}
    return pl.concat(parts) if parts else pl.DataFrame(schema=schema)


