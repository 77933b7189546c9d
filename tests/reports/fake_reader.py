"""A store in memory, and a book in it that looks like a lender's: months of applications, a dozen gangs of many shapes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl

from fraudgraph import model
from fraudgraph.stores.port import Batch, Version

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂"
CHANNELS = ("store", "partner-app", "telesales", "web", "agent-7")
KEY_COLUMNS = (
    "phone.own",
    "phone.contact1",
    "device.own",
    "bank_card.own",
    "address.own",
    "building.own",
    "wifi.own",
    "ip.own",
    "ip24.own",
)


@dataclass
class FakeReader:
    """Serves a dictionary of tables as the port says."""

    tables: dict[str, pl.DataFrame]
    summary: dict[str, Any] = field(default_factory=dict)
    remembered: dict[str, Any] = field(default_factory=dict)
    document: dict[str, Any] | None = field(default_factory=dict)
    night: int = 1
    earlier: dict[int, FakeReader] = field(default_factory=dict)
    """Readers of earlier nights; a night that is not given had nothing yet."""
    told: list[tuple[Any, ...]] = field(default_factory=list)
    """Rows of `events`."""
    given: list[tuple[Any, ...]] = field(default_factory=list)
    """Rows of `labels`."""

    def held(self) -> AbstractContextManager[None]:
        return nullcontext()

    def at(self, night: int) -> FakeReader:
        return self.earlier.get(night) or FakeReader(empty_tables(), night=night)

    def table(self, name: str, columns: Iterable[str] | None = None, where: Mapping[str, Iterable[str]] | None = None) -> pl.DataFrame:
        frame = self.tables[name]
        for column, values in (where or {}).items():
            frame = frame.filter(pl.col(column).is_in(pl.Series(list(values), dtype=pl.String).implode()))
        return frame if columns is None else frame.select(list(columns))

    def batch_table(self, name: str, night: int) -> pl.DataFrame:
        empty = {"input_order": model.INPUT_ORDER, "rejects": model.REJECTS}[name].empty()
        return self.tables[name] if night == self.night else empty

    def events(self, gang_id: str | None = None) -> pl.DataFrame:
        table = pl.DataFrame(self.told, schema={"night": pl.Int64, **model.GANG_EVENTS.schema}, orient="row")
        return table if gang_id is None else table.filter(pl.col("gang_id") == gang_id)

    def labels(self, gang_id: str | None = None) -> pl.DataFrame:
        table = pl.DataFrame(self.given, schema=model.LABELS.schema, orient="row")
        return table if gang_id is None else table.filter(pl.col("gang_id") == gang_id)

    def batches(self) -> list[Batch]:
        return [Batch(self.night, "digest", "run", "2026-07-01T00:00:00Z", self.summary)]

    def calibration(self) -> Version | None:
        return None if self.document is None else Version("cal-3f2a91c0", self.document)

    def ruleset(self) -> Version | None:
        return Version("rules-77aa01b2", {"verdicts.min_members": 3})

    def settings(self) -> Mapping[str, Any]:
        return self.remembered


def empty_tables() -> dict[str, pl.DataFrame]:
    every = (
        model.APPLICATIONS, model.MEMBERSHIP, model.PERSONS, model.HUBS, model.TIES, model.COMMUNITIES, model.VERDICTS, model.GANGS,
        model.GANG_MEMBERS, model.REASONS, model.EVIDENCE, model.INPUT_ORDER, model.REJECTS, model.RELATIONS, model.CONFLICTS,
    )  # fmt: skip
    tables = {table.name: table.empty() for table in every}
    tables["keys"] = pl.DataFrame(schema={"application_id": pl.String, **dict.fromkeys(KEY_COLUMNS, pl.String)})
    return tables


@dataclass
class _Row:
    application_id: str
    applied_at: datetime
    name: str
    channel: str
    amount: float
    intent: float | None
    person: str
    keys: dict[str, str]


class Book:
    """Builds the tables of a book person by person; everything derived is worked out from what was put in."""

    def __init__(self, seed: int = 7) -> None:
        self.random = np.random.default_rng(seed)
        self.rows: list[_Row] = []
        self.groups: list[tuple[str, list[str], str | None]] = []
        self.start = datetime(2025, 11, 3, tzinfo=UTC)
        self.pairs: list[tuple[str, str]] = []

    def name(self) -> str:
        return str(self.random.choice(list(SURNAMES))) + "".join(self.random.choice(list(GIVEN), 2))

    def person(self, day: float, intent: float | None, times: int = 1, name: str | None = None, **keys: str) -> str:
        """Add a person with ``times`` applications from ``day`` on; return the person's id."""
        first = f"APP{len(self.rows):06d}"
        named = name if name is not None else self.name()
        number = len(self.rows)
        own = {
            "phone.own": f"+86138{number:08d}",
            "device.own": f"{number * 7919 % 16**10:010x}{number:06x}",
            "ip.own": f"36.{number % 200}.{number // 200}.9",
            "ip24.own": f"36.{number % 200}.{number // 200}", "bank_card.own": f"62220212{number:010d}", **keys,
        }  # fmt: skip
        for time in range(times):
            moment = self.start + timedelta(days=day + 4 * time, seconds=int(self.random.integers(0, 60000)))
            amount = float(self.random.integers(5, 80) * 500)
            channel = str(self.random.choice(CHANNELS, p=[0.3, 0.3, 0.15, 0.2, 0.05]))
            self.rows.append(_Row(f"APP{len(self.rows):06d}", moment, named, channel, amount, intent, f"P-{first}", own))
        return f"P-{first}"

    def group(self, people: list[str], grade: str | None) -> None:
        """Say that ``people`` are one community, and with a ``grade`` a gang."""
        self.groups.append((f"C-{min(people)[2:]}", people, grade))

    def reader(self, threshold: float | None = 0.412, p_cut: float = 0.004, **more: Any) -> FakeReader:
        """Return the book as a store holds it."""
        tables = empty_tables()
        rows = sorted(self.rows, key=lambda row: (row.applied_at, row.application_id))
        filled = {
            "application_id": [row.application_id for row in rows], "applied_at": [row.applied_at for row in rows],
            "name": [row.name for row in rows], "channel": [row.channel for row in rows], "amount": [row.amount for row in rows],
            "fraud_intent": [row.intent for row in rows],
        }  # fmt: skip
        blank = {column: [None] * len(rows) for column in model.APPLICATIONS.schema if column not in filled}
        tables["applications"] = pl.DataFrame({**filled, **blank}, schema_overrides=model.APPLICATIONS.schema).select(
            list(model.APPLICATIONS.schema)
        )
        tables["keys"] = pl.DataFrame(
            {"application_id": filled["application_id"], **{name: [row.keys.get(name) for row in rows] for name in KEY_COLUMNS}},
            schema={"application_id": pl.String, **dict.fromkeys(KEY_COLUMNS, pl.String)},
        )
        how = ["first" if row.person[2:] == row.application_id else "id_number" for row in rows]
        tables["membership"] = pl.DataFrame(
            {"application_id": filled["application_id"], "person_id": [row.person for row in rows], "how": how},
            schema=model.MEMBERSHIP.schema,
        )
        joined = tables["applications"].join(tables["membership"], on="application_id")
        tables["persons"] = joined.group_by("person_id").agg(
            pl.col("applied_at").min().alias("first_applied_at"), pl.col("applied_at").max().alias("last_applied_at"),
            pl.len().cast(pl.Int64).alias("applications"), pl.col("fraud_intent").mean().alias("intent"),
        ).sort("person_id")  # fmt: skip
        tables["input_order"] = pl.DataFrame(
            {"application_id": [row.application_id for row in self.rows], "position": range(len(self.rows))},
            schema=model.INPUT_ORDER.schema,
        )
        self._groups(tables, joined, threshold, p_cut)
        tables["rejects"] = pl.DataFrame(
            [("row", "book.csv", 118, "", "", "applied_at is missing"), ("value", "book.csv", 240, "amount", "12,5oo", "not a number"),
             ("value", "book.csv", 902, "amount", "n/a", "not a number")], schema=model.REJECTS.schema, orient="row",
        )  # fmt: skip
        tables["hubs"] = pl.DataFrame(
            [("ip16", "36.7", 480, 68), ("ip24", "36.7.1", 230, 68), ("employer", "顺达物流", 350, 100)],
            schema=model.HUBS.schema,
            orient="row",
        )
        summary: dict[str, Any] = {
            "rows": len(rows) + 1, "accepted": len(rows), "repeated": 0, "rejected_rows": 1, "rejected_values": 2,
            "persons": tables["persons"].height, "identifiers": 14208, "seed": 1, "versions": {"fraudgraph": "0.1.0", "python": "3.11"},
            "calibration": {"case": "learned", "mean_intent": 0.221}, "intent_column": "fraud_intent", **more,
        }  # fmt: skip
        return FakeReader(tables, summary, {"records.time_zone": "Asia/Shanghai"}, {})

    def _groups(self, tables: dict[str, pl.DataFrame], joined: pl.DataFrame, threshold: float | None, p_cut: float) -> None:
        verdicts, gangs, members, reasons, evidence, communities = [], [], [], [], [], []
        for community, people, grade in self.groups:
            mine = joined.filter(pl.col("person_id").is_in(people))
            known = tables["persons"].filter(pl.col("person_id").is_in(people))["intent"].drop_nulls()
            mean = float(known.mean()) if len(known) else None  # type: ignore[arg-type]
            chance = None if mean is None else min(10 ** (-1.1 * len(people) * max(mean - 0.25, 0.01) * 2), 1.0)
            voters, total = len(known), mine.height
            stopped = "TOO_FEW_MEMBERS" if grade is None and len(people) < 3 else "NOT_SIGNIFICANT" if grade is None else ""
            verdicts.append(
                (
                    community,
                    len(people),
                    voters,
                    total,
                    mean,
                    threshold,
                    chance,
                    p_cut,
                    grade is not None,
                    grade or "",
                    stopped,
                    len(people) * 0.8,
                )
            )
            communities += [(community, person) for person in people]
            if grade is None:
                continue
            gang = f"G-{community[2:]}"
            amount = float(mine["amount"].sum())
            gangs.append(
                (
                    gang,
                    community,
                    "new",
                    grade,
                    len(people),
                    total,
                    mean,
                    threshold,
                    chance,
                    p_cut,
                    mine["applied_at"].min(),
                    mine["applied_at"].max(),
                    amount,
                )
            )
            members += [(gang, person) for person in people]
            intents = dict(tables["persons"].select("person_id", "intent").iter_rows())
            for person in people:
                own = intents[person]
                level = "OWN_INTENT_UNKNOWN" if own is None else "OWN_INTENT_HIGH" if own > (threshold or 0) else "OWN_INTENT_LOW"
                reasons.append((person, f"SHARED_DEVICE;GANG_MEAN_OVER_T;{level}"))
            uses = (
                tables["keys"]
                .filter(pl.col("application_id").is_in(mine["application_id"].implode()))
                .join(tables["membership"], on="application_id")
            )
            for slot in KEY_COLUMNS:
                shared = (
                    uses.drop_nulls(slot).group_by(slot).agg(pl.col("person_id").n_unique().alias("people")).filter(pl.col("people") >= 2)
                )
                evidence += [(gang, slot.split(".")[0], key, count, 0) for key, count in shared.sort(slot).iter_rows()]
        rows = {
            "verdicts": (verdicts, model.VERDICTS), "gangs": (gangs, model.GANGS), "gang_members": (members, model.GANG_MEMBERS),
            "reasons": (reasons, model.REASONS), "evidence": (evidence, model.EVIDENCE), "communities": (communities, model.COMMUNITIES),
            "ties": ([(*sorted(pair), 0.6, "relation:transfer; within 7 days; 2 people", 40.0) for pair in self.pairs], model.TIES),
        }  # fmt: skip
        for name, (values, table) in rows.items():
            tables[name] = pl.DataFrame(values, schema=table.schema, orient="row")


def lenders_book(seed: int = 7, plain: int = 2400) -> Book:
    """Return a book of eight months with twelve gangs, from three people to a hundred and twenty, and two harmless groups."""
    book = Book(seed)
    random = book.random
    for _ in range(plain):
        book.person(float(random.uniform(0, 235)), float(np.clip(random.beta(2, 7), 0, 1)) if random.random() > 0.06 else None)

    def high(low: float = 0.45, top: float = 0.97) -> float:
        return float(random.uniform(low, top))

    ring = [
        book.person(80 + i % 3, high(), times=1 + i % 2, **{"device.own": f"3064aa9f{i // 3:04x}77c4", "phone.contact1": "+8613800001111"})
        for i in range(6)
    ]
    book.group(ring, "A")
    star = [
        book.person(84 + i, high(0.4), **{"phone.contact1": "+8613912345678", "wifi.own": "a4c138002f19" if i < 5 else f"ff{i:010x}"})
        for i in range(9)
    ]
    book.group(star, "A")
    chain = [
        book.person(90 + 2 * i, high(0.3, 0.9), **{"phone.own": f"+86150{i:08d}", "phone.contact1": f"+86150{i + 1:08d}"})
        for i in range(11)
    ]
    book.group(chain, "C")
    home = [
        book.person(
            110 + i / 2,
            None if i == 2 else high(),
            **{"address.own": f"江苏省南京市玄武区中山路18号{i // 4}单元", "building.own": "江苏省南京市玄武区中山路18号"},
        )
        for i in range(8)
    ]
    book.group(home, "B")
    big = [
        book.person(
            120 + i / 6, high(0.25, 0.95),
            **{
                "device.own": f"9b1e{i // 7:04x}0041f2aa",
                "wifi.own": f"e0cc{i // 20:08x}",
                "phone.contact1": "+8618600009999" if i % 5 == 0 else f"+86187{i:08d}",
            },
        )
        for i in range(120)
    ]  # fmt: skip
    book.group(big, "B")
    for place, (size, grade, day) in enumerate(((3, "D", 30), (4, "C", 60), (5, "B", 140), (14, "A", 150), (22, "C", 160), (48, "D", 190))):
        people = [
            book.person(
                day + i / 3, high(0.35 if grade == "D" else 0.5),
                **{
                    "device.own": f"{place:04x}{i // 4:04x}5522cd",
                    "bank_card.own": f"62170{place:03d}{i // 2:011d}",
                    "ip.own": f"117.{place}.4.8",
                    "ip24.own": f"117.{place}.4",
                },
            )
            for i in range(size)
        ]  # fmt: skip
        book.group(people, grade)
    related = [book.person(200 + i, high()) for i in range(7)]
    book.pairs += [(related[0], other) for other in related[1:]] + [(related[2], related[3])]
    book.group(related, "C")
    family = [book.person(50 + i, 0.2, **{"address.own": "四川省成都市武侯区人民南路4段9号"}) for i in range(4)]
    book.group(family, None)
    book.group([book.person(51, 0.7, **{"wifi.own": "00aa11bb22cc"}), book.person(52, 0.6, **{"wifi.own": "00aa11bb22cc"})], None)
    return book
