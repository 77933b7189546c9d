"""Answers to the questions about the rule and about the book, worked out from the tables."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from browse_tables import Book, Row, ordered, rounded

Parameters = dict[str, Any]


def the_rule(book: Book, asked: Parameters) -> list[Row]:
    now = book.now
    people: dict[str, list[float | None]] = defaultdict(list)
    for row in now.communities:
        people[row["community_id"]].append(now.person[row["person_id"]]["intent"])
    rows = []
    for verdict in now.verdicts:
        intents = people[verdict["community_id"]]
        known = [intent for intent in intents if intent is not None]
        mean = sum(round(intent * 1e6) for intent in known) / len(known) / 1e6 if known else None
        rows.append(
            {
                "communityId": verdict["community_id"],
                "members": len(intents),
                "known": len(known),
                "meanIntent": mean,
                "over": len(intents) >= asked["minMembers"] and mean is not None and mean > asked["threshold"],
                "flagged": verdict["flagged"],
                "stoppedBy": verdict["stopped_by"],
            }
        )
    return ordered(rows, lambda row: not row["over"], lambda row: -mean_of(row), "communityId")


def mean_of(row: Row) -> float:
    return float(row["meanIntent"]) if row["meanIntent"] is not None else -1.0


def just_under_the_line(book: Book, asked: Parameters) -> list[Row]:
    rows = [
        {
            "communityId": row["community_id"],
            "members": row["members"],
            "applications": row["applications"],
            "meanIntent": row["mean_intent"],
            "threshold": row["threshold"],
            "missing": rounded(row["threshold"] - row["mean_intent"], 6),
        }
        for row in book.now.verdicts
        if row["members"] >= asked["minMembers"]
        and row["mean_intent"] is not None
        and row["threshold"] - asked["margin"] <= row["mean_intent"] <= row["threshold"]
    ]
    return ordered(rows, "missing", "communityId")


def largest_not_flagged(book: Book, asked: Parameters) -> list[Row]:
    rows = [
        {
            "communityId": row["community_id"],
            "members": row["members"],
            "known": row["voters"],
            "applications": row["applications"],
            "meanIntent": row["mean_intent"],
            "threshold": row["threshold"],
            "why": row["stopped_by"] or "MEAN_UNDER_T",
        }
        for row in book.now.verdicts
        if not row["flagged"]
    ]
    return ordered(rows, "-members", lambda row: -mean_of(row), "communityId")[: asked["limit"]]


def classes_of_ties(book: Book, asked: Parameters) -> list[Row]:
    now = book.now
    classes: dict[str, list[Row]] = defaultdict(list)
    for row in now.ties:
        classes[row["link_class"]].append(row)
    rows = []
    for name, ties in classes.items():
        inside = [row for row in ties if set(now.gangs_of.get(row["person_a"], [])) & set(now.gangs_of.get(row["person_b"], []))]
        rows.append(
            {
                "class": name,
                "probability": rounded(sum(row["probability"] for row in ties) / len(ties), 4),
                "ties": len(ties),
                "inGangs": len(inside),
                "evidence": max(row["evidence"] for row in ties),
            }
        )
    return ordered(rows, "-probability", "-ties", "class")[: asked["limit"]]


def nights(book: Book, asked: Parameters) -> list[Row]:
    return [
        {
            "night": batch.night,
            "command": batch.command,
            "applications": len(arrived(book, batch.night)),
            "gangEvents": sum(row["night"] == batch.night for row in book.now.events),
        }
        for batch in book.now.batches
    ]


def arrived(book: Book, night: int) -> set[str]:
    before = book.nights[night - 1].application.keys() if night > 1 else set()
    return book.nights[night].application.keys() - before


def applications_of_a_night(book: Book, asked: Parameters) -> list[Row]:
    now = book.now
    rows = []
    for application_id in arrived(book, asked["night"]):
        row, person = now.application[application_id], now.owner[application_id]
        for gang in now.live:
            if person in now.people[gang["gang_id"]]:
                rows.append(
                    {
                        "applicationId": application_id,
                        "appliedAt": row["applied_at"],
                        "personId": person,
                        "gangId": gang["gang_id"],
                        "grade": gang["grade"],
                        "amount": row["amount"],
                        "channel": row["channel"],
                    }
                )
    return ordered(rows, "grade", "gangId", "appliedAt", "applicationId")


def conflicts(book: Book, asked: Parameters) -> list[Row]:
    rows = [
        {
            "applicationA": row["application_a"],
            "applicationB": row["application_b"],
            "rule": row["rule"],
            "reason": row["reason"],
            "personA": book.now.owner[row["application_a"]],
            "personB": book.now.owner[row["application_b"]],
        }
        for row in book.now.conflicts
    ]
    return ordered(rows, "rule", "applicationA", "applicationB")[: asked["limit"]]


def identifiers_by_kind(book: Book, asked: Parameters) -> list[Row]:
    now = book.now
    found: dict[str, list[int]] = defaultdict(list)
    for (kind, _), people in now.drawn.items():
        found[kind].append(len(people))
    rows = [
        {"kind": kind, "values": len(sizes), "largest": max(sizes), "hubs": sum(hub == kind for hub, _ in now.hub_values)}
        for kind, sizes in found.items()
    ]
    return ordered(rows, "-values", "kind")


def how_full_is_the_book(book: Book, asked: Parameters) -> list[Row]:
    slots = {
        "idNumber": "id_number.own",
        "phone": "phone.own",
        "device": "device.own",
        "bankCard": "bank_card.own",
        "address": "address.own",
    }
    keys = {row["application_id"]: row for row in book.now.keys}
    months: dict[str, list[Row]] = defaultdict(list)
    for row in book.now.applications:
        months[row["applied_at"].strftime("%Y-%m")].append(row)
    rows = []
    for month, made in sorted(months.items()):
        shares = {
            name: rounded(sum(keys[row["application_id"]].get(slot) is not None for row in made) / len(made), 3)
            for name, slot in slots.items()
        }
        intent = rounded(sum(row["fraud_intent"] is not None for row in made) / len(made), 3)
        rows.append({"month": month, "applications": len(made), **shares, "intent": intent})
    return rows


ANSWERS = {
    "applications-of-a-night": applications_of_a_night,
    "classes-of-ties": classes_of_ties,
    "conflicts": conflicts,
    "how-full-is-the-book": how_full_is_the_book,
    "identifiers-by-kind": identifiers_by_kind,
    "just-under-the-line": just_under_the_line,
    "largest-not-flagged": largest_not_flagged,
    "nights": nights,
    "the-rule": the_rule,
}
