"""A book's tables as lists of rows, read from the embedded store: what the questions' answers are worked out from by hand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from fraudgraph import masking
from fraudgraph.stores import Reader, open_store

Row = dict[str, Any]

PERSONAL = frozenset({"phone", "device", "id_number", "bank_card", "email", "imei", "oaid", "idfa", "android_id"})
"""Kinds that one person owns."""


class Tables:
    """One night of a book."""

    def __init__(self, reader: Reader) -> None:
        self.night = reader.night
        for name in ("applications", "keys", "links", "hubs", "ties", "communities", "verdicts", "persons", "membership"):
            setattr(self, name, reader.table(name).to_dicts())
        for name in ("gangs", "gang_members", "reasons", "evidence", "conflicts", "relations"):
            setattr(self, name, reader.table(name).to_dicts())
        self.events: list[Row] = reader.events().to_dicts()
        self.labels: list[Row] = reader.labels().to_dicts()
        self.batches = reader.batches()

    applications: list[Row]
    keys: list[Row]
    links: list[Row]
    hubs: list[Row]
    ties: list[Row]
    communities: list[Row]
    verdicts: list[Row]
    persons: list[Row]
    membership: list[Row]
    gangs: list[Row]
    gang_members: list[Row]
    reasons: list[Row]
    evidence: list[Row]
    conflicts: list[Row]
    relations: list[Row]

    @cached_property
    def application(self) -> dict[str, Row]:
        return {row["application_id"]: row for row in self.applications}

    @cached_property
    def person(self) -> dict[str, Row]:
        return {row["person_id"]: row for row in self.persons}

    @cached_property
    def gang(self) -> dict[str, Row]:
        return {row["gang_id"]: row for row in self.gangs}

    @cached_property
    def live(self) -> list[Row]:
        return [row for row in self.gangs if row["status"] != "dissolved"]

    @cached_property
    def owner(self) -> dict[str, str]:
        """application -> person"""
        return {row["application_id"]: row["person_id"] for row in self.membership}

    @cached_property
    def made(self) -> dict[str, list[Row]]:
        """person -> applications"""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.applications:
            found[self.owner[row["application_id"]]].append(row)
        return found

    @cached_property
    def people(self) -> dict[str, list[str]]:
        """gang -> people; dissolved gangs too"""
        found: dict[str, list[str]] = defaultdict(list)
        for row in self.gang_members:
            found[row["gang_id"]].append(row["person_id"])
        return found

    @cached_property
    def gangs_of(self) -> dict[str, list[str]]:
        """person -> gangs, sorted; dissolved gangs too"""
        found: dict[str, list[str]] = defaultdict(list)
        for row in self.gang_members:
            found[row["person_id"]].append(row["gang_id"])
        return {person: sorted(gangs) for person, gangs in found.items()}

    @cached_property
    def holders(self) -> dict[tuple[str, str], set[str]]:
        """(kind, key) -> people, of the values that two people or more have: those are nodes"""
        found: dict[tuple[str, str], set[str]] = defaultdict(set)
        for row in self.links:
            found[row["kind"], row["key"]].add(row["person_id"])
        return {value: people for value, people in found.items() if len(people) > 1}

    @cached_property
    def drawn(self) -> dict[tuple[str, str], set[str]]:
        """Holders of the values whose uses are in the graph: not those that follow from a finer value."""
        return {value: people for value, people in self.holders.items() if value[0] not in ("building", "ip24", "ip16")}

    @cached_property
    def uses(self) -> list[Row]:
        """Links that are in the graph."""
        return [row for row in self.links if (row["kind"], row["key"]) in self.drawn]

    @cached_property
    def uses_of(self) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.uses:
            found[row["person_id"]].append(row)
        return found

    @cached_property
    def used_by(self) -> dict[tuple[str, str], list[Row]]:
        found: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in self.uses:
            found[row["kind"], row["key"]].append(row)
        return found

    @cached_property
    def hub_values(self) -> set[tuple[str, str]]:
        return {(row["kind"], row["key"]) for row in self.hubs}

    @cached_property
    def tied(self) -> dict[str, dict[str, float]]:
        """person -> other -> probability, both ways"""
        found: dict[str, dict[str, float]] = defaultdict(dict)
        for row in self.ties:
            found[row["person_a"]][row["person_b"]] = row["probability"]
            found[row["person_b"]][row["person_a"]] = row["probability"]
        return found


class Book:
    """All nights of a book."""

    def __init__(self, store: Path) -> None:
        self.nights: dict[int, Tables] = {}
        opened = open_store(store, create=False)
        with opened.snapshot() as reader:
            last = reader.night
        for night in range(1, last + 1):
            with opened.snapshot(night) as reader:
                self.nights[night] = Tables(reader)
        self.now = self.nights[last]


def rounded(value: float | None, digits: int) -> float | None:
    """Half up, as Cypher does."""
    return None if value is None else float(Decimal(repr(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))


def total(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return rounded(sum(known), 2) if known else None


def caption(kind: str, key: str) -> str:
    return masking.mask(kind, key)


def seconds(earlier: datetime, later: datetime) -> int:
    return int((later - earlier).total_seconds())


def ordered(rows: Iterable[Row], *by: Any) -> list[Row]:
    """Sort by columns, ``-name`` for a descending number; a callable gives a sort value of a row."""

    def value(row: Row) -> Sequence[Any]:
        return [one(row) if callable(one) else -row[one[1:]] if one.startswith("-") else row[one] for one in by]

    return sorted(rows, key=value)
