"""What there is of one thing: an application, a person, a community, a gang, or an identifier."""

from __future__ import annotations

from typing import Any

import polars as pl

from fraudgraph import model
from fraudgraph.errors import UsageError
from fraudgraph.investigation import looking, references
from fraudgraph.investigation.answer import Answer, Part
from fraudgraph.investigation.people import people, shown_name
from fraudgraph.investigation.things import Thing, What, people_of
from fraudgraph.reports import words
from fraudgraph.stores.port import Reader

GIVES = model.Table(
    "gives",
    {
        "kind": (pl.String, ""),
        "role": (pl.String, "own, contact1, ..., joined by ;"),
        "value": (pl.String, "masked; empty where even that would say too much"),
        "reference": (pl.String, "of the value"),
        "people": (pl.Int64, "who ever used it"),
        "generic": (pl.Boolean, "it ties nobody"),
        "first_used_at": (model.TIME, "by these people"),
        "last_used_at": (model.TIME, "by these people"),
        "count": (pl.Int64, "applications of these people that have it"),
    },
)

APPLIED = model.Table(
    "applied",
    {
        "application_id": (pl.String, ""),
        "applied_at": (model.TIME, ""),
        "name": (pl.String, "masked"),
        "channel": (pl.String, ""),
        "product": (pl.String, ""),
        "amount": (pl.Float64, ""),
        "fraud_intent": (pl.Float64, "null where unknown"),
        "person_id": (pl.String, ""),
        "how": (pl.String, "the rule that made it this person's"),
    },
)

TIED = model.Table(
    "tied",
    {
        "person_id": (pl.String, "the other one"),
        "name": (pl.String, "masked"),
        "probability": (pl.Float64, "that a pair of this class is of one gang"),
        "link_class": (pl.String, "what ties the two, in words"),
        "evidence": (pl.Float64, "pairs that the class was measured on"),
        "intent": (pl.Float64, "null where unknown"),
        "gang_id": (pl.String, "empty where in none"),
    },
)

USED = model.Table(
    "used",
    {
        "person_id": (pl.String, ""),
        "name": (pl.String, "masked"),
        "roles": (pl.String, "joined by ;"),
        "applications": (pl.Int64, "of the person that have it"),
        "first_used_at": (model.TIME, ""),
        "last_used_at": (model.TIME, ""),
        "intent": (pl.Float64, "null where unknown"),
        "gang_id": (pl.String, "empty where in none"),
    },
)


def show(reader: Reader, thing: Thing) -> Answer:
    """Return what there is of a thing that is in the book; a gang has a dossier of its own (`reports.dossier`)."""
    if thing.what is What.IDENTIFIER:
        return identifier(reader, thing)
    if thing.what is What.APPLICATION:
        return application(reader, thing.id)
    if thing.what is What.PERSON:
        return person(reader, thing.id)
    if thing.what is What.COMMUNITY:
        return community(reader, thing.id)
    raise UsageError("a gang is shown by `fraudgraph gang`")


def application(reader: Reader, application_id: str) -> Answer:
    """Return one application: what it says, its person, and what it gives."""
    row = applied(reader, [application_id]).row(0, named=True)
    made = looking.made_by(reader, [row["person_id"]])
    uses, about = looking.given_in(reader, made), people(reader, [row["person_id"]], made)
    facts = {**row, **about.select("community_id", "gang_id").row(0, named=True), "reasons": _reasons(reader, row["person_id"])}
    parts = (
        Part("gives", "What it gives", gives(reader, uses.filter(pl.col("application_id") == application_id))),
        Part("people", "Its person", about),
    )
    return Answer({"what": "application", **facts}, (), parts)


def person(reader: Reader, person_id: str) -> Answer:
    """Return one person: their applications, what they gave, and whom they are tied to."""
    row = people(reader, [person_id]).row(0, named=True)
    membership = reader.table("membership", columns=["application_id"], where={"person_id": [person_id]})
    parts = (
        Part("applied", "Applications", applied(reader, membership["application_id"].to_list())),
        Part("gives", "What they gave", gives(reader, looking.given_by(reader, [person_id]))),
        Part("ties", "Tied to, the strongest first", tied(reader, person_id)),
    )
    return Answer({"what": "person", **row, "reasons": _reasons(reader, person_id)}, (), parts)


def community(reader: Reader, community_id: str) -> Answer:
    """Return one community: the verdict on it, and its people."""
    verdict = reader.table("verdicts", where={"community_id": [community_id]})
    facts: dict[str, Any] = verdict.row(0, named=True) if verdict.height else {"community_id": community_id}
    members = people(reader, people_of(reader, Thing(What.COMMUNITY, community_id)))
    gangs = [gang for gang in members["gang_id"].unique().sort() if gang]
    said = (f"It is the gang {gangs[0]}: `fraudgraph gang` says why.",) if gangs else ()
    ordered = members.sort("intent", "person_id", descending=[True, False], nulls_last=True)
    return Answer({"what": "community", **facts, "gang_id": ";".join(gangs)}, said, (Part("people", "People", ordered),))


def identifier(reader: Reader, thing: Thing) -> Answer:
    """Return one identifier: how many have it, and who."""
    value = pl.DataFrame({"kind": [thing.kind], "key": [thing.key]})
    uses = looking.users_of(reader, value)
    hub = reader.table("hubs", where={"key": [thing.key]}).filter(pl.col("kind") == thing.kind)
    row = looking.tallied(reader, uses).row(0, named=True)
    facts = {"what": "identifier", **{name: item for name, item in row.items() if name != "key"}, "generic": bool(hub.height)}
    said: tuple[str, ...] = ()
    if hub.height:
        said = (f"More than {hub['cap'].item():,} people were on it at one time: it is generic and ties nobody.",)
    return Answer(facts, said, (Part("users", "Who uses it", used_by(reader, uses)),))


def applied(reader: Reader, application_ids: list[str]) -> pl.DataFrame:
    """Return APPLIED of some applications, in the order of time."""
    where = {"application_id": application_ids}
    columns = [name for name in APPLIED.columns if name not in ("person_id", "how")]
    found = reader.table("applications", columns=columns, where=where)
    whose = found.join(reader.table("membership", where=where), on="application_id", how="left", maintain_order="left")
    texts = {name: [words.show(text) if text is not None else None for text in whose[name]] for name in ("channel", "product")}
    names = pl.Series("name", [shown_name(name) for name in whose["name"]], dtype=pl.String)
    shown = [pl.Series(name, values, dtype=pl.String) for name, values in texts.items()]
    return APPLIED.check(whose.with_columns(names, *shown))


def gives(reader: Reader, uses: pl.DataFrame) -> pl.DataFrame:
    """Return GIVES of uses (WHO_USES) of some people, the strongest kind first."""
    mine = uses.group_by(looking.VALUE).agg(looking.AS_USED).rename({"roles": "role", "applications": "count"})
    about = looking.counted(reader, mine).drop("first_used_at", "last_used_at", "applications")
    # Looks of tokens come from the applications at hand, so that a generic value has one too.
    look = looking.looks(reader, mine, uses)
    found = about.drop("value").join(look, on=looking.VALUE, how="left", maintain_order="left")
    mine = mine.join(references.first_uses(uses), on=looking.VALUE).rename({"reference": "at_hand"})
    found = found.join(mine, on=looking.VALUE, how="left", maintain_order="left")
    return GIVES.check(found.with_columns(pl.col("reference").fill_null(pl.col("at_hand"))))


def tied(reader: Reader, person_id: str) -> pl.DataFrame:
    """Return TIED of one person, the strongest tie first."""
    ends = ("person_a", "person_b")
    parts = [
        reader.table("ties", where={mine: [person_id]}).rename({other: "person_id"}).drop(mine)
        for mine, other in (ends, ends[::-1])
    ]
    found = pl.concat(parts, how="diagonal")
    about = people(reader, found["person_id"]).select("person_id", "name", "intent", "gang_id")
    return TIED.check(found.join(about, on="person_id").sort("probability", "person_id", descending=[True, False]))


def used_by(reader: Reader, uses: pl.DataFrame) -> pl.DataFrame:
    """Return USED of the uses (WHO_USES) of one value, the first first."""
    who = uses.group_by("person_id").agg(looking.AS_USED)
    about = people(reader, who["person_id"]).select("person_id", "name", "intent", "gang_id")
    return USED.check(who.join(about, on="person_id").sort("first_used_at", "person_id"))


def _reasons(reader: Reader, person_id: str) -> str:
    found = reader.table("reasons", where={"person_id": [person_id]})["reasons"]
    return str(found.item()) if len(found) else ""


def hubs(reader: Reader) -> Answer:
    """Return the values that are generic, those of most people first."""
    table = reader.table("hubs")
    uses = looking.users_of(reader, table)
    times = uses.group_by(looking.VALUE).agg(first_used_at=pl.col("used_at").min(), last_used_at=pl.col("used_at").max())
    chosen = uses.sort("used_at", "application_id").unique(looking.VALUE, keep="first", maintain_order=True)
    found = table
    for about in (references.first_uses(uses), looking.looks(reader, table, chosen), times):
        found = found.join(about, on=looking.VALUE, how="left")
    ordered = found.sort("people", "kind", "reference", descending=[True, False, False])
    said = () if table.height else ("No value of this book is generic.",)
    return Answer({}, said, (Part("hubs", "Generic values, which tie nobody", HUB_LIST.check(ordered)),))


HUB_LIST = model.Table(
    "hub_list",
    {
        "kind": (pl.String, ""),
        "value": (pl.String, "masked"),
        "reference": (pl.String, ""),
        "people": (pl.Int64, "who ever used it"),
        "cap": (pl.Int64, "people around one time beyond which a value of the kind is generic"),
        "first_used_at": (model.TIME, ""),
        "last_used_at": (model.TIME, ""),
    },
)

