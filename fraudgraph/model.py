"""The vocabulary of the house: the tables that pass between rooms, and the few small things that people look at.

A *table* here is a polars data frame whose columns, types, units and nulls are written down as a `Table`. Stages know this
module and the errors, and nothing of each other. A book has ten million rows: never a list of objects a row.

Times are microseconds since 1970 in UTC. Ids are functions of content (a person is named by their first application).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
import numpy.typing as npt
import polars as pl

TIME = pl.Datetime("us", "UTC")
MICRO = 1_000_000
"""Intents are summed as integers of one millionth, so that no sum depends on the order of its terms."""

IntArray = npt.NDArray[np.int64]
Int32Array = npt.NDArray[np.int32]
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Table:
    """A table's columns, in order: name -> (type, meaning). ``null`` means unknown unless the meaning says otherwise."""

    name: str
    columns: dict[str, tuple[pl.DataType | type[pl.DataType], str]]

    @property
    def schema(self) -> dict[str, pl.DataType | type[pl.DataType]]:
        return {name: dtype for name, (dtype, _) in self.columns.items()}

    def empty(self) -> pl.DataFrame:
        return pl.DataFrame(schema=self.schema)

    def check(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return ``frame`` with exactly this table's columns; raise ``TypeError`` where one is missing or of another type."""
        for column, dtype in self.schema.items():
            if column not in frame.columns:
                raise TypeError(f"table {self.name}: column {column} is missing")
            if frame.schema[column] != dtype:
                raise TypeError(f"table {self.name}: column {column} is {frame.schema[column]}, not {dtype}")
        return frame.select(list(self.columns))


APPLICATIONS = Table(
    "applications",
    {
        "application_id": (pl.String, "as given, surrounding blanks removed; unique; never null"),
        "applied_at": (TIME, "when the application was made; never null"),
        "name": (pl.String, "as given"),
        "id_number": (pl.String, "as given"),
        "date_of_birth": (pl.Date, "null also where day and month cannot be told apart"),
        "phone": (pl.String, "as given"),
        "device_id": (pl.String, "as given"),
        "imei": (pl.String, "as given"),
        "oaid": (pl.String, "as given"),
        "idfa": (pl.String, "as given"),
        "android_id": (pl.String, "as given"),
        "bank_card": (pl.String, "card number or IBAN as given"),
        "email": (pl.String, "as given"),
        "home_address": (pl.String, "as given"),
        "postcode": (pl.String, "as given"),
        "employer": (pl.String, "as given"),
        "employer_phone": (pl.String, "as given"),
        "employer_address": (pl.String, "as given"),
        "contact1_name": (pl.String, "as given"),
        "contact1_phone": (pl.String, "as given"),
        "contact1_relation": (pl.String, "as given"),
        "contact2_name": (pl.String, "as given"),
        "contact2_phone": (pl.String, "as given"),
        "contact2_relation": (pl.String, "as given"),
        "ip": (pl.String, "as given"),
        "wifi_mac": (pl.String, "as given"),
        "gps_lat": (pl.Float64, "degrees"),
        "gps_lon": (pl.Float64, "degrees"),
        "channel": (pl.String, "as given"),
        "product": (pl.String, "as given"),
        "amount": (pl.Float64, "in the book's own currency"),
        "term": (pl.String, "as given"),
        "scene": (pl.String, "as given"),
        "referrer": (pl.String, "who brought the applicant, as given"),
        "fraud_intent": (pl.Float64, "0-1, rounded to one millionth"),
        "decision": (pl.String, "outcome, for backtests only"),
        "fraud_label": (pl.String, "outcome, for backtests only"),
        "max_dpd": (pl.Float64, "outcome: most days past due"),
        "label_time": (TIME, "when the outcome became known"),
    },
)
"""One row an accepted application, sorted by applied_at, then application_id."""

OUTCOME_COLUMNS = ("decision", "fraud_label", "max_dpd", "label_time")
"""Known only later; may be filled in by any later file, never used for the same night's verdict."""

REJECTS = Table(
    "rejects",
    {
        "level": (pl.String, "row: the whole application is left out; value: the value is set to missing"),
        "file": (pl.String, "base name of the input file"),
        "line": (pl.Int64, "where the record starts, header = 1; row number (from 1) for Parquet, XLSX and data frames"),
        "column": (pl.String, "canonical column, empty where it is the whole row"),
        "value": (pl.String, "masked"),
        "reason": (pl.String, "one phrase"),
    },
)

INPUT_ORDER = Table(
    "input_order",
    {
        "application_id": (pl.String, "accepted now, or a repeat of one accepted before; each once"),
        "position": (pl.Int64, "0, 1, ... in the order of the input"),
    },
)

RELATIONS = Table(
    "relations",
    {
        "source": (pl.String, "application_id"),
        "target": (pl.String, "application_id; source < target, undirected, one row per (source, target, kind, applied_at)"),
        "kind": (pl.String, "relative, transfer, call, guarantor, ..."),
        "weight": (pl.Float64, "above 0; repeats added up"),
        "applied_at": (TIME, "null: always"),
    },
)


@dataclass(frozen=True)
class ColumnUse:
    """How one header of an input file was understood."""

    file: str
    header: str
    column: str | None
    """Canonical column; None where the header is ignored."""
    filled: int
    """Rows with a value."""
    rows: int


@dataclass(frozen=True)
class Records:
    """What was read from input files. ``rows == accepted + repeated + rejected_rows`` always."""

    applications: pl.DataFrame
    """APPLICATIONS, accepted now."""
    input_order: pl.DataFrame
    """INPUT_ORDER."""
    rejects: pl.DataFrame
    """REJECTS, in order of file, line, column."""
    columns: tuple[ColumnUse, ...]
    rows: int
    accepted: int
    repeated: int
    rejected_rows: int
    rejected_values: int
    intent_column: str | None
    """The header that was taken as the fraud intent."""
    notes: tuple[str, ...] = ()
    """Sentences a person should read, without personal data."""
    origin: pl.DataFrame = field(default_factory=pl.DataFrame)
    """Where each accepted or repeated row came from, in the order of the input: application (UInt32, row of ``applications``), file
    (UInt16, index into ``files``), line (Int64). Rows go here only so that a later judgement against a store can name them."""
    files: tuple[str, ...] = ()
    """Base names of the input files, in the order in which they were given."""


class Status(IntEnum):
    """What an identifier's value turned out to be. Only VALID values become keys."""

    MISSING = 0
    VALID = 1
    BAD_CHECKSUM = 2
    MASKED = 3
    PLACEHOLDER = 4
    MALFORMED = 5


@dataclass(frozen=True)
class Slot:
    """One way in which an application names an identifier: a kind of key, and the role in which it is given."""

    name: str
    """``kind.role``, also the column's name in a KEYS table."""
    kind: str
    """Keys of the same kind are one key space: a contact's phone can be another person's own."""
    role: str
    column: str
    """The APPLICATIONS column that it comes from."""
    derived: bool = False
    """Made from another slot's key (a building from an address), so it has no status of its own."""


def _slot(kind: str, role: str, column: str, derived: bool = False) -> Slot:
    return Slot(f"{kind}.{role}", kind, role, column, derived)


SLOTS: tuple[Slot, ...] = (
    _slot("id_number", "own", "id_number"),
    _slot("phone", "own", "phone"),
    _slot("phone", "contact1", "contact1_phone"),
    _slot("phone", "contact2", "contact2_phone"),
    _slot("device", "own", "device_id"),
    _slot("imei", "own", "imei"),
    _slot("oaid", "own", "oaid"),
    _slot("idfa", "own", "idfa"),
    _slot("android_id", "own", "android_id"),
    _slot("bank_card", "own", "bank_card"),
    _slot("email", "own", "email"),
    _slot("address", "own", "home_address"),
    _slot("building", "own", "home_address", derived=True),
    _slot("postcode", "own", "postcode"),
    _slot("employer", "own", "employer"),
    _slot("employer_phone", "own", "employer_phone"),
    _slot("employer_address", "own", "employer_address"),
    _slot("wifi", "own", "wifi_mac"),
    _slot("ip", "own", "ip"),
    _slot("ip24", "own", "ip", derived=True),
    _slot("ip16", "own", "ip", derived=True),
    _slot("gps", "own", "gps_lat"),
    _slot("phone_run", "a", "phone", derived=True),
    _slot("phone_run", "b", "phone", derived=True),
    _slot("id_run", "a", "id_number", derived=True),
    _slot("id_run", "b", "id_number", derived=True),
    _slot("birth_surname", "own", "date_of_birth", derived=True),
)
"""Every slot. Runs: numbers that differ by at most four share bucket ``a`` (n // 8) or bucket ``b`` ((n + 4) // 8); both are functions of
the one number, so that a growing book never changes an old key. The keys of the two differ by their prefix ``a:`` or ``b:``."""

SLOT = {slot.name: slot for slot in SLOTS}

MATCHING: tuple[Slot, ...] = (
    _slot("name", "own", "name"),
    _slot("given_name", "own", "name", derived=True),
    _slot("surname", "own", "name", derived=True),
    _slot("birth", "own", "date_of_birth"),
    _slot("birth", "id_number", "id_number", derived=True),
    _slot("withheld", "own", "application_id", derived=True),
)
"""What a store of masked values keeps beside the keys, for people to be told apart and for the book to be judged again; no identifiers:
the graph, uses and links know nothing of them. Tokens of the canonical name, of its first given name and its surname (with a dot at
their end where that part is too short to say anything), of the date of birth as given, and as the ID number says it where none is given.
``withheld``: the keys that are null because they are placeholders or allowed, as ``slot=token`` joined by blanks."""

SHORT_PART = "."
"""At the end of the token of a part of a name that is too short to say anything."""

STORED_SLOTS = (*SLOTS, *MATCHING)
"""Every slot that a KEYS table of a store may have."""


@dataclass(frozen=True)
class Identified:
    """The identifiers of an applications table, row by row of it."""

    keys: pl.DataFrame
    """One String column per slot that the book has, named by the slot: the normalised key, null where there is none."""
    status: pl.DataFrame
    """One UInt8 column per slot that is not derived: `Status`."""
    names: pl.DataFrame
    """``name_key`` (String: canonical whole name, null if unusable), ``surname`` (String)."""
    birth: pl.Series
    """Date: date of birth as given, else from a valid ID number that says it. String where values are tokens: equal or not."""
    placeholders: pl.DataFrame
    """PLACEHOLDERS: values that were found to be placeholders by the book itself."""
    matching: pl.DataFrame | None = None
    """The columns of MATCHING where all values are tokens; ``names`` have a third column then, ``given_name``. None: values are plain."""


PLACEHOLDERS = Table(
    "placeholders",
    {
        "kind": (pl.String, "kind of key"),
        "key": (pl.String, "the normalised value"),
        "people": (pl.Int64, "distinct (name, ID number) pairs that gave it"),
    },
)

MEMBERSHIP = Table(
    "membership",
    {
        "application_id": (pl.String, ""),
        "person_id": (pl.String, "``P-`` and the person's first application"),
        "how": (pl.String, "the rule that joined this application to its person; ``first`` for the person's first"),
    },
)

PERSONS = Table(
    "persons",
    {
        "person_id": (pl.String, ""),
        "first_applied_at": (TIME, ""),
        "last_applied_at": (TIME, ""),
        "applications": (pl.Int64, ""),
        "intent": (pl.Float64, "mean over the person's applications; null where unknown"),
    },
)

CONFLICTS = Table(
    "conflicts",
    {
        "application_a": (pl.String, ""),
        "application_b": (pl.String, "a < b"),
        "rule": (pl.String, "the rule that would have joined the two"),
        "reason": (pl.String, "why it did not"),
    },
)


@dataclass(frozen=True)
class Subjects:
    """Who the applicants are. Persons are numbered 0, 1, ... in the order of their first application."""

    person: Int32Array
    """Per row of the applications table: the person's number."""
    how: pl.Series
    """Per row: String, the rule that joined it."""
    conflicts: pl.DataFrame
    """CONFLICTS."""

    @property
    def count(self) -> int:
        return int(self.person.max()) + 1 if len(self.person) else 0


HUBS = Table(
    "hubs",
    {
        "kind": (pl.String, ""),
        "key": (pl.String, "plain; masked on the way out"),
        "people": (pl.Int64, "distinct people who ever used it"),
        "cap": (pl.Int64, "the kind's cap on people by one time"),
    },
)

HUB_WINDOWS = Table(
    "hub_windows",
    {
        "kind": (pl.String, ""),
        "key": (pl.String, "of a hub"),
        "window": (pl.Int64, "number of a half window: it starts so many half windows after 1970"),
        "since": (pl.Int64, "microseconds since 1970: uses within it are the hub's from this time on; the start of the half where all are"),
    },
)
"""When values were hubs, so that a night need not look at everybody who ever used a carrier's address."""

LINKS = Table(
    "links",
    {
        "person_id": (pl.String, ""),
        "kind": (pl.String, "kind of identifier"),
        "key": (pl.String, "the normalised value"),
        "role": (pl.String, "own, contact1, ..."),
        "first_seen": (TIME, ""),
        "last_seen": (TIME, ""),
        "count": (pl.Int64, "applications"),
    },
)

TIES = Table(
    "ties",
    {
        "person_a": (pl.String, "person_a < person_b by first application"),
        "person_b": (pl.String, ""),
        "probability": (pl.Float64, "0-1: that a pair of this class is a gang pair"),
        "link_class": (pl.String, "signature and facts, in words of a closed vocabulary"),
        "evidence": (pl.Float64, "people's pairs that the class was measured on"),
    },
)

PAIRS = Table(
    "pairs",
    {
        "person_a": (pl.String, "person_a < person_b by first application"),
        "person_b": (pl.String, ""),
        "link_code": (pl.Int64, "link class, packed, third people apart"),
        "degree": (pl.Int64, "people on the narrowest shared value, in steps"),
        "prior": (pl.Float64, "log-odds of the strongest shared value by the table of priors"),
        "standing": (pl.Int64, "what came of it, in bits: `fraudgraph.graph.standing`"),
    },
)
"""The near pairs: those that may become ties. What a later night must know of the nights before."""

PAIR_VALUES = Table(
    "pair_values",
    {
        "person_a": (pl.String, ""),
        "person_b": (pl.String, ""),
        "kind": (pl.String, "kind of identifier"),
        "key": (pl.String, "the normalised value that the two share"),
        "people": (pl.Int64, "on the value by that time, in steps"),
    },
)
"""What the near pairs share."""

COMMUNITIES = Table("communities", {"community_id": (pl.String, "``C-`` and its first application"), "person_id": (pl.String, "")})

VERDICTS = Table(
    "verdicts",
    {
        "community_id": (pl.String, ""),
        "members": (pl.Int64, "people"),
        "voters": (pl.Int64, "people whose intent is known"),
        "applications": (pl.Int64, ""),
        "mean_intent": (pl.Float64, "over the voters; null where there are none"),
        "threshold": (pl.Float64, "T of this night; null where nobody can be flagged"),
        "p_value": (pl.Float64, "chance of such a mean among as many random people"),
        "p_cut": (pl.Float64, ""),
        "flagged": (pl.Boolean, "is it a gang"),
        "grade": (pl.String, "A (worst) to D; empty where not flagged"),
        "stopped_by": (pl.String, "the gate that stopped a community over T; empty otherwise"),
        "score": (pl.Float64, "sum of tie probabilities: the order of the queue where the book has no intents"),
    },
)

GANGS = Table(
    "gangs",
    {
        "gang_id": (pl.String, "``G-`` and the first application at birth; lasts across nights"),
        "community_id": (pl.String, "of this night"),
        "status": (pl.String, "new, grown, shrunk, merged, split, dissolved, unchanged"),
        "grade": (pl.String, ""),
        "members": (pl.Int64, ""),
        "applications": (pl.Int64, ""),
        "mean_intent": (pl.Float64, ""),
        "threshold": (pl.Float64, ""),
        "p_value": (pl.Float64, ""),
        "p_cut": (pl.Float64, ""),
        "first_applied_at": (TIME, ""),
        "last_applied_at": (TIME, ""),
        "amount": (pl.Float64, "sum of the members' applications; null where none is known"),
    },
)

GANG_MEMBERS = Table("gang_members", {"gang_id": (pl.String, ""), "person_id": (pl.String, "")})

GANG_EVENTS = Table(
    "gang_events",
    {
        "gang_id": (pl.String, ""),
        "event": (pl.String, "born, grown, shrunk, merged, split, dissolved"),
        "from_ids": (pl.String, "other gang ids, joined by ;"),
        "cause_application": (pl.String, "the application that caused it"),
    },
)

LABELS = Table(
    "labels",
    {
        "gang_id": (pl.String, "as it was called when the label was given"),
        "label": (pl.String, "confirmed, suspicious, dismissed"),
        "reason": (pl.String, "the analyst's words"),
        "who": (pl.String, ""),
        "at": (TIME, "wall clock"),
        "night": (pl.Int64, "the last night when the label was given"),
    },
)
"""What analysts decided: only ever added to."""

REASONS = Table(
    "reasons",
    {
        "person_id": (pl.String, ""),
        "reasons": (pl.String, "codes joined by ; from the closed table in `fraudgraph.evidence.reasons`"),
    },
)

EVIDENCE = Table(
    "evidence",
    {
        "gang_id": (pl.String, ""),
        "kind": (pl.String, "kind of identifier, or ``relation:KIND``"),
        "key": (pl.String, "plain; masked on the way out"),
        "members": (pl.Int64, "people of the gang that it ties"),
        "others": (pl.Int64, "people outside the gang who have it too"),
    },
)


@dataclass(frozen=True)
class Person:
    """Per person arrays that the graph, the communities and the verdicts share; row = the person's number."""

    first: IntArray
    """Row, in the applications table, of the person's first application."""
    intent: IntArray
    """Mean intent over the person's applications in millionths; -1 where unknown."""
    applications: IntArray = field(repr=False)
    """How many applications."""
