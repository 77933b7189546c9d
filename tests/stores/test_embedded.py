"""The embedded store keeps the contract, and what is its own: one file, its errors, its history on disk."""

from __future__ import annotations

import os
import re
import stat
import threading
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from books import applications, change, grown, grown_book, persons_of
from contract import Place, StoreContract, put, read
from contract_history import a_label
from contract_outside import an_entry
from polars.testing import assert_frame_equal
from processes import elsewhere

from fraudgraph import model
from fraudgraph.errors import ConfigurationError, StoreError, UsageError
from fraudgraph.settings import defaults
from fraudgraph.stores import open_store, port, schema
from fraudgraph.stores.connection import Options, Session, transaction


class TestEmbedded(StoreContract):
    @pytest.fixture
    def place(self, tmp_path: Path) -> Place:
        store = open_store(tmp_path / "book.duckdb", create=True)
        return lambda: store


# --- the file


def test_a_store_is_one_private_file(path: Path) -> None:
    assert sorted(file.name for file in path.parent.iterdir()) == ["book.duckdb", "book.duckdb.lock"]
    assert [stat.S_IMODE(file.stat().st_mode) for file in sorted(path.parent.iterdir())] == [0o600, 0o600]


def test_no_second_file_ever_holds_data(tmp_path: Path) -> None:
    """While a change is applied, whatever lies beside the store is empty or in a folder of ours alone."""
    store = open_store(tmp_path / "book.duckdb", create=True)
    seen: set[str] = set()
    done = threading.Event()

    def watch() -> None:
        while not done.is_set():
            for file in tmp_path.iterdir():
                try:
                    state = file.stat()
                except FileNotFoundError:
                    continue
                if file.name not in ("book.duckdb", "book.duckdb.lock") and state.st_size and state.st_mode & 0o077:
                    seen.add(file.name)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        for night in range(1, 5):
            put(store, grown(night, 400))
    finally:
        done.set()
        watcher.join()
    assert seen == set()


def test_a_log_that_duckdb_writes_all_the_same_is_private(tmp_path: Path) -> None:
    file = tmp_path / "book.duckdb"
    put(open_store(file, create=True), grown(1, 10))
    former = os.umask(0o022)
    try:
        with Session(Options.of(defaults())) as session:
            session.duckdb.execute("SET wal_autocheckpoint = '1GB'")
            session.duckdb.execute("SET auto_checkpoint_skip_wal_threshold = 1000000000")
            with session.writing(file) as duck, transaction(duck):
                duck.execute("CREATE TABLE more AS SELECT 1 AS one")
                duck.execute("COMMIT")
                log = (tmp_path / "book.duckdb.wal").stat()
                duck.execute("BEGIN")
        assert log.st_size
        assert stat.S_IMODE(log.st_mode) == 0o600
        assert os.umask(0o022) == 0o022
    finally:
        os.umask(former)


def test_rows_that_did_not_change_keep_the_night_that_opened_them(tmp_path: Path) -> None:
    store = open_store(tmp_path / "book.duckdb", create=True)
    put(store, change(0, applications([0, 1, 2])))
    put(store, change(1, applications([3, 4]), persons_of(applications(range(5)))))
    with duckdb.connect(str(tmp_path / "book.duckdb"), read_only=True) as duck:
        persons = "SELECT person_id, applications, from_night, to_night FROM persons ORDER BY ALL"
        assert duck.sql(persons).fetchall() == [
            ("P-A00000", 2, 1, None),
            ("P-A00002", 1, 1, 2),
            ("P-A00002", 2, 2, None),
            ("P-A00004", 1, 2, None),
        ]
        assert duck.sql("SELECT from_night, count(*) FROM membership GROUP BY ALL ORDER BY ALL").fetchall() == [(1, 3), (2, 2)]


def test_views_show_the_book_as_it_is_now_to_duckdb_itself(path: Path) -> None:
    expected = {name: read(open_store(path, create=False), name) for name in ("applications", "keys", "uses", "links")}
    with duckdb.connect(str(path), read_only=True) as duck:
        for name, frame in expected.items():
            rows = duck.sql(f"SELECT count(*) FROM {name}").fetchall()
            assert rows == [(frame.height,)], name
        (keys,) = duck.sql("SELECT count(\"phone.own\") FROM keys").fetchall()
        assert keys[0] == expected["keys"]["phone.own"].count()


def test_a_left_over_log_is_read_and_then_folded_in(path: Path) -> None:
    """As another program leaves it that wrote and was killed: what it had committed counts."""
    writer = elsewhere(
        "import duckdb, os\nduck = duckdb.connect(str(path))\nduck.execute('UPDATE persons SET intent = 0.125')\nos.kill(os.getpid(), 9)",
        path,
    )
    writer.wait()
    log = path.with_name(path.name + ".wal")
    assert log.exists()
    store = open_store(path, create=False)
    assert set(read(store, "persons")["intent"]) == {0.125}
    assert log.exists()
    put(store, change(2, applications([]), replace=True))
    assert not log.exists()
    assert read(store, "persons").height == 0


def test_a_store_is_the_same_whatever_its_compression(tmp_path: Path) -> None:
    sizes = {}
    for compression in ("fast", "small"):
        store = open_store(tmp_path / compression, create=True, settings=defaults().with_values(store__compression=compression))
        put(store, grown(1, 3000))
        sizes[compression] = (tmp_path / compression).stat().st_size
        assert_frame_equal(read(store, "applications"), grown_book(1, 3000))
    assert sizes["small"] < sizes["fast"]


# --- what is not a store


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"application_id,applied_at\n" * 1000, "not a DuckDB file"),
        (b"x", "not a DuckDB file"),
    ],
)
def test_a_file_that_is_no_database(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "x.csv").write_bytes(content)
    for create in (True, False):
        with pytest.raises(StoreError, match=said):
            open_store(tmp_path / "x.csv", create=create)
    assert (tmp_path / "x.csv").read_bytes() == content


def test_a_database_that_is_not_ours(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "theirs.duckdb")) as duck:
        duck.execute("CREATE TABLE meta (key VARCHAR, value VARCHAR)")
    with pytest.raises(StoreError, match="not a fraudgraph store"):
        open_store(tmp_path / "theirs.duckdb", create=True)


def test_a_store_of_a_newer_version_names_both(path: Path) -> None:
    with duckdb.connect(str(path)) as duck:
        duck.execute("UPDATE meta SET value = '99' WHERE key = 'format'")
    with pytest.raises(StoreError, match=f"format 99.*format {schema.FORMAT}: upgrade"):
        open_store(path, create=True)


def meta_of(path: Path) -> dict[str, str]:
    with duckdb.connect(str(path), read_only=True) as duck:
        return dict(duck.execute("SELECT key, value FROM meta").fetchall())


def as_former(path: Path, number: int, dropped: Iterable[str], columns: Iterable[str] = ()) -> None:
    """Make of a store what one of a former format looks like."""
    with duckdb.connect(str(path)) as duck:
        for table in dropped:
            duck.execute(f"DROP TABLE {table}")
        for column in columns:
            duck.execute(f'ALTER TABLE book DROP COLUMN "{column}"')
        duck.execute("UPDATE meta SET value = ? WHERE key = 'format'", [str(number)])
        duck.execute("UPDATE meta SET value = ? WHERE key = 'layout'", [schema.FORMER[number]])


def test_a_store_of_format_3_has_no_near_pairs_until_its_next_writer(path: Path) -> None:
    """What it has in the two tables was measured otherwise."""
    with duckdb.connect(str(path)) as duck:
        duck.execute("ALTER TABLE hub_windows RENAME COLUMN since TO people")
        duck.execute("ALTER TABLE pairs DROP COLUMN standing")
        duck.execute("INSERT INTO pairs (person_a, person_b, from_night) VALUES ('P-1', 'P-2', 1)")
        duck.execute("INSERT INTO hub_windows (kind, key, \"window\", people, from_night) VALUES ('ip', '1.2.3.4', 203, 300, 1)")
    as_former(path, 3, ())
    store = open_store(path, create=False)
    for name in ("pairs", "hub_windows"):
        assert read(store, name).equals(schema.DERIVED[name].empty())
    assert store.check() == []
    put(store, grown(3, 6))
    assert meta_of(path)["format"] == str(schema.FORMAT)
    with duckdb.connect(str(path), read_only=True) as duck:
        assert duck.execute("SELECT count(*) FROM pairs").fetchall() == [(0,)]
        assert duck.execute("SELECT count(*) FROM hub_windows").fetchall() == [(0,)]
    assert store.check() == []


def test_a_store_of_format_2_has_no_log_until_its_next_writer(path: Path) -> None:
    as_former(path, 2, schema.OUTSIDE)
    store = open_store(path, create=False)
    assert store.audited().equals(port.AUDIT.empty())
    assert store.purged().equals(port.PURGED.empty())
    assert store.check() == []
    assert meta_of(path)["format"] == "2"
    put(store, replace(grown(1, 6), replace=True))  # nothing is carried over from a store that has nothing
    assert store.audited().equals(port.AUDIT.empty())
    as_former(path, 2, schema.OUTSIDE)
    store.audit(lambda last: an_entry(last, "gang"))
    assert store.audited()["command"].to_list() == ["gang"]
    assert meta_of(path) == {**meta_of(path), "format": str(schema.FORMAT), "layout": schema.layout()}
    assert store.check() == []


def test_a_store_of_format_1_is_read_as_it_is_and_brought_up_by_its_next_writer(path: Path) -> None:
    def as_format_1() -> None:
        as_former(path, 1, ("labels", *schema.LATER, *schema.OUTSIDE), (slot.name for slot in model.MATCHING))

    def meta() -> dict[str, str]:
        return meta_of(path)

    as_format_1()
    old = meta()
    store = open_store(path, create=False)
    with store.snapshot() as reader:
        assert reader.labels().equals(model.LABELS.empty())
        assert reader.table("pairs").equals(model.PAIRS.empty())
        assert_frame_equal(reader.table("applications"), grown_book(2, 6))
        assert reader.table("keys").height == 12
    assert store.check() == []
    assert meta() == old
    store.label(a_label("G-1", 2))
    assert meta() == {**old, "format": str(schema.FORMAT), "layout": schema.layout()}
    assert store.check() == []
    with store.snapshot() as reader:
        assert reader.labels().height == 1
    as_format_1()
    put(store, grown(3, 6))
    assert meta()["format"] == str(schema.FORMAT)
    as_format_1()
    with store.lock() as writer:
        writer.undo(3)
    assert meta()["format"] == str(schema.FORMAT)
    assert_frame_equal(read(store, "applications"), grown_book(2, 6))
    assert store.check() == []


def test_a_store_of_another_layout(path: Path) -> None:
    with duckdb.connect(str(path)) as duck:
        duck.execute("UPDATE meta SET value = 'old' WHERE key = 'layout'")
    with pytest.raises(StoreError, match="layout"):
        open_store(path, create=True)


def test_a_damaged_store_says_so_at_the_latest_when_it_is_checked(path: Path) -> None:
    """DuckDB reads a block when it is asked for, so a store whose damage lies elsewhere can still be opened."""
    whole = path.read_bytes()
    for damaged in (whole[: len(whole) // 2], whole[: len(whole) // 2] + bytes(len(whole) - len(whole) // 2), whole[:20_000]):
        path.write_bytes(damaged)
        try:
            sentences = open_store(path, create=True).check()
        except StoreError as problem:
            sentences = [str(problem)]
        assert any("is damaged" in sentence for sentence in sentences), len(damaged)


def test_an_empty_file_is_an_empty_store(tmp_path: Path) -> None:
    (tmp_path / "book.duckdb").touch()
    store = open_store(tmp_path / "book.duckdb", create=True)
    with pytest.raises(StoreError, match="nothing to label"):
        store.label(a_label("G-1", 0))
    put(store, grown(1, 6))
    assert_frame_equal(read(store, "applications"), grown_book(1, 6))


@pytest.mark.parametrize(
    ("url", "create", "error", "said"),
    [
        ("missing.duckdb", False, StoreError, "fraudgraph run"),
        ("no/such/folder.duckdb", True, StoreError, "no folder"),
        (".", True, StoreError, "is a folder"),
        ("https://host/book", True, UsageError, "not a kind of store"),
    ],
)
def test_a_place_where_no_store_can_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, create: bool, error: type[Exception], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error, match=said):
        open_store(url, create=create)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_may_not_be_written() -> None:
    """/proc stands for it: not even root can make a file there."""
    with pytest.raises(StoreError, match="--store"), open_store("/proc/book.duckdb", create=True).lock():
        pass


@pytest.mark.parametrize("wrong", [{"store__memory_limit": "much"}, {"store__compression": "zip"}, {"store__threads": -1}])
def test_settings_that_cannot_be(tmp_path: Path, wrong: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError, match="store"):
        open_store(tmp_path / "book.duckdb", create=True, settings=defaults().with_values(**wrong))


# --- a full disk

FULL = """
import resource
from books import grown
from fraudgraph.errors import StoreError
from fraudgraph.stores import open_store
store = open_store(path, create=True)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.stdin.readline()), -1))
try:
    with store.lock() as writer:
        writer.apply(grown(int(sys.stdin.readline()), 2500 if path.stem == "large" else 6))
    say("applied")
except StoreError as problem:
    say(str(problem))
"""


@pytest.mark.parametrize("room", [20_000, 600_000])
def test_a_full_disk_leaves_no_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    process = elsewhere(FULL, tmp_path / "large")
    said, _ = process.communicate(f"{room}\n1\n")
    assert re.search("as before: (raise the limit|make room)|could not be finished", said), said
    assert [file.name for file in tmp_path.iterdir()] == ["large.lock"]


@pytest.mark.parametrize("more", [0, 100_000])
def test_a_full_disk_leaves_the_store_as_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: int) -> None:
    path = tmp_path / "large"
    store = open_store(path, create=True)
    put(store, grown(1, 2500))
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    said, _ = elsewhere(FULL, path).communicate(f"{path.stat().st_size + more}\n2\n")
    assert re.search("as before: (raise the limit|make room)", said), said
    with store.snapshot() as reader:
        assert reader.night == 1
        assert_frame_equal(reader.table("applications"), grown_book(1, 2500))
    assert store.check() == []
    assert put(store, grown(2, 2500)) == 2
    assert_frame_equal(read(store, "applications"), grown_book(2, 2500))
