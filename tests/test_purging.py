"""People taken out of a book: the book is then the one that a run over the others makes, nothing of them is left, and they stay out.

FRAUDGRAPH_BOOKS sets how many random books are tried.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from neo4j import GraphDatabase
from night_books import Told, calibration_of, random_book, random_relations, rules

from fraudgraph import audit, labels, pipeline, purging
from fraudgraph.errors import ConfigurationError, UsageError
from fraudgraph.purging import Outcome, without
from fraudgraph.stores import open_store

BOOKS = int(os.environ.get("FRAUDGRAPH_BOOKS", "1"))
PRIVATE = ("application_id", "name", "id_number", "phone", "device_id", "bank_card", "home_address", "contact1_phone")


@pytest.fixture(scope="module")
def calibration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("learned")
    told = Told(folder / "learned.duckdb", folder, rules())
    book = random_book(1, people=300, applications=600, gangs=20)
    told.run(book, random_relations(1, book["application_id"].to_list(), 40, kinds=("call", "relative")))
    return calibration_of(told.url, folder / "calibration.json")


@pytest.fixture(autouse=True)
def key(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path_factory.mktemp("key") / "key"
    monkeypatch.setenv("FRAUDGRAPH_KEY_FILE", str(place))
    return place


def purge(told: Told, name: str | None = None, before: date | None = None, why: str = "asked") -> Outcome:
    return purging.purge(told.url, told.settings, name=name, before=before, deed_of=("ann", why))


def people_of(told: Told) -> dict[str, list[str]]:
    with told.reader() as reader:
        found = reader.table("membership").group_by("person_id").agg("application_id").sort("person_id")
    return dict(found.iter_rows())


def private(book: pl.DataFrame, ids: Iterable[str]) -> set[str]:
    """Return what only these applications have of what tells who somebody is."""
    theirs = pl.col("application_id").is_in(list(ids))
    mine = {value for column in PRIVATE for value in book.filter(theirs)[column].drop_nulls()}
    others = {value for column in PRIVATE for value in book.filter(~theirs)[column].drop_nulls()}
    return {value for value in mine if not any(value in other for other in others)}


def left_in(folder: Path, values: Iterable[str]) -> dict[str, set[str]]:
    """Return which of the values stand in which file, as bytes."""
    wanted = {value.encode(): value for value in values}
    found = {
        path.name: {text for data, text in wanted.items() if data in path.read_bytes()} for path in folder.rglob("*") if path.is_file()
    }
    return {name: texts for name, texts in found.items() if texts}


@settings(
    max_examples=BOOKS,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # to shrink a book would take longer than to look at it
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@example(seed=2, corrections=False, masked=True)
@given(seed=st.integers(2, 10**6), corrections=st.booleans(), masked=st.booleans())
def test_the_book_is_what_a_run_over_the_others_makes(
    calibration: Path, tmp_path_factory: pytest.TempPathFactory, seed: int, corrections: bool, masked: bool
) -> None:
    rng = np.random.default_rng(seed)
    book = random_book(seed)
    folder = tmp_path_factory.mktemp("book")
    more = {"store__values": "masked"} if masked else {}
    told = Told(folder / "book.duckdb", folder, rules(**more), calibration)
    told.run(book[:60], random_relations(seed, book["application_id"].to_list(), 10, kinds=("call", "relative")))
    if corrections and not masked:
        told.night(book[:60].sample(8, seed=seed).with_columns(phone=pl.lit("13911112222")), corrections=True)
    told.night(book[60:75])
    gone: list[str] = []
    for name in rng.choice(list(people_of(told)), 3, replace=False).tolist():
        if name in people_of(told):
            gone += people_of(told)[name]
            purge(told, name)
    held = open_store(told.url, create=False)
    assert held.check() == []
    assert held.purged().height == len(gone)
    assert audit.verify(held.audited()) == []
    assert not left_in(folder, gone).get("book.duckdb")
    refused = told.night(pl.concat([book[75:], book.filter(pl.col("application_id").is_in(gone))]))
    assert refused.summary["rejected_rows"] == len(gone)
    assert not set(gone) & {one for some in people_of(told).values() for one in some}
    if masked:  # what a store of tokens gives cannot be read into another
        (folder / "others.csv").write_bytes(book.filter(~pl.col("application_id").is_in(gone)).write_csv().encode())
        told.inputs[:] = [folder / "others.csv"]
    told.check(again=masked)


@pytest.fixture(scope="module")
def gangs(calibration: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Told, pl.DataFrame]:
    """A book with gangs in two nights, to copy."""
    folder = tmp_path_factory.mktemp("gangs")
    told = Told(folder / "book.duckdb", folder, rules(), calibration)
    book = random_book(77, people=90, applications=200, gangs=6)
    told.run(book[:150])
    told.night(book[150:])
    return told, book


@pytest.fixture
def copied(gangs: tuple[Told, pl.DataFrame], tmp_path: Path) -> tuple[Told, pl.DataFrame]:
    told, book = gangs
    open_store(told.url, create=False).backup(tmp_path / "book.duckdb")
    return Told(tmp_path / "book.duckdb", tmp_path, told.settings), book


def first_of_a_gang(told: Told) -> tuple[str, str]:
    """Return a gang that is named by the application of one of its members, and that member."""
    with told.reader() as reader:
        found = reader.table("gang_members").join(reader.table("membership"), on="person_id")
    named = found.filter(pl.col("gang_id") == "G-" + pl.col("application_id")).sort("gang_id")
    return named["gang_id"][0], named["person_id"][0]


def test_no_byte_is_left_and_what_was_written_of_them_goes(copied: tuple[Told, pl.DataFrame]) -> None:
    told, book = copied
    gang, person = first_of_a_gang(told)
    gone = people_of(told)[person]
    values = private(book, gone)
    assert len(values) > len(gone)
    store = open_store(told.url, create=False)
    name = book.filter(pl.col("application_id").is_in(gone))["name"][0]
    labels.give(store, gang, "confirmed", f"{name} ({gone[0]}) again", "ann", datetime(2026, 1, 22, tzinfo=UTC))
    audit.write(store, audit.Deed("bob", "gang --reveal", gang, "case 7"))
    audit.write(store, audit.Deed("bob", "undo", "night 9"))
    assert left_in(told.folder, values)["book.duckdb"] == values
    done = purge(told, person, why=f"asked by {name}")
    assert left_in(told.folder, values) == {}
    assert (done.people, done.applications, done.batch.command) == (1, len(gone), "purge")
    assert done.emptied == (1, 2)
    log = store.audited()
    assert log["about"].to_list() == [None, None, "night 9", f"{len(gone)} applications of 1 person"]
    assert log["why"].to_list() == [None, None, "", "asked by [purged]"]
    assert audit.verify(log) == []
    assert audit.verify(log.with_columns(emptied=pl.lit(""))) != []
    with store.snapshot() as reader:
        (label,) = reader.labels().to_dicts()
        assert label["gang_id"].startswith("G-~")
        assert label["reason"].startswith("[purged] (~")
        assert label["gang_id"] in reader.events()["gang_id"]
        named = set(reader.table("gangs")["gang_id"]) | set(reader.events()["gang_id"])
        assert gang not in named
        assert labels.find(reader, label["gang_id"]).gang_id
        for night in (1, 2):
            past = reader.at(night)
            assert not set(gone) & set(past.table("applications")["application_id"])
            assert past.table("gangs").height
            assert past.table("persons").height
    assert store.check() == []
    assert sorted(path.name for path in told.folder.iterdir()) == ["book.duckdb", "book.duckdb.lock"]


def test_everybody_of_before_a_day(copied: tuple[Told, pl.DataFrame]) -> None:
    told, _ = copied
    with told.reader() as reader:
        persons, of = reader.table("persons"), reader.table("membership")
        zone = str(reader.settings()["records.time_zone"])
    last = persons.with_columns(day=pl.col("last_applied_at").dt.convert_time_zone(zone).dt.date())
    day = last["day"].sort()[30]
    old = last.filter(pl.col("day") < day)["person_id"].to_list()
    done = purge(told, before=day)
    assert done.people == len(old) > 10
    with told.reader() as reader:
        left = of.filter(~pl.col("person_id").is_in(old))["application_id"]
        assert set(reader.table("applications")["application_id"]) == set(left)
    told.check()


def test_what_cannot_be_meant(copied: tuple[Told, pl.DataFrame], key: Path) -> None:
    told, book = copied
    with pytest.raises(UsageError, match="no person and no application 'nobody'"):
        purge(told, "nobody")
    with pytest.raises(UsageError, match="nobody's last application was made before 1990-01-01"):
        purge(told, before=date(1990, 1, 1))
    with pytest.raises(UsageError, match="nobody would be left"):
        purge(told, before=date(2100, 1, 1))
    assert not key.exists()
    with pytest.raises(UsageError, match="a name"):
        purging.purge(told.url, told.settings, name=book["application_id"][0], before=None, deed_of=("", ""))
    store = open_store(told.url, create=False)
    assert store.purged().is_empty()
    assert store.audited().is_empty()


def test_a_purge_cannot_be_undone_and_outlasts_a_book_started_afresh(copied: tuple[Told, pl.DataFrame], key: Path) -> None:
    told, book = copied
    gone = next(iter(people_of(told).values()))
    night = purge(told, gone[-1]).batch.night
    store = open_store(told.url, create=False)
    with store.lock() as writer, pytest.raises(UsageError, match="is a purge: what it erased cannot come back"):
        writer.undo(night)
    path = told.folder / "again.csv"
    book.write_csv(path)
    again = pipeline.run([path], store=told.url, settings=told.settings, replace=True)
    assert again.summary["rejected_rows"] == len(gone)
    assert again.summary["accepted"] == book.height - len(gone)
    with told.reader() as reader:
        rejects = reader.batch_table("rejects", 1).filter(pl.col("reason") == "purged")
        assert rejects["value"].to_list() == [""] * len(gone)
    path.unlink()
    assert left_in(told.folder, gone) == {}
    key.unlink()
    with pytest.raises(ConfigurationError, match="there is no key"):
        told.night(book[:3])


def test_relations_do_not_bring_them_back(copied: tuple[Told, pl.DataFrame]) -> None:
    told, book = copied
    (_, gone), (_, others), *_ = people_of(told).items()
    purge(told, gone[0])
    related = pl.DataFrame({"source": [gone[0], others[0]], "target": [others[0], "later"], "kind": ["call", "call"]})
    told.night(book[:1], related)
    with told.reader() as reader:
        found = reader.table("relations")
    assert {*found["source"], *found["target"]} == {others[0], "later"}


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("", ""),
        ("A1: 王小明, call 13800138000!", "~T: [purged], call [purged]!"),
        ("王小明明 Liam Li", "[purged]明 Liam [purged]"),
        ("xLi Li2 A12", "xLi Li2 A12"),
    ],
)
def test_words_that_go(text: str, cleaned: str) -> None:
    assert without(text, {"A1": "~T"}, audit.Words({"王小明", "王小", "13800138000", "Li"})) == cleaned


def test_on_a_server(gangs: tuple[Told, pl.DataFrame], calibration: Path, tmp_path: Path, neo4j_url: str) -> None:
    """One who gave a gang its name, of whom there are older versions, and one of whose values is too long for an index."""
    embedded, book = gangs
    _, person = first_of_a_gang(embedded)
    first = pl.col("application_id") == people_of(embedded)[person][0]
    long = book.filter(first).with_columns(employer=pl.lit("很长" * 4000), application_id=pl.lit("LONG"))
    told = Told(neo4j_url, tmp_path, rules(), calibration)
    told.run(pl.concat([book, long]), random_relations(5, book["application_id"].to_list(), 10, kinds=("call", "relative")))
    told.night(book.filter(first).with_columns(amount=pl.lit("7"), contact1_phone=pl.lit("13612345678")), corrections=True)
    told.night(book.filter(first).with_columns(amount=pl.lit("8")), corrections=True)
    gone = next(ids for ids in people_of(told).values() if "LONG" in ids)
    gang, _ = first_of_a_gang(told)
    values = private(book, gone) | {"LONG", "13612345678", "很长很长"}
    store = open_store(told.url, create=False)
    labels.give(store, gang, "confirmed", f"see {gone[0]}", "ann", datetime(2026, 1, 22, tzinfo=UTC) + timedelta(microseconds=7))

    def everything() -> str:
        user = os.environ["NEO4J_USERNAME"], os.environ["NEO4J_PASSWORD"]
        with GraphDatabase.driver(neo4j_url, auth=user) as driver:
            asked = ("MATCH (n) RETURN [k IN keys(n) | n[k]]", "MATCH ()-[r]->() RETURN [k IN keys(r) | r[k]]")
            return repr([record.values() for query in asked for record in driver.execute_query(query).records])

    before = everything()
    assert [value for value in values if value not in before] == []
    done = purge(told, "LONG")
    assert (done.people, done.applications, done.batch.command) == (1, len(gone), "purge")
    after = everything()
    assert [value for value in values if value in after] == []
    assert store.check() == []
    assert audit.verify(store.audited()) == []
    assert store.audited()["emptied"].to_list() == ["", "1"]
    assert store.purged().height == len(gone)
    with store.lock() as writer, pytest.raises(UsageError, match="is a purge"):
        writer.undo(done.batch.night)
    told.check()
