"""Mailboxes and employers: who has which, and how they are written."""

from __future__ import annotations

import numpy as np
import polars as pl

from benchmarks.books._western_people import OWN_FIRM, Bools, Firms, Ints, People, new_landlines
from benchmarks.books._western_spell import (
    Hashes,
    by_choice,
    cased,
    digits,
    gaps,
    hashed,
    one_of,
    phones,
    pick,
    pick_columns,
    replaced,
    sometimes,
    spaced,
)
from benchmarks.books._western_words import FIRM_TAILS, FIRST, LAST, MAIL_HANDLES, MAIL_HOSTS, NOT_FIRMS

SECOND_BOX = 1 << 40
"""Added to the number of a mailbox's owner: the owner's other mailbox."""


def by_country(tables: tuple[list[str], ...], country: Ints, index: Ints) -> pl.Series:
    """The word number ``index`` of the country's own list."""
    starts = np.cumsum([0, *[len(t) for t in tables]])[:-1]
    return pick([word for table in tables for word in table], starts[country] + index)


def ascii_letters(series: pl.Series) -> pl.Series:
    text = (
        series.str.to_lowercase()
        .str.replace_all("ß", "ss")
        .str.replace_all("ü", "ue")
        .str.replace_all("ä", "ae")
        .str.replace_all("ö", "oe")
    )
    return text.str.normalize("NFKD").str.replace_all(r"[^a-z]", "")


def _part(h: Hashes, shift: int, modulus: int) -> Ints:
    return (h >> np.uint64(shift)).astype(np.int64) % modulus


def mailboxes(people: People, box: Ints) -> pl.Series:
    """The plain mailbox of each number; two owners never get the same one."""
    unique, at = np.unique(box, return_inverse=True)
    owner = unique % SECOND_BOX
    country = people.country[owner]
    first = ascii_letters(by_country(FIRST, country, people.first[owner]))
    last = ascii_letters(by_country(LAST, country, people.last[owner]).str.split(" ").list.first())
    h = hashed(unique, 51)
    year = digits(1970 + people.born[owner] * 400 // 146097, 2)
    one, two = digits(_part(h, 9, 10), 1), digits(_part(h, 9, 100), 2)
    handle = pick(MAIL_HANDLES, _part(h, 20, len(MAIL_HANDLES))) + digits(_part(h, 29, 990), 3)
    dotted = first + "." + last
    initial = first.str.slice(0, 1) + last + two
    forms = [dotted, dotted + year, last + "." + first + one, initial, first + "_" + last, first + last, first + two + one, handle]
    style = np.searchsorted([0.22, 0.4, 0.5, 0.62, 0.71, 0.8, 0.91], _part(h, 33, 1000) / 1000, side="right")
    local = pick_columns(forms, style).rename("local")
    host = by_country(tuple(list(t) for t in MAIL_HOSTS), country, _part(h, 44, 9)).rename("host")
    table = pl.DataFrame([local, host]).with_columns(again=pl.int_range(pl.len()).over("local", "host"))
    number = pl.when(pl.col("again") > 0).then(pl.col("again") * 37 + 110).otherwise(None).cast(pl.String)
    text = table.select(pl.concat_str([pl.concat_str("local", number, ignore_nulls=True), "host"], separator="@")).to_series()
    return text.gather(pl.Series(at))


def mails(rng: np.random.Generator, plain: pl.Series, farmed: Bools) -> pl.Series:
    """Mailboxes as typed: suffixes and dots above all where one box serves many, capitals, the host misspelt."""
    n = len(plain)
    suffixes = ("+x", "+loan", "+credit", "+app", "+shop", *[f"+{k}" for k in range(2, 65)])
    frame = pl.DataFrame({"s": plain})
    local, host = frame.select(pl.col("s").str.extract("^(.*)@", 1))["s"], frame.select(pl.col("s").str.extract("(@.*)$", 1))["s"]
    local = sometimes(rng, local, (rng.random(n) < np.where(farmed, 0.4, 0.018)), lambda s: s + one_of(rng, suffixes)(s))
    gmail = host.to_numpy() == "@gmail.com"

    def dots(series: pl.Series) -> pl.Series:
        bare = series.str.replace_all(".", "", literal=True)
        at = pl.Series(rng.integers(2, 8, len(series)))
        two = pl.DataFrame({"s": bare, "at": at})
        return two.select(
            pl.concat_str(pl.col("s").str.slice(0, pl.col("at")), pl.lit("."), pl.col("s").str.slice(pl.col("at")))
        ).to_series()

    local = sometimes(rng, local, gmail & (rng.random(n) < np.where(farmed, 0.33, 0.01)), dots)
    host = sometimes(rng, host, gmail & (rng.random(n) < 0.015), lambda s: s.str.replace("gmail", "googlemail"))
    for right, wrong in (("gmail", "gmial"), ("outlook", "outlok"), ("yahoo", "yaho"), ("hotmail", "hotmial")):
        host = sometimes(rng, host, 0.012, replaced("@" + right, "@" + wrong))
    out = local + host
    out = sometimes(rng, out, 0.024, lambda s: s.str.to_uppercase())
    out = sometimes(rng, out, 0.022, lambda s: s.str.slice(0, 1).str.to_uppercase() + s.str.slice(1))
    out = sometimes(rng, out, 0.0095, lambda s: " " + s)
    return gaps(
        rng, sometimes(rng, out, 0.0122, one_of(rng, ("test@test.com", "n/a", "a@a.com", "noemail@example.com", "none@none.com"))), 0.049
    )


def firm_names(firms: Firms) -> pl.Series:
    h = hashed(firms.name * 8 + firms.country, 61)
    sizes = np.array([len(t) for t in LAST])[firms.country]
    parts = [
        by_country(LAST, firms.country, (h >> np.uint64(shift)).astype(np.int64) % sizes).str.split(" ").list.first()
        for shift in (3, 17, 29)
    ]
    tail = by_country(tuple(list(t) for t in FIRM_TAILS), firms.country, _part(h, 41, 6))
    kind = _part(h, 50, 10)
    english = firms.country <= 1
    style = np.where(english, np.select([kind < 4, kind < 7], [0, 1], 2), 0)
    out = parts[0] + " " + tail
    out = by_choice_of(out, style == 1, parts[0] + "-" + parts[1])
    return by_choice_of(out, style == 2, parts[0] + ", " + parts[1] + " and " + parts[2])


def by_choice_of(series: pl.Series, mask: Bools, other: pl.Series) -> pl.Series:
    return other.zip_with(pl.Series(mask), series)


def employers(
    rng: np.random.Generator, people: People, person: Ints, firms: Firms, own_phone: Ints, changed: Bools
) -> tuple[pl.Series, pl.Series]:
    """Employer and switchboard of each application. Some of the self-employed give their own phone; the out of work none."""
    employer, country = people.employer[person], people.country[person]
    block = len(firms.country) // 5
    employer = np.where(changed & (employer >= 0), employer // block * block + (employer + 7) % block, employer)
    named = np.maximum(employer, 0)
    words = pick(NOT_FIRMS, np.clip(-1 - employer, 0, len(NOT_FIRMS) - 1))
    last = by_country(LAST, country, people.last[person]).str.split(" ").list.first()
    own = last + pick((" Services", " Services", " & Co", " Consulting"), (hashed(person, 71) % np.uint64(4)).astype(np.int64))
    text = firm_names(firms).gather(pl.Series(named))
    text = by_choice_of(by_choice_of(text, employer < 0, words), employer == -OWN_FIRM, own)
    text = sometimes(rng, text, 0.12, lambda s: s.str.replace(" and ", " & ", literal=True))
    text = sometimes(rng, text, 0.02, lambda s: s.str.replace(",", "", literal=True))
    text = spaced(rng, sometimes(rng, cased(rng, text, 0.051, 0.06), 0.006, lambda s: " " + s), 0.009, 0.0)
    # Small firms, known by nobody else, and numbers that people make up.
    lone = (employer < 0) | (hashed(person, 72) % np.uint64(100) < np.uint64(13))
    self_employed = (employer == -1) | (employer == -OWN_FIRM)
    number = np.where(self_employed, own_phone, np.where(lone, new_landlines(rng, people.country)[person], firms.phone[named]))
    silent = (employer < 0) & (rng.random(len(person)) < np.where(self_employed, 0.5, 0.6))
    board = gaps(rng, phones(rng, number, country), 0.08)
    return gaps(rng, text, 0.097), by_choice(board, silent.astype(np.int64), {1: lambda s: pl.Series([None] * len(s), dtype=pl.String)})
