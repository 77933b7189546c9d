"""What ``neo4j-admin`` imports is what the Bolt load makes: with the real tool and a real server."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import neo4j
import pytest
import servers
from books import applications, change, grown
from contract import put
from contract_history import a_label
from polars.testing import assert_frame_equal

from fraudgraph import model
from fraudgraph.cli import main
from fraudgraph.errors import OutputError, UsageError
from fraudgraph.stores import Reader, open_store
from fraudgraph.stores.exporting import import_files
from fraudgraph.stores.port import DERIVED, USES

SAMPLES = Path(__file__).parents[2] / "data" / "samples"


def assert_alike(one: Reader, other: Reader) -> None:
    for name in ("applications", "keys", "relations", *(table.name for table in DERIVED), model.LINKS.name, USES.name):
        assert_frame_equal(one.table(name), other.table(name), check_exact=True)
    for name in ("input_order", "rejects"):
        assert_frame_equal(one.batch_table(name, 1), other.batch_table(name, 1))
    assert one.events().equals(other.events())
    assert one.labels().equals(other.labels())
    assert one.batches() == other.batches()
    assert (one.calibration(), one.ruleset(), one.settings()) == (other.calibration(), other.ruleset(), other.settings())


def test_an_import_of_the_sample_is_the_book_that_a_run_makes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = [str(path) for path in sorted(SAMPLES.glob("applications_*.csv"))]
    embedded = tmp_path / "book.duckdb"
    relations = str(SAMPLES / "relations.csv")
    assert main(["run", *files, "--relations", relations, "--store", str(embedded), "--out", str(tmp_path / "out"), "--quiet"]) == 0
    store = open_store(embedded, create=False)
    with store.snapshot() as reader:
        gang = reader.table("gangs")["gang_id"][0]
    store.label(a_label(gang, 1))
    assert main(["export", "import-files", str(tmp_path / "files"), "--store", str(embedded), "--format", "json"]) == 0
    with servers.Server(os.environ.get("FRAUDGRAPH_NEO4J_LINE", "5"), tmp_path / "home") as server:
        server.stop()
        arguments = _arguments(tmp_path / "files" / "import.sh")
        ended = server.admin("database", "import", "full", "neo4j", *_absolute(arguments, tmp_path / "files"))
        assert ended.returncode == 0, ended.stdout[-2000:] + ended.stderr[-2000:]
        server.start()
        monkeypatch.setenv("NEO4J_USERNAME", server.username)
        monkeypatch.setenv("NEO4J_PASSWORD", server.password)
        imported = open_store(server.uri, create=False)
        with store.snapshot() as one, imported.snapshot() as other:
            assert_alike(one, other)
        assert imported.check() == []
        auth = (server.username, server.password)
        with neo4j.GraphDatabase.driver(server.uri, auth=auth) as driver:
            graded = driver.execute_query("MATCH (g:Gang) RETURN g.grade AS grade, [l IN labels(g) WHERE l <> 'Gang'] AS labels").records
        assert {row["grade"]: row["labels"] for row in graded} == {grade: [f"Grade{grade}"] for grade in "ABCD"}
        # It is a store like any other: a night more, and back.
        before = applications(range(2))
        with imported.lock() as writer, imported.snapshot() as reader:
            derived = {name: reader.table(name) for name in (table.name for table in DERIVED)}
            assert writer.apply(change(1, before, derived, whole=False)).night == 2
        with imported.lock() as writer:
            writer.undo(2)
        with store.snapshot() as one, imported.snapshot() as other:
            assert_alike(one, other)


def _arguments(command: Path) -> list[str]:
    """The arguments of the command that lies beside the files, as a shell would read them."""
    import shlex

    words = shlex.split(command.read_text(encoding="utf-8").split("neo4j-admin database import full")[1].replace("\\\n", " "))
    return words[1:]


def _absolute(arguments: list[str], folder: Path) -> list[str]:
    parted = [argument.rpartition("=") for argument in arguments]
    return [f"{head}={folder / last}" if last.endswith(".csv") else f"{head}={last}" for head, _, last in parted]


def test_the_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    store = open_store(tmp_path / "book.duckdb", create=True)
    put(store, grown(1, 30))
    with store.snapshot() as reader:
        command, files = import_files(reader, tmp_path / "files")
    found = sorted(path for path in command.parent.iterdir())
    assert len(found) == files + 2
    assert stat.S_IMODE(command.parent.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in found if path.suffix == ".csv"} == {0}


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    store = open_store(tmp_path / "book.duckdb", create=True)
    put(store, grown(1, 3))
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "mine").write_text("mine")
    with store.snapshot() as reader, pytest.raises(OutputError, match="new folder"):
        import_files(reader, tmp_path / "files")
    assert [path.name for path in (tmp_path / "files").iterdir()] == ["mine"]


def test_an_empty_store_has_nothing_to_export(tmp_path: Path) -> None:
    with open_store(tmp_path / "book.duckdb", create=True).snapshot() as reader, pytest.raises(UsageError, match="nothing"):
        import_files(reader, tmp_path / "files")
    assert not (tmp_path / "files").exists()
