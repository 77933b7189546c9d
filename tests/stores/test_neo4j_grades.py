"""A gang's node is labelled by its grade, so that Browser can show worse gangs larger: after every night, and after one is taken back."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
from books import START, applications, change, persons_of, rows
from graphs import Graph

from fraudgraph import model
from fraudgraph.stores import open_store
from fraudgraph.stores.port import DERIVED

BOOK = applications(range(8))


def gangs(**grades: str) -> dict[str, pl.DataFrame]:
    """The tables of a night whose gangs have these grades; one without is dissolved."""
    times = {"first_applied_at": START, "last_applied_at": START + timedelta(days=1)}
    made = [
        {"gang_id": name, "community_id": grade and f"C-{name}", "status": "new" if grade else "dissolved", "grade": grade, "members": 3}
        for name, grade in grades.items()
    ]
    found = rows(model.GANGS, *({**gang, **times} for gang in made))
    return {**{table.name: table.empty() for table in DERIVED}, **persons_of(BOOK), "gangs": found}


def labelled(graph: Graph) -> dict[str, set[str]]:
    return {gang: set(labels) - {"Gang"} for gang, labels in graph.ask("MATCH (g:Gang) RETURN g.gangId, labels(g)")}


def test_the_label_follows_the_grade_night_by_night_and_back(graph: Graph) -> None:
    store = open_store(graph.url, create=True)
    with store.lock() as writer:
        writer.apply(change(0, BOOK, gangs(one="B", two="C")))
        assert labelled(graph) == {"one": {"GradeB"}, "two": {"GradeC"}}
        nothing = BOOK.clear()
        writer.apply(change(1, nothing, gangs(one="A", two="", three="D")))
        assert labelled(graph) == {"one": {"GradeA"}, "two": set(), "three": {"GradeD"}}
        writer.undo(2)
        assert {name: found for name, found in labelled(graph).items() if found} == {"one": {"GradeB"}, "two": {"GradeC"}}
