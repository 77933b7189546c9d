"""The book as numbers: ids and keys as 64-bit hashes that hold within one `Numbers`, for those who compare millions of them.

Two of ten million texts have the same number with a chance of three in a million.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

import polars as pl

from fraudgraph import model

USES = model.Table(
    "numbered_uses",
    {
        "value": (pl.UInt64, "number of the key, with its kind"),
        "slot": (pl.UInt8, "place in `model.SLOTS`"),
        "application": (pl.UInt64, ""),
        "person": (pl.UInt64, ""),
        "at": (pl.Int64, "microseconds"),
    },
)

RECORD: dict[str, pl.DataType | type[pl.DataType]] = {
    "application": pl.UInt64,
    "person": pl.UInt64,
    "at": pl.Int64,
    "channel": pl.String,
}
"""Columns of a record (an application with its person); behind them one UInt64 column a slot, the key's number, null without one."""

PLACE = {slot.name: place for place, slot in enumerate(model.SLOTS)}


class Asked(Protocol):
    """What the numbers are made from: some of what a `port.Reader` can do."""

    def table(
        self, name: str, columns: Iterable[str] | None = None, where: Mapping[str, Iterable[str]] | None = None
    ) -> pl.DataFrame: ...

    def users(self, values: pl.DataFrame) -> pl.DataFrame: ...


class Numbers(Protocol):
    """The book of one reader as numbers."""

    def of(self, texts: pl.Series, kind: str = "") -> pl.Series:
        """Return the numbers (UInt64) of application or person ids, or of the keys of a kind; null stays null."""

    def of_keys(self, texts: pl.Series, kinds: pl.Series) -> pl.Series:
        """Return the numbers of keys, each of its kind; null stays null."""

    def uses(self, values: pl.DataFrame) -> pl.DataFrame:
        """Return USES, in any order, of ``values``: kind, value (numbers that these numbers gave), low, high (Int64, both included)."""

    def records(self, people: pl.Series) -> pl.DataFrame:
        """Return the records of all applications of the people with these numbers, in any order."""

    def versions(self, applications: pl.Series) -> pl.DataFrame:
        """Return the records of those of the applications with these numbers that are in the book, in any order."""

    def person_ids(self, people: pl.Series) -> pl.DataFrame:
        """Return person, person_id of those of the people with these numbers that are in the book."""

    def application_ids(self, applications: pl.Series) -> pl.DataFrame:
        """Return application, application_id of those of the applications with these numbers that are in the book."""


class BookNumbers(Numbers, Protocol):
    """The same of a whole book."""

    def near(self) -> pl.DataFrame:
        """Return the near pairs of the book: a, b, the numbers of the people of PAIRS, and standing, in any order."""

    def last(self) -> int:
        """Return when the last application of the book was made, microseconds; 0 where there is none."""


def hashed(texts: pl.Series, kind: str = "") -> pl.Series:
    """Return numbers by polars' hash, for stores that have none of their own."""
    named = texts if not kind else kind + "|" + texts
    return pl.select(pl.when(texts.is_not_null()).then(named.hash())).to_series().alias(texts.name)


class Of(Protocol):
    def of(self, texts: pl.Series, kind: str = "") -> pl.Series: ...


def in_kinds(numbers: Of, texts: pl.Series, kinds: pl.Series) -> pl.Series:
    """Return `Numbers.of_keys`, kind by kind."""
    keys = pl.DataFrame({"key": texts, "kind": kinds}).with_row_index("row")
    parts = [pl.DataFrame(schema={"row": pl.UInt32, "value": pl.UInt64})]
    for (kind,), part in keys.partition_by("kind", as_dict=True).items():
        parts.append(pl.DataFrame({"row": part["row"], "value": numbers.of(part["key"], str(kind))}))
    return pl.concat(parts).sort("row")["value"].alias(texts.name)


class ByText:
    """Numbers of a reader that knows texts only: it remembers every key that it gave a number."""

    def __init__(self, reader: Asked) -> None:
        self._reader = reader
        self._keys = pl.DataFrame(schema={"kind": pl.String, "value": pl.UInt64, "key": pl.String})
        self._ids: dict[str, pl.DataFrame] = {}

    def of(self, texts: pl.Series, kind: str = "") -> pl.Series:
        numbers = hashed(texts, kind)
        if kind:
            seen = pl.DataFrame({"kind": pl.Series([kind]).new_from_index(0, len(texts)), "value": numbers, "key": texts}).drop_nulls()
            self._keys = pl.concat([self._keys, seen]).unique()
        return numbers

    def of_keys(self, texts: pl.Series, kinds: pl.Series) -> pl.Series:
        return in_kinds(self, texts, kinds)

    def uses(self, values: pl.DataFrame) -> pl.DataFrame:
        asked = values.join(self._keys, on=["kind", "value"])
        if not len(asked):
            return USES.empty()
        found = self._reader.users(asked.select("kind", "key", time("low"), time("high")))
        named = asked.select("kind", "value")[found["value"]]
        slot = named.select(pl.concat_str("kind", pl.lit("."), found["role"]).replace_strict(PLACE, return_dtype=pl.UInt8))
        columns = {
            "value": named["value"],
            "slot": slot.to_series(),
            "application": hashed(found["application_id"]),
            "person": hashed(found["person_id"]),
            "at": found["used_at"].dt.epoch("us"),
        }
        return USES.check(pl.DataFrame(columns))

    def records(self, people: pl.Series) -> pl.DataFrame:
        ids = self.person_ids(people)["person_id"].to_list()
        return self._records(self._reader.table("membership", ["application_id", "person_id"], {"person_id": ids}))

    def versions(self, applications: pl.Series) -> pl.DataFrame:
        ids = self.application_ids(applications)["application_id"].to_list()
        return self._records(self._reader.table("membership", ["application_id", "person_id"], {"application_id": ids}))

    def _records(self, inside: pl.DataFrame) -> pl.DataFrame:
        where = {"application_id": inside["application_id"].to_list()}
        head = self._reader.table("applications", ["application_id", "applied_at", "channel"], where)
        keys = self._reader.table("keys", None, where)
        slots = [name for name in keys.columns if name in PLACE]
        whose = head.join(inside, on="application_id", how="left", maintain_order="left")["person_id"]
        columns = {
            "application": hashed(head["application_id"]),
            "person": hashed(whose),
            "at": head["applied_at"].dt.epoch("us"),
            "channel": head["channel"],
        }
        return pl.DataFrame({**columns, **{name: self.of(keys[name], model.SLOT[name].kind) for name in slots}})

    def last(self) -> int:
        times = self._reader.table("persons", ["last_applied_at"])["last_applied_at"]
        return int(times.dt.epoch("us").to_numpy().max(initial=0))

    def near(self) -> pl.DataFrame:
        found = self._reader.table("pairs", ["person_a", "person_b", "standing"])
        return pl.DataFrame({"a": hashed(found["person_a"]), "b": hashed(found["person_b"]), "standing": found["standing"]})

    def person_ids(self, people: pl.Series) -> pl.DataFrame:
        return self._named("persons", "person_id").filter(pl.col("person").is_in(people.implode()))

    def application_ids(self, applications: pl.Series) -> pl.DataFrame:
        return self._named("membership", "application_id").filter(pl.col("application").is_in(applications.implode()))

    def _named(self, table: str, column: str) -> pl.DataFrame:
        if table not in self._ids:
            ids = self._reader.table(table, [column])[column]
            self._ids[table] = pl.DataFrame({column.removesuffix("_id"): hashed(ids), column: ids})
        return self._ids[table]


def time(column: str) -> pl.Expr:
    """Return microseconds as times."""
    return pl.from_epoch(column, "us").dt.cast_time_unit("us").dt.replace_time_zone("UTC").alias(column)
