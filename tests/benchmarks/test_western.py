"""The Western family: deterministic, dirty in the ways it says, gangs that share what their shapes share."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from stdnum import luhn
from stdnum.iso7064 import mod_97_10

from benchmarks.books import _western_spell as spell
from benchmarks.books import western
from benchmarks.books._western_gangs import NINE
from benchmarks.books.base import Book


@pytest.fixture(scope="module")
def book() -> Book:
    return western.make(12_000, 3, gang_share=0.05, shapes="nine")


def people_of(book: Book, column: str) -> pl.DataFrame:
    """Distinct (value, person, gang, kind) of a column."""
    frame = book.applications.unique(maintain_order=True).join(book.truth, left_on="app_id", right_on="application_id")
    value = pl.col(column).str.to_lowercase().str.replace_all(r"[^0-9a-z@]", "")
    return frame.select(value=value, person="person", gang="gang", kind="gang_kind").drop_nulls("value").unique()


def sharing(book: Book, column: str, kind: str) -> float:
    """Share of the people of gangs of this kind whose value another member of the same gang gave too."""
    rows = people_of(book, column).filter(pl.col("kind") == kind)
    shared = rows.filter(pl.col("person").n_unique().over("gang", "value") > 1)["person"].n_unique()
    return shared / rows["person"].n_unique()


def test_same_seed_same_book_other_seed_other_book() -> None:
    one, two, other = western.make(1500, 8), western.make(1500, 8), western.make(1500, 9)
    assert one.applications.equals(two.applications)
    assert one.truth.equals(two.truth)
    assert (
        not set(one.applications["device_fingerprint"].drop_nulls())
        & set(other.applications["device_fingerprint"].drop_nulls()) - JUNK_DEVICES
    )


JUNK_DEVICES = {"unknown", "null", "00000000-0000-0000-0000-000000000000", "02:00:00:00:00:00"}


def test_columns_and_truth(book: Book) -> None:
    assert book.applications.columns == list(western.HEADERS)
    assert set(book.applications.dtypes) == {pl.String()}
    assert book.relations is None
    assert book.truth.columns == ["application_id", "person", "gang", "gang_kind"]
    assert set(book.applications["app_id"]) == set(book.truth["application_id"])
    assert book.truth["application_id"].n_unique() == len(book.truth)
    assert abs(len(book.truth) - 12_000) < 400
    assert set(book.truth["gang_kind"].drop_nulls()) == set(NINE)
    assert 0.04 < book.truth["gang"].is_not_null().mean() < 0.06  # type: ignore[operator]


def test_times_are_in_order_and_inside_the_book(book: Book) -> None:
    times = book.applications["apply_time"].str.to_datetime(time_zone="UTC")
    assert times.is_sorted()
    assert times.min().date().isoformat() >= "2023-07-01"  # type: ignore[union-attr]
    assert times.max().date().isoformat() <= "2024-12-23"  # type: ignore[union-attr]
    assert {text[19:] for text in book.applications["apply_time"]} >= {"Z", "+01:00", "+02:00", "-05:00", "-08:00"}


def test_every_column_has_gaps_and_some_rows_are_repeated(book: Book) -> None:
    gaps = {name: book.applications[name].null_count() / len(book.applications) for name in western.HEADERS[2:]}
    assert all(0.01 < share < 0.25 for share in gaps.values()), gaps
    repeats = len(book.applications) - len(book.truth)
    assert 1 <= repeats <= 40
    assert book.applications.is_duplicated().sum() == 2 * repeats


@pytest.mark.parametrize(
    ("kind", "column", "least"),
    [
        ("student_ring", "device_fingerprint", 0.3),
        ("family_ring", "home_address", 0.4),
        ("synthetic_id", "id_number", 0.35),
        ("loan_stacking", "ip", 0.6),
        ("mule_chain", "card_no", 0.4),
        ("insider", "channel", 0.9),
    ],
)
def test_shapes_share_what_they_are_made_of(book: Book, kind: str, column: str, least: float) -> None:
    assert sharing(book, column, kind) > least


def test_a_farm_sits_in_a_range_and_a_sim_box_counts_up(book: Book) -> None:
    rows = people_of(book, "ip").filter(pl.col("kind") == "account_farm")
    assert rows["person"].n_unique() > 8
    frame = book.applications.join(book.truth, left_on="app_id", right_on="application_id")
    farm = frame.filter(pl.col("gang_kind") == "account_farm").with_columns(net=pl.col("ip").str.replace(r"\.\d+$", ""))
    biggest = farm.group_by("gang", "net").len().group_by("gang").agg(pl.col("len").max() / pl.col("len").sum())
    assert biggest["len"].mean() > 0.35  # type: ignore[operator]
    box = frame.filter(pl.col("gang_kind") == "sim_box").select(
        "gang", n=pl.col("mobile").str.replace_all(r"\D", "").str.slice(-8).cast(pl.Int64, strict=False)
    )
    steps = box.drop_nulls().unique().sort("gang", "n").select(pl.col("n").diff().over("gang").alias("step")).drop_nulls()["step"]
    assert ((steps <= 3).sum() / len(steps)) > 0.4


def test_some_members_have_an_ordinary_score(book: Book) -> None:
    frame = book.applications.join(book.truth, left_on="app_id", right_on="application_id")
    score = frame.select(x=pl.col("score").cast(pl.Float64), gang=pl.col("gang").is_not_null()).drop_nulls()
    members = score.filter("gang")["x"]
    others = score.filter(~pl.col("gang"))["x"]
    assert others.mean() < 0.14  # type: ignore[operator]
    assert 0.25 < (members < 0.3).mean() < 0.45  # type: ignore[operator]
    assert 0.01 < (others > 0.4).mean() < 0.05  # type: ignore[operator]


def test_no_gangs_and_a_surge() -> None:
    assert western.make(1500, 2, gang_share=0.0).truth["gang"].null_count() == len(western.make(1500, 2, gang_share=0.0).truth)
    surge = western.make(4000, 2, gang_share=0.08, start="2019-10-01", days=212, surge="2020-01-22", largest=9)
    frame = surge.applications.unique().join(surge.truth, left_on="app_id", right_on="application_id").drop_nulls("gang")
    assert (frame["apply_time"] >= "2020-01-22").mean() > 0.6  # type: ignore[operator]
    assert frame.group_by("gang").agg(pl.col("person").n_unique())["person"].max() <= 9  # type: ignore[operator]


def test_honest_people_share_too(book: Book) -> None:
    for column, least in (("home_address", 0.08), ("device_fingerprint", 0.03), ("ip", 0.2), ("employer_phone", 0.4)):
        rows = people_of(book, column).filter(pl.col("gang").is_null())
        shared = rows.filter(pl.col("person").n_unique().over("value") > 1)["person"].n_unique()
        assert shared > least * rows["person"].n_unique(), column


def test_check_digits() -> None:
    numbers = np.arange(2000)
    written = spell.cards(np.random.default_rng(1), numbers, numbers % 5)
    plain = written.drop_nulls().str.replace_all(r"[ -]", "").str.to_uppercase()
    real = plain.filter(~plain.is_in(["4111111111111111", "0000000000000000", "N/A"]))
    valid = [luhn.is_valid(text) if text.isdigit() else mod_97_10.is_valid(text[4:] + text[:4]) for text in real]
    assert sum(valid) > 0.98 * len(valid)  # the rest are typing errors


def test_a_swap_changes_two_neighbours() -> None:
    texts = pl.Series(["abcdefgh"] * 50)
    swapped = spell.swapped(np.random.default_rng(4))(texts)
    assert all(sorted(text) == sorted("abcdefgh") and text != "abcdefgh" for text in swapped)
