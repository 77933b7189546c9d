"""The graph's names: which label, property and relationship type holds which table and column of the vocabulary."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from fraudgraph import model

FORMAT = 3
"""Version of the graph's model. A book of a higher one is refused, one of a lower one is migrated step by step by its next writer."""

Schema = dict[str, "pl.DataType | type[pl.DataType]"]

LABEL: dict[str, str] = {
    "phone": "Phone",
    "device": "Device",
    "id_number": "IdNumber",
    "bank_card": "BankCard",
    "email": "Email",
    "address": "Address",
    "building": "Building",
    "postcode": "Postcode",
    "employer": "Employer",
    "employer_phone": "EmployerPhone",
    "employer_address": "EmployerAddress",
    "wifi": "Wifi",
    "ip": "Ip",
    "ip24": "Ip24",
    "ip16": "Ip16",
    "gps": "Gps",
    "imei": "Imei",
    "oaid": "Oaid",
    "idfa": "Idfa",
    "android_id": "AndroidId",
    "phone_run": "PhoneRun",
    "id_run": "IdRun",
    "birth_surname": "BirthSurname",
}
"""Kind of identifier -> the label that its nodes have beside ``Identifier``."""

WIDER = ("building", "ip24", "ip16")
"""Kinds that follow from a finer value (the building of an address, the network of an IP), which nearly always has the same people: who
uses them is not drawn a second time. A gang's evidence may name them."""

DRAWN = [kind for kind in LABEL if kind not in WIDER]
"""Kinds whose uses are in the graph."""

UNLABELLED = "Identifier"
"""The label of values of any other kind (evidence may be a relation)."""


def prop(column: str) -> str:
    """Return the property that holds a column: ``contact1_phone`` -> ``contact1Phone``."""
    first, *rest = column.replace(".", "_").split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in rest)


def key_prop(slot: str) -> str:
    """Return the property that holds a slot's key: ``phone.contact1`` -> ``keyPhoneContact1``."""
    return prop(f"key_{slot}")


@dataclass(frozen=True)
class Versioned:
    """A table whose rows are nodes; an older row of a node is a copy beside it, labelled ``...Version``."""

    label: str
    column: str
    """What names a row."""
    file: str
    """Name of its files in ``cypher/load``."""
    columns: Schema
    caption: bool = True

    @property
    def key(self) -> str:
        return prop(self.column)

    @property
    def example(self) -> str:
        return {"Application": "A1", "Person": "P-A1", "Community": "C-A1", "Gang": "G-A1"}[self.label]


VERSIONED: dict[str, Versioned] = {
    "applications": Versioned("Application", "application_id", "application", model.APPLICATIONS.schema),
    "persons": Versioned("Person", "person_id", "person", model.PERSONS.schema),
    "verdicts": Versioned("Community", "community_id", "community", model.VERDICTS.schema, caption=False),
    "gangs": Versioned("Gang", "gang_id", "gang", model.GANGS.schema),
}
"""Table -> its nodes."""

FIRST = {"applications": "first-application", "persons": "first-person"}
"""Table of many rows -> its file for an empty graph, which looks nothing up."""

NO_COMMUNITY = ""
"""Id of the node that people with reasons and without a community belong to; there is none in a book that the engine made."""


def slots(names: set[str]) -> list[model.Slot]:
    """Return the slots of these names, in the order of the vocabulary."""
    return [slot for slot in model.STORED_SLOTS if slot.name in names]


def identifiers(found: Iterable[model.Slot]) -> list[model.Slot]:
    """Return those of the slots that are identifiers: the others have no uses, no links and no nodes."""
    return [slot for slot in found if slot not in model.MATCHING]
