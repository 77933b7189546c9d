"""Finding a value that somebody typed, in whatever spelling, and who has it. The value itself is compared and never shown."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from fraudgraph import masking, model
from fraudgraph.errors import UsageError
from fraudgraph.identifiers.keying import opaque_kinds
from fraudgraph.identifiers.name import canonical
from fraudgraph.investigation import looking, references
from fraudgraph.investigation.answer import Answer, Part
from fraudgraph.investigation.people import people
from fraudgraph.investigation.things import cleaned, known
from fraudgraph.reports import captions, words
from fraudgraph.settings import Settings
from fraudgraph.stores.port import USES, Reader
from fraudgraph.values import PLAIN, Values, values_of

ENDING = re.compile(r"\**([0-9]{4,7}|[0-9]{3,6}[Xx])")
"""The last digits of a number, perhaps with stars for the others."""

ENDING_KINDS = ("phone", "employer_phone", "id_number", "bank_card", "imei")
"""Kinds of numbers that people know by their last digits."""

STAR = "*"
LEAST_SHOWN = 2
"""Characters behind the last star of a masked value by which it can be looked for."""

SHAPES = {
    "phone": r"(?=(\D*\d){3})(?!\d{18})",
    "employer_phone": r"(?=(\D*\d){3})(?!\d{18})",
    "bank_card": r".*\d",
    "imei": r"([^0-9A-Za-z]*[\dA-Fa-f]){14}",
    "id_number": r".*\d",
    "email": r".*@",
    "ip": r".*[.:]",
    "gps": r".*\d.*[,; ].*\d",
    "wifi": r"[^0-9A-Za-z]*([0-9A-Za-z][^0-9A-Za-z]*){6,12}$",
}
"""What a value of a kind looks like from afar: to read one takes some hundredth of a second, and most texts are of few kinds."""

SHORTEST_DIGEST = 32
"""Characters from which on a value of any kind may be a digest."""

FOUND = model.Table("found", {name: typed for name, typed in looking.COUNTED.columns.items() if name != "key"})

USED_BY = model.Table(
    "used_by",
    {
        "person_id": (pl.String, ""),
        "name": (pl.String, "masked"),
        "matched": (pl.String, "the reference of the value, or ``name``"),
        "roles": (pl.String, "in which the person gave it, joined by ;"),
        "applications": (pl.Int64, "of the person that have it"),
        "first_used_at": (model.TIME, ""),
        "last_used_at": (model.TIME, ""),
        "intent": (pl.Float64, "of the person; null where unknown"),
        "gang_id": (pl.String, "empty where in no gang of this night"),
    },
)


@dataclass(frozen=True)
class Wanted:
    """What to look for."""

    text: str
    most: int = 50
    """Values that are answered with, where only part of a value was typed."""


def find(reader: Reader, wanted: Wanted, settings: Settings) -> Answer:
    """Return the values of the book that ``wanted`` may mean, and who has them; ``settings``: those of the book (`frozen.rules`).

    Raises UsageError for an empty text, or a masked one that shows too little to look for; ConfigurationError where the book's values are
    masked and its key is not at hand.
    """
    kept = values_of(settings, reader.settings())
    text = cleaned(wanted.text)
    if not text:
        raise UsageError("there is nothing to look for: give a phone, an ID number, a name, an address ...")
    book = [model.SLOT[name] for name in reader.table("keys", where={"application_id": []}).columns if name in model.SLOT]
    values, said = _partly(reader, text, book, wanted.most)
    if values is None:
        values = _values(text, book, kept, settings)
    found, uses = looking.counted_uses(reader, values)
    found = found.filter(pl.col("generic") | pl.col("people").is_not_null())
    users = pl.concat([_users(reader, uses, found), _named(reader, text, kept, settings)])
    about = _about(reader, text)
    generic = found.filter("generic").height
    sentences = [*about, *said]
    if generic:
        sentences.append("Values that so many people use that they tie nobody are listed without their users.")
    if not found.height and not users.height and not about:
        sentences.append("Nothing in the book is written like this, in any spelling that is known.")
    parts = (Part("values", "Values", FOUND.check(found)), Part("people", "Who has them", users))
    return Answer({}, tuple(sentences), parts)


def readable(text: str, kinds: Iterable[str], settings: Settings) -> list[str]:
    """Return those of ``kinds`` that have a key for ``text``, and perhaps a few more."""
    plain, opaque = unicodedata.normalize("NFKC", text), opaque_kinds(settings)
    anything = len(plain) >= SHORTEST_DIGEST
    return [kind for kind in kinds if anything or kind in opaque or re.match(SHAPES.get(kind, ""), plain, re.DOTALL)]


def _values(text: str, book: list[model.Slot], kept: Values, settings: Settings) -> pl.DataFrame:
    """Return kind, key of everything that ``text`` may be."""
    kinds = readable(text, dict.fromkeys(slot.kind for slot in book if not slot.derived), settings)
    rows = [(kind, key) for kind in kinds for key in kept.keys_of(kind, text, settings)]
    return pl.DataFrame(rows, schema={"kind": pl.String, "key": pl.String}, orient="row").unique(maintain_order=True)


def _partly(reader: Reader, text: str, book: list[model.Slot], most: int) -> tuple[pl.DataFrame | None, list[str]]:
    """Return kind, key of the values that end like ``text`` or look like it once they are masked; None where it is no part of a value."""
    ending = ENDING.fullmatch(text)
    if ending is not None:
        slots = [slot.name for slot in book if slot.kind in ENDING_KINDS]
        found = reader.ending(slots, ending[1].upper())
    elif STAR in text:
        tail = text.rsplit(STAR, 1)[1].strip()
        if len(tail) < LEAST_SHOWN:
            raise UsageError(f"a masked value is looked for by its end: give at least {LEAST_SHOWN} characters behind the stars")
        found = _alike(reader, reader.ending([slot.name for slot in book if not slot.derived], tail), text)
    else:
        return None, []
    values = found.select("kind", "key").unique()
    firsts = references.first_uses(found).sort("reference").select("kind", "key")
    several = words.plural(values.height, "value")
    said = [f"{several} end{'s' if values.height == 1 else ''} or look{'s' if values.height == 1 else ''} like this."]
    if values.height > most:
        said.append(f"The first {most} are shown: --limit {values.height} shows all.")
    return firsts.head(most), said


def _alike(reader: Reader, found: pl.DataFrame, text: str) -> pl.DataFrame:
    """Return those of ``found`` (USES) that have the shape of ``text``, in which stars stand for anything."""
    shape = re.compile(".*".join(re.escape(part.strip()) for part in re.split(r"\*+", text)), re.DOTALL)
    look = captions.looks(reader, found, lambda: found["application_id"].unique().sort())
    same = [pair for pair, shown in look.items() if shape.fullmatch(_compared(pair[1], shown))]
    wanted = pl.DataFrame(same, schema={"kind": pl.String, "key": pl.String}, orient="row")
    return USES.check(found.join(wanted, on=["kind", "key"], how="semi"))


def _compared(key: str, shown: str) -> str:
    """Return what a typed mask is compared with: the value, or where there is a token its caption."""
    return shown if masking.TOKEN.fullmatch(key) else key.removeprefix("+86")


def _users(reader: Reader, uses: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """Return USED_BY of uses (WHO_USES)."""
    who = (
        uses.join(found.select("kind", "key", "reference"), on=["kind", "key"])
        .group_by("person_id", matched="reference")
        .agg(looking.AS_USED)
    )
    about = people(reader, who["person_id"]).select("person_id", "name", "intent", "gang_id")
    order = found.select(matched="reference").drop_nulls().with_row_index("order")
    sorted_ = who.join(about, on="person_id", how="left").join(order, on="matched").sort("order", "first_used_at", "person_id")
    return USED_BY.check(sorted_)


def _named(reader: Reader, text: str, kept: Values, settings: Settings) -> pl.DataFrame:
    """Return USED_BY of the people who are called like this."""
    keys = [] if any(character.isdecimal() for character in text) else kept.keys_of("name", text, settings)
    if not keys:
        return USED_BY.empty()
    if kept is PLAIN:
        given = reader.table("applications", columns=["application_id", "name"]).drop_nulls("name")
        ids = given.filter(canonical(given["name"]).is_in(keys).fill_null(False))["application_id"].to_list()
    elif "name.own" in reader.table("keys", where={"application_id": []}).columns:
        ids = reader.table("keys", columns=["application_id"], where={"name.own": keys})["application_id"].to_list()
    else:
        ids = []
    where = {"application_id": ids}
    times = reader.table("applications", columns=["application_id", "applied_at"], where=where)
    mine = reader.table("membership", columns=["application_id", "person_id"], where=where).join(times, on="application_id")
    who = mine.group_by("person_id").agg(
        pl.len().cast(pl.Int64).alias("applications"),
        pl.col("applied_at").min().alias("first_used_at"),
        pl.col("applied_at").max().alias("last_used_at"),
        pl.lit("name").alias("matched"),
        pl.lit("own").alias("roles"),
    )
    about = people(reader, who["person_id"]).select("person_id", "name", "intent", "gang_id")
    return USED_BY.check(who.join(about, on="person_id", how="left").sort("first_used_at", "person_id"))


def _about(reader: Reader, text: str) -> list[str]:
    """Return a sentence where ``text`` is an id."""
    thing = known(reader, text)
    if thing is None:
        return []
    article = "an" if thing.what[0] in "ai" else "a"
    return [f"This is the id of {article} {thing.what}: `fraudgraph show` says what there is of it."]
