"""The Neo4j store keeps the contract, and what is its own: a graph that says what the tables say, a lease, no night seen half."""

from __future__ import annotations

import os
import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from books import application, applications, change, grown, grown_book, keys_of, persons_of, rows
from contract import Place, StoreContract, put, read
from graphs import Graph
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from fraudgraph import model
from fraudgraph.errors import StoreBusy, StoreError, UsageError
from fraudgraph.settings import defaults
from fraudgraph.stores import Change, Store, open_store
from fraudgraph.stores.neo4j import lanes, layout, longtexts, schema, texts, writing
from fraudgraph.stores.neo4j.store import Neo4jStore

SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


class TestNeo4j(StoreContract):
    @pytest.fixture
    def place(self, graph: Graph) -> Place:
        store = open_store(graph.url, create=True)
        return lambda: store


@pytest.fixture
def store(graph: Graph) -> Neo4jStore:
    found = open_store(graph.url, create=True)
    assert isinstance(found, Neo4jStore)
    return found


# --- the graph


def shown_and_shared(store: Store, night: int | None = None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return what the graph shows of links, and the links of drawn values that two people or more have."""
    order = ["person_id", "kind", "key", "role"]
    with store.snapshot(night) as reader:
        links = reader.table("links").filter(pl.col("kind").is_in(layout.DRAWN))
        shared = links.filter(pl.col("person_id").n_unique().over("kind", "key") > 1) if links.height else links
        return reader.uses().sort(order), shared.sort(order)  # type: ignore[attr-defined]


def small_book(state: dict[int, dict[str, Any]]) -> tuple[pl.DataFrame, dict[str, pl.DataFrame]]:
    """Return applications (number -> values and ``who``) and the persons that these make."""
    frame = rows(
        model.APPLICATIONS,
        *(
            application(n, phone=v["phone"], device_id=v["device_id"], contact1_phone=v["contact"], home_address=None)
            for n, v in state.items()
        ),
    )
    whose = [{"application_id": f"A{n:05d}", "person_id": f"P-{v['who']}", "how": "first"} for n, v in state.items()]
    people = sorted({row["person_id"] for row in whose})
    return frame, {"membership": rows(model.MEMBERSHIP, *whose), "persons": rows(model.PERSONS, *({"person_id": p} for p in people))}


def small_keys(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(
        "application_id",
        pl.col("phone").alias("phone.own"),
        pl.col("contact1_phone").alias("phone.contact1"),
        pl.col("device_id").alias("device.own"),
    )


VALUES = st.fixed_dictionaries(
    {
        "phone": st.sampled_from(["1", "2", "3", None]),
        "contact": st.sampled_from(["1", "2", None]),
        "device_id": st.sampled_from(["x", "y", None]),
        "who": st.integers(0, 3),
    }
)


def changed(base: int, state: dict[int, Any], touched: dict[int, Any], *, whole: bool) -> Change:
    """Return the change that brings a book to ``state``; ``touched`` are the applications that are new, corrected or another's."""
    frame, tables = small_book(state)
    given = frame.filter(pl.col("application_id").is_in([f"A{n:05d}" for n in touched]))
    if whole:
        return change(base, given, tables, keys=small_keys(given))
    some = dict(tables)
    some["membership"] = some["membership"].filter(pl.col("application_id").is_in(given["application_id"].implode()))
    return change(base, given, whole=False, derived=some, keys=small_keys(given))


@settings(max_examples=int(os.environ.get("FRAUDGRAPH_BOOKS", "5")), deadline=None, suppress_health_check=SLOW)
@given(data=st.data())
def test_uses_in_the_graph_are_the_links_of_shared_values_at_every_step(store: Neo4jStore, data: st.DataObject) -> None:
    """Applications come, are corrected and change hands, persons merge and split, a night is taken back."""
    state: dict[int, dict[str, Any]] = {}
    for night in range(1, data.draw(st.integers(2, 4)) + 1):
        touched = data.draw(st.dictionaries(st.integers(0, 5), VALUES, max_size=4))
        former = dict(state)
        state = {**state, **touched}
        whole = night == 1 or data.draw(st.booleans())
        what = changed(night - 1, state, touched, whole=whole)
        put(store, replace(what, replace=night == 1))
        assert_frame_equal(*shown_and_shared(store))
        if night > 1 and data.draw(st.booleans()):
            with store.lock() as writer:
                writer.undo(night)
            assert_frame_equal(*shown_and_shared(store))
            state = former
            put(store, changed(night - 1, state, {}, whole=True))
            assert_frame_equal(*shown_and_shared(store))


def test_a_value_becomes_a_node_with_its_second_person_and_loses_its_uses_with_the_last_but_one(store: Neo4jStore, graph: Graph) -> None:
    first = {0: {"phone": "1", "contact": None, "device_id": None, "who": 0}}
    both = {**first, 1: {"phone": "1", "contact": None, "device_id": None, "who": 1}}
    united = {n: {**values, "who": 0} for n, values in both.items()}
    nodes = "MATCH (i:Phone) OPTIONAL MATCH (i)<-[t:USES]-() WHERE t.toNight IS NULL RETURN i.key, i.caption, count(t)"
    put(store, changed(0, first, first, whole=True))
    assert graph.ask(nodes) == []
    put(store, changed(1, both, {1: both[1]}, whole=False))
    assert graph.ask(nodes) == [["1", "*", 2]]
    put(store, changed(2, united, {1: united[1]}, whole=False))
    assert graph.ask(nodes) == [["1", "*", 0]]
    for night in (1, 2, 3):
        assert_frame_equal(*shown_and_shared(store, night))
    assert shown_and_shared(store, 2)[0].height == 2


def test_a_book_as_people_see_it(store: Neo4jStore, graph: Graph) -> None:
    frame = applications([0, 1, 2, 3], phone="13800002231", name="王小明")
    everything = persons_of(frame) | {
        "ties": rows(
            model.TIES, {"person_a": "P-A00000", "person_b": "P-A00002", "probability": 0.5, "link_class": "phone + device; 2 people"}
        ),
        "communities": rows(model.COMMUNITIES, *({"community_id": "C-A00000", "person_id": p} for p in ("P-A00000", "P-A00002"))),
        "verdicts": rows(model.VERDICTS, {"community_id": "C-A00000", "members": 2, "flagged": True}),
        "reasons": rows(model.REASONS, {"person_id": "P-A00000", "reasons": "SHARED_PHONE"}),
        "gangs": rows(model.GANGS, {"gang_id": "G-A00000", "community_id": "C-A00000", "grade": "A", "members": 2}),
        "gang_members": rows(model.GANG_MEMBERS, *({"gang_id": "G-A00000", "person_id": p} for p in ("P-A00000", "P-A00002"))),
        "evidence": rows(model.EVIDENCE, {"gang_id": "G-A00000", "kind": "phone", "key": "+8613800002231", "members": 2, "others": 0}),
        "hubs": rows(model.HUBS, {"kind": "phone", "key": "+8613800002231", "people": 2, "cap": 1}),
    }
    event = rows(model.GANG_EVENTS, {"gang_id": "G-A00000", "event": "born", "from_ids": "", "cause_application": "A00003"})
    given = rows(model.RELATIONS, {"source": "A00000", "target": "A99999", "kind": "call", "weight": 1.0})
    put(store, change(0, frame, everything, keys=keys_of(frame), gang_events=event, relations=given))
    assert graph.ask(
        "MATCH (a:Application)-[y:BY]->(p:Person) RETURN a.applicationId, p.personId, p.caption, y.how ORDER BY a.applicationId"
    )[2] == [
        "A00002",
        "P-A00002",
        "王**",
        "first",
    ]
    assert graph.ask("MATCH (p)-[t:USES]->(i:Phone) RETURN p.personId, t.role, t.count, i.caption, i.kind ORDER BY p.personId") == [
        ["P-A00000", "own", 2, "138****2231", "phone"],
        ["P-A00002", "own", 2, "138****2231", "phone"],
    ]
    assert graph.ask("MATCH (:Person)-[t:TIED]->(:Person) RETURN t.reasons, t.class") == [[["phone", "device"], "phone + device; 2 people"]]
    gang = (
        "MATCH (c:Community)-[:JUDGED_AS]->(g:Gang)-[:SHARES]->(:Phone)<-[:IS]-(:Hub) MATCH (e:GangEvent)-[:OF]->(g) "
        "MATCH (p)-[m:MEMBER_OF]->(c) MATCH (p)-[:IN_GANG]->(g) RETURN g.caption, e.event, p.personId, m.reasons ORDER BY p.personId"
    )
    assert graph.ask(gang) == [["A 2", "born", "P-A00000", "SHARED_PHONE"], ["A 2", "born", "P-A00002", None]]
    waits = "MATCH (a:Application)<-[:SOURCE]-(r:Relation)-[:TARGET]->(b) RETURN a.applicationId, b.applicationId, b.fromNight"
    assert graph.ask(waits) == [["A00000", "A99999", None]]
    assert graph.ask("MATCH (a:Application {applicationId: 'A00001'}) RETURN a.keyPhoneOwn, a.phone, a.deviceId, a.caption") == [
        ["+8613800002231", "13800002231", "dev-1", "王**"]
    ]


def test_rows_that_did_not_change_keep_their_night_and_older_rows_are_copies(store: Neo4jStore, graph: Graph) -> None:
    put(store, change(0, applications([0, 1, 2])))
    put(store, change(1, applications([3, 4]), persons_of(applications(range(5)))))
    values = "n.personId, n.applications, n.fromNight, n.toNight, labels(n)[0]"
    assert graph.ask(f"MATCH (n:Person|PersonVersion) RETURN {values} ORDER BY n.personId, n.fromNight") == [
        ["P-A00000", 2, 1, None, "Person"],
        ["P-A00002", 1, 1, 2, "PersonVersion"],
        ["P-A00002", 2, 2, None, "Person"],
        ["P-A00004", 1, 2, None, "Person"],
    ]
    assert graph.ask("MATCH ()-[t:BY]->() RETURN t.fromNight, count(*) ORDER BY t.fromNight") == [[1, 3], [2, 2]]


# --- values


def extremes() -> pl.DataFrame:
    """Return applications with what is hard to keep."""
    hard = [
        "\0 nought \0",
        "x" * 10_000,
        "é" * 5_000 + "y",
        longtexts.PREFIX + "no token",
        " \t\r\n",
        "'\"\\`${}//--;",
        "\U0001f600\u202e\ufeff",
    ]
    values = [
        {**application(n), "name": text, "phone": text, "home_address": text, "channel": text, "amount": amount}
        for n, (text, amount) in enumerate(
            zip(hard, (float("nan"), float("inf"), -0.0, 5e-324, 1.7976931348623157e308, 0.1, -1.0), strict=True)
        )
    ]
    frame = rows(model.APPLICATIONS, *values)
    number = pl.int_range(pl.len())
    far = pl.when(number == 0).then(2**62).when(number == 1).then(-(2**62))
    days = pl.when(number == 0).then(2**20).when(number == 1).then(-(2**20))
    return frame.with_columns(
        label_time=far.cast(pl.Int64).cast(pl.Datetime("us")).dt.replace_time_zone("UTC"), date_of_birth=days.cast(pl.Int32).cast(pl.Date)
    )


def test_hard_values_come_back_as_from_the_embedded_store(store: Neo4jStore, tmp_path: Any) -> None:
    frame = extremes()
    key = frame.select("application_id", pl.col("phone").alias("phone.own"), pl.col("channel").alias("device.own"))
    long = "P-" + "z" * 10_000
    whose = pl.DataFrame({"application_id": frame["application_id"], "person_id": [long, "P-1"] * 3 + ["P-2"], "how": ["first"] * 7})
    people = rows(model.PERSONS, *({"person_id": p, "applications": 2**63 - 1, "intent": float("nan")} for p in (long, "P-1", "P-2")))
    tables = {"membership": whose, "persons": people}
    again = frame.with_columns(pl.lit("again").alias("channel"))
    other = open_store(tmp_path / "book.duckdb", create=True)
    for place in (store, other):
        put(place, change(0, frame, tables, keys=key))
        put(place, change(1, again, tables, keys=key))
    for night in (1, 2):
        for name in ("applications", "keys", "membership", "persons", "uses", "links"):
            assert_frame_equal(read(store, name, night), read(other, name, night))
    with store.snapshot() as ours, other.snapshot() as theirs:
        for how in ({"key": key["phone.own"].to_list()}, {"application_id": ["A00001"]}):
            assert_frame_equal(ours.table("uses", where=how), theirs.table("uses", where=how))
        assert_frame_equal(ours.table("links", where={"person_id": [long]}), theirs.table("links", where={"person_id": [long]}))
    assert_frame_equal(*shown_and_shared(store))


@pytest.mark.parametrize("summary", [{"x": "\ud800"}, {"\udfff": 1}])
def test_half_a_surrogate_pair_is_a_mistake_and_changes_nothing(store: Neo4jStore, summary: dict[str, Any]) -> None:
    with pytest.raises((ValueError, StoreError)):
        put(store, change(0, applications([1]), summary=summary))
    assert read(store, "applications").height == 0
    assert put(store, change(0, applications([1]))) == 1


def test_a_reader_finds_older_rows_by_key_and_by_id(store: Neo4jStore) -> None:
    """Applications whose nodes have newer rows by now."""
    before = applications(range(6))
    put(store, change(0, before))
    after = before.with_columns(pl.lit("14999999999").alias("phone"))
    put(store, change(1, after, persons_of(after)))
    with store.snapshot(1) as reader:
        for where in ({"kind": ["phone"], "key": ["+8613900000003"]}, {"application_id": ["A00003"], "kind": ["phone"]}):
            assert reader.table("uses", where=where).select("application_id", "key").rows() == [("A00003", "+8613900000003")]
        assert reader.table("links", where={"key": ["+8613900000003"]})["person_id"].to_list() == ["P-A00002"]
        assert reader.table("applications", where={"application_id": ["A00003"]})["phone"].to_list() == ["13900000003"]


# --- many rows at once


@pytest.mark.parametrize("limit", ["FLIP", "BATCH"])
def test_small_batches_and_a_small_flip_make_the_same_book(graph: Graph, monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    """Rows that are too many for the last transaction are replaced before it, and are not seen either."""
    from fraudgraph.stores.neo4j import planning, tables

    if limit == "FLIP":
        monkeypatch.setattr(writing, "FLIP", 1)
    else:
        monkeypatch.setattr(planning, "BATCH", 2)
        monkeypatch.setattr(tables, "PAGE", 3)
        monkeypatch.setattr(tables, "VALUES", 2)
    store = open_store(graph.url, create=True)
    for night in range(1, 5):
        put(store, grown(night, 5))
    for night in range(1, 5):
        assert_frame_equal(read(store, "applications", night), grown_book(night, 5))
        assert_frame_equal(
            read(store, "applications", night, where={"application_id": grown_book(night, 5)["application_id"]}), grown_book(night, 5)
        )
    assert store.check() == []


# --- nights that were not finished


class Interrupted(BaseException):
    """A writer that stops without another word."""


def stop_before(monkeypatch: pytest.MonkeyPatch, batches: int) -> None:
    """Let a writer write so many batches and no more."""
    left = [batches]
    whole = lanes.Lane.batch

    def counted(self: lanes.Lane, *args: Any) -> None:
        if not left[0]:
            raise Interrupted
        left[0] -= 1
        whole(self, *args)

    monkeypatch.setattr(lanes.Lane, "batch", counted)


@pytest.mark.parametrize("batches", range(0, 10, 2))
@pytest.mark.parametrize("flip", [True, False])
def test_what_an_unfinished_night_left_is_not_seen_and_is_cleared(
    store: Neo4jStore, graph: Graph, monkeypatch: pytest.MonkeyPatch, batches: int, flip: bool
) -> None:
    put(store, grown(1, 5))
    put(store, grown(2, 5))
    before = graph.dump()
    with monkeypatch.context() as patched:
        if not flip:
            patched.setattr(writing, "FLIP", 0)
        stop_before(patched, batches)
        with pytest.raises(Interrupted):
            put(store, grown(3, 5))
    assert_frame_equal(read(store, "applications"), grown_book(2, 5))
    assert store.check() == []
    assert_frame_equal(read(store, "membership"), persons_of(grown_book(2, 5))["membership"].sort("application_id"))
    assert_frame_equal(read(store, "persons", 1), persons_of(grown_book(1, 5))["persons"].sort("person_id"))
    with store.lock() as writer:
        writer.undo(2)
    put(store, grown(2, 5))
    assert graph.dump() == before
    put(store, grown(3, 5))
    assert_frame_equal(read(store, "applications"), grown_book(3, 5))
    assert store.check() == []


def test_a_first_night_that_was_not_finished_leaves_nothing(store: Neo4jStore, graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        stop_before(patched, 4)
        with pytest.raises(Interrupted):
            put(store, grown(1, 5))
    assert read(store, "applications").height == 0
    assert store.check() == []
    put(store, grown(1, 5))
    whole = graph.dump()
    graph.empty()
    put(store, grown(1, 5))
    assert graph.dump() == whole


def test_starting_afresh_leaves_nothing_of_the_older_book(store: Neo4jStore, graph: Graph) -> None:
    for night in (1, 2, 3):
        put(store, grown(night, 5))
    put(store, change(0, applications([0, 78]), replace=True))
    fresh = graph.ask("MATCH (n:Application) RETURN n.applicationId ORDER BY n.applicationId")
    assert fresh == [["A00000"], ["A00078"]]
    assert graph.ask("MATCH (n:ApplicationVersion|PersonVersion|GangEvent|Document) RETURN count(n)") == [[0]]
    assert graph.ask("MATCH (n:Identifier) RETURN labels(n), n.key") == [[["Identifier", "Device"], "dev-0"]]  # of both
    assert store.check() == []
    with store.lock() as writer:
        writer.undo(1)
    assert read(store, "applications").height == 0
    assert graph.ask("MATCH (n) WHERE NOT n:Book AND NOT n:Lease AND NOT n:Counter RETURN count(n)") == [[0]]
    assert put(store, grown(1, 5)) == 1


def test_an_error_after_the_flip_changes_nothing_any_more(store: Neo4jStore, monkeypatch: pytest.MonkeyPatch) -> None:
    real = writing.Neo4jWriter._flip

    def late(self: writing.Neo4jWriter, *args: Any, **how: Any) -> None:
        real(self, *args, **how)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(writing.Neo4jWriter, "_flip", late)
        assert put(store, grown(1, 5)) == 1
    assert_frame_equal(read(store, "applications"), grown_book(1, 5))

    def early(self: writing.Neo4jWriter, *args: Any, **how: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(writing.Neo4jWriter, "_flip", early)
    with pytest.raises(KeyboardInterrupt):
        put(store, grown(2, 5))
    assert_frame_equal(read(store, "applications"), grown_book(1, 5))


# --- one writer


def test_a_lease_of_another_machine_is_respected_until_it_expires_by_the_servers_clock(store: Neo4jStore, graph: Graph) -> None:
    put(store, grown(1, 5))
    graph.ask(
        "MATCH (l:Lease {id: 'writer'}) SET l.owner = 'process 1 on moon', l.host = 'moon', l.process = '1 1 1', "
        "l.expires = timestamp() + 60000"
    )
    with pytest.raises(StoreBusy, match="process 1 on moon is writing"), store.lock():
        pass
    graph.ask("MATCH (l:Lease {id: 'writer'}) SET l.expires = timestamp() - 1")
    assert put(store, grown(2, 5)) == 2


def test_a_lease_whose_owner_is_gone_is_taken_at_once(store: Neo4jStore, graph: Graph) -> None:
    put(store, grown(1, 5))
    with store.lock():
        ((process,),) = graph.ask("MATCH (l:Lease {id: 'writer'}) RETURN l.process")
    pid, started, namespace, token = process.split()
    assert int(pid) == os.getpid()
    born = Path(f"/proc/{os.getppid()}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[19]
    cases = {
        f"{pid} {int(started) + 1} {namespace} {token}": True,  # another process had this number
        process: True,  # ours, and we do not hold it: it could not be given back
        f"{os.getppid()} {born} {namespace} {token}": False,
        f"{os.getppid()} {born} elsewhere {token}": False,  # in another container, perhaps
    }
    for who, free in cases.items():
        taken = "SET l.owner = 'x', l.host = $host, l.process = $who, l.expires = timestamp() + 60000"
        graph.ask(f"MATCH (l:Lease {{id: 'writer'}}) {taken}", host=socket.gethostname(), who=who)
        if free:
            with store.lock():
                pass
        else:
            with pytest.raises(StoreBusy), store.lock():
                pass


def test_a_writer_that_lost_its_lease_changes_nothing(store: Neo4jStore, graph: Graph) -> None:
    put(store, grown(1, 5))
    with store.lock() as slow:
        graph.ask("MATCH (l:Lease {id: 'writer'}) SET l.expires = timestamp() - 1")
        with store.lock() as quick:
            quick.apply(grown(2, 5))
            with pytest.raises(StoreBusy):
                slow.apply(grown(2, 5))
        for late in (lambda: slow.apply(grown(3, 5)), lambda: slow.undo(2)):
            with pytest.raises(StoreBusy, match="taken over"):
                late()
    assert_frame_equal(read(store, "applications"), grown_book(2, 5))
    assert store.check() == []


def test_a_lease_is_renewed_while_its_owner_works(graph: Graph) -> None:
    import time

    store = open_store(graph.url, create=True, settings=defaults().with_values(store__lease_seconds=2.0))
    with store.lock() as writer:
        time.sleep(3)
        with pytest.raises(StoreBusy), open_store(graph.url, create=True).lock():
            pass
        assert writer.apply(grown(1, 5)).night == 1


# --- what is not ours


def test_somebody_elses_data_are_left_alone(graph: Graph) -> None:
    graph.ask("CREATE (:Movie {title: 'x'})")
    for create in (True, False):
        with pytest.raises(StoreError, match="somebody else's data"):
            open_store(graph.url, create=create)
    assert graph.ask("MATCH (n) RETURN labels(n), properties(n)") == [[["Movie"], {"title": "x"}]]
    graph.empty()
    graph.ask("CREATE (:Book {id: 'book', title: 'x'})")
    with pytest.raises(StoreError, match="somebody else's data"):
        open_store(graph.url, create=True)


def test_a_store_that_is_not_there(graph: Graph) -> None:
    with pytest.raises(StoreError, match="fraudgraph run"):
        open_store(graph.url, create=False)
    assert graph.ask("MATCH (n) RETURN count(n)") == [[0]]


def test_a_book_of_a_newer_format_is_refused_and_of_an_older_one_migrated(
    store: Neo4jStore, graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(store, grown(1, 5))
    graph.ask("MATCH (b:Book) SET b.format = 99")
    with pytest.raises(StoreError, match=f"format 99.*format {layout.FORMAT}: upgrade"):
        open_store(graph.url, create=True)
    graph.ask("MATCH (b:Book) SET b.format = $format", format=layout.FORMAT)
    real = texts.statements
    step = [f"MATCH (b:Book {{id: 'book'}}) SET b.format = {layout.FORMAT + 1}"]
    monkeypatch.setattr(layout, "FORMAT", layout.FORMAT + 1)
    monkeypatch.setattr(schema.texts, "statements", lambda name: step if "migrate" in name else real(name))
    older = open_store(graph.url, create=True)
    with older.snapshot() as reader:
        assert reader.night == 1
    assert put(older, grown(2, 5)) == 2
    assert graph.ask("MATCH (b:Book) RETURN b.format") == [[layout.FORMAT]]


def test_a_copy_is_made_by_the_servers_own_tool(store: Neo4jStore, tmp_path: Any) -> None:
    with pytest.raises(UsageError, match="neo4j-admin database dump"):
        store.backup(tmp_path / "copy")
