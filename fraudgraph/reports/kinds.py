"""Kinds of identifiers as a person reads them: their word, their icon, and which of two shared ones says more."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from fraudgraph import masking
from fraudgraph.reports import words


@dataclass(frozen=True)
class Kind:
    """How one kind of identifier is shown."""

    word: str
    icon: str
    """Name of a symbol in the page's sprite."""
    strength: float
    """How much a shared value says, from 1 (nearly the same person) to 0; a convention that only orders what is shown."""
    implied_by: tuple[str, ...] = ()
    """Kinds that share at least as much: beside one of those, with the same people, this one adds nothing."""


KINDS: dict[str, Kind] = {
    "id_number": Kind("ID number", "id", 1.0),
    "phone": Kind("phone", "phone", 0.9),
    "device": Kind("device", "device", 1.0),
    "imei": Kind("IMEI", "device", 0.98, ("device",)),
    "oaid": Kind("OAID", "device", 0.97, ("device", "imei")),
    "idfa": Kind("IDFA", "device", 0.96, ("device", "imei")),
    "android_id": Kind("Android ID", "device", 0.95, ("device", "imei", "oaid")),
    "bank_card": Kind("bank card", "card", 1.0),
    "email": Kind("e-mail", "email", 0.9),
    "id_run": Kind("ID numbers in a run", "run", 0.6, ("id_number",)),
    "phone_run": Kind("phone numbers in a run", "run", 0.6, ("phone",)),
    "address": Kind("address", "home", 0.5),
    "building": Kind("building", "building", 0.4, ("address",)),
    "birth_surname": Kind("birth date and surname", "date", 0.35, ("id_number",)),
    "wifi": Kind("WiFi", "wifi", 0.4),
    "ip": Kind("IP address", "net", 0.2, ("wifi",)),
    "gps": Kind("place", "place", 0.2, ("address", "building")),
    "ip24": Kind("IP range /24", "net", 0.15, ("ip", "wifi")),
    "employer_phone": Kind("employer phone", "work", 0.15),
    "employer_address": Kind("employer address", "work", 0.12, ("employer_phone",)),
    "employer": Kind("employer", "work", 0.1, ("employer_phone", "employer_address")),
    "postcode": Kind("postcode", "place", 0.05, ("address", "building")),
    "ip16": Kind("IP range /16", "net", 0.05, ("ip", "ip24", "wifi")),
}

CONTEXT = 0.3
"""A kind weaker than this is shown only where the evidence names it: it is shared by chance too often."""

RELATION = "relation:"
"""Prefix of the kinds that come from a relations file."""


def kind_of(name: str) -> Kind:
    """Return how ``name`` is shown; a relation, or a kind that is not in the table, by its own word."""
    if name.startswith(RELATION):
        return Kind(words.show(name.removeprefix(RELATION).replace("_", " ")) or "relation", "relation", 0.5)
    return KINDS.get(name) or Kind(words.show(name.replace("_", " ")), "relation", 0.1)


def masked(kind: str, key: str) -> str:
    """Return the masked value of an identifier as one short, harmless line; empty for a relation, which has none."""
    if kind.startswith(RELATION):
        return ""
    if kind in ("phone_run", "id_run"):
        return ""  # a bucket's number is no number that anybody has
    if kind == "birth_surname":
        return ""  # the key is the whole birth date and name
    return words.show(masking.mask(kind, key), words.REVEALED if masking.is_revealed() else words.SHOWN)


def weigh(strength: pl.Expr, members: pl.Expr, others: pl.Expr) -> pl.Expr:
    """Return how much a shared value explains: a strong kind, many members, few people outside."""
    return strength * (members - 1) * members / (members + others).clip(lower_bound=1)
