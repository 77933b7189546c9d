"""Western addresses: lower case without accents and punctuation, one word for each kind of street, the flat at the end after ``|``.

"Flat 52, 154 Nash Crossing, Jonesborough", "154 Nash Crossing Flat 52 Jonesborough" and "154 NASH CROSSING #52, JONESBOROUGH" are one.
Postcodes inside the text and the name of a country at its end are left out. Typing errors are left alone: what looks alike need not be
the same house.
"""

from __future__ import annotations

import polars as pl

from fraudgraph.identifiers import words
from fraudgraph.identifiers.text import fold_marks

FLATS = words.alternatives(words.listed("addresses", "flats"))
COUNTRIES = words.alternatives(words.listed("addresses", "countries"))
STREETS = words.stand_in("streets")
_FLAT = rf"(?: (?:{FLATS}))? # ?([0-9]+[a-z]?|[a-z])\b| (?:{FLATS}) (?:no |nr |n )?([0-9]+[a-z]?|[a-z][0-9]{{0,4}}) "


def canonical(values: pl.Series) -> pl.Series:
    """Return the canonical form of cleaned addresses, null where there are fewer than two words."""
    text = fold_marks(values).str.replace_all(r"['’`´.]", "").str.replace_all(r"[^\p{L}\p{N}#]+", " ")
    text = text.str.replace_all(r"strasse\b", "str").str.replace_all(r"([a-z])str\b", "$1 str")
    text = text.str.strip_chars().str.replace_all("#", " #", literal=True).str.replace_all(" +", " ")
    line = text.to_frame("t").select((pl.lit(" ") + pl.col("t") + pl.lit(" ")).alias("t"))["t"]
    line = line.str.replace(rf" (?:{COUNTRIES}) $", " ").str.replace(r" (?:[a-z]{1,2}[0-9][a-z0-9]? ?[0-9][a-z]{2}) $", " ")
    line = line.str.replace(r"^( .+ )[0-9]{5}(?: [0-9]{4})? $", "$1").str.replace_all(r"([a-z]) [0-9]{5} ", "$1 ")
    flats = line.str.extract_all(_FLAT).list.join(" ").str.replace_all(rf"\b(?:{FLATS}|no|nr|n)\b|#", " ")
    flats = flats.str.replace_all(" +", " ").str.strip_chars()
    street = line.str.replace_all(_FLAT, " ").str.replace_all(" +", "  ")
    street = street.str.replace_many([f" {word} " for word in STREETS], [f" {short} " for short in STREETS.values()])
    street = street.str.replace_all(" +", " ").str.strip_chars()
    frame = pl.DataFrame({"s": street, "f": flats})
    enough = pl.col("s").str.contains(r"^\S+ \S+") & (pl.col("s").str.len_chars() >= 6)
    number = pl.col("s").str.contains("[0-9]") | (pl.col("s").str.count_matches(" ") >= 2) | (pl.col("f") != "")
    flat = pl.when(pl.col("f") == "").then(pl.lit("")).otherwise(pl.lit("|") + pl.col("f"))
    return frame.select(pl.when(enough & number).then(pl.col("s") + flat).alias("k"))["k"]


def lacks_town(keys: pl.Series) -> pl.Series:
    """Return which canonical addresses end with the word for the street: nothing says in which town it lies."""
    ends = sorted(set(STREETS.values()) - {"n", "s", "e", "w", "ne", "nw", "se", "sw"})
    return keys.str.contains(rf"^[0-9]+[a-z]? (?:\S+ )+(?:{'|'.join(ends)})(?:\||$)")
