"""The ledger against a slow reading of its own rules, over several nights of random books; and each rule by an example."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fraudgraph import ledger
from fraudgraph.model import GANG_EVENTS, GANGS, VERDICTS

DAY = datetime(2024, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Night:
    """Communities of one night: each a set of applications, and whether it is flagged."""

    communities: tuple[tuple[frozenset[str], bool], ...]


@dataclass
class Book:
    """What is carried from night to night: the tables, as the pipeline would keep them."""

    times: dict[str, datetime]
    gangs: pl.DataFrame = field(default_factory=GANGS.empty)
    applications: pl.DataFrame = field(default_factory=ledger.GANG_APPLICATIONS.empty)
    events: pl.DataFrame = field(default_factory=GANG_EVENTS.empty)
    tonight: pl.DataFrame = field(default_factory=GANG_EVENTS.empty)

    def first(self, members: Iterable[str]) -> str:
        return min(members, key=lambda a: (self.times[a], a))

    def judge(self, night: Night, shuffle: int | None = None) -> None:
        """Follow the gangs into ``night``."""
        verdicts, current = [], []
        for members, flagged in night.communities:
            community = f"C-{self.first(members)}"
            verdicts.append(
                {
                    "community_id": community, "members": len(members), "voters": len(members), "applications": len(members),
                    "mean_intent": 0.8, "threshold": 0.5, "p_value": 0.001, "p_cut": 0.01, "flagged": flagged, "grade": "A",
                    "stopped_by": "", "score": 1.0,
                }
            )  # fmt: skip
            current += [{"community_id": community, "application_id": a, "applied_at": self.times[a], "amount": amount(a)} for a in members]
        past = self.applications.with_columns(
            applied_at=pl.col("application_id").replace_strict(self.times, return_dtype=pl.Datetime("us", "UTC"))
        )
        tables = [
            self.gangs,
            past,
            self.events,
            pl.DataFrame(verdicts, schema=VERDICTS.schema),
            pl.DataFrame(current, schema=ledger.CURRENT.schema),
        ]
        if shuffle is not None:
            tables = [table.sample(fraction=1, shuffle=True, seed=shuffle) for table in tables]
        followed = ledger.follow(*tables)
        self.gangs, self.applications, self.tonight = followed.gangs, followed.applications, followed.events
        self.events = pl.concat([self.events, followed.events])

    def statuses(self) -> dict[str, str]:
        return dict(zip(self.gangs["gang_id"], self.gangs["status"], strict=True))

    def members(self) -> dict[str, str]:
        grouped = self.applications.group_by("gang_id").agg(pl.col("application_id").sort().str.join(""))
        return dict(grouped.iter_rows())

    def told(self) -> set[tuple[str, ...]]:
        return set(self.tonight.iter_rows())


def amount(application: str) -> float | None:
    return None if application < "d" else float(ord(application[0]))


def book(*nights: str) -> Book:
    """Follow nights written as ``"abc def -gh"``: one word a community, a leading minus says that it is not flagged.

    Applications are made in alphabetical order, an hour apart.
    """
    made = Book({chr(ord("a") + n): DAY + timedelta(hours=n) for n in range(26)})
    for night in nights:
        made.judge(Night(tuple((frozenset(word.removeprefix("-")), not word.startswith("-")) for word in night.split())))
    return made


def test_a_gang_is_born_with_the_id_of_its_first_application() -> None:
    made = book("cab fde")
    assert made.statuses() == {"G-a": "new", "G-d": "new"}
    assert made.told() == {("G-a", "born", "", "c"), ("G-d", "born", "", "f")}


def test_figures_are_those_of_the_night() -> None:
    made = book("abc", "abcdx")
    row = made.gangs.row(0, named=True)
    assert row["community_id"] == "C-a"
    assert row["members"] == 5
    assert row["first_applied_at"] == made.times["a"]
    assert row["last_applied_at"] == made.times["x"]
    assert row["amount"] == ord("d") + ord("x")
    assert book("abc").gangs["amount"].to_list() == [None]


def test_nothing_happens_to_a_gang_that_stays() -> None:
    made = book("abc", "abc")
    assert made.statuses() == {"G-a": "unchanged"}
    assert made.told() == set()


def test_an_earlier_applicant_does_not_change_the_id() -> None:
    made = book("cde", "acdex")
    assert made.statuses() == {"G-c": "grown"}
    assert made.told() == {("G-c", "grown", "", "x")}


def test_a_gang_that_loses_more_than_it_gains_shrinks() -> None:
    made = book("abcdef", "abcx")
    assert made.statuses() == {"G-a": "shrunk"}
    assert made.told() == {("G-a", "shrunk", "", "x")}
    assert book("abcdef", "abcd").told() == {("G-a", "shrunk", "", "f")}


def test_merged_gangs_keep_the_id_of_the_larger_and_the_other_is_an_alias() -> None:
    made = book("abc defg", "abcdefgz")
    assert made.statuses() == {"G-d": "merged"}
    assert made.told() == {("G-d", "merged", "G-a", "z")}
    assert ledger.aliases(made.events).rows() == [("G-a", "G-d")]


def test_merged_gangs_of_one_size_keep_the_id_of_the_earlier() -> None:
    assert book("def abc", "abcdef").statuses() == {"G-a": "merged"}


def test_aliases_lead_to_the_gang_of_today() -> None:
    made = book("abc defg hijkl", "abcdefg hijkl", "abcdefghijkl")
    assert ledger.aliases(made.events).rows() == [("G-a", "G-d"), ("G-h", "G-d")]
    made = book("abc defg hijklmno", "abcdefg hijklmno", "abcdefghijklmno")
    assert ledger.aliases(made.events).rows() == [("G-a", "G-h"), ("G-d", "G-h")]


def test_the_larger_part_of_a_split_gang_keeps_the_id() -> None:
    made = book("abcdefg", "abc defg")
    assert made.statuses() == {"G-a": "split", "G-a.2": "split"}
    assert made.members() == {"G-a": "defg", "G-a.2": "abc"}
    assert made.told() == {("G-a", "split", "G-a.2", "c"), ("G-a.2", "born", "G-a", "g")}


def test_an_alias_is_never_given_again() -> None:
    made = book("abc defg", "abcdefg", "abc defg", "abcdefg", "abc defg")
    assert made.members() == {"G-d": "defg", "G-a.3": "abc"}


def test_a_dissolved_gang_keeps_its_past_and_comes_back_under_its_id() -> None:
    made = book("abc", "-abcx")
    assert made.statuses() == {"G-a": "dissolved"}
    assert made.gangs["community_id"].to_list() == [""]
    assert made.gangs["members"].to_list() == [3]
    assert made.members() == {"G-a": "abc"}
    assert made.told() == {("G-a", "dissolved", "", "x")}
    made = book("abc", "-abcx", "-abcx")
    assert made.told() == set()
    assert made.statuses() == {"G-a": "dissolved"}
    made = book("abc", "-abcx", "abcxy")
    assert made.statuses() == {"G-a": "grown"}
    assert made.told() == {("G-a", "grown", "", "y")}
    assert book("abc", "-abc", "abc").told() == {("G-a", "grown", "", "c")}


def test_a_wisp_does_not_carry_the_id_away() -> None:
    made = book("abc defghij", "-ab cdefghij", "abc defghij")
    assert made.statuses() == {"G-a": "grown", "G-d": "shrunk"}


def test_a_gang_that_was_live_survives_before_a_larger_one_that_was_dissolved() -> None:
    made = book("abcd efg", "-abcd efg", "abcdefg")
    assert made.statuses() == {"G-e": "merged"}


def test_merged_and_split_in_one_night_tell_both() -> None:
    made = book("abcdef ghi", "abcghi def")
    assert made.statuses() == {"G-a": "merged", "G-d": "split"}
    assert made.told() == {
        ("G-a", "merged", "G-g", "f"),
        ("G-a", "split", "G-d", "f"),
        ("G-d", "born", "G-a", "c"),
    }


def test_a_gang_whose_people_left_the_book_is_dissolved() -> None:
    made = book("abc")
    made.applications = ledger.GANG_APPLICATIONS.empty()
    made.judge(Night(()))
    assert made.statuses() == {"G-a": "dissolved"}
    assert made.told() == {("G-a", "dissolved", "", "")}


def test_semicolons_in_application_ids_do_not_part_the_ids_of_events() -> None:
    made = Book({"p;q": DAY, "p,q": DAY, "r": DAY, "s": DAY})
    made.judge(Night(((frozenset({"p;q", "r"}), True), (frozenset({"p,q", "s"}), True))))
    assert made.statuses() == {"G-p,q": "new", "G-p,q.2": "new"}
    made.judge(Night(((frozenset({"p;q", "r", "p,q", "s"}), True),)))
    assert ledger.aliases(made.events).rows() == [("G-p,q.2", "G-p,q")]


def test_wrong_tables_are_refused() -> None:
    empty = Book({})
    with pytest.raises(TypeError, match="past: column applied_at is missing"):
        ledger.follow(empty.gangs, empty.applications, empty.events, VERDICTS.empty(), ledger.CURRENT.empty())


# The same rules, read slowly, one gang and one set at a time.


@dataclass
class SlowGang:
    members: frozenset[str]
    first: datetime
    live: bool
    status: str


@dataclass
class Slow:
    times: dict[str, datetime]
    gangs: dict[str, SlowGang] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    told: set[tuple[str, ...]] = field(default_factory=set)

    def age(self, application: str) -> tuple[datetime, str]:
        return self.times[application], application

    def start(self, members: frozenset[str]) -> tuple[datetime, str]:
        return min(map(self.age, members))

    def cause(self, now: frozenset[str], before: frozenset[str]) -> str:
        return max(now - before or before - now or now, key=self.age)

    def judge(self, night: Night) -> None:
        flagged = [members for members, over in night.communities if over]
        old, self.told = self.gangs, set()
        continues = {
            name: [c for c in flagged if 2 * len(c & g.members) >= min(len(g.members), len(c)) and c & g.members] for name, g in old.items()
        }
        heirs = {name: min(found, key=lambda c: (-len(c & old[name].members), self.start(c))) for name, found in continues.items() if found}
        order = {name: (not g.live, -len(g.members), g.first, name) for name, g in old.items()}
        owner: dict[frozenset[str], str] = {}
        for name in sorted(heirs, key=lambda n: order[n]):
            owner.setdefault(heirs[name], name)
        parent: dict[frozenset[str], str] = {}
        born = sorted((c for c in flagged if c not in owner), key=self.start)
        for c in born:
            parents = [n for n, g in old.items() if g.live and c in continues[n]]
            if parents:
                parent[c] = min(parents, key=lambda n: (-len(c & old[n].members), *order[n]))
            first = self.start(c)[1]
            name = next(n for n in (f"G-{first}{tail}" for tail in ["", *(f".{k}" for k in range(2, 99))]) if n not in self.taken)
            self.taken.add(name)
            owner[c] = name
        self.gangs = {}
        for c, name in owner.items():
            origins = {n for n, heir in heirs.items() if heir == c} | ({parent[c]} if c in parent else set())
            cause = self.cause(c, frozenset().union(*(old[n].members for n in origins)))
            absorbed = sorted(origins - {name}) if c not in born else []
            parts = sorted(owner[part] for part, n in parent.items() if n in origins) if c not in born else []
            gained, lost = (len(c - old[name].members), len(old[name].members - c)) if name in old else (0, 0)
            if c in born:
                status = "split" if c in parent else "new"
                self.told.add((name, "born", parent.get(c, ""), cause))
            elif absorbed or parts:
                status = "merged" if absorbed else "split"
            elif not old[name].live:
                status = "grown"
            else:
                status = "unchanged" if not gained + lost else "grown" if gained >= lost else "shrunk"
            if absorbed:
                self.told.add((name, "merged", ";".join(absorbed), cause))
            if parts:
                self.told.add((name, "split", ";".join(parts), cause))
            if status in ("grown", "shrunk"):
                self.told.add((name, status, "", cause))
            self.gangs[name] = SlowGang(c, self.start(c)[0], True, status)
        for name, gang in old.items():
            if name not in heirs:
                self.gangs[name] = SlowGang(gang.members, gang.first, False, "dissolved")
                if gang.live:
                    holders = [members for members, _ in night.communities if members & gang.members]
                    home = min(holders, key=lambda c: (-len(c & gang.members), self.start(c)), default=frozenset())
                    self.told.add((name, "dissolved", "", max(home - gang.members or gang.members - home or gang.members, key=self.age)))


LETTERS = "abcdefghijkl"


@st.composite
def histories(draw: st.DrawFn) -> tuple[dict[str, datetime], list[Night]]:
    """Some nights over a few applications, many of them made in the same hour, in communities that keep changing."""
    times = {letter: DAY + timedelta(hours=draw(st.integers(0, 4))) for letter in LETTERS}
    nights = []
    for _ in range(draw(st.integers(1, 5))):
        homes = {letter: draw(st.integers(-1, 3)) for letter in LETTERS}
        communities = [frozenset(a for a, home in homes.items() if home == n) for n in range(4)]
        nights.append(Night(tuple((c, draw(st.integers(0, 3)) > 0) for c in communities if c)))
    return times, nights


@settings(max_examples=40, deadline=None)
@given(histories(), st.integers(0, 1000))
def test_it_follows_as_the_rules_say_in_any_order_of_rows(history: tuple[dict[str, datetime], list[Night]], seed: int) -> None:
    times, nights = history
    fast, slow, shuffled = Book(times), Slow(times), Book(times)
    for night in nights:
        fast.judge(night)
        slow.judge(night)
        shuffled.judge(night, shuffle=seed)
        assert fast.statuses() == {name: gang.status for name, gang in slow.gangs.items()}
        assert fast.members() == {name: "".join(sorted(gang.members)) for name, gang in slow.gangs.items()}
        assert fast.told() == slow.told
        assert len(fast.tonight) == len(fast.told())
        assert fast.gangs.equals(shuffled.gangs)
        assert fast.applications.equals(shuffled.applications)
        assert fast.tonight.equals(shuffled.tonight)


@settings(max_examples=20, deadline=None)
@given(histories())
def test_ids_are_never_given_twice_and_every_alias_leads_to_a_known_gang(history: tuple[dict[str, datetime], list[Night]]) -> None:
    times, nights = history
    made = Book(times)
    born: list[str] = []
    for night in nights:
        made.judge(night)
        born += made.tonight.filter(pl.col("event") == "born")["gang_id"].to_list()
    known, former = set(made.gangs["gang_id"]), ledger.aliases(made.events)
    assert len(born) == len(set(born))
    assert known.isdisjoint(former["alias"])
    assert set(former["gang_id"]) <= known
    assert known | set(former["alias"]) == set(born)
