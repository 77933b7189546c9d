"""Small books for the reports by month and by channel: who applied when, through what, and which people are gangs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
from fake_reader import FakeReader, empty_tables
from hypothesis import strategies as st

from fraudgraph import model

START = datetime(2019, 12, 20, tzinfo=UTC)


@dataclass(frozen=True)
class Made:
    """One application."""

    person: str
    at: datetime
    channel: str | None = None
    intent: float | None = None
    """The person's; that of their first application counts."""


@dataclass(frozen=True)
class Gang:
    """People who are one, and the grade; ``over`` is False for a dissolved gang."""

    grade: str
    people: tuple[str, ...]
    over: bool = True


def reader(made: Sequence[Made], gangs: Mapping[str, Gang], zone: str = "UTC", given: Sequence[tuple[str, str]] = ()) -> FakeReader:
    """A book; ``given`` are labels (gang_id, label) in the order in which they were given."""
    rows = sorted(enumerate(made), key=lambda row: (row[1].at, row[0]))
    ids = {number: f"A{place:05d}" for place, (number, _) in enumerate(rows)}
    tables = empty_tables()
    applications = [{"application_id": ids[number], "applied_at": one.at, "channel": one.channel} for number, one in rows]
    tables["applications"] = _table(model.APPLICATIONS, applications)
    membership = [{"application_id": ids[number], "person_id": one.person, "how": "first"} for number, one in rows]
    tables["membership"] = _table(model.MEMBERSHIP, membership).sort("application_id")
    intents: dict[str, float | None] = {}
    for _, one in rows:
        intents.setdefault(one.person, one.intent)
    tables["persons"] = _table(model.PERSONS, [{"person_id": person, "intent": intent} for person, intent in sorted(intents.items())])
    found = [
        {"gang_id": name, "community_id": f"C-{name}" if gang.over else "", "grade": gang.grade, "members": len(gang.people)}
        for name, gang in sorted(gangs.items())
    ]
    tables["gangs"] = _table(model.GANGS, found)
    members = [{"gang_id": name, "person_id": person} for name, gang in sorted(gangs.items()) for person in gang.people]
    tables["gang_members"] = _table(model.GANG_MEMBERS, members)
    labels: list[tuple[Any, ...]] = [(name, label, "seen", "me", START, 1) for name, label in given]
    return FakeReader(tables, remembered={"records.time_zone": zone}, given=labels)


def _table(table: model.Table, rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=table.schema, orient="row") if rows else table.empty()


@st.composite
def books(draw: st.DrawFn, *, days: int = 80, channels: Sequence[str | None] = (None, "app", "shop")) -> tuple[list[Made], dict[str, Gang]]:
    """A random book of some weeks, and gangs of its people."""
    people = [f"P{number}" for number in range(draw(st.integers(1, 12)))]
    moments = st.integers(0, days * 96).map(lambda quarter: START + timedelta(minutes=15 * quarter))
    intents = {person: draw(st.none() | st.integers(0, 1000).map(lambda thousand: thousand / 1000)) for person in people}
    drawn = draw(st.lists(st.tuples(st.sampled_from(people), moments, st.sampled_from(list(channels))), min_size=1, max_size=60))
    made = [Made(person, at, channel, intents[person]) for person, at, channel in drawn]
    gangs: dict[str, Gang] = {}
    free = list(people)
    while free and draw(st.booleans()):
        size = draw(st.integers(1, min(len(free), 4)))
        mine, free = free[:size], free[size:]
        gangs[f"G{len(gangs)}"] = Gang(draw(st.sampled_from("ABCD")), tuple(mine), draw(st.booleans()))
    return made, gangs
