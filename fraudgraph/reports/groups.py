"""The groups that a report shows, with everything that is said of them: their people, what ties these, and why they stand out.

Only the groups shown are looked at one by one (a dozen), and the store is asked once for all of them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from fraudgraph import model
from fraudgraph.evidence.reasons import REASON_CODES
from fraudgraph.reports import captions, kinds, words
from fraudgraph.stores.port import Reader, unfolded

OWN, CONTACT = "own", "contact"


@dataclass(frozen=True)
class Member:
    """One person of a group, as shown."""

    person_id: str
    name: str
    """Masked."""
    intent: float | None
    applications: int


@dataclass(frozen=True)
class Shared:
    """One identifier that at least two members have."""

    kind: str
    value: str
    """Masked; empty where even that would say too much."""
    members: tuple[int, ...]
    """Numbers of the members that have it, ascending."""
    contacts: frozenset[int]
    """Those of them who gave it only as somebody else's: a contact."""
    others: int | None
    """People outside the group who have it too; None where the store does not say."""
    rank: float
    """How much it explains."""
    key: str = field(default="", repr=False)
    """The value as it is compared: to look it up again, never to be shown."""

    @property
    def word(self) -> str:
        return kinds.kind_of(self.kind).word

    @property
    def icon(self) -> str:
        return kinds.kind_of(self.kind).icon


@dataclass(frozen=True)
class Group:
    """A gang, or in a book without intents a community, as shown."""

    group_id: str
    status: str
    grade: str
    members: tuple[Member, ...]
    shared: tuple[Shared, ...]
    """What explains most first."""
    relations: tuple[tuple[int, int], ...]
    """Pairs of members who are tied, by number."""
    given: tuple[tuple[str, int], ...]
    """(kind of relation from a relations file, people whom it ties), most people first."""
    reasons: tuple[tuple[str, int], ...]
    """(code of the closed table, people), in the order of the table."""
    applications: int
    first: datetime | None
    last: datetime | None
    """In the book's time zone."""
    amount: float | None
    channels: tuple[tuple[str, int], ...]
    """(channel, applications), most first."""
    mean_intent: float | None
    threshold: float | None
    p_value: float | None
    p_cut: float | None
    score: float | None

    @property
    def known(self) -> int:
        """Members whose intent is known."""
        return sum(member.intent is not None for member in self.members)


def gangs(reader: Reader, table: pl.DataFrame, zone: str) -> list[Group]:
    """Return the groups of ``table`` (rows of `tables.gangs`), in its order."""
    members = reader.table("gang_members", where={"gang_id": table["gang_id"].to_list()}).rename({"gang_id": "group_id"})
    evidence = reader.table("evidence", where={"gang_id": table["gang_id"].to_list()}).rename({"gang_id": "group_id"})
    return _groups(reader, table.rename({"gang_id": "group_id"}), members, evidence, zone)


def communities(reader: Reader, table: pl.DataFrame, zone: str) -> list[Group]:
    """Return the groups of ``table`` (rows of VERDICTS), in its order."""
    members = reader.table("communities", where={"community_id": table["community_id"].to_list()})
    none = model.EVIDENCE.empty().rename({"gang_id": "group_id"})
    return _groups(reader, table.rename({"community_id": "group_id"}), members.rename({"community_id": "group_id"}), none, zone)


def _groups(reader: Reader, table: pl.DataFrame, people: pl.DataFrame, evidence: pl.DataFrame, zone: str) -> list[Group]:
    if table.is_empty():
        return []
    ids = people["person_id"].unique().sort().to_list()
    membership = reader.table("membership", columns=["application_id", "person_id"], where={"person_id": ids})
    where = {"application_id": membership["application_id"].sort().to_list()}
    columns = ["application_id", "applied_at", "name", "channel", "amount"]
    applications = reader.table("applications", columns=columns, where=where).join(membership, on="application_id").sort(
        "applied_at", "application_id"
    )  # fmt: skip
    intents = dict(reader.table("persons", columns=["person_id", "intent"], where={"person_id": ids}).iter_rows())
    uses = _uses(reader.table("keys", where=where).join(membership, on="application_id"))
    common = uses.filter(pl.len().over("kind", "key") >= 2)
    looks = captions.looks(reader, common, lambda: where["application_id"])
    hubs = set(reader.table("hubs", columns=["kind", "key"]).iter_rows())
    reasons = dict(reader.table("reasons", where={"person_id": ids}).iter_rows())
    ties = reader.table("ties", columns=["person_a", "person_b", "link_class"], where={"person_a": ids})
    shown = []
    for row in table.iter_rows(named=True):
        mine = set(people.filter(pl.col("group_id") == row["group_id"])["person_id"])
        of_mine = pl.col("person_id").is_in(sorted(mine))
        shown.append(
            _group(
                row,
                applications.filter(of_mine),
                uses.filter(of_mine),
                evidence.filter(pl.col("group_id") == row["group_id"]),
                hubs,
                intents,
                [reasons.get(person) or "" for person in sorted(mine)],
                ties.filter(pl.col("person_a").is_in(sorted(mine)) & pl.col("person_b").is_in(sorted(mine))),
                looks,
                zone,
            )
        )
    return shown


def _uses(keys: pl.DataFrame) -> pl.DataFrame:
    """Return person_id, kind, key, contact (gave it only as a contact's): what each person gave, once."""
    return (
        unfolded(keys)
        .group_by("person_id", "kind", "key")
        .agg(contact=pl.col("role").str.starts_with(CONTACT).all())
        .sort("kind", "key", "person_id")
    )


def _group(
    row: dict[str, Any],
    applications: pl.DataFrame,
    uses: pl.DataFrame,
    evidence: pl.DataFrame,
    hubs: set[tuple[str, str]],
    intents: dict[str, float | None],
    reasons: list[str],
    ties: pl.DataFrame,
    looks: captions.Look,
    zone: str,
) -> Group:
    given = applications.group_by("person_id").agg(pl.col("name").drop_nulls().first(), pl.len().alias("applications"))
    members = [
        Member(person, words.name(name, 12) or "–", intents.get(person), count)
        for person, name, count in given.sort("person_id").iter_rows()
    ]
    members.sort(key=lambda member: (-1.0 if member.intent is None else member.intent, member.person_id), reverse=True)
    number = {member.person_id: place for place, member in enumerate(members)}
    channels = applications.drop_nulls("channel").group_by("channel").len().sort("len", "channel", descending=[True, False])
    codes = Counter(code for text in reasons for code in text.split(";") if code in REASON_CODES)
    times = [moment.astimezone(ZoneInfo(zone)) for moment in applications["applied_at"]]
    amounts = applications["amount"].drop_nulls().drop_nans()
    return Group(
        group_id=words.show(row["group_id"], 40),
        status=row.get("status") or "",
        grade=row.get("grade") or "",
        members=tuple(members),
        shared=_shared(uses, evidence, hubs, number, looks),
        relations=tuple(sorted((number[a], number[b]) for a, b in ties.select("person_a", "person_b").iter_rows())),
        given=_given(ties),
        reasons=tuple((code, codes[code]) for code in REASON_CODES if codes[code]),
        applications=applications.height,
        first=times[0] if times else None,
        last=times[-1] if times else None,
        amount=float(amounts.sum()) if len(amounts) else None,
        channels=tuple((words.show(channel), count) for channel, count in channels.iter_rows()),
        mean_intent=row["mean_intent"],
        threshold=row["threshold"],
        p_value=row["p_value"],
        p_cut=row["p_cut"],
        score=row.get("score"),
    )


def _given(ties: pl.DataFrame) -> tuple[tuple[str, int], ...]:
    """Return the kinds of given relations among ``ties``, with the people whom each ties."""
    people: dict[str, set[str]] = {}
    for a, b, link_class in ties.iter_rows():
        shares = (link_class or "").split("; ")[0].split(" + ")
        for kind in (share for share in shares if share.startswith(kinds.RELATION)):
            people.setdefault(kinds.kind_of(kind).word, set()).update((a, b))
    return tuple(sorted(((word, len(tied)) for word, tied in people.items()), key=lambda pair: (-pair[1], pair[0])))


def _told_apart(ordered: list[Shared]) -> tuple[Shared, ...]:
    """Return ``ordered`` with a number behind values that look alike once they are masked."""
    alike = Counter((shared.kind, shared.value) for shared in ordered)
    place: Counter[tuple[str, str]] = Counter()
    named = []
    for shared in ordered:
        look = (shared.kind, shared.value)
        place[look] += 1
        named.append(replace(shared, value=f"{shared.value} ({place[look]})") if shared.value and alike[look] > 1 else shared)
    return tuple(named)


def _shared(
    uses: pl.DataFrame, evidence: pl.DataFrame, hubs: set[tuple[str, str]], number: dict[str, int], looks: captions.Look
) -> tuple[Shared, ...]:
    """Return what members share, without generic values and without what a stronger shared value already says."""
    others = {(kind, key): count for kind, key, count in evidence.select("kind", "key", "others").iter_rows()}
    common = uses.group_by("kind", "key").agg("person_id", "contact").filter(pl.col("person_id").list.len() >= 2)
    found = []
    for kind, key, people, contact in common.iter_rows():
        known = (kind, key) in others
        if (kind, key) in hubs or (kinds.kind_of(kind).strength < kinds.CONTEXT and not known):
            continue
        places = sorted((number[person], only) for person, only in zip(people, contact, strict=True))
        outside = others.get((kind, key))
        rank = kinds.kind_of(kind).strength * (len(places) - 1) * len(places) / (len(places) + (outside or 0))
        held = tuple(place for place, _ in places)
        look = looks[kind, key]
        common_value = Shared(kind, look, held, frozenset(p for p, c in places if c), outside, rank, key)
        found.append((-rank, kind, look, key, common_value))
    ordered = [shared for *_, shared in sorted(found, key=lambda item: item[:4])]
    return _told_apart([shared for place, shared in enumerate(ordered) if not _implied(shared, ordered, place)])


def _implied(shared: Shared, ordered: list[Shared], place: int) -> bool:
    """Return whether another shared value already says this one: of a kind that implies it with the same people among its own, or, where
    no value is shown (the two buckets of a run), of the same kind with just the same people further up."""
    implied_by = kinds.kind_of(shared.kind).implied_by
    mine = set(shared.members)
    if any(other.kind in implied_by and mine <= set(other.members) for other in ordered):
        return True
    return not shared.value and any((other.kind, other.members) == (shared.kind, shared.members) for other in ordered[:place])
