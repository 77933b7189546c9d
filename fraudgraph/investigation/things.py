"""What an id means: an application, a person, a community, a gang, or a reference to an identifier."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from fraudgraph import labels
from fraudgraph.errors import UsageError
from fraudgraph.investigation import references
from fraudgraph.stores.port import Reader

PERSON, COMMUNITY, GANG = "P-", "C-", "G-"

LONGEST = 300
"""Characters of an id; an application's have 256 at most unless the configuration allows more."""


class What(StrEnum):
    """What there is to show."""

    APPLICATION = "application"
    PERSON = "person"
    COMMUNITY = "community"
    GANG = "gang"
    IDENTIFIER = "identifier"


@dataclass(frozen=True)
class Thing:
    """Something in the book."""

    what: What
    id: str
    kind: str = ""
    """Of an identifier."""
    key: str = ""
    """Of an identifier: plain or a token; never shown."""


def cleaned(text: str) -> str:
    """Return what was typed without the blanks around it, and without bytes that are no text."""
    return text.encode("utf-8", "replace").decode().strip()


def named(reader: Reader, text: str) -> Thing:
    """Return what ``text`` is the id of; raise UsageError where there is nothing of that name."""
    name = cleaned(text)
    if reader.table("membership", columns=["application_id"], where={"application_id": [name]}).height:
        return Thing(What.APPLICATION, name)
    if name.startswith(PERSON) and reader.table("persons", columns=["person_id"], where={"person_id": [name]}).height:
        return Thing(What.PERSON, name)
    if name.startswith(COMMUNITY) and reader.table("communities", columns=["person_id"], where={"community_id": [name]}).height:
        return Thing(What.COMMUNITY, name)
    if name.startswith(GANG):
        return Thing(What.GANG, labels.find(reader, name).gang_id)
    reference = references.parsed(name)
    if reference is not None:
        kind, key = references.meant(reader, *reference)
        return Thing(What.IDENTIFIER, name, kind, key)
    raise UsageError(
        "nothing in the book has this id (of an application, a person, a community, a gang, or a reference such as "
        "phone@APPLICATION): look for a value with `fraudgraph find`"
    )


def known(reader: Reader, text: str) -> Thing | None:
    """Return what ``text`` is the id of, None where there is nothing of that name."""
    try:
        return named(reader, text)
    except UsageError:
        return None


def people_of(reader: Reader, thing: Thing) -> list[str]:
    """Return the ids of the people that a thing means, sorted; an identifier means nobody."""
    if thing.what is What.PERSON:
        return [thing.id]
    if thing.what is What.APPLICATION:
        table, column = "membership", "application_id"
    elif thing.what is What.COMMUNITY:
        table, column = "communities", "community_id"
    elif thing.what is What.GANG:
        table, column = "gang_members", "gang_id"
    else:
        return []
    return sorted(set(reader.table(table, columns=["person_id"], where={column: [thing.id]})["person_id"]))


def person_of(reader: Reader, text: str) -> str:
    """Return the one person whom ``text`` (of a person or an application) means; raise UsageError where it means another thing."""
    thing = named(reader, text)
    if thing.what not in (What.PERSON, What.APPLICATION):
        raise UsageError(f"this is the id of another thing ({thing.what}): name a person or an application")
    return people_of(reader, thing)[0]
