"""Answers to the questions about gangs, worked out from the tables."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import Any

from browse_tables import PERSONAL, Book, Row, Tables, caption, ordered, rounded, seconds, total

Parameters = dict[str, Any]


def decision(now: Tables, gang_id: str) -> str:
    """The latest label of the gang, or of one that it took in, or that such a one had taken in."""
    names = {gang_id}
    grown = True
    while grown:
        taken = {name for row in now.events if row["event"] == "merged" and row["gang_id"] in names for name in row["from_ids"].split(";")}
        grown = not taken <= names
        names |= taken
    given = [row["label"] for row in now.labels if row["gang_id"] in names]
    return given[-1] if given else "open"


def gang_queue(book: Book, asked: Parameters) -> list[Row]:
    rows = [
        {
            "gangId": gang["gang_id"],
            "grade": gang["grade"],
            "status": gang["status"],
            "decision": decision(book.now, gang["gang_id"]),
            "members": gang["members"],
            "applications": gang["applications"],
            "amount": gang["amount"],
            "meanIntent": gang["mean_intent"],
            "threshold": gang["threshold"],
            "firstAppliedAt": gang["first_applied_at"],
            "lastAppliedAt": gang["last_applied_at"],
        }
        for gang in book.now.live
        if gang["grade"] in asked["grades"]
    ]
    return ordered(rows, "grade", lambda row: -(row["amount"] or 0.0), "gangId")


def gang_picture(book: Book, asked: Parameters) -> list[Row]:
    now, gang = book.now, asked["gangId"]
    people = set(now.people[gang])
    paths = {(gang, person) for person in people}
    for row in now.evidence:
        if row["gang_id"] == gang and (row["kind"], row["key"]) in now.holders:
            key, value = (row["kind"], row["key"]), f"{row['kind']}:{row['key']}"
            if key not in now.drawn:
                paths.add((gang, value))
            paths |= {(gang, value, use["person_id"]) for use in now.used_by.get(key, []) if use["person_id"] in people}
    paths |= {(row["person_a"], row["person_b"]) for row in now.ties if {row["person_a"], row["person_b"]} <= people}
    return [{"path": path} for path in paths]


def gang_members(book: Book, asked: Parameters) -> list[Row]:
    now = book.now
    reasons = {row["person_id"]: row["reasons"] for row in now.reasons}
    rows = []
    for person_id in now.people[asked["gangId"]]:
        person, made = now.person[person_id], now.made[person_id]
        rows.append(
            {
                "personId": person_id,
                "intent": person["intent"],
                "applications": person["applications"],
                "amount": total(row["amount"] for row in made),
                "channels": sorted({row["channel"] for row in made if row["channel"] is not None}),
                "firstAppliedAt": person["first_applied_at"],
                "lastAppliedAt": person["last_applied_at"],
                "reasons": reasons.get(person_id),
            }
        )
    return ordered(rows, lambda row: -(row["intent"] if row["intent"] is not None else -1.0), "personId")


def gang_evidence(book: Book, asked: Parameters) -> list[Row]:
    now, gang = book.now, asked["gangId"]
    rows = [row for row in now.evidence if row["gang_id"] == gang and (row["kind"], row["key"]) in now.holders]
    return [
        {
            "kind": row["kind"],
            "caption": caption(row["kind"], row["key"]),
            "members": row["members"],
            "others": row["others"],
            "roles": sorted(
                {use["role"] for use in now.used_by.get((row["kind"], row["key"]), []) if use["person_id"] in now.people[gang]}
            ),
        }
        for row in ordered(rows, "-members", "others", "kind", "key")
    ]


def gang_timeline(book: Book, asked: Parameters) -> list[Row]:
    now = book.now
    made = [row for person in now.people[asked["gangId"]] for row in now.made[person]]
    made = ordered(made, "applied_at", "application_id")
    return [
        {
            "appliedAt": row["applied_at"],
            "hoursSince": rounded(seconds(before["applied_at"], row["applied_at"]) / 3600, 1) if before else None,
            "applicationId": row["application_id"],
            "personId": now.owner[row["application_id"]],
            "channel": row["channel"],
            "amount": row["amount"],
            "fraudIntent": row["fraud_intent"],
        }
        for before, row in zip([None, *made], made, strict=False)
    ]


def gang_history(book: Book, asked: Parameters) -> list[Row]:
    now = book.now
    rows = [
        {
            "night": row["night"],
            "event": row["event"],
            "fromIds": row["from_ids"],
            "causeApplication": row["cause_application"],
            "causedAt": now.application[row["cause_application"]]["applied_at"],
            "members": len(book.nights[row["night"]].people[asked["gangId"]]),
        }
        for row in now.events
        if row["gang_id"] == asked["gangId"]
    ]
    return ordered(rows, "night", "event", "causeApplication")


def gang_membership(book: Book, asked: Parameters) -> list[Row]:
    rows: list[Row] = []
    inside: dict[str, Row] = {}
    for night, tables in book.nights.items():
        there = set(tables.people[asked["gangId"]])
        for person in there - inside.keys():
            inside[person] = {"personId": person, "joined": night, "left": None}
            rows.append(inside[person])
        for person in inside.keys() - there:
            inside.pop(person)["left"] = night
    return ordered(rows, "joined", "personId")


def gang_as_of(book: Book, asked: Parameters) -> list[Row]:
    then = book.nights[asked["night"]]
    if asked["gangId"] not in then.gang:
        return []
    gang = then.gang[asked["gangId"]]
    return [
        {
            "gangId": gang["gang_id"],
            "grade": gang["grade"],
            "status": gang["status"],
            "meanIntent": gang["mean_intent"],
            "members": sorted(then.people[gang["gang_id"]]),
        }
    ]


def gangs_of_channel(book: Book, asked: Parameters) -> list[Row]:
    rows = []
    for gang in book.now.live:
        made = [row for person in book.now.people[gang["gang_id"]] for row in book.now.made[person] if row["channel"] == asked["channel"]]
        if made:
            times = [row["applied_at"] for row in made]
            rows.append(
                {
                    "gangId": gang["gang_id"],
                    "grade": gang["grade"],
                    "through": len(made),
                    "applications": gang["applications"],
                    "amount": total(row["amount"] for row in made),
                    "firstAppliedAt": min(times),
                    "lastAppliedAt": max(times),
                }
            )
    return ordered(rows, "-through", "gangId")


def new_since(book: Book, asked: Parameters) -> list[Row]:
    rows = []
    for gang in book.now.live:
        made = [(person, row) for person in book.now.people[gang["gang_id"]] for row in book.now.made[person]]
        young = [(person, row) for person, row in made if row["applied_at"] >= asked["since"]]
        if young:
            rows.append(
                {
                    "gangId": gang["gang_id"],
                    "grade": gang["grade"],
                    "kind": "new" if len(young) == len(made) else "grown",
                    "applications": len(young),
                    "people": len({person for person, _ in young}),
                    "amount": total(row["amount"] for _, row in young),
                    "lastAppliedAt": max(row["applied_at"] for _, row in young),
                }
            )
    return ordered(rows, lambda row: row["kind"] != "new", "-applications", "gangId")


def amount_at_risk(book: Book, asked: Parameters) -> list[Row]:
    rows = []
    for grade in sorted({gang["grade"] for gang in book.now.live}):
        gangs = [gang for gang in book.now.live if gang["grade"] == grade]
        rows.append(
            {
                "grade": grade,
                "gangs": len(gangs),
                "people": sum(gang["members"] for gang in gangs),
                "applications": sum(gang["applications"] for gang in gangs),
                "amount": total(gang["amount"] for gang in gangs) or 0.0,
                "largest": min(gangs, key=lambda gang: (-(gang["amount"] or 0.0), gang["gang_id"]))["gang_id"],
            }
        )
    return rows


def gangs_growing(book: Book, asked: Parameters) -> list[Row]:
    since = max(row["applied_at"] for row in book.now.applications) - timedelta(days=asked["days"])
    rows = []
    for gang in book.now.live:
        joined = [one for one in book.now.people[gang["gang_id"]] if book.now.person[one]["first_applied_at"] > since]
        if joined:
            rows.append({"gangId": gang["gang_id"], "grade": gang["grade"], "members": gang["members"], "joined": len(joined)})
    return ordered(rows, "-joined", "gangId")


def second_degree(book: Book, asked: Parameters) -> list[Row]:
    now = book.now
    rows = []
    for gang in sorted(gang for gang in now.gang if decision(now, gang) == asked["label"]):
        ways: dict[str, list[int]] = defaultdict(list)
        for member in now.people[gang]:
            for near, links in steps(now, member, []):
                ways[near].append(1)
                for far, _ in steps(now, near, links):
                    ways[far].append(2)
        rows += [
            {
                "gangId": gang,
                "personId": person,
                "intent": now.person[person]["intent"],
                "degree": min(degrees),
                "ways": degrees.count(min(degrees)),
            }
            for person, degrees in ways.items()
        ]
    return ordered(rows, "gangId", "degree", "-ways", "personId")


def steps(now: Tables, person: str, gone: list[Row]) -> list[tuple[str, list[Row]]]:
    """From a person over one value of their own, no hub, to somebody in no gang; no link is gone over twice."""
    found = []
    for use in now.uses_of[person]:
        value = (use["kind"], use["key"])
        if use["kind"] in PERSONAL and value not in now.hub_values and use not in gone:
            for other in now.used_by[value]:
                if other is not use and other not in gone and not now.gangs_of.get(other["person_id"]):
                    found.append((other["person_id"], [*gone, use, other]))
    return found


ANSWERS = {
    "amount-at-risk": amount_at_risk,
    "gang-as-of": gang_as_of,
    "gang-evidence": gang_evidence,
    "gang-history": gang_history,
    "gang-members": gang_members,
    "gang-membership": gang_membership,
    "gang-picture": gang_picture,
    "gang-queue": gang_queue,
    "gang-timeline": gang_timeline,
    "gangs-growing": gangs_growing,
    "gangs-of-channel": gangs_of_channel,
    "new-since": new_since,
    "second-degree": second_degree,
}
