"""What nodes of the graph are called: masked, and where values are kept as tokens, as an application calls them."""

from __future__ import annotations

import polars as pl

from fraudgraph import model
from fraudgraph.stores.neo4j import captions

TOKEN, LOST = "~" + "A" * 26, "~" + "L" * 26


def test_a_plain_key_is_masked() -> None:
    keys = pl.Series(["+8613800132231", "+8613900130000"])
    nothing = pl.DataFrame(schema={"application_id": pl.String})
    assert captions.of_keys("phone", keys, model.APPLICATIONS.empty(), nothing).to_list() == ["138****2231", "139****0000"]


def test_a_token_is_called_as_an_application_calls_it_in_any_role() -> None:
    applications = pl.DataFrame(
        [{"application_id": "A1"}, {"application_id": "A2", "contact2_phone": "138****2231"}], schema=model.APPLICATIONS.schema
    )
    known = pl.DataFrame({"application_id": ["A1", "A2"], "phone.contact2": [None, TOKEN]})
    found = captions.of_keys("phone", pl.Series([LOST, TOKEN, "+8613900130000"]), applications, known)
    assert found.to_list() == ["#LLLL", "138****2231", "139****0000"]


def test_a_place_has_no_caption_but_its_token() -> None:
    applications = pl.DataFrame([{"application_id": "A1"}], schema=model.APPLICATIONS.schema)
    assert captions.of_keys("gps", pl.Series([TOKEN]), applications, pl.DataFrame({"gps.own": [TOKEN]})).to_list() == ["#AAAA"]
