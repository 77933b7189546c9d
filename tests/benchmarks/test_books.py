"""The book generator: the same book for the same seed, a truth that fits the book, shares as asked, and looks that were asked for."""

from __future__ import annotations

import importlib
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from benchmarks.books import __main__ as command
from benchmarks.books import chinese, relations, thirty
from benchmarks.books._chinese_gangs import SHAPE_SETS, SHAPES
from benchmarks.books._chinese_text import id_numbers
from benchmarks.books._strings import digits, text, with_luhn
from benchmarks.books.base import Book

CANONICAL = [
    *("application_id", "applied_at", "name", "id_number", "phone", "device_id", "bank_card", "home_address", "employer", "employer_phone"),
    *("contact1_phone", "contact2_phone", "ip", "wifi_mac", "channel", "amount", "fraud_intent"),
]


def joined(book: Book) -> pl.DataFrame:
    return book.applications.join(book.truth, on="application_id", how="left", validate="1:1")


def gangs(book: Book) -> pl.DataFrame:
    return joined(book).filter(pl.col("gang").is_not_null())


def same(one: Book, other: Book) -> bool:
    return one.applications.equals(other.applications) and one.truth.equals(other.truth)


@pytest.mark.parametrize(
    "options", [{}, {"camouflage": 0.3, "shapes": "twelve", "families_alike": True}, {"intents": "permuted", "slow": True}]
)
def test_the_same_seed_gives_the_same_book(options: dict[str, object]) -> None:
    assert same(chinese.make(3000, 7, **options), chinese.make(3000, 7, **options))  # type: ignore[arg-type]
    assert not chinese.make(3000, 7).applications.equals(chinese.make(3000, 8).applications)


def test_a_book_does_not_depend_on_the_parts_it_is_written_in(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = chinese.make(3000, 7)
    monkeypatch.setattr(chinese, "PART", 1000)
    parts = list(chinese.written(chinese.plan(3000, 7)))
    assert [part.applications.height for part in parts] == [1000, 1000, 1000]
    assert pl.concat([part.truth for part in parts]).equals(whole.truth)
    assert pl.concat([part.applications for part in parts])["employer_phone"].equals(whole.applications["employer_phone"])


@pytest.mark.parametrize("share", [0.005, 0.02, 0.05])
def test_truth_fits_the_book_and_shares_are_as_asked(share: float) -> None:
    book = chinese.make(20_000, 3, share)
    assert book.applications.columns == CANONICAL
    assert book.applications.height == 20_000
    assert book.applications["application_id"].is_unique().all()
    assert book.applications["applied_at"].is_sorted()
    assert set(book.truth["application_id"]) == set(book.applications["application_id"])
    members = gangs(book)
    assert abs(members.height / 20_000 - share) <= 4 / 20_000
    assert members.group_by("gang").agg(pl.col("gang_kind").n_unique())["gang_kind"].max() == 1
    assert members.group_by("gang").len()["len"].min() >= 4  # type: ignore[operator]
    assert members.group_by("person").agg(pl.col("gang").n_unique())["gang"].max() == 1
    assert joined(book).group_by("person").agg(pl.col("gang").is_null().n_unique())["gang"].max() == 1
    assert book.truth.select((pl.col("gang").is_null() == pl.col("gang_kind").is_null()).all()).item()


def test_no_gangs_where_none_are_asked_for() -> None:
    for book in (chinese.make(5000, 1, 0.0), relations.make(600, 1, 0.0), thirty.make(seed=1, gang_share=0.0)):
        assert book.truth["gang"].null_count() == book.truth.height
        assert book.truth["gang_kind"].null_count() == book.truth.height


def test_ordinary_people_are_mostly_as_good_as_the_practice_books_say() -> None:
    honest = joined(chinese.make(20_000, 5)).filter(pl.col("gang").is_null())["fraud_intent"].to_numpy()
    assert np.quantile(honest, [0.05, 0.5, 0.95]) == pytest.approx([0.011, 0.134, 0.407], abs=0.012)
    assert np.mean(honest > 0.4) == pytest.approx(0.053, abs=0.008)


def test_camouflage_lowers_the_intents_of_members_and_names_innocents() -> None:
    plain, hidden = gangs(chinese.make(50_000, 2)), gangs(chinese.make(50_000, 2, camouflage=0.3))
    assert np.mean(plain["fraud_intent"].to_numpy() < 0.3) == pytest.approx(0.19, abs=0.05)
    assert np.mean(hidden["fraud_intent"].to_numpy() < 0.3) == pytest.approx(0.37, abs=0.05)
    no_ring = pl.col("gang_kind") != "contact_ring"
    assert plain.filter(no_ring, pl.col("contact2_phone") != "").height == 0
    assert hidden.filter(no_ring, pl.col("contact2_phone") != "").height / hidden.filter(no_ring).height == pytest.approx(0.15, abs=0.05)


@pytest.mark.parametrize(
    ("shape", "column", "largest"),
    [
        ("device_farm", "device_id", 5),
        ("card_pool", "bank_card", 6),
        ("address_ring", "contact1_phone", 4),
        ("shell_company", "employer_phone", 63),
        ("wifi_den", "wifi_mac", 63),
        ("id_family", "id_number", 4),
        ("broker", "contact1_phone", 63),
        ("pair_rotation", "device_id", 2),
        ("pair_rotation", "bank_card", 2),
    ],
)
def test_a_shape_ties_its_members(shape: str, column: str, largest: int) -> None:
    members = gangs(chinese.make(20_000, 4, shapes=shape)).with_columns(key=pl.col(column).str.replace_all("[ :-]", "").str.to_lowercase())
    uses = (
        members.filter(pl.col("key").str.len_chars() > 8, pl.col("key") != "13800138000", pl.col("key").str.contains("[1-9]"))
        .group_by("gang", "key")
        .len()
    )
    assert set(members["gang_kind"]) == {shape}
    assert uses["len"].max() <= largest  # type: ignore[operator]
    assert uses.filter(pl.col("len") > 1)["len"].sum() > 0.5 * members.height


def test_recruits_name_recruiters_and_rings_close() -> None:
    for shape, closed in (("contact_ring", True), ("referral_chain", False)):
        members = gangs(chinese.make(20_000, 6, shapes=shape))
        digits_of = [pl.col(c).str.replace_all(r"[^0-9]", "").str.tail(11).alias(c) for c in ("phone", "contact1_phone")]
        named = members.with_columns(digits_of).with_row_index("row")
        pairs = named.join(named.select("gang", phone="phone", named="row"), left_on=["gang", "contact1_phone"], right_on=["gang", "phone"])
        assert pairs.height > 0.7 * members.height
        assert (pairs.filter(pl.col("named") > pl.col("row")).height > 0) == closed


def test_runs_of_numbers_and_returns() -> None:
    farm = gangs(chinese.make(20_000, 4, shapes="sim_farm")).with_columns(
        n=pl.col("phone").str.replace_all(r"[^0-9]", "").str.tail(11).cast(pl.Int64, strict=False)
    )
    near = farm.sort("gang", "n").select((pl.col("n").diff().over("gang") <= 2).mean()).item()
    assert near > 0.6
    back = gangs(chinese.make(20_000, 4, shapes="bust_out"))
    assert set(back.group_by("person").len()["len"]) == {2}
    spans = back.group_by("gang").agg(days=(pl.col("applied_at").max() - pl.col("applied_at").min()).dt.total_days())
    assert spans["days"].min() >= 15  # type: ignore[operator]


def test_slow_gangs_and_long_books() -> None:
    spans = (
        gangs(chinese.make(30_000, 4, slow=True))
        .group_by("gang")
        .agg(pl.len(), days=(pl.col("applied_at").max() - pl.col("applied_at").min()).dt.total_days())
    )
    assert spans.filter(pl.col("len") >= 15)["days"].min() >= 40  # type: ignore[operator]
    assert spans["days"].max() <= 80  # type: ignore[operator]
    months = chinese.make(36_000, 4, months=36).applications.group_by_dynamic("applied_at", every="1mo").agg(pl.len())["len"]
    assert months.len() == 36
    assert months.min() > 800  # type: ignore[operator]


def _household_correlation(book: Book) -> float:
    flats = joined(book).filter(pl.col("home_address").str.contains("室$")).unique("person", maintain_order=True)
    pairs = flats.join(flats, on="home_address").filter(pl.col("person").cast(pl.Int64) < pl.col("person_right").cast(pl.Int64))
    return float(np.corrcoef(pairs["fraud_intent"], pairs["fraud_intent_right"])[0, 1])


def test_families_are_alike_only_where_asked_for() -> None:
    assert abs(_household_correlation(chinese.make(20_000, 9, 0.0))) < 0.05
    assert _household_correlation(chinese.make(20_000, 9, 0.0, families_alike=True)) > 0.3


def test_permuted_intents_know_nothing_and_none_are_none() -> None:
    own, mixed = chinese.make(20_000, 9), chinese.make(20_000, 9, intents="permuted")
    assert float(gangs(own)["fraud_intent"].mean()) > 0.45  # type: ignore[arg-type]
    assert float(gangs(mixed)["fraud_intent"].mean()) == pytest.approx(0.17, abs=0.03)  # type: ignore[arg-type]
    assert "fraud_intent" not in chinese.make(2000, 9, intents="none").applications.columns


def test_a_gangs_network_is_its_own_unless_there_is_noise() -> None:
    def networks(noise: float) -> float:
        own = gangs(chinese.make(20_000, 9, ip_noise=noise)).filter(~pl.col("ip").str.contains(r"^(223\.104|0|10|127|192\.168)\."))
        return float(own.group_by("gang").agg(n=pl.col("ip").str.extract(r"^(\d+\.\d+)\.").n_unique())["n"].mean())  # type: ignore[arg-type]

    assert networks(0.0) == 1.0
    assert networks(1.0) > 3.0


def test_numbers_have_the_check_digits_of_real_ones() -> None:
    from stdnum import luhn
    from stdnum.cn import ric

    book = chinese.make(2000, 9).applications
    cards = book["bank_card"].str.replace_all(" ", "").filter(book["bank_card"].str.len_chars() > 5)
    assert all(luhn.is_valid(card) for card in cards)
    numbers = [number.strip().upper() for number in book["id_number"]]
    assert all(ric.calc_check_digit(number) == number[-1] and ric.get_birth_date(number) for number in numbers)
    assert id_numbers(np.array([0, 1, 16])).str.slice(6, 8).to_list() == ["19620101", "19620101", "19620102"]
    assert text(with_luhn(np.array([7992739871]), 10)).to_list() == ["79927398713"]
    assert text(digits(np.array([5, 123456]), 4)).to_list() == ["0005", "3456"]


def test_wrong_options_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="unknown gang shape"):
        chinese.make(100, 1, shapes="circle")
    with pytest.raises(ValueError, match="permuted"):
        chinese.make(100, 1, intents="some")
    with pytest.raises(ValueError, match="gang_share"):
        chinese.make(100, 1, 2.0)
    with pytest.raises(SystemExit, match="has no option colour"):
        command.main(["chinese", "--applications", "100", "--out", str(tmp_path), "--colour", "red"])


def test_the_command_writes_a_book(tmp_path: Path) -> None:
    command.main(
        ["chinese", "--applications", "600", "--seed", "3", "--gang-share", ".1", "--shapes", "ten", "--slow", "--out", str(tmp_path)]
    )
    book = chinese.make(600, 3, 0.1, shapes="ten", slow=True)
    assert pl.read_parquet(tmp_path / "book.parquet").equals(book.applications)
    assert pl.read_parquet(tmp_path / "truth.parquet").equals(book.truth)
    written = pl.read_csv(tmp_path / "book.csv", infer_schema=False)
    assert written["phone"].equals(book.applications["phone"])
    assert written["applied_at"][0] == book.applications["applied_at"].dt.strftime("%Y-%m-%d %H:%M:%S")[0]
    command.main(["relations", "--applications", "300", "--out", str(tmp_path / "calls")])
    assert (tmp_path / "calls" / "relations.csv").read_text(encoding="utf-8").startswith("source,target,kind,weight,applied_at\n")


@pytest.mark.parametrize("variant", sorted(relations.VARIANTS))
def test_the_graph_of_calls_is_dense_and_holds_together(variant: str) -> None:
    igraph = pytest.importorskip("igraph")
    book = relations.make(2000, 1, variant=variant)
    calls = book.relations
    assert calls is not None
    assert calls.height == round(2000 * relations.TIES_PER_PERSON)
    assert (calls["source"] < calls["target"]).all()
    assert not calls.select("source", "target").is_duplicated().any()
    assert book.truth["gang"].is_not_null().mean() == pytest.approx(0.3213, abs=0.001)
    place = {name: number for number, name in enumerate(book.applications["application_id"])}
    graph = igraph.Graph(n=2000, edges=list(zip(calls["source"].replace_strict(place), calls["target"].replace_strict(place), strict=True)))
    assert max(graph.connected_components().sizes()) > 1940
    degree = np.array(graph.degree())
    assert np.quantile(degree, 0.99) > 3 * np.median(degree)
    fraud = book.truth["gang"].is_not_null().to_numpy()
    x = book.applications["fraud_intent"].to_numpy()
    assert np.mean(x[fraud][:, None] > x[~fraud][None, :]) == pytest.approx(0.95, abs=0.015)


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_thirty_has_one_ring_that_nobody_else_touches(seed: int) -> None:
    book = thirty.make(seed=seed)
    assert same(book, thirty.make(seed=seed))
    assert book.applications.height == book.truth.height == 30
    names = ("device_id", "contact1_phone", "fraud_intent") if seed % 2 else ("device_fingerprint", "contact1_phone", "score")
    device, contact, intent = names
    ring = book.truth["gang"].is_not_null()
    inside, outside = book.applications.filter(ring), book.applications.filter(~ring)
    assert inside.height == 5
    assert inside[device].n_unique() == 2
    assert inside[contact].n_unique() == 1
    assert inside[intent].mean() == pytest.approx(0.8, abs=0.06)
    assert outside[intent].max() <= 0.45  # type: ignore[operator]
    assert not set(inside[device]) & set(outside[device])
    assert not set(inside[contact]) & set(outside[contact])


def test_every_family_keeps_the_contract() -> None:
    for family in ("chinese", "relations", "thirty"):
        book = importlib.import_module(f"benchmarks.books.{family}").make(applications=60, seed=1)
        assert book.truth.columns == ["application_id", "person", "gang", "gang_kind"]
    assert set(SHAPES) >= set(SHAPE_SETS["ten"])
