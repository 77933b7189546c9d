"""Incremental equals full, through real stores: after any nights a store is the one that a single run makes of the same applications.

The in-memory proof is `tests/test_incremental.py`; here files are read, people are confirmed by the real rules, and every table is compared
as a store gives it. FRAUDGRAPH_BOOKS sets how many random books are tried (500 is the full count).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from night_books import Told, calibration_of, id_number, luhn, random_book, random_relations, rules

from fraudgraph import pipeline
from fraudgraph.errors import ConfigurationError, UsageError
from fraudgraph.progress import Progress
from fraudgraph.settings import Settings, defaults
from fraudgraph.stores import open_store

BOOKS = int(os.environ.get("FRAUDGRAPH_BOOKS", "2"))
SAMPLES = Path(__file__).resolve().parent.parent / "data/samples"
Make = Callable[..., Told]


@pytest.fixture(scope="module")
def calibration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Learned once, on a larger book of the same make."""
    folder = tmp_path_factory.mktemp("learned")
    told = Told(folder / "learned.duckdb", folder, rules())
    book = random_book(1, people=300, applications=600, gangs=20)
    relations = random_relations(1, book["application_id"].to_list(), 40, kinds=("call", "relative"))
    assert told.run(book, relations).summary["calibration"]["case"] == "learned"
    return calibration_of(told.url, folder / "calibration.json")


@pytest.fixture
def tell(tmp_path: Path, calibration: Path) -> Make:
    def make(settings: Settings | None = None, learned: bool = True) -> Told:
        return Told(tmp_path / "book.duckdb", tmp_path, settings or rules(), calibration if learned else None)

    return make


def changed(book: pl.DataFrame, ids: list[str], **values: pl.Expr) -> pl.DataFrame:
    """Return the applications ``ids`` with other values."""
    return book.filter(pl.col("application_id").is_in(ids)).with_columns(**values)


def test_nights_late_arrivals_and_relations(tell: Make) -> None:
    """Applications that are dated before the last night; relations given later, and some whose other end comes later still."""
    book = random_book(77)
    ids = book["application_id"].to_list()
    late = book.sample(fraction=1.0, shuffle=True, seed=3)
    relations = random_relations(1, ids, 14)
    told = tell()
    told.run(late[:55], relations[:5])
    assert told.night(late[55:70]).summary["accepted"] == 15
    pending = told.night(late[70:80], relations[3:]).summary["pending"]
    assert told.night(late[80:]).summary["pending"] == 0 < pending
    found = told.check()
    assert min(len(found[name]) for name in ("gangs", "hubs", "conflicts")) > 0
    assert len(found["relations"]) > 8


def test_corrections_and_outcomes(tell: Make) -> None:
    """A value, an intent, a time, a name: people split, gangs lose what tied them. Outcomes come late and change nothing else."""
    book = random_book(9)
    told = tell()
    told.run(book[:70])
    told.night(book[70:])
    with told.reader() as reader:
        several = reader.table("membership").filter(pl.len().over("person_id") > 1)["application_id"].to_list()
        before = reader.table("persons").height
    nothing = pl.lit(None, pl.String)
    corrected = pl.concat(
        [
            changed(book, several[0:3], name=pl.lit("欧阳天雪"), id_number=nothing, phone=nothing, bank_card=nothing),
            changed(book, several[3:5], device_id=pl.lit("device-of-nobody-else"), ip=nothing),
            changed(book, several[5:7], fraud_intent=pl.lit("0.010000")),
            changed(book, several[7:9], applied_at=pl.lit("2020-11-01 00:00:00")),
        ]
    )
    rejected = told.night(corrected)
    assert (rejected.summary["accepted"], rejected.summary["rejected_rows"], rejected.summary["corrected"]) == (0, 9, 0)
    night = told.night(corrected, corrections=True)
    assert (night.summary["accepted"], night.summary["corrected"], night.repeated_batch) == (9, 9, False)
    with told.reader() as reader:
        assert reader.table("persons").height > before
    outcomes = book[:20].with_columns(fraud_label=pl.lit("bad"), label_time=pl.lit("2026-01-02 00:00:00"))
    late = told.night(outcomes.join(corrected, on="application_id", how="anti"))
    assert late.summary["accepted"] == 0 < late.summary["repeated"]
    found = told.check()
    assert found["applications"]["fraud_label"].count() == late.summary["repeated"]


def test_corrections_of_a_run_are_those_of_a_night(tell: Make, tmp_path: Path, calibration: Path) -> None:
    book = random_book(10)
    fixed = changed(book, book["application_id"][5:15].to_list(), device_id=pl.lit("dev-new"), fraud_intent=pl.lit("0.900000"))
    told, other = tell(), Told(tmp_path / "other.duckdb", tmp_path, rules(), calibration)
    for one in (told, other):
        one.run(book)
    told.night(fixed, corrections=True)
    from fraudgraph import pipeline

    outcome = pipeline.run([told.inputs[-1]], store=other.url, settings=other.settings, corrections=True)
    assert (outcome.summary["corrected"], outcome.summary["accepted"]) == (10, 10)
    with told.reader() as one, other.reader() as two:
        assert one.table("verdicts").equals(two.table("verdicts"))
        assert one.table("keys").equals(two.table("keys"))


def test_a_calibration_of_another_fraudgraph_is_learned_anew_by_a_run_and_refused_by_a_night(tell: Make) -> None:
    book = random_book(7)
    told = tell()
    told.run(book[:60])
    with duckdb.connect(str(told.url)) as duck:
        duck.execute("""UPDATE documents SET document = replace(document, '"format": 3', '"format": 1') WHERE kind = 'calibration'""")
        duck.execute("""UPDATE documents SET document = replace(document, '"format":3', '"format":1') WHERE kind = 'calibration'""")
    with pytest.raises(ConfigurationError, match=r"format 1.*fraudgraph run"):
        told.night(book[60:])
    said: list[str] = []

    class Listener(Progress):
        def note(self, message: str) -> None:
            said.append(message)

    pipeline.run([], store=told.url, settings=told.settings, progress=Listener())
    assert [message for message in said if "another fraudgraph" in message]
    assert told.night(book[60:]).summary["accepted"] == 30


def crowd(first: int, count: int, device: str | None, day: str) -> pl.DataFrame:
    """People with nothing in common but, perhaps, a device."""
    return pl.DataFrame(
        {
            "application_id": [f"Z{first + i:03d}" for i in range(count)],
            "applied_at": [f"{day} {8 + i % 12:02d}:00:00" for i in range(count)],
            "name": [f"李{'伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚'[(first + i) % 20]}" for i in range(count)],
            "id_number": [id_number(500 + first + i) for i in range(count)],
            "device_id": pl.Series([device] * count, dtype=pl.String),
            "fraud_intent": ["0.8"] * count,
        }
    )


def test_a_hub_forms_and_dissolves(tell: Make) -> None:
    told = tell()
    told.run(pl.concat([random_book(11, applications=60), crowd(0, 8, "shared-device", "2021-01-05")], how="diagonal"))
    with told.reader() as reader:
        assert "shared-device" not in " ".join(reader.table("hubs")["key"])
        tied = reader.table("ties")
    told.night(crowd(8, 6, "shared-device", "2021-01-06"))
    found = told.check()
    assert found["hubs"].filter(pl.col("kind") == "device")["people"].to_list() == [14]
    beyond = [f"P-Z{i:03d}" for i in range(9, 14)]
    assert not found["ties"].filter(pl.any_horizontal(pl.col("person_a", "person_b").is_in(beyond))).height, "the hub ties nobody"
    assert tied.join(found["ties"], on=["person_a", "person_b"], how="anti").is_empty(), "those before it was one stay tied"
    told.night(crowd(4, 7, None, "2021-01-05"), corrections=True)
    with told.reader() as reader:
        assert len(reader.table("hubs", where={"kind": ["device"]})) == 0


def test_people_who_turn_out_to_be_one(tell: Make) -> None:
    """Known by their phone, and by their card; then somebody of that name gives both."""
    told = tell()
    rows = {
        "application_id": ["Y1", "Y2", "Y3"],
        "applied_at": ["2021-03-01 10:00:00", "2021-03-02 10:00:00", "2021-04-01 10:00:00"],
        "name": ["上官飞燕"] * 3,
        "phone": ["13957204618", None, "13957204618"],
        "bank_card": [None, luhn(10), luhn(10)],
        "device_id": ["dev-y1", "dev-y2", None],
        "fraud_intent": ["0.9", "0.5", "0.7"],
    }
    three = pl.DataFrame(rows)
    told.run(pl.concat([random_book(12), three[:2]], how="diagonal"))
    with told.reader() as reader:
        assert reader.table("membership", where={"application_id": ["Y1", "Y2"]})["person_id"].to_list() == ["P-Y1", "P-Y2"]
    told.night(three[2:])
    found = told.check()
    assert found["membership"].filter(pl.col("application_id").str.starts_with("Y"))["person_id"].to_list() == ["P-Y1"] * 3


def test_masked_values(tell: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = tmp_path / "key"
    key.touch(mode=0o600)
    key.write_text(f"fraudgraph-key-1 {'03' * 32}\n")
    monkeypatch.setenv("FRAUDGRAPH_KEY_FILE", str(key))
    told = tell(rules(store__values="masked"))
    book = random_book(13)
    told.run(book[:60])
    told.night(book[60:75])
    told.night(book[75:])
    found = told.check(again=True)
    assert len(found["communities"])
    assert found["applications"]["phone"].drop_nulls().str.contains("*", literal=True).all()


@pytest.mark.parametrize("case", ["no intents", "prior"])
def test_books_that_taught_nothing(tell: Make, case: str) -> None:
    book = random_book(14)
    if case == "no intents":
        book = book.drop("fraud_intent")
    told = tell(rules(graph__learn_pairs=5500), learned=False)
    assert told.run(book[:60]).summary["calibration"]["case"] == case
    told.night(book[60:75])
    assert told.night(book[75:]).summary["calibration"]["case"] == case
    assert len(told.check()["ties"])


@settings(max_examples=BOOKS, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(10, 10**6),
    cuts=st.lists(st.floats(0.3, 0.99), min_size=1, max_size=3),
    in_time=st.booleans(),
    wrong=st.integers(0, 6),
)
def test_random_books_and_cuts(
    tmp_path_factory: pytest.TempPathFactory, calibration: Path, seed: int, cuts: list[float], in_time: bool, wrong: int
) -> None:
    """Some applications come with wrong values first, and are corrected in the last night."""
    folder = tmp_path_factory.mktemp("random")
    rng = np.random.default_rng(seed)
    book = random_book(seed)
    relations = random_relations(seed, book["application_id"].to_list())
    first = book if in_time else book.sample(fraction=1.0, shuffle=True, seed=seed)
    places = sorted({int(len(book) * cut) for cut in cuts} | {len(book)})
    early = first["application_id"][: places[0]].to_list()
    ids = [early[i] for i in rng.choice(len(early), wrong, replace=False)]
    other = first.sample(fraction=1.0, shuffle=True, seed=seed + 1)
    values = {name: other[name] for name in ("device_id", "phone", "name", "fraud_intent", "applied_at") if rng.random() < 0.5}
    said = first.with_columns(
        pl.when(pl.col("application_id").is_in(ids)).then(value).otherwise(pl.col(name)).alias(name) for name, value in values.items()
    )
    told = Told(folder / "book.duckdb", folder, rules(), calibration)
    told.run(said[: places[0]], relations[:3])
    for start, end in pairwise(places):
        told.night(said[start:end], relations[start % 8 :])
    if ids:
        told.night(first.filter(pl.col("application_id").is_in(ids)), corrections=True)
    told.check()


def test_a_night_under_other_rules_is_refused(tell: Make, tmp_path: Path, calibration: Path) -> None:
    book = random_book(15, applications=40)
    told = tell()
    told.run(book[:30])
    for other in ({"verdicts.min_members": 4}, {"graph.seed": 7}, {"graph.cap": defaults().integer("graph.cap")}):
        told.settings = rules().override(other)
        with pytest.raises(ConfigurationError, match=next(iter(other))):
            told.night(book[30:])
    told.settings = defaults().override({"verdicts.min_members": 3})  # says what the store does, and of the rest nothing
    assert told.night(book[30:]).summary["accepted"] == 10
    with told.reader() as reader:
        assert reader.night == 2
        assert reader.batches()[-1].summary["versions"] == {
            "fraudgraph": reader.batches()[0].summary["versions"]["fraudgraph"],
            "calibration": reader.calibration().name,  # type: ignore[union-attr]
            "ruleset": reader.ruleset().name,  # type: ignore[union-attr]
        }


def test_without_a_book_there_is_no_night(tmp_path: Path) -> None:
    told = Told(tmp_path / "book.duckdb", tmp_path, rules())
    with pytest.raises(UsageError, match=r"no book in .* yet: make one with `fraudgraph run`"):
        told.night(random_book(16, applications=5))
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("book")] == []
    with open_store(told.url, create=True).snapshot() as reader:
        assert reader.night == 0


def test_nights_on_a_server(neo4j_url: str, tmp_path: Path) -> None:
    """Part of the sample in nights, some of it late, with relations and corrections; compared with a run into an embedded store."""
    book = pl.read_csv(SAMPLES / "applications_cn.csv", infer_schema=False).unique("申请编号", keep="first", maintain_order=True)
    book = book.sort("申请时间", "申请编号")
    late = pl.concat([book[:500], book[520:720], book[500:520]])
    relations = pl.read_csv(SAMPLES / "relations.csv", infer_schema=False).select("source", "target", "kind")
    told = Told(neo4j_url, tmp_path, defaults())
    told.run(late[:600], relations[:30])
    told.night(late[600:], relations[20:])
    moved = late[550:553].with_columns(pl.lit("北京市海淀区学院路9号3栋402室").alias("家庭住址"))
    assert told.night(moved, corrections=True).summary["corrected"] == 3
    found = told.check()
    assert len(found["applications"]) > 700
    assert len(found["ties"])
    with told.reader() as reader:
        assert [batch.command for batch in reader.batches()] == ["run", "nightly", "nightly"]
