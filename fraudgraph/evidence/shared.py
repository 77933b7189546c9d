"""What holds people together: reason codes a person, and the values that a gang shares."""

from __future__ import annotations

import numpy as np
import polars as pl

from fraudgraph.evidence.reasons import REASON_CODES, join, kind_role_code
from fraudgraph.graph.codes import Codes
from fraudgraph.graph.facts import BIT, GIVEN_BIT, GIVEN_KINDS, SIGNATURE, Facts
from fraudgraph.model import EVIDENCE, SLOT, Int32Array, IntArray

_CODES = list(REASON_CODES)
MOST_EVIDENCE = 12
"""Values that are kept a gang, those of most members first."""


CODE_OF = {
    BIT["phone own-own"]: kind_role_code("phone", "own", "own"),
    BIT["phone own-contact"]: kind_role_code("phone", "own", "contact1"),
    BIT["phone contact-contact"]: kind_role_code("phone", "contact1", "contact1"),
    **{BIT[name]: kind_role_code(name, "own", "own") for name in SIGNATURE if not name.startswith("phone ")},
    ((1 << GIVEN_KINDS) - 1) << GIVEN_BIT: "GIVEN_RELATION",
}
"""Bits of a signature -> reason code."""


def bit(code: str) -> int:
    """Return the bit of a reason code in a person's mask."""
    return 1 << _CODES.index(code)


def tie_masks(facts: Facts, persons: int) -> IntArray:
    """Return per person the mask of reason codes of the ties in ``facts``."""
    mask = np.zeros(persons, np.int64)
    for shares, code in CODE_OF.items():
        hit = (facts.signature & shares) != 0
        mask[facts.a[hit]] |= bit(code)
        mask[facts.b[hit]] |= bit(code)
    return mask


def spell(mask: IntArray) -> pl.Series:
    """Return the codes of each mask as a ``reasons`` column holds them."""
    distinct, place = np.unique(mask, return_inverse=True)
    texts = [join({code for i, code in enumerate(_CODES) if int(m) >> i & 1}) for m in distinct]
    return pl.Series("reasons", texts, dtype=pl.String).gather(place)


def gang_evidence(codes: Codes, person: Int32Array, gang: Int32Array, gang_ids: list[str]) -> pl.DataFrame:
    """Return EVIDENCE: per gang the values that two of its members or more have.

    ``gang`` is per person: the place in ``gang_ids``, -1 for nobody's.
    """
    owner = gang[person]
    parts = []
    for kind in codes.kinds:
        columns = [codes.code[name] for name in codes.code if SLOT[name].kind == kind]
        uses = pl.concat(_uses(column, person, owner) for column in columns).unique()
        inside = uses.filter(pl.col("gang") >= 0)
        held = inside.group_by("gang", "value").len("members").filter(pl.col("members") >= 2)
        if not len(held):
            continue
        everybody = uses.join(held.select("value").unique(), on="value", how="semi").group_by("value").len("people")
        held = held.join(everybody, on="value").with_columns((pl.col("people") - pl.col("members")).alias("others"))
        texts = codes.keys[kind].gather(held["value"])
        parts.append(held.with_columns(pl.lit(kind).alias("kind"), texts.alias("key")))
    if not parts:
        return EVIDENCE.empty()
    names = pl.Series("gang_id", gang_ids, dtype=pl.String)
    table = pl.concat(parts).sort("gang", "members", "others", "kind", "key", descending=[False, True, False, False, False])
    table = table.group_by("gang", maintain_order=True).head(MOST_EVIDENCE)
    table = table.with_columns(names.gather(table["gang"]), pl.col("members", "others").cast(pl.Int64))
    return table.select(list(EVIDENCE.columns))


def _uses(column: Int32Array, person: Int32Array, owner: Int32Array) -> pl.DataFrame:
    rows = np.flatnonzero(column >= 0)
    return pl.DataFrame({"value": column[rows], "person": person[rows], "gang": owner[rows]})
