"""People by a slow reading of the rules: sets of applications and pairs of them, no arrays. Only for tiny books."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from itertools import combinations

import numpy as np
from subject_books import SLOT, Row, agrees, name_key, surname

from fraudgraph.subjects.births import UNKNOWN, contradict
from fraudgraph.subjects.rules import RULES, SHORTEST, Name, Rule
from fraudgraph.subjects.slips import is_slip

Group = frozenset[int]
Pair = tuple[Group, Group]
COLUMN = {slot: key for key, slot in SLOT.items()}


def near(a: date, b: date) -> bool:
    days = [np.array([(day - date(1970, 1, 1)).days]) for day in (a, b)]
    assert UNKNOWN not in days
    return not contradict(*days)[0]


def connected(nodes: Iterable[Group], pairs: Iterable[Pair]) -> list[set[Group]]:
    parts = [{node} for node in nodes]
    for a, b in pairs:
        one = next(part for part in parts if a in part)
        other = next(part for part in parts if b in part)
        if one is not other:
            parts.remove(other)
            one |= other
    return parts


class Slow:
    """``people``: the partition; ``how``: per row."""

    def __init__(self, rows: list[Row]) -> None:
        self.rows = rows
        self.number = {row["id"]: {row["id"]} for row in rows if row.get("id")}
        for a, b in combinations(rows, 2):
            if self.one_number(a, b) and self.number[a["id"]] is not self.number[b["id"]]:
                self.number[a["id"]] |= self.number[b["id"]]
                self.number.update(dict.fromkeys(self.number[b["id"]], self.number[a["id"]]))
        self.groups: set[Group] = {frozenset([number]) for number in range(len(rows))}
        self.how = ["first"] * len(rows)
        for rule in RULES:
            self.apply(rule)

    @property
    def people(self) -> list[list[int]]:
        return sorted(sorted(group) for group in self.groups)

    def one_number(self, a: Row, b: Row) -> bool:
        if not all(row.get(key) for row in (a, b) for key in ("id", "name", "birth")) or a["birth"] != b["birth"]:
            return False
        beside = any(a.get(key) and a.get(key) == b.get(key) for key in ("phone", "card", "email"))
        return beside and agrees(a["name"], b["name"]) and is_slip(a["id"], b["id"])

    def id_of(self, group: Group) -> str | None:
        return next((min(self.number[self.rows[row]["id"]]) for row in sorted(group) if self.rows[row].get("id")), None)

    def birth_of(self, group: Group) -> date | None:
        return next((self.rows[row]["birth"] for row in sorted(group) if self.rows[row].get("birth")), None)

    def named(self, group: Group) -> bool:
        return any(self.rows[row].get("name") for row in group)

    def name_of(self, row: int, group: Group) -> str | None:
        own: str | None = self.rows[row].get("name")
        return own or next((self.rows[other]["name"] for other in sorted(group) if self.rows[other].get("name")), None)

    def one_part(self, a: str, b: str, part: Name) -> bool:
        given = [(name_key(name) or "").split()[0] for name in (a, b)]
        last = [surname(name) for name in (a, b)]
        same, other = (given, last) if part is Name.GIVEN else (last, given)
        return len(same[0]) >= SHORTEST and same[0] == same[1] and other[0] != other[1]

    def rows_match(self, rule: Rule, a: int, b: int, group_a: Group, group_b: Group) -> bool:
        for column in rule.key:
            value = self.rows[a].get(COLUMN.get(column, column))
            if value is None or value != self.rows[b].get(COLUMN.get(column, column)):
                return False
        name_a, name_b = self.name_of(a, group_a), self.name_of(b, group_b)
        if rule.name is Name.MISSING:
            return name_a is None or name_b is None
        if name_a is None or name_b is None:
            return False
        if rule.name is Name.WHOLE:
            return name_key(name_a) == name_key(name_b) or agrees(name_a, name_b)
        return name_key(name_a) == name_key(name_b) or self.one_part(name_a, name_b, rule.name)

    def apply(self, rule: Rule) -> None:
        pairs = [
            (g, h) for g, h in combinations(sorted(self.groups, key=min), 2) if any(self.rows_match(rule, a, b, g, h) for a in g for b in h)
        ]
        nodes = {group for pair in pairs for group in pair}
        merged: list[set[Group]] = []
        for part in connected(nodes, pairs):
            inside = [pair for pair in pairs if pair[0] in part]
            merged += [part] if self.sound_in(part, rule)(part) else self.sift(part, inside, rule)
        for part in merged:
            if len(part) > 1:
                whole = frozenset().union(*part)
                for group in part:
                    if min(group) != min(whole):  # its first application has earlier ones beside it from now on
                        self.how[min(group)] = rule.how
                self.groups -= part
                self.groups.add(whole)

    def classes(self, part: set[Group], rule: Rule) -> tuple[dict[Group, object], ...]:
        births = {group: self.birth_of(group) for group in part}
        known = [birth for birth in births.values() if birth]
        kin: dict[date, date] = {}
        for birth in sorted(set(known)):
            chain = {birth}
            while more := {other for other in known for one in chain if near(one, other)} - chain:
                chain |= more
            kin[birth] = min(chain)
        facts: list[dict[Group, object]] = [
            {group: self.id_of(group) for group in part},
            {group: kin[birth] if birth else None for group, birth in births.items()},
        ]
        if rule.name is Name.MISSING:
            facts.append({group: group if self.named(group) else None for group in part})
        return tuple(facts)

    def sound_in(self, part: set[Group], rule: Rule) -> Callable[[Iterable[Group]], bool]:
        facts = self.classes(part, rule)

        def sound(groups: Iterable[Group]) -> bool:
            chosen = list(groups)
            return all(len({fact[group] for group in chosen} - {None}) <= 1 for fact in facts)

        return sound

    def sift(self, part: set[Group], pairs: list[Pair], rule: Rule) -> list[set[Group]]:
        facts, sound = self.classes(part, rule), self.sound_in(part, rule)
        pairs = [pair for pair in pairs if sound(pair)]
        done: list[set[Group]] = []

        def take(pairs: list[Pair]) -> list[Pair]:
            left: list[Pair] = []
            for piece in connected({group for pair in pairs for group in pair}, pairs):
                inside = [pair for pair in pairs if pair[0] in piece]
                if sound(piece):
                    done.append(piece)
                else:
                    left += inside
            return left

        pairs = take(pairs)

        def torn(group: Group) -> bool:
            return not sound({group} | {other for pair in pairs if group in pair for other in pair})

        pairs = take([pair for pair in pairs if not torn(pair[0]) and not torn(pair[1])])
        odds = [fact for fact in facts if len(set(fact.values()) - {None}) > 1]
        pairs = take([pair for pair in pairs if any(all(fact[end] is not None for fact in odds) for end in pair)])
        assert not pairs
        # A group may be in several pieces, one per step: what is joined at all is one.
        links = [(a, b) for piece in done for a, b in combinations(sorted(piece, key=min), 2)]
        return connected({group for piece in done for group in piece}, links)
