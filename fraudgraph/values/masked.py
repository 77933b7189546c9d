"""Values kept as keyed tokens and masked captions.

An application is concealed once, when it is accepted; from then on the engine knows it by its tokens alone, whether it came tonight or
years ago. So the same people, ties and gangs are found as from plain values, but for what needs to look into a value: names and ID
numbers that differ by a typing slip, dates of birth that do. A store of tokens cannot make its keys again from what was given; so a
book has every token it ever made, and placeholders and allowed values are taken out each time the book is judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import polars as pl

from fraudgraph import identifiers, model
from fraudgraph.concealment import Key, tokens, withheld
from fraudgraph.concealment.captions import captioned
from fraudgraph.concealment.tokens import are_tokens
from fraudgraph.identifiers import lists
from fraudgraph.identifiers.birth import births
from fraudgraph.identifiers.book_placeholders import found_by_the_book
from fraudgraph.identifiers.keying import ban, denied
from fraudgraph.identifiers.registry import STATUS, derivations
from fraudgraph.model import MATCHING, SHORT_PART, SLOT, SLOTS, Identified, Status
from fraudgraph.progress import SILENT, Progress
from fraudgraph.settings import Settings
from fraudgraph.spill import mapped
from fraudgraph.stores.port import Reader
from fraudgraph.subjects.rules import SHORTEST
from fraudgraph.values.kept import KEY, SETTING, plain_keys

ROWS_AT_ONCE = 500_000
"""Applications that are concealed together: bounds the memory for their plain keys."""

BIRTH_SURNAME = "birth_surname.own"
HALF = 13
"""Letters of each of two tokens that make a third."""


class Masked:
    """Values are kept as tokens under one key."""

    def __init__(self, key: Key) -> None:
        self._key = key

    @property
    def remembered(self) -> Mapping[str, Any]:
        return {SETTING: "masked", KEY: self._key.name}

    def accepted(self, applications: pl.DataFrame, settings: Settings, progress: Progress = SILENT) -> pl.DataFrame:
        unbanned = settings.override({"identifiers.allow": []})
        with progress.stage("concealing"):
            parts = [self._concealed(part, unbanned) for part in _slices(applications)]
            return mapped(pl.concat(parts, how="diagonal"))

    def stored(self, reader: Reader, application_ids: Iterable[str] | None = None) -> pl.DataFrame:
        where = None if application_ids is None else {"application_id": list(application_ids)}
        applications = reader.table("applications", where=where)
        keys = reader.table("keys", where=where).drop("application_id", BIRTH_SURNAME, strict=False)
        return withheld.put_back(pl.concat([applications, keys], how="horizontal"))

    def identified(
        self,
        book: pl.DataFrame,
        settings: Settings,
        *,
        frozen_placeholders: pl.DataFrame | None = None,
        progress: Progress = SILENT,
    ) -> Identified:
        whole = {slot.name: book[slot.name] for slot in SLOTS if slot.name in book.columns}
        given = {name: keys for name, keys in whole.items() if not SLOT[name].derived}
        made = {name: keys for name, keys in whole.items() if SLOT[name].derived}
        status = {name: _status(keys, book[SLOT[name].column]).rename(name) for name, keys in given.items()}
        names = pl.DataFrame([_column(book, f"{kind}.own").alias(column) for kind, column in NAMES.items()])
        if frozen_placeholders is None:
            found = found_by_the_book(pl.DataFrame(given), names["name_key"], settings)
        else:
            found = model.PLACEHOLDERS.check(frozen_placeholders)
        allowed = lists.read_lists(settings.strings("identifiers.allow"), lambda kind, value: self.keys_of(kind, value, settings))
        banned = pl.concat([found.select("kind", "key"), allowed.select("kind", "key")])
        ban(given, status, banned)
        made = {name: _where(keys, given[derivations()[name].source]) for name, keys in made.items()}
        ban(made, {}, banned)
        after = given | made
        aside = withheld.set_aside(pl.DataFrame(whole), pl.DataFrame(after))
        birth = _birth(book, after.get("id_number.own"))
        if _column(book, "birth.own").null_count() < book.height:  # a book that says no births has none of ID numbers alone either
            after[BIRTH_SURNAME] = _joined(birth, names["surname"])
        kept = [book[slot.name] for slot in MATCHING if slot.name in book.columns]
        return Identified(
            keys=pl.DataFrame({slot.name: after[slot.name] for slot in SLOTS if slot.name in after}),
            status=pl.DataFrame(status),
            names=names,
            birth=birth,
            placeholders=found,
            matching=pl.DataFrame([*kept, aside]),
        )

    def births(self, reader: Reader, application_ids: Iterable[str] | None = None) -> pl.DataFrame:
        keys = reader.table("keys", where=None if application_ids is None else {"application_id": application_ids})
        return keys.select("application_id", born=_birth(keys, keys["id_number.own"] if "id_number.own" in keys.columns else None))

    def denied(self, keys: pl.DataFrame, settings: Settings) -> pl.Series:
        return denied(keys, settings, lambda kind, value: self.keys_of(kind, value, settings))

    def placeholders(self, frozen: pl.DataFrame) -> pl.DataFrame:
        """Tokens stay; plain values, of a calibration that was learned from plain values, become tokens."""
        parts = [
            part.with_columns(pl.Series("key", tokens(part["key"], self._key, kind)).zip_with(~are_tokens(part["key"]), part["key"]))
            for (kind,), part in frozen.group_by("kind", maintain_order=True)
        ]
        return pl.concat(parts).sort("kind", "key") if parts else frozen

    def keys_of(self, kind: str, value: str, settings: Settings) -> list[str]:
        return tokens(pl.Series(plain_keys(kind, value, settings), dtype=pl.String), self._key, kind).to_list()

    def _concealed(self, applications: pl.DataFrame, settings: Settings) -> pl.DataFrame:
        """Return a part of a book."""
        found = identifiers.identify(applications, settings, frozen_placeholders=model.PLACEHOLDERS.empty())
        shown = captioned(applications, found.keys)
        columns = [tokens(found.keys[name], self._key, SLOT[name].kind) for name in found.keys.columns if name != BIRTH_SURNAME]
        return shown.with_columns(columns).with_columns(self._matching(applications, found))

    def _matching(self, applications: pl.DataFrame, found: Identified) -> list[pl.Series]:
        """Return the columns of MATCHING that the applications have, nothing withheld."""
        name_key, surname = found.names["name_key"], found.names["surname"]
        given_name = name_key.str.extract(r"^(\S+) ")
        given = births(applications["date_of_birth"], None, applications.height)
        said = found.birth.set(given.is_not_null(), None)
        plain = {
            "name.own": name_key,
            "given_name.own": given_name,
            "surname.own": surname,
            "birth.own": given.dt.to_string("%Y-%m-%d"),
            "birth.id_number": said.dt.to_string("%Y-%m-%d"),
        }
        kind = {slot.name: slot.kind for slot in MATCHING}
        made = {name: tokens(values, self._key, kind[name]) for name, values in plain.items() if values.null_count() < len(values)}
        for name, values in (("given_name.own", given_name), ("surname.own", surname)):
            if name in made:
                short = (values.str.len_chars() < SHORTEST).fill_null(False)
                made[name] = (made[name] + SHORT_PART).zip_with(short, made[name])
        return [values.rename(name) for name, values in made.items()]


NAMES = {"name": "name_key", "surname": "surname", "given_name": "given_name"}
"""Kind of a slot of MATCHING -> the column of `Identified.names`."""


def _slices(applications: pl.DataFrame) -> Iterator[pl.DataFrame]:
    yield from applications.iter_slices(ROWS_AT_ONCE) if applications.height else [applications]


def _column(book: pl.DataFrame, name: str) -> pl.Series:
    return book[name] if name in book.columns else pl.Series(name, [None], dtype=pl.String).new_from_index(0, book.height)


def _status(keys: pl.Series, captions: pl.Series) -> pl.Series:
    """Return what can still be known: a value that gave no token is MALFORMED, whatever was wrong with it."""
    wrong = pl.when(pl.Series(captions.is_not_null())).then(int(Status.MALFORMED)).otherwise(int(Status.MISSING))
    return pl.select(pl.when(pl.Series(keys.is_not_null())).then(int(Status.VALID)).otherwise(wrong).cast(STATUS)).to_series()


def _where(keys: pl.Series, source: pl.Series) -> pl.Series:
    """Return ``keys`` without those whose source is gone."""
    gone = source.is_null() & keys.is_not_null()
    return keys.set(gone, None) if gone.any() else keys


def _birth(book: pl.DataFrame, id_number: pl.Series | None) -> pl.Series:
    """Return the token of the date of birth: as given, else the ID number's, where that stands."""
    given, said = _column(book, "birth.own"), _column(book, "birth.id_number")
    if id_number is not None:
        said = _where(said, id_number)
    return given.fill_null(said).rename("birth")


def _joined(birth: pl.Series, surname: pl.Series) -> pl.Series:
    """Return tokens of pairs, made of the halves of two tokens: another pair has another one, as long as 65 bits tell."""
    frame = pl.DataFrame({"b": birth, "s": surname})
    return frame.select(pl.lit("~") + pl.col("b").str.slice(1, HALF) + pl.col("s").str.slice(1, HALF)).to_series().rename(BIRTH_SURNAME)
