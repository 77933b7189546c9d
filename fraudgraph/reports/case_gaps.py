"""What is *not* known of a gang: a case file that only says what speaks for the suspicion would be half of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from fraudgraph import model
from fraudgraph.reports import explain, words
from fraudgraph.reports.dossier import Dossier
from fraudgraph.stores.port import Reader

FEW_PAIRS = 10
"""A class of ties that was measured on fewer pairs leans on coarser classes more than on its own."""

COLUMNS = {
    "name": "name",
    "date_of_birth": "date of birth",
    "id_number": "ID number",
    "phone": "phone",
    "device_id": "device",
    "imei": "IMEI",
    "oaid": "OAID",
    "idfa": "IDFA",
    "android_id": "Android ID",
    "bank_card": "bank card",
    "email": "e-mail",
    "home_address": "home address",
    "postcode": "postcode",
    "employer": "employer",
    "employer_phone": "employer phone",
    "employer_address": "employer address",
    "contact1_phone": "first contact's phone",
    "contact2_phone": "second contact's phone",
    "ip": "IP address",
    "wifi_mac": "WiFi",
    "gps_lat": "place",
}
"""Columns of APPLICATIONS that can tell people apart or tie them -> their word."""

OUTCOMES = ("fraud_label", "max_dpd")


@dataclass(frozen=True)
class Gap:
    """One thing that is not known."""

    what: str
    """A code that is never renamed."""
    count: int
    """How many people, applications, values, ... it is about."""
    sentence: str


def gaps(reader: Reader, found: Dossier, learned: str, keys: pl.DataFrame) -> tuple[Gap, ...]:
    """Return what is not known of the gang; ``learned`` is the case of learning (`explain.CASES`), ``keys`` those of its applications."""
    membership = reader.table("membership", columns=["application_id", "person_id"], where={"person_id": found.members["person_id"]})
    where = {"application_id": membership["application_id"].sort().to_list()}
    columns = ["application_id", "amount", *OUTCOMES, *COLUMNS]
    applications = reader.table("applications", columns=columns, where=where).join(membership, on="application_id")
    every = [
        *_intents(found),
        *_learned(learned, found),
        *_not_given(applications, keys, found.members.height),
        *_unusable(applications, keys),
        *_conflicts(reader, where["application_id"]),
        *_waiting(reader, where["application_id"]),
        *_outsiders(found),
        *_amounts(applications),
        *_outcomes(applications),
        *_withheld(reader),
        Gap("VERIFIED_OUTSIDE", 0, "Whether it is true: nobody was called or visited for this file, and no other book was asked."),
    ]
    return tuple(every)


def _intents(found: Dossier) -> list[Gap]:
    unknown, people = found.members["intent"].null_count(), found.members.height
    if not unknown:
        return []
    return [Gap("INTENT", unknown, f"The fraud intent of {_of(unknown, people, 'people')}: without one there is no vote in the mean.")]


def _learned(learned: str, found: Dossier) -> list[Gap]:
    ties = found.ties.height
    if learned == explain.PRIOR:
        said = "the book was too small to measure it, and shipped starting values stood in"
        return [Gap("MEASURED", ties, f"How much these ties pass on: {said}.")]
    few = found.ties.filter(pl.col("evidence") < FEW_PAIRS).height
    if not few:
        return []
    said = f"the kind of {_of(few, ties, 'ties')} was measured on fewer than {FEW_PAIRS} pairs of the book, so that its strength"
    return [Gap("MEASURED", few, f"How strong some ties are: {said} leans on coarser kinds.")]


def _not_given(applications: pl.DataFrame, keys: pl.DataFrame, people: int) -> list[Gap]:
    """What people gave in none of their applications, of what the book has columns for."""
    own = {column: slot for column, slot in _SLOTS.items() if slot in keys.columns} | {"name": ""}
    together = applications.join(keys, on="application_id", how="left")
    # In a book of masked values a column may be empty because even its caption would say too much: its key tells.
    has = {column: pl.col(column).is_not_null() | (pl.col(slot).is_not_null() if slot else False) for column, slot in own.items()}
    given = together.group_by("person_id").agg(**{column: expression.any() for column, expression in has.items()})
    missing = {column: people - int(given[column].sum()) for column in COLUMNS if column in own}
    nobody = [COLUMNS[column] for column, count in missing.items() if count == people]
    some = [f"{COLUMNS[column]} ({count:,} of {people:,} without)" for column, count in missing.items() if 0 < count < people]
    parts = [f"nobody gave: {words.listed(nobody)}"] if nobody else []
    parts += [f"not everybody gave: {words.listed(some)}"] if some else []
    return [Gap("NOT_GIVEN", len(nobody) + len(some), f"What {'; '.join(parts)}.")] if parts else []


def _unusable(applications: pl.DataFrame, keys: pl.DataFrame) -> list[Gap]:
    together = applications.join(keys, on="application_id", how="left")
    parts, total = [], 0
    for column, word in COLUMNS.items():
        slot = _slot_of(column)
        if slot not in keys.columns:
            continue
        people = together.filter(pl.col(column).is_not_null() & pl.col(slot).is_null())["person_id"].n_unique()
        if people:
            parts.append(f"{word} of {words.plural(people, 'person', 'people')}")
            total += people
    said = "given, but masked, malformed, a placeholder or on a list of values that tie nobody, and so compared with nothing"
    return [Gap("UNUSABLE", total, f"What these values would tie: {words.listed(parts)} ({said}).")] if parts else []


def _conflicts(reader: Reader, applications: list[str]) -> list[Gap]:
    found = [reader.table("conflicts", where={column: applications}) for column in ("application_a", "application_b")]
    pairs = pl.concat(found).select("application_a", "application_b").unique().height
    if not pairs:
        return []
    looked = "pair of applications looks" if pairs == 1 else "pairs of applications look"
    return [Gap("SAME_PERSON", pairs, f"Who is who: {pairs:,} {looked} like one person's and contradict each other, so they stay apart.")]


def _waiting(reader: Reader, applications: list[str]) -> list[Gap]:
    """Given relations whose other end is not in the book yet."""
    found = pl.concat(
        [
            reader.table("relations", where={here: applications}).select("kind", other=there)
            for here, there in (("source", "target"), ("target", "source"))
        ]
    )
    if found.is_empty():
        return []
    others = found["other"].unique().sort().to_list()
    known = reader.table("applications", columns=["application_id"], where={"application_id": others})["application_id"]
    waiting = found.filter(~pl.col("other").is_in(known.implode())).height
    if not waiting:
        return []
    wait = "given relation waits for an application" if waiting == 1 else "given relations wait for applications"
    return [Gap("RELATIONS", waiting, f"Who is at the other end: {waiting:,} {wait} that the book does not have yet.")]


def _outsiders(found: Dossier) -> list[Gap]:
    outside = [shared for shared in found.group.shared if shared.others]
    if not outside:
        return []
    values = words.plural(len(outside), "shared value is", "shared values are")
    most = max(shared.others or 0 for shared in outside)
    had = f"{words.plural(most, 'person', 'people')} of other groups or of none"
    return [Gap("OUTSIDERS", len(outside), f"Who else belongs to it: {values} also had by others, the most common by {had}.")]


def _amounts(applications: pl.DataFrame) -> list[Gap]:
    unknown = applications["amount"].null_count()
    of = _of(unknown, applications.height, "applications")
    return [Gap("AMOUNT", unknown, f"The amount of {of}: the sum is of the others.")] if unknown else []


def _outcomes(applications: pl.DataFrame) -> list[Gap]:
    unknown = applications.filter(pl.all_horizontal(pl.col(column).is_null() for column in OUTCOMES)).height
    of = _of(unknown, applications.height, "applications")
    return [Gap("OUTCOME", unknown, f"How it ended: the book has no outcome of {of}.")] if unknown else []


def _withheld(reader: Reader) -> list[Gap]:
    if reader.settings().get("store.values") != "masked":
        return []
    said = "this book keeps keyed tokens and masked captions, so nobody can look them up in it"
    return [Gap("PLAIN_VALUES", 0, f"The values themselves: {said}.")]


def _of(count: int, total: int, what: str) -> str:
    return f"all {total:,} {what}" if count == total > 1 else f"{count:,} of {words.plural(total, what.removesuffix('s'), what)}"


def _slot_of(column: str) -> str:
    return _SLOTS.get(column, "")


_SLOTS: Mapping[str, str] = {slot.column: slot.name for slot in reversed(model.STORED_SLOTS) if not slot.derived and slot.column in COLUMNS}
