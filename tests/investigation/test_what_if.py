"""What if: every removal is judged as the book without it really is, on random books.

FRAUDGRAPH_WHAT_IF_BOOKS says on how many, each person and value of the largest community of each; the suite tries a few of one book.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from asked_books import random_store, rules, solved_without

from fraudgraph.investigation import frozen
from fraudgraph.investigation.outcome import outcome
from fraudgraph.investigation.trying import Trial
from fraudgraph.stores import open_store

if TYPE_CHECKING:
    from conftest import Ask

FATES = {"no gang", "falls apart", "loses people", "stays"}
BOOKS = int(os.environ.get("FRAUDGRAPH_WHAT_IF_BOOKS", "0"))
MOST = 1000 if BOOKS else 4
"""People, and values, that are taken out of a book."""


def test_the_command_tries_every_person_and_moves_the_line(ask: Ask) -> None:
    gang = ask("gangs").json[0]["gang_id"]
    people = {row["person_id"] for row in ask("gang", gang).json["people"]}
    found = ask("gang", gang, "--what-if").json
    assert {row["id"] for row in found["removed"] if row["what"] == "person"} == people
    assert {row["fate"] for row in found["removed"]} <= FATES
    assert [row["in_force"] for row in found["thresholds"]].count(True) == 1
    assert found["thresholds"][-1]["fate"] == "no gang"
    assert found["profile"][0]["pieces"] <= found["profile"][-1]["pieces"]
    assert sum(map(int, found["profile"][0]["sizes"].split())) == len(people)


@pytest.mark.parametrize("seed", range(BOOKS or 1))
def test_a_removal_is_what_the_book_without_it_comes_to(tmp_path: Path, seed: int) -> None:
    settings = rules()
    with open_store(random_store(tmp_path, seed, settings), create=False, settings=settings).snapshot() as reader:
        settings, calibration = frozen.rules(reader, settings), frozen.calibration(reader)
        members = reader.table("communities")
        if members.is_empty():
            return
        largest = members.group_by("community_id").len().sort("len", "community_id", descending=[True, False])["community_id"][0]
        people = members.filter(members["community_id"] == largest)["person_id"].sort().to_list()
        trial = Trial(reader, people, calibration, settings)
        trial.look_ahead()
        whole = solved_without(reader, calibration, settings)
        assert outcome(trial.before, people, calibration, settings) == outcome(whole, people, calibration, settings)
        for person in people[:MOST]:
            left = [one for one in people if one != person]
            really = outcome(solved_without(reader, calibration, settings, person=person), left, calibration, settings)
            assert outcome(trial.without_person(person), left, calibration, settings) == really, person
        for kind, key in trial.shared().head(MOST).iter_rows():
            really = outcome(solved_without(reader, calibration, settings, value=(kind, key)), people, calibration, settings)
            assert outcome(trial.without_value(kind, key), people, calibration, settings) == really, kind
