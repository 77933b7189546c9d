"""The facts of any two people, from the uses of what they share: for pairs that are not kept because nothing came of them."""

from __future__ import annotations

import numpy as np
import polars as pl

from fraudgraph.calibration import Calibration
from fraudgraph.graph.codes import OWN_PLACES, encode
from fraudgraph.graph.facts import Facts, View, read
from fraudgraph.graph.pairs import Given
from fraudgraph.investigation import looking, references
from fraudgraph.model import SLOT
from fraudgraph.settings import Settings
from fraudgraph.solving import number_channels
from fraudgraph.stores.port import Reader


def facts_of(
    reader: Reader, pair: tuple[str, str], uses: pl.DataFrame, shared: pl.DataFrame, calibration: Calibration, settings: Settings
) -> Facts:
    """Return the facts of one pair (the person who applied first comes first), as a whole book would measure them; none where the two share
    nothing within half a year. Generic values count for nothing.

    ``uses``: WHO_USES of the two; ``shared``: kind, key of what both have.
    """
    slot = references.slot_of()
    own = uses.filter(slot.is_in(list(OWN_PLACES))).select(looking.VALUE)
    asked = looking.narrow(reader, pl.concat([shared.select(looking.VALUE), own]).unique())
    every = looking.users_of(reader, asked)
    where = {"application_id": pl.concat([uses["application_id"], every["application_id"]]).unique().sort().to_list()}
    book = reader.table("applications", columns=["application_id", "applied_at", "channel"], where=where)
    whose = reader.table("membership", columns=["application_id", "person_id"], where=where)
    book = book.join(whose, on="application_id", how="left", maintain_order="left")
    first = book.group_by("person_id", maintain_order=True).first()["person_id"]
    number = pl.DataFrame({"person_id": first}).with_row_index("person")
    person = book.join(number, on="person_id", how="left", maintain_order="left")["person"].cast(pl.Int32).to_numpy()
    wide = every.with_columns(slot.alias("slot")).pivot(on="slot", index="application_id", values="key", aggregate_function="first")
    keys = book.select("application_id").join(wide, on="application_id", how="left", maintain_order="left").drop("application_id")
    keys = keys.select([name for name in SLOT if name in keys.columns])
    at = book["applied_at"].dt.epoch("us").to_numpy()
    view = View(encode(keys, person, at, settings), person, at, number_channels(book["channel"], calibration.channels))
    ends = sorted(int(number.filter(pl.col("person_id") == end)["person"].item()) for end in pair)
    one, other = (np.array([end], np.int32) for end in ends)
    return read(view, one, other, Given.none(), settings.table("graph.prior"))
