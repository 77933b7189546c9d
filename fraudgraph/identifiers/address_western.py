"""Western addresses: lower case without accents and punctuation, one word for each kind of street, the flat at the end after ``|``.

"Flat 52, 154 Nash Crossing, Jonesborough", "154 Nash Crossing Flat 52 Jonesborough" and "154 NASH CROSSING #52, JONESBOROUGH" are one. Postcodes
inside the text and the name of a country at its end are left out. Typing errors are left alone: what looks alike need not be the same house.
"""

from __future__ import annotations

import polars as pl

from fraudgraph.identifiers.text import fold_marks

STREETS = {
    "street": "st", "str": "st", "saint": "st", "sainte": "st", "ste": "st", "road": "rd", "avenue": "ave", "av": "ave", "aven": "ave", "avn": "ave",
    "boulevard": "blvd", "bd": "blvd", "boul": "blvd", "bld": "blvd", "drive": "dr", "drv": "dr", "lane": "ln", "court": "ct", "crt": "ct", "place": "pl", "square": "sq",
    "squares": "sqs", "terrace": "ter", "terr": "ter", "close": "cl", "crescent": "cres", "cresent": "cres", "crescnt": "cres", "gardens": "gdns", "garden": "gdn", "grove": "gr", "grv": "gr", "groves": "grs",
    "highway": "hwy", "parkway": "pkwy", "parkways": "pkwys", "circle": "cir", "mount": "mt", "mountain": "mtn", "mountains": "mtns", "north": "n", "south": "s", "east": "e", "west": "w", "northeast": "ne", "northwest": "nw",
    "southeast": "se", "southwest": "sw", "heights": "hts", "junction": "jct", "turnpike": "tpke", "trail": "trl", "plaza": "plz", "point": "pt", "points": "pts", "station": "stn", "sta": "stn",
    "alley": "aly", "bridge": "br", "causeway": "cswy", "center": "ctr", "centre": "ctr", "centers": "ctrs", "expressway": "expy", "extension": "ext", "freeway": "fwy", "fort": "ft", "harbor": "hbr", "harbour": "hbr", "island": "is", "islands": "iss",
    "manor": "mnr", "meadow": "mdw", "meadows": "mdws", "valley": "vly", "village": "vlg", "view": "vw", "views": "vws", "ville": "vl", "crossing": "xing", "crossroad": "xrd", "crossroads": "xrds",
    "strasse": "st", "platz": "pl", "gasse": "gasse", "c": "calle", "cl.": "calle", "cll": "calle", "avda": "ave", "avd": "ave", "avenida": "ave", "pza": "plz", "plza": "plz", "pl.": "plz", "po": "paseo", "pso": "paseo", "ctra": "carretera",
    "chemin": "che", "ch": "che", "impasse": "imp", "faubourg": "fbg", "allee": "all", "allees": "all", "quai": "qu", "doctor": "dr", "via": "via", "viale": "vle", "piazza": "pza", "corso": "cso",
}  # fmt: skip
"""A word of an address and the one that stands for it and its like. Streets and saints share "st": no address becomes another by it."""
FLAT_WORDS = "flat|flt|apartment|apartments|apt|apts|appartement|appt|app|unit|suite|ste|piso|puerta|planta|wohnung|whg|etage|etg|stock|floor|fl|room|rm|interno|int|scala|bus|lot|trlr|door|top|bat|batiment"
COUNTRIES = "usa|us|united states|united states of america|uk|gb|united kingdom|great britain|england|scotland|wales|northern ireland|ireland|deutschland|germany|france|espana|spain|italia|italy|osterreich|austria|nederland|netherlands"

_FLAT = rf"(?: (?:{FLAT_WORDS}))? # ?([0-9]+[a-z]?|[a-z])\b| (?:{FLAT_WORDS}) (?:no |nr |n )?([0-9]+[a-z]?|[a-z][0-9]{{0,4}}) "


def canonical(values: pl.Series) -> pl.Series:
    """Return the canonical form of cleaned addresses, null where there are fewer than two words."""
    text = fold_marks(values).str.replace_all(r"['’`´.]", "").str.replace_all(r"[^\p{L}\p{N}#]+", " ")
    text = text.str.replace_all(r"strasse\b", "str").str.replace_all(r"([a-z])str\b", "$1 str")
    words = text.to_frame("t").select((pl.lit(" ") + pl.col("t").str.strip_chars().str.replace_all("#", " #", literal=True).str.replace_all(" +", " ") + pl.lit(" ")).alias("t"))["t"]
    words = words.str.replace(rf" (?:{COUNTRIES}) $", " ").str.replace(r" (?:[a-z]{1,2}[0-9][a-z0-9]? ?[0-9][a-z]{2}) $", " ")
    words = words.str.replace(r"^( .+ )[0-9]{5}(?: [0-9]{4})? $", "$1").str.replace_all(r"([a-z]) [0-9]{5} ", "$1 ")
    flats = words.str.extract_all(_FLAT).list.join(" ").str.replace_all(rf"\b(?:{FLAT_WORDS}|no|nr|n)\b|#", " ").str.replace_all(" +", " ").str.strip_chars()
    street = words.str.replace_all(_FLAT, " ").str.replace_all(" +", "  ")
    street = street.str.replace_many([f" {word} " for word in STREETS], [f" {short} " for short in STREETS.values()])
    street = street.str.replace_all(" +", " ").str.strip_chars()
    frame = pl.DataFrame({"s": street, "f": flats})
    enough = pl.col("s").str.contains(r"^\S+ \S+") & (pl.col("s").str.len_chars() >= 6)
    number = pl.col("s").str.contains("[0-9]") | (pl.col("s").str.count_matches(" ") >= 2) | (pl.col("f") != "")
    flat = pl.when(pl.col("f") == "").then(pl.lit("")).otherwise(pl.lit("|") + pl.col("f"))
    return frame.select(pl.when(enough & number).then(pl.col("s") + flat).alias("k"))["k"]


def lacks_town(keys: pl.Series) -> pl.Series:
    """Return which canonical addresses end with the word for the street: nothing says in which town it lies."""
    ends = sorted({short for short in STREETS.values() if short.isalpha()} - {"n", "s", "e", "w", "ne", "nw", "se", "sw"})
    return keys.str.contains(rf"^[0-9]+[a-z]? (?:\S+ )+(?:{'|'.join(ends)})(?:\||$)")
