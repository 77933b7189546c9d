"""What is open in the graph: people, the values that they share, and the ties between them. Everything among the people shown is shown,
however it came into view."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import polars as pl

from fraudgraph.errors import UsageError
from fraudgraph.investigation import looking, references
from fraudgraph.investigation.neighbourhood import Walk, around
from fraudgraph.investigation.people import people
from fraudgraph.investigation.things import Thing, What, named, people_of
from fraudgraph.reports import kinds, words
from fraudgraph.stores.port import Reader

MOST_PEOPLE, MOST_VALUES = 60, 30
"""In one picture."""

MOST_NEAR = 24
"""People whom opening one node brings into view."""


@dataclass(frozen=True)
class Person:
    """A person in view."""

    id: str
    name: str
    """Masked."""
    intent: float | None
    applications: int
    gang_id: str
    open: bool


@dataclass(frozen=True)
class Value:
    """A value that people in view share, or that was opened itself."""

    id: str
    """Its reference."""
    kind: str
    look: str
    """Masked; empty where even that would say too much."""
    open: bool

    @property
    def word(self) -> str:
        return kinds.kind_of(self.kind).word


@dataclass(frozen=True)
class Net:
    """What is in view. Edges name people and values by their ids."""

    people: tuple[Person, ...]
    values: tuple[Value, ...]
    uses: tuple[tuple[str, str, bool], ...]
    """(person, value, gave it only as a contact's)."""
    ties: tuple[tuple[str, str, float], ...]
    """(person, person, probability)."""
    left_out: tuple[str, ...] = ()
    """Sentences on what is not in view."""


@dataclass
class _View:
    """What is being brought into view."""

    people: dict[str, None] = field(default_factory=dict)
    """In the order in which they came."""
    opened: list[str] = field(default_factory=list)
    """People who are open."""
    values: list[Thing] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def add(self, ids: Sequence[str], most: int, of: str) -> None:
        fresh = [one for one in ids if one not in self.people]
        shown = fresh[: max(min(most, MOST_PEOPLE - len(self.people)), 0)]
        self.people.update(dict.fromkeys(shown))
        if len(fresh) > len(shown):
            more = words.plural(len(fresh) - len(shown), "more person", "more people")
            self.left_out.append(f"Not in view: {more} of {of}.")


def net(reader: Reader, opened: Iterable[str]) -> Net:
    """Return what is in view when these ids are open: gangs and communities show their people, people and values who is one hop away."""
    view = _View()
    for name in opened:
        shown = words.show(name, 40)
        try:
            thing = named(reader, name)
            _open(reader, thing, view, shown)
        except UsageError:
            view.left_out.append(f"{shown} is not in the book of this night, or has nobody near it.")
    everybody = list(view.people)
    uses = looking.given_by(reader, everybody)
    values = _values(reader, uses, view.values)
    linked = uses.join(values, on=looking.VALUE).group_by("person_id", "reference").agg(pl.col("role").str.starts_with("contact").all())
    return Net(
        people=_people(reader, everybody, set(view.opened)),
        values=tuple(Value(*row) for row in values.select("reference", "kind", "value", "open").iter_rows()),
        uses=tuple(linked.sort("person_id", "reference").iter_rows()),
        ties=_ties(reader, everybody),
        left_out=tuple(view.left_out),
    )


def _open(reader: Reader, thing: Thing, view: _View, shown: str) -> None:
    if thing.what in (What.GANG, What.COMMUNITY):
        view.add(people_of(reader, thing), MOST_PEOPLE, shown)
        return
    if thing.what is What.IDENTIFIER:
        view.values.append(thing)
    else:
        own = people_of(reader, thing)
        view.add(own, 1, shown)
        view.opened += own
    near = around(reader, thing, Walk(hops=1)).table("neighbours").filter(pl.col("hop") == 1)
    view.add(near["person_id"].to_list(), MOST_NEAR, shown)


def _values(reader: Reader, uses: pl.DataFrame, opened: list[Thing]) -> pl.DataFrame:
    """Return kind, key, reference, value (masked), open: what two of the people share, or was opened; the strongest first."""
    wanted = pl.DataFrame([(one.kind, one.key) for one in opened], schema={"kind": pl.String, "key": pl.String}, orient="row")
    held = uses.group_by(looking.VALUE).agg(pl.col("person_id").unique().sort().alias("who"))
    shared = held.filter(pl.col("who").list.len() >= 2).select(looking.VALUE)
    ours = pl.concat([looking.narrow(reader, shared), wanted]).unique()
    found = held.join(ours, on=looking.VALUE).join(wanted.unique().with_columns(open=True), on=looking.VALUE, how="left")
    for more in (references.first_uses(uses), looking.looks(reader, ours, uses)):
        found = found.join(more, on=looking.VALUE, how="left")
    strength = {kind: kinds.kind_of(kind).strength for kind in found["kind"].unique()}
    found = found.with_columns(
        pl.col("open").fill_null(False),
        rank=pl.col("kind").replace_strict(strength, default=0.0, return_dtype=pl.Float64) * (pl.col("who").list.len() - 1),
    ).sort("open", "rank", "kind", "reference", descending=[True, True, False, False])
    rows = list(found.iter_rows(named=True))
    said = [not row["open"] and _implied(row["kind"], set(row["who"]), rows) for row in rows]
    return found.filter(~pl.Series(said, dtype=pl.Boolean)).head(MOST_VALUES).drop("who", "rank")


def _implied(kind: str, who: set[str], rows: list[dict[str, object]]) -> bool:
    """Return whether another value says as much of the same people: a building where there is the address."""
    stronger = kinds.kind_of(kind).implied_by
    return any(row["kind"] in stronger and who <= set(row["who"]) for row in rows if isinstance(row["who"], list))


def _people(reader: Reader, everybody: list[str], opened: set[str]) -> tuple[Person, ...]:
    rows = people(reader, everybody).iter_rows(named=True)
    about = {
        row["person_id"]: Person(
            row["person_id"], row["name"], row["intent"], row["applications"], row["gang_id"], row["person_id"] in opened
        )
        for row in rows
    }
    return tuple(about[person] for person in everybody if person in about)


def _ties(reader: Reader, everybody: list[str]) -> tuple[tuple[str, str, float], ...]:
    columns = ["person_a", "person_b", "probability"]
    table = reader.table("ties", columns=columns, where={"person_a": everybody, "person_b": everybody})
    return tuple(table.sort("person_a", "person_b").iter_rows())
