"""Answers to the questions about people and about identifiers, worked out from the tables."""

from __future__ import annotations

from collections import defaultdict
from itertools import product
from typing import Any

import networkx
from browse_tables import PERSONAL, Book, Row, Tables, caption, ordered

Parameters = dict[str, Any]


def what_ties_two(book: Book, asked: Parameters) -> list[Row]:
    now, a, b = book.now, asked["personA"], asked["personB"]
    nothing = {"caption": None, "roleA": None, "roleB": None}
    rows: list[Row] = []
    for one, other in product(now.uses_of[a], now.uses_of[b]):
        if (one["kind"], one["key"]) == (other["kind"], other["key"]):
            people = now.holders[one["kind"], one["key"]]
            shown = {"caption": caption(one["kind"], one["key"]), "roleA": one["role"], "roleB": other["role"]}
            rows.append({"by": "identifier", "kind": one["kind"], **shown, "weight": float(len(people))})
    given: dict[str, float] = defaultdict(float)
    for row in now.relations:
        if {now.owner.get(row["source"]), now.owner.get(row["target"])} == {a, b}:
            given[row["kind"]] += row["weight"]
    rows += [{"by": "relation", "kind": kind, **nothing, "weight": weight} for kind, weight in given.items()]
    for row in now.ties:
        if {row["person_a"], row["person_b"]} == {a, b}:
            rows.append({"by": "tie", "kind": row["link_class"], **nothing, "weight": row["probability"]})
    return rows


def path_between(book: Book, asked: Parameters) -> list[Row]:
    now = book.now
    graph = networkx.MultiGraph()
    graph.add_nodes_from(now.person)
    graph.add_edges_from((row["person_a"], row["person_b"]) for row in now.ties)
    for use in now.uses:
        if use["kind"] in PERSONAL:
            graph.add_edge(use["person_id"], f"{use['kind']}:{use['key']}")
    a, b = now.owner[asked["applicationA"]], now.owner[asked["applicationB"]]
    if a == b or not networkx.has_path(graph, a, b) or networkx.shortest_path_length(graph, a, b) > 8:
        return []
    return [{"steps": len(path) - 1, "path": tuple(path)} for path in networkx.all_shortest_paths(graph, a, b)]


def person_applications(book: Book, asked: Parameters) -> list[Row]:
    how = {row["application_id"]: row["how"] for row in book.now.membership}
    rows = [
        {
            "appliedAt": row["applied_at"],
            "applicationId": row["application_id"],
            "how": how[row["application_id"]],
            "channel": row["channel"],
            "product": row["product"],
            "amount": row["amount"],
            "fraudIntent": row["fraud_intent"],
            "knownSince": min(night for night, tables in book.nights.items() if row["application_id"] in tables.application),
        }
        for row in book.now.made[asked["personId"]]
    ]
    return ordered(rows, "appliedAt", "applicationId")


def person_neighbourhood(book: Book, asked: Parameters) -> list[Row]:
    now, person = book.now, asked["personId"]
    paths: set[tuple[str, ...]] = set()
    for use in now.uses_of[person]:
        if use["kind"] in PERSONAL:
            for other in now.used_by[use["kind"], use["key"]]:
                if other is not use:
                    paths.add((person, f"{use['kind']}:{use['key']}", other["person_id"]))
    for near in now.tied[person]:
        paths.add((person, near))
        paths |= {(person, near, far) for far in now.tied[near] if far != person}
    return [{"path": path} for path in paths]


def low_intent_in_gangs(book: Book, asked: Parameters) -> list[Row]:
    now = book.now
    rows = []
    for gang in now.live:
        people = now.people[gang["gang_id"]]
        for person in people:
            intent = now.person[person]["intent"]
            if intent is not None and intent <= gang["threshold"]:
                inside = [probability for other, probability in now.tied[person].items() if other in people]
                rows.append(
                    {
                        "gangId": gang["gang_id"],
                        "personId": person,
                        "intent": intent,
                        "meanIntent": gang["mean_intent"],
                        "threshold": gang["threshold"],
                        "strongest": max(inside, default=None),
                    }
                )
    return ordered(rows, "intent", "personId")


def contact_is_anothers_phone(book: Book, asked: Parameters) -> list[Row]:
    now = book.now
    named = [
        (use, other)
        for (kind, _), uses in now.used_by.items()
        if kind == "phone"
        for use, other in product(uses, uses)
        if use["role"].startswith("contact") and other["role"] == "own" and use["person_id"] != other["person_id"]
    ]
    pairs = {(use["person_id"], other["person_id"]) for use, other in named}
    rows = [
        {
            "personA": use["person_id"],
            "personB": other["person_id"],
            "role": use["role"],
            "caption": caption("phone", use["key"]),
            "mutual": (other["person_id"], use["person_id"]) in pairs,
            "gangA": first(now, use["person_id"]),
            "gangB": first(now, other["person_id"]),
            "key": use["key"],
        }
        for use, other in named
    ]
    rows = ordered(rows, lambda row: not row["mutual"], "personA", "personB", "role", "key")
    return [{name: value for name, value in row.items() if name != "key"} for row in rows[: asked["limit"]]]


def first(now: Tables, person: str | None, live: bool = False) -> str | None:
    gangs = now.gangs_of.get(person or "", [])
    if live:
        gangs = [gang for gang in gangs if now.gang[gang]["status"] != "dissolved"]
    return gangs[0] if gangs else None


def relations_in_gangs(book: Book, asked: Parameters) -> list[Row]:
    now = book.now
    rows = []
    for row in now.relations:
        if row["source"] not in now.owner or row["target"] not in now.owner:
            continue
        one, other = (first(now, now.owner[row[end]], live=True) for end in ("source", "target"))
        if one or other:
            rows.append(
                {
                    "kind": row["kind"],
                    "weight": row["weight"],
                    "source": row["source"],
                    "gangOfSource": one,
                    "target": row["target"],
                    "gangOfTarget": other,
                    "inside": one == other,
                }
            )
    return ordered(rows, lambda row: not row["inside"], "kind", "source", "target")


def who_used_phone(book: Book, asked: Parameters) -> list[Row]:
    now = book.now
    rows = []
    for keys in now.keys:
        application = now.application[keys["application_id"]]
        for role in ("own", "contact1", "contact2"):
            if keys.get(f"phone.{role}") == asked["phone"]:
                person = now.owner[keys["application_id"]]
                rows.append(
                    {
                        "applicationId": keys["application_id"],
                        "appliedAt": application["applied_at"],
                        "role": role,
                        "personId": person,
                        "channel": application["channel"],
                        "gangId": first(now, person),
                    }
                )
    return ordered(rows, "appliedAt", "applicationId", "role")


def phones_ending_in(book: Book, asked: Parameters) -> list[Row]:
    now = book.now
    rows = []
    for (kind, key), people in now.drawn.items():
        if kind == "phone" and key.endswith(asked["digits"]):
            uses = now.used_by[kind, key]
            rows.append(
                {
                    "caption": caption(kind, key),
                    "people": len(people),
                    "own": len({use["person_id"] for use in uses if use["role"] == "own"}),
                    "contact": len({use["person_id"] for use in uses if use["role"] != "own"}),
                    "gangs": sorted({gang for person in people for gang in now.gangs_of.get(person, [])}),
                    "key": key,
                }
            )
    rows = ordered(rows, "-people", "caption", "key")
    return [{name: value for name, value in row.items() if name != "key"} for row in rows]


def hubs(book: Book, asked: Parameters) -> list[Row]:
    now = book.now
    return [
        {
            "kind": row["kind"],
            "caption": caption(row["kind"], row["key"]),
            "people": row["people"],
            "cap": row["cap"],
            "inGangs": sum(person in now.gangs_of for person in people) if (people := now.drawn.get((row["kind"], row["key"]))) else None,
        }
        for row in ordered(now.hubs, "-people", "kind", "key")[: asked["limit"]]
    ]


def shared_across_gangs(book: Book, asked: Parameters) -> list[Row]:
    now = book.now
    rows = []
    for (kind, key), people in now.drawn.items():
        members = {person: [gang["gang_id"] for gang in now.live if person in now.people[gang["gang_id"]]] for person in people}
        gangs = sorted({gang for found in members.values() for gang in found})
        if len(gangs) > 1 and (kind, key) not in now.hub_values and len(people) <= asked["people"]:
            inside = sum(bool(found) for found in members.values())
            rows.append({"kind": kind, "key": key, "gangs": gangs, "members": inside, "people": len(people)})
    rows = ordered(rows, lambda row: -len(row["gangs"]), "people", "kind", "key")
    return [
        {
            "kind": row["kind"],
            "caption": caption(row["kind"], row["key"]),
            "gangs": row["gangs"],
            "members": row["members"],
            "people": row["people"],
        }
        for row in rows
    ]


def work_and_home_of_gang(book: Book, asked: Parameters) -> list[Row]:
    now = book.now
    people = set(now.people[asked["gangId"]])
    kinds = {"employer", "employer_phone", "employer_address", "address", "postcode"}
    rows = [
        {"kind": kind, "key": key, "members": len(holders & people), "others": len(holders - people)}
        for (kind, key), holders in now.drawn.items()
        if kind in kinds and len(holders & people) > 1
    ]
    rows = ordered(rows, "-members", "others", "kind", "key")
    return [
        {"kind": row["kind"], "caption": caption(row["kind"], row["key"]), "members": row["members"], "others": row["others"]}
        for row in rows
    ]


ANSWERS = {
    "contact-is-anothers-phone": contact_is_anothers_phone,
    "hubs": hubs,
    "low-intent-in-gangs": low_intent_in_gangs,
    "path-between": path_between,
    "person-applications": person_applications,
    "person-neighbourhood": person_neighbourhood,
    "phones-ending-in": phones_ending_in,
    "relations-in-gangs": relations_in_gangs,
    "shared-across-gangs": shared_across_gangs,
    "what-ties-two": what_ties_two,
    "who-used-phone": who_used_phone,
    "work-and-home-of-gang": work_and_home_of_gang,
}
