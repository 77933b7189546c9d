from __future__ import annotations

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from fraudgraph.concealment import withheld

SLOTS = ["phone.own", "ip.own", "ip24.own"]
CELLS = st.none() | st.sampled_from(["~AAAA", "~BBBB"])


@st.composite
def tables(draw: st.DrawFn) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A table of tokens, and the same with some of them taken out."""
    rows = draw(st.integers(0, 8))
    before = {slot: draw(st.lists(CELLS, min_size=rows, max_size=rows)) for slot in SLOTS}
    after = {slot: [None if draw(st.booleans()) else cell for cell in cells] for slot, cells in before.items()}
    schema = dict.fromkeys(SLOTS, pl.String)
    return pl.DataFrame(before, schema=schema), pl.DataFrame(after, schema=schema)


@settings(max_examples=80, deadline=None)
@given(tables())
def test_what_was_set_aside_comes_back(pair: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    before, after = pair
    aside = withheld.set_aside(before, after)
    assert aside.name == withheld.COLUMN
    assert len(aside) == len(before)
    assert withheld.put_back(after.with_columns(aside)).equals(before)


def test_a_slot_that_is_no_longer_there_comes_back_too() -> None:
    before = pl.DataFrame({"phone.own": ["~AAAA", None]}, schema={"phone.own": pl.String})
    aside = withheld.set_aside(before, before.clear().vstack(before.with_columns(pl.lit(None, pl.String).alias("phone.own"))))
    assert aside.to_list() == ["phone.own=~AAAA", None]
    found = withheld.put_back(pl.DataFrame({"x": [1, 2]}).with_columns(aside))
    assert found.to_dict(as_series=False) == {"x": [1, 2], "phone.own": ["~AAAA", None]}


def test_a_table_in_which_nothing_is_aside_stays_as_it_is() -> None:
    table = pl.DataFrame({"phone.own": ["~AAAA"]})
    assert withheld.put_back(table).equals(table)
    assert withheld.set_aside(table, table).to_list() == [None]
