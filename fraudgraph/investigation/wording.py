"""What is said of figures: short sentences that several answers share."""

from __future__ import annotations

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
