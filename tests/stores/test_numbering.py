"""The integers beside the texts are those of the texts, whatever came, was corrected or was taken back; and `store check` looks at them."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from books import applications, change, grown, persons_of
from contract import put

from fraudgraph.stores import numbering, open_store


def differing(path: Path) -> list[int]:
    """Return for each night how many of its numbers are not those of its texts; the numbers must hold."""
    with duckdb.connect(str(path), read_only=True) as duck:
        assert numbering.valid(duck)
        (last,) = duck.execute("SELECT max(night) FROM batches").fetchall()[0]
        return [numbering.differing(duck, night) for night in range(1, last + 1)]


def test_numbers_follow_nights_and_what_is_taken_back(tmp_path: Path) -> None:
    """Nights bring applications, corrections and other people for stored ones; some are taken back and come again."""
    path = tmp_path / "book.duckdb"
    store = open_store(path, create=True)
    for night in (1, 2, 3):
        put(store, grown(night, 6))
        assert differing(path) == [0] * night
    other = persons_of(applications(range(24)), size=3)
    put(store, change(3, applications(range(18, 24)), other))
    assert differing(path) == [0] * 4
    for night in (4, 3):
        with store.lock() as writer:
            writer.undo(night)
        assert differing(path) == [0] * (night - 1)
    put(store, grown(3, 6))
    assert differing(path) == [0] * 3
    assert store.check() == []


@pytest.mark.parametrize("sql", ["UPDATE numbers SET person = 1 WHERE micros = (SELECT min(micros) FROM numbers)", "DELETE FROM numbers"])
def test_a_check_finds_numbers_that_are_not_those_of_the_texts(path: Path, sql: str) -> None:
    with duckdb.connect(str(path)) as duck:
        duck.execute(sql)
    path.chmod(0o600)
    assert any("every number is that of the text" in problem for problem in open_store(path, create=False).check())
