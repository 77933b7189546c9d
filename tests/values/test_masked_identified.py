"""A book known by its tokens says the same of who shares what as the plain book does."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from values_books import KEY, MASKED, STRICT, sample, some

from fraudgraph import identifiers, model, subjects
from fraudgraph.concealment import token
from fraudgraph.concealment.withheld import put_back
from fraudgraph.identifiers.keying import denied
from fraudgraph.masking import TOKEN
from fraudgraph.model import SLOT, Identified
from fraudgraph.settings import Settings
from fraudgraph.subjects.resolve import equal

CROWDED = STRICT.override({"identifiers.book_placeholder_people": 3, "identifiers.book_placeholder_share": 0.0})
"""A small book has placeholders of its own under these."""


def same_equalities(plain: list[pl.Series], tokens: list[pl.Series]) -> None:
    """Nulls lie where nulls lie, and two values are equal where their tokens are."""
    pairs = pl.DataFrame({"plain": pl.concat(plain).cast(pl.String), "token": pl.concat(tokens).cast(pl.String)})
    assert pairs["plain"].is_null().equals(pairs["token"].is_null())
    distinct = pairs.drop_nulls().unique()
    assert distinct["plain"].n_unique() == distinct["token"].n_unique() == distinct.height


def same(plain: Identified, masked: Identified) -> None:
    assert plain.keys.columns == masked.keys.columns
    for kind in {SLOT[name].kind for name in plain.keys.columns}:
        names = [name for name in plain.keys.columns if SLOT[name].kind == kind]
        same_equalities([plain.keys[name].rename("v") for name in names], [masked.keys[name].rename("v") for name in names])
    for column in ("name_key", "surname"):
        same_equalities([plain.names[column]], [masked.names[column]])
    same_equalities([plain.birth], [masked.birth])
    assert plain.placeholders.select("kind", "people").sort(pl.all()).equals(masked.placeholders.select("kind", "people").sort(pl.all()))
    assert plain.status.columns == masked.status.columns
    for name in plain.status.columns:
        if name != "gps.own":  # of a place nothing is kept but its token
            for status in (model.Status.VALID, model.Status.MISSING):
                assert (plain.status[name] == status).equals(masked.status[name] == status)


def allow(place: Path, applications: pl.DataFrame, chosen: Settings) -> Settings:
    """Return settings with a list that allows a few values of the book: addresses too, of which other keys are made."""
    keys = identifiers.identify(applications, chosen).keys
    lines = ["kind,value,reason"]
    for name in ("device.own", "home_address", "ip.own", "id_number.own", "phone.own"):
        values = applications[name] if name in applications.columns else keys.get_column(name, default=pl.Series([], dtype=pl.String))
        kind = "address" if name == "home_address" else SLOT[name].kind
        lines += [f'{kind},"{value}",ours' for value in values.drop_nulls().unique().sort()[:4] if identifiers.keys_of(kind, value, chosen)]
    place.write_text("\n".join(lines), encoding="utf-8")
    return chosen.override({"identifiers.allow": [str(place)]})


@pytest.mark.parametrize("seed", range(8))
def test_equal_keys_have_equal_tokens_and_no_others(seed: int) -> None:
    applications = some(seed, 300)
    chosen = CROWDED if seed % 2 else STRICT
    plain = identifiers.identify(applications, chosen)
    masked = MASKED.identified(MASKED.accepted(applications, chosen), chosen)
    same(plain, masked)


@pytest.mark.parametrize("seed", range(6))
def test_allowed_values_tie_nobody_and_come_back(tmp_path: Path, seed: int) -> None:
    applications = some(seed, 200)
    listed = allow(tmp_path / "allow.csv", applications, CROWDED)
    book = MASKED.accepted(applications, listed)
    masked = MASKED.identified(book, listed)
    same(identifiers.identify(applications, listed), masked)
    assert masked.matching is not None
    stored = pl.concat([masked.keys.drop("birth_surname.own", strict=False), masked.matching], how="horizontal")
    again = book.select(list(model.APPLICATIONS.columns)).hstack(put_back(stored))
    same(identifiers.identify(applications, CROWDED), MASKED.identified(again, CROWDED))


@pytest.mark.parametrize("seed", range(10, 16))
def test_the_same_people_where_names_are_spelled_alike(seed: int) -> None:
    applications = some(seed, 500)
    plain = identifiers.identify(applications, STRICT)
    # Births that contradict each other by a slip only are beyond tokens: what is compared has whole decades between them.
    masked = MASKED.identified(MASKED.accepted(applications, STRICT), STRICT)
    expected = subjects.resolve(applications.with_columns(plain.names["name_key"].alias("name")), plain, STRICT, agree=equal)
    found = subjects.resolve(applications, masked, STRICT, agree=lambda a, b: np.ones(len(a), dtype=np.bool_))
    assert found.person.tolist() == expected.person.tolist()
    assert found.how.equals(expected.how)


def test_tokens_do_not_depend_on_who_else_is_in_the_file() -> None:
    applications = sample()
    whole = MASKED.accepted(applications, STRICT)
    parts = [MASKED.accepted(applications[start:end], STRICT) for start, end in pairwise((0, 1, 700, applications.height))]
    assert pl.concat(parts, how="diagonal").select(whole.columns).equals(whole)


def test_a_book_is_concealed_in_parts_as_in_one(monkeypatch: pytest.MonkeyPatch) -> None:
    applications = some(1, 400)
    whole = MASKED.accepted(applications, STRICT)
    monkeypatch.setattr("fraudgraph.values.masked.ROWS_AT_ONCE", 37)
    assert MASKED.accepted(applications, STRICT).select(whole.columns).equals(whole)
    nothing = MASKED.accepted(applications.clear(), STRICT)
    assert nothing.height == 0
    assert set(model.APPLICATIONS.columns) <= set(nothing.columns)


def test_values_are_found_in_any_spelling() -> None:
    for kind, spellings in {
        "phone": ("13959606299", "+86 139-5960-6299"),
        "name": ("张 伟", "張偉"),
        "wifi": ("AABBCC001122", "aa:bb:cc:00:11:22"),
    }.items():
        found = [MASKED.keys_of(kind, spelling, STRICT) for spelling in spellings]
        assert set.intersection(*map(set, found))
        assert all(TOKEN.fullmatch(one) for tokens in found for one in tokens)
    assert MASKED.keys_of("phone", "12", STRICT) == []


def test_a_denied_value_is_found_among_tokens(tmp_path: Path) -> None:
    applications = some(4, 50)
    device = applications["device_id"].drop_nulls()[0]
    listed = tmp_path / "deny.csv"
    listed.write_text(f'kind,value,reason\ndevice,"{device}",watched\n', encoding="utf-8")
    chosen = STRICT.override({"identifiers.deny": [str(listed)]})
    plain = denied(identifiers.identify(applications, chosen).keys, chosen)
    masked = MASKED.identified(MASKED.accepted(applications, chosen), chosen)
    assert plain.any()
    assert MASKED.denied(masked.keys, chosen).equals(plain)


def test_placeholders_of_a_plain_calibration_become_tokens() -> None:
    rows = [("device", "abc", 500), ("phone", token("+8613959606299", KEY, "phone"), 400), ("phone", "+8613959606298", 301)]
    given_ = pl.DataFrame(rows, schema=model.PLACEHOLDERS.schema, orient="row")
    found = MASKED.placeholders(given_)
    assert sorted(found.iter_rows()) == sorted(
        [("device", token("abc", KEY, "device"), 500), rows[1], ("phone", token("+8613959606298", KEY, "phone"), 301)]
    )
    assert MASKED.placeholders(found).equals(found)
    assert MASKED.placeholders(model.PLACEHOLDERS.empty()).equals(model.PLACEHOLDERS.empty())
