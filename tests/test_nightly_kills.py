"""`fraudgraph nightly` ended without warning, at random moments: the store is as before or as after, and the next call completes the night.

FRAUDGRAPH_KILLS sets how many times (200 is the full count for an embedded store, 50 for a server). A moment is a random stage of the
night, told by what it says on standard error, and a random part of that stage.
"""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from night_books import random_book, random_relations, rules, tables

from fraudgraph import nightly, pipeline
from fraudgraph.cli import main
from fraudgraph.stores import Store, open_store

KILLS = int(os.environ.get("FRAUDGRAPH_KILLS", "4"))
STAGES = (
    "reading",
    "the stored book",
    "subjects",
    "pairs and their facts",
    "ties and communities",
    "verdicts",
    "drift",
    "storing",
    "writing results",
)
PASSING = ("seconds", "peak_memory_mb")


@dataclass
class Victim:
    """A book of one run, and a night that is told to it again and again."""

    url: str
    folder: Path
    seconds: dict[str, float] = field(default_factory=dict)
    """How long each stage takes when nobody disturbs it."""

    def __post_init__(self) -> None:
        book = random_book(77)
        relations = random_relations(1, book["application_id"].to_list(), 14)
        for name, part in (("first", book[:75]), ("tonight", book[75:])):
            part.write_csv(self.folder / f"{name}.csv")
        relations.write_csv(self.folder / "relations.csv")
        pipeline.run([self.folder / "first.csv"], store=self.url, settings=rules())
        self.before = self.book()
        done = nightly.nightly([self.tonight], store=self.url, settings=rules(), relations=self.relations, out=self.out)
        self.seconds = dict(done.summary["seconds"])
        self.after, self.results = self.book(), self.files()
        self.undo()

    @property
    def tonight(self) -> Path:
        return self.folder / "tonight.csv"

    @property
    def relations(self) -> Path:
        return self.folder / "relations.csv"

    @property
    def out(self) -> Path:
        return self.folder / "out"

    @property
    def command(self) -> list[str]:
        given = ("nightly", self.tonight, "--relations", self.relations, "--store", self.url, "--out", self.out, "--format", "json")
        return [str(word) for word in given]

    def store(self) -> Store:
        return open_store(self.url, create=False)

    def book(self) -> dict[str, pl.DataFrame]:
        with self.store().snapshot() as reader:
            found = tables(reader)
            found["night"] = pl.DataFrame({"night": [reader.night], "events": [reader.events().height], "batches": [len(reader.batches())]})
            found["past"] = reader.events().drop("night")
        return found

    def files(self) -> dict[str, Any]:
        found: dict[str, Any] = {path.name: path.read_bytes() for path in self.out.iterdir()}
        summary = json.loads(found["summary.json"])
        return {**found, "summary.json": {key: value for key, value in summary.items() if key not in PASSING}}

    def undo(self) -> None:
        with self.store().lock() as writer:
            writer.undo(2)

    def start(self, limit: int | None = None) -> subprocess.Popen[str]:
        """Start the night in a process of its own, which may write files of ``limit`` bytes at most."""

        def limited() -> None:
            if limit is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))

        words = [sys.executable, "-m", "fraudgraph", *self.command]
        return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=limited)

    def complete(self, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
        """Call the night again and return what it prints."""
        capsys.readouterr()
        assert main([*self.command, "-q"]) == 0
        printed: dict[str, Any] = json.loads(capsys.readouterr().out)
        assert same(self.book(), self.after)
        assert self.files() == self.results
        return printed


def same(one: dict[str, pl.DataFrame], other: dict[str, pl.DataFrame]) -> bool:
    return one.keys() == other.keys() and all(table.equals(other[name]) for name, table in one.items())


def reached(process: subprocess.Popen[str], stage: str) -> bool:
    """Wait until the process says that it has come to a stage; False where it ended before."""
    assert process.stderr is not None
    return any(line.strip().endswith(stage) for line in process.stderr)


def kill_somewhere(victim: Victim, chance: random.Random) -> str:
    stage = chance.choice(STAGES)
    process = victim.start()
    if reached(process, stage):
        time.sleep(chance.uniform(0, victim.seconds[stage]))
    process.send_signal(signal.SIGKILL)
    process.communicate()
    return stage


def survives(victim: Victim, kills: int, capsys: pytest.CaptureFixture[str]) -> None:
    chance = random.Random(7)
    landed = 0
    for kill in range(kills):
        stage = kill_somewhere(victim, chance)
        left = victim.book()
        applied = left["night"]["night"][0] == 2
        assert same(left, victim.after if applied else victim.before), f"kill {kill}, while {stage}"
        assert victim.store().check() == []
        printed = victim.complete(capsys)
        assert printed["repeated_batch"] is applied
        landed += applied
        victim.undo()
        assert same(victim.book(), victim.before)
    if kills >= 50:
        assert 0 < landed < kills


@pytest.fixture
def victim(tmp_path: Path) -> Victim:
    return Victim(str(tmp_path / "book.duckdb"), tmp_path)


def test_a_killed_night_is_as_before_or_as_after(victim: Victim, capsys: pytest.CaptureFixture[str]) -> None:
    survives(victim, KILLS, capsys)
    assert sorted(path.name for path in victim.folder.iterdir()) == [
        "book.duckdb", "book.duckdb.lock", "first.csv", "out", "relations.csv", "tonight.csv",
    ]  # fmt: skip


def test_a_killed_night_on_a_server(neo4j_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    survives(Victim(neo4j_url, tmp_path), -(-KILLS // 4) if KILLS < 50 else KILLS, capsys)


@pytest.mark.parametrize("more", [0, 200_000])
def test_a_full_disk_leaves_the_book_as_before(victim: Victim, capsys: pytest.CaptureFixture[str], more: int) -> None:
    process = victim.start(limit=Path(victim.url).stat().st_size + more)
    _, said = process.communicate()
    assert process.returncode == 1, said
    assert said.splitlines()[-1].startswith("fraudgraph: ")
    assert "Traceback" not in said
    assert same(victim.book(), victim.before)
    assert victim.complete(capsys)["repeated_batch"] is False


def test_an_analyst_reads_meanwhile(victim: Victim) -> None:
    with victim.store().snapshot() as reader:
        verdicts = reader.table("verdicts")
        process = victim.start()
        while process.poll() is None:
            assert reader.table("verdicts").equals(verdicts)
            time.sleep(0.05)
        assert process.returncode == 0
        assert reader.night == 1
        assert reader.table("verdicts").equals(verdicts)
        process.communicate()
    assert same(victim.book(), victim.after)


def test_two_nights_at_once(victim: Victim, capsys: pytest.CaptureFixture[str]) -> None:
    process = victim.start()
    assert reached(process, "reading")
    process.send_signal(signal.SIGSTOP)
    try:
        assert main(victim.command) == 4
        assert f"process {process.pid} on" in capsys.readouterr().err
    finally:
        process.send_signal(signal.SIGCONT)
    process.communicate()
    assert process.returncode == 0
    assert same(victim.book(), victim.after)


def test_an_interrupted_night_changes_nothing(victim: Victim, capsys: pytest.CaptureFixture[str]) -> None:
    process = victim.start()
    assert reached(process, "subjects")
    process.send_signal(signal.SIGINT)
    _, said = process.communicate()
    assert (process.returncode, "interrupted" in said) == (130, True)
    assert same(victim.book(), victim.before)
    assert victim.complete(capsys)["night"] == 2


