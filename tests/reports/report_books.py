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
NOON = datetime(2020, 1, 10, 12, tzinfo=UTC)


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


def on(day: str, person: str, times: int = 1) -> list[Made]:
    """Applications at noon of a day."""
    return [Made(person, datetime.fromisoformat(f"{day}T12:00:00+00:00"))] * times


def crowd(day: str, number: int) -> list[Made]:
    """Applications of people who are in no gang."""
    return [made for place in range(number) for made in on(day, f"N{day}{place}")]


def a_year() -> FakeReader:
    """Two Spring Festivals: a gang of grade A comes three days before the second one, one of grade C was there all the time."""
    made: list[Made] = []
    for month in ("2018-12", "2019-01", "2019-02", "2019-03", "2019-12", "2020-01", "2020-02", "2020-03"):
        made += [one for day in ("01", "10", "20", "27") for one in crowd(f"{month}-{day}", 25)]
    for day in ("2019-01-15", "2019-02-05", "2020-01-15", "2020-01-26"):
        made += on(day, "C1") + on(day, "C2") + on(day, "C3")
    made += [one for place in range(8) for one in on("2020-01-23", f"A{place}", 2)]
    gangs = {"GA": Gang("A", tuple(f"A{place}" for place in range(8))), "GC": Gang("C", ("C1", "C2", "C3"))}
    return reader(made, gangs)


def forty_months() -> FakeReader:
    """From January 2017 on; a gang in every other month, three in the month of a break in January 2020."""
    made: list[Made] = []
    gangs: dict[str, Gang] = {}
    for month in range(40):
        name = f"{2017 + month // 12}-{month % 12 + 1:02d}"
        made += [one for day in ("05", "25") for one in crowd(f"{name}-{day}", 20)]
        for number in range(3 if name == "2020-01" else month % 2):
            gang = f"G{month}-{number}"
            gangs[gang] = Gang("ABC"[month % 3], (f"{gang}x", f"{gang}y", f"{gang}z"))
            made += [one for person in gangs[gang].people for one in on(f"{name}-26", person)]
    return reader(made, gangs, given=[(gang, "confirmed") for gang in gangs])


def labelled(given: Sequence[tuple[str, str]]) -> FakeReader:
    """Four gangs in two months, the worst of them on one day."""
    gangs = {name: Gang(grade, (f"{name}1", f"{name}2", f"{name}3")) for name, grade in zip("WXYZ", "AABD", strict=True)}
    made = [one for name in gangs for person in gangs[name].people for one in on("2020-01-10", person)]
    made += on("2020-02-10", "Z1") + crowd("2020-01-10", 10) + crowd("2020-02-10", 10)
    return reader(made, gangs, given=given)


def through(channel: str | None, *people: str, intent: float | None = None) -> list[Made]:
    """One application each, through a channel."""
    return [Made(person, NOON, channel, intent) for person in people]


def customers(channel: str, number: int) -> list[Made]:
    return through(channel, *(f"{channel}-{place}" for place in range(number)), intent=0.1)


def a_bad_channel() -> tuple[list[Made], dict[str, Gang]]:
    """Ten gangs of three come through one channel, two people of another gang through a second one; two channels are small."""
    gangs = {f"G{number}": Gang("B", tuple(f"G{number}-{place}" for place in range(3))) for number in range(10)}
    gangs["H"] = Gang("C", ("H0", "H1", "H2"))
    made = customers("app", 300) + customers("shop", 200) + customers("dsp", 70) + customers("kiosk", 4) + through(None, "X1", "X2")
    made += [one for name in list(gangs)[:10] for one in through("dsp", *gangs[name].people, intent=0.8)]
    return made + through("app", "H0", "H1", intent=0.7) + through("kiosk", "H2", intent=0.7), gangs


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
