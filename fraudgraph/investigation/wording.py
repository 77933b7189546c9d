"""What is said of figures: short sentences that several answers share."""

from __future__ import annotations

from fraudgraph.model import SLOT
from fraudgraph.reports import words

RULES = {
    "first": "it is the person's first application",
    "same": "all of it is equal",
}

PARTS = {
    "id": "the ID number",
    "birth": "the date of birth",
    "name": "the name",
    "given name": "the given name",
    "surname": "the surname",
    "phone": "the own phone",
    "card": "the bank card",
    "email": "the e-mail address",
    "address": "the home address",
    "postcode": "the postcode",
    "device": "the device",
}


def rule(how: str) -> str:
    """Return the rule of subject confirmation in words: ``phone+name`` -> the own phone and the name agree."""
    if how in RULES:
        return RULES[how]
    parts = [PARTS.get(part, part) for part in how.split("+")]
    return f"{words.listed(parts)} agree{'s' if len(parts) == 1 else ''}"


def role(kind: str, name: str) -> str:
    """Return a role as a person reads it: ``own`` phone, ``first contact's`` phone."""
    if name == "own" or f"{kind}.{name}" not in SLOT:
        return name
    return {"contact1": "first contact's", "contact2": "second contact's"}.get(name, name)
